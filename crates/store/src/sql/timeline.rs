//! The timeline of a case.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::claim::{Claim, Said};
use proviso_model::ids::{CaseId, DeviceId, TrialId};
use proviso_model::order::ConditionKind;
use proviso_model::policy::TrialCount;

use sqlx::Row as _;

use super::late::outside;
use super::rows::{
    blob, bytes, bytes_maybe, from_word, from_words, int, number, parsed, text, time, time_maybe,
};
use super::{EngineRow, EngineStore};
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

fn gap(row: &EngineRow) -> Result<GapRow> {
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

fn told(row: &EngineRow, said: Said) -> Result<ToldRow> {
    let place = (number(row, "epoch")?, number(row, "seq")?);
    let claim = Claim { place, recorded_at: time_maybe(row, "recorded_at")?, said };
    Ok(ToldRow { record: bytes(row, "hash")?, claim })
}

fn told_watched(row: &EngineRow) -> Result<ToldRow> {
    let (from, until) = (time(row, "from_at")?, time(row, "until_at")?);
    told(row, Said::Watched { from, until, sources: from_words(row, "sources")? })
}

fn told_gap(row: &EngineRow) -> Result<ToldRow> {
    let (from, until) = (time(row, "from_at")?, time_maybe(row, "until_at")?);
    told(row, Said::Gap { from, until, source: from_word(row, "source")?, cause: from_word(row, "cause")? })
}

impl EngineStore {
    async fn told<T>(
        &self,
        question: &'static str,
        device: DeviceId,
        stretch: Option<Stretch>,
        read: impl Fn(&EngineRow) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut query = sqlx::query(question).bind(device.as_bytes().to_vec());
        if let Some(Stretch { from, until }) = stretch {
            query = query.bind(from.as_micros()).bind(until.as_micros());
        }
        query.fetch_all(&self.readers).await?.iter().map(read).collect()
    }

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
        let watched =
            "SELECT r.hash, r.epoch, r.seq, r.recorded_at, w.from_at, w.until_at, w.sources FROM watched w
            JOIN record r ON r.hash = w.record
            WHERE w.device = $1 AND w.until_at > $2 AND w.from_at < $3 AND r.destroyed_at IS NULL";
        let gaps = "SELECT r.hash, r.epoch, r.seq, r.recorded_at, g.from_at, g.until_at, g.source, g.cause FROM gap g
            JOIN record r ON r.hash = g.record
            WHERE g.device = $1 AND g.until_at > $2 AND g.from_at < $3 AND r.destroyed_at IS NULL";
        let gaps_that_last = "SELECT r.hash, r.epoch, r.seq, r.recorded_at, g.from_at, g.until_at, g.source, g.cause FROM gap g
            JOIN record r ON r.hash = g.record
            WHERE g.device = $1 AND g.until_at IS NULL AND $2 IS NOT NULL AND g.from_at < $3 AND r.destroyed_at IS NULL";
        let last =
            "SELECT hash, epoch, seq, recorded_at FROM record WHERE device = $1 AND recorded_at IS NOT NULL
            AND destroyed_at IS NULL ORDER BY epoch DESC, seq DESC LIMIT 1";
        // Where a record was written at an earlier time than the one before it, the clock had been ahead. That takes back what records
        // before it say, so only those after the first of these are looked at.
        let put_back = "SELECT hash, epoch, seq, recorded_at FROM
            (SELECT hash, epoch, seq, recorded_at, LAG(recorded_at) OVER (ORDER BY epoch, seq) AS before FROM record
             WHERE device = $1 AND (epoch, seq) >= ($2, $3) AND recorded_at IS NOT NULL AND destroyed_at IS NULL) told
            WHERE recorded_at < before";
        let nothing = |row: &EngineRow| told(row, Said::Nothing);
        let mut rows = self.told(watched, device, Some(stretch), told_watched).await?;
        rows.extend(self.told(gaps, device, Some(stretch), told_gap).await?);
        rows.extend(self.told(gaps_that_last, device, Some(stretch), told_gap).await?);
        let first = rows.iter().map(|row| row.claim.place).min();
        rows.extend(self.told(last, device, None, nothing).await?);
        if let Some((epoch, seq)) = first {
            let after =
                sqlx::query(put_back).bind(device.as_bytes().to_vec()).bind(i64::from(epoch)).bind(int(seq)?);
            rows.extend(
                after.fetch_all(&self.readers).await?.iter().map(nothing).collect::<Result<Vec<_>>>()?,
            );
        }
        Ok(rows)
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
