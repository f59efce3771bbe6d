//! A screen of its own with a window manager, and programs on it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::{Instant, timeout};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};
use x11rb::rust_connection::RustConnection;

/// A program that ends with the scene.
pub struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    /// Starts it, with nothing to read and nobody to read it.
    pub fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{command:?}, which `cargo xtask setup` installs: {error}")))
    }

    /// Starts it and waits for the first line that it prints.
    pub fn says(command: &mut Command) -> (Self, String) {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child =
            child.unwrap_or_else(|error| panic!("{command:?}, which `cargo xtask setup` installs: {error}"));
        let said = child.stdout.take().expect("its output");
        let program = Self(child);
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line).expect("a line");
        (program, line.trim().to_owned())
    }
}

/// The screen.
pub struct Screen {
    /// Its name.
    pub display: String,
    _manager: Program,
    _server: Program,
}

impl Screen {
    pub async fn begin() -> Self {
        let arguments = ["-displayfd", "1", "-noreset", "-screen", "0", "1024x768x24", "-nolisten", "tcp"];
        let (server, number) = Program::says(Command::new("Xvfb").args(arguments));
        let display = format!(":{number}");
        let manager = Program::start(Command::new("openbox").arg("--sm-disable").env("DISPLAY", &display));
        let screen = Self { display, _manager: manager, _server: server };
        screen.until("a window manager", || screen.property("_NET_SUPPORTING_WM_CHECK")).await;
        screen
    }

    /// A property of the root that names a window.
    pub fn property(&self, name: &str) -> Option<u32> {
        let (connection, screen) = RustConnection::connect(Some(&self.display)).ok()?;
        let atom = connection.intern_atom(false, name.as_bytes()).ok()?.reply().ok()?.atom;
        let root = connection.setup().roots.get(screen)?.root;
        let said = connection.get_property(false, root, atom, AtomEnum::WINDOW, 0, 1).ok()?.reply().ok()?;
        said.value32()?.next().filter(|window| *window != 0)
    }

    /// Waits for something to be there.
    pub async fn until<T>(&self, what: &str, wanted: impl Fn() -> Option<T>) -> T {
        let began = Instant::now();
        let waited = timeout(Duration::from_secs(60), async {
            loop {
                match wanted() {
                    Some(found) => return found,
                    None => tokio::task::yield_now().await,
                }
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{what} within {} s", began.elapsed().as_secs()))
    }
}
