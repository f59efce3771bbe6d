//! Rules of pictures. They speak from what is recorded with a picture, so that they are evaluated again without lists, models
//! or the picture itself. Each finding rests on one kind of agreement: the same SHA-256, the same MD5, a similar look, or scores.

mod cut;
mod listed;
mod scored;

use std::collections::BTreeSet;

use proviso_model::judgement::{PictureBasis, PictureOpinion};
use proviso_model::limits::{PDQ_QUALITY_MIN, PICTURE_KEPT_BYTES_MAX};
use proviso_model::observation::{PictureElement, PictureFile, PictureFrom, PictureWindow};
use proviso_model::policy::{PackRef, Policy, Rule};
use proviso_model::{Digest, Finding, Observation, PdqHash, Picture, PictureSeen};

pub(super) use cut::{cut, with_content, without_content};

use super::explain::{quoted, site, versioned};
use super::reading::host_span;
use super::{Engine, Spoken};
use crate::sites::host_of_address;

impl Engine {
    /// Whether a condition that may say something of an observation has this hash set: what the set has of it is then a finding.
    #[must_use]
    pub fn speaks_of(&self, observation: &Observation, set: &Digest) -> bool {
        let has = |rule: &Rule| matches!(rule, Rule::HashSets { sets, .. } if sets.iter().any(|one| one.set.sha256 == *set));
        self.in_force(observation).iter().any(|ready| ready.rules().any(has))
    }
}

/// What a rule says of a picture: one opinion for each kind of agreement.
pub(super) fn speak<'p>(rule: &'p Rule, picture: &Picture, observation: &Observation) -> Vec<Spoken<'p>> {
    let Some(seen) = observation.picture.as_deref() else { return Vec::new() };
    match rule {
        Rule::HashSets { sets, .. } => listed::speak(rule, sets, picture, seen),
        Rule::PictureScore { .. } => scored::speak(rule, picture, observation, seen).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// An opinion of a rule.
fn spoken<'p>(
    rule: &'p Rule,
    picture: &Picture,
    strength_permille: u16,
    (rests_on, packs): (PictureBasis, Vec<&'p PackRef>),
    why_not: String,
) -> Spoken<'p> {
    let host = host_of_address(&picture.url);
    let span = host.and_then(|host| host_span(&picture.url, &host, rule.id(), rule.category()));
    Spoken {
        rule,
        strength_permille,
        spans: span.into_iter().collect(),
        seen: None,
        why_not,
        in_context: String::new(),
        packs,
        rests_on: Vec::new(),
        score: None,
        picture: Some(Box::new(PictureOpinion { rests_on, child_abuse: false })),
    }
}

/// What was shown, where and how large.
pub(super) fn shown(picture: &Picture) -> String {
    if let Some(window) = &picture.window {
        return in_window(picture, window);
    }
    if let Some(file) = &picture.file {
        return arrived(picture, file);
    }
    let what = match picture.element {
        PictureElement::Img => "A picture",
        PictureElement::Background => "A background picture",
        PictureElement::Canvas => "A drawing surface",
        PictureElement::VideoFrame => "A frame of a video",
        PictureElement::Download => return saved(picture),
        PictureElement::Window | PictureElement::File | PictureElement::Other => {
            "A picture in an element of another kind"
        }
    };
    let bytes = match picture.from {
        PictureFrom::Loaded | PictureFrom::Disk => "",
        // Another file may come the second time (docs/decisions/0018).
        PictureFrom::FetchedAgain => {
            " What follows is of the file that its address gave when it was asked for again, while a picture from there was on the screen."
        }
        PictureFrom::ElementPixels | PictureFrom::TabPixels | PictureFrom::WindowPixels => {
            " What follows is of its pixels, drawn once more: the page's own file was not had."
        }
    };
    format!(
        "{what} of {} by {} pixels was shown at {} by {} on a page of {}.{bytes}",
        picture.width,
        picture.height,
        picture.shown_width,
        picture.shown_height,
        site(&picture.url)
    )
}

