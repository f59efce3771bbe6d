//! The packs that are built in, or those of a folder; and whether a force signed one.

use std::path::Path;

use anyhow::Context as _;
use proviso_agent::policy_keep::verify_pack;
use proviso_engine::Pack;
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::wire::{SignedPack, TrustFile};

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

/// Checks a signed pack against a force's root; whether it holds.
pub fn verify(file: &Path, trust: &Path) -> anyhow::Result<bool> {
    let read = |path: &Path, what: &str| {
        std::fs::read(path).with_context(|| format!("{what} {} cannot be read", path.display()))
    };
    let root: TrustFile = serde_json::from_slice(&read(trust, "the trust file")?)
        .with_context(|| format!("{} is no trust file; ask the force for it", trust.display()))?;
    let signed: SignedPack = serde_json::from_slice(&read(file, "the pack")?).with_context(|| {
        format!(
            "{} is no signed pack; use what proviso-server admin pack-show --signed wrote",
            file.display()
        )
    })?;
    match verify_pack(&root, &signed) {
        Ok(pack) => {
            let terms: usize = pack.categories.iter().map(|category| category.terms.len()).sum();
            let digest = Digest(sha256(signed.pack.as_bytes()));
            super::say(&format!(
                "verified: pack {} version {}, {terms} terms, SHA-256 {digest}, signed by {} (root {})",
                pack.name, pack.version, root.force_name, root.root_key
            ))?;
            Ok(true)
        }
        Err(error) => {
            super::say(&format!("not verified: {error}"))?;
            Ok(false)
        }
    }
}
