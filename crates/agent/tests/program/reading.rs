//! Text of other programs: real programs on a real screen with an accessibility bus, and what of their words reaches the engine.

use std::process::{Command, Stdio};
use std::time::Duration;

use proviso_agent::Clock as _;
use proviso_agent::sources::accessibility::{Accessibility, AccessibilityParts, Told};
use proviso_engine::{Engine, attribution};
use proviso_model::{Act, Attribution, Digest, Fact, Observation, Source};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::screen::{Program, Screen};
use super::session::{account, status_says};
use super::support::{LISTED, TestForce};
use super::{Running, agent, enrolled_as, open_notice, start};

/// A session with a bus of its own, in which text is read.
pub(super) struct Desk {
    pub(super) screen: Screen,
    bus: String,
    pub(super) home: tempfile::TempDir,
    _bus: Program,
}

impl Desk {
    pub(super) async fn begin() -> Self {
        let screen = Screen::begin().await;
        let home = tempfile::tempdir().expect("a folder");
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address=1"]);
        bus.env("DISPLAY", &screen.display).env("HOME", home.path()).env_remove("XDG_RUNTIME_DIR");
        let (daemon, bus) = Program::says(&mut bus);
        Self { screen, bus, home, _bus: daemon }
    }

    pub(super) fn in_session<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let named = [("DISPLAY", self.screen.display.as_str()), ("DBUS_SESSION_BUS_ADDRESS", &self.bus)];
        command.envs(named).env("HOME", self.home.path()).env_remove("WAYLAND_DISPLAY");
        command.env_remove("XDG_RUNTIME_DIR").env_remove("XDG_CONFIG_HOME")
    }

    /// The title of the window that the window manager says is in front, whichever it is.
    pub(super) fn title_in_front(&self) -> Option<String> {
        let window = self.screen.property("_NET_ACTIVE_WINDOW")?;
        let said =
            self.in_session(Command::new("xdotool").args(["getwindowname", &window.to_string()])).output();
        Some(String::from_utf8_lossy(&said.ok()?.stdout).trim().to_owned())
    }

    pub(super) fn program(&self, name: &str, arguments: &[&str]) -> Program {
        Program::start(self.in_session(Command::new(name).args(arguments)))
    }

    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    }

    /// Waits until a file that a program writes has this in it.
    pub(super) async fn until_written(&self, name: &str, words: &str) {
        let path = self.home.path().join(name);
        let written = || std::fs::read_to_string(&path).ok().filter(|text| text.contains(words));
        self.screen.until(words, written).await;
    }

    pub(super) fn keys(&self, arguments: &[&str]) {
        let done = self.in_session(Command::new("xdotool").args(arguments)).status();
        assert!(done.expect("xdotool, which `cargo xtask setup` installs").success(), "{arguments:?}");
    }
}

/// What comes out of the source, as the engine finds it under an order that names a word.
struct Reader {
    engine: Engine,
    told: mpsc::Receiver<Told>,
    /// All that was told, whether found or not.
    all: String,
    _source: Accessibility,
    _browsers: watch::Sender<Vec<u32>>,
}

impl Reader {
    fn begin(desk: &Desk, uid: u32, passed_over: Vec<u32>) -> Self {
        let engine = Engine::new(&TestForce::new().policy(1, 3_600), Digest([1; 32])).expect("a policy");
        let (browsers, heard) = watch::channel(passed_over);
        let (tell, told) = mpsc::channel(4);
        let (session_bus, display) = (Some(desk.bus.clone()), Some(desk.screen.display.clone()));
        let parts = AccessibilityParts { session_bus, display, uid };
        let source = Accessibility::start(parts, heard, tell).expect("a thread");
        Self { engine, told, all: String::new(), _source: source, _browsers: browsers }
    }

