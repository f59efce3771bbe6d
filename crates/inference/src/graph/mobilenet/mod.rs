//! MobileNetV2 (Sandler and others, 2018) as Keras builds it, with dense layers behind it: batch norms folded into the
//! convolutions before them.

mod written;

use super::tfjs::Weights;

/// Keras's own.
const EPSILON: f64 = 0.001;
/// Stride of each block's depthwise convolution, from block 1.
const STRIDES: [usize; 16] = [2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1];
/// Names of the dense layers behind it.
const DENSE: [&str; 3] = ["dense_1", "dense_2", "dense_3"];

/// The network, layer by layer, in the order in which a picture goes through them.
pub(crate) struct Mobilenet {
    /// Over all three colours.
    pub(crate) first: Convolution,
    pub(crate) blocks: Vec<Block>,
    /// Over all channels; behind it the mean of each channel is taken.
    pub(crate) last: Convolution,
    pub(crate) dense: Vec<Dense>,
}

/// Wide, in depth, narrow again.
pub(crate) struct Block {
    /// None where what comes in is wide enough.
    pub(crate) expand: Option<Convolution>,
    /// Each channel by itself.
    pub(crate) depth: Convolution,
    pub(crate) project: Convolution,
    /// Whether what came in goes on top of what comes out, for both have the same shape.
    pub(crate) is_residual: bool,
}

/// A convolution with the norm behind it folded in.
pub(crate) struct Convolution {
    pub(crate) name: String,
    /// Height and width of its kernel: 1 or 3.
    pub(crate) side: usize,
    /// Channels that come in; 1 where each is by itself.
    pub(crate) inputs: usize,
    /// Channels that go out.
    pub(crate) outputs: usize,
    /// By row, column, channel that comes in and channel that goes out.
    pub(crate) kernel: Vec<f32>,
    /// One for each channel that goes out.
    pub(crate) biases: Vec<f32>,
    /// 1 or 2, both ways.
    pub(crate) stride: usize,
    /// Whether it is bent at 0 and 6.
    pub(crate) is_bent: bool,
}

/// A dense layer.
pub(crate) struct Dense {
    pub(crate) name: &'static str,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// By number that comes in and number that goes out.
    pub(crate) kernel: Vec<f32>,
    pub(crate) biases: Vec<f32>,
    /// Whether it is bent at 0.
    pub(crate) is_bent: bool,
}

impl Mobilenet {
    /// From the script that names its weights and those that hold them.
    ///
    /// # Errors
    /// In words, when a weight is missing or does not fit.
    pub(crate) fn read(model: &str, shards: &[&str]) -> Result<Self, String> {
        let weights = Weights::read(model, shards)?;
        let first = convolution(&weights, ("Conv1", "bn_Conv1"), 2, true)?;
        let name = "expanded_conv";
        let mut blocks = vec![Block {
            expand: None,
            depth: depthwise(&weights, name, 1)?,
            project: projection(&weights, name)?,
            is_residual: false,
        }];
        for (number, stride) in (1..).zip(STRIDES) {
            blocks.push(block(&weights, &format!("block_{number}"), stride)?);
        }
        let last = convolution(&weights, ("Conv_1", "Conv_1_bn"), 1, true)?;
        let dense = DENSE.map(|name| dense(&weights, name)).into_iter().collect::<Result<_, String>>()?;
        let read = Self { first, blocks, last, dense };
        read.fits().then_some(read).ok_or_else(|| "its layers do not fit together".to_owned())
    }

    /// Whether each layer takes what the one before it gives.
    fn fits(&self) -> bool {
        let mut channels = self.first.outputs;
        for Block { expand, depth, project, is_residual } in &self.blocks {
            let wide = expand.as_ref().map_or(channels, |expand| expand.outputs);
            let comes_in = expand.as_ref().is_none_or(|expand| expand.inputs == channels && expand.side == 1);
            let residual = !is_residual || (depth.stride == 1 && project.outputs == channels);
            if !comes_in || depth.outputs != wide || depth.side != 3 || project.inputs != wide || !residual {
                return false;
            }
            channels = project.outputs;
        }
        let mut numbers = self.last.outputs;
        let dense =
            self.dense.iter().all(|dense| std::mem::replace(&mut numbers, dense.outputs) == dense.inputs);
        self.first.inputs == 3 && self.first.side == 3 && self.last.inputs == channels && dense
    }
}

