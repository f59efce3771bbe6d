//! What is said of a picture model: its files by hash, its licence, what its numbers mean, how a picture is prepared for it,
//! and from where its word settles. Two manifests are part of this program; a force may put more beside the models' files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use proviso_model::Digest;
use serde::Deserialize;

use super::calibration::Calibration;
use crate::InferenceError;
use crate::files::ModelFile;

/// Manifests of the models that this program knows by itself.
const BUILT_IN: [&str; 2] =
    [include_str!("../../models/nsfwjs-mobilenet-v2.toml"), include_str!("../../models/open-nsfw.toml")];
/// Name of a manifest in a model's own folder.
const FILE: &str = "model.toml";
const FILE_BYTES_MAX: u64 = 64 << 10;
/// Folders of models that are looked into.
const FOLDERS_MAX: usize = 64;
const FILES_MAX: usize = 8;
const LABELS_MAX: usize = 64;
const SIDE_MAX: u16 = 1_024;

/// A model's manifest.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// As a policy names it.
    pub name: String,
    /// As a policy names it.
    pub version: String,
    /// For people: what it is.
    pub about: String,
    /// Licence of its weights.
    pub licence: String,
    /// For people: where its files are from.
    pub package: String,
    /// For people: where its card is.
    pub card: String,
    /// What its files are.
    pub network: NetworkForm,
    /// Models with less are asked first.
    pub cost: u16,
    /// Its files; the model is named by the hash of the first.
    #[serde(rename = "file")]
    pub files: Vec<ManifestFile>,
    /// How a picture is prepared.
    pub input: Input,
    /// What its numbers mean, in their order.
    #[serde(rename = "label")]
    pub labels: Vec<Label>,
    /// From its numbers to three shares.
    pub calibration: Calibration,
    /// When its word alone is enough.
    #[serde(default)]
    pub settles: Option<Settles>,
}

/// A file, by its place in a folder of models and its hash.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Folder and name, with a slash between.
    pub path: String,
    /// SHA-256.
    pub sha256: Digest,
}

/// What a model's files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkForm {
    /// One ONNX file: one input, one output, which are chances that add up to 1.
    Onnx,
    /// Weights of Keras's MobileNetV2 with three dense layers behind it, as tensorflow.js writes them into a script, and the
    /// script that names them.
    KerasMobilenetV2,
}

/// How a picture becomes numbers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Pixels each way to which the whole picture is brought.
    pub resized: u16,
    /// Pixels each way of its middle that the network sees.
    pub side: u16,
    /// Order of the numbers.
    pub layout: Layout,
    /// Order of the colours.
    pub channels: Channels,
    /// Taken off each colour, in that order.
    pub less: [f32; 3],
    /// Then each number is divided by this.
    pub divided_by: f32,
}

/// Order of a picture's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// The three colours of a pixel together ("NHWC").
    PixelsFirst,
    /// All pixels of a colour together ("NCHW").
    ColoursFirst,
}

/// Order of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channels {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// A number that a network gives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// As its makers call it.
    pub name: String,
    /// What it counts as here.
    pub class: Class,
}

/// What a label counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Sexually explicit.
    Explicit,
    /// Between the two.
    Suggestive,
    /// Neither.
    Neutral,
}

/// When a model's word alone is enough.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settles {
    /// At so much for neutral no costlier model is asked.
    pub neutral_permille: u16,
}

impl Settles {
    pub(super) fn neutral_millionths(self) -> u32 {
        u32::from(self.neutral_permille) * 1_000
    }
}

impl Manifest {
    /// The manifests that are part of this program.
    ///
    /// # Errors
    /// [`InferenceError::Manifest`] never, but for a fault of the build.
    pub fn built_in() -> Result<Vec<Self>, InferenceError> {
        let read = |text: &&str| Self::from_toml(text).map_err(|problem| fault("built in", problem));
        BUILT_IN.iter().map(read).collect()
    }

