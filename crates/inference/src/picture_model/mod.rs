//! What models make of a picture: small ones first, and larger ones where those are not sure that there is nothing to see.

mod calibration;
mod manifest;
mod prepare;
mod resize;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::path::PathBuf;

use proviso_model::Digest;

pub use calibration::Shares;
pub use manifest::{Channels, Class, Input, Label, Layout, Manifest, ManifestFile, NetworkForm, Settles};

use crate::InferenceError;
use crate::graph::Mobilenet;
use crate::picture::Picture;
use crate::runtime::{Form, Network, Runtime};

/// A whole, in millionths.
const WHOLE: f32 = 1e6;
/// How far from 1 the chances of a picture may add up to.
const SUM_OFF_MAX: f32 = 0.01;

/// A model of pictures, loaded. It stays on the thread that loaded it, and no model here says anything of anyone's age.
pub struct PictureModel {
    manifest: Manifest,
    network: Box<dyn Network>,
}

/// What a model makes of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureSaid {
    /// Name and version of the model, as written in findings and cards.
    pub model: String,
    /// SHA-256 of its file, the first of its manifest.
    pub sha256: Digest,
    /// Name and version of what ran it.
    pub runtime: String,
    /// The chance that it gives for sexually explicit, as it was trained to say it, in millionths.
    pub explicit: u32,
    /// The chance that it gives for neutral, likewise.
    pub neutral: u32,
    /// The three shares that its manifest reads out of that.
    pub shares: Shares,
}

impl PictureModel {
    /// Loads a model from the first of `folders` that has its files; nothing when none has them all.
    ///
    /// # Errors
    /// [`InferenceError`] when a file cannot be read, is another than the one pinned, or holds no such network.
    pub fn load(
        manifest: &Manifest,
        folders: &[PathBuf],
        runtime: &Runtime,
    ) -> Result<Option<Self>, InferenceError> {
        let pinned = manifest.pinned();
        let Some(paths) = pinned.iter().map(|file| file.find(folders)).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let mut files = Vec::new();
        for (file, path) in pinned.iter().zip(&paths) {
            files.push(file.read(path)?.0);
        }
        let fault = |problem: String| InferenceError::Model { model: manifest.reference(), problem };
        let form = form(manifest.network, files).map_err(fault)?;
        let network = runtime.load(form).map_err(fault)?;
        Ok(Some(Self { manifest: manifest.clone(), network }))
    }

    /// What it makes of a picture.
    ///
    /// # Errors
    /// [`InferenceError`] when the model fails or gives what are no chances.
    pub fn look(&self, picture: &Picture) -> Result<PictureSaid, InferenceError> {
        let fault = |problem: &str| {
            let (model, problem) = (self.manifest.reference(), problem.to_owned());
            InferenceError::Run { model, problem }
        };
        let (shape, values) = prepare::values(picture, &self.manifest.input);
        let chances = self.network.run(shape, values).map_err(|problem| fault(&problem))?;
        if chances.len() != self.manifest.labels.len() {
            return Err(fault("it gives another number of chances than its manifest has labels"));
        }
        let is_chance = |chance: &f32| (-SUM_OFF_MAX..=1.0 + SUM_OFF_MAX).contains(chance);
        let sum: f32 = chances.iter().sum();
        if !chances.iter().all(is_chance) || (sum - 1.0).abs() > SUM_OFF_MAX {
            return Err(fault("what it gives are no chances that add up to 1"));
        }
        let of = |class: Class| {
            let pairs = chances.iter().zip(&self.manifest.labels);
            let sum: f32 = pairs.filter(|(_, label)| label.class == class).map(|(chance, _)| *chance).sum();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1")]
            let millionths = (sum.clamp(0.0, 1.0) * WHOLE).round() as u32;
            millionths
        };
        let (explicit, neutral) = (of(Class::Explicit), of(Class::Neutral));
        Ok(PictureSaid {
            model: self.manifest.reference(),
            sha256: self.manifest.sha256(),
            runtime: self.network.runtime().to_owned(),
            explicit,
            neutral,
            shares: self.manifest.calibration.shares(explicit, neutral),
        })
    }
}

/// A network's files as runtimes take them.
fn form(form: NetworkForm, mut files: Vec<Vec<u8>>) -> Result<Form, String> {
    match form {
        NetworkForm::Onnx => files.pop().map(Form::Onnx).ok_or_else(|| "it has no file".to_owned()),
        NetworkForm::KerasMobilenetV2 => {
            let script = files.pop().unwrap_or_default();
            let text = |bytes| std::str::from_utf8(bytes).map_err(|_| "a script is not UTF-8".to_owned());
            let shards: Vec<&str> = files.iter().map(|bytes| text(bytes)).collect::<Result<_, _>>()?;
            Mobilenet::read(text(&script)?, &shards).map(|network| Form::Mobilenet(Box::new(network)))
        }
    }
}

/// Models that look at pictures one after the other, the cheapest first. One is loaded when it is asked for the first time.
pub struct PictureModels {
    models: Vec<Lazy>,
    folders: Vec<PathBuf>,
    runtime: Runtime,
    faults: Vec<String>,
}

struct Lazy {
    manifest: Manifest,
    loaded: OnceCell<Result<Option<PictureModel>, String>>,
}

/// What models make of a picture, and what is wrong with those that could not be asked.
#[derive(Debug, Default)]
pub struct PictureLook {
    /// In the order in which they were asked.
    pub said: Vec<PictureSaid>,
    /// In words.
    pub faults: Vec<String>,
}

impl PictureModels {
    /// Those of the manifests known here and in `folders` that are `wanted`, by name and version.
    #[must_use]
    pub fn find(folders: Vec<PathBuf>, wanted: &[String], runtime: Runtime) -> Self {
        let (mut manifests, faults) = Manifest::all(&folders);
        manifests.retain(|manifest| wanted.contains(&manifest.reference()));
        let lazy = |manifest| Lazy { manifest, loaded: OnceCell::new() };
        let faults = faults.iter().map(ToString::to_string).collect();
        Self { models: manifests.into_iter().map(lazy).collect(), folders, runtime, faults }
    }

    /// Asks one model after the other until one settles it: that says neutral with so much confidence that its manifest lets
    /// it speak alone. A model that is not on this machine is left out, and so is one that cannot be used, which is said.
    #[must_use]
    pub fn look(&self, picture: &Picture) -> PictureLook {
        let mut look = PictureLook { said: Vec::new(), faults: self.faults.clone() };
        for lazy in &self.models {
            let load = || PictureModel::load(&lazy.manifest, &self.folders, &self.runtime);
            let loaded = lazy.loaded.get_or_init(|| load().map_err(|error| error.to_string()));
            let said = match loaded {
                Ok(Some(model)) => model.look(picture).map_err(|error| error.to_string()),
                Ok(None) => continue,
                Err(fault) => Err(fault.clone()),
            };
            match said {
                Ok(said) => {
                    let settles = lazy.manifest.settles;
                    let is_settled =
                        settles.is_some_and(|settles| said.neutral >= settles.neutral_millionths());
                    look.said.push(said);
                    if is_settled {
                        break;
                    }
                }
                Err(fault) => look.faults.push(fault),
            }
        }
        look
    }

    /// Why the onnxruntime library that is there is not used, if so; to be told once.
    #[must_use]
    pub fn runtime_fault(&self) -> Option<String> {
        self.runtime.fault()
    }
}
