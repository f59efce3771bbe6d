//! `admin notifications`, `admin officer-notifications`.

use anyhow::Context as _;
use clap::Args;
use proviso_model::ids::{DeliveryId, OfficerId};
use proviso_store::{DeliveryRow, OfficerRole};
use serde_json::{Value, json};

use super::officer_id;
use crate::app::AppContext;
use crate::app::force::{COMMAND_LINE, ForceError};
use crate::app::officer::history::officer_name;
use crate::app::officer::notifications::{self, Settings, SettingsForm};
use crate::notify::people::officer_of;
use crate::notify::quiet::clock;

/// Most deliveries that one answer lists.
const ROWS_MAX: u32 = 200;

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// List every delivery, those that were sent included, and not only what did not go out.
    #[arg(long)]
    all: bool,
    /// Try a delivery that was given up again, by its number.
    #[arg(long, value_name = "DELIVERY")]
    retry: Option<DeliveryId>,
}

impl ListArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        if let Some(id) = self.retry {
            ctx.logged(COMMAND_LINE, "delivery-retry", None, &id.to_string(), async {
                Ok::<_, ForceError>(ctx.store.delivery_retry(id, ctx.now()).await?)
            })
            .await?;
            return Ok((format!("{id} is tried again at once"), json!({"retried": id})));
        }
        let tally = ctx.store.delivery_tally().await?;
        let mut lines = vec![format!(
            "sent {}, not needed any more {}, waiting {} (of those tried in vain {}), given up {}",
            tally.sent, tally.withdrawn, tally.waiting, tally.failing, tally.dead
        )];
        let mut values = Vec::new();
        for row in ctx.store.delivery_list(self.all, ROWS_MAX).await? {
            let recipient = in_words(ctx, &row.recipient).await?;
            lines.push(line(&row, &recipient));
            values.push(value(&row, &recipient));
        }
        if tally.dead > 0 {
            lines.push(
                "what was given up is tried again with: admin notifications --retry DELIVERY".to_owned(),
            );
        }
        let counts = json!({
            "sent": tally.sent, "withdrawn": tally.withdrawn, "waiting": tally.waiting,
            "failing": tally.failing, "dead": tally.dead,
        });
        Ok((lines.join("\n"), json!({"counts": counts, "deliveries": values})))
    }
}

async fn in_words(ctx: &AppContext, recipient: &str) -> anyhow::Result<String> {
    Ok(match officer_of(recipient) {
        Some(id) => officer_name(ctx, id).await?,
        None => recipient.to_owned(),
    })
}

fn line(row: &DeliveryRow, recipient: &str) -> String {
    let fault = row.fault.as_ref().map(|fault| format!("\n    {fault}")).unwrap_or_default();
    let when = match row.ended_at {
        Some(at) => format!("{} {at}", row.state.as_str()),
        None => format!("{}, next try {}", row.state.as_str(), row.due_at),
    };
    format!(
        "{}  {} by {} to {recipient}, {}: {when}, attempts {}{fault}",
        row.id,
        row.kind.as_str(),
        row.channel.as_str(),
        row.priority.as_str(),
        row.attempts
    )
}

fn value(row: &DeliveryRow, recipient: &str) -> Value {
    json!({
        "delivery": row.id, "kind": row.kind.as_str(), "channel": row.channel.as_str(), "recipient": recipient,
        "priority": row.priority.as_str(), "step": row.step.as_str(), "state": row.state.as_str(),
        "attempts": row.attempts, "made_at": row.made_at, "due_at": row.due_at, "ended_at": row.ended_at,
        "fault": row.fault,
    })
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OfficerArgs {
    /// Sign-in name.
    #[arg(long)]
    username: String,
    /// Send e-mail to this address.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Send no e-mail; the address is forgotten.
    #[arg(long, conflicts_with = "email")]
    no_email: bool,
    /// Quiet hours in the force's time zone, as 20:00-07:00.
    #[arg(long, value_name = "FROM-UNTIL")]
    quiet: Option<String>,
    /// No quiet hours.
    #[arg(long, conflicts_with = "quiet")]
    no_quiet: bool,
    /// One e-mail a day about alerts that can wait.
    #[arg(long, value_name = "true|false")]
    daily: Option<bool>,
    /// Sign-in name of the supervisor who is told when nobody opens this officer's alerts.
    #[arg(long, value_name = "USERNAME")]
    supervisor: Option<String>,
    /// Every supervisor is told.
    #[arg(long, conflicts_with = "supervisor")]
    every_supervisor: bool,
    /// Then send an e-mail that says nothing but that it arrives.
    #[arg(long)]
    trial: bool,
}

impl OfficerArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let officer = officer_id(ctx, &self.username).await?;
        let before = notifications::settings(ctx, officer).await?;
        let settings = self.settings(ctx, &before).await?;
        if settings != before {
            notifications::set(ctx, COMMAND_LINE, officer, &settings).await?;
        }
        if self.trial {
            notifications::trial(ctx, COMMAND_LINE, officer).await?;
        }
        said(ctx, &self.username, &settings).await
    }

    async fn settings(&self, ctx: &AppContext, before: &Settings) -> anyhow::Result<Settings> {
        let quiet = before.quiet.map(|(from, until)| format!("{}-{}", clock(from), clock(until)));
        let quiet = if self.no_quiet { None } else { self.quiet.clone().or(quiet) };
        let (quiet_from, quiet_until) = match &quiet {
            Some(text) => text.split_once('-').context("write quiet hours as 20:00-07:00")?,
            None => ("", ""),
        };
        let email = match (&self.email, self.no_email) {
            (_, true) => String::new(),
            (Some(email), _) => email.clone(),
            (None, _) => before.email.clone(),
        };
        let form = SettingsForm {
            by_email: self.email.is_some() || (before.by_email && !self.no_email),
            email,
            daily: self.daily.unwrap_or(before.daily),
            quiet_from: quiet_from.to_owned(),
            quiet_until: quiet_until.to_owned(),
        };
        let checked =
            notifications::checked(ctx, &form).map_err(|problem| anyhow::anyhow!("{}", problem.text))?;
        let supervisor = match &self.supervisor {
            Some(username) => Some(supervisor(ctx, username).await?),
            None if self.every_supervisor => None,
            None => before.supervisor,
        };
        Ok(Settings { supervisor, ..checked })
    }
}

async fn supervisor(ctx: &AppContext, username: &str) -> anyhow::Result<OfficerId> {
    let id = officer_id(ctx, username).await?;
    let row = ctx.store.officer_get(id).await?;
    let is_one = row.is_some_and(|row| row.role == OfficerRole::Supervisor);
    anyhow::ensure!(is_one, "\"{username}\" is no supervisor; name one who is");
    Ok(id)
}

/// The settings in words. The address is the officer's own business and in no answer.
async fn said(ctx: &AppContext, username: &str, settings: &Settings) -> anyhow::Result<(String, Value)> {
    let quiet = settings.quiet.map(|(from, until)| format!("{}-{}", clock(from), clock(until)));
    let supervisor = match settings.supervisor {
        Some(id) => Some(officer_name(ctx, id).await?),
        None => None,
    };
    let words = format!(
        "{username}: e-mail {}, daily e-mail {}, quiet hours {}, told last: {}",
        if settings.by_email { "on" } else { "off" },
        if settings.daily { "on" } else { "off" },
        quiet.as_deref().unwrap_or("none"),
        supervisor.as_deref().unwrap_or("every supervisor"),
    );
    let value = json!({
        "by_email": settings.by_email, "daily": settings.daily, "quiet": quiet, "supervisor": supervisor,
    });
    Ok((words, value))
}
