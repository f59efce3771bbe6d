//! Officers, and cases that they are put in charge of; signing the log.

use anyhow::Context as _;
use proviso_model::ids::{CaseId, OfficerId};
use proviso_model::limits::ORDER_BYTES_MAX;
use proviso_store::OfficerRole;
use serde_json::json;

use crate::app::AppContext;
use crate::app::force::officer::NewOfficer;
use crate::app::force::{COMMAND_LINE, case, officer};

pub(super) async fn officer_add(
    ctx: &AppContext,
    username: String,
    display_name: String,
    role: OfficerRole,
) -> anyhow::Result<(String, serde_json::Value)> {
    let password = super::secret::Secrets::default().next("Password: ")?.to_string();
    let id = officer::add(ctx, NewOfficer { username, display_name, role, password }).await?;
    Ok((format!("added officer {id}"), json!({"officer": id})))
}

pub(super) async fn second_factor_remove(
    ctx: &AppContext,
    username: &str,
) -> anyhow::Result<(String, serde_json::Value)> {
    let id = officer::second_factor_remove(ctx, username).await?;
    Ok((
        format!("removed the codes and passkeys of officer {id} and ended their sessions"),
        json!({"officer": id}),
    ))
}

pub(super) async fn case_create(
    ctx: &AppContext,
    order: &std::path::Path,
    officer: Option<&str>,
) -> anyhow::Result<(String, serde_json::Value)> {
    let officer = match officer {
        Some(username) => Some(officer_id(ctx, username).await?),
        None => None,
    };
    let id = case::create(ctx, &order_text(order)?, &order.display().to_string(), officer).await?;
    let words = format!(
        "opened case {id}\nnobody compared the order with the court's in the console: the person's page says so"
    );
    Ok((words, json!({"case": id})))
}

pub(super) async fn case_assign(
    ctx: &AppContext,
    id: CaseId,
    username: &str,
) -> anyhow::Result<(String, serde_json::Value)> {
    let officer = officer_id(ctx, username).await?;
    case::assign(ctx, id, officer).await?;
    Ok((format!("officer {officer} is in charge of case {id}"), json!({"case": id, "officer": officer})))
}

pub(super) async fn checkpoint(ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
    ctx.note(COMMAND_LINE, "checkpoint", None, "").await?;
    let made = ctx.store.checkpoint_add(ctx.now()).await?;
    let made = made.context("the log is empty; there is nothing to sign yet")?;
    ctx.store.checkpoint_given_add(made.size, ctx.now()).await?;
    let note = made.note;
    Ok((note.clone(), json!({"checkpoint": note})))
}

pub(super) fn order_text(path: &std::path::Path) -> anyhow::Result<String> {
    let place = path.display();
    let bytes =
        std::fs::metadata(path).with_context(|| format!("{place}: give the path of an order file"))?.len();
    anyhow::ensure!(
        bytes <= ORDER_BYTES_MAX as u64,
        "{place} has {bytes} bytes; an order file has at most {ORDER_BYTES_MAX}"
    );
    std::fs::read_to_string(path).with_context(|| format!("{place}: an order file is UTF-8 text"))
}

pub(super) async fn officer_id(ctx: &AppContext, username: &str) -> anyhow::Result<OfficerId> {
    let row = ctx.store.officer_by_username(&username.to_lowercase()).await?;
    Ok(row.with_context(|| format!("there is no officer \"{username}\"; add one with admin officer-add"))?.id)
}
