//! What a window shows, thing by thing. Secret fields, menus and what cannot be seen are passed over, with all that stands in them.

use std::collections::HashSet;
use std::time::Duration;

use proviso_model::limits::WINDOW_TEXT_BYTES_MAX;
use tokio::time::Instant;

use super::bus::{Bus, Kind, Object, Silent, root};

/// Things of one window that are asked for.
const THINGS_MAX: usize = 2_000;
/// So long one look may take.
const LOOK: Duration = Duration::from_millis(1_500);
/// A longer text is read where its window shows it, or else around the caret.
const WHOLE_CHARS_MAX: i32 = 4_096;
/// Characters read on each side of the caret where a program does not say what its window shows.
const AROUND_CARET: i32 = 2_000;
/// Characters of one thing.
const CHARS_MAX: i32 = 32_768;
/// Secret fields that are remembered.
const SECRETS_MAX: usize = 1_024;
/// How far up it is looked for the page that a field stands in.
const PARENTS_MAX: usize = 64;
/// Stands where another thing stands within a text.
const EMBEDDED: char = '\u{fffc}';

/// Numbers of the accessibility bus.
mod role {
    pub(super) const CHECK_MENU_ITEM: u32 = 8;
    pub(super) const MENU: u32 = 33;
    pub(super) const MENU_BAR: u32 = 34;
    pub(super) const MENU_ITEM: u32 = 35;
    pub(super) const PASSWORD_TEXT: u32 = 40;
    pub(super) const POPUP_MENU: u32 = 41;
    pub(super) const RADIO_MENU_ITEM: u32 = 45;
    pub(super) const SCROLL_BAR: u32 = 48;
    pub(super) const TERMINAL: u32 = 60;
    pub(super) const TOOL_BAR: u32 = 63;
    pub(super) const TOOL_TIP: u32 = 64;
    pub(super) const ENTRY: u32 = 79;
    pub(super) const DOCUMENT_FRAME: u32 = 82;
    pub(super) const DOCUMENT_WEB: u32 = 95;
    pub(super) const NOTIFICATION: u32 = 101;
    pub(super) const STATIC: u32 = 116;
}

mod state {
    pub(super) const ACTIVE: u64 = 1 << 1;
    pub(super) const EDITABLE: u64 = 1 << 7;
    pub(super) const FOCUSED: u64 = 1 << 12;
    pub(super) const MULTI_LINE: u64 = 1 << 17;
    pub(super) const SHOWING: u64 = 1 << 25;
    pub(super) const SINGLE_LINE: u64 = 1 << 26;
    pub(super) const VISIBLE: u64 = 1 << 30;
}

impl Kind {
    pub(super) fn is_active(&self) -> bool {
        self.states & state::ACTIVE != 0
    }

    fn is_shown(&self) -> bool {
        let both = state::SHOWING | state::VISIBLE;
        self.states & both == both
    }

    /// Whether text that comes into it may have been typed there. What comes into a terminal may be its program's.
    pub(super) fn takes_keys(&self) -> bool {
        let both = state::EDITABLE | state::FOCUSED;
        self.states & both == both && self.role != role::TERMINAL
    }

    fn is_line(&self) -> bool {
        self.states & state::EDITABLE != 0
            && self.role != role::TERMINAL
            && (self.states & state::SINGLE_LINE != 0
                || (self.role == role::ENTRY && self.states & state::MULTI_LINE == 0))
    }

    /// No words of anybody: commands, and pieces of the window itself.
    fn is_fitting(&self) -> bool {
        matches!(
            self.role,
            role::CHECK_MENU_ITEM
                | role::MENU
                | role::MENU_BAR
                | role::MENU_ITEM
                | role::POPUP_MENU
                | role::RADIO_MENU_ITEM
                | role::SCROLL_BAR
                | role::TOOL_BAR
                | role::TOOL_TIP
                | role::NOTIFICATION
        )
    }

    fn is_page(&self) -> bool {
        matches!(self.role, role::DOCUMENT_WEB | role::DOCUMENT_FRAME)
    }
}

