//! The window at the time of a finding about text: its title, program and size, how long after the finding it was pictured, and its veiled
//! preview, folded away; or why there is no picture.

use jiff::tz::TimeZone;
use proviso_model::{ContextPicture, ContextPixels, ContextWindow};

use super::masks::Masks;
use super::picture::{self, ViewBox};
use crate::app::officer::alert::{AlertView, ShownFinding};
use crate::app::officer::context::SeenContext;
use crate::app::officer::picture::SeenPicture;
use crate::web::console::words;

/// What is said where nothing has come of the window.
const NOTHING_CAME: &str = "No picture of the window has come. A window is pictured at most once in ten minutes, only where it can be seen, and not where the text may be privileged.";
/// That it stands above.
const ABOVE: &str = "The window is that of the finding before.";

/// What the template shows of a window.
pub struct ContextBox {
    /// Name and value, in order.
    pub rows: Vec<(&'static str, String)>,
    /// What there is to see; or why there is nothing.
    pub view: Result<ViewBox, String>,
}

/// Prepares the window of a finding about text.
pub fn shown(one: &ShownFinding, view: &AlertView, zone: &TimeZone, masks: &Masks) -> ContextBox {
    let nothing = |why: String| ContextBox { rows: Vec::new(), view: Err(why) };
    // A record may have several findings; its window stands with the first.
    let first = view.findings.iter().find(|other| other.record.hash == one.record.hash);
    if !first.is_some_and(|first| std::ptr::eq(first, one)) {
        return nothing(ABOVE.to_owned());
    }
    let Some(context) = view.contexts.get(&one.record.hash) else { return nothing(NOTHING_CAME.to_owned()) };
    let captured = &context.captured;
    match (&captured.fact, &captured.picture, &context.seen) {
        (Some(window), Some(pixels), Some(seen)) => ContextBox {
            rows: rows(captured, window, pixels, zone, masks),
            view: seen_as(context, pixels, seen, view, zone),
        },
        _ => nothing(without(captured)),
    }
}

fn without(captured: &ContextPicture) -> String {
    let why = captured.without.map_or("the device did not say why", |why| why.in_words());
    let detail = match captured.detail.as_str() {
        "" => String::new(),
        detail => format!(" ({detail})"),
    };
    format!("No picture of the window: {why}{detail}.")
}

fn rows(
    captured: &ContextPicture,
    window: &ContextWindow,
    pixels: &ContextPixels,
    zone: &TimeZone,
    masks: &Masks,
) -> Vec<(&'static str, String)> {
    let at = words::when(captured.observed_at, zone);
    let taken = format!(
        "{} {}, {} after the text was read. What the window showed then need not be what it showed before.",
        at.local,
        at.zone,
        seconds(captured.after_ms)
    );
    let whole = (window.window.width, window.window.height);
    let (width, height) = (pixels.shown_width, pixels.shown_height);
    let part = match whole == (width, height) {
        true => "all of the window".to_owned(),
        false => format!("{width} by {height} pixels of it: the rest was covered or off the screen"),
    };
    let mut rows = vec![
        ("Title", masks.covered(&window.title)),
        ("Window", picture::of_window(&window.window)),
        ("Taken", taken),
        ("Pictured", format!("{part}, kept as {} by {} pixels", pixels.width, pixels.height)),
        ("File", format!("made by the monitoring program, {} bytes", pixels.bytes)),
        ("SHA-256", pixels.sha256.to_string()),
    ];
    rows.extend(
        pixels.pdq.map(|pdq| ("PDQ (how it looks)", format!("{pdq}, quality {} of 100", pixels.pdq_quality))),
    );
    rows
}

/// Milliseconds in words.
fn seconds(ms: u64) -> String {
    match ms {
        0..1_000 => "less than a second".to_owned(),
        1_000..2_000 => "a second".to_owned(),
        _ => format!("{} seconds", ms / 1_000),
    }
}

fn seen_as(
    context: &SeenContext,
    pixels: &ContextPixels,
    seen: &SeenPicture,
    view: &AlertView,
    zone: &TimeZone,
) -> Result<ViewBox, String> {
    match &seen.preview {
        Ok(()) => {
            let (width, height) = (pixels.width, pixels.height);
            let known = format!(
                "The picture of the window at the time has {width} by {height} pixels. It was read from the screen."
            );
            Ok(picture::view_of(view, &context.record, (width, height), &known, seen, zone))
        }
        Err(why) => Err(picture::withheld(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn how_long_after_is_said_in_words() {
        for (ms, words) in [
            (0, "less than a second"),
            (999, "less than a second"),
            (1_200, "a second"),
            (3_900, "3 seconds"),
        ] {
            assert_eq!(seconds(ms), words);
        }
    }
}
