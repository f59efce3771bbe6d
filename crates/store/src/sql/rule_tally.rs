//! What officers decided, counted by rule.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::alert::Outcome;
use proviso_model::order::ConditionKind;
use sqlx::Row as _;

use super::rows::{number, parsed, text};
use super::{EngineRow, EngineStore};
use crate::error::Result;
use crate::rule_tally::{RuleTally, RuleTallyStore};

fn tally(row: &EngineRow) -> Result<RuleTally> {
    let (pack, version): (Option<String>, Option<String>) =
        (row.try_get("pack")?, row.try_get("pack_version")?);
    Ok(RuleTally {
        condition: parsed(row, "condition", ConditionKind::parse)?,
        rule: text(row, "rule")?,
        pack: pack.zip(version),
        outcome: parsed(row, "outcome", Outcome::parse)?,
        alerts: number(row, "alerts")?,
    })
}

#[async_trait]
impl RuleTallyStore for EngineStore {
    async fn rule_tally(&self, from: Timestamp, until: Timestamp) -> Result<Vec<RuleTally>> {
        let rows = sqlx::query(
            "SELECT f.condition, f.rule, f.pack, f.pack_version, d.outcome, count(DISTINCT d.alert) AS alerts
             FROM decision d
             JOIN alert_finding a ON a.alert = d.alert
             JOIN finding f ON f.record = a.record AND f.position = a.position
             WHERE d.decided_at >= $1 AND d.decided_at < $2
             GROUP BY f.condition, f.rule, f.pack, f.pack_version, d.outcome
             ORDER BY f.condition, f.rule, f.pack, f.pack_version, d.outcome",
        )
        .bind(from.as_micros())
        .bind(until.as_micros())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(tally).collect()
    }
}