    /// The same, and those that lie as `model.toml` in a model's folder of `folders`, by cost. Of two with the same name and
    /// version the first counts, and built-in ones come first.
    /// With what is wrong with those that cannot be used.
    #[must_use]
    pub fn all(folders: &[PathBuf]) -> (Vec<Self>, Vec<InferenceError>) {
        let mut faults = Vec::new();
        let mut all = Self::built_in().unwrap_or_else(|error| {
            faults.push(error);
            Vec::new()
        });
        for path in folders.iter().flat_map(|folder| manifests_in(folder)) {
            match Self::read(&path) {
                Ok(manifest) if all.iter().all(|known| known.reference() != manifest.reference()) => {
                    all.push(manifest);
                }
                Ok(_) => {}
                Err(error) => faults.push(error),
            }
        }
        all.sort_by_key(|manifest| manifest.cost);
        (all, faults)
    }

    fn read(path: &Path) -> Result<Self, InferenceError> {
        let shown = path.display().to_string();
        let bytes = crate::files::read_at_most(path, FILE_BYTES_MAX)?;
        let text = String::from_utf8(bytes).map_err(|_| fault(&shown, "it is not UTF-8".to_owned()))?;
        Self::from_toml(&text).map_err(|problem| fault(&shown, problem))
    }

    /// # Errors
    /// What is wrong, in words.
    pub(super) fn from_toml(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Name and version, as written in findings and cards.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The SHA-256 by which the model is named.
    #[must_use]
    pub fn sha256(&self) -> Digest {
        self.files.first().map(|file| file.sha256).unwrap_or_default()
    }

    /// Its files as they are looked for.
    #[must_use]
    pub fn pinned(&self) -> Vec<ModelFile> {
        let pinned = |file: &ManifestFile| ModelFile {
            path: Cow::Owned(file.path.clone()),
            sha256: Cow::Owned(file.sha256.to_string()),
        };
        self.files.iter().map(pinned).collect()
    }

    fn check(&self) -> Result<(), String> {
        let is_plain = |text: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            (1..=64).contains(&text.len()) && text.chars().all(fits) && !text.starts_with('.')
        };
        if !is_plain(&self.name) || !is_plain(&self.version) {
            return Err("write name and version in letters, digits, '-', '_' and '.'".to_owned());
        }
        let wanted = if self.network == NetworkForm::Onnx { 1..=1 } else { 2..=FILES_MAX };
        if !wanted.contains(&self.files.len()) {
            return Err(format!("name {wanted:?} files for this kind of network"));
        }
        let is_inside = |file: &ManifestFile| {
            file.path.split_once('/').is_some_and(|(folder, name)| is_plain(folder) && is_plain(name))
        };
        if !self.files.iter().all(is_inside) {
            return Err("write a file's path as FOLDER/NAME below the folder of models".to_owned());
        }
        let Input { resized, side, divided_by, less, .. } = self.input;
        if side == 0 || side > resized || resized > SIDE_MAX {
            return Err(format!("write side and resized from 1 to {SIDE_MAX}, and side at most resized"));
        }
        if !(divided_by.is_finite() && divided_by > 0.0 && less.iter().all(|less| less.is_finite())) {
            return Err("write less and divided_by as numbers, and divided_by above 0".to_owned());
        }
        let has = |class| self.labels.iter().any(|label| label.class == class);
        if self.labels.len() > LABELS_MAX || !has(Class::Explicit) || !has(Class::Neutral) {
            return Err(format!("name at most {LABELS_MAX} labels, one explicit and one neutral at least"));
        }
        let is_share = |settles: Settles| (500..=1000).contains(&settles.neutral_permille);
        if !self.settles.is_none_or(is_share) {
            return Err("write settles.neutral_permille from 500 to 1000".to_owned());
        }
        self.calibration.check()
    }
}

fn manifests_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().take(FOLDERS_MAX).map(|entry| entry.path().join(FILE));
    let mut found: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    found.sort();
    found
}

fn fault(path: &str, problem: String) -> InferenceError {
    InferenceError::Manifest { path: path.to_owned(), problem }
}
