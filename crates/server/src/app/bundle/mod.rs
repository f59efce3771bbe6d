//! Evidence bundles: everything about an alert, or a case, that a stranger needs to check it. The bundle is handed out
//! and not kept: it is readable, and nothing readable about a case stays on the server's disk.

mod context;
mod coverage;
mod destroyed;
mod gather;
mod listed;
mod lists;
mod proofs;
mod withheld;

use proviso_evidence::{BundleInput, Shown, WriteError};
use proviso_ledger::hash::sha256;
use proviso_model::ids::{AlertId, BundleId, CaseId, OfficerId};
use proviso_store::{BundleRow, StoreError};

use crate::app::AppContext;
use crate::app::device::proof::ProofError;
use crate::keys::KeyError;

/// What a bundle is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One alert and its findings.
    Alert(AlertId),
    /// Everything of a case.
    Case(CaseId),
}

/// Who asks for a bundle.
#[derive(Debug, Clone)]
pub struct Asker {
    /// As in the audit log: `officer:ID` or `command-line`.
    pub actor: String,
    /// As the bundle names them.
    pub name: String,
    /// The officer, where it is one.
    pub officer: Option<OfficerId>,
    /// Why, sealed under the case ([`crate::keys::case::Purpose::Audit`]); empty where none is asked.
    pub because: Vec<u8>,
}

impl Asker {
    /// One that is no officer, and gives no reason.
    #[must_use]
    pub fn machine(actor: String, name: String) -> Self {
        Self { actor, name, officer: None, because: Vec::new() }
    }
}

/// A bundle made.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Its id.
    pub id: BundleId,
    /// Digest of the file.
    pub sha256: [u8; 32],
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why no bundle was made.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// There is no such alert or case, or nothing to show in it yet.
    #[error("{0}")]
    Nothing(&'static str),
    /// Something kept does not open or does not fit together.
    #[error("the bundle cannot be made: {0}")]
    Broken(String),
    /// Keys could not be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The writer said no.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<ProofError> for BundleError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Store(error) => Self::Store(error),
            ProofError::Log(..) => Self::Broken(error.to_string()),
        }
    }
}

/// Makes a bundle that shows of its records what `shown` says. Logged before anything is opened, with that choice. The
/// caller has checked that the asker may.
///
/// # Errors
/// [`BundleError`].
pub async fn make(
    ctx: &AppContext,
    asker: &Asker,
    scope: Scope,
    shown: &Shown,
) -> Result<Bundle, BundleError> {
    let (case, alert) = match scope {
        Scope::Case(case) => (case, None),
        Scope::Alert(id) => {
            let alert =
                ctx.store.alert_get(id).await?.ok_or(BundleError::Nothing("there is no such alert"))?;
            (alert.case, Some(id))
        }
    };
    let id = BundleId::new(ctx.now(), ctx.random());
    let about = alert.map_or_else(|| case.to_string(), |alert| alert.to_string());
    let objects = format!("{about} {id} {shown}").trim_end().to_owned();
    let because = asker.because.clone();
    ctx.logged_because(&asker.actor, "bundle-export", Some(case), &objects, because, async {
        let input = gather::input(ctx, asker, &gather::Asked { bundle: id, case, alert, shown }).await?;
        let bytes = write(ctx, input).await?;
        let sha256 = sha256(&bytes);
        let row = BundleRow {
            id,
            case,
            alert,
            officer: asker.officer,
            made_at: ctx.now(),
            sha256,
            bytes: bytes.len() as u64,
            place: String::new(),
        };
        ctx.store.bundle_add(&row).await?;
        Ok(Bundle { id, sha256, bytes })
    })
    .await
}

async fn write(ctx: &AppContext, input: BundleInput) -> Result<Vec<u8>, BundleError> {
    let ctx = ctx.clone();
    let written = tokio::task::spawn_blocking(move || proviso_evidence::write(&input, &ctx.keys.checkpoint));
    Ok(written.await.map_err(|error| BundleError::Broken(error.to_string()))??)
}
