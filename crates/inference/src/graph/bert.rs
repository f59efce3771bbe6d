//! BERT's encoder (Devlin and others, 2019) over one passage: no batch and no padding, so no mask.

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::onnx::{Attribute, Graph};

/// Input: the tokens' numbers.
pub(crate) const IDS: &str = "ids";
/// Input: 0, 1, 2 ... as many.
pub(crate) const PLACES: &str = "places";
/// Output: a vector for each token.
pub(crate) const OUTPUT: &str = "vectors";

/// Sizes of a network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) layers: usize,
    pub(crate) heads: i64,
    /// Length of a head's vectors.
    pub(crate) head_length: i64,
    pub(crate) norm_epsilon: f32,
}

/// The encoder with these weights, named as the transformers library names them, as an ONNX model.
///
/// # Errors
/// In words, when a weight is missing or of another type.
pub(crate) fn encode(weights: &SafeTensors<'_>, shape: Shape) -> Result<Vec<u8>, String> {
    let mut writer = Writer { graph: Graph::default(), weights, shape };
    writer.graph.list_input(IDS);
    writer.graph.list_input(PLACES);
    writer.graph.ints("split", &[-1, shape.heads, shape.head_length]);
    writer.graph.ints("joined", &[-1, shape.heads * shape.head_length]);
    writer.graph.ints("first", &[0]);
    #[expect(clippy::cast_precision_loss, reason = "a head's length is a small whole number")]
    let scale = 1.0 / (shape.head_length as f32).sqrt();
    writer.graph.floats("scale", &[1], &scale.to_le_bytes());
    let mut at = writer.embeddings()?;
    for layer in 0..shape.layers {
        at = writer.layer(layer, &at)?;
    }
    writer.graph.node("Identity", &[&at], OUTPUT, &[]);
    writer.graph.output(OUTPUT);
    Ok(writer.graph.finish("bert"))
}

struct Writer<'w> {
    graph: Graph,
    weights: &'w SafeTensors<'w>,
    shape: Shape,
}

impl<'w> Writer<'w> {
    /// A weight under its own name.
    fn read(&self, name: &str) -> Result<TensorView<'w>, String> {
        let tensor = self.weights.tensor(name).map_err(|error| format!("weight {name}: {error}"))?;
        if tensor.dtype() != Dtype::F32 {
            return Err(format!("weight {name} is {:?}, and F32 was expected", tensor.dtype()));
        }
        Ok(tensor)
    }

    /// Takes a weight over.
    fn weight(&mut self, name: &str) -> Result<String, String> {
        let tensor = self.read(name)?;
        self.graph.floats(name, tensor.shape(), tensor.data());
        Ok(name.to_owned())
    }

    /// Takes a table over with its rows as columns.
    fn weight_turned(&mut self, name: &str) -> Result<String, String> {
        let tensor = self.read(name)?;
        let &[rows, columns] = tensor.shape() else { return Err(format!("weight {name} is no table")) };
        let numbers = tensor.data().as_chunks::<4>().0;
        let turned: Vec<u8> = (0..columns)
            .flat_map(|column| numbers.iter().skip(column).step_by(columns).take(rows).flatten().copied())
            .collect();
        self.graph.floats(name, &[columns, rows], &turned);
        Ok(name.to_owned())
    }

    fn embeddings(&mut self) -> Result<String, String> {
        let word = self.weight("embeddings.word_embeddings.weight")?;
        let place = self.weight("embeddings.position_embeddings.weight")?;
        let kind = self.weight("embeddings.token_type_embeddings.weight")?;
        self.graph.node("Gather", &[&word, IDS], "words", &[]);
        self.graph.node("Gather", &[&place, PLACES], "at-places", &[]);
        self.graph.node("Gather", &[&kind, "first"], "kind", &[]);
        self.graph.node("Add", &["words", "at-places"], "placed", &[]);
        self.graph.node("Add", &["placed", "kind"], "summed", &[]);
        self.norm("embeddings.LayerNorm", "summed", "embedded")
    }

    fn layer(&mut self, layer: usize, at: &str) -> Result<String, String> {
        let own = |part: &str| format!("encoder.layer.{layer}.{part}");
        let name = |part: &str| format!("{part}-{layer}");
        for (part, turned) in [("query", &[1_i64, 0, 2]), ("key", &[1, 2, 0]), ("value", &[1, 0, 2])] {
            let flat =
                self.linear(&own(&format!("attention.self.{part}")), at, &name(&format!("{part}-flat")))?;
            let split = name(&format!("{part}-split"));
            self.graph.node("Reshape", &[&flat, "split"], &split, &[]);
            self.graph.node("Transpose", &[&split], &name(part), &[("perm", Attribute::Ints(turned))]);
        }
        self.graph.node("MatMul", &[&name("query"), &name("key")], &name("raw"), &[]);
        self.graph.node("Mul", &[&name("raw"), "scale"], &name("scaled"), &[]);
        self.graph.node("Softmax", &[&name("scaled")], &name("shares"), &[("axis", Attribute::Int(-1))]);
        self.graph.node("MatMul", &[&name("shares"), &name("value")], &name("heads"), &[]);
        let back = [("perm", Attribute::Ints(&[1, 0, 2]))];
        self.graph.node("Transpose", &[&name("heads")], &name("back"), &back);
        self.graph.node("Reshape", &[&name("back"), "joined"], &name("context"), &[]);
        let told = self.linear(&own("attention.output.dense"), &name("context"), &name("told"))?;
        self.graph.node("Add", &[&told, at], &name("attended"), &[]);
        let attended =
            self.norm(&own("attention.output.LayerNorm"), &name("attended"), &name("attended-even"))?;
        let wide = self.linear(&own("intermediate.dense"), &attended, &name("wide"))?;
        self.graph.node("Gelu", &[&wide], &name("bent"), &[]);
        let narrow = self.linear(&own("output.dense"), &name("bent"), &name("narrow"))?;
        self.graph.node("Add", &[&narrow, &attended], &name("whole"), &[]);
        self.norm(&own("output.LayerNorm"), &name("whole"), &name("layer"))
    }

    /// A linear layer. Its weights stand as output by input, and are turned once here: the runtime lays a `MatMul`'s weights
    /// out for its processor when it loads them, and a `Gemm`'s again at each run, which takes longer than multiplying.
    fn linear(&mut self, weights: &str, at: &str, output: &str) -> Result<String, String> {
        let weight = self.weight_turned(&format!("{weights}.weight"))?;
        let bias = self.weight(&format!("{weights}.bias"))?;
        let product = format!("{output}-product");
        self.graph.node("MatMul", &[at, &weight], &product, &[]);
        self.graph.node("Add", &[&product, &bias], output, &[]);
        Ok(output.to_owned())
    }

    fn norm(&mut self, weights: &str, at: &str, output: &str) -> Result<String, String> {
        let weight = self.weight(&format!("{weights}.weight"))?;
        let bias = self.weight(&format!("{weights}.bias"))?;
        let attributes =
            [("axis", Attribute::Int(-1)), ("epsilon", Attribute::Float(self.shape.norm_epsilon))];
        self.graph.node("LayerNormalization", &[at, &weight, &bias], output, &attributes);
        Ok(output.to_owned())
    }
}
