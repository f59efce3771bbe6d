//! `admin pack-trial-...`: packs that devices try out, counting only.

use clap::{Args, Subcommand};
use proviso_model::ids::TrialId;
use serde_json::{Value, json};

use crate::app::AppContext;
use crate::app::force::pack_trial;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PackTrial {
    /// List the packs that devices try out or did, with what they counted.
    List,
    /// End a trial before its time.
    End(EndArgs),
}

impl PackTrial {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        match self {
            Self::List => list(ctx).await,
            Self::End(args) => args.act(ctx).await,
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct EndArgs {
    /// The trial, as admin pack-import --try-days prints it.
    #[arg(long)]
    trial: TrialId,
}

impl EndArgs {
    async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let devices = pack_trial::end(ctx, self.trial).await?;
        let words = format!("trial {} is ended; {devices} devices get a new policy", self.trial);
        Ok((words, json!({"trial": self.trial, "devices": devices})))
    }
}

async fn list(ctx: &AppContext) -> anyhow::Result<(String, Value)> {
    let now = ctx.now();
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for (row, sum) in pack_trial::list(ctx).await? {
        let until = row.ended_at.unwrap_or(row.until);
        let state = if row.runs(now) { "runs" } else { "has ended" };
        let days = until.min(now).millis_since(row.begun_at) as f64 / 86_400_000.0;
        let a_day = |count: u64| if days > 0.0 { count as f64 / days } else { 0.0 };
        lines.push(format!(
            "{}  {} {state}, {} until {until}: {} devices looked {} times; {} findings more, {} fewer ({:.1} more and {:.1} fewer a day)",
            row.id, row.name, row.begun_at, sum.devices, sum.observed, sum.also, sum.gone, a_day(sum.also), a_day(sum.gone)
        ));
        values.push(json!({
            "trial": row.id, "name": row.name, "begun_at": row.begun_at, "until": until, "runs": row.runs(now),
            "devices": sum.devices, "observed": sum.observed, "also": sum.also, "gone": sum.gone,
        }));
    }
    if lines.is_empty() {
        lines.push("no pack was ever on trial; admin pack-import --try-days begins a trial".to_owned());
    }
    Ok((lines.join("\n"), json!({"trials": values})))
}
