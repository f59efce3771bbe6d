//! Destroying a record or a whole case, and the legal hold that forbids it (invariant 13). What is destroyed is first
//! written to the destruction journal, so that a restored backup and a server that was killed half-way finish the job.

mod certificate;
mod journal;
pub mod revoked;

use proviso_model::Digest;
use proviso_model::ids::CaseId;
use proviso_store::{CaseState, Destruction, LegalHold, StoreError};

pub use certificate::{Certificate, CertificateStatement, KEY_BACKUP_DAYS, again, signed_certificate};
pub use journal::{Journal, JournalEntry, What};

use crate::app::AppContext;
use crate::app::transfer;
use crate::keys::KeyError;

/// Why something is destroyed: one clear word, for the log, the certificate and the court.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Why {
    /// A court ordered it.
    CourtOrder,
    /// The time for which it may be kept is over.
    RetentionEnded,
    /// It should never have been captured or kept.
    Unlawful,
    /// The device had been revoked when it was made.
    Revoked,
    /// It was made outside the order as it is known now, and a reviewer decided.
    OutsideOrder,
}

impl Why {
    /// Every reason.
    const ALL: [Self; 5] =
        [Self::CourtOrder, Self::RetentionEnded, Self::Unlawful, Self::Revoked, Self::OutsideOrder];

    /// A kept word, as a page says it; the word itself where a newer program kept it.
    #[must_use]
    pub fn in_words(word: &str) -> &str {
        match Self::ALL.into_iter().find(|why| why.as_str() == word) {
            Some(Self::CourtOrder) => "because a court ordered it",
            Some(Self::RetentionEnded) => "because the time for which it may be kept was over",
            Some(Self::Unlawful) => "because it should never have been captured or kept",
            Some(Self::Revoked) => "unopened, because the device had been revoked when it was made",
            Some(Self::OutsideOrder) => "because it was made outside the order",
            None => word,
        }
    }

    /// A kept word's reason; where a newer program kept it, that it should not have been kept.
    #[must_use]
    pub fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|why| why.as_str() == word).unwrap_or(Self::Unlawful)
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CourtOrder => "court-order",
            Self::RetentionEnded => "retention-ended",
            Self::Unlawful => "unlawful",
            Self::Revoked => "revoked",
            Self::OutsideOrder => "outside-order",
        }
    }
}

/// Under which reason, reference and name something is destroyed.
#[derive(Debug, Clone)]
pub struct Grounds {
    /// The reason.
    pub why: Why,
    /// A reference that a stranger can look up, such as the review's or the court's number; no words about the person.
    pub reference: String,
    /// The actor, as in the log.
    pub actor: String,
}

