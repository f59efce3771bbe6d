//! What a changed order changes, paragraph by paragraph.

use proviso_model::order::{Condition, Order};

/// A difference between two versions of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// A paragraph that was not there.
    Added(Box<Condition>),
    /// One that is not there any more.
    Gone(Box<Condition>),
    /// One that says something else: as it was, as it is, and what differs.
    Other(Box<Condition>, Box<Condition>, Vec<&'static str>),
    /// Something beside the paragraphs: what, as it was, as it is.
    Head(&'static str, String, String),
}

/// What `after` changes of `before`, in the order of its paragraphs.
#[must_use]
pub fn changes(before: &Order, after: &Order) -> Vec<Changed> {
    let mut found = head(before, after);
    for condition in &after.conditions {
        match before.conditions.iter().find(|one| one.paragraph == condition.paragraph) {
            None => found.push(Changed::Added(Box::new(condition.clone()))),
            Some(was) if was != condition => found.push(Changed::Other(
                Box::new(was.clone()),
                Box::new(condition.clone()),
                differs(was, condition),
            )),
            Some(_) => {}
        }
    }
    let stays = |one: &&Condition| after.conditions.iter().any(|other| other.paragraph == one.paragraph);
    let gone = before.conditions.iter().filter(|one| !stays(one));
    found.extend(gone.map(|one| Changed::Gone(Box::new(one.clone()))));
    found
}

fn head(before: &Order, after: &Order) -> Vec<Changed> {
    let said = |order: &Order| {
        let authority = &order.authority;
        let basis = match (&authority.paragraph, authority.consent_signed_on, authority.consent_withdrawn_on)
        {
            (Some(paragraph), ..) => format!("paragraph {paragraph}"),
            (None, Some(signed), None) => format!("consent signed on {signed}"),
            (None, signed, Some(withdrawn)) => format!(
                "consent signed on {}, withdrawn on {withdrawn}",
                signed.map(|day| day.to_string()).unwrap_or_default()
            ),
            (None, None, None) => String::new(),
        };
        [
            ("The court’s reference", order.reference.clone()),
            ("Kind of order", super::Draft::from(order).head.kind),
            ("Made on", order.made_on.to_string()),
            ("Last day", order.expires_on.to_string()),
            ("Time zone", order.timezone.clone()),
            ("Name", order.person.name.clone()),
            ("The force’s number", order.person.reference.clone().unwrap_or_default()),
            ("Monitoring rests on", basis),
            ("Legal basis", authority.legal_basis.clone()),
            ("Languages", order.languages.join(", ")),
            ("Sites of the treatment programme", order.treatment.sites.join(", ")),
            ("Words of the treatment programme", order.treatment.words.join(", ")),
        ]
    };
    let pairs = said(before).into_iter().zip(said(after));
    let differ = pairs.filter(|((_, was), (_, is))| was != is);
    differ.map(|((what, was), (_, is))| Changed::Head(what, was, is)).collect()
}

fn differs(was: &Condition, is: &Condition) -> Vec<&'static str> {
    [
        ("the court’s words", was.text != is.text),
        ("what is watched for", was.kind != is.kind),
        ("its days", (was.from, was.until) != (is.from, is.until)),
        ("the words that it names", (&was.words, &was.offence_words) != (&is.words, &is.offence_words)),
        ("the sites that it names", was.sites != is.sites),
        ("what is carved out", was.except != is.except),
        ("what has been declared", was.declared != is.declared),
        ("whom it names", was.contacts != is.contacts),
        ("days or age", (was.within_days, was.under_age) != (is.within_days, is.under_age)),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(what, _)| what)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{Changed, changes};
    use proviso_model::Order;

    #[test]
    fn what_a_court_changed_is_said_by_its_paragraph_and_the_rest_is_not_repeated() {
        let text = include_str!("../../../../../testdata/orders/good/shpo-all-kinds.toml");
        let before = Order::from_toml(text).expect("an order");
        assert_eq!(changes(&before, &before), []);
        let mut after = before.clone();
        after.expires_on = "2032-01-01".parse().expect("a day");
        after.conditions.remove(0);
        after.conditions[0].text.push_str(" As varied.");
        let mut added = after.conditions[1].clone();
        added.paragraph = "20".to_owned();
        after.conditions.push(added.clone());
        let found = changes(&before, &after);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(matches!(&found[0], Changed::Head("Last day", ..)));
        assert!(matches!(&found[1], Changed::Other(.., what) if what == &["the court’s words"]));
        assert_eq!(found[2], Changed::Added(Box::new(added)));
        assert_eq!(found[3], Changed::Gone(Box::new(before.conditions[0].clone())));
    }
}
