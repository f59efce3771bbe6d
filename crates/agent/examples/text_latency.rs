//! How long it takes from text being shown by another program, or typed into it, until it reaches the engine: the source of the accessibility
//! bus in a session of its own (Xvfb, a window manager, a bus), and the three programs that stand for their kinds. Prints a line for each try,
//! and fails where one takes a second or more. Only words of its own are looked for.
//!
//! `cargo run --release --locked --example text_latency -- [TRIES]`

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use proviso_agent::sources::accessibility::{Accessibility, AccessibilityParts, Told};
use proviso_engine::{CompileInputs, Engine, Pack, attribution};
use proviso_model::{Act, Attribution, Digest, Fact, Observation, Order, Passage, Source, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

/// The aim.
const AIM: Duration = Duration::from_secs(1);
/// After so long a text is lost.
const LOST: Duration = Duration::from_secs(20);

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A screen, a window manager and a bus.
struct Session {
    display: String,
    bus: String,
    folder: tempfile::TempDir,
    _programs: Vec<Program>,
}

impl Session {
    fn begin() -> anyhow::Result<Self> {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-noreset", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
        let (server, number) = says(xvfb)?;
        let display = format!(":{number}");
        let mut daemon = Command::new("dbus-daemon");
        daemon.args(["--session", "--nofork", "--print-address=1"]).env("DISPLAY", &display);
        let (daemon, bus) = says(daemon)?;
        let folder = tempfile::tempdir()?;
        let mut session = Self { display, bus, folder, _programs: vec![server, daemon] };
        let manager = session.start("openbox", &["--sm-disable"])?;
        session._programs.push(manager);
        Ok(session)
    }

    fn start(&self, program: &str, arguments: &[&str]) -> anyhow::Result<Program> {
        let mut command = Command::new(program);
        command.args(arguments).env("DISPLAY", &self.display).env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        command.env("HOME", self.folder.path()).env_remove("WAYLAND_DISPLAY");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Program(command.spawn().with_context(|| format!("{program} does not start"))?))
    }

    fn keys(&self, text: &str) -> anyhow::Result<()> {
        let typed = Command::new("xdotool")
            .args(["type", "--delay", "15", text])
            .env("DISPLAY", &self.display)
            .status()?;
        ensure!(typed.success(), "xdotool does not type");
        Ok(())
    }
}

/// A program, and the first line that it prints.
fn says(mut command: Command) -> anyhow::Result<(Program, String)> {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("a program is missing")?;
    let said = child.stdout.take().context("its output")?;
    let program = Program(child);
    let mut line = String::new();
    BufReader::new(said).read_line(&mut line)?;
    Ok((program, line.trim().to_owned()))
}

/// A policy that looks for the words of this program.
fn engine() -> anyhow::Result<Engine> {
    let order = r#"
        reference = "MEASURE-1"
        kind = "shpo-conviction"
        made_on = 2026-01-01
        expires_on = 2036-01-01
        timezone = "Europe/London"
        [person]
        name = "Test Person 0"
        [authority]
        basis = "paragraph"
        paragraph = "1"
        legal_basis = "For measuring only."
        recorded_by = "Nobody"
        recorded_on = 2026-01-01
        [[condition]]
        paragraph = "1"
        text = "Not to write about lanterns."
        kind = "specified-words"
        words = ["harbour lantern"]
    "#;
    let order = Order::from_toml(order).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let packs = Pack::built_in()?;
    let policy = proviso_engine::compile(&order, &packs, &CompileInputs::offline())?;
    Ok(Engine::new(&policy, Digest([0; 32]))?)
}

/// What reads, and what is asked.
struct Measure {
    session: Session,
    engine: Engine,
    told: mpsc::Receiver<Told>,
    worst: Duration,
}

impl Measure {
    /// Waits until the engine has found a text with this mark in it.
    async fn found(&mut self, mark: &str) -> anyhow::Result<Act> {
        let wait = async {
            while let Some(told) = self.told.recv().await {
                let Told::Text(said) = told else { continue };
                let fact = Fact::Text(Box::new(said.text));
                let act = attribution::act(&said.attribution, &fact);
                let observation = Observation {
                    id: None,
                    observed_at: Timestamp::parse("2027-01-01T00:00:00Z")?,
                    source: Source::Accessibility,
                    account: String::new(),
                    attribution: Attribution { act, ..said.attribution },
                    fact,
                    listed: Vec::new(),
                    picture: None,
                };
                let has_mark = |passage: &Passage| passage.text.contains(mark);
                if !self.engine.evaluate(&observation).is_empty()
                    && observation.fact.passages().iter().any(has_mark)
                {
                    return Ok(act);
                }
            }
            bail!("the source has ended")
        };
        timeout(LOST, wait).await.with_context(|| format!("{mark} never came"))?
    }

