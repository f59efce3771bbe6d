//! Many cases, alerts or devices in one question.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::claim::Said;
use proviso_model::ids::{AlertId, CaseId, DeviceId};

use super::alert::{alert, decision};
use super::case::{case, order};
use super::device::device;
use super::device_act::device_act;
use super::device_notice::notice;
use super::late::{order_end, outside};
use super::other_adult::{other_adult, told as other_adult_told};
use super::privilege::privilege;
use super::rows::{bytes, number, text, time_maybe};
use super::timeline::{gap, told, told_gap, told_watched};
use super::{AMONG, EngineRow, EngineStore, PUT_BACK, Set, set};
use crate::alert::{AlertRow, DecisionRow};
use crate::case::{CaseRow, OrderVersionRow};
use crate::caseload::{CaseloadStore, DecidedLately, NewestFinding};
use crate::device::DeviceRow;
use crate::device_act::DeviceActRow;
use crate::device_notice::DeviceNoticeRow;
use crate::error::Result;
use crate::late::OrderEndRow;
use crate::opened::GapRow;
use crate::other_adult::{OtherAdultRow, OtherAdultToldRow};
use crate::privilege::PrivilegeRow;
use crate::timeline::{Stretch, ToldRow};

fn of_cases(cases: &[CaseId]) -> Set {
    set(cases.iter().map(|id| *id.as_bytes()))
}

/// The cases as a set to ask about; `None` for none.
pub(super) fn some_cases(cases: &[CaseId]) -> Option<Set> {
    some(cases, of_cases)
}

fn of_alerts(alerts: &[AlertId]) -> Set {
    set(alerts.iter().map(|id| *id.as_bytes()))
}

fn of_devices(devices: &[DeviceId]) -> Set {
    set(devices.iter().map(|id| *id.as_bytes()))
}

fn of_device<T>(row: &EngineRow, read: impl Fn(&EngineRow) -> Result<T>) -> Result<(DeviceId, T)> {
    Ok((DeviceId::from_bytes(bytes(row, "device")?), read(row)?))
}

fn newest(row: &EngineRow) -> Result<NewestFinding> {
    Ok(NewestFinding {
        alert: AlertId::from_bytes(bytes(row, "alert")?),
        act: text(row, "act")?,
        outside: outside(row, "outside", "outside_end")?,
    })
}

fn decided_lately(row: &EngineRow) -> Result<DecidedLately> {
    Ok(DecidedLately {
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        paragraph: text(row, "paragraph")?,
        rule: text(row, "rule")?,
        decided_at: time_maybe(row, "decided")?,
        seen: number(row, "seen")?,
    })
}

impl EngineStore {
    /// Asks about a set, and of times as `$2` and on. Of none nothing is asked.
    pub(super) async fn of_set<T>(
        &self,
        question: String,
        set: Option<Set>,
        times: &[Timestamp],
        read: impl Fn(&EngineRow) -> Result<T>,
    ) -> Result<Vec<T>> {
        let Some(set) = set else { return Ok(Vec::new()) };
        let mut query = sqlx::query(sqlx::AssertSqlSafe(question)).bind(set);
        for time in times {
            query = query.bind(time.as_micros());
        }
        query.fetch_all(&self.readers).await?.iter().map(read).collect()
    }
}

/// `None` for none.
fn some<T>(of: &[T], set: impl Fn(&[T]) -> Set) -> Option<Set> {
    (!of.is_empty()).then(|| set(of))
}

/// Where each device's story begins.
fn firsts(rows: &[(DeviceId, ToldRow)]) -> String {
    let mut firsts: BTreeMap<DeviceId, (u32, u64)> = BTreeMap::new();
    for (device, row) in rows {
        let first = firsts.entry(*device).or_insert(row.claim.place);
        *first = (*first).min(row.claim.place);
    }
    let places: Vec<_> = firsts
        .into_iter()
        .map(|(device, (epoch, seq))| serde_json::json!([hex::encode(device.as_bytes()), epoch, seq]))
        .collect();
    serde_json::Value::Array(places).to_string()
}

#[async_trait]
impl CaseloadStore for EngineStore {
    async fn caseload_cases(&self, cases: &[CaseId]) -> Result<Vec<CaseRow>> {
        let question = format!("SELECT * FROM case_file WHERE id {AMONG}");
        self.of_set(question, some_cases(cases), &[], case).await
    }

