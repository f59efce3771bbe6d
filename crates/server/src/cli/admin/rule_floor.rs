//! `admin rule-floor`.

use clap::Args;
use serde_json::{Value, json};

use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::app::officer::rules::{self, DECIDED_MIN};

#[derive(Debug, Args)]
pub(in crate::cli) struct RuleFloorArgs {
    /// The share of upheld alerts under which a rule is proposed for review, in per cent.
    #[arg(long, value_name = "SHARE", conflicts_with = "none")]
    percent: Option<u32>,
    /// No floor: no rule is proposed.
    #[arg(long)]
    none: bool,
}

impl RuleFloorArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        if self.none || self.percent.is_some() {
            rules::set_floor(ctx, COMMAND_LINE, self.percent).await?;
        }
        let percent = rules::floor_percent(ctx).await?;
        let words = match percent {
            Some(percent) => format!(
                "a rule is proposed for review when at least {DECIDED_MIN} of its alerts were decided and its share of upheld ones lies under {percent} % with 95 % confidence"
            ),
            None => "there is no floor: no rule is proposed for review".to_owned(),
        };
        Ok((words, json!({"percent": percent})))
    }
}
