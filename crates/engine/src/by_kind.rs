//! Facts that stand in a file of ours by kind of condition, as tables `[[kind]]`.

use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts<F> {
    kind: Vec<F>,
}

/// Facts of every kind.
pub(crate) fn read<F: DeserializeOwned>(text: &str) -> Result<Vec<F>, toml::de::Error> {
    toml::from_str(text).map(|facts: Facts<F>| facts.kind)
}