    async fn caseload_undecided(&self, cases: &[CaseId], limit: u32) -> Result<Vec<AlertRow>> {
        let question = format!(
            "SELECT * FROM alert WHERE state <> 'decided' AND case_id {AMONG}
             ORDER BY outside >= findings, priority DESC, last_at DESC LIMIT {limit}"
        );
        self.of_set(question, some_cases(cases), &[], alert).await
    }

    async fn caseload_decided_lately(
        &self,
        cases: &[CaseId],
        since: Timestamp,
        seen_since: Timestamp,
    ) -> Result<Vec<DecidedLately>> {
        // The time alone says that it was decided: with the state beside it SQLite reads everything that ever was.
        let question = format!(
            "SELECT case_id, device, paragraph, rule, max(CASE WHEN conversation IS NULL THEN decided_at END) AS decided,
                    sum(CASE WHEN last_at >= $3 THEN 1 ELSE 0 END) AS seen
             FROM alert WHERE case_id {AMONG} AND decided_at >= $2
             GROUP BY case_id, device, paragraph, rule ORDER BY case_id, device, paragraph, rule"
        );
        self.of_set(question, some_cases(cases), &[since, seen_since], decided_lately).await
    }

    async fn caseload_devices(&self, cases: &[CaseId]) -> Result<Vec<DeviceRow>> {
        let question = format!("SELECT * FROM device WHERE case_id {AMONG} ORDER BY enrolled_at");
        self.of_set(question, some_cases(cases), &[], device).await
    }

    async fn caseload_device_acts(&self, cases: &[CaseId]) -> Result<Vec<DeviceActRow>> {
        let question = format!(
            "SELECT * FROM device_act WHERE case_id {AMONG} ORDER BY entered_at, id, version, device"
        );
        self.of_set(question, some_cases(cases), &[], device_act).await
    }

    async fn caseload_other_adults(&self, cases: &[CaseId]) -> Result<Vec<OtherAdultRow>> {
        let question = format!("SELECT * FROM other_adult WHERE case_id {AMONG} ORDER BY approved_at, id");
        self.of_set(question, some_cases(cases), &[], other_adult).await
    }

    async fn caseload_orders(&self, cases: &[CaseId]) -> Result<Vec<OrderVersionRow>> {
        let question = format!("SELECT * FROM order_version WHERE case_id {AMONG} ORDER BY case_id, version");
        self.of_set(question, some_cases(cases), &[], order).await
    }

    async fn caseload_order_ends(&self, cases: &[CaseId]) -> Result<Vec<OrderEndRow>> {
        let question = format!("SELECT * FROM order_end WHERE case_id {AMONG} ORDER BY entered_at, id");
        self.of_set(question, some_cases(cases), &[], order_end).await
    }

