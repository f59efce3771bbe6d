//! How often a pack would have spoken on ordinary text: what a reviewer looks at before a list is taken.

use std::collections::{BTreeMap, BTreeSet};

use crate::evaluate::Counting;
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
                let mut weights: BTreeMap<usize, u16> = BTreeMap::new();
                for found in counting.read(text, &hits, &BTreeSet::new()).counted {
                    let weight = weights.entry(found.hit.term).or_default();
                    *weight = (*weight).max(found.way.weight_permille);
                    here.insert(text.get(found.hit.range()).unwrap_or_default().to_lowercase());
                }
                let sum: u32 = weights.values().map(|weight| u32::from(*weight)).sum();
                spoke |= sum >= u32::from(*threshold);
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
