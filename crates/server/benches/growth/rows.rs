//! Rows of a long history, as the server would have written them: those that it did write for one finding and one minute watched of
//! each person, again and again under other hashes and times. The last month is the same however many there are; all else is older.

use anyhow::Result;
use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection};

/// Findings of each person in the last month, in three alerts that nobody has decided on; what is older was decided on, twenty a time.
pub const RECENT: i64 = 10;

/// Two years, in microseconds: longer than the longest history that is made.
const OLDER: i64 = 63_072_000_000_000;

/// A connection that writes beside the server.
pub enum Writing {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Writing {
    pub async fn run(&mut self, statement: String) -> Result<()> {
        match self {
            Self::Postgres(connection) => {
                sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
            }
            Self::Sqlite(connection) => {
                sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
            }
        }
        Ok(())
    }

    fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Names the rows that are there, one set for each person.
    pub async fn name_templates(&mut self) -> Result<()> {
        self.run(
            "CREATE TEMPORARY TABLE template AS
             SELECT row_number() OVER (ORDER BY d.id) - 1 AS i, d.id AS device, d.case_id, c.officer,
                 (SELECT min(r.leaf) FROM record r WHERE r.device = d.id AND r.kind = 'finding') AS found,
                 (SELECT min(r.leaf) FROM record r WHERE r.device = d.id AND r.kind = 'liveness') AS watched,
                 (SELECT a.id FROM alert a WHERE a.device = d.id LIMIT 1) AS alert
             FROM device d JOIN case_file c ON c.id = d.case_id"
                .to_owned(),
        )
        .await?;
        // They stand first in each chain, so they are older than all that follows.
        self.run(format!(
            "UPDATE watched SET from_at = from_at - {OLDER}, until_at = until_at - {OLDER};
             UPDATE record SET recorded_at = recorded_at - {OLDER}, received_at = received_at - {OLDER}"
        ))
        .await
    }

