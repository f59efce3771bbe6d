//! Rules of scores: two models agree on a picture, or different pictures of one site come together.

use std::cmp::Reverse;

use proviso_model::Timestamp;
use proviso_model::judgement::PictureBasis;
use proviso_model::limits::PDQ_DISTANCE_MAX;
use proviso_model::observation::{PictureBefore, PictureScore};
use proviso_model::policy::{PackRef, Rule};
use proviso_model::{Observation, Picture, PictureSeen};

use super::super::Spoken;
use super::{comparable, kept, named, spoken};
use crate::image::place;

const MINUTE_MS: i64 = 60_000;
const PERMILLE: u32 = 1000;

/// What a rule of scores says, if its models or enough pictures do.
pub(super) fn speak<'p>(
    rule: &'p Rule,
    picture: &Picture,
    observation: &Observation,
    seen: &PictureSeen,
) -> Option<Spoken<'p>> {
    let Rule::PictureScore {
        pack, model, second, threshold_permille, together_permille, pictures_min, ..
    } = rule
    else {
        return None;
    };
    let both = score_of(seen, model).zip(second.as_ref().and_then(|second| score_of(seen, second)));
    let agreed = both.filter(|(first, second)| {
        [first, second].iter().all(|score| reaches(score.explicit_millionths, *together_permille))
    });
    if let Some((first, second)) = agreed {
        let why = format!(
            "{} {} Both are at {} or more, from where on the two together speak of one picture.{}{} It would not have spoken had either been lower.",
            says(first),
            says(second),
            figure(u32::from(*together_permille) * PERMILLE),
            ESTIMATE,
            kept(picture)
        );
        let lowest = first.explicit_millionths.min(second.explicit_millionths);
        let rests_on = PictureBasis::Scored { scores: vec![first.clone(), second.clone()], pictures: 1 };
        return Some(spoken(rule, picture, permille(lowest), (rests_on, vec![pack]), why));
    }
    let first = alone(rule, seen)?;
    if !reaches(first.explicit_millionths, *threshold_permille) {
        return None;
    }
    let counted = counted(rule, picture, observation, seen);
    let pictures = u16::try_from(counted.len() + 1).unwrap_or(u16::MAX);
    if pictures < (*pictures_min).max(2) {
        return None;
    }
    let Rule::PictureScore { within_minutes, .. } = rule else { return None };
    let of = match (&picture.window, &picture.file) {
        (Some(_), _) => "application",
        (None, Some(_)) => "folder",
        (None, None) => "site",
    };
    let why = format!(
        "{} It is one of {pictures} different pictures of this {of} within {within_minutes} minutes to which that model gives {} or more; pictures that look similar to each other (PDQ distance {PDQ_DISTANCE_MAX} or less) count once.{}{} It would not have spoken of fewer than {pictures_min} such pictures.",
        says(first),
        figure(u32::from(*threshold_permille) * PERMILLE),
        ESTIMATE,
        kept(picture)
    );
    let earlier = counted.iter().map(|before| before.explicit_millionths);
    let lowest = earlier.fold(first.explicit_millionths, u32::min);
    let rests_on = PictureBasis::Scored { scores: vec![first.clone()], pictures };
    Some(spoken(rule, picture, permille(lowest), (rests_on, vec![pack]), why))
}

const ESTIMATE: &str = " A score is a model's estimate, for somebody to judge.";

/// The earlier pictures that count, the latest first: of the same site or application, within the time, at the threshold, and different from
/// this one and from each other. One whose look cannot be compared cannot be told from the others and does not count.
pub(super) fn counted<'o>(
    rule: &Rule,
    picture: &Picture,
    observation: &Observation,
    seen: &'o PictureSeen,
) -> Vec<&'o PictureBefore> {
    let Rule::PictureScore { threshold_permille, within_minutes, .. } = rule else {
        return Vec::new();
    };
    let (Some(place), Some(pdq), Some(score)) = (place(picture), comparable(seen), alone(rule, seen)) else {
        return Vec::new();
    };
    let is_recent = |at: Timestamp| {
        let age_ms = observation.observed_at.millis_since(at);
        (0..=i64::from(*within_minutes) * MINUTE_MS).contains(&age_ms)
    };
    let may_count = |before: &&PictureBefore| {
        before.model == score.model.sha256
            && before.host == place
            && is_recent(before.observed_at)
            && reaches(before.explicit_millionths, *threshold_permille)
            && before.sha256 != picture.sha256
    };
    let mut candidates: Vec<&PictureBefore> = seen.earlier.iter().filter(may_count).collect();
    candidates.sort_by_key(|before| (Reverse(before.observed_at), before.sha256));
    let mut known = vec![pdq];
    let mut counted: Vec<&PictureBefore> = Vec::new();
    for before in candidates {
        let Some(pdq) = before.pdq else { continue };
        let is_new = known.iter().all(|known| known.distance(&pdq) > PDQ_DISTANCE_MAX);
        if is_new && counted.iter().all(|other| other.sha256 != before.sha256) {
            known.push(pdq);
            counted.push(before);
        }
    }
    counted
}

/// The score that counts where pictures come together: the first model's, and the second's where the first has said nothing, as on
/// a device that does not have it.
fn alone<'o>(rule: &Rule, seen: &'o PictureSeen) -> Option<&'o PictureScore> {
    let Rule::PictureScore { model, second, .. } = rule else { return None };
    score_of(seen, model).or_else(|| score_of(seen, second.as_ref()?))
}

fn score_of<'o>(seen: &'o PictureSeen, model: &PackRef) -> Option<&'o PictureScore> {
    seen.scores.iter().find(|score| score.model == *model)
}

fn reaches(millionths: u32, permille: u16) -> bool {
    millionths >= u32::from(permille) * PERMILLE
}

fn permille(millionths: u32) -> u16 {
    u16::try_from(millionths / PERMILLE).unwrap_or(1000).min(1000)
}

fn says(score: &PictureScore) -> String {
    format!(
        "The model {} gives this picture a score of {} for sexually explicit.",
        named(&score.model),
        figure(score.explicit_millionths)
    )
}

/// Of 1, with three places, cut and not rounded.
fn figure(millionths: u32) -> String {
    format!("{}.{:03}", millionths / 1_000_000, millionths % 1_000_000 / PERMILLE)
}
