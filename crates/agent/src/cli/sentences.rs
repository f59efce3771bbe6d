//! The sentence model for `classify`: loaded the first time that the linear model is in doubt, and never where its files
//! are not.

use std::cell::OnceCell;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use proviso_engine::model::Sentences;
use proviso_inference::{MiniLm, SentenceModel as _};

/// The sentence model, loaded when it is first asked.
pub struct Lazy {
    folders: Vec<PathBuf>,
    model: OnceCell<Option<MiniLm>>,
}

impl Lazy {
    /// Looks in `named`, or where models are put by set-up and by packages.
    pub fn new(named: Option<&Path>) -> Self {
        Self { folders: super::model_folders(named), model: OnceCell::new() }
    }

    fn model(&self) -> Option<&MiniLm> {
        self.model
            .get_or_init(|| match MiniLm::load(&self.folders) {
                Ok(Some(model)) => Some(model),
                Ok(None) => {
                    warn(&format!("no sentence model in {}", super::listed(&self.folders)));
                    None
                }
                Err(error) => {
                    warn(&error.to_string());
                    None
                }
            })
            .as_ref()
    }
}

impl Sentences for Lazy {
    fn sha256(&self) -> String {
        self.model().map(|model| model.sha256().to_string()).unwrap_or_default()
    }

    fn passages(&self, text: &str) -> Vec<Range<usize>> {
        self.model().and_then(|model| model.passages(text).ok()).unwrap_or_default()
    }

    fn vector(&self, passage: &str) -> Option<Vec<i32>> {
        let vector = self.model()?.vector(passage).ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "numbers of a vector of length 1, in millionths")]
        Some(vector.0.iter().map(|value| (value * 1e6).round() as i32).collect())
    }
}

/// Said once, on standard error: scores are then the linear model's alone.
fn warn(problem: &str) {
    let mut err = std::io::stderr().lock();
    // Nobody reads standard error: then nobody misses it.
    let _ = writeln!(err, "{problem}: doubtful texts are scored without it");
}
