//! The packs that are built in, or those of a folder.

use std::path::Path;

use anyhow::Context as _;
use proviso_engine::Pack;

/// Every pack of the folder `packs`, as in this build.
const BUILT_IN: [(&str, &str); 3] = [
    ("search.toml", include_str!("../../../../packs/search.toml")),
    ("stages-core.toml", include_str!("../../../../packs/stages-core.toml")),
    ("words-core.toml", include_str!("../../../../packs/words-core.toml")),
];

/// Reads packs; those of a folder in the order of their names.
pub fn read(folder: Option<&Path>) -> anyhow::Result<Vec<Pack>> {
    let Some(folder) = folder else {
        return BUILT_IN
            .iter()
            .map(|(name, text)| Pack::from_toml(text).with_context(|| format!("built-in pack {name}")))
            .collect();
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
