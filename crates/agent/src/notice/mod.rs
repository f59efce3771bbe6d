//! The notice: what a person is told before anything is captured, and the page that shows it.
//!
//! The notice speaks in general terms, for a household may see it. The court's own words, and until when each paragraph
//! runs, are behind the person's PIN. Neither ever shows a list of terms or sites (invariant 2).

pub mod page;
mod pages;
mod statement;
mod visits;

use proviso_engine::notice::{capture_ever, watched};
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::order::AuthorityBasis;
use proviso_model::policy::Policy;

/// The sign while watching; no more than a household may see.
pub const SIGN_WATCHING: &str = "This account is monitored";
/// The sign otherwise.
pub const SIGN_NOT_WATCHING: &str = "This account is not being monitored now";

/// The notice as paragraphs: the exact words shown in the terminal and on the page, and hashed into the record.
#[must_use]
pub fn paragraphs(policy: &Policy, force_name: &str) -> Vec<String> {
    let basis = match policy.authority.basis {
        AuthorityBasis::Paragraph => "a court order or licence requires it",
        AuthorityBasis::Consent => "consent to it was signed, which may be withdrawn at any time",
    };
    let mut text = vec![
        format!("This account on this device is monitored by {force_name}, because {basis}."),
        "The program looks, on this device, at:".to_owned(),
    ];
    text.extend(watched(&capture_ever(policy)).into_iter().map(|line| format!("- {line}")));
    text.extend(
        [
            "What does not concern the terms of the order is dropped on this device at once. It is not kept and not sent; only how much was looked at is counted.",
            "What may concern a term is sealed and sent to the officers of this force, with the words around it. A person decides what it means; the program does not.",
            "Never captured: passwords, payment details, one-time codes, the microphone, the camera, where the device is, other accounts on this device, and contacts on the case's protected list (lawyers, clinicians and others).",
            "While it watches, a sign says so. Nothing is hidden. The program does not stop anybody from removing it; stopping or removing it is reported.",
            "Each term in the court's own words, and until when it runs, can be read on the details page with your PIN.",
            "You may say that you have seen this notice, or that you refuse. Neither is needed, and nobody need write anything. What is written may be used. You may take legal advice first.",
        ]
        .map(str::to_owned),
    );
    text
}

/// The notice as one text.
#[must_use]
pub fn text(policy: &Policy, force_name: &str) -> String {
    paragraphs(policy, force_name).join("\n")
}

/// SHA-256 of a notice text, as recorded.
#[must_use]
pub fn text_sha256(text: &str) -> Digest {
    Digest(sha256(text.as_bytes()))
}
