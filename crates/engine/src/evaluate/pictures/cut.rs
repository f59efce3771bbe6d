//! What of a picture is sealed: figures that findings rest on, and its bytes only where somebody has to look.

use std::collections::BTreeSet;

use proviso_model::judgement::PictureBasis;
use proviso_model::limits::PICTURE_KEPT_BYTES_MAX;
use proviso_model::observation::{ListedHow, PictureBefore, PictureListed};
use proviso_model::policy::{PackRef, Rule};
use proviso_model::{Digest, Fact, Finding, Observation, Picture, PictureSeen};

use super::super::Ready;
use super::{listed, scored};

/// The observation cut to what its findings rest on. Look-ups in sets of child abuse stay, for they forbid showing it.
pub(in super::super) fn cut(
    observation: &Observation,
    findings: &[Finding],
    conditions: &[Ready],
    child_abuse: &BTreeSet<Digest>,
) -> Observation {
    let mut kept = observation.clone();
    let (Fact::Picture(picture), Some(whole), Some(seen)) =
        (&observation.fact, observation.picture.as_deref(), kept.picture.as_deref_mut())
    else {
        return kept;
    };
    let rests_on = bases(findings);
    let fits = |content: &mut String| content.len() <= PICTURE_KEPT_BYTES_MAX.div_ceil(3) * 4;
    seen.content =
        seen.content.take_if(fits).filter(|_| may_keep_content(&rests_on, picture, whole, child_abuse));
    seen.listed.retain(|one| {
        let is_used = rests_on.iter().any(|rests_on| names(rests_on, one));
        child_abuse.contains(&one.set) || (is_used && listed::counts(one, picture, whole))
    });
    let scores: Vec<_> = rests_on.iter().flat_map(|rests_on| scores_of(rests_on)).collect();
    seen.scores.retain(|score| scores.contains(&score));
    seen.earlier = earlier_used(observation, findings, conditions, picture, whole);
    kept
}

/// The whole observation but for the picture's bytes: the last resort where a cut would be read otherwise.
pub(in super::super) fn without_content(observation: &Observation) -> Observation {
    let mut kept = observation.clone();
    if let Some(seen) = kept.picture.as_deref_mut() {
        seen.content = None;
    }
    kept
}

/// The observation with the picture's bytes, where its findings allow that they are sealed; `content` makes them, in base64. Nothing
/// where they do not, or it has them.
pub(in super::super) fn with_content(
    observation: &Observation,
    findings: &[Finding],
    child_abuse: &BTreeSet<Digest>,
    content: impl FnOnce() -> Option<String>,
) -> Option<Observation> {
    let (Fact::Picture(picture), Some(seen)) = (&observation.fact, observation.picture.as_deref()) else {
        return None;
    };
    if seen.content.is_some() || !may_keep_content(&bases(findings), picture, seen, child_abuse) {
        return None;
    }
    let mut with = observation.clone();
    with.picture.as_deref_mut()?.content = content();
    Some(with)
}

fn bases(findings: &[Finding]) -> Vec<&PictureBasis> {
    findings.iter().filter_map(|finding| Some(&finding.picture.as_ref()?.rests_on)).collect()
}

/// Only where somebody has to look, never beside the same file of any list, and never on the word of a look-up in a set of
/// child abuse that raised nothing.
fn may_keep_content(
    rests_on: &[&PictureBasis],
    picture: &Picture,
    seen: &PictureSeen,
    child_abuse: &BTreeSet<Digest>,
) -> bool {
    let is_exact = |one: &PictureListed| !matches!(one.how, ListedHow::Pdq { .. });
    let is_told = |one: &PictureListed| rests_on.iter().any(|rests_on| names(rests_on, one));
    rests_on.iter().any(|rests_on| rests_on.needs_a_look())
        && rests_on.iter().all(|rests_on| rests_on.needs_a_look())
        && !seen.listed.iter().any(|one| child_abuse.contains(&one.set) && (is_exact(one) || !is_told(one)))
        && picture.bytes <= PICTURE_KEPT_BYTES_MAX as u64
}

/// The earlier pictures that the rules which spoke count.
fn earlier_used(
    observation: &Observation,
    findings: &[Finding],
    conditions: &[Ready],
    picture: &Picture,
    seen: &PictureSeen,
) -> Vec<PictureBefore> {
    let spoke = |paragraph: &str, rule: &Rule| {
        let is_it = |finding: &&Finding| finding.paragraph == paragraph && finding.rule == rule.id();
        findings.iter().find(is_it).and_then(|finding| finding.picture.as_deref()).is_some_and(
            |opinion| matches!(&opinion.rests_on, PictureBasis::Scored { pictures, .. } if *pictures > 1),
        )
    };
    let mut used: Vec<&PictureBefore> = Vec::new();
    for ready in conditions {
        for rule in ready.rules().filter(|rule| spoke(&ready.condition.paragraph, rule)) {
            used.extend(scored::counted(rule, picture, observation, seen));
        }
    }
    seen.earlier.iter().filter(|before| used.contains(before)).cloned().collect()
}

/// Whether a finding rests on a look-up of this kind in this set.
fn names(rests_on: &PictureBasis, one: &PictureListed) -> bool {
    let has = |sets: &[PackRef]| sets.iter().any(|set| set.sha256 == one.set);
    match (rests_on, one.how) {
        (PictureBasis::SameSha256 { sets }, ListedHow::Sha256)
        | (PictureBasis::SameMd5 { sets }, ListedHow::Md5)
        | (PictureBasis::LooksSimilar { sets, .. }, ListedHow::Pdq { .. }) => has(sets),
        _ => false,
    }
}

fn scores_of(rests_on: &PictureBasis) -> &[proviso_model::observation::PictureScore] {
    match rests_on {
        PictureBasis::Scored { scores, .. } => scores,
        _ => &[],
    }
}
