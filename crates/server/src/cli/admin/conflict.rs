//! `admin conflict-declare`, `admin conflict-list`.

use clap::Args;
use proviso_model::ids::CaseId;
use proviso_store::ConflictFilter;
use serde_json::{Value, json};

use super::officer_id;
use crate::app::AppContext;
use crate::app::conflicts;
use crate::app::force::{COMMAND_LINE, permit};
use crate::app::officer::history::officer_name;

#[derive(Debug, Args)]
pub(in crate::cli) struct DeclareArgs {
    /// Sign-in name of the officer who knows them.
    #[arg(long)]
    officer: String,
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// How they know each other, in a few words; it is sealed, supervisors read it.
    #[arg(long)]
    reason: String,
}

impl DeclareArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let officer = officer_id(ctx, &self.officer).await?;
        let case = permit(ctx, self.case).await?;
        let id = conflicts::declare(ctx, COMMAND_LINE, officer, &case, &self.reason).await?;
        let case = ctx.store.case_get(self.case).await?;
        let needs_another = case.is_some_and(|case| case.officer == Some(officer));
        let then = if needs_another {
            "; they are in charge of it, so it needs another officer: admin caseload-move"
        } else {
            ""
        };
        let words = format!("case {} is barred for {} from now on{then}", self.case, self.officer);
        Ok((words, json!({"conflict": id, "needs_another_officer": needs_another})))
    }
}

pub(super) async fn list(ctx: &AppContext) -> anyhow::Result<(String, Value)> {
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for row in ctx.store.conflict_list(ConflictFilter::default()).await? {
        let officer = officer_name(ctx, row.officer).await?;
        let in_charge =
            ctx.store.case_get(row.case).await?.is_some_and(|case| case.officer == Some(row.officer));
        let then = if in_charge { ", who is in charge of it: it needs another officer" } else { "" };
        lines.push(format!(
            "{}  case {} is barred for {officer}{then}, since {}",
            row.id, row.case, row.declared_at
        ));
        values.push(json!({
            "conflict": row.id, "case": row.case, "officer": officer, "since": row.declared_at,
            "needs_another_officer": in_charge,
        }));
    }
    if lines.is_empty() {
        lines.push("no conflict of interest is declared".to_owned());
    }
    Ok((lines.join("\n"), json!({"conflicts": values})))
}