    async fn next(&mut self) -> Option<(Observation, bool)> {
        let said = match self.told.recv().await.expect("it goes on") {
            Told::Sight(cannot) => {
                assert_eq!(cannot, None);
                return None;
            }
            Told::Text(said) => *said,
        };
        let fact = Fact::Text(Box::new(said.text));
        let act = attribution::act(&said.attribution, &fact);
        let observed_at = TestForce::new().clock.wall();
        let observation = Observation {
            id: None,
            observed_at,
            source: Source::Accessibility,
            account: String::new(),
            attribution: Attribution { act, ..said.attribution },
            fact,
            listed: Vec::new(),
            picture: None,
        };
        self.all.push_str(&serde_json::to_string(&observation).expect("json"));
        let is_found = !self.engine.evaluate(&observation).is_empty();
        Some((observation, is_found))
    }

    /// Waits until these words were told.
    async fn tells(&mut self, words: &str) {
        let wait = async {
            while !self.all.contains(words) {
                self.next().await;
            }
        };
        let told = timeout(Duration::from_secs(60), wait).await;
        assert!(told.is_ok(), "{words}: {}", self.all);
    }

    /// Waits for a finding in this program, of text with these words in it.
    async fn finds(&mut self, program: &str, words: &str, act: Act) {
        let wait = async {
            loop {
                let Some((observation, true)) = self.next().await else { continue };
                let Fact::Text(of) = &observation.fact else { continue };
                let has_words = of.text.iter().any(|passage| passage.text.contains(words));
                if has_words && of.program.contains(program) && observation.attribution.act == act {
                    assert!(observation.attribution.foreground && !of.title.is_empty(), "{observation:?}");
                    return;
                }
            }
        };
        let found = timeout(Duration::from_secs(60), wait).await;
        assert!(found.is_ok(), "{program}, {words}, {act:?}: {}", self.all);
    }
}

/// A window with a field for a password, which may be shown, and one for words. It writes what stands in them.
pub(super) const FIELDS: &str = r#"
import sys, gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk
window, box = Gtk.Window(title="Log on"), Gtk.Box(orientation=1)
secret, words = Gtk.Entry(visibility=False), Gtk.Entry()
window.add(box); box.add(secret); box.add(words)
def changed(*_):
    open(sys.argv[1], "w").write(secret.get_text() + "|" + words.get_text())
def shown(entry):
    secret.set_visibility(True)
    words.grab_focus()
secret.connect("changed", changed); words.connect("changed", changed); secret.connect("activate", shown)
secret.connect("focus-in-event", changed)
window.show_all(); window.present(); secret.grab_focus()
Gtk.main()
"#;

/// A page with a field for a password and one of a line, in which nobody can tell a card's number from words, and one for many lines.
const PAGE: &str = "<!doctype html><title>Notes</title><p>The page says: MARK</p>
<input type=password value='hidden MARK'><input value='one line of MARK'><textarea>many lines of MARK</textarea>";

pub(super) fn uid() -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").expect("this process").uid()
}

