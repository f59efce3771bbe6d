//! The packs that come with the engine.

use super::{Pack, PackError};

/// File name and text of the packs that come with the engine: every one of the folder `packs`.
pub const BUILT_IN: [(&str, &str); 15] = [
    ("words-core.toml", include_str!("../../../../packs/words-core.toml")),
    ("search.toml", include_str!("../../../../packs/search.toml")),
    ("search-sites.toml", include_str!("../../../../packs/search-sites.toml")),
    ("stages-core.toml", include_str!("../../../../packs/stages-core.toml")),
    ("settings-core.toml", include_str!("../../../../packs/settings-core.toml")),
    ("machine-core.toml", include_str!("../../../../packs/machine-core.toml")),
    ("privilege-core.toml", include_str!("../../../../packs/privilege-core.toml")),
    ("words-ar.toml", include_str!("../../../../packs/words-ar.toml")),
    ("words-es.toml", include_str!("../../../../packs/words-es.toml")),
    ("words-fr.toml", include_str!("../../../../packs/words-fr.toml")),
    ("words-pa.toml", include_str!("../../../../packs/words-pa.toml")),
    ("words-pl.toml", include_str!("../../../../packs/words-pl.toml")),
    ("words-pt.toml", include_str!("../../../../packs/words-pt.toml")),
    ("words-ro.toml", include_str!("../../../../packs/words-ro.toml")),
    ("words-ur.toml", include_str!("../../../../packs/words-ur.toml")),
];

impl Pack {
    /// The packs that come with the engine, as in [`BUILT_IN`].
    ///
    /// # Errors
    /// [`PackError`]; a test reads them, so never in a build that passed.
    pub fn built_in() -> Result<Vec<Self>, PackError> {
        BUILT_IN.iter().map(|(_, text)| Self::from_toml(text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::LEADING_PACK;
    use super::{BUILT_IN, Pack};

    #[test]
    fn the_built_in_packs_are_read() {
        let packs = Pack::built_in().expect("the packs");
        let by_name = |name: &str| packs.iter().find(|pack| pack.name == name).expect("a pack");
        assert_eq!(packs[0].name, LEADING_PACK);
        for name in ["sexual", "solicitation", "minor-reference"] {
            assert!(packs[0].category(name).is_some_and(|category| !category.terms.is_empty()), "{name}");
        }
        assert!(by_name("search").search.engines.len() >= 300);
        assert!(by_name("stages-core").conversation.stage.len() >= 12);
    }

    #[test]
    fn every_pack_of_the_repository_is_built_in() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
        for entry in std::fs::read_dir(folder).expect("packs") {
            let name = entry.expect("a pack").file_name().into_string().expect("a name");
            let is_known = BUILT_IN.iter().any(|(known, _)| *known == name);
            assert!(is_known || !name.ends_with(".toml"), "add {name} to BUILT_IN");
        }
    }
}
