//! How often a pack would have spoken on ordinary text: what a reviewer looks at before a list is taken.

use std::collections::{BTreeMap, BTreeSet};

use crate::evaluate::{Counting, weight_of};
use crate::pack::Pack;
use crate::text::{TermIndex, TermIndexError};

/// Paragraphs of ordinary English, written for this project, one a line.
const ORDINARY: &str = include_str!("../../../../packs/ordinary.txt");

/// What a pack says of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Paragraphs in the sample.
    pub paragraphs: usize,
    /// Paragraphs in which the pack alone reaches a threshold.
    pub spoken: usize,
    /// Terms that stand in the sample, with the number of paragraphs, the most frequent first.
    pub terms: Vec<(String, usize)>,
}

/// The paragraphs of the sample.
pub fn ordinary_paragraphs() -> impl Iterator<Item = &'static str> {
    ORDINARY.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Trial {
    /// Tries every category of a pack.
    ///
    /// # Errors
    /// [`TermIndexError`] when its terms do not fit.
    pub fn of(pack: &Pack) -> Result<Self, TermIndexError> {
        let mut index = TermIndex::default();
        let categories: Vec<(Counting, u16)> = pack
            .categories
            .iter()
            .map(|category| {
                let counting = Counting::new(&category.terms, &category.contexts, &mut index);
                (counting, category.threshold_permille)
            })
            .collect();
        index.build()?;
        let mut trial = Self { paragraphs: 0, spoken: 0, terms: Vec::new() };
        let mut terms: BTreeMap<String, usize> = BTreeMap::new();
        for text in ordinary_paragraphs() {
            trial.paragraphs += 1;
            let hits = index.find(text);
            let mut spoke = false;
            let mut here = BTreeSet::new();
            for (counting, threshold) in &categories {
                let counted = counting.read(text, &hits, &BTreeSet::new()).counted;
                let found = counted.iter().map(|at| text.get(at.hit.range()).unwrap_or_default());
                here.extend(found.map(str::to_lowercase));
                spoke |= weight_of(counted) >= u32::from(*threshold);
            }
            trial.spoken += usize::from(spoke);
            for term in here {
                *terms.entry(term).or_default() += 1;
            }
        }
        trial.terms = terms.into_iter().collect();
        trial.terms.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        Ok(trial)
    }
}