#[tokio::test]
async fn words_in_an_editor_a_terminal_and_a_page_reach_the_engine_and_a_password_never_does() {
    let desk = Desk::begin().await;
    let mut reader = Reader::begin(&desk, uid(), Vec::new());
    assert!(reader.next().await.is_none(), "it sees");

    let note = desk.file("note.txt", &format!("Tuesday\nThe {LISTED} is lit.\n"));
    let editor = desk.program("mousepad", &[&note]);
    reader.finds("mousepad", "is lit", Act::Shown).await;
    desk.keys(&["key", "--clearmodifiers", "ctrl+End"]);
    desk.keys(&["type", "--delay", "30", &format!("my {LISTED} too")]);
    reader.finds("mousepad", "my ", Act::Typed).await;
    drop(editor);

    let chat = format!(
        "printf 'lee: hello\\n'; until [ -e \"$HOME/go\" ]; do :; done; printf 'lee: the {LISTED}\\n'; read x"
    );
    let chat = desk.file("chat.sh", &chat);
    let terminal = desk.program("xfce4-terminal", &["--disable-server", "-x", "sh", &chat]);
    reader.tells("lee: hello").await;
    desk.file("go", "");
    reader.finds("xfce4-terminal", "lee: the", Act::Shown).await;
    drop(terminal);

    // A password is typed, and then shown by the program; words in the field beside it say that the window is read.
    let (fields, typed) = (desk.file("fields.py", FIELDS), desk.home.path().join("typed"));
    let window = desk.program("/usr/bin/python3", &[&fields, typed.to_str().expect("UTF-8")]);
    desk.until_written("typed", "|").await;
    reader.tells("Log on").await;
    desk.keys(&["type", "--delay", "30", &format!("secret {LISTED}\r")]);
    desk.until_written("typed", &format!("secret {LISTED}|")).await;
    desk.keys(&["type", "--delay", "30", &format!("open {LISTED}")]);
    reader.finds("python3", "open", Act::Typed).await;
    drop(window);

    let (page, profile) =
        (desk.file("page.html", &PAGE.replace("MARK", LISTED)), desk.home.path().join("profile"));
    let flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
    let own = [
        "--force-renderer-accessibility",
        &format!("--user-data-dir={}", profile.display()),
        &format!("file://{page}"),
    ];
    let _browser = desk.program("chromium", &[&flags[..], &own].concat());
    reader.finds("chromium", LISTED, Act::Shown).await;
    reader.tells("The page says").await;
    reader.tells("many lines of").await;
    for secret in ["secret", "hidden", "one line of"] {
        assert!(!reader.all.contains(secret), "{secret} is told nowhere: {}", reader.all);
    }
}

#[tokio::test]
async fn a_browser_with_the_extension_another_account_s_programs_and_those_that_keep_passwords_are_passed_over()
 {
    let desk = Desk::begin().await;
    let (note, kept) = (format!("The {LISTED} is lit.\n"), format!("The kept {LISTED}.\n"));
    let (note, kept) = (desk.file("note.txt", &note), desk.file("kept.txt", &kept));
    // This very process stands for the browser that started it.
    let mut passed_over = Reader::begin(&desk, uid(), vec![std::process::id()]);
    let mut of_another = Reader::begin(&desk, uid() + 1, Vec::new());
    let mut reader = Reader::begin(&desk, uid(), Vec::new());
    for reader in [&mut passed_over, &mut of_another, &mut reader] {
        assert!(reader.next().await.is_none(), "it sees");
    }
    let keeper = desk.home.path().join("keepassxc");
    std::os::unix::fs::symlink("/usr/bin/mousepad", &keeper).expect("a link");
    let _keeps = desk.program(keeper.to_str().expect("UTF-8"), &["--disable-server", &kept]);
    desk.screen.until("its window", || desk.screen.property("_NET_ACTIVE_WINDOW")).await;
    let _editor = desk.program("mousepad", &["--disable-server", &note]);
    reader.finds("mousepad", "is lit", Act::Shown).await;
    assert!(!reader.all.contains("kept"), "{}", reader.all);
    assert!(passed_over.told.try_recv().is_err() && of_another.told.try_recv().is_err());
}

#[tokio::test]
async fn without_a_bus_text_is_a_gap_in_part_that_says_why() {
    let force = enrolled_as(&account(), |force| force.policy(1, 3_600));
    let dir = force.dir();
    let (_running, said) = start(&dir, &["run", "--page-port", "0", "--display", ":987"]);
    std::thread::spawn(move || std::io::Read::read_to_end(&mut { said }, &mut Vec::new()));
    open_notice(&dir).await;
    let mut helper = agent(&dir, &["session"]);
    helper.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").env_remove("DISPLAY");
    helper.stdin(Stdio::null()).stderr(Stdio::null());
    let _helper = Running(helper.spawn().expect("the helper starts"));
    status_says(
        &dir,
        "Text in other programs (accessibility): cannot see: the session's bus cannot be reached",
    );
}
