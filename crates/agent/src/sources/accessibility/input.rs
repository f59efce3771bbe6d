//! When a key or the pointer was last used in this session, as its display says it. Which key, nobody asks.

use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::screensaver::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

/// What a display says of input.
pub(super) struct Input {
    display: Option<(RustConnection, Window)>,
}

/// Of one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Idle {
    /// Since the last input, where that is known.
    pub(super) since_input_ms: Option<u64>,
    /// Nobody can see the screen.
    pub(super) is_dark: bool,
}

impl Input {
    /// Of this display of X11; a Wayland session's knows of no input elsewhere, and says nothing.
    pub(super) fn of(display: Option<&str>) -> Self {
        let open = |name| -> Option<(RustConnection, Window)> {
            let (connection, screen) = RustConnection::connect(Some(name)).ok()?;
            let root = connection.setup().roots.get(screen)?.root;
            let is_wayland = connection.query_extension(b"XWAYLAND").ok()?.reply().ok()?.present;
            let knows = connection.extension_information(screensaver::X11_EXTENSION_NAME).ok()?.is_some();
            (knows && !is_wayland).then_some((connection, root))
        };
        Self { display: display.and_then(open) }
    }

    /// Now.
    pub(super) fn idle(&self) -> Idle {
        let Some((connection, root)) = &self.display else { return Idle::default() };
        let asked = connection.screensaver_query_info(*root).ok().and_then(|asked| asked.reply().ok());
        asked.map_or_else(Idle::default, |said| Idle {
            since_input_ms: Some(u64::from(said.ms_since_user_input)),
            is_dark: said.state == u8::from(screensaver::State::ON),
        })
    }
}
