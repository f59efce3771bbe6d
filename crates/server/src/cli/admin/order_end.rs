//! `admin order-end`, `admin order-end-change`.

use clap::Args;
use jiff::civil::Date;
use proviso_model::ids::{CaseId, OrderEndId};
use proviso_model::order::{OrderEnd, OrderEndKind};
use serde_json::json;

use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::app::late::order_end::{self, Change, Effect, NewEnd};

#[derive(Debug, Args)]
pub(in crate::cli) struct EnterArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// What was done: quashed, varied, paused, struck or discharged.
    #[arg(long, value_parser = kind)]
    kind: OrderEndKind,
    /// The paragraph; without it, the whole order.
    #[arg(long)]
    paragraph: Option<String>,
    /// The first day on which it does not run, as 2026-03-03, in the order's own time zone.
    #[arg(long)]
    from: Date,
    /// The last such day; a pause needs it, for the others it is for good without it.
    #[arg(long)]
    until: Option<Date>,
    /// Why it is entered: the court's reference, and who told.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ChangeArgs {
    /// The end, as admin order-end and admin quarantine-list print it.
    #[arg(long)]
    end: OrderEndId,
    /// Its last day, as 2026-03-10.
    #[arg(long, conflicts_with = "withdraw", required_unless_present = "withdraw")]
    until: Option<Date>,
    /// Take it back: it was entered by mistake.
    #[arg(long)]
    withdraw: bool,
    /// Why.
    #[arg(long)]
    reason: String,
}

fn kind(text: &str) -> Result<OrderEndKind, String> {
    OrderEndKind::parse(text).ok_or_else(|| {
        let kinds = OrderEndKind::ALL.map(OrderEndKind::as_str);
        format!("choose one of {}", kinds.join(", "))
    })
}

impl EnterArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let end = OrderEnd { kind: self.kind, paragraph: self.paragraph, from: self.from, until: self.until };
        let new = NewEnd { end, reason: self.reason };
        let (id, effect) = order_end::enter(ctx, COMMAND_LINE, self.case, new).await?;
        Ok((format!("entered {id}\n{}", in_words(effect)), json!({"end": id, "effect": value(effect)})))
    }
}

impl ChangeArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let change = self.until.map_or(Change::Withdraw, Change::Until);
        let effect = order_end::change(ctx, COMMAND_LINE, self.end, change, &self.reason).await?;
        let words = if self.withdraw { "withdrew" } else { "changed" };
        Ok((
            format!("{words} {}\n{}", self.end, in_words(effect)),
            json!({"end": self.end, "effect": value(effect)}),
        ))
    }
}

/// What followed, in words.
pub(super) fn in_words(effect: Effect) -> String {
    format!(
        "new policies for {} devices, at work when each next speaks; flags of {} findings changed; \
         {} held records are looked at again",
        effect.devices, effect.flags, effect.requeued
    )
}

/// What followed, for programs.
pub(super) fn value(effect: Effect) -> serde_json::Value {
    json!({"policies": effect.devices, "flags": effect.flags, "requeued": effect.requeued})
}