fn block(weights: &Weights, name: &str, stride: usize) -> Result<Block, String> {
    let expand = format!("{name}_expand");
    let expand = convolution(weights, (&expand, &format!("{expand}_BN")), 1, true)?;
    let (depth, project) = (depthwise(weights, name, stride)?, projection(weights, name)?);
    let is_residual = stride == 1 && expand.inputs == project.outputs;
    Ok(Block { expand: Some(expand), depth, project, is_residual })
}

fn projection(weights: &Weights, block: &str) -> Result<Convolution, String> {
    let name = format!("{block}_project");
    convolution(weights, (&name, &format!("{name}_BN")), 1, false)
}

/// A convolution over all channels and its norm.
fn convolution(
    weights: &Weights,
    (name, norm): (&str, &str),
    stride: usize,
    is_bent: bool,
) -> Result<Convolution, String> {
    let ([side, wide, inputs, outputs], kernel) = weights.get::<4>(&format!("{name}/kernel"))?;
    let (factors, biases) = folded_norm(weights, norm, outputs)?;
    let kernel = folded(kernel, &factors);
    let name = square(name, side, wide)?;
    Ok(Convolution { name, side, inputs, outputs, kernel, biases, stride, is_bent })
}

/// A convolution of each channel by itself and its norm, bent.
fn depthwise(weights: &Weights, block: &str, stride: usize) -> Result<Convolution, String> {
    let name = format!("{block}_depthwise");
    let ([side, wide, channels, one], kernel) = weights.get::<4>(&format!("{name}/depthwise_kernel"))?;
    if one != 1 {
        return Err(format!("weight {name} makes several channels of one"));
    }
    let (factors, biases) = folded_norm(weights, &format!("{name}_BN"), channels)?;
    let kernel = folded(kernel, &factors);
    let name = square(&name, side, wide)?;
    Ok(Convolution { name, side, inputs: 1, outputs: channels, kernel, biases, stride, is_bent: true })
}

fn square(name: &str, high: usize, wide: usize) -> Result<String, String> {
    let is_known = high == wide && matches!(high, 1 | 3);
    is_known.then(|| name.to_owned()).ok_or_else(|| format!("weight {name} is neither 1 by 1 nor 3 by 3"))
}

/// A norm over channels as a factor and a bias for each.
fn folded_norm(weights: &Weights, name: &str, channels: usize) -> Result<(Vec<f64>, Vec<f32>), String> {
    let part = |part: &str| -> Result<&[f64], String> {
        let ([length], values) = weights.get::<1>(&format!("{name}/{part}"))?;
        if length == channels { Ok(values) } else { Err(format!("weight {name}/{part} has another length")) }
    };
    let (means, spreads) = (part("moving_mean")?, part("moving_variance")?);
    let gammas = part("gamma")?.iter().zip(spreads);
    let factors: Vec<f64> = gammas.map(|(gamma, spread)| gamma / (spread + EPSILON).sqrt()).collect();
    let moved = factors.iter().zip(means).map(|(factor, mean)| factor * mean);
    let biases = part("beta")?.iter().zip(moved).map(|(beta, moved)| single(beta - moved)).collect();
    Ok((factors, biases))
}

/// A kernel times its norm's factors; the channels that go out stand last in it.
fn folded(kernel: &[f64], factors: &[f64]) -> Vec<f32> {
    kernel.iter().zip(factors.iter().cycle()).map(|(number, factor)| single(number * factor)).collect()
}

fn dense(weights: &Weights, name: &'static str) -> Result<Dense, String> {
    let ([inputs, outputs], kernel) = weights.get::<2>(&format!("{name}/kernel"))?;
    let ([length], biases) = weights.get::<1>(&format!("{name}/bias"))?;
    if length != outputs {
        return Err(format!("weight {name}/bias has another length"));
    }
    let singles = |values: &[f64]| values.iter().copied().map(single).collect();
    let (kernel, biases, is_bent) = (singles(kernel), singles(biases), DENSE.last() != Some(&name));
    Ok(Dense { name, inputs, outputs, kernel, biases, is_bent })
}

#[expect(clippy::cast_possible_truncation, reason = "the network's numbers are of single precision")]
fn single(number: f64) -> f32 {
    number as f32
}
