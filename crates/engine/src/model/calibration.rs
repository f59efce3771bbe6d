//! From margins to chances by table.

use serde::Deserialize;

/// Points of a curve that rises: margins and the chances that belong to them, both in millionths.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calibration {
    margin_millionths: Vec<i64>,
    chance_millionths: Vec<u32>,
}

impl Calibration {
    /// Whether it is a curve that rises within bounds.
    pub(super) fn is_usable(&self) -> bool {
        let rises = self.margin_millionths.is_sorted_by(|a, b| a < b) && self.chance_millionths.is_sorted();
        let even = self.margin_millionths.len() == self.chance_millionths.len();
        let small = self.margin_millionths.iter().all(|margin| margin.abs() <= 1 << 40)
            && self.chance_millionths.iter().all(|chance| *chance <= 1_000_000);
        rises && even && small && !self.margin_millionths.is_empty()
    }

    /// The chance at `margin`, on straight lines between the points.
    pub(super) fn chance(&self, margin: i64) -> u32 {
        let after = self.margin_millionths.partition_point(|point| *point <= margin);
        let point =
            |index: usize| Some((*self.margin_millionths.get(index)?, *self.chance_millionths.get(index)?));
        match (after.checked_sub(1).and_then(point), point(after)) {
            (Some((left, low)), Some((right, high))) => {
                let (along, wide) = (i128::from(margin - left), i128::from(right - left).max(1));
                low + u32::try_from(i128::from(high - low) * along / wide).unwrap_or_default()
            }
            (Some((_, chance)), None) | (None, Some((_, chance))) => chance,
            (None, None) => 0,
        }
    }
}
