//! The connection to a display, and the window in front on it.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::properties::WmClass;
use x11rb::protocol::dpms::{self, ConnectionExt as _, DPMSMode};
use x11rb::protocol::res::{self, ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::screensaver::{self, ConnectionExt as _};
use x11rb::protocol::shape::{self, ConnectionExt as _, SK};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, GetGeometryReply, GetWindowAttributesReply, MapState, Window,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::super::never_read::is_never_read;
use super::super::{FrontWindow, Part, Pixels, Screen, Unseen};
use super::pixels::{self, Layout};
use super::visible::{Place, visible};

x11rb::atom_manager! {
    /// Names that window managers and programs use.
    Names: NamesCookie {
        _NET_ACTIVE_WINDOW,
        _NET_SUPPORTING_WM_CHECK,
        _NET_WM_NAME,
        _NET_WM_PID,
        _NET_WM_WINDOW_TYPE,
        _NET_WM_WINDOW_TYPE_NORMAL,
        UTF8_STRING,
    }
}

/// Longest title that is asked for, in units of four bytes.
const TITLE_UNITS_MAX: u32 = 256;
/// Windows between one in front and the root: frames of window managers.
const FRAMES_MAX: usize = 16;

/// What the display can be asked besides its windows.
#[derive(Debug, Clone, Copy)]
struct Knows {
    idle: bool,
    power: bool,
    clients: bool,
    shapes: bool,
}

/// An open display.
pub struct Display {
    connection: RustConnection,
    names: Names,
    root: Window,
    screen: Place,
    /// Windows of no other account's programs are read.
    uid: u32,
    knows: Knows,
}

/// Why a request gave nothing: the window has gone, or the whole display has.
enum Missed {
    Window,
    Display(Unseen),
}

impl From<ReplyError> for Missed {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::X11Error(_) => Self::Window,
            ReplyError::ConnectionError(error) => error.into(),
        }
    }
}

impl From<ConnectionError> for Missed {
    fn from(error: ConnectionError) -> Self {
        Self::Display(unseen("the display no longer answers", &error))
    }
}

fn unseen(what: &str, why: &dyn std::fmt::Display) -> Unseen {
    Unseen(format!("{what}: {why}"))
}

/// Nothing where a window has gone meanwhile.
fn or_gone<T>(asked: Result<Option<T>, Missed>) -> Result<Option<T>, Unseen> {
    match asked {
        Ok(found) => Ok(found),
        Err(Missed::Window) => Ok(None),
        Err(Missed::Display(why)) => Err(why),
    }
}

impl Display {
    /// Opens a display by its name (`:0`); of its windows those of programs of account `uid` are read.
    ///
    /// # Errors
    /// [`Unseen`]: it is not there, refuses this program, or is a Wayland session's.
    pub fn open(name: &str, uid: u32) -> Result<Self, Unseen> {
        let refused =
            |why: &dyn std::fmt::Display| unseen(&format!("the display {name} cannot be opened"), why);
        let (connection, screen) = RustConnection::connect(Some(name)).map_err(|error| refused(&error))?;
        let root = connection.setup().roots.get(screen);
        let root = root.ok_or_else(|| refused(&"it has no screen"))?;
        let size = (i32::from(root.width_in_pixels), i32::from(root.height_in_pixels));
        let (root, screen) = (root.root, Place::new((0, 0), size));
        let has = |extension| connection.extension_information(extension).map(|found| found.is_some());
        let known = || -> Result<_, ReplyError> {
            let is_wayland = connection.query_extension(b"XWAYLAND")?.reply()?.present;
            let knows = Knows {
                idle: has(screensaver::X11_EXTENSION_NAME)?,
                power: has(dpms::X11_EXTENSION_NAME)?,
                clients: has(res::X11_EXTENSION_NAME)?
                    && connection.res_query_version(1, 2)?.reply()?.server_minor >= 2,
                shapes: has(shape::X11_EXTENSION_NAME)?,
            };
            Ok((is_wayland, knows, Names::new(&connection)?.reply()?))
        };
        let (is_wayland, knows, names) = known().map_err(|error| refused(&error))?;
        if is_wayland {
            return Err(refused(&"it is a Wayland session's, whose own windows no program may look into"));
        }
        Ok(Self { connection, names, root, screen, uid, knows })
    }

    /// Whether nobody can see the screen now, and since when no key or pointer was used.
    fn is_dark(&self) -> Result<(bool, Option<u64>), Missed> {
        let mut dark = false;
        let mut since_input_ms = None;
        if self.knows.idle {
            let idle = self.connection.screensaver_query_info(self.root)?.reply()?;
            dark |= idle.state == u8::from(screensaver::State::ON);
            since_input_ms = Some(u64::from(idle.ms_since_user_input));
        }
        if self.knows.power {
            let power = self.connection.dpms_info()?.reply()?;
            dark |= power.state && power.power_level != DPMSMode::ON;
        }
        Ok((dark, since_input_ms))
    }

