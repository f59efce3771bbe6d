//! `admin order-change`.

use std::path::PathBuf;

use clap::Args;
use proviso_model::ids::CaseId;
use serde_json::{Value, json};

use super::{forecast, order_end, order_text};
use crate::app::AppContext;
use crate::app::force::case;

#[derive(Debug, Args)]
pub(in crate::cli) struct ChangeArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// The order file (TOML).
    #[arg(long)]
    order: PathBuf,
    /// The first day on which the change applies, as 2026-03-03, also in the past [default: today].
    #[arg(long)]
    from: Option<jiff::civil::Date>,
    /// Say what would become of the findings that are stored, and change nothing.
    #[arg(long, conflicts_with = "from")]
    dry_run: bool,
    /// With --dry-run: findings of so many days are asked.
    #[arg(long, value_name = "DAYS", default_value_t = forecast::DAYS)]
    days: u16,
}

impl ChangeArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let place = self.order.display().to_string();
        let text = order_text(&self.order)?;
        if self.dry_run {
            let since = ctx.now().plus_days(-i64::from(self.days));
            let found = case::order_forecast(ctx, self.case, &text, &place, since).await?;
            let words = format!("nothing was changed\n{}", forecast::in_words(&found, self.days));
            return Ok((words, json!({"forecast": forecast::value(&found, self.days)})));
        }
        let (version, effect) = case::order_change_from(ctx, self.case, &text, &place, self.from).await?;
        let words = format!("entered version {version} of the order\n{}", order_end::in_words(effect));
        Ok((words, json!({"version": version, "effect": order_end::value(effect)})))
    }
}
