//! What programs tell of: as much of a message as this source needs.

use super::bus::Object;
use super::dbus::{Message, Value};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A window came to the front.
    Front(Object),
    /// One is there no more.
    Behind(Object),
    /// Text came into something.
    Inserted { into: Object, at: i32, length: i32 },
    /// Text went out of something.
    Removed(Object),
    /// Something new is there, or came into view.
    Came(Object),
}

/// What a message tells.
pub(super) fn event(message: Message) -> Option<Event> {
    let Message { path, interface, member, sender, values, .. } = message;
    let of = Object { program: sender, path };
    match (interface.as_str(), member.as_str()) {
        ("org.a11y.atspi.Event.Window", "Activate") => return Some(Event::Front(of)),
        ("org.a11y.atspi.Event.Window", "Deactivate") => return Some(Event::Behind(of)),
        ("org.a11y.atspi.Event.Document", "LoadComplete") => return Some(Event::Came(of)),
        ("org.a11y.atspi.Event.Object", _) => {}
        _ => return None,
    }
    let detail = values.first()?.text()?;
    let number = |at: usize| {
        let number = values.get(at).and_then(Value::number);
        number.and_then(|number| i32::try_from(number).ok()).unwrap_or_default()
    };
    // Some programs say after a colon that they did it themselves.
    match (member.as_str(), detail.split(':').next().unwrap_or_default(), number(1)) {
        ("TextChanged", "insert", at) => Some(Event::Inserted { into: of, at, length: number(2) }),
        ("TextChanged", "delete", _) => Some(Event::Removed(of)),
        ("ChildrenChanged", "add", _) | ("StateChanged", "showing", 1) => Some(Event::Came(of)),
        ("StateChanged", "active", 1) => Some(Event::Front(of)),
        _ => None,
    }
}