    /// The window that the window manager says is in front.
    fn active(&self) -> Result<Option<Window>, Missed> {
        let name = self.names._NET_ACTIVE_WINDOW;
        let asked = self.connection.get_property(false, self.root, name, AtomEnum::WINDOW, 0, 1)?;
        let reply = asked.reply()?;
        if reply.type_ == u32::from(AtomEnum::NONE) && !self.is_managed()? {
            let why = "no window manager says which window is in front (_NET_ACTIVE_WINDOW)";
            return Err(Missed::Display(Unseen(why.to_owned())));
        }
        let window = reply.value32().and_then(|mut values| values.next());
        Ok(window.filter(|window| *window != 0))
    }

    /// Whether a window manager runs that keeps to the rules by which the window in front is known; at first it names none.
    fn is_managed(&self) -> Result<bool, Missed> {
        let name = self.names._NET_SUPPORTING_WM_CHECK;
        let said = self.connection.get_property(false, self.root, name, AtomEnum::WINDOW, 0, 1)?.reply()?;
        Ok(said.type_ != u32::from(AtomEnum::NONE))
    }

    fn front_window(&self) -> Result<Option<FrontWindow>, Missed> {
        let (dark, since_input_ms) = self.is_dark()?;
        let Some(id) = self.active()?.filter(|_| !dark) else { return Ok(None) };
        let attributes = self.connection.get_window_attributes(id)?;
        let geometry = self.connection.get_geometry(id)?;
        let corner = self.connection.translate_coordinates(id, self.root, 0, 0)?;
        let class = WmClass::get(&self.connection, id)?;
        let title = self.text(id, self.names._NET_WM_NAME, self.names.UTF8_STRING)?;
        let old_title = self.text(id, AtomEnum::WM_NAME.into(), AtomEnum::ANY.into())?;
        let kinds =
            self.connection.get_property(false, id, self.names._NET_WM_WINDOW_TYPE, AtomEnum::ATOM, 0, 32)?;
        let over =
            self.connection.get_property(false, id, AtomEnum::WM_TRANSIENT_FOR, AtomEnum::WINDOW, 0, 1)?;
        let (attributes, geometry, corner) = (attributes.reply()?, geometry.reply()?, corner.reply()?);
        if !is_ordinary(&attributes, &over.reply()?, &self.kinds(&kinds.reply()?)) {
            return Ok(None);
        }
        let class = class.reply()?;
        let named =
            |of: fn(&WmClass) -> &[u8]| class.as_ref().map(|class| text_of(of(class))).unwrap_or_default();
        let (instance, application) = (named(WmClass::instance), named(WmClass::class));
        let Some((process, program)) = self.own_process(id)? else { return Ok(None) };
        if is_never_read(&[&instance, &application, &program]) {
            return Ok(None);
        }
        let size = (i32::from(geometry.width), i32::from(geometry.height));
        let place = Place::new((i32::from(corner.dst_x), i32::from(corner.dst_y)), size);
        let Some(visible) = visible(&place, &self.screen, &self.above(id)?) else { return Ok(None) };
        let titles = [title.reply()?.value, old_title.reply()?.value];
        let title = titles.iter().find(|title| !title.is_empty()).map(|title| text_of(title));
        Ok(Some(FrontWindow {
            id,
            process,
            title: title.unwrap_or_default(),
            application: if application.is_empty() { instance } else { application },
            program,
            at: (corner.dst_x, corner.dst_y),
            size: (geometry.width, geometry.height),
            visible,
            since_input_ms,
        }))
    }

    fn text(
        &self,
        window: Window,
        name: Atom,
        kind: Atom,
    ) -> Result<x11rb::cookie::Cookie<'_, RustConnection, x11rb::protocol::xproto::GetPropertyReply>, Missed>
    {
        Ok(self.connection.get_property(false, window, name, kind, 0, TITLE_UNITS_MAX)?)
    }

    /// Whether each of a window's kinds, if it says any, is the ordinary one.
    fn kinds(&self, said: &x11rb::protocol::xproto::GetPropertyReply) -> Vec<bool> {
        let kinds = said.value32().into_iter().flatten();
        kinds.map(|kind| kind == self.names._NET_WM_WINDOW_TYPE_NORMAL).collect()
    }

