//! One picture of the window in which a finding about text was raised, by the rules for pictures of windows
//! (`docs/decisions/0022-pictures-of-windows.md`): the display is opened for it, asked once, and closed.

use std::collections::VecDeque;
use std::time::Duration;

use proviso_engine::image::{Luma, Pdq};
use proviso_inference::picture::drawn;
use proviso_model::limits::CONTEXT_PICTURE_MINUTES;
use proviso_model::observation::PictureWindow;
use proviso_model::{Digest, PdqHash, WithoutContext};
use tokio::time::Instant;

use super::{FrontWindow, Screen};

/// So long a window is not pictured once more.
const AGAIN: Duration = Duration::from_secs(60 * CONTEXT_PICTURE_MINUTES.unsigned_abs());
/// Windows that are remembered as pictured.
const PICTURED_MAX: usize = 64;

/// The window that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowWanted {
    /// Hash of the record with the finding.
    pub finding: Digest,
    /// The process whose window it is.
    pub process: u32,
    /// Its title when the text was read.
    pub title: String,
}

/// A window, pictured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    /// Its title.
    pub title: String,
    /// Its program and size.
    pub window: PictureWindow,
    /// Size of the picture, pixels.
    pub size: (u32, u32),
    /// Size of the part of the window that was to be seen, pixels.
    pub shown: (u32, u32),
    /// How it looks, and how much there is to see in it.
    pub pdq: Option<(PdqHash, u8)>,
    /// A JPEG file.
    pub bytes: Vec<u8>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A picture.
    Pictured(Box<Pictured>),
    /// None, and what the system said to that.
    Without(WithoutContext, String),
    /// This window was pictured a short while ago: that is no news.
    Lately,
}

/// Windows that were pictured, by the display's number, and when.
#[derive(Debug, Default)]
pub struct Lately(VecDeque<(u32, u32, Instant)>);

impl Lately {
    fn has(&mut self, window: &FrontWindow, now: Instant) -> bool {
        self.0.retain(|(_, _, at)| now - *at < AGAIN);
        self.0.iter().any(|(id, process, _)| (*id, *process) == (window.id, window.process))
    }

    fn add(&mut self, window: &FrontWindow, now: Instant) {
        self.0.push_back((window.id, window.process, now));
        if self.0.len() > PICTURED_MAX {
            self.0.pop_front();
        }
    }
}

/// Pictures the window in front, if it is the wanted one before and after its pixels were read.
pub fn picture(
    screen: &mut dyn Screen,
    wanted: &WindowWanted,
    is_told_elsewhere: impl Fn(u32) -> bool,
    (lately, now): (&mut Lately, Instant),
) -> Seen {
    match taken(screen, wanted, is_told_elsewhere, (lately, now)) {
        Ok(seen) => seen,
        Err(without) => without,
    }
}

fn taken(
    screen: &mut dyn Screen,
    wanted: &WindowWanted,
    is_told_elsewhere: impl Fn(u32) -> bool,
    (lately, now): (&mut Lately, Instant),
) -> Result<Seen, Seen> {
    let without = |why| Seen::Without(why, String::new());
    let unseen = |why: super::Unseen| Seen::Without(WithoutContext::Unseen, why.to_string());
    let window = screen.front().map_err(unseen)?.filter(|window| !is_told_elsewhere(window.process));
    let window = window.ok_or_else(|| without(WithoutContext::NotReadable))?;
    if window.process != wanted.process {
        return Err(without(WithoutContext::AnotherWindow));
    }
    if plain(&window.title) != plain(&wanted.title) {
        return Err(without(WithoutContext::AnotherTitle));
    }
    if lately.has(&window, now) {
        return Ok(Seen::Lately);
    }
    let pixels = screen.pixels(window.id, window.visible).map_err(unseen)?;
    // What came over it or took its place meanwhile may be in the pixels.
    let after = screen.front().map_err(unseen)?;
    let is_still = |after: &FrontWindow| {
        let (was, is) = (&window, after);
        (was.id, was.process, was.at, was.size, was.visible, &was.title)
            == (is.id, is.process, is.at, is.size, is.visible, &is.title)
    };
    let pixels = pixels.filter(|_| after.as_ref().is_some_and(is_still));
    let pixels = pixels.ok_or_else(|| without(WithoutContext::AnotherWindow))?;
    let shown = (pixels.width, pixels.height);
    let luma = Luma::from_rgb(pixels.width as usize, pixels.height as usize, &pixels.rgb);
    let pdq = luma.map(|luma| Pdq::of(&luma)).map(|pdq| (pdq.hash, pdq.quality_percent));
    let made = drawn(pixels.width, pixels.height, pixels.rgb);
    let made =
        made.map_err(|error| Seen::Without(WithoutContext::Unseen, format!("no file of it: {error}")))?;
    lately.add(&window, now);
    Ok(Seen::Pictured(Box::new(Pictured {
        title: window.title,
        window: PictureWindow {
            application: window.application,
            program: window.program,
            width: window.size.0.into(),
            height: window.size.1.into(),
        },
        size: (made.width, made.height),
        shown,
        pdq,
        bytes: made.bytes,
    })))
}

