//! A picture on an alert's page: its facts, its veiled preview or why there is none, and the one that was unveiled.

use jiff::tz::TimeZone;
use proviso_inference::picture::{CLEAR_SIDE_MAX, VEILED_SIDE_MAX};
use proviso_model::judgement::PictureBasis;
use proviso_model::observation::{Picture, PictureElement, PictureFrom, PictureWindow};
use proviso_model::policy::PackRef;

use crate::app::officer::alert::{AlertView, ShownFinding};
use crate::app::officer::picture::{RecordHash, SeenPicture, Withheld};
use crate::app::officer::unveilings::Unveiled;
use crate::web::console::words::{self, counted};

/// Why a picture that a list of child abuse has to do with is not shown.
const NEVER_SHOWN: &str = "This picture is not shown here, in no preview and in no bundle: a list of the force has its file or one that looks \
                           like it as known or suspected child abuse. Its facts are what there is to decide by. Looking at it would take \
                           two officers in a separate act that is logged; this version has no such act.";
/// That nobody can tell whether it may be shown.
const LISTS_NOT_READ: &str = "This picture is not shown now: the force’s lists of known child abuse cannot be read, and no picture is shown \
                              without asking them. Tell whoever runs the service.";
/// That a window may show a child.
const CHILDREN: &str = "This picture of a window is not shown here, in no preview and in no bundle: the order or the finding concerns children, and a \
                        window may show anything. Its facts are what there is to decide by. Looking at it would take two officers in a separate act \
                        that is logged; this version has no such act.";
/// That a part of it may be privileged.
const PRIVILEGED: &str = "This picture of a window is not shown: a part of what was found there is privileged, as an independent reviewer decided.";
/// That it is outside the order.
const OUTSIDE: &str =
    "This picture is not shown: the order as it is known now does not cover what was found of it.";
/// That there are no bytes.
const NOT_KEPT: &str =
    "The picture’s bytes were not kept: the finding does not rest on how it looks, or the file was too big.";
/// That it stands above.
const ABOVE: &str = "The same picture as in the finding before.";
/// What digests of a file that the extension made would tell.
const NO_DIGEST: &str = "none: the browser drew these pixels once more, so the file is not the page’s";

/// What digests of a file that the agent made would tell.
const NO_FILE: &str = "none: these pixels were read from the screen, so there is no file of the program’s";

