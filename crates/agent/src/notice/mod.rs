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
use proviso_engine::notice::paragraphs_in;
use proviso_ledger::hash::sha256;
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

/// The notice as paragraphs: the exact words shown in the terminal and on the page, and hashed into the record.
#[must_use]
pub fn paragraphs(policy: &Policy, force_name: &str) -> Vec<String> {
    paragraphs_in(Say::ENGLISH, policy, force_name)
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
