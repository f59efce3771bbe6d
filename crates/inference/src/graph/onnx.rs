//! As much of ONNX's protobuf encoding as a graph of known shape needs (onnx.proto3, IR version 8). Field numbers are
//! the specification's.

/// Version of the operators: 20 has `Gelu`.
const OPSET: u64 = 20;
const IR_VERSION: u64 = 8;
const FLOAT: u64 = 1;
const INT64: u64 = 7;

/// A protobuf message being written.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(u8::try_from(value & 0x7f).unwrap_or_default() | 0x80);
            value >>= 7;
        }
        self.0.push(u8::try_from(value).unwrap_or_default());
    }

    fn number(&mut self, field: u64, value: u64) -> &mut Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) -> &mut Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(&mut self, field: u64, text: &str) -> &mut Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(&mut self, field: u64, inner: &Message) -> &mut Self {
        self.bytes(field, &inner.0)
    }
}

/// An attribute of a node.
pub(super) enum Attribute {
    Float(f32),
    Int(i64),
    Ints(&'static [i64]),
}

/// A graph being written.
#[derive(Default)]
pub(super) struct Graph {
    message: Message,
}

impl Graph {
    /// A node with one output. An attribute is named.
    pub(super) fn node(&mut self, op: &str, inputs: &[&str], output: &str, attributes: &[(&str, Attribute)]) {
        let mut node = Message::default();
        for input in inputs {
            node.text(1, input);
        }
        node.text(2, output).text(3, output).text(4, op);
        for (name, value) in attributes {
            let mut attribute = Message::default();
            attribute.text(1, name);
            match value {
                Attribute::Float(value) => {
                    attribute.varint(2 << 3 | 5);
                    attribute.0.extend_from_slice(&value.to_le_bytes());
                    attribute.number(20, 1);
                }
                Attribute::Int(value) => {
                    attribute.number(3, value.cast_unsigned()).number(20, 2);
                }
                Attribute::Ints(values) => {
                    for value in *values {
                        attribute.number(8, value.cast_unsigned());
                    }
                    attribute.number(20, 7);
                }
            }
            node.message(5, &attribute);
        }
        self.message.message(1, &node);
    }

    /// Weights, 32-bit floats in little-endian order.
    pub(super) fn floats(&mut self, name: &str, shape: &[usize], data: &[u8]) {
        self.tensor(name, FLOAT, shape, data);
    }

    /// A constant list of whole numbers.
    pub(super) fn ints(&mut self, name: &str, values: &[i64]) {
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(name, INT64, &[values.len()], &data);
    }

    fn tensor(&mut self, name: &str, kind: u64, shape: &[usize], data: &[u8]) {
        let mut tensor = Message::default();
        for size in shape {
            tensor.number(1, *size as u64);
        }
        tensor.number(2, kind).text(8, name).bytes(9, data);
        self.message.message(5, &tensor);
    }

    /// An input: a list of whole numbers of any length.
    pub(super) fn list_input(&mut self, name: &str) {
        self.value(11, name, INT64, None);
    }

    /// An input: floats, of so many axes of any length.
    pub(super) fn numbers_input(&mut self, name: &str, axes: usize) {
        let mut shape = Message::default();
        for _ in 0..axes {
            shape.message(1, &Message::default());
        }
        self.value(11, name, FLOAT, Some(&shape));
    }

    /// The output, floats.
    pub(super) fn output(&mut self, name: &str) {
        self.value(12, name, FLOAT, None);
    }

    fn value(&mut self, field: u64, name: &str, kind: u64, shape: Option<&Message>) {
        let mut tensor = Message::default();
        tensor.number(1, kind);
        if let Some(shape) = shape {
            tensor.message(2, shape);
        }
        let (mut form, mut value) = (Message::default(), Message::default());
        form.message(1, &tensor);
        value.text(1, name).message(2, &form);
        self.message.message(field, &value);
    }

    /// The model's bytes.
    pub(super) fn finish(mut self, name: &str) -> Vec<u8> {
        self.message.text(2, name);
        let (mut opset, mut model) = (Message::default(), Message::default());
        opset.text(1, "").number(2, OPSET);
        model.number(1, IR_VERSION).message(7, &self.message).message(8, &opset);
        model.0
    }
}
