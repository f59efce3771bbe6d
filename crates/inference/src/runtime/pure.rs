//! The pure Rust runtime, on one thread: a laptop must not feel it.

use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::Tensor;
use rten_tensor::prelude::*;

use super::Network;

/// Name and version, as recorded with a score.
const NAME: &str = "rten@0.27.0";

/// A network on it.
pub(super) struct Rten {
    model: Model,
    input: NodeId,
    output: NodeId,
    threads: Arc<ThreadPool>,
}

impl Rten {
    /// # Errors
    /// In words.
    pub(super) fn load(onnx: Vec<u8>) -> Result<Self, String> {
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(onnx)
            .map_err(|error| error.to_string())?;
        let one = |ids: &[NodeId], what: &str| match ids {
            [id] => Ok(*id),
            _ => Err(format!("it has not one {what}")),
        };
        let (input, output) = (one(model.input_ids(), "input")?, one(model.output_ids(), "output")?);
        Ok(Self { model, input, output, threads: Arc::new(ThreadPool::with_num_threads(1)) })
    }
}

impl Network for Rten {
    fn runtime(&self) -> &str {
        NAME
    }

    fn run(&self, shape: [usize; 4], values: Vec<f32>) -> Result<Vec<f32>, String> {
        let input = Tensor::from_data(&shape, values);
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let [output] = self
            .model
            .run_n(vec![(self.input, input.into())], [self.output], Some(options))
            .map_err(|error| error.to_string())?;
        let output: Tensor<f32> = output.try_into().map_err(|_| "it gives no list of numbers".to_owned())?;
        Ok(output.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::NAME;

    #[test]
    fn the_version_that_is_recorded_is_the_one_that_is_built_in() {
        let lock = include_str!("../../../../Cargo.lock");
        let (name, version) = NAME.split_once('@').expect("a name and a version");
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")), "{NAME}");
    }
}
