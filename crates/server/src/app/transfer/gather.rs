//! Gathers the facts of a case that is handed over. The caller has logged it.

use proviso_model::ids::CaseId;
use proviso_model::{Digest, Timestamp};
use proviso_store::{AlertFilter, CaseRow, DeviceActRow, Stretch};

use super::facts::{
    Alert, CaseFacts, Decided, Device, DeviceActFact, EndOfOrder, FiledVisit, Kept, OrderText,
    ProtectedContact, Request, Stays,
};
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::late::quarantine;
use crate::app::officer::error::ActError;
use crate::app::officer::{history, sealed};
use crate::app::{personal, rights, shield};
use crate::keys::case::Purpose;

/// Alerts and findings that are named at most.
const ROWS_MAX: u32 = 100_000;

fn text(ctx: &AppContext, case: CaseId, purpose: Purpose, sealed: &[u8]) -> Result<String, ForceError> {
    if sealed.is_empty() {
        return Ok(String::new());
    }
    Ok(String::from_utf8_lossy(&ctx.unseal(case, purpose, sealed)?).into_owned())
}

/// The facts of a case.
///
/// # Errors
/// [`ForceError`].
pub async fn facts(ctx: &AppContext, row: &CaseRow) -> Result<CaseFacts, ForceError> {
    let case = row.id;
    let mut shielded = Vec::new();
    for contact in ctx.store.shield_list(case).await?.iter().filter(|contact| contact.ended.is_none()) {
        let opened = shield::opened(ctx, contact)?;
        shielded.push(ProtectedContact { contact: opened.contact, reason: opened.reason });
    }
    let held = ctx.store.legal_hold(case).await?;
    Ok(CaseFacts {
        case,
        opened_at: row.created_at,
        officer: history::in_charge(ctx, row).await?,
        person: sealed::person(ctx, row)?,
        orders: orders(ctx, case).await?,
        ends: ends(ctx, case).await?,
        shield: shielded,
        devices: devices(ctx, case).await?,
        device_acts: device_acts(ctx, case).await?,
        alerts: alerts(ctx, row).await?,
        statements: statements(ctx, case).await?,
        rights: requests(ctx, case).await?,
        retention: retention(ctx, case).await?,
        legal_hold: held.map(|hold| (hold.since, hold.reference)),
        visits: visits(ctx, case).await?,
        stays: stays(ctx, case).await?,
    })
}

async fn orders(ctx: &AppContext, case: CaseId) -> Result<Vec<OrderText>, ForceError> {
    let mut found = Vec::new();
    for row in ctx.store.order_list(case).await? {
        found.push(OrderText {
            entered_at: row.entered_at,
            text: text(ctx, case, Purpose::Order, &row.sealed)?,
            applies_from: row.applies_from,
        });
    }
    Ok(found)
}

async fn ends(ctx: &AppContext, case: CaseId) -> Result<Vec<EndOfOrder>, ForceError> {
    let mut found = Vec::new();
    for row in ctx.store.order_end_list(case).await? {
        found.push(EndOfOrder {
            kind: row.end.kind.as_str().to_owned(),
            paragraph: row.end.paragraph,
            from: row.end.from.to_string(),
            until: row.end.until.map(|day| day.to_string()),
            entered_at: row.entered_at,
            withdrawn_at: row.withdrawn_at,
            reason: text(ctx, case, Purpose::OrderEnd, &row.sealed)?,
        });
    }
    Ok(found)
}

async fn devices(ctx: &AppContext, case: CaseId) -> Result<Vec<Device>, ForceError> {
    let mut found = Vec::new();
    for row in ctx.store.device_list(Some(case)).await? {
        found.push(Device {
            id: row.id,
            facts: sealed::device(ctx, &row)?,
            enrolled_at: row.enrolled_at,
            state: row.state.as_str().to_owned(),
        });
    }
    Ok(found)
}

async fn device_acts(ctx: &AppContext, case: CaseId) -> Result<Vec<DeviceActFact>, ForceError> {
    let rows = ctx.store.device_act_list(case).await?;
    let mut found = Vec::new();
    for row in DeviceActRow::standing(&rows) {
        let reason = text(ctx, case, Purpose::DeviceAct, &row.sealed)?;
        found.push(DeviceActFact { device: row.device, act: row.act, reason });
    }
    Ok(found)
}

