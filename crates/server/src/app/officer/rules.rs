//! What officers' decisions say of each rule: upheld of all that were decided, with the interval that so few decisions leave open. Counts
//! only: no case, no person, no officer.

use std::collections::BTreeMap;

use proviso_model::order::ConditionKind;
use proviso_model::{Outcome, Timestamp};
use proviso_store::RuleTally;

use super::allowed::Action;
use super::error::ActError;
use super::who::Who;
use crate::app::AppContext;

/// How far back decisions are counted, in days.
pub const DAYS: i64 = 180;
/// Fewer decisions than this propose no rule for review.
pub const DECIDED_MIN: u64 = 20;
/// Where the force's floor is kept.
const SETTING: &str = "rule-floor-percent";
/// The square of the 97.5 % point of the normal distribution: intervals hold the true share in 95 of 100 cases.
const Z_SQUARED: f64 = 1.959_964 * 1.959_964;

/// What was decided on the alerts of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLine {
    /// Kind of condition.
    pub condition: ConditionKind,
    /// Rule.
    pub rule: String,
    /// Pack and version; `None` for findings from before these were kept.
    pub pack: Option<(String, String)>,
    /// Alerts decided.
    pub decided: u64,
    /// Of those, upheld.
    pub upheld: u64,
    /// Of those, said to be a mistake of the machine.
    pub mistaken: u64,
    /// Between which shares the rule's own lies, in thousandths, with 95 % confidence.
    pub between_permille: (u16, u16),
    /// Whether all of that lies under the force's floor, by decisions enough to say so.
    pub is_under_floor: bool,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesView {
    /// Those proposed for review first, then by condition and rule.
    pub lines: Vec<RuleLine>,
    /// The force's floor in per cent; `None` when it set none.
    pub floor_percent: Option<u32>,
    /// The first instant from which decisions count.
    pub since: Timestamp,
}

/// The force's floor: the share of upheld alerts under which a rule is proposed for review, in per cent.
///
/// # Errors
/// The store's.
pub async fn floor_percent(ctx: &AppContext) -> Result<Option<u32>, ActError> {
    let kept = ctx.store.setting_get(SETTING).await?;
    Ok(kept.and_then(|kept| kept.parse().ok()).filter(|percent| (1..=100).contains(percent)))
}

/// Sets the force's floor, or that there is none. Logged before it is done.
///
/// # Errors
/// [`ActError::Conflict`] for what is no share; the store's.
pub async fn set_floor(ctx: &AppContext, actor: &str, percent: Option<u32>) -> Result<(), ActError> {
    if percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
        return Err(ActError::Conflict("a floor is 1 to 100 per cent; use --none for no floor"));
    }
    let said = percent.map_or_else(|| "none".to_owned(), |percent| percent.to_string());
    ctx.logged(actor, "rule-floor-set", None, &said, async {
        Ok::<_, ActError>(ctx.store.setting_set(SETTING, &said).await?)
    })
    .await
}

/// The rules on whose alerts officers decided lately. Logged.
///
/// # Errors
/// [`ActError::NotYourRole`], or the store's.
pub async fn view(ctx: &AppContext, who: &Who) -> Result<RulesView, ActError> {
    who.require(Action::ReviewRules)?;
    ctx.note(&who.actor(), "rules-view", None, "").await?;
    let (now, floor_percent) = (ctx.now(), floor_percent(ctx).await?);
    let since = now.plus_days(-DAYS);
    // Up to and with this instant.
    let tallies = ctx.store.rule_tally(since, now.plus_millis(1)).await?;
    let mut lines = lines(tallies, floor_percent);
    lines.sort_by_key(|line| !line.is_under_floor);
    Ok(RulesView { lines, floor_percent, since })
}