/// What the template shows of a picture.
pub struct PictureBox {
    /// Name and value, in order.
    pub rows: Vec<(&'static str, String)>,
    /// What there is to see; or why there is nothing.
    pub view: Result<ViewBox, String>,
}

impl PictureBox {
    /// Whether it is shown in the clear.
    pub fn is_unveiled(&self) -> bool {
        self.view.as_ref().is_ok_and(|view| view.is_unveiled)
    }
}

/// A preview, or the picture itself.
pub struct ViewBox {
    /// Id on the page.
    pub id: String,
    /// Where it is asked for.
    pub src: String,
    /// In words, for who does not see it.
    pub alt: String,
    /// Pixels, as far as they are known before it is there.
    pub width: u32,
    pub height: u32,
    /// The act that shows it in the clear; nothing for a preview.
    pub is_unveiled: bool,
    /// Where the form is sent that unveils it, or veils it again.
    pub action: String,
    /// Who unveiled it before.
    pub unveilings: String,
    /// What the officer unveiled.
    pub own: String,
}

/// Prepares a picture of an alert.
pub fn shown(picture: &Picture, one: &ShownFinding, view: &AlertView, zone: &TimeZone) -> PictureBox {
    let digest = |digest: String| match picture.from {
        PictureFrom::Loaded | PictureFrom::FetchedAgain | PictureFrom::Disk => digest,
        PictureFrom::ElementPixels | PictureFrom::TabPixels => NO_DIGEST.to_owned(),
        PictureFrom::WindowPixels => NO_FILE.to_owned(),
    };
    let mut rows = Vec::new();
    if !picture.address.is_empty() {
        rows.push(("Address of the picture", picture.address.clone()));
    }
    if let Some(window) = &picture.window {
        rows.push(("Window", of_window(window)));
    }
    if let Some(file) = &picture.file {
        rows.push(("File name", file.name.clone()));
        rows.push(("Folder", file.folder.clone()));
    }
    rows.extend([
        how_shown(picture),
        ("Bytes", from(picture.from).to_owned()),
        ("File", file(picture)),
        ("SHA-256", digest(picture.sha256.to_string())),
        ("MD5", digest(picture.md5.to_string())),
    ]);
    let seen = one.captured.picture.as_ref();
    if let Some(pdq) = seen.and_then(|seen| seen.pdq.as_ref()) {
        let quality = seen.map_or(0, |seen| seen.pdq_quality);
        rows.push(("PDQ (how it looks)", format!("{pdq}, quality {quality} of 100")));
    }
    rows.extend(view.pictures.get(&one.record.hash).and_then(|seen| lists(&seen.lists)));
    // A record may have several findings; its picture stands with the first.
    let first = view.findings.iter().find(|other| other.record.hash == one.record.hash);
    let view = match view.pictures.get(&one.record.hash) {
        _ if !first.is_some_and(|first| std::ptr::eq(first, one)) => Err(ABOVE.to_owned()),
        None => Err(NOT_KEPT.to_owned()),
        Some(seen) => match &seen.preview {
            Ok(()) => Ok(view_box(picture, one, view, seen, zone)),
            Err(why) => Err(withheld(why)),
        },
    };
    PictureBox { rows, view }
}

/// The lists that have it, and whether others can check that.
fn lists(lists: &[(PackRef, bool)]) -> Option<(&'static str, String)> {
    let sentence = |(set, is_proven): &(PackRef, bool)| {
        let (name, version) = (&set.name, &set.version);
        let proof =
            if *is_proven { "the bundle carries a proof" } else { "the bundle carries no proof of that" };
        format!("Entry of list {name} version {version}; {proof}.")
    };
    (!lists.is_empty()).then(|| ("List", lists.iter().map(sentence).collect::<Vec<_>>().join(" ")))
}

/// Why a picture is not shown, for the page.
pub fn withheld(why: &Withheld) -> String {
    match why {
        Withheld::ChildAbuse => NEVER_SHOWN.to_owned(),
        Withheld::ListsNotRead => LISTS_NOT_READ.to_owned(),
        Withheld::Children => CHILDREN.to_owned(),
        Withheld::Privileged => PRIVILEGED.to_owned(),
        Withheld::Outside => OUTSIDE.to_owned(),
        Withheld::NotKept => NOT_KEPT.to_owned(),
        Withheld::Unviewable(why) => format!(
            "This picture cannot be shown: {why}. Its own bytes stay sealed with the record; its facts are what there is to decide by here."
        ),
    }
}

fn view_box(
    picture: &Picture,
    one: &ShownFinding,
    view: &AlertView,
    seen: &SeenPicture,
    zone: &TimeZone,
) -> ViewBox {
    let size = (picture.width, picture.height);
    view_of(view, &one.record.hash, size, &known(picture, one), seen, zone)
}

/// A picture of a record as the page shows it; `known` is what is known of it, in words.
pub fn view_of(
    view: &AlertView,
    record: &RecordHash,
    (width, height): (u32, u32),
    known: &str,
    seen: &SeenPicture,
    zone: &TimeZone,
) -> ViewBox {
    let (alert, record) = (view.alert.id, hex::encode(record));
    let side = if seen.unveiled.is_some() { CLEAR_SIDE_MAX } else { VEILED_SIDE_MAX };
    let (width, height) = within(width, height, side);
    let (src, alt, action) = match seen.unveiled {
        Some(act) => (
            format!("/alerts/{alert}/unveiled/{act}/picture"),
            format!("The unveiled picture. {known}"),
            format!("/alerts/{alert}/content"),
        ),
        None => (
            format!("/alerts/{alert}/pictures/{record}"),
            format!("Veiled preview, grey and blurred. {known}"),
            format!("/alerts/{alert}/pictures/{record}/unveil"),
        ),
    };
    ViewBox {
        id: place(&record),
        src,
        alt,
        width,
        height,
        is_unveiled: seen.unveiled.is_some(),
        action,
        unveilings: unveilings(seen, zone),
        own: own(view.unveiled),
    }
}

/// The id of a picture's place on the page.
pub fn place(record: &str) -> String {
    format!("picture-{}", record.get(..16).unwrap_or(record))
}

/// What is known of a picture, in words.
fn known(picture: &Picture, one: &ShownFinding) -> String {
    let address = match picture.address.as_str() {
        "" if picture.window.is_some() => "It was read from the screen, where a window stood".to_owned(),
        "" => "It has no address of its own".to_owned(),
        address => format!("It is from {address}"),
    };
    let why = one.generated.picture.as_ref().map(|opinion| basis(&opinion.rests_on)).unwrap_or_default();
    format!("The picture has {} by {} pixels. {address}. {why}", picture.width, picture.height)
}

/// The kind of a finding, never mixed with another.
fn basis(rests_on: &PictureBasis) -> String {
    let lists = |sets: &[PackRef]| {
        let names: Vec<String> = sets.iter().map(|set| format!("{} {}", set.name, set.version)).collect();
        names.join(", ")
    };
    match rests_on {
        PictureBasis::SameSha256 { sets } => {
            format!("Its file has the SHA-256 of an entry of {}.", lists(sets))
        }
        PictureBasis::SameMd5 { sets } => format!("Its file has the MD5 of an entry of {}.", lists(sets)),
        PictureBasis::LooksSimilar { sets, distance } => {
            format!("It looks similar to an entry of {}, PDQ distance {distance}.", lists(sets))
        }
        PictureBasis::Scored { scores, pictures } => {
            let models: Vec<String> = scores
                .iter()
                .map(|score| {
                    format!("{} gives {} of 1000", score.model.name, score.explicit_millionths / 1_000)
                })
                .collect();
            let together = match pictures {
                0 | 1 => String::new(),
                more => format!(", and it is one of {more} such pictures of the same site or application"),
            };
            format!("A model’s score for explicit pictures: {}{together}.", models.join(", "))
        }
    }
}

fn unveilings(seen: &SeenPicture, zone: &TimeZone) -> String {
    let told: Vec<String> = seen
        .unveilings
        .iter()
        .map(|one| format!("{} on {}", one.officer, words::when(one.at, zone).local))
        .collect();
    let more = seen.unveiled_times.saturating_sub(told.len() as u64);
    let before = if more > 0 { format!("; {more} times before that") } else { String::new() };
    match seen.unveiled_times {
        0 => "Nobody has unveiled this picture so far.".to_owned(),
        1 => format!("Unveiled once: {}.", told.join("")),
        times => format!("Unveiled {times} times: {}{before}.", told.join("; ")),
    }
}

/// How many pictures an officer unveiled, in words.
pub fn own(unveiled: Unveiled) -> String {
    match (unveiled.this_week, unveiled.today) {
        (0, _) => "You have unveiled no picture this week.".to_owned(),
        (week, today) => {
            let pictures = counted(usize::try_from(week).unwrap_or(usize::MAX), "picture", "pictures");
            format!("You have unveiled {pictures} this week, {today} of them today.")
        }
    }
}

/// A size made to fit, never larger than it is.
fn within(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = width.max(height).max(1);
    let fit = |length: u32| {
        let (made, longest) = (u64::from(length) * u64::from(side.min(longest)), u64::from(longest));
        let made = (made + longest / 2) / longest;
        u32::try_from(made).unwrap_or(side).max(1)
    };
    (fit(width), fit(height))
}

fn how_shown(picture: &Picture) -> (&'static str, String) {
    let (width, height) = (picture.width, picture.height);
    if picture.element == PictureElement::Download {
        return ("Saved", format!("as a file, {width} by {height} pixels in itself"));
    }
    if picture.file.is_some() {
        return ("Arrived", format!("as a file, {width} by {height} pixels in itself"));
    }
    if picture.window.is_some() {
        let (shown_width, shown_height) = (picture.shown_width, picture.shown_height);
        return (
            "Shown",
            format!("{shown_width} by {shown_height} pixels on the screen, {width} by {height} as read"),
        );
    }
    let shown = format!(
        "as {}, {} by {} pixels on the page, {width} by {height} in itself",
        element(picture.element),
        picture.shown_width,
        picture.shown_height
    );
    ("Shown", shown)
}

/// What a window's program says of itself, and what the system knows of it.
pub fn of_window(window: &PictureWindow) -> String {
    let application = match window.application.as_str() {
        "" => "a program that does not say its name",
        name => name,
    };
    let program = match window.program.as_str() {
        "" => "its file is not known",
        file => file,
    };
    format!("of {application} ({program}), {} by {} pixels", window.width, window.height)
}

fn element(element: PictureElement) -> &'static str {
    match element {
        PictureElement::Img => "an image of the page",
        PictureElement::Background => "a background",
        PictureElement::Canvas => "a drawing of the page’s own program",
        PictureElement::VideoFrame => "a frame of a video",
        PictureElement::Download | PictureElement::File => "a file",
        PictureElement::Window => "a window",
        PictureElement::Other => "another part of the page",
    }
}

fn from(from: PictureFrom) -> &'static str {
    match from {
        PictureFrom::Loaded => "as the page loaded them",
        PictureFrom::FetchedAgain => {
            "asked for once more from the same address, from the browser’s store where it held them; a site may answer the second time with another file"
        }
        PictureFrom::ElementPixels => "drawn once more from that part of the page",
        PictureFrom::TabPixels => "cut from a picture of the visible page",
        PictureFrom::WindowPixels => "read from the screen, where the window stood",
        PictureFrom::Disk => "the file itself, as it lay on the disk",
    }
}

fn file(picture: &Picture) -> String {
    let bytes = counted(usize::try_from(picture.bytes).unwrap_or(usize::MAX), "byte", "bytes");
    match picture.file_type.as_str() {
        "" => bytes,
        kind => format!("{kind}, {bytes}"),
    }
}
