//! The notice: what a person is told before anything is captured, and the page that shows it.
//!
//! The notice speaks in general terms, for a household may see it. The court's own words, and until when each paragraph
//! runs, are behind the person's PIN. Neither ever shows a list of terms or sites (invariant 2).

mod answer;
mod data_request;
mod language;
mod other_adult;
pub mod page;
mod pages;
mod statement;
mod visits;

use self::language::Say;
use proviso_engine::notice::{capture_ever, watched};
use proviso_ledger::hash::sha256;
use proviso_model::order::AuthorityBasis;
use proviso_model::policy::Policy;
use proviso_model::{Digest, Timestamp};

/// The sign while watching; no more than a household may see.
pub const SIGN_WATCHING: &str = "This account is monitored";
/// The sign otherwise.
pub const SIGN_NOT_WATCHING: &str = "This account is not being monitored now";

/// The sign as it stands: while another adult uses the account, that and until when, in the order's time zone.
#[must_use]
pub fn sign(watching: bool, other_adult_until: Option<(Timestamp, &str)>) -> String {
    match other_adult_until {
        Some((until, timezone)) => {
            let until = pages::clock(until, timezone);
            format!("Watching is paused: another adult is using this account until {until}")
        }
        None if watching => SIGN_WATCHING.to_owned(),
        None => SIGN_NOT_WATCHING.to_owned(),
    }
}

const OPENING: &str = "This account on this device is monitored by {force}, because {basis}.";
const BY_ORDER: &str = "a court order or licence requires it";
const BY_CONSENT: &str = "consent to it was signed, which may be withdrawn at any time";
const LOOKS: &str = "The program looks, on this device, at:";
const REST: [&str; 8] = [
    "What does not concern the terms of the order is dropped on this device at once. It is not kept and not sent; only how much was looked at is counted.",
    "What may concern a term is sealed and sent to the officers of this force, with the words around it. A person decides what it means; the program does not.",
    "Never captured: passwords, payment details, one-time codes, the microphone, the camera, where the device is, other accounts on this device, and contacts on the case's protected list (lawyers, clinicians and others).",
    "Another adult may use this account unwatched only where an officer has approved it, for a short while, with a PIN of their own: nothing is captured meanwhile, the sign says so, and the force is told when it was and how many keys and buttons were pressed, never which. An account of their own is better.",
    "What may concern a term and reads as between somebody and a lawyer is sealed and sent too. The officers of the case do not see it before an independent reviewer of the force has decided; what that reviewer finds privileged they never see.",
    "While it watches, a sign says so. Nothing is hidden. The program does not stop anybody from removing it; stopping or removing it is reported.",
    "Each term in the court's own words, and until when it runs, can be read on the details page with your PIN.",
    "You may say that you have seen this notice, or that you refuse. Neither is needed, and nobody need write anything. What is written may be used. You may take legal advice first.",
];

/// The notice as paragraphs: the exact words shown in the terminal and on the page, and hashed into the record.
#[must_use]
pub fn paragraphs(policy: &Policy, force_name: &str) -> Vec<String> {
    paragraphs_in(Say::ENGLISH, policy, force_name)
}

/// The same in another language: a help for reading, of which no record speaks.
fn paragraphs_in(say: Say, policy: &Policy, force_name: &str) -> Vec<String> {
    let basis = match policy.authority.basis {
        AuthorityBasis::Paragraph => say.of(BY_ORDER),
        AuthorityBasis::Consent => say.of(BY_CONSENT),
    };
    let opening = say.filled(OPENING, &[("basis", basis), ("force", force_name)]);
    let watched = watched(&capture_ever(policy)).into_iter().map(|line| format!("- {}", say.of(line)));
    let rest = REST.map(|line| say.of(line).to_owned());
    [opening, say.of(LOOKS).to_owned()].into_iter().chain(watched).chain(rest).collect()
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
