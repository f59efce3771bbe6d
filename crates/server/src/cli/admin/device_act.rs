//! `admin device-act`, `admin device-act-change`.

use anyhow::Context as _;
use clap::Args;
use jiff::tz::TimeZone;
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::ids::{DeviceActId, DeviceId};
use proviso_store::DeviceRow;
use serde_json::json;

use super::order_end::{in_words, value};
use crate::app::AppContext;
use crate::app::device_acts::{self, Change};
use crate::app::force::COMMAND_LINE;
use crate::app::late;
use crate::cli::coverage::instant;

/// How times are written.
const TIMES: &str = "Times are those of the order's time zone, as 2026-03-03T21:00, or with an offset, as 2026-03-03T21:00:00Z.";

#[derive(Debug, Args)]
#[command(after_help = TIMES)]
pub(in crate::cli) struct EnterArgs {
    /// The device.
    #[arg(long)]
    device: DeviceId,
    /// What happened: death, sold, replaced, transferred, seized, lost, in-repair, in-custody, in-hospital or abroad.
    #[arg(long, value_parser = kind)]
    kind: DeviceActKind,
    /// Since when.
    #[arg(long)]
    from: String,
    /// Until when; without it, it lasts, or is for good.
    #[arg(long)]
    until: Option<String>,
    /// Why it is entered, and who told.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
#[command(after_help = TIMES)]
pub(in crate::cli) struct ChangeArgs {
    /// A device that the entry is about.
    #[arg(long)]
    device: DeviceId,
    /// The entry, as admin device-act prints it.
    #[arg(long)]
    entry: DeviceActId,
    /// Since when.
    #[arg(long, conflicts_with = "withdraw", required_unless_present = "withdraw")]
    from: Option<String>,
    /// Until when; without it, it lasts, or is for good.
    #[arg(long, conflicts_with = "withdraw")]
    until: Option<String>,
    /// Take it back: it was entered by mistake.
    #[arg(long)]
    withdraw: bool,
    /// Why.
    #[arg(long)]
    reason: String,
}

fn kind(text: &str) -> Result<DeviceActKind, String> {
    DeviceActKind::parse(text).ok_or_else(|| {
        let kinds = DeviceActKind::ALL.map(DeviceActKind::as_str);
        format!("choose one of {}", kinds.join(", "))
    })
}

/// The device, and the time zone of its order.
async fn about(ctx: &AppContext, device: DeviceId) -> anyhow::Result<(DeviceRow, TimeZone)> {
    let row = ctx.store.device_get(device).await?.context("there is no such device")?;
    let known = late::known(ctx, &ctx.case_keys(row.case)?).await?;
    let name = known.order.effective(None).map(|order| order.timezone).unwrap_or_default();
    Ok((row, TimeZone::get(&name).unwrap_or(TimeZone::UTC)))
}

impl EnterArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let (row, zone) = about(ctx, self.device).await?;
        let from = instant(&self.from, &zone)?;
        let until = self.until.map(|until| instant(&until, &zone)).transpose()?;
        let act = DeviceAct { kind: self.kind, from, until };
        let (id, effect) = device_acts::enter(ctx, COMMAND_LINE, &row, act, &self.reason).await?;
        Ok((format!("entered {id}\n{}", in_words(effect)), json!({"entry": id, "effect": value(effect)})))
    }
}

impl ChangeArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let (row, zone) = about(ctx, self.device).await?;
        let change = match self.from {
            Some(from) => Change::Times {
                from: instant(&from, &zone)?,
                until: self.until.map(|until| instant(&until, &zone)).transpose()?,
            },
            None => Change::Withdraw,
        };
        let effect = device_acts::change(ctx, COMMAND_LINE, &row, self.entry, change, &self.reason).await?;
        let words = if self.withdraw { "withdrew" } else { "corrected" };
        Ok((
            format!("{words} {}\n{}", self.entry, in_words(effect)),
            json!({"entry": self.entry, "effect": value(effect)}),
        ))
    }
}
