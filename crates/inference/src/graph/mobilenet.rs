//! MobileNetV2 (Sandler and others, 2018) as Keras builds it, with dense layers behind it: batch norms folded into the
//! convolutions before them.

use super::onnx::{Attribute, Graph};
use super::tfjs::Weights;

/// Input: one picture's numbers, the pixels of a colour together, as the runtimes' convolutions want them.
const INPUT: &str = "picture";
/// Keras's own.
const EPSILON: f64 = 0.001;
/// Stride of each block's depthwise convolution, from block 1.
const STRIDES: [i64; 16] = [2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1];
/// Names of the dense layers behind it.
const DENSE: [&str; 3] = ["dense_1", "dense_2", "dense_3"];

/// The network as an ONNX model, from the script that names its weights and those that hold them.
///
/// # Errors
/// In words, when a weight is missing or does not fit.
pub(crate) fn encode(model: &str, shards: &[&str]) -> Result<Vec<u8>, String> {
    let weights = Weights::read(model, shards)?;
    let mut writer = Writer { graph: Graph::default(), weights };
    writer.graph.numbers_input(INPUT, 4);
    writer.graph.floats("none", &[], &0_f32.to_le_bytes());
    writer.graph.floats("six", &[], &6_f32.to_le_bytes());
    let mut at = writer.convolution(("Conv1", "bn_Conv1"), INPUT, 2, true)?;
    let name = "expanded_conv";
    at = writer.depthwise(name, &at, 1)?;
    at = writer.convolution((&format!("{name}_project"), &format!("{name}_project_BN")), &at, 1, false)?;
    for (number, stride) in (1..).zip(STRIDES) {
        at = writer.block(&format!("block_{number}"), &at, stride)?;
    }
    at = writer.convolution(("Conv_1", "Conv_1_bn"), &at, 1, true)?;
    writer.graph.node("GlobalAveragePool", &[&at], "pooled", &[]);
    writer.graph.node("Flatten", &["pooled"], "flat", &[("axis", Attribute::Int(1))]);
    let mut at = "flat".to_owned();
    for name in DENSE {
        at = writer.dense(name, &at)?;
    }
    writer.graph.node("Softmax", &[&at], "chances", &[("axis", Attribute::Int(1))]);
    writer.graph.output("chances");
    Ok(writer.graph.finish("mobilenet"))
}

struct Writer {
    graph: Graph,
    weights: Weights,
}

impl Writer {
    /// Wide, in depth, narrow again; and what came in on top where that has the same shape.
    fn block(&mut self, name: &str, at: &str, stride: i64) -> Result<String, String> {
        let part = |part: &str| format!("{name}_{part}");
        let wide = self.convolution((&part("expand"), &part("expand_BN")), at, 1, true)?;
        let deep = self.depthwise(name, &wide, stride)?;
        let narrow = self.convolution((&part("project"), &part("project_BN")), &deep, 1, false)?;
        let ([.., came_in, _], _) = self.weights.get::<4>(&format!("{}/kernel", part("expand")))?;
        let ([.., goes_out], _) = self.weights.get::<4>(&format!("{}/kernel", part("project")))?;
        if stride != 1 || came_in != goes_out {
            return Ok(narrow);
        }
        let sum = part("add");
        self.graph.node("Add", &[at, &narrow], &sum, &[]);
        Ok(sum)
    }

    /// A convolution over all channels and its norm, bent at 0 and 6 where `is_bent`.
    fn convolution(
        &mut self,
        (name, norm): (&str, &str),
        at: &str,
        stride: i64,
        is_bent: bool,
    ) -> Result<String, String> {
        let ([high, wide, inputs, outputs], kernel) = self.weights.get::<4>(&format!("{name}/kernel"))?;
        let (factors, biases) = self.norm(norm, outputs)?;
        // Keras has outputs last, ONNX first.
        let area = high * wide;
        let places = (0..outputs).flat_map(|output| (0..inputs).map(move |input| (output, input))).flat_map(
            |(output, input)| (0..area).map(move |at| (output, (at * inputs + input) * outputs + output)),
        );
        let folded = folded(kernel, &factors, places)?;
        let shape = [outputs, inputs, high, wide];
        let attributes = [("strides", both(stride)), ("pads", pads(high, stride)), ("dilations", both(1))];
        self.node(name, at, (&shape, &folded), &biases, &attributes, is_bent)
    }

