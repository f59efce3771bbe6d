//! Receiving a case from another force. First everything is checked; then the case is entered whole or not at all, under a number of this
//! force's own: keys, rows and log go by it, and a case that comes back one day would otherwise meet itself. What the other force
//! captured stays what it signed: readable beside the case, never a record of this force's chain or a leaf of its log.

use std::collections::BTreeSet;

use proviso_engine::{CompileInputs, OrderVersion};
use proviso_evidence::container::Contents;
use proviso_evidence::{layout, verify};
use proviso_ledger::Envelope;
use proviso_ledger::seal::CaseSecretKey;
use proviso_model::ids::{CaseId, OfficerId, OrderEndId, OrderId, ShieldId};
use proviso_model::{Digest, Order, Timestamp};
use proviso_store::{
    CaseRow, CaseState, OrderEndRow, OrderVersionRow, ReceivedCase, ReceivedRow, ShieldRow, StoreError,
};

use super::file::{self, Opened};
use super::kept;
use super::refused::Refused;
use super::trust::OtherForce;
use crate::app::AppContext;
use crate::app::device::policy::{self, NoPolicy};
use crate::app::force::{COMMAND_LINE, ForceError, case};
use crate::app::in_use::InUse;
use crate::app::late::Known;
use crate::app::name_index;
use crate::app::shield::Contact;
use crate::keys::CaseKeys;
use crate::keys::case::Purpose;

/// A file that was looked at: every check holds.
pub struct Looked {
    /// What is in it.
    pub opened: Opened,
    /// Checks of the evidence that passed, or could not be made; none where there is no evidence.
    pub checks: usize,
    /// Records in it.
    pub records: usize,
    /// The order as it is now.
    pub order: Order,
    /// That this very file was received before.
    pub known: Option<ReceivedRow>,
    /// What was received before of the same case, and stands.
    pub others: Vec<ReceivedRow>,
}

/// Looks at a file, and changes nothing. Logged before it is opened.
///
/// # Errors
/// [`Refused`] in a [`ForceError`]; the store's.
pub async fn look(
    ctx: &AppContext,
    file: Vec<u8>,
    key: CaseSecretKey,
    from: &OtherForce,
) -> Result<Looked, ForceError> {
    ctx.logged(COMMAND_LINE, "case-receive-check", None, &from.force.to_string(), async {
        let (own, of) = (ctx.keys.force, from.clone());
        let work = tokio::task::spawn_blocking(move || {
            let opened = file::open(&file, (own, &key), &of)?;
            let (checks, records) = evidence(&opened, &of)?;
            Ok::<_, Refused>((opened, checks, records))
        });
        let (opened, checks, records) =
            work.await.map_err(|error| ForceError::Refused(error.to_string()))??;
        let order = order(ctx, &opened).await?;
        let known = ctx.store.received_get(&opened.hash).await?;
        let mut others = Vec::new();
        for row in ctx.store.received_of(opened.says.from, opened.says.case).await? {
            let case = ctx.store.case_get(row.case).await?;
            if case.is_some_and(|case| case.state != CaseState::Destroyed) {
                others.push(row);
            }
        }
        Ok(Looked { opened, checks, records, order, known, others })
    })
    .await
}

/// Verifies the evidence, and that its records open with the key that came with it.
fn evidence(opened: &Opened, from: &OtherForce) -> Result<(usize, usize), Refused> {
    let bundle = opened.bundle.as_slice();
    if bundle.is_empty() {
        return Ok((0, 0));
    }
    let failed = |why: String| Refused::Evidence(why);
    let report = verify(bundle, Some(&from.trust())).map_err(|error| failed(error.to_string()))?;
    if let Some(check) = report.failed().next() {
        return Err(failed(format!("{}: {}", check.name, check.says)));
    }
    let contents = Contents::open(&bundle).map_err(|error| failed(error.to_string()))?;
    let manifest = contents.read(layout::MANIFEST).ok().flatten().unwrap_or_default();
    let manifest: serde_json::Value =
        serde_json::from_slice(&manifest).map_err(|error| failed(error.to_string()))?;
    let case = opened.says.case.to_string();
    if manifest.get("case").and_then(serde_json::Value::as_str) != Some(case.as_str()) {
        return Err(failed("its evidence is of another case than the one that was signed".to_owned()));
    }
    let shown: BTreeSet<String> = contents.under(layout::CAPTURED).map(str::to_owned).collect();
    let paths: Vec<String> = contents.under(layout::RECORDS).map(str::to_owned).collect();
    for path in &paths {
        let bytes = contents.read(path).ok().flatten().unwrap_or_default();
        let envelope = Envelope::decode(&bytes).map_err(|error| failed(format!("{path}: {error}")))?;
        let captured = layout::opened(layout::CAPTURED, &Digest(envelope.record_hash()));
        if shown.contains(&captured) && envelope.open(&opened.secret).is_err() {
            return Err(failed(format!("{path} does not open with the key that came with it")));
        }
    }
    Ok((report.checks.len(), paths.len()))
}