async fn alerts(ctx: &AppContext, case: &CaseRow) -> Result<Vec<Alert>, ForceError> {
    let filter = AlertFilter { case: Some(case.id), limit: ROWS_MAX, ..AlertFilter::default() };
    let mut found = Vec::new();
    for row in ctx.store.alert_list(filter).await? {
        let mut decisions = Vec::new();
        for one in ctx.store.decision_list(row.id).await? {
            decisions.push(Decided {
                outcome: one.outcome,
                at: one.decided_at,
                officer: history::officer_name(ctx, one.officer).await?,
                reason: sealed::decision_reason(ctx, case, &one)?,
            });
        }
        let findings = ctx.store.alert_findings(row.id, ROWS_MAX).await?;
        let mut records: Vec<Digest> = findings.into_iter().map(|(one, _)| Digest(one.record)).collect();
        records.sort_unstable();
        records.dedup();
        found.push(Alert {
            id: row.id,
            device: row.device,
            paragraph: row.paragraph,
            rule: row.rule,
            category: row.category,
            state: row.state,
            first_at: row.first_at,
            last_at: row.last_at,
            records,
            decisions,
        });
    }
    Ok(found)
}

/// What the person wrote, on devices and by a link.
async fn statements(
    ctx: &AppContext,
    case: CaseId,
) -> Result<Vec<proviso_model::statement::Statement>, ForceError> {
    let always = Stretch { from: Timestamp::from_micros(0), until: ctx.now().plus_days(1) };
    let keys = ctx.case_keys(case)?;
    let mut found = personal::statement::within(ctx, case, always).await?;
    for row in ctx.store.statement_list(case, always).await? {
        let Some(key) = ctx.store.record_key(&row.record).await? else { continue };
        let json = keys.of_record(&key).open(Purpose::Statement, &row.sealed)?;
        let broken = |_| ActError::Broken("a statement that was kept can no longer be read".to_owned());
        found.push(serde_json::from_slice(&json).map_err(broken)?);
    }
    found.sort_by_key(|one| one.written_at);
    Ok(found)
}

async fn requests(ctx: &AppContext, case: CaseId) -> Result<Vec<Request>, ForceError> {
    let mut found = Vec::new();
    for (row, acts) in ctx.store.rights_list(Some(case)).await? {
        let mut done = Vec::new();
        for act in acts {
            let by = history::actor_name(ctx, &act.by).await?;
            done.push((act.kind.as_str().to_owned(), act.at, by, rights::opened(ctx, case, &act.sealed)?));
        }
        found.push(Request {
            kind: row.kind.as_str().to_owned(),
            text: rights::words(ctx, &row).await?,
            received_on: row.received_on,
            due_on: row.due_on,
            done,
        });
    }
    Ok(found)
}

async fn retention(ctx: &AppContext, case: CaseId) -> Result<Vec<Kept>, ForceError> {
    let mut found = Vec::new();
    for row in ctx.store.retention_list(Some(case)).await? {
        found.push(Kept {
            kind: row.kind.as_str().to_owned(),
            until: row.keep_until,
            at: row.decided_at,
            by: history::actor_name(ctx, &row.decided_by).await?,
            reason: text(ctx, case, Purpose::Retention, &row.sealed)?,
        });
    }
    Ok(found)
}

async fn visits(ctx: &AppContext, case: CaseId) -> Result<Vec<FiledVisit>, ForceError> {
    let mut found = Vec::new();
    for row in ctx.store.visit_record_list(case).await? {
        let Some(files) = ctx.store.visit_record_files(&row.hash).await? else { continue };
        found.push(FiledVisit {
            signed: ctx.unseal_json(case, Purpose::Visit, &row.sealed)?,
            files: ctx.unseal_json(case, Purpose::VisitFiles, &files)?,
            filed_at: row.filed_at,
        });
    }
    Ok(found)
}

async fn stays(ctx: &AppContext, case: CaseId) -> Result<Stays, ForceError> {
    let rows = crate::app::privilege::rows(ctx, Some(case)).await?;
    let privileged = rows.iter().filter(|row| row.state.withholds()).count();
    Ok(Stays { held: quarantine::held_count(ctx, case).await?, privileged })
}