fn lines(tallies: Vec<RuleTally>, floor_percent: Option<u32>) -> Vec<RuleLine> {
    /// Decided, upheld, mistaken.
    type Counts = (u64, u64, u64);
    type Key<'k> = (&'k str, String, Option<(String, String)>);
    let mut counts: BTreeMap<Key<'_>, (ConditionKind, Counts)> = BTreeMap::new();
    for tally in tallies {
        let key = (tally.condition.as_str(), tally.rule, tally.pack);
        let (_, (decided, upheld, mistaken)) = counts.entry(key).or_insert((tally.condition, (0, 0, 0)));
        *decided = decided.saturating_add(tally.alerts);
        if tally.outcome.upholds() {
            *upheld = upheld.saturating_add(tally.alerts);
        }
        if tally.outcome == Outcome::MistakenFinding {
            *mistaken = mistaken.saturating_add(tally.alerts);
        }
    }
    let line = |((_, rule, pack), (condition, (decided, upheld, mistaken)))| {
        let between_permille = interval_permille(upheld, decided);
        let is_under = |percent: u32| u32::from(between_permille.1) < percent.saturating_mul(10);
        let is_under_floor = decided >= DECIDED_MIN && floor_percent.is_some_and(is_under);
        RuleLine { condition, rule, pack, decided, upheld, mistaken, between_permille, is_under_floor }
    };
    counts.into_iter().map(line).collect()
}

/// Between which shares, in thousandths, the true one lies with 95 % confidence where so many of all were upheld (the score interval of
/// E. B. Wilson, 1927), widened to whole thousandths; all shares where nothing was decided.
#[must_use]
pub fn interval_permille(upheld: u64, decided: u64) -> (u16, u16) {
    if decided == 0 {
        return (0, 1000);
    }
    let (n, share) = (decided as f64, upheld.min(decided) as f64 / decided as f64);
    let middle = share + Z_SQUARED / (2.0 * n);
    let half = (Z_SQUARED * (share * (1.0 - share) / n + Z_SQUARED / (4.0 * n * n))).sqrt();
    let whole = 1.0 + Z_SQUARED / n;
    let permille = |share: f64| (share * 1000.0).clamp(0.0, 1000.0);
    (permille((middle - half) / whole).floor() as u16, permille((middle + half) / whole).ceil() as u16)
}

#[cfg(test)]
mod tests {
    use super::{DECIDED_MIN, interval_permille, lines};
    use proviso_model::Outcome;
    use proviso_model::order::ConditionKind;
    use proviso_store::RuleTally;

    #[test]
    fn the_interval_is_wilson_s() {
        // The four examples of Newcombe (Statistics in Medicine 17, 1998), method 3, to whole thousandths.
        for (upheld, decided, between) in [
            (0, 0, (0, 1000)),
            (81, 263, (255, 367)),
            (15, 148, (62, 161)),
            (0, 20, (0, 162)),
            (1, 29, (6, 172)),
        ] {
            assert_eq!(interval_permille(upheld, decided), between, "{upheld} of {decided}");
        }
    }

    #[test]
    fn a_rule_is_proposed_for_review_only_by_decisions_enough_to_say_so() {
        let tally = |pack: &str, outcome, alerts| RuleTally {
            condition: ConditionKind::SpecifiedWords,
            rule: "words/order".to_owned(),
            pack: Some(("order".to_owned(), pack.to_owned())),
            outcome,
            alerts,
        };
        let few = DECIDED_MIN - 1;
        let tallies = vec![
            tally("1", Outcome::MistakenFinding, few),
            tally("2", Outcome::MistakenFinding, few),
            tally("2", Outcome::NoConcern, 1),
            tally("3", Outcome::SuspectedBreach, few),
            tally("3", Outcome::DiscussAtVisit, 9),
        ];
        let found = lines(tallies.clone(), Some(30));
        let said: Vec<_> = found
            .iter()
            .map(|line| (line.decided, line.upheld, line.mistaken, line.is_under_floor))
            .collect();
        assert_eq!(said[..2], [(few, 0, few, false), (few + 1, 0, few, true)]);
        assert!(!said[2].3);
        assert!(lines(tallies, None).iter().all(|line| !line.is_under_floor), "no floor was set");
    }
}
