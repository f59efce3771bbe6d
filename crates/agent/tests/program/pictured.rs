//! The window in which words were found, pictured: a real editor on a real screen and the helper in its session, up to what is sealed.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{Rgb, RgbImage};
use proviso_agent::daemon::core_thread::{Ask, Core};
use proviso_agent::pictures::backlog::backlog;
use proviso_agent::pictures::{Contained, LookLimits, Strain};
use proviso_agent::sources::browser::server::{Gate, listen, serve};
use proviso_agent::sources::desktop::context::{Lately, Seen, WindowWanted, picture};
use proviso_agent::sources::desktop::session::{Given, Sessions};
use proviso_agent::sources::desktop::{Desktop, DesktopParts, Screen as _, x11};
use proviso_agent::{Spool, SpoolLimits, TrueTime};
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::{ContextPicture, Digest, Fact, WithoutContext};
use tokio::time::Instant;

use super::reading::{Desk, FIELDS, uid};
use super::session::account;
use super::support::{LISTED, TestForce};
use super::{Running, agent};

/// A window of one plain colour that nothing else on the screen has.
const BESIDE: &str = r#"
import sys, gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk, Gdk
window = Gtk.Window(title="Beside")
window.set_default_size(320, 320)
style = Gtk.CssProvider()
style.load_from_data(b"window { background: #ff00c8; }")
Gtk.StyleContext.add_provider_for_screen(Gdk.Screen.get_default(), style, 800)
def drawn(*_):
    open(sys.argv[1], "w").write("drawn")
    return False
window.connect("map-event", drawn)
window.show_all()
Gtk.main()
"#;

/// An agent whose records can be read while it runs, and the helper beside it.
struct Watched {
    force: TestForce,
    spool: Arc<Spool>,
    core: Core,
    desktop: Desktop,
    _helper: Running,
}

impl Watched {
    async fn begin(desk: &Desk) -> Self {
        let force = TestForce::new();
        let keep = force.enrol_under(&force.policy(1, 86_400));
        let (spool, opened) = force.spool(SpoolLimits::default());
        let mut watcher = force.watcher(&keep, &spool, &opened);
        watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
        let core = Core::start(watcher, Arc::clone(&spool)).expect("a thread");
        let given = Given { display: desk.screen.display.clone(), is_in_wayland: false };
        let sessions = Sessions::of(&account(), Some(given));
        let contained = Contained::new("/nowhere".into(), Vec::new(), LookLimits::default());
        let nowhere = std::path::Path::new("/nowhere");
        let (pictures, _looker) = backlog(contained, Strain::at(nowhere, nowhere, 1), keep);
        let time = Arc::new(TrueTime::new(Box::new(force.clock.clone()), None));
        let parts =
            DesktopParts { sessions: sessions.clone(), core: core.clone(), pictures: pictures.clone(), time };
        let desktop = Desktop::start(parts).expect("a thread");
        let gate = Gate { uids: vec![uid()], sessions, notice_url: String::new() };
        tokio::spawn(serve(listen(&force.dir().socket()).expect("a socket"), core.clone(), gate, pictures));
        let mut helper = agent(&force.dir(), &["session"]);
        desk.in_session(&mut helper).stdin(Stdio::null()).stderr(Stdio::null());
        let helper = Running(helper.spawn().expect("the helper starts"));
        Self { force, spool, core, desktop, _helper: helper }
    }

    /// How much was looked at.
    async fn looked_at(&self) -> u64 {
        self.core.ask(Ask::Totals).await.expect("it runs").looked_at
    }

