//! What a bundle says of records whose content was destroyed: where they stood, when and why they went, by which act.

use proviso_evidence::format::DestroyedFile;
use proviso_model::hash::Digest;
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
    let hash = Digest(record.hash);
    let act = audit.iter().find(|row| destroys(row, record, &hash.to_string()));
    // Such an act's objects are: what was destroyed, why in one word, the certificate, a reference.
    let words: Vec<&str> = act.map(|row| row.entry.objects.split(' ').collect()).unwrap_or_default();
    DestroyedFile {
        record: hash,
        device: record.device,
        epoch: record.epoch,
        seq: record.seq,
        destroyed_at: act.map(|row| row.entry.opened_at),
        why: words.get(1).map(|why| why_in_words(why).to_owned()),
        certificate: words.get(2).and_then(|certificate| certificate.parse().ok()),
        act: act.map(|row| row.entry.id),
    }
}

fn destroys(row: &AuditRow, record: &RecordRow, hash: &str) -> bool {
    let what = row.entry.objects.split(' ').next();
    match row.entry.act.as_str() {
        "record-destroy" => what == Some(hash),
        "case-destroy" => what == Some(record.case.to_string().as_str()),
        _ => false,
    }
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
