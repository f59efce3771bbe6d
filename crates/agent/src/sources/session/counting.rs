//! How often keys and buttons are pressed while another adult's session lasts. The display tells every program that asks of each press,
//! with its number: that number is never read, kept or told, only that there was one.

use std::time::Duration;

use proviso_model::InputCounts;
use tokio::sync::{mpsc, watch};

/// How often the display is asked what has come.
const LOOK: Duration = Duration::from_millis(250);
const NO_DISPLAY: &str = "the session names no display of X11, and input can be counted on no other";

/// What was counted so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Since counting began.
    pub counts: InputCounts,
    /// Why input cannot be counted, or not any more; nothing where it can.
    pub cannot: Option<String>,
}

/// Counting. It ends when this is dropped.
pub struct Counting {
    _stop: watch::Sender<()>,
}

impl Counting {
    /// Begins on this display. What was counted is told at once, and whenever there is more.
    ///
    /// # Errors
    /// As the operating system, when it has no thread left.
    pub fn start(display: Option<String>, told: mpsc::Sender<Counted>) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new()
            .name("counting".to_owned())
            .spawn(move || runtime.block_on(count(display, told, stopped)))?;
        Ok(Self { _stop: stop })
    }
}

async fn count(display: Option<String>, told: mpsc::Sender<Counted>, mut stopped: watch::Receiver<()>) {
    let mut counts = InputCounts::default();
    let failed = match keys(display) {
        Ok(mut keys) => {
            let mut look = tokio::time::interval(LOOK);
            let mut last = None;
            loop {
                tokio::select! {
                    _ = stopped.changed() => return,
                    _ = look.tick() => {}
                }
                match keys.pressed() {
                    Ok(more) => counts = counts.plus(more),
                    Err(why) => break why,
                }
                if last != Some(counts) {
                    if told.send(Counted { counts, cannot: None }).await.is_err() {
                        return;
                    }
                    last = Some(counts);
                }
            }
        }
        Err(why) => why,
    };
    let _ = told.send(Counted { counts, cannot: Some(failed) }).await;
    // The agent ends it: what is told once is enough.
    let _ = stopped.changed().await;
}

#[cfg(target_os = "linux")]
use x11::keys;

#[cfg(not(target_os = "linux"))]
fn keys(_: Option<String>) -> Result<Nothing, String> {
    Err("input is not counted on this system".to_owned())
}

/// Where nothing can be counted.
#[cfg(not(target_os = "linux"))]
enum Nothing {}

#[cfg(not(target_os = "linux"))]
impl Nothing {
    fn pressed(&mut self) -> Result<InputCounts, String> {
        match *self {}
    }
}

#[cfg(target_os = "linux")]
mod x11 {
    use proviso_model::InputCounts;
    use x11rb::connection::{Connection as _, RequestConnection as _};
    use x11rb::errors::ReplyError;
    use x11rb::protocol::Event;
    use x11rb::protocol::xinput::{
        self, ConnectionExt as _, Device, EventMask, PointerEventFlags, XIEventMask,
    };
    use x11rb::protocol::xproto::ConnectionExt as _;
    use x11rb::rust_connection::RustConnection;

    use super::NO_DISPLAY;

    const WAYLAND: &str = "the session runs on Wayland, where no program is told of input to another; choose a session on X11 (Xorg) at log-on";
    const OLD: &str = "the display does not tell of input (XInput 2.2)";

    /// A display that tells of each press.
    pub(super) struct Keys(RustConnection);

    /// Asks a display to tell of presses, whichever window is in front.
    pub(super) fn keys(display: Option<String>) -> Result<Keys, String> {
        let name = display.ok_or_else(|| NO_DISPLAY.to_owned())?;
        let opened = RustConnection::connect(Some(&name));
        let (connection, screen) =
            opened.map_err(|error| format!("the session's display cannot be opened: {error}"))?;
        let root = connection.setup().roots.get(screen).map(|screen| screen.root);
        let root = root.ok_or_else(|| "the session's display has no screen".to_owned())?;
        match asked(&connection, root) {
            Ok(None) => Ok(Keys(connection)),
            Ok(Some(cannot)) => Err(cannot.to_owned()),
            Err(error) => Err(format!("the session's display does not tell of input: {error}")),
        }
    }

    fn asked(connection: &RustConnection, root: u32) -> Result<Option<&'static str>, ReplyError> {
        if connection.query_extension(b"XWAYLAND")?.reply()?.present {
            return Ok(Some(WAYLAND));
        }
        if connection.extension_information(xinput::X11_EXTENSION_NAME)?.is_none() {
            return Ok(Some(OLD));
        }
        let version = connection.xinput_xi_query_version(2, 2)?.reply()?;
        if (version.major_version, version.minor_version) < (2, 2) {
            return Ok(Some(OLD));
        }
        let presses =
            XIEventMask::RAW_KEY_PRESS | XIEventMask::RAW_BUTTON_PRESS | XIEventMask::RAW_TOUCH_BEGIN;
        let mask = EventMask { deviceid: Device::ALL_MASTER.into(), mask: vec![presses] };
        connection.xinput_xi_select_events(root, &[mask])?.check()?;
        Ok(None)
    }

    impl Keys {
        /// How many presses have come since the last look.
        pub(super) fn pressed(&mut self) -> Result<InputCounts, String> {
            let mut counts = InputCounts::default();
            let gone = |error| format!("the session's display no longer answers: {error}");
            while let Some(event) = self.0.poll_for_event().map_err(gone)? {
                match event {
                    Event::XinputRawKeyPress(_) => counts.keys += 1,
                    Event::XinputRawTouchBegin(_) => counts.pointer += 1,
                    // What a display makes of a touch, or of a turn of a wheel, comes beside it.
                    Event::XinputRawButtonPress(press)
                        if !press.flags.contains(PointerEventFlags::POINTER_EMULATED) =>
                    {
                        counts.pointer += 1;
                    }
                    _ => {}
                }
            }
            Ok(counts)
        }
    }
}
