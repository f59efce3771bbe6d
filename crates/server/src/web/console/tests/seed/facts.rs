//! What devices of the invented force captured, and what rules made of it. The words are benign.

use proviso_ledger::hash::sha256;
use proviso_model::Source;
use proviso_model::Timestamp;
use proviso_model::finding::{Finding, Span, TextField};
use proviso_model::hash::Digest;
use proviso_model::observation::{Act, Attribution, Fact, Field, Observation, Passage};
use proviso_model::policy::PackRef;

use super::{CAPTURED, Raise};

/// The act as stored.
pub fn word(act: &Act) -> String {
    serde_json::to_value(act).expect("json").as_str().expect("a word").to_owned()
}

/// A captured message or page.
pub fn observation(act: Act, at: Timestamp) -> Observation {
    let text = Passage::whole(format!("See you on Friday, {CAPTURED}, bring bread."));
    let url = "https://chat.example/room/7".to_owned();
    let fact = match act {
        Act::Typed => Fact::Typed { url, field: Field::Message, text },
        _ => Fact::Page { url, title: "Room 7".to_owned(), text, cut: false },
    };
    Observation {
        id: None,
        observed_at: at,
        source: Source::Browser,
        account: "account-a".to_owned(),
        attribution: Attribution { act, foreground: true, visible_ms: 42_000, since_input_ms: Some(400) },
        fact,
    }
}

/// What a rule made of it.
pub fn finding(raise: &Raise, observation: &Observation, at: Timestamp) -> Finding {
    let field = match observation.fact {
        Fact::Typed { .. } => TextField::Typed,
        _ => TextField::Text,
    };
    let span = Span {
        field,
        start: 23,
        end: 33,
        rule: "words/order".to_owned(),
        category: "specified".to_owned(),
        text: "blue heron".to_owned(),
    };
    Finding {
        id: None,
        paragraph: raise.paragraph.to_owned(),
        condition: raise.condition,
        rule: "words/order".to_owned(),
        category: "specified".to_owned(),
        pack: PackRef {
            name: "order".to_owned(),
            version: "1".to_owned(),
            sha256: Digest(sha256(b"order words")),
        },
        observed_at: at,
        act: raise.act,
        strength_permille: 800,
        spans: vec![span],
        spans_left_out: 0,
        explanation:
            "The words \"blue heron\", which the order itself names in paragraph 4, stand in the text."
                .to_owned(),
        engine: "proviso-engine 0.1.0".to_owned(),
        engine_semantics: 1,
        policy: Digest(sha256(b"policy")),
    }
}
