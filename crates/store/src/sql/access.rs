//! Who may see which case: one rule, asked from either side.

use std::sync::LazyLock;

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OfficerId};
use sqlx::AssertSqlSafe;

use super::case::case;
use super::rows::{bytes, damaged, text};
use super::{EngineRow, EngineStore};
use crate::access::{Access, AccessStore, Permit, Tie};
use crate::case::CaseState;
use crate::error::Result;

/// Whether the supervisor `o` has the officer `below` under them at `$2`: `below` is in a team that `o` supervises, or that somebody for
/// whom `o` stands in does; or in no team that another supervisor, whose account is in use and for whom `unless` does not hold, supervises.
fn is_under(below: &str, unless: &str) -> String {
    format!(
        "(EXISTS (SELECT 1 FROM team_member m JOIN team_member s ON s.team = m.team AND s.part = 'supervisor'
              WHERE m.officer = {below} AND m.part = 'member'
              AND m.from_at <= $2 AND (m.ended_at IS NULL OR m.ended_at > $2)
              AND s.from_at <= $2 AND (s.ended_at IS NULL OR s.ended_at > $2)
              AND (s.officer = o.id OR EXISTS (SELECT 1 FROM cover v WHERE v.officer = s.officer AND v.covered_by = o.id
                   AND v.from_at <= $2 AND v.until_at > $2 AND (v.ended_at IS NULL OR v.ended_at > $2))))
          OR NOT EXISTS (SELECT 1 FROM team_member m JOIN team_member s ON s.team = m.team AND s.part = 'supervisor'
              JOIN officer p ON p.id = s.officer AND p.role = 'supervisor' AND p.disabled_at IS NULL
              WHERE m.officer = {below} AND m.part = 'member' AND s.officer <> m.officer
              AND m.from_at <= $2 AND (m.ended_at IS NULL OR m.ended_at > $2)
              AND s.from_at <= $2 AND (s.ended_at IS NULL OR s.ended_at > $2){unless}))"
    )
}

/// A supervisor of the team who knows the person of the case leaves it to others.
const KNOWS_THE_PERSON: &str = " AND NOT EXISTS (SELECT 1 FROM conflict_of_interest k
    WHERE k.officer = s.officer AND k.case_id = c.id AND k.ended_at IS NULL)";

/// What officer `o` has to do with case `c` at `$2`, in a word. What bars comes first.
static TIE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "CASE WHEN EXISTS (SELECT 1 FROM conflict_of_interest b
              WHERE b.officer = o.id AND b.case_id = c.id AND b.ended_at IS NULL) THEN 'barred'
          WHEN o.role IN ('digital-specialist', 'disclosure-officer') THEN
              CASE WHEN EXISTS (SELECT 1 FROM case_guest g WHERE g.officer = o.id AND g.case_id = c.id
                   AND g.until_at > $2 AND (g.ended_at IS NULL OR g.ended_at > $2)) THEN 'let-in' ELSE 'none' END
          WHEN c.officer = o.id THEN 'in-charge'
          WHEN o.role IN ('offender-manager', 'supervisor') AND EXISTS (SELECT 1 FROM cover v
              WHERE v.officer = c.officer AND v.covered_by = o.id
              AND v.from_at <= $2 AND v.until_at > $2 AND (v.ended_at IS NULL OR v.ended_at > $2)) THEN 'stands-in'
          WHEN o.role = 'supervisor' AND (c.officer IS NULL OR {}) THEN 'supervises'
          WHEN o.role IN ('data-protection-officer', 'privilege-reviewer') THEN 'force-wide'
          ELSE 'none' END",
        is_under("c.officer", KNOWS_THE_PERSON)
    )
});

static ONE: LazyLock<String> = LazyLock::new(|| {
    let tie = &*TIE;
    format!(
        "SELECT c.*, {tie} AS tie FROM case_file c JOIN officer o ON o.id = $1 AND o.disabled_at IS NULL WHERE c.id = $3"
    )
});

/// Those that cannot be an officer's are left out before the rule is asked.
static LIST: LazyLock<String> = LazyLock::new(|| {
    let tie = &*TIE;
    format!(
        "SELECT * FROM (SELECT c.*, {tie} AS tie FROM case_file c JOIN officer o ON o.id = $1 AND o.disabled_at IS NULL
           WHERE c.state <> 'destroyed' AND (o.role IN ('supervisor', 'data-protection-officer', 'privilege-reviewer')
               OR c.officer = $1 OR c.officer IN (SELECT w.officer FROM cover w WHERE w.covered_by = $1)
               OR c.id IN (SELECT h.case_id FROM case_guest h WHERE h.officer = $1))) q
         WHERE q.tie NOT IN ('none', 'barred') ORDER BY q.created_at DESC"
    )
});

