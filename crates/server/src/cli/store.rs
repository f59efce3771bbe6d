//! The database itself: its schema, a move to PostgreSQL, and work that was given up.

use anyhow::Context as _;
use clap::Args;
use proviso_model::ids::JobId;
use proviso_store::{CopyProgress, Pending, PostgresStore, SqliteStore, copy_store};
use serde_json::json;

use super::{Say, Wiring, bar, open_context};
use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::config::Config;
use crate::open;

/// Dead jobs shown at once.
const DEAD_MAX: u32 = 200;

/// Options of `migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Say what would be done, after trying it in a transaction that is taken back. A database that is not there is not made.
    #[arg(long)]
    dry_run: bool,
}

impl MigrateArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let postgres = config.postgres()?;
        if self.dry_run {
            let pending = match postgres {
                Some(options) => options.pending().await?,
                None => open::sqlite(config).pending().await?,
            };
            return would(&pending, say);
        }
        let schema = match postgres {
            Some(options) => PostgresStore::migrate(&options).await?,
            None => {
                open_context(wiring, config).await?;
                SqliteStore::schema_known()
            }
        };
        let done = format!("{} is at schema {schema}", config.store_place());
        say.line(&done, &json!({"schema": schema}))?;
        Ok(0)
    }
}

fn would(pending: &[Pending], say: &mut Say) -> anyhow::Result<u8> {
    let mut words = String::from("nothing was changed; ");
    words.push_str(match pending.is_empty() {
        true => "every database is at the current schema",
        false => "these migrations were tried and taken back, and would be carried out:",
    });
    for one in pending {
        words.push_str(&format!("\n  {}: {} {}", one.place, one.version, one.description));
    }
    let list = pending
        .iter()
        .map(|one| json!({"database": one.place, "version": one.version, "description": one.description}));
    say.line(&words, &json!({"pending": list.collect::<Vec<_>>()}))?;
    Ok(0)
}

/// Copies the SQLite store of the data folder into the PostgreSQL databases of the settings.
pub(super) async fn copy(config: &Config, say: &mut Say) -> anyhow::Result<u8> {
    let target = config.postgres()?.context(
        "say where to copy to: `store` and `record_keys` in the settings file, or PROVISO_STORE and PROVISO_RECORD_KEYS in the \
         environment",
    )?;
    let source = open::sqlite(config);
    let bar = bar::counting();
    let mut tell = |step: &CopyProgress<'_>| {
        let verb = if step.is_comparing { "comparing" } else { "copying" };
        bar.set_message(format!("{verb} {}", step.table));
        bar.set_length(step.rows_all);
        bar.set_position(step.rows);
    };
    let copied = copy_store(&source, &target, &mut tell).await;
    bar.finish_and_clear();
    let copied = copied?;
    let (from, to) = (config.database().display().to_string(), config.store_place());
    let mut words = String::new();
    for table in &copied {
        words.push_str(&format!("{:>10} rows  {}  {}\n", table.rows, hex::encode(table.sha256), table.table));
    }
    words.push_str(&format!(
        "{} tables of {from} and its record keys are in {to}, compared row by row\nnext: start serve and worker with these settings, \
         then keep the old files as you keep a backup of records and a backup of keys, and destroy them when those lapse",
        copied.len()
    ));
    let tables = copied
        .iter()
        .map(|table| json!({"table": table.table, "rows": table.rows, "sha256": hex::encode(table.sha256)}));
    say.line(&words, &json!({"from": from, "to": to, "tables": tables.collect::<Vec<_>>()}))?;
    Ok(0)
}

/// Options of `admin jobs`.
#[derive(Debug, Args)]
pub(super) struct JobsArgs {
    /// Let a job that was given up be tried again, with all its attempts.
    #[arg(long, value_name = "JOB")]
    retry: Option<JobId>,
}

impl JobsArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        if let Some(job) = self.retry {
            ctx.note(COMMAND_LINE, "job-retry", None, &job.to_string()).await?;
            ctx.store.job_revive(job, ctx.now()).await?;
            return Ok((format!("job {job} is tried again"), json!({"job": job})));
        }
        let waiting = ctx.store.job_count(proviso_store::JobState::Ready).await?;
        let dead_all = ctx.store.job_count(proviso_store::JobState::Dead).await?;
        let dead = ctx.store.job_dead_list(DEAD_MAX).await?;
        let mut words = format!("{waiting} wait or are being done, {dead_all} were given up");
        for one in &dead {
            let job = &one.job;
            words.push_str(&format!(
                "\n  {}  {} of device {}, epoch {}, records {} to {}, after {} attempts, last at {}: {}",
                job.id,
                job.kind.as_str(),
                job.device,
                job.epoch,
                job.seq_first,
                job.seq_last,
                job.attempts,
                one.tried_at,
                one.fault
            ));
        }
        if dead_all > 0 {
            words.push_str("\nmend the cause, then: admin jobs --retry JOB");
        }
        let list = dead.iter().map(|one| {
            json!({
                "job": one.job.id, "kind": one.job.kind.as_str(), "device": one.job.device, "epoch": one.job.epoch,
                "seq_first": one.job.seq_first, "seq_last": one.job.seq_last, "attempts": one.job.attempts,
                "tried_at": one.tried_at, "fault": one.fault,
            })
        });
        let value = json!({"waiting": waiting, "given_up": dead_all, "jobs": list.collect::<Vec<_>>()});
        Ok((words, value))
    }
}