/// Fields that have asked for a password at any time: to show what stands in one makes it no less secret.
#[derive(Debug, Default)]
pub(super) struct Secrets(HashSet<Object>);

impl Secrets {
    /// Whether a thing is, or was, such a field.
    fn is_secret(&mut self, object: &Object, kind: &Kind) -> bool {
        if kind.role == role::PASSWORD_TEXT {
            if self.0.len() >= SECRETS_MAX {
                self.0.clear();
            }
            self.0.insert(object.clone());
            return true;
        }
        self.0.contains(object)
    }
}

/// What a window shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    /// Not all of it was read.
    pub(super) cut: bool,
    /// Whether a field that is never read stands in it with something in it; nothing where not all of it was looked through.
    pub(super) secret_field: Option<bool>,
}

/// Reads a window, but for what `waits` to be read by itself.
pub(super) async fn window(
    bus: &Bus,
    secrets: &mut Secrets,
    of: &Object,
    waits: impl Fn(&Object) -> bool,
) -> Result<Shown, Silent> {
    let (mut shown, mut asked) = (Shown::default(), 0);
    let (mut has_secret, mut is_whole) = (false, true);
    let until = Instant::now() + LOOK;
    let mut left = vec![(of.clone(), false, false)];
    while let Some((object, in_page, in_text)) = left.pop() {
        asked += 1;
        if asked > THINGS_MAX || Instant::now() >= until || shown.text.len() >= WINDOW_TEXT_BYTES_MAX {
            (shown.cut, is_whole) = (true, false);
            break;
        }
        let Some(kind) = bus.kind(&object).await? else { continue };
        let is_window = asked == 1;
        let is_secret = secrets.is_secret(&object, &kind);
        has_secret |= is_secret && kind.is_shown();
        if is_secret || kind.is_fitting() || !(is_window || kind.is_shown()) {
            continue;
        }
        // A text holds the plain text in it already.
        if in_text && kind.role == role::STATIC {
            continue;
        }
        let in_page = in_page || kind.is_page();
        let mut has_all = false;
        let mut in_text = false;
        if kind.has_text && !may_be_read(&kind, in_page) {
            has_secret |= bus.length(&object).await? > 0;
        } else if kind.has_text && waits(&object) {
            has_secret |= kind.is_line() && is_a_code(&text(bus, &object).await?.0);
        } else if kind.has_text {
            let (text, cut) = text(bus, &object).await?;
            has_secret |= kind.is_line() && is_a_code(&text);
            if !(kind.is_line() && is_a_number(&text)) {
                add(&mut shown.text, &text);
            }
            shown.cut |= cut;
            in_text = !text.is_empty();
            has_all = in_text && !text.contains(EMBEDDED);
        }
        if !has_all {
            let children = bus.children(&object).await?;
            let room = THINGS_MAX.saturating_sub(asked + left.len());
            shown.cut |= children.len() > room;
            is_whole &= children.len() <= room;
            // The last is taken first.
            left.extend(children.into_iter().take(room).rev().map(|child| (child, in_page, in_text)));
        }
    }
    shown.secret_field = if has_secret || is_whole { Some(has_secret) } else { None };
    Ok(shown)
}

/// Of a field of one line in a web page nobody can tell whether it is for a card's number or a code: none is read.
fn may_be_read(kind: &Kind, in_page: bool) -> bool {
    !(in_page && kind.is_line())
}

/// A code, an account or a card: no word stands in it.
fn is_a_number(text: &str) -> bool {
    !text.chars().any(char::is_alphabetic)
}

/// A field with nothing in it shows none.
fn is_a_code(text: &str) -> bool {
    is_a_number(text) && text.chars().any(|c| !c.is_whitespace())
}

fn add(all: &mut String, text: &str) {
    for line in text.lines() {
        let line = line.trim_end();
        if line.chars().any(|c| c != EMBEDDED && !c.is_whitespace()) {
            all.extend(line.chars().filter(|c| *c != EMBEDDED));
            all.push('\n');
        }
    }
}

