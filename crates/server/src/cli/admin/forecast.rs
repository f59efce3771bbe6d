//! A forecast in words and as JSON.

use serde_json::{Value, json};

use crate::app::forecast::{Forecast, RuleForecast};

/// Days whose findings a forecast asks, where nothing else is said.
pub(super) const DAYS: u16 = 28;
/// What a forecast cannot say.
const LIMITS: &str =
    "What was never found was never kept, so this cannot say what would be found that is not found now.";

/// In words, a line for each rule about which anything would change.
pub(super) fn in_words(forecast: &Forecast, days: u16) -> String {
    let sum = |of: fn(&RuleForecast) -> u64| forecast.rules.values().map(of).sum::<u64>();
    let mut lines = vec![format!(
        "of the findings stored in {days} days, in {} cases: {} would stay, {} would fall away, {} are not found with the packs in use either, {} cannot be asked; {} more would be found in the same passages",
        forecast.cases,
        sum(|rule| rule.stay),
        sum(|rule| rule.fall_away),
        sum(|rule| rule.gone_already),
        forecast.unread,
        sum(|rule| rule.also),
    )];
    for (name, rule) in forecast.rules.iter().filter(|(_, rule)| rule.fall_away + rule.also > 0) {
        lines.push(format!(
            "  {name}: {} fall away ({} of them upheld by an officer, {} decided otherwise), {} stay, {} more",
            rule.fall_away, rule.fall_away_upheld, rule.fall_away_not_upheld, rule.stay, rule.also
        ));
    }
    lines.push(LIMITS.to_owned());
    lines.join("\n")
}

/// As JSON.
pub(super) fn value(forecast: &Forecast, days: u16) -> Value {
    let rules: serde_json::Map<String, Value> = forecast
        .rules
        .iter()
        .map(|(name, rule)| {
            let told = json!({
                "stay": rule.stay,
                "fall_away": rule.fall_away,
                "fall_away_upheld": rule.fall_away_upheld,
                "fall_away_not_upheld": rule.fall_away_not_upheld,
                "gone_already": rule.gone_already,
                "also": rule.also,
            });
            (name.clone(), told)
        })
        .collect();
    json!({"days": days, "cases": forecast.cases, "unread": forecast.unread, "rules": rules})
}
