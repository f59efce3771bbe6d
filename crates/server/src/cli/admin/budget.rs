//! `admin alert-budget`.

use clap::Args;
use serde_json::{Value, json};

use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::app::officer::budget;

#[derive(Debug, Args)]
pub(in crate::cli) struct BudgetArgs {
    /// Alerts a day that each officer is asked to decide.
    #[arg(long, value_name = "ALERTS", conflicts_with = "none")]
    per_day: Option<u32>,
    /// No budget: every alert stands by its priority alone.
    #[arg(long)]
    none: bool,
}

impl BudgetArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        if self.none || self.per_day.is_some() {
            budget::set(ctx, COMMAND_LINE, self.per_day).await?;
        }
        let per_day = budget::per_day(ctx).await?;
        let words = match per_day {
            Some(per_day) => format!(
                "each officer is asked to decide {per_day} alerts a day; what is more stands below them until it is due, and is never hidden"
            ),
            None => "there is no alert budget: every alert stands by its priority".to_owned(),
        };
        Ok((words, json!({"per_officer_per_day": per_day})))
    }
}