/// A title as both the display and the accessibility bus give it: no control characters, and no more than the display is asked for.
fn plain(title: &str) -> String {
    let words: Vec<&str> = title.split(|c: char| c.is_control() || c.is_whitespace()).collect();
    let mut title = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    title.truncate(title.floor_char_boundary(TITLE_BYTES));
    title
}

/// Bytes of a title that are compared: a little less than either source gives at most.
const TITLE_BYTES: usize = 960;

#[cfg(test)]
mod tests {
    use proviso_model::{Digest, WithoutContext};
    use tokio::time::Instant;

    use super::super::{FrontWindow, Part, Pixels, Screen, Unseen};
    use super::{AGAIN, Lately, Seen, WindowWanted, picture};

    /// A display that shows these windows, one each time it is asked; the last one stays.
    struct Shows(Vec<Option<FrontWindow>>);

    impl Screen for Shows {
        fn front(&mut self) -> Result<Option<FrontWindow>, Unseen> {
            Ok(if self.0.len() > 1 { self.0.remove(0) } else { self.0[0].clone() })
        }

        fn pixels(&mut self, _: u32, part: Part) -> Result<Option<Pixels>, Unseen> {
            let (width, height) = (u32::from(part.width), u32::from(part.height));
            let rgb = vec![90; (width * height * 3) as usize];
            Ok(Some(Pixels { width, height, rgb, rows: Vec::new() }))
        }

        fn rows(&mut self, _: u32, _: Part, _: &[u16]) -> Result<Option<Vec<u64>>, Unseen> {
            Ok(None)
        }
    }

    fn window(id: u32, process: u32, title: &str) -> Option<FrontWindow> {
        Some(FrontWindow {
            id,
            process,
            title: title.to_owned(),
            application: "Editor".to_owned(),
            program: "/usr/bin/editor".to_owned(),
            at: (10, 20),
            size: (300, 200),
            visible: Part { x: 0, y: 0, width: 300, height: 120 },
            since_input_ms: None,
        })
    }

    fn wanted() -> WindowWanted {
        WindowWanted { finding: Digest([1; 32]), process: 7, title: "notes \u{a0}-  Editor".to_owned() }
    }

    fn seen(shows: Vec<Option<FrontWindow>>) -> Seen {
        let told_elsewhere = |process| process == 9;
        let now = Instant::now();
        picture(&mut Shows(shows), &wanted(), told_elsewhere, (&mut Lately::default(), now))
    }

    #[test]
    fn only_the_very_window_is_pictured_and_only_what_of_it_is_to_be_seen() {
        let own = || window(1, 7, "notes - Editor");
        let Seen::Pictured(picture) = seen(vec![own()]) else { panic!("a picture") };
        assert_eq!((picture.shown, picture.size), ((300, 120), (300, 120)));
        assert_eq!((picture.window.width, picture.window.height), (300, 200));
        let moved = own().map(|window| FrontWindow { at: (11, 20), ..window });
        let cases = [
            ("nothing that may be read", vec![None], WithoutContext::NotReadable),
            (
                "a browser whose extension tells",
                vec![window(1, 9, "notes - Editor")],
                WithoutContext::NotReadable,
            ),
            ("another program", vec![window(1, 8, "notes - Editor")], WithoutContext::AnotherWindow),
            ("another title", vec![window(1, 7, "letters - Editor")], WithoutContext::AnotherTitle),
            (
                "another came over it meanwhile",
                vec![own(), window(2, 8, "Above")],
                WithoutContext::AnotherWindow,
            ),
            ("it moved meanwhile", vec![own(), moved], WithoutContext::AnotherWindow),
            (
                "another page in it meanwhile",
                vec![own(), window(1, 7, "letters - Editor")],
                WithoutContext::AnotherWindow,
            ),
            ("it went dark meanwhile", vec![own(), None], WithoutContext::AnotherWindow),
        ];
        for (story, shows, why) in cases {
            assert_eq!(seen(shows), Seen::Without(why, String::new()), "{story}");
        }
    }

    #[test]
    fn a_window_is_pictured_once_within_a_while_and_another_one_beside_it() {
        let (mut lately, now) = (Lately::default(), Instant::now());
        let mut at = |id, now| {
            let mut shows = Shows(vec![window(id, 7, "notes - Editor")]);
            matches!(picture(&mut shows, &wanted(), |_| false, (&mut lately, now)), Seen::Pictured(_))
        };
        let story = [(1, now, true), (1, now + AGAIN / 2, false), (2, now + AGAIN / 2, true)];
        for (id, now, expected) in story.into_iter().chain([(1, now + AGAIN, true)]) {
            assert_eq!(at(id, now), expected, "{id}");
        }
    }
}
