//! What the pages say by themselves beside their templates, in the reader's language. A test finds every text here.

use jiff::civil::Date;
use proviso_engine::notice::language::Say;
use proviso_model::Timestamp;
use proviso_model::data_request::DataRequestKind;
use proviso_model::device_act::CaptureUnder;
use proviso_model::order::{AuthorityBasis, Order, OrderEnd};
use proviso_store::RightsKind;

use crate::app::officer::people::EnrolledDevice;
use crate::app::personal::view::PersonalDevice;
use crate::web::console::words::device;

/// A device that has not been heard of for so long is not said to be watching, in milliseconds.
const HEARD_MILLIS: i64 = 15 * 60_000;

/// The last seven days, as a sentence goes on.
pub(super) const WEEK: &str = "the last seven days";
const BY_CONSENT: &str = "signed consent, which may be withdrawn at any time";
const BY_PARAGRAPH: &str = "paragraph {number} of the order";
const BY_ORDER: &str = "a paragraph of the order";
const THE_ORDER: &str = "The order";
const PARAGRAPH: &str = "Paragraph {number}";
const WINDOW: &str = "from {from} to {until}";
const SINCE: &str = "from {from}";
const NAME: &str = "{device}, account {account}";
const COUNTED: &str = "looked at {looked_at} times: {dropped} dropped at once because nothing matched, {shielded} dropped unread because of the protected list, {kept} put on record";
const ENDED: &str = "Monitoring of this device has ended.";
const PAUSED: &str = "Nothing is captured on it now: the force has entered that {why}. If that is not so, tell your officer or write it below.";
const WATCHING: &str = "It is watching this account now.";
const WATCHES_NOTHING: &str = "It is running and watches nothing now; the reasons are below.";
const UNHEARD: &str = "It has not been heard of lately, so nobody here knows whether it watches.";
const BACK: &str = "Back to your page";

/// A page that says one thing: its title, its text.
pub(super) type Said = (&'static str, &'static str);

pub(super) const NEEDS_LINK: Said = (
    "You need your link",
    "This page is opened with the whole link that your officer gave you, and the code that came with it.",
);
pub(super) const CLOSED: Said = (
    "This page is closed",
    "It closes by itself after 30 minutes, and when it is opened somewhere else. Open your link again and enter the code. If that does not work, ask your officer for a new link.",
);
pub(super) const LEFT: Said =
    ("Your page is closed", "Nobody can open it from this browser without the link and the code.");
pub(super) const STALE: Said = (
    "The form is out of date",
    "The form is from an earlier visit, so nothing was done. Open the page again.",
);
pub(super) const UNREADABLE: Said = (
    "The form could not be read",
    "Nothing was done. It may be too long, or it was not sent from this page. Open the page again.",
);
pub(super) const RECORDED: Said = (
    "It is on record",
    "Officers see it beside what was captured at that time. It cannot be changed; you may write again.",
);
pub(super) const ASKED: Said = (
    "It is asked",
    "The officers who answer such requests are told. You find the reply on this page, under what you asked.",
);
pub(super) const FAULT: Said = (
    "Something is wrong on our side",
    "Nothing was changed. Try again in a minute; if it happens again, tell your officer.",
);
/// What is asked, as the person says it.
pub(super) fn asks(kind: RightsKind) -> &'static str {
    DataRequestKind::parse(kind.as_str()).map_or("", DataRequestKind::in_words)
}
/// What may be wrong where the code is asked for.
pub(super) const AGAIN: &str = "This page was out of date. Enter the code again.";
pub(super) const WRONG: &str = "The code is not right, or the link no longer works. After five wrong codes it ends, and your officer can give you a new one.";
pub(super) const TRIES: &str = "Too many tries from this place. Wait ten minutes, then try again.";

/// All of it, for whoever translates it.
#[cfg(test)]
pub(super) const SAID: [&str; 35] = [
    ASKED.0,
    ASKED.1,
    WEEK,
    BY_CONSENT,
    BY_PARAGRAPH,
    BY_ORDER,
    THE_ORDER,
    PARAGRAPH,
    WINDOW,
    SINCE,
    NAME,
    COUNTED,
    ENDED,
    PAUSED,
    WATCHING,
    WATCHES_NOTHING,
    UNHEARD,
    BACK,
    NEEDS_LINK.0,
    NEEDS_LINK.1,
    CLOSED.0,
    CLOSED.1,
    LEFT.0,
    LEFT.1,
    STALE.0,
    STALE.1,
    UNREADABLE.0,
    UNREADABLE.1,
    RECORDED.0,
    RECORDED.1,
    FAULT.0,
    FAULT.1,
    AGAIN,
    WRONG,
    TRIES,
];

/// Where a page that says one thing leads on.
pub(super) fn back(say: Say) -> (&'static str, &'static str) {
    ("/page", say.of(BACK))
}

/// What the monitoring rests on.
pub(super) fn authority(order: &Order, say: Say) -> String {
    match (order.authority.basis, &order.authority.paragraph) {
        (AuthorityBasis::Consent, _) => say.of(BY_CONSENT).to_owned(),
        (_, Some(number)) => say.filled(BY_PARAGRAPH, &[("number", number)]),
        (_, None) => say.of(BY_ORDER).to_owned(),
    }
}

/// Two days and what lies between.
pub(super) fn window(from: Date, until: Date, say: Say) -> String {
    say.filled(WINDOW, &[("from", &say.date(from)), ("until", &say.date(until))])
}

/// That the order, or a paragraph of it, does not run.
pub(super) fn ended(end: &OrderEnd, say: Say) -> String {
    let what = match &end.paragraph {
        Some(number) => say.filled(PARAGRAPH, &[("number", number)]),
        None => say.of(THE_ORDER).to_owned(),
    };
    let when = match end.until {
        Some(until) => window(end.from, until, say),
        None => say.filled(SINCE, &[("from", &say.date(end.from))]),
    };
    format!("{what} {} {when}.", say.of(end.kind.in_words()))
}

/// What a device is called.
pub(super) fn name(one: &EnrolledDevice, say: Say) -> String {
    say.filled(NAME, &[("device", device(&one.facts.system)), ("account", &one.facts.account)])
}

/// What became of what a device looked at.
pub(super) fn counted(one: &PersonalDevice, say: Say) -> String {
    let kept = one.observed.saturating_sub(one.dropped).saturating_sub(one.shielded);
    let [looked_at, dropped, shielded, kept] =
        [one.observed, one.dropped, one.shielded, kept].map(|count| count.to_string());
    let places = [("looked_at", looked_at), ("dropped", dropped), ("shielded", shielded), ("kept", kept)];
    say.filled(COUNTED, &places.each_ref().map(|(place, count)| (*place, count.as_str())))
}

/// How a device is now, in a sentence.
pub(super) fn state(one: &EnrolledDevice, now: Timestamp, say: Say) -> String {
    if one.is_released(now) {
        return say.of(ENDED).to_owned();
    }
    if let Some(act) = one.act_at(now).filter(|act| act.capture() == CaptureUnder::Paused) {
        return say.filled(PAUSED, &[("why", say.of(act.in_words()))]);
    }
    let is_heard = now.millis_since(one.row.seen_at) <= HEARD_MILLIS;
    let state = match (is_heard, one.row.watching) {
        (true, true) => WATCHING,
        (true, false) => WATCHES_NOTHING,
        (false, _) => UNHEARD,
    };
    say.of(state).to_owned()
}