    /// Waits until more was looked at.
    async fn until_looked_at_more_than(&self, before: u64) {
        let wait = async {
            while self.looked_at().await <= before {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.expect("text is read");
    }

    /// Waits until there are so many findings about text, and so many records about windows.
    async fn until(&self, findings: usize, windows: usize) -> Vec<ContextPicture> {
        let mut last = Vec::new();
        let wait = async {
            loop {
                last = self.force.records(&self.spool);
                let is_text = |body: &&RecordBody| match body {
                    RecordBody::Finding { captured, .. } => matches!(captured.fact, Fact::Text(_)),
                    _ => false,
                };
                let contexts = contexts(&last);
                if last.iter().filter(is_text).count() >= findings && contexts.len() >= windows {
                    return contexts;
                }
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), wait).await;
        waited.unwrap_or_else(|_| panic!("{findings} findings, {windows} windows: {last:?}"))
    }
}

fn contexts(records: &[RecordBody]) -> Vec<ContextPicture> {
    let of = |body: &RecordBody| match body {
        RecordBody::ContextPicture { captured } => Some(captured.clone()),
        _ => None,
    };
    records.iter().filter_map(of).collect()
}

fn pixels(context: &ContextPicture) -> RgbImage {
    let picture = context.picture.as_ref().expect("a picture");
    let bytes = STANDARD.decode(&picture.content).expect("base64");
    assert_eq!(bytes.len() as u64, picture.bytes);
    let image = image::load_from_memory(&bytes).expect("a picture").to_rgb8();
    assert_eq!(image.dimensions(), (picture.width, picture.height));
    image
}

/// JPEG smears colours a little; nothing in an editor is near this one.
fn is_beside(pixel: &Rgb<u8>) -> bool {
    let [red, green, blue] = pixel.0;
    red > 200 && green < 60 && blue > 150
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_typed_into_an_editor_bring_one_picture_of_its_window_alone_and_none_of_what_stands_beside() {
    let desk = Desk::begin().await;
    let watched = Watched::begin(&desk).await;
    let (beside, drawn) = (desk.file("beside.py", BESIDE), desk.home.path().join("drawn"));
    let _beside = desk.program("/usr/bin/python3", &[&beside, drawn.to_str().expect("UTF-8")]);
    desk.until_written("drawn", "drawn").await;
    let front = |title: &str| {
        let mut display = x11::Display::open(&desk.screen.display, uid()).ok()?;
        display.front().ok()?.filter(|window| window.title.contains(title))
    };
    let other = desk.screen.until("the window beside", || front("Beside")).await;
    let before = watched.looked_at().await;
    let note = desk.file("note.txt", "Tuesday, a walk in the park\n");
    let _editor = desk.program("mousepad", &["--disable-server", &note]);
    let own = desk.screen.until("the editor", || front("note.txt")).await;
    assert_ne!(own.id, other.id);
    // Its title and its text.
    watched.until_looked_at_more_than(before + 1).await;
    desk.keys(&["key", "--clearmodifiers", "ctrl+End"]);
    desk.keys(&["type", "--delay", "30", &format!("the {LISTED} is lit ")]);
    let contexts = watched.until(1, 1).await;

    let [context] = contexts.as_slice() else { panic!("one: {contexts:?}") };
    let (Some(window), Some(picture)) = (&context.fact, &context.picture) else {
        panic!("one: {contexts:?}")
    };
    assert!(window.title.contains("note.txt") && window.window.program.contains("mousepad"), "{window:?}");
    assert_eq!((window.window.width, window.window.height), (own.size.0.into(), own.size.1.into()));
    assert!(picture.shown_width <= window.window.width && picture.shown_height <= window.window.height);
    let image = pixels(context);
    assert!(!image.pixels().any(is_beside), "what stands beside the window is not in its picture");
    let ground = image.pixels().next().expect("a pixel");
    assert!(image.pixels().any(|pixel| pixel != ground), "and it is no plain area");
    let mut display = x11::Display::open(&desk.screen.display, uid()).expect("a display");
    let shown = display.pixels(other.id, other.visible).expect("it answers").expect("it stands there");
    let shown = shown.rgb.as_chunks::<3>().0.iter().map(|rgb| Rgb(*rgb));
    assert!(shown.into_iter().any(|pixel| is_beside(&pixel)), "it is on the screen");

    // The same window a moment later is not pictured again.
    desk.keys(&["type", "--delay", "30", &format!("and {LISTED} again ")]);
    assert_eq!(watched.until(2, 1).await.len(), 1);
    watched.desktop.stop();
}

/// A dialogue over a window, in front.
const DIALOGUE: &str = r#"
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk
window = Gtk.Window(title="Below")
window.set_default_size(400, 300)
window.show_all()
dialogue = Gtk.Dialog(title="Password", transient_for=window)
dialogue.set_default_size(300, 200)
dialogue.get_content_area().add(Gtk.Entry(visibility=False))
dialogue.show_all()
dialogue.present()
Gtk.main()
"#;

#[tokio::test]
async fn invariant_04_a_program_that_keeps_passwords_and_a_dialogue_that_asks_for_one_are_never_pictured() {
    let desk = Desk::begin().await;
    let active = || desk.screen.property("_NET_ACTIVE_WINDOW");
    let seen = || {
        let mut display = x11::Display::open(&desk.screen.display, uid()).expect("a display");
        let wanted = WindowWanted { finding: Digest([1; 32]), process: 0, title: String::new() };
        picture(&mut display, &wanted, |_| false, (&mut Lately::default(), Instant::now()))
    };
    let without = |why| Seen::Without(why, String::new());
    let note = desk.file("note.txt", "Tuesday\n");
    let _editor = desk.program("mousepad", &["--disable-server", &note]);
    let editor = desk.screen.until("the editor", active).await;
    let of_another = without(WithoutContext::AnotherWindow);
    desk.screen.until("one that may be read", || (seen() == of_another).then_some(())).await;

    let keeper = desk.home.path().join("keepassxc");
    std::os::unix::fs::symlink("/usr/bin/mousepad", &keeper).expect("a link");
    let kept = desk.file("kept.txt", "kept\n");
    let _keeper = desk.program(keeper.to_str().expect("UTF-8"), &["--disable-server", &kept]);
    let keeper = desk.screen.until("the keeper", || active().filter(|window| *window != editor)).await;
    assert_eq!(seen(), without(WithoutContext::NotReadable));

    let dialogue = desk.file("dialogue.py", DIALOGUE);
    let _dialogue = desk.program("/usr/bin/python3", &[&dialogue]);
    let titled = || desk.title_in_front().filter(|title| title == "Password");
    desk.screen.until("the dialogue", titled).await;
    assert!(active() != Some(editor) && active() != Some(keeper));
    assert_eq!(seen(), without(WithoutContext::NotReadable));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_04_a_window_with_a_field_for_a_password_is_never_pictured() {
    let desk = Desk::begin().await;
    let watched = Watched::begin(&desk).await;
    let before = watched.looked_at().await;
    let (fields, typed) = (desk.file("fields.py", FIELDS), desk.home.path().join("typed"));
    let _window = desk.program("/usr/bin/python3", &[&fields, typed.to_str().expect("UTF-8")]);
    desk.until_written("typed", "|").await;
    watched.until_looked_at_more_than(before).await;
    desk.keys(&["type", "--delay", "30", "secret\r"]);
    desk.until_written("typed", "secret|").await;
    desk.keys(&["type", "--delay", "30", &format!("open {LISTED} ")]);
    let contexts = watched.until(1, 1).await;
    let [context] = contexts.as_slice() else { panic!("one: {contexts:?}") };
    assert_eq!((context.without, &context.picture), (Some(WithoutContext::SecretField), &None));
    watched.desktop.stop();
}