    /// The process of a window and its program, if it is one of the supervised account. The display knows better than the window.
    fn own_process(&self, window: Window) -> Result<Option<(u32, String)>, Missed> {
        let process = if self.knows.clients {
            let asked = ClientIdSpec { client: window, mask: ClientIdMask::LOCAL_CLIENT_PID };
            let said = self.connection.res_query_client_ids(&[asked])?.reply()?;
            said.ids.iter().find_map(|id| id.value.first().copied())
        } else {
            let name = self.names._NET_WM_PID;
            let said =
                self.connection.get_property(false, window, name, AtomEnum::CARDINAL, 0, 1)?.reply()?;
            said.value32().and_then(|mut values| values.next())
        };
        let Some(process) = process.filter(|process| *process != 0) else { return Ok(None) };
        let folder = PathBuf::from(format!("/proc/{process}"));
        if !std::fs::metadata(&folder).is_ok_and(|about| about.uid() == self.uid) {
            return Ok(None);
        }
        // The system tells a program's file only to its own account and to root; its name it tells everybody.
        let program = std::fs::read_link(folder.join("exe")).map(|path| path.display().to_string());
        let program = program.or_else(|_| std::fs::read_to_string(folder.join("comm")));
        Ok(Some((process, program.unwrap_or_default().trim().to_owned())))
    }

    /// Where windows stand that lie above this one.
    fn above(&self, window: Window) -> Result<Vec<Place>, Missed> {
        let mut top = window;
        for _ in 0..FRAMES_MAX {
            let parent = self.connection.query_tree(top)?.reply()?.parent;
            if parent == self.root || parent == 0 {
                break;
            }
            top = parent;
        }
        let stack = self.connection.query_tree(self.root)?.reply()?.children;
        let above: Vec<Window> = stack.into_iter().skip_while(|other| *other != top).skip(1).collect();
        let mut asked = Vec::with_capacity(above.len());
        for other in above {
            asked.push((
                other,
                self.connection.get_window_attributes(other)?,
                self.connection.get_geometry(other)?,
            ));
        }
        let mut places = Vec::new();
        for (other, attributes, geometry) in asked {
            // One that has gone meanwhile covers nothing.
            let (Ok(attributes), Ok(geometry)) = (attributes.reply(), geometry.reply()) else { continue };
            if attributes.map_state == MapState::VIEWABLE && attributes.class == WindowClass::INPUT_OUTPUT {
                let place = place_of(&geometry);
                if !self.is_veil(other, &place)? {
                    places.push(place);
                }
            }
        }
        Ok(places)
    }

    /// Whether a window over the whole screen lets every click through: programs that draw the desktop put one there.
    fn is_veil(&self, window: Window, place: &Place) -> Result<bool, Missed> {
        if !self.knows.shapes || !self.screen.is_in(place) {
            return Ok(false);
        }
        let input = self.connection.shape_get_rectangles(window, SK::INPUT)?.reply()?;
        Ok(input.rectangles.is_empty())
    }
}

fn place_of(geometry: &GetGeometryReply) -> Place {
    let border = 2 * i32::from(geometry.border_width);
    let size = (i32::from(geometry.width) + border, i32::from(geometry.height) + border);
    Place::new((i32::from(geometry.x), i32::from(geometry.y)), size)
}

/// Whether a window is to be seen, and neither a menu, a lock or a note that its program put up past the window manager, nor a dialogue:
/// passwords are asked for in such.
fn is_ordinary(
    attributes: &GetWindowAttributesReply,
    over: &x11rb::protocol::xproto::GetPropertyReply,
    kinds: &[bool],
) -> bool {
    let is_over_another =
        over.value32().and_then(|mut values| values.next()).is_some_and(|window| window != 0);
    attributes.map_state == MapState::VIEWABLE
        && attributes.class == WindowClass::INPUT_OUTPUT
        && !attributes.override_redirect
        && match kinds.first() {
            Some(is_normal) => *is_normal,
            None => !is_over_another,
        }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace(char::is_control, " ")
}

impl Screen for Display {
    fn front(&mut self) -> Result<Option<FrontWindow>, Unseen> {
        or_gone(self.front_window())
    }

    fn pixels(&mut self, window: u32, part: Part) -> Result<Option<Pixels>, Unseen> {
        let read = || -> Result<_, Missed> {
            let image = pixels::ask(&self.connection, window, part)?.reply()?;
            let layout =
                Layout::of(self.connection.setup(), image.visual, image.depth).map_err(Missed::Display)?;
            Ok(Some(layout.pixels(&image.data, part)))
        };
        or_gone(read())
    }

    fn rows(&mut self, window: u32, part: Part, rows: &[u16]) -> Result<Option<Vec<u64>>, Unseen> {
        let read = || -> Result<_, Missed> {
            let mut asked = Vec::with_capacity(rows.len());
            for row in rows {
                let y = part.y.saturating_add_unsigned(*row);
                asked.push(pixels::ask(&self.connection, window, Part { y, height: 1, ..part })?);
            }
            let mut hashes = Vec::with_capacity(asked.len());
            for row in asked {
                hashes.push(pixels::hash(&row.reply()?.data));
            }
            Ok(Some(hashes))
        };
        or_gone(read())
    }
}
