//! Where set-up has put the models.

use std::path::{Path, PathBuf};

pub fn models() -> Vec<PathBuf> {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/models");
    let target = std::env::var_os("CARGO_TARGET_DIR").map(|target| Path::new(&target).join("models"));
    target.into_iter().chain([models]).collect()
}
