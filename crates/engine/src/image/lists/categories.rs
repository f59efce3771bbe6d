//! What the numbers of categories mean, by country: facts in `packs/pictures/categories.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    country: Vec<Country>,
}

/// A country's scheme of categories.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// As `--country` and a VICS context write it.
    pub code: String,
    /// What the scheme is called.
    pub scheme: String,
    /// Whether the words were compared with the document of the scheme's owner.
    pub confirmed: bool,
    category: Vec<Category>,
}

/// One number of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// As in `Category`.
    pub number: u8,
    /// What it means.
    pub words: String,
    /// Whether such an entry says that the picture is of no interest.
    #[serde(default)]
    pub left_out: bool,
}

impl Country {
    /// What a number means here; `None` where that is not known.
    #[must_use]
    pub fn category(&self, number: u8) -> Option<&Category> {
        self.category.iter().find(|category| category.number == number)
    }
}

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../../packs/pictures/categories.toml"))
        .expect("the built-in categories are read by a test")
});

/// Every country whose categories are known.
#[must_use]
pub fn countries() -> &'static [Country] {
    &FACTS.country
}

/// The scheme of a country, by its code in any case.
#[must_use]
pub fn country(code: &str) -> Option<&'static Country> {
    countries().iter().find(|country| country.code.eq_ignore_ascii_case(code))
}
