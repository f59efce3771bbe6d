//! What was typed as an order file, one key in a line, so that a fault of the file is one of a field.

use proviso_model::ConditionKind;

use super::fault::Place;
use super::{Draft, Paragraph, Takes, lines, takes};

/// An order file, and which field each of its lines is made of.
pub struct Written {
    /// The file.
    pub text: String,
    /// Of its lines, in order.
    pub places: Vec<Place>,
}

impl Written {
    fn line(&mut self, place: Place, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.places.push(place);
    }

    fn text(&mut self, place: Place, key: &str, value: &str) {
        if !value.trim().is_empty() {
            self.line(place, &format!("{key} = {}", quoted(value.trim())));
        }
    }

    fn date(&mut self, place: Place, key: &str, value: &str) {
        if !value.trim().is_empty() {
            self.line(place, &format!("{key} = {}", value.trim()));
        }
    }

    fn list<'t>(&mut self, place: Place, key: &str, values: impl Iterator<Item = &'t str>) {
        let values: Vec<String> = values.map(quoted).collect();
        if !values.is_empty() {
            self.line(place, &format!("{key} = [{}]", values.join(", ")));
        }
    }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => {}
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Writes a draft whose own faults are none.
pub fn written(draft: &Draft) -> Written {
    let head = &draft.head;
    let mut file = Written { text: String::new(), places: Vec::new() };
    let at = Place::Head;
    file.text(at("reference"), "reference", &head.reference);
    file.text(at("kind"), "kind", &head.kind);
    file.date(at("made_on"), "made_on", &head.made_on);
    file.date(at("expires_on"), "expires_on", &head.expires_on);
    file.text(at("timezone"), "timezone", &head.timezone);
    file.list(
        at("languages"),
        "languages",
        head.languages.split(',').map(str::trim).filter(|tag| !tag.is_empty()),
    );
    file.line(at("person_name"), "[person]");
    file.text(at("person_name"), "name", &head.person_name);
    file.text(at("person_reference"), "reference", &head.person_reference);
    file.line(at("basis"), "[authority]");
    file.text(at("basis"), "basis", &head.basis);
    if head.basis == "consent" {
        file.date(at("consent_signed_on"), "consent_signed_on", &head.consent_signed_on);
        file.date(at("consent_withdrawn_on"), "consent_withdrawn_on", &head.consent_withdrawn_on);
    } else {
        file.text(at("authority_paragraph"), "paragraph", &head.authority_paragraph);
    }
    file.text(at("legal_basis"), "legal_basis", &head.legal_basis);
    file.text(at("legal_basis"), "recorded_by", &head.recorded_by);
    file.date(at("legal_basis"), "recorded_on", &head.recorded_on);
    if lines(&head.treatment_sites).chain(lines(&head.treatment_words)).next().is_some() {
        file.line(at("treatment_sites"), "[treatment]");
        file.list(at("treatment_sites"), "sites", lines(&head.treatment_sites));
        file.list(at("treatment_words"), "words", lines(&head.treatment_words));
    }
    for (index, one) in draft.paragraphs.iter().enumerate() {
        paragraph(&mut file, index, one);
    }
    file
}

fn paragraph(file: &mut Written, index: usize, one: &Paragraph) {
    let at = |field| Place::Paragraph(index, field);
    let takes: Takes = ConditionKind::parse(&one.kind).map_or_else(Takes::default, takes);
    file.line(at("paragraph"), "[[condition]]");
    file.text(at("paragraph"), "paragraph", &one.paragraph);
    file.text(at("text"), "text", &one.text);
    file.text(at("kind"), "kind", &one.kind);
    file.date(at("from"), "from", &one.from);
    file.date(at("until"), "until", &one.until);
    if takes.words {
        file.list(at("words"), "words", lines(&one.words));
        file.list(at("offence_words"), "offence_words", lines(&one.offence_words));
    }
    if takes.sites {
        file.list(at("sites"), "sites", lines(&one.sites));
    }
    if takes.within_days && !one.within_days.trim().is_empty() {
        file.line(at("within_days"), &format!("within_days = {}", one.within_days.trim()));
    }
    if takes.under_age && !one.under_age.trim().is_empty() {
        file.line(at("under_age"), &format!("under_age = {}", one.under_age.trim()));
    }
    if takes.declared {
        file.list(at("declared"), "declared", lines(&one.declared));
    }
    if takes.words && lines(&one.except_sites).chain(lines(&one.except_words)).next().is_some() {
        file.line(at("except_sites"), "[condition.except]");
        file.list(at("except_sites"), "sites", lines(&one.except_sites));
        file.list(at("except_words"), "words", lines(&one.except_words));
    }
    if takes.contacts {
        for line in lines(&one.contacts) {
            contact(file, at("contacts"), line);
        }
    }
}

/// A person in a line: what has an @ and no / is an address, what has a / an account, what is digits a number, the rest a name.
fn contact(file: &mut Written, place: Place, line: &str) {
    let (mut name, mut accounts, mut emails, mut phones) = (None, Vec::new(), Vec::new(), Vec::new());
    for part in line.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let is_number = part.chars().all(|letter| letter.is_ascii_digit() || " +()-.".contains(letter));
        match (part.contains('/'), part.contains('@'), is_number) {
            (true, ..) => accounts.push(part),
            (_, true, _) => emails.push(part),
            (.., true) => phones.push(part),
            _ => name = Some(part),
        }
    }
    file.line(place, "[[condition.contact]]");
    file.text(place, "name", name.unwrap_or_default());
    file.list(place, "accounts", accounts.into_iter());
    file.list(place, "emails", emails.into_iter());
    file.list(place, "phones", phones.into_iter());
}
