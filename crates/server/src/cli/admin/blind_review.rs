//! `admin blind-review`.

use clap::Args;
use serde_json::{Value, json};

use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::app::officer::blind_review::{self, DAYS};

#[derive(Debug, Args)]
pub(in crate::cli) struct BlindReviewArgs {
    /// How many in a hundred decisions come back; 0 for none. Without it, says how many do.
    #[arg(long, value_name = "SHARE")]
    percent: Option<u32>,
}

impl BlindReviewArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        if let Some(percent) = self.percent {
            blind_review::set_percent(ctx, COMMAND_LINE, percent).await?;
        }
        let percent = blind_review::percent(ctx).await?;
        let words = match percent {
            0 => "no decision comes back".to_owned(),
            percent => format!(
                "{percent} in a hundred decisions of the last {DAYS} days come back to a supervisor who is not told what was decided"
            ),
        };
        Ok((words, json!({"percent": percent})))
    }
}
