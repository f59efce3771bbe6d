//! `admin quarantine-list`, `admin quarantine-review`.

use std::path::PathBuf;

use clap::Args;
use proviso_model::ids::CaseId;
use serde_json::json;

use super::order_end;
use crate::app::AppContext;
use crate::app::force::{COMMAND_LINE, permit};
use crate::app::late::quarantine::{self, About, Group};
use crate::app::late::review::{self, Which};
use crate::keys::files;

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ReviewArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// The cause, as admin quarantine-list prints it: the id of an end, or not-covered.
    #[arg(long, value_parser = About::parse)]
    cause: About,
    /// Destroy what is held, for ever.
    #[arg(long, conflicts_with = "release", required_unless_present = "release")]
    erase: bool,
    /// With --erase: destroy what an officer could see before it was known, instead of what is held unseen.
    #[arg(long, requires = "erase")]
    seen: bool,
    /// The end was entered by mistake: withdraw it, and put what is then covered before the officer.
    #[arg(long)]
    release: bool,
    /// Why.
    #[arg(long)]
    reason: String,
    /// With --erase: the certificates of erasure, a new file.
    #[arg(long, requires = "erase", required_unless_present = "release")]
    out: Option<PathBuf>,
}

impl ListArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let found = ctx
            .logged(COMMAND_LINE, "quarantine-view", Some(self.case), &self.case.to_string(), async {
                quarantine::of_case(ctx, self.case).await
            })
            .await?;
        let mut lines = Vec::new();
        for shown in &found.ends {
            let (end, withdrawn) = (&shown.row.end, shown.row.withdrawn_at.map_or("", |_| " (withdrawn)"));
            let until = end.until.map_or_else(|| "for good".to_owned(), |day| format!("until {day}"));
            let what =
                end.paragraph.as_ref().map_or("the order".to_owned(), |one| format!("paragraph {one}"));
            lines.push(format!(
                "{}  {what} {} from {} {until}{withdrawn}",
                shown.row.id,
                end.kind.in_words(),
                end.from
            ));
        }
        let states = [
            ("held unseen", &found.held),
            ("left out", &found.left_out),
            ("seen before", &found.seen),
            ("erased", &found.erased),
        ];
        for (state, groups) in states {
            lines.extend(groups.iter().map(|group| line(state, group)));
        }
        if lines.is_empty() {
            lines.push("nothing of this case is outside its order".to_owned());
        }
        let groups = |groups: &[Group]| groups.iter().map(value).collect::<Vec<_>>();
        let json = json!({
            "ends": found.ends.iter().map(|shown| json!({"end": shown.row.id, "kind": shown.row.end.kind.as_str(),
                "paragraph": shown.row.end.paragraph, "from": shown.row.end.from.to_string(),
                "until": shown.row.end.until.map(|day| day.to_string()), "withdrawn_at": shown.row.withdrawn_at}))
                .collect::<Vec<_>>(),
            "held": groups(&found.held),
            "left_out": groups(&found.left_out),
            "seen": groups(&found.seen),
            "erased": groups(&found.erased),
        });
        Ok((lines.join("\n"), json))
    }
}

fn cause(group: &Group) -> String {
    match group.outside.end {
        Some(id) => id.to_string(),
        None => group.outside.cause.as_str().to_owned(),
    }
}

fn line(state: &str, group: &Group) -> String {
    format!(
        "{state}: {} records, {} findings under paragraph {}, observed {} to {}, cause {}",
        group.records.len(),
        group.findings,
        group.paragraph,
        group.first,
        group.last,
        cause(group)
    )
}

fn value(group: &Group) -> serde_json::Value {
    json!({"cause": cause(group), "kind": group.outside.cause.as_str(), "paragraph": group.paragraph,
        "records": group.records.len(), "findings": group.findings, "first": group.first, "last": group.last})
}

impl ReviewArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let permit = permit(ctx, self.case).await?;
        if self.release {
            let effect = review::release(ctx, COMMAND_LINE, &permit, self.cause, &self.reason).await?;
            return Ok((order_end::in_words(effect), json!({"effect": order_end::value(effect)})));
        }
        let out = self.out.unwrap_or_default();
        super::destroy::refuse_existing(&out)?;
        let which = if self.seen { Which::Seen } else { Which::Held };
        let made = review::erase(ctx, COMMAND_LINE, &permit, self.cause, which, &self.reason).await?;
        files::write_new(&out, &serde_json::to_vec_pretty(&made)?)?;
        let words = format!("erased {} records; certificates: {}", made.len(), out.display());
        Ok((words, json!({"erased": made.len(), "file": out})))
    }
}
