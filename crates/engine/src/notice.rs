//! What a policy lets a device look at, in the words of the notice: the device shows them before anything is captured, and the
//! person's own page says the same.

pub mod language;

use proviso_model::order::AuthorityBasis;
use proviso_model::policy::{Capture, Policy};

use self::language::Say;

/// How the notice begins.
pub const OPENING: &str = "This account on this device is monitored by {force}, because {basis}.";
/// On what it rests: an order.
pub const BY_ORDER: &str = "a court order or licence requires it";
/// On what it rests: consent.
pub const BY_CONSENT: &str = "consent to it was signed, which may be withdrawn at any time";
/// What stands before [`watched`].
pub const LOOKS: &str = "The program looks, on this device, at:";
/// What stands after it.
pub const REST: [&str; 8] = [
    "What does not concern the terms of the order is dropped on this device at once. It is not kept and not sent; only how much was looked at is counted.",
    "What may concern a term is sealed and sent to the officers of this force, with the words around it. A person decides what it means; the program does not.",
    "Never captured: passwords, payment details, one-time codes, the microphone, the camera, where the device is, other accounts on this device, and contacts on the case's protected list (lawyers, clinicians and others).",
    "Another adult may use this account unwatched only where an officer has approved it, for a short while, with a PIN of their own: nothing is captured meanwhile, the sign says so, and the force is told when it was and how many keys and buttons were pressed, never which. An account of their own is better.",
    "What may concern a term and reads as between somebody and a lawyer is sealed and sent too. The officers of the case do not see it before an independent reviewer of the force has decided; what that reviewer finds privileged they never see.",
    "While it watches, a sign says so. Nothing is hidden. The program does not stop anybody from removing it; stopping or removing it is reported.",
    "Each term in the court's own words, and until when it runs, can be read on the details page with your PIN.",
    "You may say that you have seen this notice, or that you refuse. Neither is needed, and nobody need write anything. What is written may be used. You may take legal advice first.",
];

/// The notice as paragraphs, what it looks at with `- ` before each line: the same words on a device, where the English ones are hashed into
/// the record, and on the paper that is handed over. In another language a help for reading, of which no record speaks.
#[must_use]
pub fn paragraphs_in(say: Say, policy: &Policy, force_name: &str) -> Vec<String> {
    let basis = match policy.authority.basis {
        AuthorityBasis::Paragraph => say.of(BY_ORDER),
        AuthorityBasis::Consent => say.of(BY_CONSENT),
    };
    let opening = say.filled(OPENING, &[("basis", basis), ("force", force_name)]);
    let watched = watched(&capture_ever(policy)).into_iter().map(|line| format!("- {}", say.of(line)));
    let rest = REST.map(|line| say.of(line).to_owned());
    [opening, say.of(LOOKS).to_owned()].into_iter().chain(watched).chain(rest).collect()
}

/// What any condition of a policy, at any time, may capture: the notice speaks of all of it, and a pause changes no word of it.
#[must_use]
pub fn capture_ever(policy: &Policy) -> Capture {
    let begins = policy.conditions.iter().map(|condition| policy.capture_asked_at(condition.valid_from));
    begins.fold(Capture::default(), |ever, then| ever.or(&then))
}

/// What such a capture looks at, line by line, as a household may read it: kinds of things, never terms or sites (invariant 2).
#[must_use]
pub fn watched(capture: &Capture) -> Vec<&'static str> {
    lines(capture).into_iter().filter(|(applies, _)| *applies).map(|(_, line)| line).collect()
}

/// Every line that any policy may bring, for whoever translates them.
#[must_use]
pub fn every_line() -> Vec<&'static str> {
    lines(&Capture::default()).into_iter().map(|(_, line)| line).collect()
}

fn lines(capture: &Capture) -> Vec<(bool, &'static str)> {
    vec![
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
            capture.text,
            "one picture of a window of another program, only once words were found in it that may concern a term, to show what stood around them: of that window alone and only while it is still in front, at most one of a window in ten minutes, and never where a field for a password stands in it; nothing is looked for in it, and it is sealed and sent with what was found",
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
            capture.histories,
            "the histories that browsers keep in this account, by their numbers alone: how many entries there are, from when to when, by day and hour, and whether a setting removes them; never an address, a title or what was looked at; the last numbers are kept on this device to be compared with the next",
        ),
        (
            capture.proxies,
            "whether a proxy is set in the system, the desktop or a browser: its host and port, never a name or password that is set with it",
        ),
        (
            capture.storage,
            "storage that is plugged in: its make, model and serial number, never what is on it",
        ),
    ]
}
