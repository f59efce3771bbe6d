//! What runs a network: pure Rust by itself, or the onnxruntime library where somebody has put one.

mod mobilenet;
mod onnxruntime;
mod pure;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use onnxruntime::Library;

use crate::graph::Mobilenet;

/// Where the library is looked for in a folder of models, where none is named.
const FOLDER: &str = "onnxruntime";

/// A network that is loaded: numbers in, numbers out.
pub(crate) trait Network {
    /// Name and version of what runs it.
    fn runtime(&self) -> &str;

    /// What it makes of one picture's numbers.
    ///
    /// # Errors
    /// In words.
    fn run(&self, shape: [usize; 4], values: Vec<f32>) -> Result<Vec<f32>, String>;
}

/// What a network is loaded from.
pub(crate) enum Form {
    /// An ONNX model.
    Onnx(Vec<u8>),
    /// A network that is known here layer by layer.
    Mobilenet(Box<Mobilenet>),
}

/// What networks are to be run by.
#[derive(Default)]
pub struct Runtime {
    library: Option<PathBuf>,
    loaded: OnceCell<Result<Library, String>>,
}

impl Runtime {
    /// The library that `named` says, or one that lies in a folder of models; pure Rust where there is none. Nothing is
    /// loaded yet.
    #[must_use]
    pub fn find(named: Option<&Path>, folders: &[PathBuf]) -> Self {
        let file = std::env::consts::DLL_PREFIX.to_owned() + "onnxruntime" + std::env::consts::DLL_SUFFIX;
        let places = folders.iter().map(|folder| folder.join(FOLDER).join(&file));
        let standard = || places.clone().find(|path| path.is_file());
        Self { library: named.map(Path::to_owned).or_else(standard), loaded: OnceCell::new() }
    }

    /// Loads a network; by pure Rust also where the library was tried and cannot be used.
    ///
    /// # Errors
    /// In words.
    pub(crate) fn load(&self, form: Form) -> Result<Box<dyn Network>, String> {
        if let Some(Ok(library)) = self.library() {
            let onnx = match form {
                Form::Onnx(onnx) => onnx,
                Form::Mobilenet(network) => network.onnx(),
            };
            return Ok(Box::new(library.load_network(&onnx)?));
        }
        Ok(match form {
            Form::Onnx(onnx) => Box::new(pure::Rten::load(onnx)?),
            Form::Mobilenet(network) => Box::new(mobilenet::Layered::new(*network)),
        })
    }

    /// Why the library that is there is not used, once something was loaded; to be told once.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let (path, fault) = (self.library.as_ref()?, self.loaded.get()?.as_ref().err()?);
        Some(format!("{} cannot be used, and pictures are judged without it: {fault}", path.display()))
    }

    fn library(&self) -> Option<&Result<Library, String>> {
        let path = self.library.as_ref()?;
        Some(self.loaded.get_or_init(|| Library::load(path)))
    }
}
