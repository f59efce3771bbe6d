//! The gap ledger of a device: every minute that the order asked about, as reckoned from the records in the bundle.

use std::collections::BTreeMap;

use proviso_engine::coverage::{Claim, Coverage, Entry, MINUTE_US, Said, reckon};
use proviso_model::Timestamp;
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::ids::{AuditId, DeviceId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// `coverage/DEVICE.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverageFile {
    /// The device.
    pub device: DeviceId,
    /// When the order asked something of it, in whole minutes, in order and apart: the force's word.
    pub stretches: Vec<AskedStretch>,
    /// What officers entered, earliest first.
    pub acts: Vec<EnteredAct>,
    /// How many minutes that comes to.
    pub minutes: Minutes,
    /// Every one of them, in order.
    pub entries: Vec<Entry>,
}

/// Which minutes of a device the ledger is about, and what officers entered that explains gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageAsked {
    /// The device.
    pub device: DeviceId,
    /// When the order asked something of it, in whole minutes, in order and apart.
    pub stretches: Vec<AskedStretch>,
    /// What officers entered, earliest first.
    pub acts: Vec<EnteredAct>,
}

/// Minutes in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedStretch {
    /// The first instant of the first.
    pub from: Timestamp,
    /// The first instant after the last.
    pub until: Timestamp,
}

/// An act that explains gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnteredAct {
    /// What happened.
    pub kind: DeviceActKind,
    /// Since when.
    pub from: Timestamp,
    /// Until when; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// The act in `custody/`.
    pub act: AuditId,
}

/// How many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minutes {
    /// In all.
    pub under_the_order: u64,
    /// Watched.
    pub watched: u64,
    /// In gaps.
    pub in_gaps: u64,
}

impl CoverageFile {
    /// What it answers.
    #[must_use]
    pub fn asked(&self) -> CoverageAsked {
        CoverageAsked { device: self.device, stretches: self.stretches.clone(), acts: self.acts.clone() }
    }
}

impl CoverageAsked {
    /// The ledger, from what the records of its device say.
    #[must_use]
    pub fn reckoned(&self, claims: &[Claim]) -> CoverageFile {
        let stretches: Vec<_> = self.stretches.iter().map(|one| (one.from, one.until)).collect();
        let act = |one: &EnteredAct| DeviceAct { kind: one.kind, from: one.from, until: one.until };
        let acts: Vec<DeviceAct> = self.acts.iter().map(act).collect();
        let ledger: Coverage = reckon(claims, &stretches, &acts);
        let minutes = Minutes {
            under_the_order: ledger.minutes(),
            watched: ledger.watched(),
            in_gaps: ledger.in_gaps(),
        };
        let Self { device, stretches, acts: entered } = self.clone();
        CoverageFile { device, stretches, acts: entered, minutes, entries: ledger.entries }
    }

    /// Whether the stretches are whole minutes, in order and apart.
    #[must_use]
    pub fn is_in_order(&self) -> bool {
        let whole = |at: Timestamp| at.as_micros().rem_euclid(MINUTE_US) == 0;
        let apart = self.stretches.windows(2).all(|pair| match pair {
            [one, two] => one.until < two.from,
            _ => true,
        });
        apart && self.stretches.iter().all(|one| one.from < one.until && whole(one.from) && whole(one.until))
    }
}

/// What shown fields of a record say of time.
///
/// # Errors
/// A sentence when a field that is shown cannot be read.
pub(crate) fn claim<'a>(
    place: (u32, u64),
    fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Claim, String> {
    let of = Fields(fields.collect());
    let in_doubt: bool = of.read("clock_in_doubt")?.unwrap_or(false);
    let kind: Option<String> = of.read("body.kind")?;
    let said = match kind.as_deref() {
        Some("liveness") if !in_doubt => of.watched()?,
        Some("gap") => of.gap()?,
        _ => None,
    };
    Ok(Claim { place, recorded_at: of.read("recorded_at")?, said: said.unwrap_or(Said::Nothing) })
}

struct Fields<'a>(BTreeMap<&'a str, &'a str>);

impl Fields<'_> {
    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, String> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        serde_json::from_str(text)
            .map(Some)
            .map_err(|error| format!("the field {name} cannot be read: {error}"))
    }

    /// `None` where one of the fields is closed: then nothing is shown of the stretch.
    fn watched(&self) -> Result<Option<Said>, String> {
        let from = self.read("body.liveness.from")?;
        let until = self.read("body.liveness.until")?;
        let sources = self.read("body.liveness.sources")?;
        Ok(from.zip(until).zip(sources).map(|((from, until), sources)| Said::Watched {
            from,
            until,
            sources,
        }))
    }

    fn gap(&self) -> Result<Option<Said>, String> {
        let from = self.read("body.gap.from")?;
        let until = self.read("body.gap.until")?;
        let source = self.read("body.gap.source")?;
        let cause = self.read("body.gap.cause")?;
        Ok(from.zip(source).zip(cause).map(|((from, source), cause)| Said::Gap {
            from,
            until,
            source,
            cause,
        }))
    }
}
