//! An order as it stands, as if it had been typed: what a change of it begins with.

use jiff::civil::Date;
use proviso_model::order::{AuthorityBasis, Condition, Contact, Order};

use super::{Draft, Head, Paragraph};

fn day(date: Option<Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// The word for an order's kind, as order files have it.
fn kind(order: &Order) -> String {
    let word = serde_json::to_value(order.kind).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

impl From<&Order> for Draft {
    fn from(order: &Order) -> Self {
        let authority = &order.authority;
        let basis = match authority.basis {
            AuthorityBasis::Paragraph => "paragraph",
            AuthorityBasis::Consent => "consent",
        };
        let head = Head {
            reference: order.reference.clone(),
            kind: kind(order),
            made_on: order.made_on.to_string(),
            expires_on: order.expires_on.to_string(),
            timezone: order.timezone.clone(),
            languages: order.languages.join(", "),
            person_name: order.person.name.clone(),
            person_reference: order.person.reference.clone().unwrap_or_default(),
            basis: basis.to_owned(),
            authority_paragraph: authority.paragraph.clone().unwrap_or_default(),
            consent_signed_on: day(authority.consent_signed_on),
            consent_withdrawn_on: day(authority.consent_withdrawn_on),
            legal_basis: authority.legal_basis.clone(),
            recorded_by: authority.recorded_by.clone(),
            recorded_on: authority.recorded_on.to_string(),
            treatment_sites: order.treatment.sites.join("\n"),
            treatment_words: order.treatment.words.join("\n"),
        };
        let paragraphs = order.conditions.iter().map(Paragraph::from).collect();
        Self { head, paragraphs, ..Self::default() }
    }
}

impl From<&Condition> for Paragraph {
    fn from(condition: &Condition) -> Self {
        Self {
            paragraph: condition.paragraph.clone(),
            text: condition.text.clone(),
            from: day(condition.from),
            until: day(condition.until),
            kind: condition.kind.as_str().to_owned(),
            words: condition.words.join("\n"),
            offence_words: condition.offence_words.join("\n"),
            sites: condition.sites.join("\n"),
            except_sites: condition.except.sites.join("\n"),
            except_words: condition.except.words.join("\n"),
            within_days: condition.within_days.map(|days| days.to_string()).unwrap_or_default(),
            under_age: condition.under_age.map(|age| age.to_string()).unwrap_or_default(),
            declared: condition.declared.join("\n"),
            contacts: condition.contacts.iter().map(contact).collect::<Vec<_>>().join("\n"),
        }
    }
}

fn contact(contact: &Contact) -> String {
    let parts = contact.name.iter().chain(&contact.accounts).chain(&contact.emails).chain(&contact.phones);
    parts.cloned().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::{Draft, order_of};
    use proviso_model::Order;

    #[test]
    fn an_order_read_into_the_form_and_written_again_is_the_same_order() {
        for file in [
            include_str!("../../../../../testdata/orders/good/shpo-all-kinds.toml"),
            include_str!("../../../../../testdata/orders/good/sro-consent.toml"),
            include_str!("../../../../../testdata/orders/good/consent-withdrawn.toml"),
            include_str!("../../../../../testdata/orders/good/notification-only.toml"),
        ] {
            let order = Order::from_toml(file).expect("an order");
            let (again, _) = order_of(&Draft::from(&order)).expect("no fault");
            assert_eq!(again, order);
        }
    }
}
