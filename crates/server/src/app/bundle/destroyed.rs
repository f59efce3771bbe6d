//! What a bundle says of records whose content was destroyed: where they stood, when and why they went, by which act.

use proviso_evidence::format::DestroyedFile;
use proviso_model::hash::Digest;
use proviso_model::ids::CertificateId;
use proviso_store::{AuditRow, RecordRow};

/// One statement for each record without a body.
pub(super) fn files<'a>(
    records: impl Iterator<Item = &'a RecordRow>,
    audit: &[AuditRow],
) -> Vec<DestroyedFile> {
    let gone = records.filter(|record| record.body.is_none());
    gone.map(|record| file(record, audit)).collect()
}

fn file(record: &RecordRow, audit: &[AuditRow]) -> DestroyedFile {
    let certificate = record.certificate.map(CertificateId::from_bytes);
    let act = certificate.and_then(|certificate| audit.iter().find(|row| gave(row, &certificate)));
    DestroyedFile {
        record: Digest(record.hash),
        device: record.device,
        epoch: record.epoch,
        seq: record.seq,
        destroyed_at: record.destroyed_at,
        why: record.destroyed_why.as_deref().map(|why| why_in_words(why).to_owned()),
        certificate,
        act: act.map(|row| row.entry.id),
    }
}

/// Whether this act gave the certificate; a restored server may hold no such act.
fn gave(row: &AuditRow, certificate: &CertificateId) -> bool {
    let certificate = certificate.to_string();
    matches!(row.entry.act.as_str(), "record-destroy" | "case-destroy")
        && row.entry.objects.split(' ').any(|object| object == certificate)
}

/// A reason as a court reads it.
fn why_in_words(why: &str) -> &str {
    match why {
        "court-order" => "A court ordered it.",
        "retention-ended" => "The time for which it may be kept was over.",
        "unlawful" => "It should never have been captured or kept.",
        "outside-order" => "It lay outside the order as it was known later, and a reviewer decided.",
        other => other,
    }
}
