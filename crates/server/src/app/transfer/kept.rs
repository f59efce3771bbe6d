//! What another force handed over, as it is kept: facts and bundle in parts among the blobs, sealed under the case here. They go when the
//! case is destroyed; they are never records of this force's own chain or log.

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use proviso_model::Digest;
use proviso_model::ids::CaseId;
use proviso_store::ReceivedRow;

use super::facts::CaseFacts;
use super::file::{Signed, TransferStatement};
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::keys::CaseKeys;
use crate::keys::case::Purpose;

/// Folder among the blobs.
const FOLDER: &str = "received-cases";
/// Bytes of a part before it is sealed.
const PART_BYTES: usize = 8 << 20;

/// What a file was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The facts as JSON.
    Facts,
    /// The evidence bundle.
    Bundle,
}

impl Part {
    const ALL: [Self; 2] = [Self::Facts, Self::Bundle];

    fn as_str(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Bundle => "bundle",
        }
    }

    fn of(self, row: &ReceivedRow) -> (u64, fn(&TransferStatement) -> Digest) {
        match self {
            Self::Facts => (row.facts_bytes, |says| says.facts_sha256),
            Self::Bundle => (row.bundle_bytes, |says| says.bundle_sha256),
        }
    }
}

fn parts(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX).div_ceil(PART_BYTES)
}

fn place(case: CaseId, statement: &Digest, part: Part, number: usize) -> Path {
    let (case, statement) = (case.to_string(), statement.to_string());
    Path::from_iter([FOLDER, &case, &statement, &format!("{}-{number:04}", part.as_str())])
}

fn unreadable(why: impl std::fmt::Display) -> ForceError {
    ForceError::Refused(format!(
        "what the other force handed over cannot be read from the blobs: {why}; put them back from a backup"
    ))
}

/// Puts facts and bundle among the blobs. Done before the row is there, so that a row always has its parts.
pub(super) async fn put(
    ctx: &AppContext,
    keys: &CaseKeys,
    statement: &Digest,
    (facts, bundle): (&[u8], &[u8]),
) -> Result<(), ForceError> {
    for (part, bytes) in [(Part::Facts, facts), (Part::Bundle, bundle)] {
        for (number, piece) in bytes.chunks(PART_BYTES).enumerate() {
            let sealed = ctx.with_rng(|rng| keys.seal(rng, Purpose::Received, piece));
            let written = ctx.blobs.put(&place(keys.case, statement, part, number), sealed.into()).await;
            written.map_err(|error| {
                ForceError::Refused(format!(
                    "the blobs cannot be written: {error}; make room there or mend the way, then import it again"
                ))
            })?;
        }
    }
    Ok(())
}

/// Removes what was put there; what is not there is no fault.
pub(super) async fn remove(ctx: &AppContext, row: &ReceivedRow) -> Result<(), object_store::Error> {
    for part in Part::ALL {
        for number in 0..parts(part.of(row).0) {
            match ctx.blobs.delete(&place(row.case, &row.statement, part, number)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Removes everything that other forces handed over of a case: for its destruction.
///
/// # Errors
/// The store's, and what folder or server of the blobs said.
pub async fn remove_all(
    ctx: &AppContext,
    case: CaseId,
) -> Result<Result<(), object_store::Error>, proviso_store::StoreError> {
    for row in ctx.store.received_list(case).await? {
        if let Err(error) = remove(ctx, &row).await {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

/// The signed statement of a file.
///
/// # Errors
/// [`ForceError`].
pub fn signed(ctx: &AppContext, row: &ReceivedRow) -> Result<(TransferStatement, Signed), ForceError> {
    let signed: Signed = ctx.unseal_json(row.case, Purpose::Received, &row.sealed)?;
    let says = serde_json::from_str(&signed.statement).map_err(unreadable)?;
    Ok((says, signed))
}

/// Facts or bundle as they came; the digest that was signed is compared. The caller has logged it.
///
/// # Errors
/// [`ForceError`].
pub async fn get(ctx: &AppContext, row: &ReceivedRow, part: Part) -> Result<Vec<u8>, ForceError> {
    let keys = ctx.case_keys(row.case)?;
    let (says, _) = signed(ctx, row)?;
    let (bytes, digest) = part.of(row);
    let mut whole = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    for number in 0..parts(bytes) {
        let found =
            ctx.blobs.get(&place(row.case, &row.statement, part, number)).await.map_err(unreadable)?;
        let sealed = found.bytes().await.map_err(unreadable)?;
        whole.extend_from_slice(&keys.open(Purpose::Received, &sealed)?);
    }
    match Digest(proviso_ledger::hash::sha256(&whole)) == digest(&says) {
        true => Ok(whole),
        false => Err(unreadable("it is not what was signed")),
    }
}

/// The facts. The caller has logged it.
///
/// # Errors
/// [`ForceError`].
pub async fn facts(ctx: &AppContext, row: &ReceivedRow) -> Result<CaseFacts, ForceError> {
    Ok(CaseFacts::read(&get(ctx, row, Part::Facts).await?, row.from_case)?)
}
