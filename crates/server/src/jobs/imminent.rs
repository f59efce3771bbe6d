//! Which findings may be about imminent harm: told at any hour, to the force's 24-hour contact too.
//!
//! One kind, and no more, so that a call at night means something: a conversation that reads strongly as drawing a child closer,
//! in which a meeting is spoken of. That is a machine's reading of words. It knows neither anyone's age nor whether a meeting is
//! meant; it says that a person should look before morning. What was listed, searched for or shown is grave and not a matter of
//! hours: it stays with today.

use proviso_model::finding::Finding;

/// The category of conversations read as stages.
const CATEGORY: &str = "grooming";
/// The stage in which a meeting is spoken of.
const STAGE: &str = "meeting";
/// From this strength on.
const STRENGTH_PERMILLE_MIN: u16 = 700;

/// Whether a finding may be about imminent harm.
pub(super) fn may_be_imminent(finding: &Finding) -> bool {
    finding.category == CATEGORY
        && finding.strength_permille >= STRENGTH_PERMILLE_MIN
        && finding.spans.iter().any(|span| span.category == STAGE)
}

#[cfg(test)]
mod tests {
    use proviso_model::Timestamp;
    use proviso_model::finding::{Finding, Span, TextField};
    use proviso_model::hash::Digest;
    use proviso_model::observation::Act;
    use proviso_model::order::ConditionKind;
    use proviso_model::policy::PackRef;

    use super::may_be_imminent;

    fn finding(category: &str, strength_permille: u16, stages: &[&str]) -> Finding {
        let span = |stage: &&str| Span {
            field: TextField::Message,
            start: 0,
            end: 4,
            rule: "conversation/grooming".to_owned(),
            category: (*stage).to_owned(),
            text: "text".to_owned(),
            message: Some(1),
        };
        Finding {
            id: None,
            paragraph: "4".to_owned(),
            condition: ConditionKind::SexualisedChat,
            rule: format!("conversation/{category}"),
            category: category.to_owned(),
            pack: PackRef { name: "test".to_owned(), version: "1".to_owned(), sha256: Digest::default() },
            more_packs: Vec::new(),
            observed_at: Timestamp::from_micros(0),
            act: Act::Typed,
            strength_permille,
            spans: stages.iter().map(span).collect(),
            spans_left_out: 0,
            score: None,
            against: None,
            picture: None,
            minor_reference: None,
            contexts: Vec::new(),
            privilege: None,
            wording_doubt: Vec::new(),
            explanation: String::new(),
            engine: "test".to_owned(),
            engine_semantics: 1,
            policy: Digest::default(),
        }
    }

    #[test]
    fn only_a_strong_reading_in_which_a_meeting_is_spoken_of_is_told_at_night() {
        for (category, strength, stages, told) in [
            ("grooming", 930, &["secrecy", "meeting"][..], true),
            ("grooming", 700, &["meeting"], true),
            ("grooming", 699, &["meeting"], false),
            ("grooming", 1000, &["secrecy", "gifts"], false),
            ("sexual", 1000, &["meeting"], false),
            ("grooming", 1000, &[], false),
        ] {
            assert_eq!(
                may_be_imminent(&finding(category, strength, stages)),
                told,
                "{category} {strength} {stages:?}"
            );
        }
    }
}
