//! From what a model says of a picture to the three scores of the contract.

use serde::Serialize;

/// Shares of 1 for explicit, suggestive and neutral.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PictureScores {
    /// Sexually explicit.
    pub explicit: f64,
    /// Between the two.
    pub suggestive: f64,
    /// Neither.
    pub neutral: f64,
}

impl PictureScores {
    /// From the chance, in millionths, of a model that knows two classes only: explicit is the chance that two independent
    /// looks would both call it so, neutral that neither would, and suggestive that they would not agree. The order is the
    /// model's own; the figures are no measured frequencies (`docs/cards/open-nsfw.md`).
    #[must_use]
    pub fn of(explicit_millionths: u32) -> Self {
        let yes = u64::from(explicit_millionths.min(1_000_000));
        let no = 1_000_000 - yes;
        let (explicit, neutral) = (yes * yes / 1_000_000, no * no / 1_000_000);
        #[expect(clippy::cast_precision_loss, reason = "at most a million")]
        let share = |millionths: u64| millionths as f64 / 1e6;
        Self {
            explicit: share(explicit),
            suggestive: share(1_000_000 - explicit - neutral),
            neutral: share(neutral),
        }
    }
}
