//! Networks written down as ONNX, the form that the runtime reads, from weights that come without one.

mod bert;
mod onnx;

pub(crate) use bert::{IDS, OUTPUT, PLACES, Shape, encode};
