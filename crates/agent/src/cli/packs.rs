//! The packs that are built in, or those of a folder.

use std::path::Path;

use anyhow::Context as _;
use proviso_engine::Pack;

/// Reads packs; those of a folder in the order of their names.
pub fn read(folder: Option<&Path>) -> anyhow::Result<Vec<Pack>> {
    let Some(folder) = folder else {
        return Ok(Pack::built_in()?);
    };
    let mut paths = Vec::new();
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("the pack folder {} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    anyhow::ensure!(!paths.is_empty(), "there is no pack (*.toml) in {}", folder.display());
    let mut packs = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("the pack {} cannot be read", path.display()))?;
        packs.push(Pack::from_toml(&text).with_context(|| path.display().to_string())?);
    }
    Ok(packs)
}
