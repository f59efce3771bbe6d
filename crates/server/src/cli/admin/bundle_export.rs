//! `admin bundle-export`: an evidence bundle to a new file.

use proviso_model::ids::{AlertId, CaseId};
use serde_json::json;

use crate::app::AppContext;
use crate::app::bundle::{self, Asker, Scope};
use crate::app::force::COMMAND_LINE;
use crate::keys::files;

pub(super) async fn export(
    ctx: &AppContext,
    alert: Option<AlertId>,
    case: Option<CaseId>,
    out: &std::path::Path,
) -> anyhow::Result<(String, serde_json::Value)> {
    let scope = match (alert, case) {
        (Some(alert), _) => Scope::Alert(alert),
        (None, Some(case)) => Scope::Case(case),
        (None, None) => anyhow::bail!("give --alert or --case"),
    };
    let actor = COMMAND_LINE.to_owned();
    let asker = Asker { name: format!("the command line of {}", ctx.force_name()), actor, officer: None };
    let made = bundle::make(ctx, &asker, scope).await?;
    files::write_new(out, &made.bytes)?;
    let sha256 = hex::encode(made.sha256);
    let words =
        format!("wrote {}\nsha256 {sha256}\ncheck it: proviso-verify {0} --trust trust.json", out.display());
    Ok((words, json!({"bundle": made.id, "file": out, "sha256": sha256, "bytes": made.bytes.len()})))
}
