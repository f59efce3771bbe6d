//! A screen of its own with a window manager and real programs on it, and pictures that no list but a test's own has.

use std::path::{Path, PathBuf};
use std::process::Command;

use image::RgbImage;
use proviso_agent::sources::desktop::session::{Given, Sessions};
use proviso_agent::sources::desktop::x11::Display;
use proviso_agent::sources::desktop::{FrontWindow, Screen as _};
use proviso_engine::image::{Luma, Pdq};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode, WindowClass};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::screen::{Program, Screen};

/// The account that runs the test, whose session the screen is.
pub fn uid() -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").expect("this process").uid()
}

pub struct Scene {
    /// For pictures.
    pub folder: tempfile::TempDir,
    pub display: String,
    screen: Screen,
}

impl Scene {
    pub async fn begin() -> Self {
        let screen = Screen::begin().await;
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, display: screen.display.clone(), screen }
    }

    /// An image viewer with one picture on a black ground, and waits until it is in front.
    pub async fn view(&self, picture: &Path, class: &str) -> Program {
        let file = picture.to_str().expect("UTF-8");
        let arguments =
            ["--class", class, "--geometry", "700x520+20+20", "--scale-down", "--image-bg", "black", file];
        let program = start(&self.display, "feh", &arguments);
        self.until(class, |scene| scene.has_in_front(class)).await;
        program
    }

    /// A terminal over all that stands there.
    pub async fn cover(&self) -> Program {
        let program = start(&self.display, "xterm", &["-class", "Cover", "-geometry", "160x60+0+0"]);
        self.until("a terminal", |scene| scene.has_in_front("Cover")).await;
        program
    }

    /// A window of this very process, of this kind, in front.
    pub async fn own_window(&self, kind: &str) -> RustConnection {
        let (connection, screen) = RustConnection::connect(Some(&self.display)).expect("a display");
        let root = connection.setup().roots.get(screen).expect("a screen");
        let window = connection.generate_id().expect("an id");
        let atom = |name: &str| {
            connection.intern_atom(false, name.as_bytes()).expect("asked").reply().expect("a name").atom
        };
        connection
            .create_window(
                0,
                window,
                root.root,
                100,
                100,
                500,
                400,
                0,
                WindowClass::INPUT_OUTPUT,
                0,
                &Default::default(),
            )
            .expect("made");
        let class = format!("{kind}\0{kind}\0");
        connection
            .change_property8(
                PropMode::REPLACE,
                window,
                AtomEnum::WM_CLASS,
                AtomEnum::STRING,
                class.as_bytes(),
            )
            .expect("set");
        let kind = atom(kind);
        connection
            .change_property32(
                PropMode::REPLACE,
                window,
                atom("_NET_WM_WINDOW_TYPE"),
                AtomEnum::ATOM,
                &[kind],
            )
            .expect("set");
        connection.map_window(window).expect("mapped");
        connection.flush().expect("sent");
        let active =
            move |scene: &Self| scene.property("_NET_ACTIVE_WINDOW").filter(|active| *active == window);
        self.until("a window of its own", active).await;
        connection
    }

    /// The window in front as the agent sees it that looks for windows of `uid`.
    pub fn front(&self, uid: u32) -> Option<FrontWindow> {
        Display::open(&self.display, uid).expect("a display").front().expect("it answers")
    }

    fn has_in_front(&self, class: &str) -> Option<()> {
        let (connection, _) = RustConnection::connect(Some(&self.display)).ok()?;
        let window = self.property("_NET_ACTIVE_WINDOW")?;
        let said = x11rb::properties::WmClass::get(&connection, window).ok()?.reply().ok()??;
        (said.class() == class.as_bytes()).then_some(())
    }

    fn property(&self, name: &str) -> Option<u32> {
        self.screen.property(name)
    }

    /// Waits for something to be there.
    async fn until<T>(&self, what: &str, wanted: impl Fn(&Self) -> Option<T>) {
        self.screen.until(what, || wanted(self)).await;
    }

    /// A picture of its own look for each number, and its PDQ hash.
    pub fn picture(&self, number: u32) -> (PathBuf, String) {
        let picture = look(number);
        let path = self.folder.path().join(format!("picture-{number}.png"));
        picture.save(&path).expect("written");
        let luma = Luma::from_rgb(640, 480, picture.as_raw()).expect("pixels");
        (path, Pdq::of(&luma).hash.to_string())
    }
}

/// Of the account that runs the test, logged on to this display.
pub fn sessions(display: &str) -> Sessions {
    let given = Some(Given { display: display.to_owned(), is_in_wayland: false });
    let passwd = std::fs::read_to_string("/etc/passwd").expect("accounts");
    let is_own = |line: &&str| line.split(':').nth(2) == Some(uid().to_string().as_str());
    let account = passwd.lines().find(is_own).and_then(|line| line.split(':').next()).expect("this account");
    Sessions::of(account, given)
}

fn start(display: &str, program: &str, arguments: &[&str]) -> Program {
    Program::start(Command::new(program).args(arguments).env("DISPLAY", display))
}

/// Patches of colour on a slope of grey: as much to see as in a photograph, and nobody's picture.
fn look(number: u32) -> RgbImage {
    let mut state = u64::from(number);
    let mut below = |limit: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(state >> 40).expect("24 bits") % limit
    };
    let grey = |x: u32, y: u32| u8::try_from((x / 5 + y / 4) % 256).expect("a byte");
    let mut picture = RgbImage::from_fn(640, 480, |x, y| image::Rgb([grey(x, y); 3]));
    for _ in 0..40 {
        let (left, top, width, height) = (below(560), below(420), 40 + below(120), 40 + below(90));
        let colour =
            image::Rgb([below(256), below(256), below(256)].map(|part| u8::try_from(part).expect("a byte")));
        for (x, y) in
            (top..(top + height).min(480)).flat_map(|y| (left..(left + width).min(640)).map(move |x| (x, y)))
        {
            picture.put_pixel(x, y, colour);
        }
    }
    picture
}