    /// A convolution of each channel by itself and its norm, bent.
    fn depthwise(&mut self, block: &str, at: &str, stride: i64) -> Result<String, String> {
        let name = format!("{block}_depthwise");
        let ([high, wide, channels, one], kernel) =
            self.weights.get::<4>(&format!("{name}/depthwise_kernel"))?;
        if one != 1 {
            return Err(format!("weight {name} makes several channels of one"));
        }
        let (factors, biases) = self.norm(&format!("{name}_BN"), channels)?;
        let area = high * wide;
        let places =
            (0..channels).flat_map(|channel| (0..area).map(move |at| (channel, at * channels + channel)));
        let folded = folded(kernel, &factors, places)?;
        let groups = i64::try_from(channels).map_err(|error| error.to_string())?;
        let (strides, pads, group) = (both(stride), pads(high, stride), Attribute::Int(groups));
        let attributes = [("strides", strides), ("pads", pads), ("dilations", both(1)), ("group", group)];
        self.node(&name, at, (&[channels, 1, high, wide], &folded), &biases, &attributes, true)
    }

    fn node(
        &mut self,
        name: &str,
        at: &str,
        (shape, kernel): (&[usize], &[u8]),
        biases: &[f64],
        attributes: &[(&str, Attribute)],
        is_bent: bool,
    ) -> Result<String, String> {
        let (weight, bias) = (format!("{name}-weight"), format!("{name}-bias"));
        self.graph.floats(&weight, shape, kernel);
        self.graph.floats(&bias, &[biases.len()], &bytes(biases.iter().copied()));
        self.graph.node("Conv", &[at, &weight, &bias], name, attributes);
        if !is_bent {
            return Ok(name.to_owned());
        }
        let bent = format!("{name}-bent");
        self.graph.node("Clip", &[name, "none", "six"], &bent, &[]);
        Ok(bent)
    }

    /// A norm over channels as a factor and a bias for each.
    fn norm(&self, name: &str, channels: usize) -> Result<(Vec<f64>, Vec<f64>), String> {
        let part = |part: &str| -> Result<&[f64], String> {
            let ([length], values) = self.weights.get::<1>(&format!("{name}/{part}"))?;
            if length == channels {
                Ok(values)
            } else {
                Err(format!("weight {name}/{part} has another length"))
            }
        };
        let (means, spreads) = (part("moving_mean")?, part("moving_variance")?);
        let factors: Vec<f64> = part("gamma")?
            .iter()
            .zip(spreads)
            .map(|(gamma, spread)| gamma / (spread + EPSILON).sqrt())
            .collect();
        let moved = factors.iter().zip(means).map(|(factor, mean)| factor * mean);
        let biases = part("beta")?.iter().zip(moved).map(|(beta, moved)| beta - moved).collect();
        Ok((factors, biases))
    }

    /// A dense layer, bent at 0 unless it is the last.
    fn dense(&mut self, name: &str, at: &str) -> Result<String, String> {
        let ([inputs, outputs], kernel) = self.weights.get::<2>(&format!("{name}/kernel"))?;
        let kernel = bytes(kernel.iter().copied());
        let ([length], bias) = self.weights.get::<1>(&format!("{name}/bias"))?;
        let bias = bytes(bias.iter().copied());
        let (weights, biases) = (format!("{name}-weight"), format!("{name}-bias"));
        let (product, sum, bent) = (format!("{name}-product"), format!("{name}-sum"), format!("{name}-bent"));
        self.graph.floats(&weights, &[inputs, outputs], &kernel);
        self.graph.floats(&biases, &[length], &bias);
        self.graph.node("MatMul", &[at, &weights], &product, &[]);
        self.graph.node("Add", &[&product, &biases], &sum, &[]);
        if DENSE.last() == Some(&name) {
            return Ok(sum);
        }
        self.graph.node("Relu", &[&sum], &bent, &[]);
        Ok(bent)
    }
}

/// A kernel in ONNX's order times its norm's factors: for each number the output that it belongs to and where it stands.
fn folded(
    kernel: &[f64],
    factors: &[f64],
    mut places: impl Iterator<Item = (usize, usize)>,
) -> Result<Vec<u8>, String> {
    let number = |(output, place): (usize, usize)| Some(kernel.get(place)? * factors.get(output)?);
    let all: Option<Vec<f64>> = places.by_ref().map(number).collect();
    Ok(bytes(all.ok_or("a kernel is shorter than its shape")?.into_iter()))
}

fn bytes(values: impl Iterator<Item = f64>) -> Vec<u8> {
    #[expect(clippy::cast_possible_truncation, reason = "the network's numbers are of single precision")]
    values.flat_map(|value| (value as f32).to_le_bytes()).collect()
}

/// The same both ways, 1 or 2.
fn both(step: i64) -> Attribute {
    Attribute::Ints(if step == 2 { &[2, 2] } else { &[1, 1] })
}

/// Keras pads below and to the right alone where a convolution of 3 by 3 goes in steps of 2.
fn pads(kernel: usize, stride: i64) -> Attribute {
    Attribute::Ints(match (kernel, stride) {
        (1, _) => &[0, 0, 0, 0],
        (_, 2) => &[0, 0, 1, 1],
        _ => &[1, 1, 1, 1],
    })
}
