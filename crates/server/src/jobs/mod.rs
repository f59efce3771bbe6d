//! Background work. Jobs are claimed with a lease; one that fails is tried again later, and at last given up in the
//! open (state dead), never silently.

mod asked;
mod context;
mod engines;
mod epochs;
mod imminent;
mod listings;
mod released;
mod replay;

use std::time::Duration;

pub use engines::Engines;
use proviso_store::{JobKind, JobRow, StoreError};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::AppContext;
use crate::app::destruction::DestructionError;
use crate::keys::KeyError;
use crate::operations::measures;

/// How long a claim holds, in milliseconds: a job takes far less, and what a killed server had claimed waits so long, an
/// alert with it.
const LEASE_MILLIS: i64 = 20_000;
/// Attempts before a job is dead.
const ATTEMPTS_MAX: u32 = 8;
/// Jobs that one worker does at a time: what they find is committed together.
const JOBS_AT_ONCE: u32 = 16;
/// Claiming takes a turn of its own, so a busy worker claims as many at once as this, and not one for each that ended.
const JOBS_CLAIMED_MIN: u32 = 8;
/// How often to look for work that nobody in this process announced.
const POLL: Duration = Duration::from_millis(500);

/// Why a job could not be done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The order as known now cannot be applied.
    #[error(transparent)]
    Late(#[from] crate::app::late::LateError),
    /// Keys could not be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Something was not destroyed that had to be.
    #[error(transparent)]
    Destruction(#[from] DestructionError),
    /// Whoever answers requests about data could not be told.
    #[error("a request about data could not be put before anybody: {0}")]
    Asked(String),
    /// The thread of the job ended early.
    #[error("a job's thread ended early")]
    Ended,
}

/// Works until `stop` turns true.
pub async fn run(ctx: AppContext, mut stop: watch::Receiver<bool>) {
    let mut under_way = JoinSet::new();
    while !*stop.borrow() {
        while under_way.try_join_next().is_some() {}
        ctx.engines.let_go(ctx.now());
        let most = JOBS_AT_ONCE.saturating_sub(u32::try_from(under_way.len()).unwrap_or(u32::MAX));
        let is_busy = most < JOBS_CLAIMED_MIN;
        let claimed = match is_busy {
            true => Ok(Vec::new()),
            false => claim(&ctx, most).await,
        };
        match claimed {
            Ok(jobs) => {
                for job in jobs {
                    let ctx = ctx.clone();
                    under_way.spawn(async move {
                        if let Err(error) = work(&ctx, &job).await {
                            tracing::error!(job = %job.id, error = %error, "the end of a job could not be noted");
                        }
                    });
                }
            }
            Err(error) => tracing::error!(error = %error, "background work could not be claimed"),
        }
        let is_busy = under_way.len() + JOBS_CLAIMED_MIN as usize > JOBS_AT_ONCE as usize;
        tokio::select! {
            Some(_) = under_way.join_next(), if is_busy => {}
            () = ctx.work.notified(), if !is_busy => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stop.changed() => {}
        }
    }
    // Each is committed record by record; what a stop cuts short is done again when its lease ends, so it is let come to its end.
    while under_way.join_next().await.is_some() {}
}

async fn claim(ctx: &AppContext, most: u32) -> Result<Vec<JobRow>, StoreError> {
    let now = ctx.now();
    ctx.store.job_claim_some(now, now.plus_millis(LEASE_MILLIS), most).await
}

/// Does one job, if one is ready. Says whether there was one.
///
/// # Errors
/// [`StoreError`] when the job could not be claimed or its end not noted.
pub async fn step(ctx: &AppContext) -> Result<bool, StoreError> {
    let Some(job) = claim(ctx, 1).await?.pop() else { return Ok(false) };
    work(ctx, &job).await?;
    Ok(true)
}

async fn work(ctx: &AppContext, job: &JobRow) -> Result<(), StoreError> {
    if job.attempts > ATTEMPTS_MAX {
        // Nobody noted how the last one ended: whoever did it was killed each time, perhaps by the work itself.
        let fault = "given up: whoever did it came to no end, each time";
        tracing::error!(job = %job.id, attempts = job.attempts, "{fault}");
        return ctx.store.job_failed(job.id, fault, None).await;
    }
    let done = match job.kind {
        JobKind::Replay | JobKind::ReplayBranch => replay::replay(ctx, job).await,
    };
    match done {
        Ok(()) => {
            ctx.store.job_done(job.id).await?;
            measures::job_ended("done");
            Ok(())
        }
        Err(error) => failed(ctx, job, &error).await,
    }
}

async fn failed(ctx: &AppContext, job: &JobRow, error: &JobError) -> Result<(), StoreError> {
    let attempts = job.attempts;
    let wait_millis = 1_000_i64.saturating_mul(1 << attempts.min(10));
    let retry_at = (attempts < ATTEMPTS_MAX).then(|| ctx.now().plus_millis(wait_millis));
    tracing::error!(job = %job.id, attempts, dead = retry_at.is_none(), error = %error, "a job failed");
    measures::job_ended(if retry_at.is_none() { "dead" } else { "failed" });
    ctx.store.job_failed(job.id, &error.to_string(), retry_at).await
}

/// Does every job that is ready: for the command line and for tests.
///
/// # Errors
/// [`StoreError`].
pub async fn drain(ctx: &AppContext) -> Result<u64, StoreError> {
    let mut done = 0;
    while step(ctx).await? {
        done += 1;
    }
    Ok(done)
}
