//! References to children and stated ages, apart from any conversation.

use std::ops::Range;

use super::{Role, Stages};

/// A way of referring to a child, at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinorSighting {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Which pattern, so that the same way of saying it counts once.
    pub pattern: usize,
    /// Its weight.
    pub weight_permille: u32,
}

impl Stages {
    /// Every reference to a child or a stated age in `text`, in its order.
    #[must_use]
    pub fn minor_references(&self, text: &str) -> Vec<MinorSighting> {
        let mut tokens = Vec::new();
        self.vocabulary.read(0, text, &mut tokens);
        let hits = self.find(&tokens);
        let sighting = |hit: &super::Sighting| {
            let (_, stage, weight_permille) = self.stage_of(hit)?;
            let covered = tokens.get(hit.at..hit.at + hit.length)?;
            let (first, last) = (covered.first()?, covered.iter().rfind(|token| !token.is_break())?);
            let is_reference = stage.roles.contains(&Role::MinorReference) && first.start < last.end;
            is_reference.then_some(MinorSighting {
                range: first.start..last.end,
                pattern: hit.pattern,
                weight_permille,
            })
        };
        hits.iter().filter_map(sighting).collect()
    }
}
