//! `coverage`: was a device watching at a time, and what could it not see?

use std::collections::BTreeSet;

use anyhow::Context as _;
use clap::Args;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use proviso_engine::coverage::{Entry, gap_in_words, not_seen, watched_in_words};
use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use proviso_store::Stretch;
use serde_json::json;

use super::{Say, Wiring, open_context};
use crate::app::coverage::{DeviceCoverage, minute_of, of_device};
use crate::app::force::COMMAND_LINE;
use crate::app::late;
use crate::app::other_adult;
use crate::config::Config;

#[derive(Debug, Args)]
#[command(
    after_help = "Times are those of the order's time zone, as 2026-03-03T21:00, or with an offset, as 2026-03-03T21:00:00Z.\n\n\
    Example:\n  proviso-server coverage --device 0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57 --from 2026-03-03T21:00 --until 2026-03-03T21:20\n\n\
    Exit code 0: all of these minutes were watched; 1: not all of them, or no order asked it."
)]
pub(super) struct CoverageArgs {
    /// The device.
    #[arg(long)]
    device: DeviceId,
    /// The first minute.
    #[arg(long)]
    from: String,
    /// The minute after the last.
    #[arg(long)]
    until: String,
}

impl CoverageArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let ctx = open_context(wiring, config).await?;
        let row = ctx.store.device_get(self.device).await?.context("there is no such device")?;
        let known = late::known(&ctx, &ctx.case_keys(row.case)?).await?;
        let name = known.order.effective(None).map(|order| order.timezone).unwrap_or_default();
        let zone = TimeZone::get(&name).unwrap_or(TimeZone::UTC);
        let stretch = Stretch { from: instant(&self.from, &zone)?, until: instant(&self.until, &zone)? };
        anyhow::ensure!(stretch.from < stretch.until, "--until has to lie after --from");
        let in_force = known.order.stretches()?;
        let objects = format!("{} from {} until {}", self.device, stretch.from, stretch.until);
        let found: DeviceCoverage = ctx
            .logged(COMMAND_LINE, "coverage-view", Some(row.case), &objects, async {
                of_device(&ctx, &in_force, &row, stretch).await
            })
            .await?;
        let asked = u64::try_from(stretch.until.millis_since(stretch.from) / 60_000).unwrap_or(0);
        say.line(&in_words(&found, asked, &zone), &value(&found, asked))?;
        Ok(u8::from(found.ledger.watched() < asked))
    }
}

/// An instant as it is typed, in the order's time zone unless it says its own; the minute that it lies in.
pub(in crate::cli) fn instant(text: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    if let Ok(at) = Timestamp::parse(text) {
        return Ok(minute_of(at));
    }
    let civil: DateTime =
        text.parse().with_context(|| format!("\"{text}\" is not a time; write it as 2026-03-03T21:00"))?;
    let at = zone.to_timestamp(civil).context("there is no such time in the order's time zone")?;
    Ok(minute_of(Timestamp::from_micros(at.as_microsecond())))
}

fn in_words(found: &DeviceCoverage, asked: u64, zone: &TimeZone) -> String {
    let ledger = &found.ledger;
    let mut lines = vec![format!(
        "{} of {asked} minutes under the order: watched {}, not watched {}",
        ledger.minutes(),
        ledger.watched(),
        ledger.in_gaps()
    )];
    let clock = |at: Timestamp| {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
    };
    for entry in &ledger.entries {
        let said = gap_in_words(entry).map_or_else(
            || format!("watched: {}", watched_in_words(entry)),
            |why| match other_adult::within(entry, &found.other_adult) {
                Some(input) => format!("not watched: {why}; {input}"),
                None => format!("not watched: {why}"),
            },
        );
        lines.push(format!(
            "{} to {} ({} min)  {said}",
            clock(entry.from),
            clock(entry.until()),
            entry.minutes
        ));
    }
    let blind: BTreeSet<String> = ledger.entries.iter().flat_map(not_seen).collect();
    lines.extend(
        blind.into_iter().map(|words| format!("not seen while it watched, at least for a part: {words}")),
    );
    if ledger.minutes() < asked {
        lines.push(
            "in the other minutes no paragraph of the order ran on this device, or they have not come"
                .to_owned(),
        );
    }
    lines.push("Time that was not watched says nothing about what was done in it.".to_owned());
    lines.join("\n")
}

fn value(found: &DeviceCoverage, asked: u64) -> serde_json::Value {
    let entry = |entry: &Entry| {
        let mut value = json!(entry);
        if let Some(members) = value.as_object_mut() {
            members.insert("until".to_owned(), json!(entry.until()));
            members.insert("not_seen".to_owned(), json!(not_seen(entry)));
            members.insert("why".to_owned(), json!(gap_in_words(entry)));
        }
        value
    };
    json!({
        "minutes": {"asked": asked, "under_the_order": found.ledger.minutes(), "watched": found.ledger.watched(),
            "in_gaps": found.ledger.in_gaps()},
        "entries": found.ledger.entries.iter().map(entry).collect::<Vec<_>>(),
        "other_adult": found.other_adult,
    })
}