/// What was shown outside a browser. A window has no address, and its program may call itself what it likes.
fn in_window(picture: &Picture, window: &PictureWindow) -> String {
    let application = match window.application.as_str() {
        "" => "a program that does not say its name".to_owned(),
        name => format!("a program that calls itself {}", quoted(name)),
    };
    format!(
        "A picture of {} by {} pixels was shown in a window of {application}. What follows is of the window's pixels as the screen showed them: no file was had, so there is no digest of one to compare.",
        picture.shown_width, picture.shown_height
    )
}

/// What arrived as a file. Nothing is known of where it came from, or whether anybody opened it.
fn arrived(picture: &Picture, file: &PictureFile) -> String {
    let what = if picture.is_video() { "video" } else { "picture" };
    let size = match (picture.width, picture.height) {
        (0, _) | (_, 0) => String::new(),
        (width, height) => format!(" of {width} by {height} pixels"),
    };
    format!(
        "A {what}{size} arrived as the file {} in the folder {} of the account. Where it came from and whether anybody opened it is not known from that.",
        quoted(&file.name),
        quoted(&file.folder)
    )
}

/// What was saved and from where.
fn saved(picture: &Picture) -> String {
    let bytes = match picture.from {
        PictureFrom::FetchedAgain => {
            " What follows is of the file that its address gave when it was asked for again, once the saving was done."
        }
        PictureFrom::Loaded
        | PictureFrom::Disk
        | PictureFrom::ElementPixels
        | PictureFrom::TabPixels
        | PictureFrom::WindowPixels => "",
    };
    format!(
        "A picture of {} by {} pixels was saved to the device, from a page of {}.{bytes}",
        picture.width,
        picture.height,
        site(&picture.url)
    )
}

const SOMEBODY_LOOKS: &str = " Somebody has to look at the picture to judge.";
/// Of a picture that a list of child abuse has to do with (invariant 14).
const NEVER_ON_A_PAGE: &str = " It is shown on no ordinary page: only two people together, appointed for that, may look at it to judge.";

/// Says what is kept for somebody to look at, where a finding needs that.
fn kept(picture: &Picture) -> String {
    if picture.bytes > PICTURE_KEPT_BYTES_MAX as u64 {
        return format!(
            " The picture's file has {} bytes; more than {PICTURE_KEPT_BYTES_MAX} are not kept, so only its digest and these facts are.",
            picture.bytes
        );
    }
    SOMEBODY_LOOKS.to_owned()
}

/// A set or a model as an explanation names it.
fn named(pack: &PackRef) -> String {
    versioned(&quoted(&pack.name), pack)
}

/// The hash of how it looks, where it may be compared.
fn comparable(seen: &PictureSeen) -> Option<PdqHash> {
    seen.pdq.filter(|_| seen.pdq_quality >= PDQ_QUALITY_MIN)
}

/// Hash sets of child abuse that a policy names.
pub(super) fn sets_of_child_abuse(policy: &Policy) -> BTreeSet<Digest> {
    policy.hash_sets().into_iter().filter(|set| set.child_abuse).map(|set| set.set.sha256).collect()
}

/// Marks every finding about a picture that a set of child abuse has to do with, whatever the finding itself rests on.
pub(super) fn mark_child_abuse(findings: &mut [Finding], observation: &Observation, sets: &BTreeSet<Digest>) {
    let Some(seen) = observation.picture.as_deref() else { return };
    if seen.listed.iter().any(|listed| sets.contains(&listed.set)) {
        for finding in findings {
            let Some(opinion) = finding.picture.as_mut() else { continue };
            opinion.child_abuse = true;
            finding.explanation = finding.explanation.replace(SOMEBODY_LOOKS, NEVER_ON_A_PAGE);
        }
    }
}
