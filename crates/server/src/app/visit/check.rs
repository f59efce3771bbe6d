//! The check of a record that came back from a visit: that this force's pass and key made it, and that nothing was changed since.

use proviso_ledger::hash::{domain_hash, sha256};
use proviso_ledger::sign::VerifyKey;
use proviso_model::Digest;
use proviso_model::visit::{
    SignedVisitPass, SignedVisitRecord, TOUCHED_DOMAIN, VISIT_FORMAT, VisitPass, VisitRecord,
    signed_visit_pass, signed_visit_record,
};
use proviso_model::wire::ForceKeysStatement;

use crate::app::AppContext;
use crate::app::force::{COMMAND_LINE, ForceError};

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

/// A record as it is read, before anything of it is believed.
pub struct Read {
    /// The record.
    pub record: VisitRecord,
    /// The pass that it carries.
    pub pass: VisitPass,
    /// SHA-256 of the record's signed text.
    pub hash: Digest,
}

/// Reads a record and the pass that it carries. Nothing of them is checked.
///
/// # Errors
/// [`ForceError::Refused`] where it is no record of a visit with a pass.
pub fn read(signed: &SignedVisitRecord) -> Result<Read, ForceError> {
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
    Ok(Read { record, pass, hash: Digest(sha256(signed.record.as_bytes())) })
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
    let read = read(signed)?;
    ctx.note(COMMAND_LINE, "visit-check", None, &format!("{} {}", read.pass.visit, read.hash)).await?;
    let checks = checks(ctx, signed, &read, beside);
    Ok((read.record, checks))
}

/// Every check of a record.
pub(super) fn checks(
    ctx: &AppContext,
    signed: &SignedVisitRecord,
    Read { record, pass, .. }: &Read,
    beside: &Beside,
) -> Vec<Check> {
    let carried = signed.pass.as_ref();
    let made_here = pass.force == ctx.keys.force && carried.is_some_and(|carried| signed_here(ctx, carried));
    let record_key = VerifyKey::from_hex(&pass.record_key).ok();
    let is_signed = record_key
        .zip(proviso_evidence::signature_of(&signed.signature))
        .is_some_and(|(key, signature)| key.verify(&signed_visit_record(&signed.record), &signature).is_ok());
    let names_pass = record.pass_sha256 == carried.map(|carried| Digest(sha256(carried.pass.as_bytes())))
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
    checks
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