    #[expect(clippy::too_many_lines, reason = "one list of statements")]
    /// Adds the findings with these numbers among `people` persons, and what goes with them.
    pub async fn grow(
        &mut self,
        (from, until): (i64, i64),
        people: i64,
        now: i64,
        bodies: bool,
    ) -> Result<()> {
        let postgres = self.is_postgres();
        let random = |bytes: usize| match (postgres, bytes) {
            (true, 16) => "uuid_send(gen_random_uuid())".to_owned(),
            (true, _) => "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())".to_owned(),
            (false, bytes) => format!("randomblob({bytes})"),
        };
        let numbers = match postgres {
            true => format!("SELECT n FROM generate_series({from}::bigint, {until}::bigint - 1) AS g (n)"),
            false => format!(
                "WITH RECURSIVE g (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM g WHERE n + 1 < {until}) SELECT n FROM g"
            ),
        };
        // Ids of alerts from person and number.
        let id = |of: &str| match postgres {
            true => format!("decode(lpad(to_hex({of}), 32, '0'), 'hex')"),
            false => format!("unhex(printf('%032x', {of}))"),
        };
        let (hash, id16) = (random(32), random(16));
        let drop_grown = "DROP TABLE IF EXISTS grown".to_owned();
        self.run(drop_grown).await?;
        // j counts back in time; the last month has the first RECENT.
        self.run(format!(
            "CREATE TEMPORARY TABLE grown AS SELECT n, n % {people} AS i, n / {people} AS j, {hash} AS hash, {hash} AS watch,
                 CASE WHEN n / {people} < {RECENT} THEN (n / {people}) % 3 ELSE 10 + (n / {people} - {RECENT}) / 20 END AS number,
                 CASE WHEN n / {people} < {RECENT} THEN {now} - (n / {people}) * 172800000000
                      ELSE {now} - 2678400000000 - (n / {people} - {RECENT}) * 7200000000 END AS at,
                 CASE WHEN n / {people} < {RECENT} THEN {now} - (n / {people} + 1) * 3600000000
                      ELSE {now} - 2678400000000 - (n / {people} - {RECENT}) * 7200000000 END AS watched_at
             FROM ({numbers}) AS numbers"
        ))
        .await?;
        let alert = id("t.i * 1000000 + g.number");
        // Nothing older than the last month is opened by what is asked.
        let sealed = |of: &str| match bodies {
            true => of.to_owned(),
            false => format!("CASE WHEN g.j < {RECENT} THEN {of} ELSE substr({of}, 1, 256) END"),
        };
        let (seen, said) = (sealed("o.sealed"), sealed("f.sealed"));
        let record = |leaf: &str, hash: &str, seq: &str, template: &str, at: &str| {
            format!(
                "INSERT INTO record (leaf, hash, device, case_id, epoch, seq, header, signature, received_at, kind, replay, recorded_at)
                 SELECT 1000000 + {leaf}, {hash}, r.device, r.case_id, r.epoch, {seq}, r.header, r.signature, {at}, r.kind, r.replay, {at}
                 FROM grown g JOIN template t ON t.i = g.i JOIN record r ON r.leaf = {template}"
            )
        };
        let mut statements = vec![
            record("2 * g.n", "g.hash", "1000000 - 2 * g.j", "t.found", "g.at"),
            record("2 * g.n + 1", "g.watch", "1000001 - 2 * g.j", "t.watched", "g.watched_at"),
            format!(
                "INSERT INTO observation (record, case_id, device, observed_at, source, act, sealed)
                 SELECT g.hash, o.case_id, o.device, g.at, o.source, o.act, {seen} FROM grown g JOIN template t ON t.i = g.i
                 JOIN record r ON r.leaf = t.found JOIN observation o ON o.record = r.hash"
            ),
            format!(
                "INSERT INTO finding (record, position, case_id, device, paragraph, condition, rule, category, observed_at, strength_permille, sealed)
                 SELECT g.hash, 0, f.case_id, f.device, f.paragraph, f.condition, f.rule, f.category, g.at, f.strength_permille, {said}
                 FROM grown g JOIN template t ON t.i = g.i JOIN record r ON r.leaf = t.found
                 JOIN finding f ON f.record = r.hash AND f.position = 0"
            ),
            "INSERT INTO watched (record, case_id, device, from_at, until_at, observed, dropped, shielded, sources)
             SELECT g.watch, t.case_id, t.device, g.watched_at - 60000000, g.watched_at, 40, 40, 0, 'browser'
             FROM grown g JOIN template t ON t.i = g.i"
                .to_owned(),
            format!(
                "INSERT INTO alert (id, case_id, device, paragraph, condition, rule, category, state, priority, findings, first_at, last_at,
                     raised_at, opened_at, decided_at)
                 SELECT {alert}, a.case_id, a.device, a.paragraph, a.condition, a.rule || '-' || CAST(g.number AS TEXT), a.category,
                     CASE WHEN g.number < 3 THEN 'new' ELSE 'decided' END, a.priority, count(*), min(g.at), max(g.at), max(g.at),
                     CASE WHEN g.number < 3 THEN NULL ELSE max(g.at) END, CASE WHEN g.number < 3 THEN NULL ELSE max(g.at) END
                 FROM grown g JOIN template t ON t.i = g.i JOIN alert a ON a.id = t.alert
                 GROUP BY t.i, g.number, a.id, a.case_id, a.device, a.paragraph, a.condition, a.rule, a.category, a.priority
                 ON CONFLICT (id) DO NOTHING"
            ),
            format!(
                "INSERT INTO alert_finding (alert, record, position, observed_at)
                 SELECT {alert}, g.hash, 0, g.at FROM grown g JOIN template t ON t.i = g.i"
            ),
            format!(
                "INSERT INTO decision (id, alert, case_id, officer, outcome, decided_at, hash, leaf, sealed)
                 SELECT {id16}, {alert}, t.case_id, t.officer, 'no-concern', g.at, {hash}, g.n, t.device
                 FROM grown g JOIN template t ON t.i = g.i WHERE g.number >= 10 AND (g.j - {RECENT}) % 20 = 0"
            ),
            format!(
                "INSERT INTO notification (kind, case_id, alert, at)
                 SELECT 'alert-joined', t.case_id, {alert}, g.at FROM grown g JOIN template t ON t.i = g.i"
            ),
            format!(
                "INSERT INTO job (id, kind, device, epoch, seq_first, seq_last, state, attempts, ready_at)
                 SELECT {id16}, 'replay', t.device, 0, 1000000 - 2 * g.j, 1000000 - 2 * g.j, 'done', 1, g.at
                 FROM grown g JOIN template t ON t.i = g.i"
            ),
            format!(
                "INSERT INTO gap (record, case_id, device, source, cause, from_at, until_at, sealed)
                 SELECT {hash}, t.case_id, t.device, 'browser', 'extension-stopped', g.at - 60000000, g.at, t.device
                 FROM grown g JOIN template t ON t.i = g.i WHERE g.j % 10 = 9"
            ),
            format!(
                "INSERT INTO audit (seq, id, opened_at, actor, act, case_id, objects, sealed, previous, hash, completed_at, outcome)
                 SELECT 1000000 + g.n, {id16}, g.at, 'command line', 'case-view', t.case_id, 'an object', t.device, {hash}, {hash}, g.at, 'done'
                 FROM grown g JOIN template t ON t.i = g.i WHERE g.j % 10 = 8"
            ),
        ];
        if bodies {
            statements.push(
                "INSERT INTO record_body (leaf, body) SELECT 1000000 + 2 * g.n, b.body FROM grown g JOIN template t ON t.i = g.i
                 JOIN record_body b ON b.leaf = t.found"
                    .to_owned(),
            );
        }
        for statement in statements {
            self.run(statement).await?;
        }
        Ok(())
    }

    /// What the database does by itself in time, done now.
    pub async fn settle(&mut self) -> Result<()> {
        match self {
            Self::Postgres(_) => self.run("VACUUM ANALYZE".to_owned()).await,
            Self::Sqlite(_) => self.run("PRAGMA wal_checkpoint(TRUNCATE)".to_owned()).await,
        }
    }
}