/// The text of a thing, as far as its window shows it, and whether that is not all.
async fn text(bus: &Bus, object: &Object) -> Result<(String, bool), Silent> {
    let length = bus.length(object).await?;
    let (from, until) = if length <= WHOLE_CHARS_MAX {
        (0, length)
    } else if let Some(visible) = bus.visible(object).await? {
        visible
    } else {
        let caret = bus.caret(object).await?.clamp(0, length);
        (caret.saturating_sub(AROUND_CARET).max(0), caret.saturating_add(AROUND_CARET).min(length))
    };
    let until = until.min(from.saturating_add(CHARS_MAX));
    if until <= from {
        return Ok((String::new(), false));
    }
    Ok((bus.text(object, from, until).await?, until - from < length))
}

/// One thing into which text has come: what it is, and whether it may be read at all.
pub(super) async fn thing(bus: &Bus, secrets: &mut Secrets, object: &Object) -> Result<Option<Kind>, Silent> {
    let Some(kind) = bus.kind(object).await? else { return Ok(None) };
    if secrets.is_secret(object, &kind) || kind.is_fitting() || !kind.is_shown() || !kind.has_text {
        return Ok(None);
    }
    let mut above = bus.parent(object).await?;
    for _ in 0..PARENTS_MAX {
        let Some(parent) = above.filter(|above| *above != root(&above.program)) else { break };
        let Some(of) = bus.kind(&parent).await? else { break };
        if secrets.is_secret(&parent, &of) || of.is_fitting() || (of.is_page() && kind.is_line()) {
            return Ok(None);
        }
        above = bus.parent(&parent).await?;
    }
    Ok(Some(kind))
}

/// All that a thing shows.
pub(super) async fn whole(bus: &Bus, object: &Object, kind: &Kind) -> Result<Shown, Silent> {
    let (text, cut) = text(bus, object).await?;
    let mut shown = Shown { cut, ..Shown::default() };
    if !(kind.is_line() && is_a_number(&text)) {
        add(&mut shown.text, &text);
    }
    Ok(shown)
}

/// The lines around a stretch of a thing's text, no further than `around` characters.
pub(super) async fn lines(
    bus: &Bus,
    object: &Object,
    kind: &Kind,
    (from, until): (i32, i32),
    around: i32,
) -> Result<String, Silent> {
    let length = bus.length(object).await?;
    let until = until.clamp(0, length);
    let from = from.clamp(until.saturating_sub(CHARS_MAX).max(0), until);
    let (begin, end) = (from.saturating_sub(around).max(0), until.saturating_add(around).min(length));
    let (before, new, after) = tokio::join!(
        bus.text(object, begin, from),
        bus.text(object, from, until),
        bus.text(object, until, end)
    );
    let (before, new, after) = (before?, new?, after?);
    let before = before.rsplit('\n').next().unwrap_or_default();
    let after = after.split('\n').next().unwrap_or_default();
    let text = format!("{before}{new}{after}");
    Ok(if kind.is_line() && is_a_number(&text) { String::new() } else { text.replace(EMBEDDED, "") })
}

#[cfg(test)]
mod tests {
    use super::super::bus::{Kind, Object};
    use super::{Secrets, may_be_read, role, state};

    #[test]
    fn invariant_04_a_field_that_ever_asked_for_a_password_stays_secret_and_no_line_of_a_page_is_read() {
        let field = Object { program: ":1.7".to_owned(), path: "/a/1".to_owned() };
        let of = |role| Kind { role, states: state::EDITABLE | state::SINGLE_LINE, has_text: true };
        let mut secrets = Secrets::default();
        assert!(!secrets.is_secret(&field, &of(role::ENTRY)));
        assert!(secrets.is_secret(&field, &of(role::PASSWORD_TEXT)));
        // The person asks the program to show what stands there.
        assert!(secrets.is_secret(&field, &of(role::ENTRY)));
        let area = Kind { states: state::EDITABLE | state::MULTI_LINE, ..of(role::ENTRY) };
        for (kind, in_page, is_read) in [
            (of(role::ENTRY), false, true),
            (of(role::ENTRY), true, false),
            (area, true, true),
            (of(role::TERMINAL), true, true),
        ] {
            assert_eq!(may_be_read(&kind, in_page), is_read, "{kind:?} {in_page}");
        }
    }
}
