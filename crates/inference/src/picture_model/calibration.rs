//! From a network's numbers to shares of explicit, suggestive and neutral, in whole numbers.

use serde::Deserialize;

/// A whole, in millionths.
const WHOLE: u32 = 1_000_000;
const PERMILLE: u32 = 1_000;
const POINTS_MAX: usize = 64;

/// What a picture is, by a model or by several: shares that add up to a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// Sexually explicit, millionths.
    pub explicit: u32,
    /// Between the two, millionths.
    pub suggestive: u32,
    /// Neither, millionths.
    pub neutral: u32,
}

impl Shares {
    /// What is said by several models together: the mean. Nothing of none.
    #[must_use]
    pub fn together(all: &[Self]) -> Option<Self> {
        let count = u32::try_from(all.len()).ok().filter(|count| *count > 0)?;
        let mean = |of: fn(&Self) -> u32| all.iter().map(of).sum::<u32>() / count;
        let (explicit, neutral) = (mean(|shares| shares.explicit), mean(|shares| shares.neutral));
        Some(Self { explicit, suggestive: WHOLE - explicit - neutral, neutral })
    }
}

/// Two tables of points in permille: a network's share, and what it is read as. Between points a line; never falling. What
/// neither takes is suggestive, and where both would take more than all, explicit goes first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    explicit: Vec<[u16; 2]>,
    neutral: Vec<[u16; 2]>,
}

impl Calibration {
    /// # Errors
    /// What is wrong, in words.
    pub(super) fn check(&self) -> Result<(), String> {
        for (name, table) in [("explicit", &self.explicit), ("neutral", &self.neutral)] {
            let ends = (table.first().map(|[at, _]| *at), table.last().map(|[at, _]| *at));
            let rises = table.is_sorted_by(|[from, low], [to, high]| from < to && low <= high);
            let fits = table.len() <= POINTS_MAX && table.iter().all(|[_, share]| *share <= 1000);
            if ends != (Some(0), Some(1000)) || !rises || !fits {
                return Err(format!(
                    "calibration.{name}: write pairs of permille whose first numbers rise from 0 to 1000 and whose second never fall"
                ));
            }
        }
        Ok(())
    }

    /// Shares from what a network gives to its explicit and its neutral labels, in millionths.
    pub(super) fn shares(&self, explicit: u32, neutral: u32) -> Shares {
        let explicit = read(&self.explicit, explicit);
        let neutral = read(&self.neutral, neutral).min(WHOLE - explicit);
        Shares { explicit, suggestive: WHOLE - explicit - neutral, neutral }
    }
}

fn read(table: &[[u16; 2]], share: u32) -> u32 {
    let share = share.min(WHOLE);
    let millionths = |point: &[u16; 2]| point.map(|permille| u32::from(permille) * PERMILLE);
    let points = table.iter().map(millionths);
    let mut lines = points.clone().zip(points.skip(1));
    let on = lines.rfind(|([from, _], _)| *from <= share);
    let Some(([from, low], [to, high])) = on else { return 0 };
    let way = u64::from(share - from) * u64::from(high - low) / u64::from(to - from);
    low + u32::try_from(way).unwrap_or(0).min(high - low)
}

#[cfg(test)]
mod tests {
    use super::{Calibration, Shares, WHOLE};
    use crate::picture_model::Manifest;

    #[test]
    fn more_of_the_network_s_explicit_share_never_means_less_here_and_shares_add_up() {
        for manifest in Manifest::built_in().expect("manifests") {
            let mut before = Shares { explicit: 0, suggestive: 0, neutral: WHOLE };
            for explicit in (0..=WHOLE).step_by(1_237) {
                let shares = manifest.calibration.shares(explicit, WHOLE - explicit);
                assert_eq!(shares.explicit + shares.suggestive + shares.neutral, WHOLE);
                assert!(shares.explicit >= before.explicit && shares.neutral <= before.neutral);
                before = shares;
            }
            let all = manifest.calibration.shares(WHOLE, 0);
            assert_eq!(all, Shares { explicit: WHOLE, suggestive: 0, neutral: 0 });
        }
    }

    #[test]
    fn a_chance_is_read_by_the_points_on_both_sides_of_it_and_two_models_by_their_mean() {
        let calibration = Calibration {
            explicit: vec![[0, 0], [200, 50], [800, 800], [1000, 1000]],
            neutral: vec![[0, 0], [200, 50], [800, 800], [1000, 1000]],
        };
        for (chance, explicit, suggestive, neutral) in [
            (0, 0, 0, 1_000_000),
            (100_000, 25_000, 75_000, 900_000),
            (200_000, 50_000, 150_000, 800_000),
            (500_000, 425_000, 150_000, 425_000),
            (900_000, 900_000, 75_000, 25_000),
        ] {
            let expected = Shares { explicit, suggestive, neutral };
            assert_eq!(calibration.shares(chance, WHOLE - chance), expected, "{chance}");
        }
        let sure = Shares { explicit: 0, suggestive: 1, neutral: 999_999 };
        let unsure = Shares { explicit: 900_000, suggestive: 100_000, neutral: 0 };
        let mean = Shares { explicit: 450_000, suggestive: 50_001, neutral: 499_999 };
        assert_eq!(Shares::together(&[sure, unsure]), Some(mean));
        assert_eq!(Shares::together(&[]), None);
    }

    #[test]
    fn tables_that_fall_or_do_not_reach_from_end_to_end_are_refused() {
        let right = vec![[0, 0], [1000, 1000]];
        for wrong in [
            vec![],
            vec![[0, 0]],
            vec![[0, 0], [900, 1000]],
            vec![[100, 0], [1000, 1000]],
            vec![[0, 0], [500, 700], [1000, 600]],
            vec![[0, 0], [500, 100], [500, 200], [1000, 1000]],
            vec![[0, 0], [1000, 1001]],
        ] {
            let calibration = Calibration { explicit: right.clone(), neutral: wrong.clone() };
            assert!(calibration.check().is_err(), "{wrong:?}");
        }
        assert!(Calibration { explicit: right.clone(), neutral: right }.check().is_ok());
    }
}
