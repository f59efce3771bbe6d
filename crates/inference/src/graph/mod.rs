//! Networks written down as ONNX, the form that the runtime reads, from weights that come without one.

mod bert;
mod literal;
mod mobilenet;
mod onnx;
mod tfjs;

pub(crate) use bert::{IDS, OUTPUT, PLACES, Shape, encode};
pub(crate) use mobilenet::{Block, Convolution, Dense, Mobilenet};

/// The mean of a picture's three colours, a table, and chances: a network for tests.
#[cfg(test)]
pub(crate) fn tiny_network(table: &[[f32; 2]; 3]) -> Vec<u8> {
    use onnx::{Attribute, Graph};
    let bytes: Vec<u8> = table.as_flattened().iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut graph = Graph::default();
    graph.numbers_input("picture", 4);
    graph.floats("table", &[3, 2], &bytes);
    graph.node("GlobalAveragePool", &["picture"], "means", &[]);
    graph.node("Flatten", &["means"], "flat", &[("axis", Attribute::Int(1))]);
    graph.node("MatMul", &["flat", "table"], "product", &[]);
    graph.node("Softmax", &["product"], "chances", &[("axis", Attribute::Int(1))]);
    graph.output("chances");
    graph.finish("tiny")
}