/// Reads every version of the order as if it had been entered here, and gives the one that is in force.
async fn order(ctx: &AppContext, opened: &Opened) -> Result<Order, Refused> {
    let refused = |error: &dyn std::fmt::Display| Refused::Order(error.to_string());
    let mut versions = Vec::new();
    for (text, number) in opened.facts.orders.iter().zip(1..) {
        let read = case::read_order(&text.text, &format!("version {number} of the order"));
        let applies_from = text.applies_from.as_ref().map(|day| day.parse()).transpose();
        versions.push(OrderVersion {
            order: read.map_err(|error| refused(&error))?,
            applies_from: applies_from
                .map_err(|_| refused(&"a day on which a version begins cannot be read"))?,
        });
    }
    let newest = versions.last().map(|version| version.order.clone());
    let newest = newest.ok_or_else(|| refused(&"there is none"))?;
    let in_use = InUse::now(ctx).await.map_err(|error| refused(&error))?;
    if let Err(NoPolicy::Faulty(why)) = policy::compile(&in_use, &newest, CompileInputs::offline()) {
        return Err(Refused::Order(why));
    }
    let ends = opened.facts.ends.iter().map(|end| {
        Ok(OrderEndRow {
            id: OrderEndId::random(ctx.random()),
            case: opened.says.case,
            end: end.end()?,
            entered_at: end.entered_at,
            entered_by: String::new(),
            withdrawn_at: end.withdrawn_at,
            sealed: Vec::new(),
        })
    });
    let ends = ends.collect::<Result<Vec<_>, Refused>>()?;
    Known::new(versions, ends, InUse::default()).map_err(|error| refused(&error))?;
    Ok(newest)
}

/// Where a case was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What is kept of it.
    pub row: ReceivedRow,
    /// Whether it was entered now, and not before.
    pub is_new: bool,
}

/// Enters a case, or with `into` a later file of one that was received before. Logged before it is done. A file that was received before
/// stays as it is.
///
/// # Errors
/// [`Refused`] in a [`ForceError`]; then nothing is kept of it.
pub async fn receive(
    ctx: &AppContext,
    looked: &Looked,
    officer: Option<OfficerId>,
    into: Option<CaseId>,
) -> Result<Received, ForceError> {
    if let Some(row) = &looked.known {
        if !looked.others.contains(row) {
            let why = "this file was received before, and its case was destroyed since; ask the other force for a new one";
            return Err(Refused::Into(why.to_owned()).into());
        }
        return Ok(Received { row: row.clone(), is_new: false });
    }
    let first = looked.others.first();
    let case = match (first, into) {
        (Some(other), None) => {
            return Err(Refused::OtherFile { case: other.case, at: other.received_at }.into());
        }
        (Some(other), Some(into)) if other.case != into => {
            let why = format!("the case that was received from that force is {}, not {into}", other.case);
            return Err(Refused::Into(why).into());
        }
        (None, Some(_)) => {
            let why =
                "nothing of this case was received before: leave --into out, and it is entered as a new case";
            return Err(Refused::Into(why.to_owned()).into());
        }
        (Some(other), Some(_)) => other.case,
        (None, None) => CaseId::random(ctx.random()),
    };
    let says = &looked.opened.says;
    let objects = format!("{case} {} {} {} {}", says.transfer, looked.opened.hash, says.from, says.case);
    let done = ctx.logged(COMMAND_LINE, "case-receive", Some(case), &objects, async {
        let keys = match first {
            Some(_) => ctx.case_keys(case)?,
            None => ctx.case_keys_create(case)?,
        };
        let row = row(ctx, looked, &keys)?;
        match enter(ctx, looked, &keys, (&row, first.is_none()), officer).await {
            Ok(()) => Ok(Received { row, is_new: true }),
            Err(error) => {
                // Nobody refers to either: what is left of them after a kill here is sealed to a key that opens nothing else.
                if let Err(error) = kept::remove(ctx, &row).await {
                    tracing::warn!(%error, "parts of a case that was not entered are left among the blobs");
                }
                if first.is_none() {
                    ctx.case_keys_destroy(case)?;
                }
                Err(error)
            }
        }
    })
    .await?;
    // The person is found by name from now on.
    name_index::keep_up(ctx, case).await;
    Ok(done)
}

