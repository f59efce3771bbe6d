//! The onnxruntime library, loaded from a file that somebody has put on this machine, on one thread.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::Tensor;

use super::Network;

/// A process can have one.
static LOADED: Mutex<Option<(PathBuf, Library)>> = Mutex::new(None);

/// The library.
#[derive(Clone)]
pub(super) struct Library {
    environment: Environment,
    /// Name and the commit that it was built from, as recorded with a score.
    name: String,
}

impl Library {
    /// Loads it, once in a process.
    ///
    /// # Errors
    /// In words: the file is not the library, is too old, others than its owner's account may write it, or there is another one.
    pub(super) fn load(path: &Path) -> Result<Self, String> {
        let path = path.canonicalize().map_err(|error| error.to_string())?;
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        match loaded.as_ref() {
            Some((known, library)) if *known == path => Ok(library.clone()),
            Some((known, _)) => Err(format!("this process runs {} already", known.display())),
            None => {
                let library = Self::load_first(&path)?;
                *loaded = Some((path, library.clone()));
                Ok(library)
            }
        }
    }

    fn load_first(path: &Path) -> Result<Self, String> {
        refuse_if_others_may_write(path)?;
        let builder = ort::init_from(path).map_err(|error| error.to_string())?;
        let built = builder.with_name("proviso").with_telemetry(false).build();
        let environment = built.map_err(|error| error.to_string())?;
        environment.set_log_level(ort::logging::LogLevel::Error);
        Ok(Self { environment, name: format!("onnxruntime@{}", commit(ort::info())) })
    }

    /// Loads a network.
    ///
    /// # Errors
    /// In words.
    pub(super) fn load_network(&self, onnx: &[u8]) -> Result<OnnxRuntime, String> {
        let session = self.session(onnx).map_err(|error| error.to_string())?;
        let ([input], [output]) = (session.inputs(), session.outputs()) else {
            return Err("it has not one input and one output".to_owned());
        };
        let (input, output) = (input.name().to_owned(), output.name().to_owned());
        Ok(OnnxRuntime { session: RefCell::new(session), input, output, name: self.name.clone() })
    }

    fn session(&self, onnx: &[u8]) -> ort::Result<Session> {
        let builder = Session::builder(&self.environment)?;
        let builder = builder.with_optimization_level(GraphOptimizationLevel::Level3)?;
        builder.with_intra_threads(1)?.with_inter_threads(1)?.commit_from_memory(onnx)
    }
}

/// A network on it.
pub(super) struct OnnxRuntime {
    session: RefCell<Session>,
    input: String,
    output: String,
    name: String,
}

impl Network for OnnxRuntime {
    fn runtime(&self) -> &str {
        &self.name
    }

    fn run(&self, shape: [usize; 4], values: Vec<f32>) -> Result<Vec<f32>, String> {
        let mut session = self.session.try_borrow_mut().map_err(|error| error.to_string())?;
        let input = Tensor::from_array((shape, values)).map_err(|error| error.to_string())?;
        let outputs =
            session.run(ort::inputs![self.input.as_str() => input]).map_err(|error| error.to_string())?;
        let output = outputs.get(self.output.as_str()).ok_or("it gives nothing")?;
        let (_, numbers) = output.try_extract_tensor::<f32>().map_err(|error| error.to_string())?;
        Ok(numbers.to_vec())
    }
}

/// The commit that the library says it was built from: its version number is not in what it tells.
fn commit(build: &str) -> &str {
    let words = build.split([',', ' ']);
    words.filter_map(|word| word.strip_prefix("git-commit-id=")).next().unwrap_or("unknown")
}

#[cfg(unix)]
fn refuse_if_others_may_write(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    const OTHERS_MAY_WRITE: u32 = 0o022;
    let mode = std::fs::metadata(path).map_err(|error| error.to_string())?.permissions().mode();
    if mode & OTHERS_MAY_WRITE == 0 {
        return Ok(());
    }
    Err("others than its owner's account may write the file; take that right away (chmod go-w)".to_owned())
}

#[cfg(not(unix))]
fn refuse_if_others_may_write(_: &Path) -> Result<(), String> {
    Ok(())
}
