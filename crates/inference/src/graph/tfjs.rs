//! Weights as tensorflow.js packs them: a list of names, shapes and ranges, and one run of bytes, each a 255th of a range.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::literal;

/// Numbers of all weights together, and of one's shape.
const NUMBERS_MAX: usize = 16 << 20;
const AXES_MAX: usize = 4;

/// A weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weight {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f64>,
}

/// Weights by name.
#[derive(Debug)]
pub(super) struct Weights(HashMap<String, Weight>);

#[derive(Deserialize)]
struct Group {
    weights: Vec<Spec>,
}

#[derive(Deserialize)]
struct Spec {
    name: String,
    shape: Vec<f64>,
    quantization: Range,
}

#[derive(Deserialize)]
struct Range {
    min: f64,
    scale: f64,
    dtype: String,
}

impl Weights {
    /// From the script that names them and the scripts that hold their bytes, in order.
    ///
    /// # Errors
    /// In words, when one of them is not what it should be or bytes are missing or left over.
    pub(super) fn read(model: &str, shards: &[&str]) -> Result<Self, String> {
        let mut model = literal::exported(model)?;
        let groups = model.get_mut("weightsManifest").map(Value::take).ok_or("it names no weights")?;
        let groups: Vec<Group> = serde_json::from_value(groups).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        for shard in shards {
            let text = literal::exported(shard)?;
            let text = text.as_str().ok_or("a script of bytes exports no text")?;
            bytes.extend(STANDARD.decode(text).map_err(|error| error.to_string())?);
        }
        let mut left = bytes.as_slice();
        let mut weights = HashMap::new();
        for spec in groups.into_iter().flat_map(|group| group.weights) {
            let shape = shape(&spec).ok_or_else(|| format!("weight {}: no shape that is read", spec.name))?;
            let Range { min, scale, dtype } = spec.quantization;
            if dtype != "uint8" || !min.is_finite() || !scale.is_finite() {
                return Err(format!("weight {}: its range is not of bytes", spec.name));
            }
            let count = shape.iter().product();
            let (own, rest) = left
                .split_at_checked(count)
                .ok_or_else(|| format!("weight {}: bytes are missing", spec.name))?;
            left = rest;
            // As tensorflow.js does it: a number of double precision, kept in single.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the network's numbers are of single precision"
            )]
            let value = |byte: &u8| f64::from((f64::from(*byte) * scale + min) as f32);
            weights.insert(spec.name, Weight { shape, values: own.iter().map(value).collect() });
        }
        if left.is_empty() { Ok(Self(weights)) } else { Err("bytes are left over".to_owned()) }
    }

    /// A weight of this many axes.
    ///
    /// # Errors
    /// In words.
    pub(super) fn get<const AXES: usize>(&self, name: &str) -> Result<([usize; AXES], &[f64]), String> {
        let weight = self.0.get(name).ok_or_else(|| format!("weight {name} is missing"))?;
        let shape = weight.shape.as_slice().try_into();
        let shape = shape.map_err(|_| format!("weight {name} has {} axes", weight.shape.len()))?;
        Ok((shape, &weight.values))
    }
}

/// Sizes, where they are whole and few.
fn shape(spec: &Spec) -> Option<Vec<usize>> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within the limit")]
    let whole = |size: &f64| (size.fract() == 0.0 && (1.0..=1e6).contains(size)).then_some(*size as usize);
    let sizes: Vec<usize> = spec.shape.iter().map(whole).collect::<Option<_>>()?;
    let count = sizes.iter().try_fold(1_usize, |count, size| count.checked_mul(*size))?;
    ((1..=AXES_MAX).contains(&sizes.len()) && count <= NUMBERS_MAX).then_some(sizes)
}

#[cfg(test)]
mod tests {
    use super::Weights;

    const MODEL: &str = r#"e.exports={weightsManifest:[{paths:["a"],weights:[
        {name:"one",shape:[2,1],dtype:"float32",quantization:{min:-1,scale:.5,dtype:"uint8"}},
        {name:"two",shape:[1],dtype:"float32",quantization:{min:0,scale:2,dtype:"uint8"}}]}]}"#;

    fn read(model: &str, shard: &str) -> Result<Weights, String> {
        let model: String = model.split_whitespace().collect();
        Weights::read(&model, &[&format!("e.exports=\"{shard}\"")])
    }

    #[test]
    fn bytes_become_numbers_of_their_range_and_none_is_missing_or_left_over() {
        // Bytes 0, 4, 3.
        let weights = read(MODEL, "AAQD").expect("weights");
        assert_eq!(weights.get("one"), Ok(([2, 1], [-1.0, 1.0].as_slice())));
        assert_eq!(weights.get("two"), Ok(([1], [6.0].as_slice())));
        assert!(weights.get::<2>("two").is_err() && weights.get::<1>("three").is_err());
        for (model, shard) in [
            (MODEL, "AAQ="),
            (MODEL, "AAQDAA=="),
            (MODEL, "!!!!"),
            (&MODEL.replace("uint8", "uint16"), "AAQD"),
            (&MODEL.replace("[2,1]", "[2e9,1]"), "AAQD"),
            (&MODEL.replace("[2,1]", "[.5,1]"), "AAQD"),
            (&MODEL.replace("weightsManifest", "other"), "AAQD"),
        ] {
            assert!(read(model, shard).is_err(), "{model} {shard}");
        }
    }
}
