//! What devices of the invented force captured, and what rules made of it. The words are benign.

use proviso_ledger::hash::sha256;
use proviso_model::Source;
use proviso_model::Timestamp;
use proviso_model::finding::{Finding, Span, TextField};
use proviso_model::hash::Digest;
use proviso_model::observation::{Act, Attribution, Fact, Field, Observation, Passage, SoftwareState};
use proviso_model::order::ConditionKind;
use proviso_model::policy::PackRef;
use proviso_store::{OpenedWhat, Outside, QuarantineRow, QuarantineState};

use super::{CAPTURED, Raise, Seed};
use crate::app::late::KIND_QUARANTINED;

/// The act as stored.
pub fn word(act: &Act) -> String {
    serde_json::to_value(act).expect("json").as_str().expect("a word").to_owned()
}

/// A captured message, page or state.
pub fn observation(raise: &Raise, at: Timestamp) -> Observation {
    let act = raise.act;
    let text = Passage::whole(format!("See you on Friday, {CAPTURED}, bring bread."));
    let url = "https://chat.example/room/7".to_owned();
    let fact = match (raise.condition, act) {
        (ConditionKind::NoPrivateBrowsing, _) => Fact::PrivateWindow { browser: "Chromium".to_owned() },
        (ConditionKind::MonitoringSoftware, _) => {
            Fact::Software { component: "extension".to_owned(), state: SoftwareState::Disabled }
        }
        (_, Act::Typed) => Fact::Typed { url, field: Field::Message, text },
        _ => Fact::Page { url, title: "Room 7".to_owned(), text, cut: false, search: None },
    };
    Observation {
        listed: Vec::new(),
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
        Fact::Typed { .. } => Some(TextField::Typed),
        Fact::Page { .. } => Some(TextField::Text),
        Fact::Messages { .. } | Fact::PrivateWindow { .. } | Fact::Software { .. } => None,
    };
    let spans = field.map(|field| Span {
        field,
        start: 23,
        end: 33,
        rule: "words/order".to_owned(),
        category: "specified".to_owned(),
        text: "blue heron".to_owned(),
        message: None,
    });
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
        more_packs: Vec::new(),
        observed_at: at,
        act: raise.act,
        strength_permille: 800,
        spans: spans.into_iter().collect(),
        spans_left_out: 0,
        explanation: match field {
            Some(_) => {
                "The words \"blue heron\", which the order itself names in paragraph 4, stand in the text."
            }
            None => "The state that was observed is one that the paragraph speaks of.",
        }
        .to_owned(),
        engine: "proviso-engine 0.1.0".to_owned(),
        engine_semantics: 1,
        policy: Digest(sha256(b"policy")),
    }
}

impl Seed {
    /// Adds a record that is held unseen, observed so long ago.
    pub async fn held(&mut self, paragraph: &str, outside: Outside, ago_millis: i64) {
        let now = self.ctx.now();
        let (case, device, paragraph) = (self.case, self.device, paragraph.to_owned());
        self.append(KIND_QUARANTINED, move |record| {
            OpenedWhat::Quarantined(vec![QuarantineRow {
                record,
                paragraph,
                case,
                device,
                outside,
                findings: 2,
                observed_at: now.plus_millis(-ago_millis),
                held_at: now,
                state: QuarantineState::Held,
                reviewed_at: None,
            }])
        })
        .await;
    }
}
