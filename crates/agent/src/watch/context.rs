//! One picture of the window in which a finding about text was raised. It is asked for only once the finding is on record, is put on record
//! beside it as a captured fact of its own, and never raises anything (`docs/decisions/0040-picture-of-the-window.md`).

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use proviso_ledger::hash::sha256;
use proviso_model::limits::{
    CONTEXT_PICTURE_AFTER_MS_MAX, CONTEXT_PICTURE_BYTES_MAX, CONTEXT_PICTURES_AN_HOUR_MAX,
};
use proviso_model::observation::ProgramText;
use proviso_model::record::RecordBody;
use proviso_model::{
    Attribution, ContextPicture, ContextPixels, ContextWindow, Digest, Fact, Timestamp, WithoutContext,
};

use super::lists::DETAIL_CHARS_MAX;
use super::{Observed, Watcher};
use crate::sources::desktop::context::{Pictured, Seen, WindowWanted};
use crate::spool::Room;

const HOUR_MS: i64 = 3_600_000;
/// Findings whose window waits to be pictured.
const WAITING_MAX: usize = 4;

/// Text in a window of another program, as the helper in the session tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRead {
    /// Run of the helper.
    pub instance: String,
    /// Number.
    pub n: u64,
    /// When, by the wall clock.
    pub observed_at: Timestamp,
    /// How it came about.
    pub attribution: Attribution,
    /// The process whose window it is.
    pub process: u32,
    /// Whether a field that is never read stands in the window with something in it, where that is known.
    pub secret_field: Option<bool>,
    /// The text.
    pub text: Box<ProgramText>,
}

/// What became of the picture of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowSeen {
    /// Hash of the record with the finding.
    pub finding: Digest,
    /// When, by the wall clock.
    pub seen_at: Timestamp,
    /// What.
    pub seen: Seen,
}

/// The record that an observation has just become.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raised {
    pub(super) record: Digest,
    /// It may be privileged: an independent reviewer comes first, and nothing is added to what they must keep from others.
    pub(super) may_be_privileged: bool,
}

/// A window that is to be pictured.
#[derive(Debug, Clone)]
struct Waiting {
    wanted: WindowWanted,
    observed_at: Timestamp,
    asked_at: Timestamp,
}

/// Pictures of windows: asked for, and made lately.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) raised: Option<Raised>,
    waiting: VecDeque<Waiting>,
    /// When the records of the last hour were made.
    made: VecDeque<Timestamp>,
}

impl Watcher {
    /// Takes text of another program. Where it raised a finding, the window is to be pictured.
    pub fn text_read(&mut self, read: TextRead) -> Observed {
        let TextRead { instance, n, observed_at, attribution, process, secret_field, text } = read;
        let title = text.title.clone();
        self.context.raised = None;
        let observed = self.observe(&instance, n, observed_at, attribution, Fact::Text(text));
        let raised = self.context.raised.take().filter(|raised| !raised.may_be_privileged);
        if let Some(raised) = raised.filter(|_| observed == Observed::Kept) {
            let wanted = WindowWanted { finding: raised.record, process, title };
            self.ask_for_window(wanted, self.corrected(observed_at), secret_field);
        }
        observed
    }

    fn ask_for_window(&mut self, wanted: WindowWanted, observed_at: Timestamp, secret_field: Option<bool>) {
        let now = self.moment.reckoned;
        self.context.made.retain(|at| now.millis_since(*at) < HOUR_MS);
        let has_room = self.context.made.len() + self.context.waiting.len() < CONTEXT_PICTURES_AN_HOUR_MAX
            && self.context.waiting.len() < WAITING_MAX;
        if !has_room {
            return;
        }
        let waiting = Waiting { wanted, observed_at, asked_at: now };
        let without = match secret_field {
            Some(false) => return self.context.waiting.push_back(waiting),
            Some(true) => WithoutContext::SecretField,
            None => WithoutContext::FieldsUnknown,
        };
        self.record_context(&waiting, self.moment.now, Err((without, String::new())));
    }

