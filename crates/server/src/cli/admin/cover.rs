//! `admin cover-add`, `admin cover-end`, `admin cover-list`.

use clap::Args;
use proviso_model::ids::CoverId;
use serde_json::{Value, json};

use super::officer_id;
use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::app::force::cover::{self, NewCover};
use crate::app::officer::history::officer_name;
use crate::cli::coverage::instant;

/// How times are written.
const TIMES: &str = "Times are those of the force's time zone, as 2026-03-03T17:00, or with an offset, as 2026-03-03T17:00:00Z.";

#[derive(Debug, Args)]
#[command(after_help = TIMES)]
pub(in crate::cli) struct AddArgs {
    /// Sign-in name of the officer who is covered.
    #[arg(long)]
    officer: String,
    /// Sign-in name of the one who stands in for them, and may open their cases for that time.
    #[arg(long, value_name = "USERNAME")]
    covered_by: String,
    /// Since when.
    #[arg(long)]
    from: String,
    /// Until when.
    #[arg(long)]
    until: String,
    /// The officer is away: the cover is told at once, and the officer is not. Without it, the cover is told of what the
    /// officer has not opened in time.
    #[arg(long)]
    away: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct EndArgs {
    /// The cover, as admin cover-add prints it.
    #[arg(long)]
    cover: CoverId,
}

impl AddArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let zone = &ctx.telling.zone;
        let new = NewCover {
            officer: officer_id(ctx, &self.officer).await?,
            covered_by: officer_id(ctx, &self.covered_by).await?,
            from: instant(&self.from, zone)?,
            until: instant(&self.until, zone)?,
            is_away: self.away,
        };
        let id = cover::add(ctx, COMMAND_LINE, new).await?;
        let mut words = format!(
            "{} stands in for {} from {} until {}: {id}",
            self.covered_by, self.officer, new.from, new.until
        );
        let barred = cover::barred(ctx, &new).await?;
        for case in &barred {
            words.push_str(&format!(
                "\ncase {case} stays barred for {}, who knows the person: it needs somebody else meanwhile",
                self.covered_by
            ));
        }
        Ok((words, json!({"cover": id, "barred": barred})))
    }
}

impl EndArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        cover::end(ctx, COMMAND_LINE, self.cover).await?;
        Ok((format!("ended {}", self.cover), json!({"cover": self.cover})))
    }
}

pub(super) async fn list(ctx: &AppContext) -> anyhow::Result<(String, Value)> {
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for row in ctx.store.cover_list(ctx.now()).await? {
        let (officer, by) = (officer_name(ctx, row.officer).await?, officer_name(ctx, row.covered_by).await?);
        let away = if row.is_away { ", who is away" } else { "" };
        lines.push(format!(
            "{}  {by} stands in for {officer}{away}, from {} until {}",
            row.id, row.from, row.until
        ));
        values.push(json!({
            "cover": row.id, "officer": officer, "covered_by": by, "from": row.from, "until": row.until,
            "away": row.is_away,
        }));
    }
    if lines.is_empty() {
        lines.push("nobody stands in for anybody, now or later".to_owned());
    }
    Ok((lines.join("\n"), json!({"covers": values})))
}
