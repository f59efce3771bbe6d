//! The accessibility bus: plain calls, each with a time limit.

use std::time::Duration;

use super::dbus::{Connection, Said, Told, Unanswered, Value};

/// So long a program may take to answer one question; one that takes longer is left alone for a while.
const ANSWER: Duration = Duration::from_millis(500);
/// So long the buses themselves may take.
const OPENING: Duration = Duration::from_secs(5);

const REGISTRY: &str = "org.a11y.atspi.Registry";
const DBUS: &str = "org.freedesktop.DBus";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const TEXT: &str = "org.a11y.atspi.Text";
const COMPONENT: &str = "org.a11y.atspi.Component";

/// What programs are asked to tell of.
const EVENTS: [&str; 7] = [
    "object:text-changed",
    "object:children-changed:add",
    "object:state-changed:showing",
    "object:state-changed:active",
    "window:activate",
    "window:deactivate",
    "document:load-complete",
];
const RULES: [&str; 3] = [
    "type='signal',interface='org.a11y.atspi.Event.Object'",
    "type='signal',interface='org.a11y.atspi.Event.Window'",
    "type='signal',interface='org.a11y.atspi.Event.Document'",
];

/// Why nothing can be read: the bus is not there, or has gone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unheard(pub(super) String);

/// A program did not answer in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Silent;

/// Something that a program shows: the program's name on the bus, and its own for the thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Object {
    pub(super) program: String,
    pub(super) path: String,
}

/// What a thing is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) role: u32,
    pub(super) states: u64,
    pub(super) has_text: bool,
}

/// Whose a program on the bus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) process: u32,
    pub(super) uid: u32,
}

/// The open bus.
pub(super) struct Bus {
    session: Connection,
    connection: Connection,
    /// Accessibility was off in this session, and this program has turned it on.
    was_off: bool,
}

impl Bus {
    /// Opens the bus of the session, and asks programs to tell of what they show.
    pub(super) async fn open(session_bus: Option<&str>) -> Result<(Self, Told), Unheard> {
        let address = session_bus.map(str::to_owned).or_else(of_surroundings);
        let address = address.ok_or_else(|| Unheard("the session has no bus".to_owned()))?;
        let no_session =
            |error: std::io::Error| Unheard(format!("the session's bus cannot be reached: {error}"));
        let (session, _) = Connection::open(&address, OPENING).await.map_err(no_session)?;
        let no_bus = |why: &str| Unheard(format!("the session has no accessibility bus: {why}"));
        let whom = ("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress");
        let answer = session.call(whom, &[]).await.map_err(|_| no_bus("nobody answers for it"))?;
        let address = answer.first().and_then(Value::text).ok_or_else(|| no_bus("it has no address"))?;
        let opened = Connection::open(address, ANSWER).await;
        let (connection, told) = opened.map_err(|error| no_bus(&error.to_string()))?;
        let dbus = (DBUS, "/org/freedesktop/DBus", DBUS, "AddMatch");
        let registry = (REGISTRY, "/org/a11y/atspi/registry", REGISTRY, "RegisterEvent");
        let wanted =
            RULES.iter().map(|rule| (dbus, rule)).chain(EVENTS.iter().map(|event| (registry, event)));
        for (whom, what) in wanted {
            let asked = connection.call(whom, &[Said::Text(what)]).await;
            asked.map_err(|_| no_bus("it does not tell of events"))?;
        }
        let mut bus = Self { session, connection, was_off: false };
        bus.was_off = bus.is_enabled().await == Some(false);
        if bus.was_off {
            bus.enable(true).await;
        }
        Ok((bus, told))
    }

    async fn is_enabled(&self) -> Option<bool> {
        let asked = [Said::Text("org.a11y.Status"), Said::Text("IsEnabled")];
        let answer =
            self.session.call(("org.a11y.Bus", "/org/a11y/bus", PROPERTIES, "Get"), &asked).await.ok()?;
        match answer.first() {
            Some(Value::Yes(is_enabled)) => Some(*is_enabled),
            _ => None,
        }
    }

