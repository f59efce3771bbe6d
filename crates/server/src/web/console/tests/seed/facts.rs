//! What devices of the invented force captured, and what rules made of it. The words are benign.

use proviso_engine::conversation::name_of;
use proviso_ledger::hash::sha256;
use proviso_model::finding::{Finding, Span, TextField};
use proviso_model::hash::Digest;
use proviso_model::ids::AlertId;
use proviso_model::observation::{Act, Attribution, Fact, Field, Observation, Passage, SoftwareState};
use proviso_model::order::ConditionKind;
use proviso_model::policy::PackRef;
use proviso_model::{ContextPicture, OtherAdultTold, Source, Timestamp};
use proviso_store::{
    ContextPictureRow, FindingRow, ObservationRow, OpenedWhat, OtherAdultToldRow, Outside, Priority,
    QuarantineRow, QuarantineState, ReplayOutcome,
};

use super::{BODY, CAPTURED, Raise, Seed};
use crate::app::late::KIND_QUARANTINED;
use crate::keys::case::Purpose;

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
        picture: None,
        id: None,
        observed_at: at,
        source: Source::Browser,
        account: "account-a".to_owned(),
        attribution: Attribution {
            act,
            foreground: true,
            visible_ms: 42_000,
            since_input_ms: Some(400),
            circumstances: None,
        },
        fact,
    }
}

/// What a rule made of it.
pub fn finding(raise: &Raise, observation: &Observation, at: Timestamp) -> Finding {
    let field = match observation.fact {
        Fact::Typed { .. } => Some(TextField::Typed),
        Fact::Page { .. } => Some(TextField::Text),
        Fact::Messages { .. }
        | Fact::Picture(_)
        | Fact::PrivateWindow { .. }
        | Fact::Software { .. }
        | Fact::Machine(_)
        | Fact::Name(_)
        | Fact::Text(_)
        | Fact::History(_) => None,
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
        score: None,
        against: None,
        picture: None,
        minor_reference: None,
        contexts: Vec::new(),
        privilege: None,
        wording_doubt: Vec::new(),
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
    /// Raises an alert, or joins an open one.
    pub async fn raise(&mut self, raise: &Raise) -> AlertId {
        let at = self.ctx.now().plus_millis(-raise.ago_millis);
        let observation = observation(raise, at);
        let finding = finding(raise, &observation, at);
        self.put(&observation, &[finding], raise.priority).await
    }

    /// Keeps an observation and what was made of it, as the worker would; gives the alert that the first finding joined.
    pub async fn put(
        &mut self,
        observation: &Observation,
        findings: &[Finding],
        priority: Priority,
    ) -> AlertId {
        let (case, device, ctx) = (self.case, self.device, self.ctx.clone());
        let touched = self
            .append("finding", move |record| {
                let keys = ctx.case_keys(case).expect("keys");
                let columns = keys.of_record(&BODY);
                let sealed =
                    |purpose, json: String| ctx.with_rng(|rng| columns.seal(rng, purpose, json.as_bytes()));
                let json = serde_json::to_string(observation).expect("json");
                let row = ObservationRow {
                    record,
                    case,
                    device,
                    observed_at: observation.observed_at,
                    source: "browser".to_owned(),
                    act: word(&observation.attribution.act),
                    sealed: sealed(Purpose::Observation, json),
                };
                let findings = (0..).zip(findings).map(|(place, finding)| {
                    let json = serde_json::to_string(finding).expect("json");
                    let json = sealed(Purpose::Finding, json);
                    let row = FindingRow::new(record, place, case, device, finding, json);
                    (row, priority, AlertId::new(ctx.now(), ctx.random()))
                });
                OpenedWhat::Finding {
                    observation: row,
                    findings: findings.collect(),
                    conversation: name_of(&observation.fact).map(|name| keys.conversation(&name)),
                    replay: ReplayOutcome::Same,
                    left_out: Vec::new(),
                }
            })
            .await;
        *touched.first().expect("an alert")
    }

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

    /// Adds what a device said of the window of the newest finding of an alert, as the worker would have opened it.
    pub async fn window(&mut self, alert: AlertId, mut captured: ContextPicture) {
        let found = self.ctx.store.alert_findings(alert, 1).await.expect("read");
        let finding = found.first().expect("a finding").0.record;
        captured.finding = Digest(finding);
        let (case, device, ctx) = (self.case, self.device, self.ctx.clone());
        self.append("context-picture", move |record| {
            let columns = ctx.case_keys(case).expect("keys").of_record(&BODY);
            let json = serde_json::to_vec(&captured).expect("json");
            let sealed = ctx.with_rng(|rng| columns.seal(rng, Purpose::ContextPicture, &json));
            let observed_at = captured.observed_at;
            OpenedWhat::ContextPicture(ContextPictureRow {
                record,
                case,
                device,
                finding,
                observed_at,
                sealed,
            })
        })
        .await;
    }

    /// Adds what a device told of another adult's use, as the worker would have opened it.
    pub async fn other_adult(&mut self, told: OtherAdultTold) {
        let (case, device, ctx) = (self.case, self.device, self.ctx.clone());
        self.append("other-adult", move |record| {
            let columns = ctx.case_keys(case).expect("keys").of_record(&BODY);
            let json = serde_json::to_vec(&told).expect("json");
            let sealed = ctx.with_rng(|rng| columns.seal(rng, Purpose::OtherAdult, &json));
            let (from, until) = (told.from(), told.until());
            OpenedWhat::OtherAdult(OtherAdultToldRow { record, case, device, from, until, sealed })
        })
        .await;
    }
}
