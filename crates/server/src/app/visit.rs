//! A visit to a device: the pass that an officer takes along, and the check of the record that comes back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use proviso_engine::coverage::gap_in_words;
use proviso_engine::visit::order_for_visit;
use proviso_ledger::SignKey;
use proviso_ledger::hash::{domain_hash, sha256};
use proviso_ledger::sign::VerifyKey;
use proviso_model::ids::{CaseId, VisitId};
use proviso_model::visit::{
    KnownDevice, KnownGap, SignedVisitPass, SignedVisitRecord, TOUCHED_DOMAIN, VISIT_FORMAT, VisitPass,
    VisitRecord, signed_visit_pass, signed_visit_record,
};
use proviso_model::wire::ForceKeysStatement;
use proviso_model::{Digest, Timestamp};
use proviso_store::{CaseState, DeviceRow, StoreError, Stretch};

use super::AppContext;
use super::coverage::of_device;
use super::force::{COMMAND_LINE, ForceError};
use super::late;
use super::officer::sealed;

/// Gaps of a device that a pass names.
const GAPS_MAX: usize = 20;
/// Days for which a pass is good at most.
pub const DAYS_MAX: i64 = 31;

/// A visit to be prepared.
pub struct NewVisit<'a> {
    /// The case.
    pub case: CaseId,
    /// Sign-in name of the officer who goes.
    pub officer: &'a str,
    /// Days for which the pass is good.
    pub days: i64,
    /// What the visit compares with; without it, the beginning of the order.
    pub since: Option<Timestamp>,
}

/// What the officer takes along.
pub struct Prepared {
    /// The pass.
    pub pass: VisitPass,
    /// As it is written.
    pub signed: SignedVisitPass,
    /// Signs the record: the secret half of [`VisitPass::record_key`]. It is kept nowhere here.
    pub key: SignKey,
}

/// Prepares a visit. Logged before it is done.
///
/// # Errors
/// [`ForceError`]; where nothing may be read under the order, with why.
pub async fn prepare(ctx: &AppContext, new: &NewVisit<'_>) -> Result<Prepared, ForceError> {
    if !(1..=DAYS_MAX).contains(&new.days) {
        return Err(ForceError::Refused(format!("a pass is good for 1 to {DAYS_MAX} days")));
    }
    let case = ctx.store.case_get(new.case).await?.ok_or(StoreError::Missing("the case"))?;
    if case.state != CaseState::Open {
        return Err(ForceError::Refused("the case is not open: no visit is prepared".to_owned()));
    }
    let officer = new.officer.trim().to_lowercase();
    let officer = ctx.store.officer_by_username(&officer).await?.ok_or(StoreError::Missing("the officer"))?;
    if officer.disabled_at.is_some() {
        return Err(ForceError::Refused(format!("officer {} is disabled", officer.username)));
    }
    let now = ctx.now();
    let visit = VisitId::new(now, ctx.random());
    ctx.logged(COMMAND_LINE, "visit-prepare", Some(new.case), &format!("{visit} {}", officer.id), async {
        let known = late::known(ctx, &ctx.case_keys(new.case)?).await?;
        let order = known.for_devices(now).ok_or(StoreError::Missing("the order of this case"))?;
        let today = known.order.day_of(now);
        let order = order_for_visit(&order, today).map_err(|error| ForceError::Refused(error.to_string()))?;
        let zone = TimeZone::get(&order.timezone).unwrap_or(TimeZone::UTC);
        let made = order
            .made_on
            .to_zoned_datetime(zone)
            .map_or(now, |at| Timestamp::from_micros(at.timestamp().as_microsecond()));
        let since = new.since.unwrap_or(made);
        let in_force = known.order.stretches().map_err(late::LateError::from)?;
        let mut devices = Vec::new();
        for row in ctx.store.device_list(Some(new.case)).await? {
            devices.push(device(ctx, &in_force, &row, Stretch { from: since, until: now }).await?);
        }
        let key = ctx.with_rng(|rng| SignKey::generate(rng));
        let pass = VisitPass {
            format: VISIT_FORMAT,
            visit,
            force: ctx.keys.force,
            force_name: ctx.force_name().to_owned(),
            case: new.case,
            officer: officer.username.clone(),
            issued_at: now,
            expires_at: now.plus_days(new.days),
            since: new.since,
            order,
            devices,
            record_key: key.public().to_hex(),
        };
        let text = serde_json::to_string(&pass)
            .map_err(|error| ForceError::Refused(format!("the pass cannot be written: {error}")))?;
        let signature = STANDARD.encode(ctx.keys.policy.sign(&signed_visit_pass(&text)));
        let signed = SignedVisitPass { pass: text, signature, keys: ctx.keys.statement.clone() };
        Ok(Prepared { pass, signed, key })
    })
    .await
}

