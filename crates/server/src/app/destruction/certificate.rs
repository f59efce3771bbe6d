//! A certificate of erasure: what was destroyed, when, under which reference, and until when a backup of the keys could
//! still bring it back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, CertificateId, ForceId};
use serde::{Deserialize, Serialize};

use super::DestructionError;
use super::journal::{JournalEntry, What};
use crate::app::AppContext;

/// Days after which a backup of keys lapses and is destroyed itself.
pub const KEY_BACKUP_DAYS: i64 = 30;

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateStatement {
    /// Its id.
    pub certificate: CertificateId,
    /// The force.
    pub force: ForceId,
    /// The force's name.
    pub force_name: String,
    /// What was destroyed.
    #[serde(flatten)]
    pub what: What,
    /// The case that a record belonged to.
    pub of_case: Option<CaseId>,
    /// When.
    pub at: Timestamp,
    /// Why, in one word.
    pub why: String,
    /// The reference.
    pub reference: String,
    /// The actor, as in the log.
    pub by: String,
    /// Who proposed it, where two officers decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<String>,
    /// The last backup that could have restored it: the newest backup of keys in the log, by when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_key_backup_at: Option<Timestamp>,
    /// The last moment at which a backup of keys made before could have been used; it has lapsed then. Where the log knows of no such
    /// backup, as if one had been made at the last moment before.
    pub last_restorable_at: Timestamp,
    /// What the certificate does not say.
    pub limits: String,
}

/// A statement and the checkpoint key's signature over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The exact text signed ([`CertificateStatement`] as JSON).
    pub statement: String,
    /// Signature over [`signed_certificate`] of it, base64.
    pub signature: String,
}

/// The bytes that the checkpoint key signs for a certificate.
#[must_use]
pub fn signed_certificate(statement: &str) -> Vec<u8> {
    format!("proviso/erasure-certificate/v1\n{statement}").into_bytes()
}

/// A certificate that was given, once more: it is made of the journal, which keeps what it says. `None` where there is none.
///
/// # Errors
/// [`DestructionError`].
pub async fn again(ctx: &AppContext, id: CertificateId) -> Result<Option<Certificate>, DestructionError> {
    let Some(entry) = ctx.journal().read()?.into_iter().find(|entry| entry.certificate == id) else {
        return Ok(None);
    };
    let of_case = match entry.what {
        What::Case { case } => Some(case),
        What::Record { record } => ctx.store.record_get(&record.0).await?.map(|row| row.case),
    };
    Ok(Some(Certificate::sign(ctx, of_case, &entry)))
}

impl Certificate {
    pub(super) fn sign(ctx: &AppContext, of_case: Option<CaseId>, entry: &JournalEntry) -> Self {
        let statement = CertificateStatement {
            certificate: entry.certificate,
            force: ctx.keys.force,
            force_name: ctx.force_name().to_owned(),
            what: entry.what,
            of_case,
            at: entry.at,
            why: entry.why.clone(),
            reference: entry.reference.clone(),
            by: entry.by.clone(),
            proposed_by: entry.proposed_by.clone(),
            last_key_backup_at: entry.last_key_backup_at,
            last_restorable_at: entry.last_key_backup_at.unwrap_or(entry.at).plus_days(KEY_BACKUP_DAYS),
            limits: "Copies that left the server before, such as evidence bundles already handed over, are not \
                     destroyed by this act. Copies of keys that were not made by the program's own backup are not known to it, and \
                     are not named here."
                .to_owned(),
        };
        let statement = serde_json::to_string(&statement).expect("a statement of plain values is JSON");
        let signature = STANDARD.encode(ctx.keys.checkpoint.sign(&signed_certificate(&statement)));
        Self { statement, signature }
    }
}