    async fn caseload_gaps(&self, cases: &[CaseId], stretch: Stretch) -> Result<Vec<GapRow>> {
        // Two questions, for one with OR would look at all that ever ended.
        let question = format!(
            "SELECT * FROM (SELECT * FROM gap WHERE case_id {AMONG} AND until_at > $2 AND from_at < $3
             UNION ALL SELECT * FROM gap WHERE case_id {AMONG} AND until_at IS NULL AND from_at < $3) touching
             ORDER BY from_at, record"
        );
        self.of_set(question, some_cases(cases), &[stretch.from, stretch.until], gap).await
    }

    async fn caseload_open_notices(&self, cases: &[CaseId]) -> Result<Vec<DeviceNoticeRow>> {
        let question = format!(
            "SELECT * FROM device_notice WHERE case_id {AMONG} AND state = 'open' ORDER BY at DESC, id"
        );
        self.of_set(question, some_cases(cases), &[], notice).await
    }

    async fn caseload_privilege_held(&self, cases: &[CaseId]) -> Result<Vec<PrivilegeRow>> {
        let question = format!(
            "SELECT * FROM privilege WHERE case_id {AMONG} AND state = 'held' ORDER BY held_at, observed_at, record"
        );
        self.of_set(question, some_cases(cases), &[], privilege).await
    }

    async fn alerts_newest(&self, alerts: &[AlertId]) -> Result<Vec<NewestFinding>> {
        // The newest of each is found first, or its other findings would be read for nothing.
        let question = format!(
            "WITH newest AS MATERIALIZED (SELECT a.id AS alert,
                 (SELECT record FROM alert_finding WHERE alert = a.id ORDER BY observed_at DESC, record, position LIMIT 1) AS record,
                 (SELECT position FROM alert_finding WHERE alert = a.id ORDER BY observed_at DESC, record, position LIMIT 1) AS position
                 FROM alert a WHERE a.id {AMONG})
             SELECT n.alert, o.act, f.outside, f.outside_end FROM newest n
             JOIN finding f ON f.record = n.record AND f.position = n.position JOIN observation o ON o.record = n.record"
        );
        self.of_set(question, some(alerts, of_alerts), &[], newest).await
    }

    async fn alerts_decisions(&self, alerts: &[AlertId]) -> Result<Vec<DecisionRow>> {
        let question = format!("SELECT * FROM decision WHERE alert {AMONG} ORDER BY decided_at");
        self.of_set(question, some(alerts, of_alerts), &[], decision).await
    }

    async fn devices_told(&self, devices: &[DeviceId], stretch: Stretch) -> Result<Vec<(DeviceId, ToldRow)>> {
        let Some(set) = some(devices, of_devices) else { return Ok(Vec::new()) };
        let of = "JOIN record r ON r.hash = said.record WHERE r.destroyed_at IS NULL AND said.device";
        let record = "r.device, r.hash, r.epoch, r.seq, r.recorded_at";
        let watched = format!(
            "SELECT {record}, said.from_at, said.until_at, said.sources FROM watched said
             {of} {AMONG} AND said.until_at > $2 AND said.from_at < $3"
        );
        let gaps = format!(
            "SELECT {record}, said.from_at, said.until_at, said.source, said.cause FROM gap said
             {of} {AMONG} AND said.until_at > $2 AND said.from_at < $3"
        );
        let gaps_that_last = format!(
            "SELECT {record}, said.from_at, said.until_at, said.source, said.cause FROM gap said
             {of} {AMONG} AND said.until_at IS NULL AND $2 IS NOT NULL AND said.from_at < $3"
        );
        let last = format!(
            "SELECT {record} FROM device d JOIN record r ON r.hash =
                 (SELECT hash FROM record WHERE device = d.id AND recorded_at IS NOT NULL AND destroyed_at IS NULL
                  ORDER BY epoch DESC, seq DESC LIMIT 1)
             WHERE d.id {AMONG}"
        );
        let nothing = |row: &EngineRow| of_device(row, |row| told(row, Said::Nothing));
        let (set, times) = (Some(set), [stretch.from, stretch.until]);
        let mut rows = self.of_set(watched, set.clone(), &times, |row| of_device(row, told_watched)).await?;
        rows.extend(self.of_set(gaps, set.clone(), &times, |row| of_device(row, told_gap)).await?);
        rows.extend(self.of_set(gaps_that_last, set.clone(), &times, |row| of_device(row, told_gap)).await?);
        let places = (!rows.is_empty()).then(|| firsts(&rows));
        rows.extend(self.of_set(last, set, &[], nothing).await?);
        if let Some(places) = places {
            // Where a record was written at an earlier time than the one before it, the clock had been ahead. That takes back what records
            // before it say, so only those after the first of these are looked at.
            let after = sqlx::query(PUT_BACK).bind(places).fetch_all(&self.readers).await?;
            rows.extend(after.iter().map(nothing).collect::<Result<Vec<_>>>()?);
        }
        Ok(rows)
    }

    async fn devices_other_adult_told(
        &self,
        devices: &[DeviceId],
        stretch: Stretch,
    ) -> Result<Vec<OtherAdultToldRow>> {
        let question = format!(
            "SELECT t.* FROM other_adult_told t JOIN record r ON r.hash = t.record
             WHERE t.device {AMONG} AND t.from_at < $3 AND (t.until_at > $2 OR t.from_at >= $2) AND r.destroyed_at IS NULL
             ORDER BY t.from_at, t.record"
        );
        self.of_set(question, some(devices, of_devices), &[stretch.from, stretch.until], other_adult_told)
            .await
    }

    async fn record_keys(&self, records: &[[u8; 32]]) -> Result<HashMap<[u8; 32], Vec<u8>>> {
        self.record_keys.of(records).await
    }
}
