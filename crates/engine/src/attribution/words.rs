//! The facts in words, for an officer and an expert.

use proviso_model::observation::{Cause, Detour, FrameOf, Gesture, Playback};
use proviso_model::{Attribution, Fact};

/// Why the table decided as it did: one or two sentences of what was seen. Nothing where the source took no facts.
#[must_use]
pub fn because(attribution: &Attribution, fact: &Fact) -> Option<String> {
    let row = super::decide(attribution, fact)?;
    let facts = attribution.circumstances?;
    let mut seen = Vec::new();
    match fact {
        Fact::Typed { .. } | Fact::Name(_) => {}
        Fact::Text(_) => seen.extend(facts.device_input_ms.map(of_device)),
        Fact::Picture(picture) if picture.window.is_some() => {
            seen.extend(facts.device_input_ms.map(of_device));
        }
        Fact::Picture(picture) if picture.element == proviso_model::observation::PictureElement::Download => {
            seen.push(facts.gesture.map_or_else(
                || "no click or key was seen before it was saved".to_owned(),
                |gesture| format!("a click or key was seen {} before it was saved", seconds(gesture.ms)),
            ));
        }
        _ => {
            seen.push(opening(facts.cause, facts.gesture));
            seen.extend(facts.frame.map(frame).map(str::to_owned));
            seen.extend(facts.detour.map(detour).map(str::to_owned));
            seen.extend(facts.playback.map(playback).map(str::to_owned));
            seen.push(match facts.used_ms {
                Some(ms) => format!("it was last clicked, scrolled or typed in {} before", seconds(ms)),
                None => "nobody was seen to click, scroll or type in it by then".to_owned(),
            });
        }
    }
    Some(if seen.is_empty() {
        format!("Row of the table of attribution: {}.", row.name)
    } else {
        format!("Seen: {}. Row of the table of attribution: {}.", seen.join("; "), row.name)
    })
}

fn of_device(ms: u64) -> String {
    format!("a key or pointer of the device had last been used {} before", seconds(ms))
}

fn opening(cause: Option<Cause>, gesture: Option<Gesture>) -> String {
    let by = match cause {
        Some(Cause::AddressBar) => "the page was opened from the address bar",
        Some(Cause::Bookmark) => "the page was opened from a bookmark or a tile of the browser",
        Some(Cause::Link) => "the page was opened by a link or by a page's own script",
        Some(Cause::Form) => "the page was opened by sending a form",
        Some(Cause::Reload) => "the page was loaded again",
        Some(Cause::History) => "the page was come to by the way back or forward",
        Some(Cause::Start) => "the browser opened the page as it started, or another program did",
        Some(Cause::Embedded) => "a page drew it in as a part of itself",
        None => "how the page was opened was not seen",
    };
    match gesture {
        Some(Gesture { ms, on_link: true }) => {
            format!("{by}, {} after a link to it was pressed", seconds(ms))
        }
        Some(Gesture { ms, on_link: false }) => format!("{by}, {} after a click or key there", seconds(ms)),
        None if matches!(cause, Some(Cause::AddressBar | Cause::Bookmark)) => by.to_owned(),
        None => format!("{by}, and no click or key before that was seen"),
    }
}

fn frame(of: FrameOf) -> &'static str {
    match of {
        FrameOf::SameSite => "it stands in a frame of the same site",
        FrameOf::OtherSite => "it stands in a frame of another site than the page",
    }
}

fn detour(how: Detour) -> &'static str {
    match how {
        Detour::Redirect => "an address of another site sent the browser on to it",
        Detour::PopUp => "a page opened it in a tab of its own, without a link to it being pressed",
    }
}

fn playback(how: Playback) -> &'static str {
    match how {
        Playback::Started => "it was started by a click or key",
        Playback::ByItself => "it played by itself",
        Playback::FromOthers => "it was being sent by others, as in a call",
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}
