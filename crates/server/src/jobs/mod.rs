//! Background work. Jobs are claimed with a lease; one that fails is tried again later, and at last given up in the
//! open (state dead), never silently.

mod context;
mod epochs;
mod imminent;
mod listings;
mod released;
mod replay;

use std::time::Duration;

use proviso_store::{JobKind, JobRow, StoreError};
use tokio::sync::watch;

use crate::app::AppContext;
use crate::app::destruction::DestructionError;
use crate::keys::KeyError;
use crate::operations::measures;

/// How long a claim holds, in milliseconds: a job takes far less, and what a killed server had claimed waits so long, an
/// alert with it.
const LEASE_MILLIS: i64 = 20_000;
/// Attempts before a job is dead.
const ATTEMPTS_MAX: u32 = 8;
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
    /// The thread of the job ended early.
    #[error("a job's thread ended early")]
    Ended,
}

/// Works until `stop` turns true.
pub async fn run(ctx: AppContext, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match step(&ctx).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(error = %error, "background work could not be claimed or noted"),
        }
        tokio::select! {
            () = ctx.work.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Does one job, if one is ready. Says whether there was one.
///
/// # Errors
/// [`StoreError`] when the job could not be claimed or its end not noted.
pub async fn step(ctx: &AppContext) -> Result<bool, StoreError> {
    let now = ctx.now();
    let Some(job) = ctx.store.job_claim(now, now.plus_millis(LEASE_MILLIS)).await? else {
        return Ok(false);
    };
    if job.attempts > ATTEMPTS_MAX {
        // Nobody noted how the last one ended: whoever did it was killed each time, perhaps by the work itself.
        let fault = "given up: whoever did it came to no end, each time";
        tracing::error!(job = %job.id, attempts = job.attempts, "{fault}");
        ctx.store.job_failed(job.id, fault, None).await?;
        return Ok(true);
    }
    let done = match job.kind {
        JobKind::Replay | JobKind::ReplayBranch => replay::replay(ctx, &job).await,
    };
    match done {
        Ok(()) => {
            ctx.store.job_done(job.id).await?;
            measures::job_ended("done");
        }
        Err(error) => failed(ctx, &job, &error).await?,
    }
    Ok(true)
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