fn row(ctx: &AppContext, looked: &Looked, keys: &CaseKeys) -> Result<ReceivedRow, ForceError> {
    let opened = &looked.opened;
    let json = serde_json::to_vec(&opened.signed).map_err(|error| ForceError::Refused(error.to_string()))?;
    Ok(ReceivedRow {
        statement: opened.hash,
        transfer: opened.says.transfer,
        case: keys.case,
        from_force: opened.says.from,
        from_case: opened.says.case,
        made_at: opened.says.made_at,
        received_at: ctx.now(),
        received_by: COMMAND_LINE.to_owned(),
        facts_bytes: opened.says.facts_bytes,
        bundle_bytes: opened.says.bundle_bytes,
        sealed: ctx.with_rng(|rng| keys.seal(rng, Purpose::Received, &json)),
    })
}

async fn enter(
    ctx: &AppContext,
    looked: &Looked,
    keys: &CaseKeys,
    (row, is_first): (&ReceivedRow, bool),
    officer: Option<OfficerId>,
) -> Result<(), ForceError> {
    let opened = &looked.opened;
    kept::put(ctx, keys, &opened.hash, (&opened.facts_bytes, &opened.bundle)).await?;
    let case = match is_first {
        true => Some(case_of(ctx, opened, keys, officer)?),
        false => None,
    };
    match ctx.store.received_add(row, case.as_ref()).await {
        Err(StoreError::Conflict(why)) => Err(Refused::Into(format!("{why}; import it again")).into()),
        done => Ok(done?),
    }
}

/// The case as it is entered here: the order with all its versions and ends, and the contacts that are protected. The words are the court's;
/// the entries are made here and now.
fn case_of(
    ctx: &AppContext,
    opened: &Opened,
    keys: &CaseKeys,
    officer: Option<OfficerId>,
) -> Result<ReceivedCase, ForceError> {
    let (case, now) = (keys.case, ctx.now());
    let seal = |purpose, bytes: &[u8]| ctx.with_rng(|rng| keys.seal(rng, purpose, bytes));
    let json = |error: serde_json::Error| ForceError::Refused(error.to_string());
    let orders = opened.facts.orders.iter().zip(1..).map(|(text, version)| OrderVersionRow {
        id: OrderId::new(now, ctx.random()),
        case,
        version,
        entered_at: now,
        applies_from: text.applies_from.clone(),
        sealed: seal(Purpose::Order, text.text.as_bytes()),
    });
    let mut ends = Vec::new();
    for end in &opened.facts.ends {
        ends.push(OrderEndRow {
            id: OrderEndId::new(now, ctx.random()),
            case,
            end: end.end()?,
            entered_at: now,
            entered_by: COMMAND_LINE.to_owned(),
            withdrawn_at: end.withdrawn_at.map(|_: Timestamp| now),
            sealed: seal(Purpose::OrderEnd, end.reason.as_bytes()),
        });
    }
    let mut shield = Vec::new();
    for contact in &opened.facts.shield {
        let said = Contact { contact: contact.contact.clone(), reason: contact.reason.clone() };
        shield.push(ShieldRow {
            id: ShieldId::new(now, ctx.random()),
            case,
            entered_at: now,
            entered_by: COMMAND_LINE.to_owned(),
            sealed: seal(Purpose::Shield, &serde_json::to_vec(&said).map_err(json)?),
            ended: None,
        });
    }
    Ok(ReceivedCase {
        case: CaseRow {
            id: case,
            state: CaseState::Open,
            case_key: keys.id,
            officer,
            created_at: now,
            sealed: seal(Purpose::Case, &serde_json::to_vec(&opened.facts.person).map_err(json)?),
        },
        orders: orders.collect(),
        ends,
        shield,
    })
}