/// What the gap ledger says of a device.
async fn device(
    ctx: &AppContext,
    in_force: &[(Timestamp, Timestamp)],
    row: &DeviceRow,
    stretch: Stretch,
) -> Result<KnownDevice, ForceError> {
    let facts = sealed::device(ctx, row)?;
    let ledger = of_device(ctx, in_force, row, stretch).await?.ledger;
    let gaps = ledger.entries.iter().filter_map(|entry| {
        Some(KnownGap { from: entry.from, minutes: entry.minutes, why: gap_in_words(entry)? })
    });
    let mut gaps: Vec<KnownGap> = gaps.collect();
    let gaps_in_all = gaps.len() as u64;
    gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.minutes), gap.from));
    gaps.truncate(GAPS_MAX);
    Ok(KnownDevice {
        device: row.id,
        account: facts.account,
        system: facts.system,
        enrolled_at: row.enrolled_at,
        minutes: ledger.minutes(),
        watched: ledger.watched(),
        gaps,
        gaps_in_all,
    })
}

/// One check of a record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// Whether it holds.
    pub holds: bool,
}

/// Files beside a record; absent where they are not there.
pub struct Beside {
    /// The page.
    pub page: Option<Vec<u8>>,
    /// The log of what was touched.
    pub touched: Option<Vec<u8>>,
}

/// Checks a record against this force's keys. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] where it is no record of a visit of this force's at all.
pub async fn check(
    ctx: &AppContext,
    signed: &SignedVisitRecord,
    beside: &Beside,
) -> Result<(VisitRecord, Vec<Check>), ForceError> {
    let refused = |why: &str| ForceError::Refused(why.to_owned());
    let record: VisitRecord = serde_json::from_str(&signed.record)
        .map_err(|error| ForceError::Refused(format!("the record cannot be read: {error}")))?;
    if record.format != VISIT_FORMAT {
        return Err(refused("the record has a format that this version does not know"));
    }
    let carried = signed.pass.as_ref().ok_or_else(|| {
        refused("it is the record of a rehearsal with an order file: no force vouches for it")
    })?;
    let pass: VisitPass = serde_json::from_str(&carried.pass)
        .map_err(|error| ForceError::Refused(format!("the pass cannot be read: {error}")))?;
    let digest = Digest(sha256(signed.record.as_bytes()));
    ctx.note(COMMAND_LINE, "visit-check", None, &format!("{} {digest}", pass.visit)).await?;
    let made_here = pass.force == ctx.keys.force && signed_here(ctx, carried);
    let record_key = VerifyKey::from_hex(&pass.record_key).ok();
    let is_signed = record_key
        .zip(proviso_evidence::signature_of(&signed.signature))
        .is_some_and(|(key, signature)| key.verify(&signed_visit_record(&signed.record), &signature).is_ok());
    let names_pass = record.pass_sha256 == Some(Digest(sha256(carried.pass.as_bytes())))
        && record.visit == Some(pass.visit)
        && record.force == Some(pass.force)
        && record.case == Some(pass.case);
    let in_time = pass.issued_at <= record.started_at
        && record.started_at <= record.ended_at
        && record.started_at < pass.expires_at;
    let of_order = record.told.iter().all(|told| {
        let is_it =
            |own: &proviso_model::order::Condition| own.paragraph == told.paragraph && own.text == told.text;
        pass.order.conditions.iter().any(is_it)
    });
    let mut checks = vec![
        Check { name: "the pass was signed by this force", holds: made_here },
        Check {
            name: "the record was signed with the key that the pass names, and no byte was changed since",
            holds: is_signed,
        },
        Check { name: "the record names this pass, its case and its visit", holds: names_pass },
        Check { name: "the device's clock lay within the time of the pass", holds: in_time },
        Check { name: "its paragraphs are those of the pass, in the court's words", holds: of_order },
    ];
    if let Some(page) = &beside.page {
        let holds = Digest(sha256(page)) == record.page_sha256;
        checks.push(Check { name: "the page beside it is the one that was made with it", holds });
    }
    if let Some(touched) = &beside.touched {
        let holds = chain(touched) == (record.touched.lines, record.touched.head);
        checks.push(Check { name: "the log beside it is whole: every line of what was touched", holds });
    }
    Ok((record, checks))
}

/// Whether a policy key of this force, in use or before, signed a pass.
fn signed_here(ctx: &AppContext, signed: &SignedVisitPass) -> bool {
    let Some(signature) = proviso_evidence::signature_of(&signed.signature) else { return false };
    let statements = std::iter::once(&ctx.keys.statement).chain(&ctx.keys.retired);
    let keys = statements.filter_map(|keys| {
        let says: ForceKeysStatement = serde_json::from_str(&keys.statement).ok()?;
        VerifyKey::from_hex(&says.policy_key).ok()
    });
    let bytes = signed_visit_pass(&signed.pass);
    keys.into_iter().any(|key| key.verify(&bytes, &signature).is_ok())
}

/// Lines of a log and the last hash of its chain.
fn chain(log: &[u8]) -> (u64, Digest) {
    let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.fold((0, Digest::default()), |(count, head), line| {
        (count + 1, Digest(domain_hash(TOUCHED_DOMAIN, &[&head.0, line])))
    })
}