static HIDDEN: LazyLock<String> = LazyLock::new(|| {
    let tie = &*TIE;
    format!(
        "SELECT q.id FROM (SELECT c.id, {tie} AS tie FROM case_file c JOIN officer o ON o.id = $1
           WHERE c.state <> 'destroyed') q WHERE q.tie IN ('none', 'barred')"
    )
});

static SUPERVISORS: LazyLock<String> = LazyLock::new(|| {
    let is_under = is_under("c.officer", KNOWS_THE_PERSON);
    format!(
        "SELECT o.id FROM officer o JOIN case_file c ON c.id = $1
         WHERE o.role = 'supervisor' AND o.disabled_at IS NULL AND (c.officer IS NULL OR {is_under})
         AND NOT EXISTS (SELECT 1 FROM conflict_of_interest b
             WHERE b.officer = o.id AND b.case_id = c.id AND b.ended_at IS NULL)
         ORDER BY o.username"
    )
});

/// Pairs of an officer `x` and a supervisor `o` under whom they are.
static UNDER: LazyLock<String> = LazyLock::new(|| {
    let is_under = is_under("x.id", "");
    format!(
        "FROM officer x JOIN officer o ON o.role = 'supervisor' AND o.disabled_at IS NULL WHERE {is_under}"
    )
});

async fn ids(store: &EngineStore, query: String, of: [u8; 16], at: Timestamp) -> Result<Vec<[u8; 16]>> {
    let rows = sqlx::query(AssertSqlSafe(query))
        .bind(of.to_vec())
        .bind(at.as_micros())
        .fetch_all(&store.readers)
        .await?;
    rows.iter().map(|row| bytes(row, "id")).collect()
}

fn officers(ids: Vec<[u8; 16]>) -> Vec<OfficerId> {
    ids.into_iter().map(OfficerId::from_bytes).collect()
}

fn permit(row: &EngineRow, officer: OfficerId) -> Result<Permit> {
    let tie = Tie::parse(&text(row, "tie")?).ok_or_else(|| damaged("tie"))?;
    Ok(Permit::of_officer(case(row)?, tie, officer))
}

#[async_trait]
impl AccessStore for EngineStore {
    async fn case_access(&self, officer: OfficerId, case: CaseId, at: Timestamp) -> Result<Access> {
        let row = sqlx::query(AssertSqlSafe(ONE.clone()))
            .bind(officer.as_bytes().to_vec())
            .bind(at.as_micros())
            .bind(case.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(Access::Refused { is_destroyed: false }) };
        Ok(match text(&row, "tie")?.as_str() {
            "barred" => Access::Barred,
            "none" => Access::Refused { is_destroyed: false },
            _ => match permit(&row, officer)? {
                permit if permit.state == CaseState::Destroyed => Access::Refused { is_destroyed: true },
                permit => Access::Permitted(Box::new(permit)),
            },
        })
    }

    async fn case_access_list(&self, officer: OfficerId, at: Timestamp) -> Result<Vec<Permit>> {
        let rows = sqlx::query(AssertSqlSafe(LIST.clone()))
            .bind(officer.as_bytes().to_vec())
            .bind(at.as_micros())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| permit(row, officer)).collect()
    }

    async fn case_hidden_list(&self, officer: OfficerId, at: Timestamp) -> Result<Vec<CaseId>> {
        let found = ids(self, HIDDEN.clone(), *officer.as_bytes(), at).await?;
        Ok(found.into_iter().map(CaseId::from_bytes).collect())
    }

    async fn case_supervisors(&self, case: CaseId, at: Timestamp) -> Result<Vec<OfficerId>> {
        Ok(officers(ids(self, SUPERVISORS.clone(), *case.as_bytes(), at).await?))
    }

    async fn supervisors_of(&self, officer: OfficerId, at: Timestamp) -> Result<Vec<OfficerId>> {
        let query = format!("SELECT o.id {} AND x.id = $1 ORDER BY o.username", &*UNDER);
        Ok(officers(ids(self, query, *officer.as_bytes(), at).await?))
    }

    async fn officers_under(&self, supervisor: OfficerId, at: Timestamp) -> Result<Vec<OfficerId>> {
        let query = format!("SELECT x.id {} AND o.id = $1 ORDER BY x.username", &*UNDER);
        Ok(officers(ids(self, query, *supervisor.as_bytes(), at).await?))
    }
}