    /// From an instant on.
    async fn note(&mut self, what: &str, mark: &str, began: Instant) -> anyhow::Result<()> {
        let act = self.found(mark).await?;
        let took = began.elapsed();
        self.worst = self.worst.max(took);
        writeln!(std::io::stdout(), "{what}: {} ms ({act:?})", took.as_millis())?;
        Ok(())
    }

    fn file(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let path = self.session.folder.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path.to_str().context("a name")?.to_owned())
    }

    /// An editor that opens a file, and in which somebody writes.
    async fn editor(&mut self, tries: u32) -> anyhow::Result<()> {
        let file = self.file("note.txt", "A harbour lantern, mark 0\n")?;
        let _editor = self.session.start("mousepad", &[&file])?;
        self.found("mark 0").await?;
        for number in 1..=tries {
            self.session.keys(&format!("harbour lantern, mark {number} "))?;
            // The last key has been pressed.
            self.note("typed in mousepad", &format!("mark {number} "), Instant::now()).await?;
        }
        Ok(())
    }

    /// A terminal in which lines appear when a file says so.
    async fn terminal(&mut self, tries: u32) -> anyhow::Result<()> {
        let chat = self.file(
            "chat.sh",
            "echo 'lee: harbour lantern, mark 0.'; exec 3< \"$1\"; for n in $(seq 1 $2); do read x <&3; echo \"lee: harbour lantern, mark $n.\"; done; sleep 60",
        )?;
        let pipe = self.session.folder.path().join("pipe");
        ensure!(Command::new("mkfifo").arg(&pipe).status()?.success(), "no pipe");
        let (name, count) = (pipe.to_str().context("a name")?.to_owned(), tries.to_string());
        let arguments = ["--disable-server", "-x", "bash", &chat, &name, &count];
        let _terminal = self.session.start("xfce4-terminal", &arguments)?;
        // Once somebody reads.
        let mut go = std::fs::OpenOptions::new().write(true).open(&pipe)?;
        self.found("mark 0.").await?;
        for number in 1..=tries {
            let began = Instant::now();
            go.write_all(b"go\n")?;
            self.note("shown in xfce4-terminal", &format!("mark {number}."), began).await?;
        }
        Ok(())
    }

    /// A page in which a line appears when a key is pressed; the time counts from the key.
    async fn page(&mut self, tries: u32) -> anyhow::Result<()> {
        let page = self.file(
            "page.html",
            "<!doctype html><title>Notes</title><body><p>A harbour lantern, mark 0.</p><script>let n = 0;
             addEventListener('keydown', () => { n += 1; const p = document.createElement('p');
             p.textContent = `The harbour lantern, mark ${n}.`; document.body.prepend(p); });</script>",
        )?;
        let profile = format!("--user-data-dir={}", self.session.folder.path().join("profile").display());
        let flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
        let address = format!("file://{page}");
        let own = ["--force-renderer-accessibility", &profile, &address];
        let _browser = self.session.start("chromium", &[&flags[..], &own].concat())?;
        self.found("mark 0.").await?;
        for number in 1..=tries {
            let began = Instant::now();
            self.session.keys("x")?;
            self.note("shown in Chromium", &format!("mark {number}."), began).await?;
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let tries = std::env::args().nth(1).map_or(Ok(10), |tries| tries.parse())?;
    let session = Session::begin()?;
    let (_browsers, browsers) = watch::channel(Vec::new());
    let (tell, told) = mpsc::channel(16);
    let parts = AccessibilityParts {
        session_bus: Some(session.bus.clone()),
        display: Some(session.display.clone()),
        uid: std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(Path::new("/proc/self"))?),
    };
    let _source = Accessibility::start(parts, browsers, tell)?;
    let mut measure = Measure { session, engine: engine()?, told, worst: Duration::ZERO };
    measure.editor(tries).await?;
    measure.terminal(tries).await?;
    measure.page(tries).await?;
    let worst = measure.worst;
    writeln!(std::io::stdout(), "slowest: {} ms", worst.as_millis())?;
    ensure!(worst < AIM, "one took a second or more");
    Ok(())
}