/// Why nothing was destroyed.
#[derive(Debug, thiserror::Error)]
pub enum DestructionError {
    /// A hold forbids it.
    #[error(
        "case {case} is under legal hold since {since} ({reference}): nothing of it can be destroyed; end the hold first, on the page of \
         the case's retention or with admin legal-hold"
    )]
    Held {
        /// The case.
        case: CaseId,
        /// Since when.
        since: proviso_model::Timestamp,
        /// Under which reference.
        reference: String,
    },
    /// Another force took the case over and has not said that it has it.
    #[error(
        "case {case} went to another force, which has not said that it has it: its keys and records stay for disclosure; once it has, enter that with admin transfer-confirmed"
    )]
    Transferred {
        /// The case.
        case: CaseId,
    },
    /// It is destroyed already.
    #[error("{0} was destroyed already; its certificate was given then")]
    Already(String),
    /// The reference is empty, too long, or goes over a line.
    #[error("give a reference of 1 to 200 characters on one line, such as the number of the review")]
    Reference,
    /// Keys, or the journal.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What another force had handed over could not be removed. Its keys are gone.
    #[error(
        "the case’s keys are destroyed, and what another force had handed over of it could not be removed from the blobs: {0}; mend the \
         way to them and start the server again: it goes on"
    )]
    Blobs(#[from] object_store::Error),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Longest reference, in characters.
const REFERENCE_CHARS_MAX: usize = 200;

impl Grounds {
    fn check(&self) -> Result<(), DestructionError> {
        check_reference(&self.reference)
    }
}

fn check_reference(reference: &str) -> Result<(), DestructionError> {
    let chars = reference.trim().chars().count();
    let good = (1..=REFERENCE_CHARS_MAX).contains(&chars) && !reference.contains(char::is_control);
    if good { Ok(()) } else { Err(DestructionError::Reference) }
}

async fn refuse_held(ctx: &AppContext, case: CaseId) -> Result<(), DestructionError> {
    match ctx.store.legal_hold(case).await? {
        Some(hold) => Err(held(case, hold)),
        None => Ok(()),
    }
}

/// That a hold forbids it.
pub(in crate::app) fn held(case: CaseId, LegalHold { since, mut reference }: LegalHold) -> DestructionError {
    if reference.is_empty() {
        "no reference was given".clone_into(&mut reference);
    }
    DestructionError::Held { case, since, reference }
}

/// Destroys the content of one record: its key, its body, and what was made of it. Its header stays in the chain and in
/// the log. Pictures of the window of its finding go first, each by an act of its own. Gives the record's certificate.
///
/// # Errors
/// [`DestructionError`].
pub async fn record(
    ctx: &AppContext,
    hash: [u8; 32],
    grounds: &Grounds,
) -> Result<Certificate, DestructionError> {
    grounds.check()?;
    for picture in ctx.store.context_pictures_of(&hash).await? {
        match record_alone(ctx, picture.record, grounds).await {
            // One of another branch is kept apart, and is shown by nothing without its finding.
            Ok(_) | Err(DestructionError::Already(_) | DestructionError::Store(StoreError::Missing(_))) => {}
            Err(error) => return Err(error),
        }
    }
    record_alone(ctx, hash, grounds).await
}

async fn record_alone(
    ctx: &AppContext,
    hash: [u8; 32],
    grounds: &Grounds,
) -> Result<Certificate, DestructionError> {
    let row = ctx.store.record_get(&hash).await?.ok_or(StoreError::Missing("this record"))?;
    refuse_held(ctx, row.case).await?;
    if row.destroyed_at.is_some() {
        return Err(DestructionError::Already(format!("record {}", Digest(hash))));
    }
    let entry = JournalEntry::new(ctx, What::Record { record: Digest(hash) }, grounds).await?;
    let objects =
        format!("{} {} {} {}", Digest(hash), grounds.why.as_str(), entry.certificate, grounds.reference);
    ctx.logged(&grounds.actor, "record-destroy", Some(row.case), &objects, async {
        ctx.journal().append(&entry)?;
        carry_out(ctx, &entry).await
    })
    .await?;
    Ok(Certificate::sign(ctx, Some(row.case), &entry))
}

/// Destroys a whole case: its keys, every record, every sealed column. Its devices are refused from then on. Gives the
/// certificate.
///
/// # Errors
/// [`DestructionError`].
pub async fn case(ctx: &AppContext, id: CaseId, grounds: &Grounds) -> Result<Certificate, DestructionError> {
    case_by_two(ctx, id, grounds, None).await
}

/// The same, where one officer proposed it and another, the actor of `grounds`, confirmed it.
///
/// # Errors
/// [`DestructionError`].
pub async fn case_by_two(
    ctx: &AppContext,
    id: CaseId,
    grounds: &Grounds,
    proposed_by: Option<&str>,
) -> Result<Certificate, DestructionError> {
    grounds.check()?;
    let row = ctx.store.case_get(id).await?.ok_or(StoreError::Missing("this case"))?;
    refuse_held(ctx, id).await?;
    if row.state == CaseState::Destroyed {
        return Err(DestructionError::Already(format!("case {id}")));
    }
    if transfer::of_case(ctx, id).await?.is_some_and(|over| over.confirmed_at.is_none()) {
        return Err(DestructionError::Transferred { case: id });
    }
    let made = JournalEntry::new(ctx, What::Case { case: id }, grounds).await?;
    let entry = JournalEntry { proposed_by: proposed_by.map(str::to_owned), ..made };
    let objects = format!("{id} {} {} {}", grounds.why.as_str(), entry.certificate, grounds.reference);
    ctx.logged(&grounds.actor, "case-destroy", Some(id), &objects, async {
        ctx.journal().append(&entry)?;
        carry_out(ctx, &entry).await
    })
    .await?;
    Ok(Certificate::sign(ctx, Some(id), &entry))
}

/// Begins or ends a legal hold: while it lasts, nothing of the case can be destroyed.
///
/// # Errors
/// [`DestructionError`].
pub async fn hold(
    ctx: &AppContext,
    case: CaseId,
    on: bool,
    reference: &str,
    actor: &str,
) -> Result<(), DestructionError> {
    check_reference(reference)?;
    if ctx.store.case_get(case).await?.is_none() {
        return Err(StoreError::Missing("this case").into());
    }
    let act = if on { "legal-hold" } else { "legal-hold-end" };
    ctx.logged(actor, act, Some(case), &format!("{case} {reference}"), async {
        Ok(ctx.store.legal_hold_set(case, on.then_some(reference.trim()), ctx.now()).await?)
    })
    .await
}

async fn carry_out(ctx: &AppContext, entry: &JournalEntry) -> Result<(), DestructionError> {
    let mut what = Destruction {
        records: Vec::new(),
        at: entry.at,
        why: entry.why.clone(),
        certificate: *entry.certificate.as_bytes(),
    };
    match entry.what {
        What::Record { record } => {
            what.records.push(record.0);
            ctx.store.record_destroy(&what).await?;
        }
        What::Case { case } => {
            ctx.case_keys_destroy(case)?;
            transfer::kept::remove_all(ctx, case).await??;
            ctx.store.case_destroy(case, &what).await?;
        }
    }
    Ok(())
}

/// Carries out what the journal says and the store does not yet show: after a kill in mid-act, and after a restore.
/// Gives how many entries were carried out.
///
/// # Errors
/// [`DestructionError`].
pub async fn resume(ctx: &AppContext) -> Result<usize, DestructionError> {
    let mut done = 0;
    for entry in ctx.journal().read()? {
        let open = match entry.what {
            What::Record { record } => {
                let row = ctx.store.record_get(&record.0).await?;
                ctx.store.record_key(&record.0).await?.is_some()
                    || row.is_some_and(|row| row.destroyed_at.is_none())
            }
            What::Case { case } => {
                let row = ctx.store.case_get(case).await?;
                ctx.case_keys_held(case) || row.is_some_and(|row| row.state != CaseState::Destroyed)
            }
        };
        if open {
            carry_out(ctx, &entry).await?;
            done += 1;
        }
    }
    Ok(done)
}
