//! What one extension, or the helper in the person's session, says over one connection, made whole and checked. Pure: frames in, what was heard out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use proviso_model::limits::{
    FILE_TYPE_BYTES_MAX, HISTORY_DAYS_MAX, HISTORY_HOURS_MAX, HISTORY_NAME_BYTES_MAX, NATIVE_PART_BYTES_MAX,
    NATIVE_PARTS_MAX, PICTURE_SENT_BYTES_MAX, PROXIES_MAX,
};
use proviso_model::native::{NATIVE_PROTOCOL, PictureShown, SESSION_PROTOCOL, SESSION_PROTOCOL_MIN, ToHost};
use proviso_model::observation::{PictureElement, PictureFrom};
use proviso_model::{Attribution, Fact, HistoryReading, Machine, MachineWhat, Timestamp};

use super::frames::FrameError;
use super::heard::Heard;
use super::presence::Greeting;
use crate::sources::session::INSTANCE_PREFIX;

/// Longest name that a browser session may give itself.
const INSTANCE_BYTES_MAX: usize = 128;

/// What ends a connection.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A frame that is no message of the protocol.
    #[error("a message is not one that this agent knows: {0}")]
    Unknown(#[source] serde_json::Error),
    /// Framing.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// Something before the greeting, or a second greeting.
    #[error("{0}")]
    Order(&'static str),
}

struct Parts {
    n: u64,
    count: u32,
    next: u32,
    text: String,
}

/// The helper's protocol since which it can be asked to count input.
const COUNTS_INPUT_SINCE: u32 = 4;

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Peer {
    /// A browser's extension.
    #[default]
    Browser,
    /// The helper in the person's session.
    Helper,
}

/// One connection's conversation.
#[derive(Default)]
pub struct Session {
    peer: Peer,
    /// The helper's, as agreed.
    protocol: u32,
    instance: Option<String>,
    parts: Option<Parts>,
    /// The last observation refused, whose remaining pieces are passed over.
    refused: Option<u64>,
}

impl Session {
    /// A conversation with the helper in the person's session.
    #[must_use]
    pub fn with_helper() -> Self {
        Self { peer: Peer::Helper, ..Self::default() }
    }

    /// Whether the helper is at the other end.
    #[must_use]
    pub fn is_helper(&self) -> bool {
        self.peer == Peer::Helper
    }

    /// The protocol that it is answered in.
    #[must_use]
    pub fn spoken(&self) -> u32 {
        if self.is_helper() { self.protocol } else { NATIVE_PROTOCOL }
    }

    /// Whether it can be asked to count input: an older helper knows nothing of that.
    #[must_use]
    pub fn counts_input(&self) -> bool {
        self.is_helper() && self.protocol >= COUNTS_INPUT_SINCE
    }

    /// The browser session that has greeted.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    /// Takes one frame.
    ///
    /// # Errors
    /// [`SessionError`]: the connection is to be ended, and the loss is a gap.
    pub fn hear(&mut self, frame: &[u8]) -> Result<Heard, SessionError> {
        let message: ToHost = serde_json::from_slice(frame).map_err(SessionError::Unknown)?;
        match (&self.instance, message) {
            (None, ToHost::Hello { protocol_min, protocol_max, instance, browser, private_allowed, .. })
                if self.peer == Peer::Browser =>
            {
                Ok(self.greet((protocol_min, protocol_max), instance, browser, private_allowed))
            }
            (None, ToHost::Session { protocol_min, protocol_max, instance, .. })
                if self.peer == Peer::Helper =>
            {
                Ok(self.greet_helper((protocol_min, protocol_max), instance))
            }
            (_, ToHost::Hello { .. } | ToHost::Session { .. }) => Err(SessionError::Order(
                "a second greeting on one connection, or one of another kind of program",
            )),
            (None, _) => Err(SessionError::Order("a message before the greeting")),
            (_, ToHost::Observation { n, observed_at, attribution, fact }) => {
                self.parts = None;
                Ok(self.observation(n, observed_at, attribution, fact))
            }
            (
                _,
                ToHost::Sight { .. }
                | ToHost::Missed { .. }
                | ToHost::Text { .. }
                | ToHost::History { .. }
                | ToHost::Proxies { .. }
                | ToHost::Input { .. },
            ) if self.peer == Peer::Browser => {
                Err(SessionError::Order("a message that only the helper in the session may send"))
            }
            (_, ToHost::Input { counts, cannot }) => Ok(Heard::Input { counts, cannot }),
            (_, ToHost::Sight { source, cannot }) => Ok(Heard::Sight { source, cannot }),
            (_, ToHost::Missed { n, source, count, why }) => {
                self.parts = None;
                Ok(Heard::Missed { n, source, count, why })
            }
            (_, ToHost::Proxies { n, proxies }) => {
                self.parts = None;
                let is_proxy = |one: &Machine| one.what == MachineWhat::Proxy;
                if proxies.len() > PROXIES_MAX || !proxies.iter().all(is_proxy) {
                    return Ok(self
                        .refuse(n, "the helper tells of so many proxies at most, and of no other setting"));
                }
                Ok(Heard::Proxies { n, proxies })
            }
            (_, ToHost::Text { n, observed_at, attribution, process, secret_field, text }) => {
                self.parts = None;
                Ok(Heard::Text { n, observed_at, attribution, process, secret_field, text })
            }
            (_, ToHost::History { n, observed_at, browser, profile, reading }) => {
                self.parts = None;
                Ok(self.history(n, observed_at, browser, profile, reading))
            }
            (_, ToHost::Picture { n, observed_at, attribution, shown, data }) => {
                self.parts = None;
                Ok(self.picture(n, observed_at, attribution, shown, data))
            }
            (_, ToHost::Part { n, index, count, data }) => Ok(self.piece(n, index, count, &data)),
            (_, ToHost::Pulse { .. }) => Ok(Heard::Alive),
        }
    }

    fn greet(
        &mut self,
        spoken: (u32, u32),
        instance: String,
        browser: String,
        private_allowed: bool,
    ) -> Heard {
        let (protocol_min, protocol_max) = spoken;
        let fits = protocol_min <= NATIVE_PROTOCOL && NATIVE_PROTOCOL <= protocol_max;
        if !fits || instance.is_empty() || instance.len() > INSTANCE_BYTES_MAX {
            return Heard::Mismatch { protocol_min, protocol_max };
        }
        self.instance = Some(instance.clone());
        let browser = browser.chars().take(40).collect();
        Heard::Greeting(Greeting { instance, browser, private_allowed })
    }

    fn greet_helper(&mut self, (protocol_min, protocol_max): (u32, u32), instance: String) -> Heard {
        let fits = protocol_min <= SESSION_PROTOCOL && SESSION_PROTOCOL_MIN <= protocol_max;
        self.protocol = protocol_max.min(SESSION_PROTOCOL);
        if !fits || instance.is_empty() || instance.len() > INSTANCE_BYTES_MAX {
            return Heard::Mismatch { protocol_min, protocol_max };
        }
        let instance = format!("{INSTANCE_PREFIX}{instance}");
        self.instance = Some(instance.clone());
        Heard::Helper(instance)
    }

    fn observation(&mut self, n: u64, observed_at: Timestamp, attribution: Attribution, fact: Fact) -> Heard {
        if self.peer == Peer::Helper || matches!(fact, Fact::Text(_) | Fact::History(_)) {
            return self.refuse(
                n,
                "the helper tells of text in programs and of histories, and of nothing that a page shows",
            );
        }
        Heard::Observation { n, observed_at, attribution, fact: Box::new(fact) }
    }

    fn history(
        &mut self,
        n: u64,
        observed_at: Timestamp,
        browser: String,
        profile: String,
        reading: Option<Box<HistoryReading>>,
    ) -> Heard {
        let is_short = |name: &str| (1..=HISTORY_NAME_BYTES_MAX).contains(&name.len());
        let fits = |reading: &HistoryReading| {
            reading.days.is_in_order(HISTORY_DAYS_MAX) && reading.hours.is_in_order(HISTORY_HOURS_MAX)
        };
        if !is_short(&browser) || !is_short(&profile) || !reading.as_deref().is_none_or(fits) {
            return self.refuse(n, "a reading of a history is longer than the agent takes, or not in order");
        }
        Heard::History { n, observed_at, browser, profile, reading }
    }

    fn piece(&mut self, n: u64, index: u32, count: u32, data: &str) -> Heard {
        if self.refused == Some(n) {
            return Heard::Alive;
        }
        let count_fits = usize::try_from(count).is_ok_and(|count| (1..=NATIVE_PARTS_MAX).contains(&count));
        if !count_fits || data.len() > NATIVE_PART_BYTES_MAX {
            return self.refuse(n, "the observation is longer than the agent takes");
        }
        if index == 0 {
            self.parts = Some(Parts { n, count, next: 0, text: String::new() });
        }
        let Some(parts) = self.parts.as_mut() else {
            return self.refuse(n, "a piece of the observation is missing");
        };
        if parts.n != n || parts.count != count || parts.next != index {
            return self.refuse(n, "the pieces of the observation do not fit together");
        }
        parts.text.push_str(data);
        parts.next += 1;
        if parts.next < count {
            return Heard::Alive;
        }
        let whole = self.parts.take().map(|parts| parts.text).unwrap_or_default();
        match serde_json::from_str(&whole) {
            Ok(ToHost::Observation { n: inner, observed_at, attribution, fact }) if inner == n => {
                self.observation(n, observed_at, attribution, fact)
            }
            Ok(ToHost::Text { n: inner, observed_at, attribution, process, secret_field, text })
                if inner == n && self.peer == Peer::Helper =>
            {
                Heard::Text { n, observed_at, attribution, process, secret_field, text }
            }
            Ok(ToHost::Picture { n: inner, observed_at, attribution, shown, data }) if inner == n => {
                self.picture(n, observed_at, attribution, shown, data)
            }
            _ => self.refuse(n, "the pieces do not form an observation"),
        }
    }

    fn picture(
        &mut self,
        n: u64,
        observed_at: Timestamp,
        attribution: Attribution,
        shown: Box<PictureShown>,
        data: Option<String>,
    ) -> Heard {
        let is_a_file = shown.file.is_some()
            && shown.element == PictureElement::File
            && shown.from == PictureFrom::Disk
            && shown.url.is_empty();
        let says_a_file =
            shown.file.is_some() || shown.element == PictureElement::File || shown.from == PictureFrom::Disk;
        if self.peer == Peer::Helper && !is_a_file || self.peer == Peer::Browser && says_a_file {
            return self.refuse(n, "the helper tells of files in folders, and nobody else does");
        }
        let Some(bytes) = data.map(|data| BASE64.decode(data)).transpose().ok() else {
            return self.refuse(n, "the bytes of a picture are not base64");
        };
        if bytes.as_ref().is_some_and(|bytes| bytes.is_empty() || bytes.len() > PICTURE_SENT_BYTES_MAX) {
            return self.refuse(n, "a picture is longer than the agent takes, or empty");
        }
        if shown.digests.is_some() && !says_what_it_is(&shown, bytes.is_some()) {
            return self
                .refuse(n, "digests are told of a file in a folder, without bytes, and with its type");
        }
        if bytes.is_none() && shown.without.is_none() && shown.digests.is_none() {
            return self.refuse(n, "a picture has no bytes and does not say why");
        }
        Heard::Picture { n, observed_at, attribution, shown, bytes }
    }

    fn refuse(&mut self, n: u64, reason: &str) -> Heard {
        self.parts = None;
        self.refused = Some(n);
        Heard::Refused { n, reason: reason.to_owned() }
    }
}

/// Whether digests stand alone, for a file, with a type that can be shown.
fn says_what_it_is(shown: &PictureShown, has_bytes: bool) -> bool {
    let is_type = |said: &str| {
        (1..=FILE_TYPE_BYTES_MAX).contains(&said.len())
            && said.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    !has_bytes && shown.file.is_some() && shown.digests.as_ref().is_some_and(|said| is_type(&said.file_type))
}

#[cfg(test)]
mod tests;