    /// The window that is to be pictured next, while text may be captured.
    #[must_use]
    pub fn window_wanted(&self) -> Option<WindowWanted> {
        let may = self.standing.watching && self.standing.capture.text;
        self.context.waiting.front().filter(|_| may).map(|waiting| waiting.wanted.clone())
    }

    /// Takes what became of the picture; says whether anything of it is on record.
    pub fn window_seen(&mut self, seen: WindowSeen) -> bool {
        self.read_clocks();
        let WindowSeen { finding, seen_at, seen } = seen;
        let place = self.context.waiting.iter().position(|waiting| waiting.wanted.finding == finding);
        let Some(waiting) = place.and_then(|place| self.context.waiting.remove(place)) else { return false };
        let seen = match seen {
            Seen::Pictured(pictured) => Ok(*pictured),
            Seen::Without(why, detail) => Err((why, detail)),
            Seen::Lately => return false,
        };
        self.record_context(&waiting, self.corrected(seen_at), seen)
    }

    /// A display that does not answer keeps nobody waiting, and what is asked for while nothing may be captured is forgotten.
    pub(super) fn watch_context(&mut self, now: Timestamp) {
        let may = self.standing.watching && self.standing.capture.text;
        if !may {
            self.context.waiting.clear();
        }
        let after_max = i64::try_from(CONTEXT_PICTURE_AFTER_MS_MAX).unwrap_or(i64::MAX);
        while let Some(first) = self.context.waiting.front()
            && now.millis_since(first.asked_at) > after_max
        {
            let Some(waiting) = self.context.waiting.pop_front() else { return };
            let late = (WithoutContext::TooLate, String::new());
            self.record_context(&waiting, self.moment.now, Err(late));
        }
    }

    fn record_context(
        &mut self,
        waiting: &Waiting,
        observed_at: Timestamp,
        seen: Result<Pictured, (WithoutContext, String)>,
    ) -> bool {
        self.decide();
        if !(self.standing.watching && self.standing.capture.text)
            || self.other_use.was_during(observed_at)
            || observed_at < waiting.observed_at
        {
            return false;
        }
        let Some(kept) = self.keep.policy() else { return false };
        let after_ms = u64::try_from(observed_at.millis_since(waiting.observed_at)).unwrap_or(0);
        let seen = match seen {
            Ok(_) if after_ms > CONTEXT_PICTURE_AFTER_MS_MAX => Err((WithoutContext::TooLate, String::new())),
            Ok(pictured) if pictured.bytes.len() > CONTEXT_PICTURE_BYTES_MAX => {
                Err((WithoutContext::TooLarge, String::new()))
            }
            seen => seen,
        };
        let captured = captured(waiting.wanted.finding, observed_at, after_ms, seen);
        self.context.made.push_back(self.moment.reckoned);
        let body = RecordBody::ContextPicture { captured };
        // One that finds no room is no loss of what was found: the finding is on record.
        self.record(&kept, body, Room::Ordinary, &[])
            .inspect_err(|error| tracing::warn!(%error, "a picture of a window could not be kept"))
            .is_ok()
    }
}

fn captured(
    finding: Digest,
    observed_at: Timestamp,
    after_ms: u64,
    seen: Result<Pictured, (WithoutContext, String)>,
) -> ContextPicture {
    let none = ContextPicture {
        finding,
        observed_at,
        after_ms,
        fact: None,
        picture: None,
        without: None,
        detail: String::new(),
    };
    match seen {
        Ok(Pictured { title, window, size, shown, pdq, bytes }) => ContextPicture {
            fact: Some(ContextWindow { title, window }),
            picture: Some(ContextPixels {
                width: size.0,
                height: size.1,
                shown_width: shown.0,
                shown_height: shown.1,
                sha256: Digest(sha256(&bytes)),
                bytes: bytes.len() as u64,
                pdq: pdq.map(|(hash, _)| hash),
                pdq_quality: pdq.map_or(0, |(_, quality)| quality),
                content: BASE64.encode(&bytes),
            }),
            ..none
        },
        Err((without, detail)) => {
            let detail = detail.chars().take(DETAIL_CHARS_MAX).collect();
            ContextPicture { without: Some(without), detail, ..none }
        }
    }
}
