//! What was typed of an order, as its page shows it.

use proviso_model::ConditionKind;

use super::head::KINDS;
use crate::app::orders::{Draft, Fault as OrderFault, Paragraph, Place, takes};
use crate::web::console::words;

/// A paragraph as typed.
pub struct Shown {
    pub index: usize,
    pub number: String,
    pub kind: String,
    pub is_watched: bool,
    pub text: String,
    pub facts: Vec<(&'static str, String)>,
    pub faults: Vec<(String, String)>,
    pub has_details: bool,
}

/// A day as typed, in words where it is one.
pub fn day(text: &str) -> String {
    text.trim().parse().map_or_else(|_| text.to_owned(), words::day)
}

/// The order but for its paragraphs: label and what was typed.
pub fn head(draft: &Draft) -> Vec<(&'static str, String)> {
    let head = &draft.head;
    let kind = KINDS.iter().find(|(word, _)| *word == head.kind).map_or("", |(_, words)| words);
    let rests = match head.basis.as_str() {
        "paragraph" => format!("Paragraph {}", head.authority_paragraph),
        "consent" if head.consent_withdrawn_on.is_empty() => {
            format!("Consent, signed on {}", day(&head.consent_signed_on))
        }
        "consent" => format!(
            "Consent, signed on {}, withdrawn on {}",
            day(&head.consent_signed_on),
            day(&head.consent_withdrawn_on)
        ),
        _ => String::new(),
    };
    let all = [
        ("The court’s reference", head.reference.clone()),
        ("Kind of order", kind.to_owned()),
        ("Made on", day(&head.made_on)),
        ("Last day", day(&head.expires_on)),
        ("Name", head.person_name.clone()),
        ("The force’s number", head.person_reference.clone()),
        ("Monitoring rests on", rests),
        ("Legal basis", head.legal_basis.clone()),
        ("Recorded by", format!("{} {}", head.recorded_by, day(&head.recorded_on)).trim().to_owned()),
        ("Time zone", head.timezone.clone()),
        ("Languages", head.languages.clone()),
        ("Treatment programme’s sites", head.treatment_sites.clone()),
        ("Treatment programme’s words", head.treatment_words.clone()),
    ];
    let must = [
        "The court’s reference",
        "Kind of order",
        "Made on",
        "Last day",
        "Name",
        "Monitoring rests on",
        "Legal basis",
    ];
    let kept = all.into_iter().filter(|(label, value)| !value.is_empty() || must.contains(label));
    kept.map(|(label, value)| (label, or_missing(value))).collect()
}

/// What was typed, or that nothing was.
pub fn or_missing(value: String) -> String {
    if value.trim().is_empty() { "Not entered yet".to_owned() } else { value }
}

/// The paragraphs, each with what is wrong with it.
pub fn shown(draft: &Draft, faults: &[OrderFault]) -> Vec<Shown> {
    let one = |(index, one): (usize, &Paragraph)| {
        let kind = ConditionKind::parse(&one.kind);
        let of_it =
            faults.iter().filter(|fault| matches!(fault.place, Place::Paragraph(at, _) if at == index));
        Shown {
            index,
            number: or_missing(one.paragraph.clone()),
            kind: kind.map_or("Not decided yet", ConditionKind::in_words).to_owned(),
            is_watched: kind.is_none_or(ConditionKind::is_watched),
            text: or_missing(one.text.clone()),
            facts: facts(one, kind),
            faults: of_it.map(|fault| (String::new(), fault.words.clone())).collect(),
            has_details: kind.map(takes).is_some_and(|takes| takes.anything()),
        }
    };
    draft.paragraphs.iter().enumerate().map(one).collect()
}

fn facts(one: &Paragraph, kind: Option<ConditionKind>) -> Vec<(&'static str, String)> {
    let takes = kind.map(takes).unwrap_or_default();
    let all = [
        ("First day", day(&one.from), true),
        ("Last day", day(&one.until), true),
        ("Words that it names", one.words.clone(), takes.words),
        ("Words tied to the offence", one.offence_words.clone(), takes.words),
        ("Sites that it names", one.sites.clone(), takes.sites),
        ("Sites left out", one.except_sites.clone(), takes.words),
        ("Words left out", one.except_words.clone(), takes.words),
        ("Days to tell the police", one.within_days.clone(), takes.within_days),
        ("People under", one.under_age.clone(), takes.under_age),
        ("Declared and allowed", one.declared.clone(), takes.declared),
        ("People named", one.contacts.clone(), takes.contacts),
    ];
    let kept = all.into_iter().filter(|(_, value, applies)| *applies && !value.trim().is_empty());
    kept.map(|(label, value, _)| (label, value)).collect()
}
