//! The notice: what a person is told before anything is captured, and the page that shows it.
//!
//! The notice speaks in general terms, for a household may see it. The court's own words, and until when each paragraph
//! runs, are behind the person's PIN. Neither ever shows a list of terms or sites (invariant 2).

pub mod page;
mod pages;
mod statement;
mod visits;

use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::order::AuthorityBasis;
use proviso_model::policy::{Capture, Policy};

/// The sign while watching; no more than a household may see.
pub const SIGN_WATCHING: &str = "This account is monitored";
/// The sign otherwise.
pub const SIGN_NOT_WATCHING: &str = "This account is not being monitored now";

/// What any condition of a policy, at any time, may capture: the notice speaks of all of it, and a pause changes no word of it.
#[must_use]
pub fn capture_ever(policy: &Policy) -> Capture {
    let begins = policy.conditions.iter().map(|condition| policy.capture_asked_at(condition.valid_from));
    begins.fold(Capture::default(), |ever, then| ever.or(&then))
}

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

fn watched(capture: &Capture) -> Vec<&'static str> {
    let lines = [
        (capture.pages, "web pages shown in the browser: their address, title and visible text"),
        (capture.addresses && !capture.pages, "the addresses of web pages shown in the browser"),
        (capture.typed, "text typed into web pages"),
        (capture.searches && !capture.typed, "what is typed into search fields, and searches in addresses"),
        (
            capture.messages,
            "conversations on those pages, message by message, also what others write there; to understand the next message, those of the last three days are held in memory, and written down only where a finding rests on them or they stand next to such a message",
        ),
        (
            capture.pictures,
            "pictures shown on web pages, pictures saved from them, and frames of videos that play: they are compared with lists that the force holds, and, under a term on pornography, a program on this device estimates whether they are explicit; figures about the last pictures of a site are held in memory for a quarter of an hour",
        ),
        (
            capture.pictures,
            "pictures shown by other programs: of the window in front on this account's screen, and of a browser without the extension, the pixels are read and treated likewise; its title and the program's name are kept only with a picture that may concern a term; windows that ask for or keep passwords are not read",
        ),
        (
            capture.pictures,
            "picture and video files that arrive in this account's folders for downloads, pictures, videos, documents and on its desktop: pictures are treated likewise, videos only compared with the lists by their exact bytes; what lies there already is not read, and a file's name and folder are kept only where it may concern a term",
        ),
        (
            capture.text,
            "text that other programs show in the window in front on this account's screen, its title, and what is typed into it, as far as they tell it for people who cannot see a screen: words are looked for there, and only around such words anything is kept; fields for passwords, and programs that ask for or keep passwords, are never read",
        ),
        (
            capture.names,
            "names under which this account signs in, registers or writes on web pages: the user name, display name or e-mail address in such a form when it is sent, never the password, and the name over a message that was typed there; one that is not on the declared list is held on this device, with the page's address, until the days within which it may be declared have run out, and sent once then",
        ),
        (
            capture.recipients,
            "to whom a form with a message on a web page is sent: it is compared, like addresses of pages and those who take part in conversations, with the people whom the order names, and dropped where it is anybody else",
        ),
        (capture.private_windows, "whether a private (incognito) window is open"),
        (capture.software, "whether this program and its browser extension are running"),
        (
            capture.programs,
            "the names of programs that run in this account and of the system's own services, compared with a list; never what they are told to do or what they have open",
        ),
        (capture.connections, "whether a VPN or another tunnel is connected"),
        (capture.mounts, "whether an encrypted folder, a container or a cloud folder is opened, and where"),
        (
            capture.proxies,
            "whether a proxy is set in the system, the desktop or a browser: its host and port, never a name or password that is set with it",
        ),
        (
            capture.storage,
            "storage that is plugged in: its make, model and serial number, never what is on it",
        ),
    ];
    lines.into_iter().filter(|(applies, _)| *applies).map(|(_, line)| line).collect()
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
