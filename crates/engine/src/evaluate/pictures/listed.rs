//! Rules of hash sets: what the recorded look-ups say, one finding for each kind of agreement.

use proviso_model::judgement::PictureBasis;
use proviso_model::limits::PDQ_DISTANCE_MAX;
use proviso_model::observation::{ListedHow, PictureListed};
use proviso_model::policy::{HashSetRef, PackRef, Rule};
use proviso_model::{Picture, PictureSeen};

use super::super::Spoken;
use super::{comparable, kept, named, spoken};

/// The same file, byte for byte.
const SAME_SHA256_PERMILLE: u16 = 950;
/// Almost certainly the same file.
const SAME_MD5_PERMILLE: u16 = 800;
/// Looks the same, at distance 0.
const SIMILAR_PERMILLE: u16 = 700;
/// What each bit of distance takes off.
const BIT_PERMILLE: u16 = 10;

type Found<'p, 's> = (&'p HashSetRef, &'s PictureListed);

/// What of a look-up may speak for a rule that names its set: digests of a file that the extension made say nothing, and a
/// hash of low quality is not compared.
pub(super) fn counts(listed: &PictureListed, picture: &Picture, seen: &PictureSeen) -> bool {
    match listed.how {
        ListedHow::Sha256 | ListedHow::Md5 => picture.from.is_a_file(),
        ListedHow::Pdq { distance } => u32::from(distance) <= PDQ_DISTANCE_MAX && comparable(seen).is_some(),
    }
}

/// One opinion for each kind. Of one set the strongest kind alone speaks: the same SHA-256 leaves nothing to say of the MD5.
pub(super) fn speak<'p>(
    rule: &'p Rule,
    sets: &'p [HashSetRef],
    picture: &Picture,
    seen: &PictureSeen,
) -> Vec<Spoken<'p>> {
    let best = |set: &'p HashSetRef| {
        let of_set = seen.listed.iter().filter(|listed| listed.set == set.set.sha256);
        let counted = of_set.filter(|listed| counts(listed, picture, seen));
        Some((set, counted.min_by_key(|listed| (listed.how, listed.entry))?))
    };
    let found: Vec<Found<'p, '_>> = sets.iter().filter_map(best).collect();
    let of = |is_meant: &dyn Fn(ListedHow) -> bool| -> Vec<Found<'p, '_>> {
        found.iter().copied().filter(|(_, listed)| is_meant(listed.how)).collect()
    };
    let exact = of(&|how| how == ListedHow::Sha256);
    let md5 = of(&|how| how == ListedHow::Md5);
    let similar = of(&|how| matches!(how, ListedHow::Pdq { .. }));
    let mut all = Vec::new();
    if !exact.is_empty() {
        let why = format!(
            "Its file has the same SHA-256 as {}: the same file, byte for byte.{} {WOULD_NOT}",
            entries(&exact),
            not_looked_at(picture)
        );
        let rests_on = PictureBasis::SameSha256 { sets: packs(&exact) };
        all.push(spoken(rule, picture, SAME_SHA256_PERMILLE, (rests_on, borrowed(&exact)), why));
    }
    if !md5.is_empty() {
        let why = format!(
            "Its file has the same MD5 as {}. That is weaker than the same SHA-256: two different files can be made to share an MD5.{} {WOULD_NOT}",
            entries(&md5),
            not_looked_at(picture)
        );
        let rests_on = PictureBasis::SameMd5 { sets: packs(&md5) };
        all.push(spoken(rule, picture, SAME_MD5_PERMILLE, (rests_on, borrowed(&md5)), why));
    }
    if let Some(distance) = similar.iter().map(|(_, listed)| distance(listed)).min() {
        let why = format!(
            "It looks similar to {}. That is weaker than the same file: two pictures that look similar may show different things.{} It would not have spoken at a PDQ distance above {PDQ_DISTANCE_MAX}.",
            entries(&similar),
            kept(picture)
        );
        let strength = SIMILAR_PERMILLE.saturating_sub(distance.saturating_mul(BIT_PERMILLE));
        let rests_on = PictureBasis::LooksSimilar { sets: packs(&similar), distance };
        all.push(spoken(rule, picture, strength, (rests_on, borrowed(&similar)), why));
    }
    all
}

fn not_looked_at(picture: &Picture) -> String {
    let what = if picture.is_video() { "video" } else { "picture" };
    format!(" Only its digest and these facts are kept: for this nobody need see the {what}.")
}

const WOULD_NOT: &str = "It would not have spoken had one byte of the file been another.";

fn distance(listed: &PictureListed) -> u16 {
    match listed.how {
        ListedHow::Pdq { distance } => distance,
        ListedHow::Sha256 | ListedHow::Md5 => 0,
    }
}

fn packs(found: &[Found<'_, '_>]) -> Vec<PackRef> {
    found.iter().map(|(set, _)| set.set.clone()).collect()
}

fn borrowed<'p>(found: &[Found<'p, '_>]) -> Vec<&'p PackRef> {
    found.iter().map(|(set, _)| &set.set).collect()
}

fn entries(found: &[Found<'_, '_>]) -> String {
    let one = |(set, listed): &Found<'_, '_>| {
        let entry = match listed.entry {
            Some(entry) => format!("entry {entry}"),
            None => "an entry".to_owned(),
        };
        let distance = match listed.how {
            ListedHow::Pdq { distance } => format!(", PDQ distance {distance} of 256"),
            ListedHow::Sha256 | ListedHow::Md5 => String::new(),
        };
        format!("{entry} of list {}, category {} there{distance}", named(&set.set), listed.category)
    };
    found.iter().map(one).collect::<Vec<_>>().join(" and ")
}
