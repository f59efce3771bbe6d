//! Notices about devices in plain words, and marking one as seen. They say what is known and what to ask first; that
//! somebody tampered is never what they say.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceNoticeId};
use proviso_store::{DeviceNoticeKind, DeviceNoticeRow};
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::signed_in::Posted;
use super::words::{self, When};
use crate::app::officer::device_notice::{self, ShownNotice};

/// A notice as a page shows it.
pub struct NoticeBox {
    /// Its id.
    pub id: String,
    /// In a few words.
    pub title: &'static str,
    /// What happened, what becomes of records, what to do.
    pub text: String,
    /// When the server learnt of it.
    pub at: When,
    /// Who marked it as seen, when, and why.
    pub seen: Option<(String, When, String)>,
}

/// Prepares a notice for a page.
pub fn shown(notice: &ShownNotice, device: &str, zone: &TimeZone) -> NoticeBox {
    let row = &notice.row;
    NoticeBox {
        id: row.id.to_string(),
        title: title(row.kind),
        text: in_words(row, device, zone),
        at: words::when(row.at, zone),
        seen: notice
            .seen
            .as_ref()
            .map(|(officer, at, reason)| (officer.clone(), words::when(*at, zone), reason.clone())),
    }
}

/// A notice in a few words.
#[must_use]
pub fn title(kind: DeviceNoticeKind) -> &'static str {
    match kind {
        DeviceNoticeKind::Fork => "Two records under one number",
        DeviceNoticeKind::RecordRestored => "An older copy of its records was put back",
        DeviceNoticeKind::NewEpoch => "A new chain of records without a cause",
        DeviceNoticeKind::TwoAtOnce => "Two copies of this device",
        DeviceNoticeKind::OtherMachine => "Another installation than before",
        DeviceNoticeKind::ServerRestored => "This server was put back from a backup",
        DeviceNoticeKind::DeviceReturned => "A device came back after a restore",
        DeviceNoticeKind::PolicyReturned => "An order came back after a restore",
        DeviceNoticeKind::LogContradiction => "The log of this server contradicts itself",
        DeviceNoticeKind::OldCertificate => "An old certificate of this device was shown",
    }
}

/// A notice in whole sentences.
#[must_use]
pub fn in_words(row: &DeviceNoticeRow, device: &str, zone: &TimeZone) -> String {
    let number = row.seq.map_or_else(String::new, |seq| seq.to_string());
    match row.kind {
        DeviceNoticeKind::Fork => format!(
            "{device} sent two different records with number {number}. One of them was made after an older copy of its \
             disk was put back, or its records were copied to another machine. Both are kept. Nothing was overwritten. Ask \
             about a repair or a new disk before you think of tampering."
        ),
        DeviceNoticeKind::RecordRestored => format!(
            "{device} found that an older copy of its records had been put back, said so, and goes on in a new chain. \
             Everything that it sent before is kept. Ask about a repair or a new disk."
        ),
        DeviceNoticeKind::NewEpoch => format!(
            "{device} goes on in a new chain of records, and its first record there does not say why. What it sent before \
             is kept. Records between the two may be missing. Ask when it was last repaired, reset or updated."
        ),
        DeviceNoticeKind::TwoAtOnce => format!(
            "Two copies of {device} speak to this server in turn: its disk, or the folder of the monitoring program, was \
             copied, and both run. Records of both are kept. Ask which of the two is in use; remove the program from the \
             other, or enrol it as a device of its own."
        ),
        DeviceNoticeKind::OtherMachine => format!(
            "{device} speaks from another installation than before: its system was installed anew, or the folder of the \
             monitoring program was moved to another machine. Its records are kept as before. Ask about a repair, a new \
             machine or a new installation."
        ),
        DeviceNoticeKind::ServerRestored => {
            let made_at = i64::try_from(row.seq.unwrap_or_default()).unwrap_or_default();
            let made = words::when(Timestamp::from_micros(made_at), zone);
            format!(
                "This server was put back from its backup of {} {}. What {device} has sent since comes again by itself, as \
                 far as it still holds it. Enter again what you decided or changed since then, and revoke this device again \
                 if it was revoked since.",
                made.local, made.zone
            )
        }
        DeviceNoticeKind::DeviceReturned => format!(
            "{device} was enrolled after the backup from which this server was put back. It showed its certificate and its \
             order, both signed by the force, and was taken back with its records. If it had been revoked since, revoke it \
             again."
        ),
        DeviceNoticeKind::PolicyReturned => format!(
            "{device} follows an order that the force signed after the backup from which this server was put back. The \
             order entered here may be an older one: compare, and enter the newer one again."
        ),
        DeviceNoticeKind::LogContradiction => format!(
            "{device} was shown two states of this server’s log that contradict each other, both signed by the force, and \
             holds both as evidence. Either the log was rewritten, or this server was put back from a backup without saying \
             so. It is not about the person. Tell the force’s administrator and its auditor, and keep earlier evidence \
             bundles: proviso-verify compares them."
        ),
        DeviceNoticeKind::OldCertificate => format!(
            "Somebody showed the certificate that {device} had before it got its present one. It was refused. A copy of its disk, or of \
             the folder of the monitoring program, may run elsewhere; or this device was put back to an older copy and needs \
             to be enrolled anew. Ask about a repair or a new disk."
        ),
    }
}

/// The form.
#[derive(Deserialize)]
pub struct Posting {
    #[serde(default)]
    reason: String,
}

/// `POST /people/{case}/device-notices/{notice}`. Marking is logged first.
pub async fn mark_seen(
    State(console): State<Console>,
    Path((case, notice)): Path<(String, String)>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let case = case.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let notice = notice.parse::<DeviceNoticeId>().map_err(|_| Fault::not_found())?;
    let who = &signed_in.session.who;
    device_notice::mark_seen(&console.app, who, case, notice, &form.reason).await?;
    Ok(Redirect::to(&format!("/people/{case}#about-devices")).into_response())
}

#[cfg(test)]
mod tests {
    use proviso_model::Timestamp;
    use proviso_model::ids::{CaseId, DeviceId, DeviceNoticeId};
    use proviso_store::{DeviceNoticeKind, DeviceNoticeRow, DeviceNoticeState};

    use super::in_words;
    use crate::web::console::words;

    #[test]
    fn a_notice_about_a_device_names_it_and_never_speaks_of_guilt() {
        for kind in DeviceNoticeKind::ALL {
            let row = DeviceNoticeRow {
                id: DeviceNoticeId::random([1; 16]),
                device: DeviceId::random([2; 16]),
                case: CaseId::random([3; 16]),
                kind: *kind,
                at: Timestamp::from_micros(1_795_000_000_000_000),
                epoch: Some(0),
                seq: Some(41),
                state: DeviceNoticeState::Open,
                seen_at: None,
                officer: None,
                sealed: None,
            };
            let text = in_words(&row, "Laptop B", &words::zone("Europe/London"));
            assert!(text.contains("Laptop B"), "{text}");
            // The one sentence that has the word asks to think of something else first.
            let bare = text.replace("before you think of tampering", "");
            for word in ["tamper", "breach", "violat", "suspicious", "manipulat", "deliberate"] {
                assert!(!bare.to_lowercase().contains(word), "{kind:?}: {text}");
            }
        }
    }
}
