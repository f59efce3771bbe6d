//! What is wrong with what was typed, by the field, in plain words.

use std::collections::BTreeSet;

use jiff::civil::Date;
use proviso_model::order::{ConditionKind, Order};

use super::write::{Written, written};
use super::{Draft, Head, Paragraph, lines, takes};

/// Where something was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A field of the order but for its paragraphs.
    Head(&'static str),
    /// A field of a paragraph, by its place in the order.
    Paragraph(usize, &'static str),
    /// A field of a change: from when, and why.
    Change(&'static str),
    /// A field of an end.
    End(&'static str),
    /// The order as a whole.
    Whole,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What, and what to do.
    pub words: String,
}

pub(super) fn fault(place: Place, words: impl Into<String>) -> Fault {
    Fault { place, words: words.into() }
}

/// The order that a draft makes, with its file.
///
/// # Errors
/// Everything that is wrong.
pub fn order_of(draft: &Draft) -> Result<(Order, String), Vec<Fault>> {
    let mut own = head_faults(draft);
    own.extend(paragraphs(draft));
    if !own.is_empty() {
        return Err(own);
    }
    let Written { text, places } = written(draft);
    match Order::from_toml(&text) {
        Ok(order) => Ok((order, text)),
        Err(faults) => Err(faults
            .into_iter()
            .map(|one| {
                let place = places.get(one.line.saturating_sub(1)).copied().unwrap_or(Place::Whole);
                fault(place, plain(&one.problem))
            })
            .collect()),
    }
}

/// A fault of an order file as a sentence for a form: it speaks of fields, not of keys.
fn plain(problem: &str) -> String {
    let mut letters = problem.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str().replace('_', " "))
}

/// Everything that is wrong with a draft of an order.
#[must_use]
pub fn faults(draft: &Draft) -> Vec<Fault> {
    order_of(draft).err().unwrap_or_default()
}

/// A day, as a form gives it.
pub(super) fn day(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}

pub(super) fn must_be_day(found: &mut Vec<Fault>, place: Place, text: &str, what: &str) {
    if text.trim().is_empty() {
        found.push(fault(place, format!("Enter {what}")));
    } else if day(text).is_none() {
        found.push(fault(place, format!("Enter {what} as year, month and day, such as 2026-03-02")));
    }
}

pub(super) fn may_be_day(found: &mut Vec<Fault>, place: Place, text: &str) {
    if !text.trim().is_empty() && day(text).is_none() {
        found.push(fault(
            place,
            "Enter the day as year, month and day, such as 2026-03-02, or leave it empty",
        ));
    }
}

/// What is wrong with the order but for its paragraphs.
fn head_faults(draft: &Draft) -> Vec<Fault> {
    let head = &draft.head;
    let mut found = Vec::new();
    let at = Place::Head;
    for (field, value, words) in [
        ("reference", &head.reference, "Enter the court’s reference as it stands on the order"),
        ("kind", &head.kind, "Choose what kind of order it is"),
        ("person_name", &head.person_name, "Enter the person’s name as it stands on the order"),
        ("timezone", &head.timezone, "Enter the time zone of the order’s days, such as Europe/London"),
        (
            "legal_basis",
            &head.legal_basis,
            "Enter the force’s legal basis for monitoring: without it nothing may be captured",
        ),
    ] {
        if value.trim().is_empty() {
            found.push(fault(at(field), words));
        }
    }
    must_be_day(&mut found, at("made_on"), &head.made_on, "the day on which the order was made");
    must_be_day(&mut found, at("expires_on"), &head.expires_on, "the last day on which the order runs");
    if let (Some(made), Some(last)) = (day(&head.made_on), day(&head.expires_on))
        && last < made
    {
        found.push(fault(at("expires_on"), "The last day lies before the day on which the order was made"));
    }
    match head.basis.as_str() {
        "paragraph" if head.authority_paragraph.trim().is_empty() => found.push(fault(
            at("authority_paragraph"),
            "Enter the number of the paragraph that requires monitoring",
        )),
        "paragraph" => {}
        "consent" => {
            must_be_day(
                &mut found,
                at("consent_signed_on"),
                &head.consent_signed_on,
                "the day on which the person signed",
            );
            may_be_day(&mut found, at("consent_withdrawn_on"), &head.consent_withdrawn_on);
        }
        _ => found.push(fault(
            at("basis"),
            "Choose what monitoring rests on: a prohibition alone does not allow it",
        )),
    }
    found
}

/// The same, with what only the reader of order files finds, whatever the paragraphs are.
#[must_use]
pub fn head_alone(draft: &Draft) -> Vec<Fault> {
    let own = head_faults(draft);
    if !own.is_empty() {
        return own;
    }
    let Written { text, places } = written(&Draft { head: draft.head.clone(), ..Draft::default() });
    let found = Order::from_toml(&text).err().unwrap_or_default();
    let placed = found.into_iter().map(|one| {
        let place = places.get(one.line.saturating_sub(1)).copied().unwrap_or(Place::Whole);
        fault(place, plain(&one.problem))
    });
    placed.filter(|fault| matches!(fault.place, Place::Head(_))).collect()
}

fn paragraphs(draft: &Draft) -> Vec<Fault> {
    let mut found = Vec::new();
    if draft.paragraphs.is_empty() && draft.head.kind != "notification-only" {
        found.push(fault(Place::Whole, "Enter the paragraphs of the order"));
    }
    let mut seen = BTreeSet::new();
    for (index, one) in draft.paragraphs.iter().enumerate() {
        found.extend(paragraph(index, one));
        let number = one.paragraph.trim();
        if !number.is_empty() && !seen.insert(number) {
            found.push(twice(index, number));
        }
    }
    // What authorises monitoring has to be there to be read.
    let named = draft.head.authority_paragraph.trim();
    if draft.head.basis == "paragraph"
        && !named.is_empty()
        && !draft.paragraphs.is_empty()
        && !seen.contains(named)
    {
        found.push(fault(
            Place::Head("authority_paragraph"),
            format!("Paragraph {named} is to require monitoring, and is not among those entered"),
        ));
    }
    found
}

fn twice(index: usize, number: &str) -> Fault {
    let words = format!(
        "There is a paragraph {number} already; for two parts of one write {number}(a) and {number}(b)"
    );
    fault(Place::Paragraph(index, "paragraph"), words)
}

/// What is wrong with one paragraph by itself.
fn paragraph(index: usize, one: &Paragraph) -> Vec<Fault> {
    let mut found = Vec::new();
    let at = |field| Place::Paragraph(index, field);
    if one.paragraph.trim().is_empty() {
        found.push(fault(at("paragraph"), "Enter the paragraph’s number as it stands on the order"));
    }
    if one.text.trim().is_empty() {
        found.push(fault(at("text"), "Enter the court’s own words of this paragraph"));
    }
    may_be_day(&mut found, at("from"), &one.from);
    may_be_day(&mut found, at("until"), &one.until);
    let Some(kind) = ConditionKind::parse(&one.kind) else {
        found.push(fault(at("kind"), "Choose what is watched for, or that nothing is"));
        return found;
    };
    let takes = takes(kind);
    if takes.within_days
        && !one.within_days.trim().is_empty()
        && one.within_days.trim().parse::<u16>().is_err()
    {
        found.push(fault(at("within_days"), "Enter the number of days in figures, such as 3"));
    }
    if takes.under_age && !["", "16", "18"].contains(&one.under_age.trim()) {
        found.push(fault(at("under_age"), "Choose 16 or 18, or that the order does not say"));
    }
    if kind == ConditionKind::SpecifiedWords
        && lines(&one.words).chain(lines(&one.offence_words)).next().is_none()
    {
        found.push(fault(
            at("words"),
            "Enter the words that the order names: without them nothing would be looked for",
        ));
    }
    if takes.contacts && lines(&one.contacts).next().is_none() {
        found.push(fault(at("contacts"), "Enter at least one person whom the order names"));
    }
    found
}

/// What is wrong with one paragraph whatever else of the order is typed: what no kind was chosen for yet is read as not watched.
#[must_use]
pub fn paragraph_faults(draft: &Draft, index: usize) -> Vec<Fault> {
    let Some(one) = draft.paragraphs.get(index) else { return Vec::new() };
    let mut found = paragraph(index, one);
    let number = one.paragraph.trim();
    let others = draft.paragraphs.iter().enumerate().filter(|(at, _)| *at != index);
    if !number.is_empty() && others.into_iter().any(|(_, other)| other.paragraph.trim() == number) {
        found.push(twice(index, number));
    }
    let window = (day(&draft.head.made_on), day(&draft.head.expires_on));
    let (made_on, expires_on) = match window {
        (Some(made), Some(last)) if made <= last => (made.to_string(), last.to_string()),
        _ => ("1900-01-01".to_owned(), "2900-12-31".to_owned()),
    };
    let mut alone = one.clone();
    if ConditionKind::parse(&alone.kind).is_none() {
        ConditionKind::NotWatched.as_str().clone_into(&mut alone.kind);
    }
    let text = String::from("-");
    let head = Head {
        reference: text.clone(),
        kind: "licence".to_owned(),
        made_on,
        expires_on,
        timezone: "UTC".to_owned(),
        person_name: text.clone(),
        basis: "paragraph".to_owned(),
        authority_paragraph: one.paragraph.clone(),
        legal_basis: text.clone(),
        recorded_by: text,
        recorded_on: "2000-01-01".to_owned(),
        ..Head::default()
    };
    let alone = Draft { head, paragraphs: vec![alone], ..Draft::default() };
    for fault in faults(&alone) {
        if let Place::Paragraph(_, field) = fault.place
            && !found.iter().any(|one| one.place == Place::Paragraph(index, field))
        {
            found.push(Fault { place: Place::Paragraph(index, field), ..fault });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Draft, takes};
    use super::{Place, faults};
    use proviso_model::order::{ConditionKind, Order};

    const ALL_KINDS: &str = include_str!("../../../../../testdata/orders/good/shpo-all-kinds.toml");

    #[test]
    fn every_fault_stands_beside_its_field_also_those_that_the_reader_of_order_files_finds() {
        let good = Draft::from(&Order::from_toml(ALL_KINDS).expect("an order"));
        assert_eq!(faults(&good), []);
        type Change = fn(&mut Draft);
        let cases: [(&str, Change, Place); 9] = [
            ("no reference", |d| d.head.reference.clear(), Place::Head("reference")),
            ("a day that is none", |d| d.head.made_on = "31/02/2026".into(), Place::Head("made_on")),
            ("a zone that is none", |d| d.head.timezone = "Europe/Nowhere".into(), Place::Head("timezone")),
            ("no authority", |d| d.head.basis.clear(), Place::Head("basis")),
            (
                "authority elsewhere",
                |d| d.head.authority_paragraph = "99".into(),
                Place::Head("authority_paragraph"),
            ),
            ("nobody decided", |d| d.paragraphs[2].kind.clear(), Place::Paragraph(2, "kind")),
            (
                "twice the same",
                |d| d.paragraphs[1].paragraph = d.paragraphs[0].paragraph.clone(),
                Place::Paragraph(1, "paragraph"),
            ),
            ("after its end", |d| d.paragraphs[0].until = "2099-01-01".into(), Place::Paragraph(0, "until")),
            (
                "a site with a path",
                |d| d.paragraphs[1].sites = "https://a.example/b".into(),
                Place::Paragraph(1, "sites"),
            ),
        ];
        for (what, break_it, place) in cases {
            let mut draft = good.clone();
            break_it(&mut draft);
            let found = faults(&draft);
            assert!(found.iter().any(|one| one.place == place), "{what}: {found:?}");
            assert!(
                found.iter().all(|one| !one.words.is_empty() && !one.words.contains('_')),
                "{what}: {found:?}"
            );
        }
        assert!(!faults(&Draft::default()).is_empty());
    }

    #[test]
    fn what_a_kind_is_asked_is_what_the_reader_of_order_files_takes() {
        let order = Order::from_toml(ALL_KINDS).expect("an order");
        let good = Draft::from(&order);
        for (index, condition) in order.conditions.iter().enumerate() {
            let takes = takes(condition.kind);
            let mut draft = good.clone();
            let one = &mut draft.paragraphs[index];
            one.words = "harbour lantern".to_owned();
            one.within_days = "3".to_owned();
            one.under_age = "16".to_owned();
            one.declared = "vpn.employer.example".to_owned();
            if one.contacts.is_empty() {
                one.contacts = "forum.example/lantern-7".to_owned();
            }
            assert_eq!(faults(&draft), [], "{:?} {takes:?}", condition.kind);
        }
        assert!(!takes(ConditionKind::NotWatched).anything());
    }
}