    /// Programs that ask whether anybody wants to know tell nothing otherwise.
    async fn enable(&self, is_enabled: bool) {
        let asked = [Said::Text("org.a11y.Status"), Said::Text("IsEnabled"), Said::Wrapped(is_enabled)];
        let set = self.session.call(("org.a11y.Bus", "/org/a11y/bus", PROPERTIES, "Set"), &asked).await;
        if set.is_err() {
            tracing::debug!("accessibility could not be switched in this session");
        }
    }

    /// Leaves the session as it was.
    pub(super) async fn close(self) {
        if self.was_off {
            self.enable(false).await;
        }
    }

    /// Whether the bus has gone.
    pub(super) fn is_gone(&self) -> bool {
        self.connection.is_gone() || self.session.is_gone()
    }

    /// Asks a program. Nothing where it refuses, or the thing is not there any more.
    async fn ask(
        &self,
        object: &Object,
        interface: &str,
        method: &str,
        said: &[Said<'_>],
    ) -> Result<Option<Value>, Silent> {
        let whom = (object.program.as_str(), object.path.as_str(), interface, method);
        match self.connection.call(whom, said).await {
            Ok(values) => Ok(values.into_iter().next()),
            Err(Unanswered::Late) => Err(Silent),
            Err(Unanswered::Refused) => Ok(None),
        }
    }

    async fn property(&self, object: &Object, interface: &str, name: &str) -> Result<Option<Value>, Silent> {
        self.ask(object, PROPERTIES, "Get", &[Said::Text(interface), Said::Text(name)]).await
    }

    async fn whole(&self, object: &Object, name: &str) -> Result<i32, Silent> {
        let number = self.property(object, TEXT, name).await?.and_then(|value| value.number());
        Ok(number.and_then(|number| i32::try_from(number).ok()).unwrap_or_default())
    }

    /// What a thing is; nothing where it is not there any more.
    pub(super) async fn kind(&self, object: &Object) -> Result<Option<Kind>, Silent> {
        let (role, states, interfaces) = tokio::join!(
            self.ask(object, ACCESSIBLE, "GetRole", &[]),
            self.ask(object, ACCESSIBLE, "GetState", &[]),
            self.ask(object, ACCESSIBLE, "GetInterfaces", &[]),
        );
        let (Some(role), Some(states), Some(interfaces)) = (role?, states?, interfaces?) else {
            return Ok(None);
        };
        let role = role.number().and_then(|role| u32::try_from(role).ok()).unwrap_or_default();
        let words = states.many().iter().take(2).filter_map(Value::number).enumerate();
        let states =
            words.fold(0, |all, (at, word)| all | u64::try_from(word).unwrap_or_default() << (32 * at));
        let has_text = interfaces.many().iter().any(|name| name.text() == Some(TEXT));
        Ok(Some(Kind { role, states, has_text }))
    }

    /// What stands in it.
    pub(super) async fn children(&self, object: &Object) -> Result<Vec<Object>, Silent> {
        let children = self.ask(object, ACCESSIBLE, "GetChildren", &[]).await?;
        Ok(children.iter().flat_map(Value::many).filter_map(object_of).collect())
    }

    /// What it stands in.
    pub(super) async fn parent(&self, object: &Object) -> Result<Option<Object>, Silent> {
        Ok(self.property(object, ACCESSIBLE, "Parent").await?.as_ref().and_then(object_of))
    }

    /// What it is called.
    pub(super) async fn name(&self, object: &Object) -> Result<String, Silent> {
        let name = self.property(object, ACCESSIBLE, "Name").await?;
        Ok(name.as_ref().and_then(Value::text).unwrap_or_default().to_owned())
    }

    /// How many characters its text has.
    pub(super) async fn length(&self, object: &Object) -> Result<i32, Silent> {
        self.whole(object, "CharacterCount").await
    }

    /// The character that the caret stands before.
    pub(super) async fn caret(&self, object: &Object) -> Result<i32, Silent> {
        self.whole(object, "CaretOffset").await
    }

    /// Its characters from one up to another.
    pub(super) async fn text(&self, object: &Object, from: i32, until: i32) -> Result<String, Silent> {
        let text = self.ask(object, TEXT, "GetText", &[Said::Whole(from), Said::Whole(until)]).await?;
        Ok(text.as_ref().and_then(Value::text).unwrap_or_default().to_owned())
    }

    /// The characters of a long text that its window shows, where the program says so.
    pub(super) async fn visible(&self, object: &Object) -> Result<Option<(i32, i32)>, Silent> {
        // Places within the window, for where the window stands is nobody's business.
        let in_window = Said::Count(1);
        let place = self.ask(object, COMPONENT, "GetExtents", &[in_window]).await?;
        let place: Vec<i32> = place
            .iter()
            .flat_map(Value::many)
            .filter_map(|side| i32::try_from(side.number()?).ok())
            .collect();
        let [x, y, width, height] = place[..] else { return Ok(None) };
        if width <= 8 || height <= 8 {
            return Ok(None);
        }
        let at = async |x: i32, y: i32| {
            let asked = [Said::Whole(x), Said::Whole(y), in_window];
            let offset = self.ask(object, TEXT, "GetOffsetAtPoint", &asked).await?;
            Ok(offset.and_then(|offset| i32::try_from(offset.number()?).ok()))
        };
        let first = at(x.saturating_add(3), y.saturating_add(3)).await?;
        let last = at(x.saturating_add(width - 4), y.saturating_add(height - 4)).await?;
        Ok(first.zip(last).filter(|(first, last)| *first >= 0 && first < last))
    }

    /// Whose a program on the bus is.
    pub(super) async fn owner(&self, program: &str) -> Result<Option<Owner>, Silent> {
        let bus = Object { program: DBUS.to_owned(), path: "/org/freedesktop/DBus".to_owned() };
        let said = [Said::Text(program)];
        let (process, uid) = tokio::join!(
            self.ask(&bus, DBUS, "GetConnectionUnixProcessID", &said),
            self.ask(&bus, DBUS, "GetConnectionUnixUser", &said),
        );
        let number = |value: Option<Value>| value.and_then(|value| u32::try_from(value.number()?).ok());
        Ok(number(process?).zip(number(uid?)).map(|(process, uid)| Owner { process, uid }))
    }

    /// The programs on the bus.
    pub(super) async fn programs(&self) -> Result<Vec<Object>, Silent> {
        self.children(&root(REGISTRY)).await
    }
}

/// A thing as it is named: its program and its path. Nothing stands above the topmost, which is said by an empty name; a bus lets go of whoever
/// writes to a name that cannot be one.
fn object_of(value: &Value) -> Option<Object> {
    let [program, path] = value.many() else { return None };
    let (program, path) = (program.text()?, path.text()?);
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || ".:-_".contains(c);
    let is_name = program.contains('.') && program.len() < 256 && program.chars().all(is_of_a_name);
    is_name.then(|| Object { program: program.to_owned(), path: path.to_owned() })
}

/// The session's bus as its surroundings name it.
fn of_surroundings() -> Option<String> {
    let named = std::env::var("DBUS_SESSION_BUS_ADDRESS").ok().filter(|address| !address.is_empty());
    named.or_else(|| Some(format!("unix:path={}/bus", std::env::var("XDG_RUNTIME_DIR").ok()?)))
}

/// The program itself, whose children are its windows.
pub(super) fn root(program: &str) -> Object {
    Object { program: program.to_owned(), path: "/org/a11y/atspi/accessible/root".to_owned() }
}
