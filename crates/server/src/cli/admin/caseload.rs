//! `admin caseload-move`.

use std::collections::BTreeSet;

use clap::Args;
use proviso_model::ids::CaseId;
use serde_json::{Value, json};

use super::officer_id;
use crate::app::AppContext;
use crate::app::caseload::{self, NewMove};
use crate::app::force::COMMAND_LINE;
use crate::cli::coverage::instant;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  proviso-server admin caseload-move --officer om1 --to om2 --all --reason \"Moved to another team\""
)]
pub(in crate::cli) struct MoveArgs {
    /// Sign-in name of the officer whose cases go.
    #[arg(long)]
    officer: String,
    /// Sign-in name of the one who takes them over.
    #[arg(long, value_name = "USERNAME")]
    to: String,
    /// A case that goes; several times for several.
    #[arg(long, value_name = "CASE", required_unless_present = "all", conflicts_with = "all")]
    case: Vec<CaseId>,
    /// All of them.
    #[arg(long)]
    all: bool,
    /// From when, in the force's time zone, as 2026-12-01T00:00 [default: at once].
    #[arg(long)]
    from: Option<String>,
    /// Why; it is sealed.
    #[arg(long)]
    reason: String,
}

impl MoveArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let from = officer_id(ctx, &self.officer).await?;
        let to = officer_id(ctx, &self.to).await?;
        let cases: BTreeSet<CaseId> = match self.all {
            true => ctx.store.case_list(Some(from)).await?.into_iter().map(|case| case.id).collect(),
            false => self.case.into_iter().collect(),
        };
        let from_at = self.from.as_deref().map(|text| instant(text, &ctx.telling.zone)).transpose()?;
        let new = NewMove { from, to, cases, from_at, reason: self.reason };
        let count = caseload::enter(ctx, COMMAND_LINE, &new).await?;
        let when = from_at.map_or_else(|| "went".to_owned(), |at| format!("go, from {at},"));
        let words = format!("{count} cases {when} from {} to {}", self.officer, self.to);
        Ok((words, json!({"cases": new.cases, "from": from, "to": to, "from_at": from_at})))
    }
}
