//! The network written down as ONNX, for a runtime that reads it.

use super::{Block, Convolution, Dense, Mobilenet};
use crate::graph::onnx::{Attribute, Graph};

/// Input: one picture's numbers, the pixels of a colour together, as the runtimes' convolutions want them.
const INPUT: &str = "picture";

impl Mobilenet {
    /// As an ONNX model.
    pub(crate) fn onnx(&self) -> Vec<u8> {
        let mut graph = Graph::default();
        graph.numbers_input(INPUT, 4);
        graph.floats("none", &[], &0_f32.to_le_bytes());
        graph.floats("six", &[], &6_f32.to_le_bytes());
        let mut at = convolution(&mut graph, &self.first, INPUT, 1);
        for Block { expand, depth, project, is_residual } in &self.blocks {
            let wide =
                expand.as_ref().map_or_else(|| at.clone(), |expand| convolution(&mut graph, expand, &at, 1));
            let deep = convolution(&mut graph, depth, &wide, depth.outputs);
            let narrow = convolution(&mut graph, project, &deep, 1);
            if *is_residual {
                let sum = format!("{}-sum", project.name);
                graph.node("Add", &[&at, &narrow], &sum, &[]);
                at = sum;
            } else {
                at = narrow;
            }
        }
        at = convolution(&mut graph, &self.last, &at, 1);
        graph.node("GlobalAveragePool", &[&at], "pooled", &[]);
        graph.node("Flatten", &["pooled"], "flat", &[("axis", Attribute::Int(1))]);
        let mut at = "flat".to_owned();
        for layer in &self.dense {
            at = dense(&mut graph, layer, &at);
        }
        graph.node("Softmax", &[&at], "chances", &[("axis", Attribute::Int(1))]);
        graph.output("chances");
        graph.finish("mobilenet")
    }
}

fn convolution(graph: &mut Graph, layer: &Convolution, at: &str, groups: usize) -> String {
    let Convolution { name, side, inputs, outputs, kernel, biases, stride, is_bent } = layer;
    let (weight, bias) = (format!("{name}-weight"), format!("{name}-bias"));
    // Here channels that go out come last, in ONNX first.
    let each = side * side * inputs;
    let places = (0..*outputs)
        .flat_map(|output| (0..*inputs).map(move |input| (output, input)))
        .flat_map(|(output, input)| (0..side * side).map(move |at| (at * inputs + input) * outputs + output));
    let turned: Vec<f32> = places.filter_map(|place| kernel.get(place).copied()).collect();
    debug_assert_eq!(turned.len(), each * outputs);
    graph.floats(&weight, &[*outputs, *inputs, *side, *side], &bytes(&turned));
    graph.floats(&bias, &[biases.len()], &bytes(biases));
    let group = Attribute::Int(i64::try_from(groups).unwrap_or(i64::MAX));
    let (strides, pads) = (both(*stride), pads(*side, *stride));
    let attributes = [("strides", strides), ("pads", pads), ("dilations", both(1)), ("group", group)];
    graph.node("Conv", &[at, &weight, &bias], name, &attributes);
    if !is_bent {
        return name.clone();
    }
    let bent = format!("{name}-bent");
    graph.node("Clip", &[name, "none", "six"], &bent, &[]);
    bent
}

fn dense(graph: &mut Graph, layer: &Dense, at: &str) -> String {
    let Dense { name, inputs, outputs, kernel, biases, is_bent } = layer;
    let (weights, bias) = (format!("{name}-weight"), format!("{name}-bias"));
    let (product, sum, bent) = (format!("{name}-product"), format!("{name}-sum"), format!("{name}-bent"));
    graph.floats(&weights, &[*inputs, *outputs], &bytes(kernel));
    graph.floats(&bias, &[biases.len()], &bytes(biases));
    graph.node("MatMul", &[at, &weights], &product, &[]);
    graph.node("Add", &[&product, &bias], &sum, &[]);
    if !is_bent {
        return sum;
    }
    graph.node("Relu", &[&sum], &bent, &[]);
    bent
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The same both ways, 1 or 2.
fn both(step: usize) -> Attribute {
    Attribute::Ints(if step == 2 { &[2, 2] } else { &[1, 1] })
}

/// Keras pads below and to the right alone where a convolution of 3 by 3 goes in steps of 2.
fn pads(side: usize, stride: usize) -> Attribute {
    Attribute::Ints(match (side, stride) {
        (1, _) => &[0, 0, 0, 0],
        (_, 2) => &[0, 0, 1, 1],
        _ => &[1, 1, 1, 1],
    })
}
