//! The timeline of a case.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::claim::{Claim, Said};
use proviso_model::ids::{CaseId, DeviceId, TrialId};
use proviso_model::order::ConditionKind;
use proviso_model::policy::TrialCount;

use sqlx::Row as _;

use super::late::outside;
use super::rows::{blob, bytes, bytes_maybe, from_word, from_words, number, parsed, text, time, time_maybe};
use super::{EngineRow, EngineStore};
use crate::caseload::CaseloadStore as _;
use crate::error::Result;
use crate::opened::{FindingRow, GapRow, NoticeRow, StatementRow, WatchedRow};
use crate::timeline::{Stretch, TimelineStore, ToldRow};

pub(super) fn finding(row: &EngineRow) -> Result<FindingRow> {
    Ok(FindingRow {
        record: bytes(row, "record")?,
        position: number(row, "position")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        paragraph: text(row, "paragraph")?,
        condition: parsed(row, "condition", ConditionKind::parse)?,
        rule: text(row, "rule")?,
        category: text(row, "category")?,
        observed_at: time(row, "observed_at")?,
        strength_permille: number(row, "strength_permille")?,
        pack: {
            let (name, version): (Option<String>, Option<String>) =
                (row.try_get("pack")?, row.try_get("pack_version")?);
            name.zip(version)
        },
        outside: outside(row, "outside", "outside_end")?,
        sealed: blob(row, "sealed")?,
    })
}

pub(super) fn gap(row: &EngineRow) -> Result<GapRow> {
    Ok(GapRow {
        record: bytes(row, "record")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        source: from_word(row, "source")?,
        cause: from_word(row, "cause")?,
        from: time(row, "from_at")?,
        until: time_maybe(row, "until_at")?,
        sealed: blob(row, "sealed")?,
    })
}

fn watched(row: &EngineRow) -> Result<WatchedRow> {
    Ok(WatchedRow {
        record: bytes(row, "record")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        from: time(row, "from_at")?,
        until: time(row, "until_at")?,
        observed: number(row, "observed")?,
        dropped: number(row, "dropped")?,
        shielded: number(row, "shielded")?,
        sources: from_words(row, "sources")?,
        trial: match bytes_maybe(row, "trial")? {
            None => None,
            Some(id) => Some(TrialCount {
                trial: TrialId::from_bytes(id),
                observed: number(row, "trial_observed")?,
                also: number(row, "trial_also")?,
                gone: number(row, "trial_gone")?,
            }),
        },
    })
}

fn notice(row: &EngineRow) -> Result<NoticeRow> {
    Ok(NoticeRow {
        record: bytes(row, "record")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        shown_at: time(row, "shown_at")?,
        response: text(row, "response")?,
        sealed: blob(row, "sealed")?,
    })
}

fn statement(row: &EngineRow) -> Result<StatementRow> {
    Ok(StatementRow {
        record: bytes(row, "record")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        written_at: time(row, "written_at")?,
        about: time(row, "about_at")?,
        sealed: blob(row, "sealed")?,
    })
}

pub(super) fn told(row: &EngineRow, said: Said) -> Result<ToldRow> {
    let place = (number(row, "epoch")?, number(row, "seq")?);
    let claim = Claim { place, recorded_at: time_maybe(row, "recorded_at")?, said };
    Ok(ToldRow { record: bytes(row, "hash")?, claim })
}

pub(super) fn told_watched(row: &EngineRow) -> Result<ToldRow> {
    let (from, until) = (time(row, "from_at")?, time(row, "until_at")?);
    told(row, Said::Watched { from, until, sources: from_words(row, "sources")? })
}

pub(super) fn told_gap(row: &EngineRow) -> Result<ToldRow> {
    let (from, until) = (time(row, "from_at")?, time_maybe(row, "until_at")?);
    told(row, Said::Gap { from, until, source: from_word(row, "source")?, cause: from_word(row, "cause")? })
}

impl EngineStore {
    async fn stretch<T>(
        &self,
        question: &'static str,
        case: CaseId,
        stretch: Stretch,
        read: impl Fn(&EngineRow) -> Result<T>,
    ) -> Result<Vec<T>> {
        let (from, until): (Timestamp, Timestamp) = (stretch.from, stretch.until);
        let rows = sqlx::query(question)
            .bind(case.as_bytes().to_vec())
            .bind(from.as_micros())
            .bind(until.as_micros())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }
}

#[async_trait]
impl TimelineStore for EngineStore {
    async fn finding_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<FindingRow>> {
        let question = "SELECT * FROM finding WHERE case_id = $1 AND observed_at >= $2 AND observed_at < $3
                        ORDER BY observed_at, record, position";
        self.stretch(question, case, stretch, finding).await
    }

    async fn gap_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<GapRow>> {
        // Two questions, for one with OR would look at all that ever ended.
        let question = "SELECT * FROM (SELECT * FROM gap WHERE case_id = $1 AND until_at > $2 AND from_at < $3
                        UNION ALL SELECT * FROM gap WHERE case_id = $1 AND until_at IS NULL AND from_at < $3) touching
                        ORDER BY from_at, record";
        self.stretch(question, case, stretch, gap).await
    }

    async fn watched_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<WatchedRow>> {
        let question =
            "SELECT * FROM watched WHERE case_id = $1 AND from_at < $3 AND until_at > $2 ORDER BY from_at";
        self.stretch(question, case, stretch, watched).await
    }

    async fn told_list(&self, device: DeviceId, stretch: Stretch) -> Result<Vec<ToldRow>> {
        let told = self.devices_told(&[device], stretch).await?;
        Ok(told.into_iter().map(|(_, row)| row).collect())
    }

    async fn notice_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<NoticeRow>> {
        let question =
            "SELECT * FROM notice WHERE case_id = $1 AND shown_at >= $2 AND shown_at < $3 ORDER BY shown_at";
        self.stretch(question, case, stretch, notice).await
    }

    async fn statement_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<StatementRow>> {
        let question = "SELECT * FROM statement WHERE case_id = $1 AND about_at >= $2 AND about_at < $3
                        ORDER BY about_at, written_at, record";
        self.stretch(question, case, stretch, statement).await
    }
}
