//! The helper in the person's session at the agent's socket: who is let in, and what it may say.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use proviso_agent::sources::browser::frames::{read_frame, write_frame};
use proviso_agent::sources::desktop::session::Sessions;
use proviso_model::native::{FileDigests, SESSION_PROTOCOL, SESSION_PROTOCOL_MIN, ToExtension, ToHost};
use proviso_model::observation::{PictureElement, PictureFile, PictureFrom, ProgramText};
use proviso_model::record::RecordBody;
use proviso_model::{Digest, Fact, Md5, Passage};

use super::support::{LISTED, TestForce, browser, page, shown};
use super::{machine_under, pictures, with_gate};

/// Connects as the helper does.
pub fn connect(machine: &super::Machine) -> UnixStream {
    let mut stream = UnixStream::connect(machine.force.dir().socket()).expect("a socket");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    stream.write_all(b"{\"session_pid\":1}\n").expect("sent");
    stream
}

pub fn say(stream: &mut UnixStream, message: &ToHost) {
    write_frame(stream, &serde_json::to_vec(message).expect("json")).expect("sent");
}

pub fn hear(stream: &mut UnixStream) -> ToExtension {
    let frame = read_frame(stream).expect("within a minute").expect("a message");
    serde_json::from_slice(&frame).expect("a message of the protocol")
}

pub fn hello(protocol: u32) -> ToHost {
    ToHost::Session {
        protocol_min: protocol,
        protocol_max: protocol,
        instance: "a".to_owned(),
        version: "1".to_owned(),
    }
}

/// A picture as a file that arrived.
fn file(n: u64, force: &TestForce) -> ToHost {
    let ToHost::Picture { observed_at, attribution, mut shown, data, .. } =
        browser::picture(n, force.now(), b"a file")
    else {
        panic!("a picture")
    };
    shown.url.clear();
    (shown.element, shown.from) = (PictureElement::File, PictureFrom::Disk);
    shown.file = Some(PictureFile { name: "a.png".to_owned(), folder: "~/Downloads".to_owned() });
    ToHost::Picture { n, observed_at, attribution, shown, data }
}

/// The same, told by digests, beside what else it has.
fn told_by_digests(mut file: ToHost, file_type: &str) -> ToHost {
    if let ToHost::Picture { shown, .. } = &mut file {
        let (sha256, md5, file_type) = (Digest([1; 32]), Md5([1; 16]), file_type.to_owned());
        shown.digests = Some(FileDigests { sha256, md5, bytes: 9_000_000, file_type });
    }
    file
}

fn without_bytes(mut file: ToHost) -> ToHost {
    if let ToHost::Picture { data, .. } = &mut file {
        *data = None;
    }
    file
}

/// Text in a window of a program.
fn text(n: u64, application: &str, process: u32, force: &TestForce) -> ToHost {
    let text = Passage::whole(LISTED);
    let of = ProgramText { application: application.to_owned(), text, ..ProgramText::default() };
    let (observed_at, attribution, text) = (force.now(), shown(), Box::new(of));
    ToHost::Text { n, observed_at, attribution, process, secret_field: None, text }
}

pub fn account() -> String {
    let output = std::process::Command::new("id").arg("-un").output().expect("id runs");
    String::from_utf8(output.stdout).expect("a name").trim().to_owned()
}

#[tokio::test]
async fn the_helper_of_the_supervised_account_is_let_in_and_tells_of_files_and_text_alone_and_nobody_else_does()
 {
    let force = TestForce::new();
    let policy = force.policy_with_pictures(86_400);
    let machine = machine_under(force, &policy, true);
    let gate = Sessions::of(&account(), None);
    let worker = pictures::worker(&["picture-worker"]);
    with_gate(machine, worker, gate, |machine| {
        let mut helper = connect(machine);
        say(&mut helper, &hello(SESSION_PROTOCOL));
        let ToExtension::State { protocol, watching: true, capture, acknowledged: 0, .. } = hear(&mut helper)
        else {
            panic!("a state")
        };
        assert!(capture.pictures && capture.text);
        assert_eq!(protocol, SESSION_PROTOCOL, "so it may tell of secret fields");
        say(&mut helper, &file(1, &machine.force));
        assert_eq!(hear(&mut helper), ToExtension::Ack { n: 1 });
        let (attribution, fact) = (shown(), page("words"));
        let page = ToHost::Observation { n: 2, observed_at: machine.force.now(), attribution, fact };
        let not_alone = told_by_digests(file(4, &machine.force), "mp4");
        let no_type = without_bytes(told_by_digests(file(5, &machine.force), "<b>"));
        for other in [page, browser::picture(3, machine.force.now(), b"shown on a page"), not_alone, no_type]
        {
            say(&mut helper, &other);
            assert!(matches!(hear(&mut helper), ToExtension::Refused { n: Some(2..=5), .. }));
        }
        say(&mut helper, &without_bytes(told_by_digests(file(6, &machine.force), "mp4")));
        assert_eq!(hear(&mut helper), ToExtension::Ack { n: 6 });

        let read = || {
            let records = machine.force.records(&machine.spool);
            let of = |body: &RecordBody| match body {
                RecordBody::Finding { captured, .. } => matches!(captured.fact, Fact::Text(_)),
                _ => false,
            };
            records.iter().filter(|body| of(body)).count()
        };
        for (n, application) in [(7, "Editor"), (8, "KeePassXC")] {
            say(&mut helper, &text(n, application, u32::MAX, &machine.force));
            assert_eq!(hear(&mut helper), ToExtension::Ack { n }, "{application}");
            assert_eq!(read(), 1, "{application}: what keeps passwords is not read");
        }

        // A browser whose extension has connected is this very process, as its relay says.
        let mut browser = super::browser(machine);
        browser.hello(1);
        browser.hear();
        let this = std::process::id();
        assert!(matches!(hear(&mut helper), ToExtension::State { browsers, .. } if browsers.len() == 1));
        say(&mut helper, &text(9, "Browser", this, &machine.force));
        assert_eq!(hear(&mut helper), ToExtension::Ack { n: 9 });
        assert_eq!(read(), 1, "what a browser shows is its extension's to tell");
        browser.say(&file(1, &machine.force));
        assert!(
            matches!(browser.hear(), ToExtension::Refused { n: Some(1), .. }),
            "a browser tells of no folders"
        );

        let mut newer = connect(machine);
        say(&mut newer, &hello(SESSION_PROTOCOL + 1));
        let (protocol_min, protocol_max) = (SESSION_PROTOCOL_MIN, SESSION_PROTOCOL);
        assert_eq!(hear(&mut newer), ToExtension::Mismatch { protocol_min, protocol_max });
    })
    .await;
}

#[tokio::test]
async fn invariant_04_no_helper_but_the_supervised_account_s_is_let_in() {
    let force = TestForce::new();
    let policy = force.policy_with_pictures(86_400);
    // Whoever runs this test is not that account, and no account at all has the second name.
    for other in ["daemon", "no-such-account"] {
        let machine = machine_under(TestForce::new(), &policy, true);
        let worker = pictures::worker(&["picture-worker"]);
        with_gate(machine, worker, Sessions::of(other, None), |machine| {
            let mut helper = connect(machine);
            // It may be gone already.
            let _ = write_frame(&mut helper, &serde_json::to_vec(&hello(SESSION_PROTOCOL)).expect("json"));
            let mut said = Vec::new();
            let _ = helper.read_to_end(&mut said);
            assert!(said.is_empty(), "it is told nothing");
        })
        .await;
    }
}
