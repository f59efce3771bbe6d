//! `admin case-guest`.

use clap::{Args, Subcommand};
use proviso_model::ids::{CaseGuestId, CaseId};
use serde_json::{Value, json};

use super::officer_id;
use crate::app::AppContext;
use crate::app::force::guest;
use crate::app::officer::history::officer_name;
use crate::cli::coverage::instant;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Guest {
    /// Let somebody in until a time.
    LetIn(LetInArgs),
    /// End it now.
    LetOut(LetOutArgs),
    /// Say who is let into which case.
    List,
}

impl Guest {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        match self {
            Self::LetIn(args) => args.act(ctx).await,
            Self::LetOut(args) => args.act(ctx).await,
            Self::List => list(ctx).await,
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LetInArgs {
    /// Sign-in name of a digital specialist or a disclosure officer.
    #[arg(long)]
    officer: String,
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// Until when, in the force's time zone, as 2026-12-31T17:00; a year at most.
    #[arg(long)]
    until: String,
    /// Why; it is sealed.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LetOutArgs {
    /// As admin case-guest let-in prints it.
    #[arg(long)]
    entry: CaseGuestId,
}

impl LetInArgs {
    async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let officer = officer_id(ctx, &self.officer).await?;
        let until = instant(&self.until, &ctx.telling.zone)?;
        let id = guest::let_in(ctx, officer, self.case, until, &self.reason).await?;
        Ok((format!("{} sees case {} until {until}: {id}", self.officer, self.case), json!({"entry": id})))
    }
}

impl LetOutArgs {
    async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        guest::end(ctx, self.entry).await?;
        Ok((format!("ended {}", self.entry), json!({"entry": self.entry})))
    }
}

async fn list(ctx: &AppContext) -> anyhow::Result<(String, Value)> {
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for row in ctx.store.case_guest_list(None, ctx.now()).await? {
        let officer = officer_name(ctx, row.officer).await?;
        lines.push(format!("{}  {officer} sees case {} until {}", row.id, row.case, row.until));
        values.push(json!({"entry": row.id, "officer": officer, "case": row.case, "until": row.until}));
    }
    if lines.is_empty() {
        lines.push("nobody is let into a case".to_owned());
    }
    Ok((lines.join("\n"), json!({"entries": values})))
}
