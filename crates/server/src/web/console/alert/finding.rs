//! One finding on an alert's page: captured facts in one box, the machine's opinion in another (invariant 5).

use jiff::tz::TimeZone;
use proviso_model::Span;
use proviso_model::finding::TextField;
use proviso_model::judgement::{InnocentContext, ModelAgainst, WordingDoubt};
use proviso_model::observation::{Fact, Passage};
use proviso_store::{PrivilegeState, ReplayOutcome};

use super::browser_history;
use super::context::{self, ContextBox};
use super::marks::{Piece, pieces, without_content};
use super::masks::Masks;
use super::picture::{self, PictureBox};
use super::talk;
use crate::app::officer::alert::{AlertView, ShownFinding};
use crate::web::console::outside;
use crate::web::console::words::{self, When};

/// What is said of a child or an age before content is opened: without the age, which is captured content.
const REFERS_TO_A_CHILD: &str = "refers to a child or a stated age within the same passage";

const PARTLY: &str = "A part of this record is privileged, as an independent reviewer decided, and is withheld. What is shown is the rest.";
const RELEASED: &str =
    "It might have been privileged. An independent reviewer decided that it is not, and released it.";

/// What the template shows of one finding.
pub struct FindingBox {
    pub attribution: String,
    pub fact: String,
    pub fact_low: String,
    pub at: When,
    pub circumstances: String,
    pub nothing_more: bool,
    /// Why it is not to be acted on; empty for most.
    pub note: String,
    /// What a reviewer of privilege decided; empty for most.
    pub reviewed: &'static str,
    pub content: Option<Content>,
    /// Whether its picture is unveiled on this page.
    pub is_unveiled: bool,
    pub record: String,
    pub chain: String,
    pub received: When,
    pub from_branch: bool,
    pub clock_in_doubt: bool,
    pub leaf: String,
    pub explanation: String,
    pub refers_to_a_child: bool,
    /// Innocent settings, and what each took off the strength.
    pub settings: Vec<String>,
    /// Where the paragraph's wording leaves a question to the officer.
    pub wording: Vec<WordingDoubt>,
    /// The model that a score came from, and the hash of its weights.
    pub model: Option<(String, String)>,
    pub rule: String,
    pub category: String,
    pub strength: &'static str,
    pub strength_permille: u16,
    pub replay: &'static str,
    pub pack: String,
    pub pack_sha256: String,
    pub engine: String,
    pub policy: String,
}

/// Captured content, rendered only after its opening was logged.
#[derive(Default)]
pub struct Content {
    pub address: Option<Vec<Piece>>,
    /// A name that was used.
    pub name: Option<String>,
    pub title: Option<Vec<Piece>>,
    pub query: Option<String>,
    pub passages: Vec<Vec<Piece>>,
    pub cut: bool,
    pub picture: Option<PictureBox>,
    /// The window in which it was found.
    pub context: Option<ContextBox>,
}

impl Content {
    /// Whether a picture in it is shown in the clear.
    fn has_an_unveiled(&self) -> bool {
        let window = self.context.as_ref().and_then(|context| context.view.as_ref().ok());
        self.picture.as_ref().is_some_and(PictureBox::is_unveiled)
            || window.is_some_and(|view| view.is_unveiled)
    }
}

/// Prepares a finding for the page.
pub fn shown(one: &ShownFinding, view: &AlertView, zone: &TimeZone, masks: &Masks) -> FindingBox {
    let (captured, generated, record) = (&one.captured, &one.generated, &one.record);
    let content = view.content_open.then(|| content(one, view, zone, masks));
    let explanation = explanation(one, content.is_some(), masks);
    FindingBox {
        attribution: attribution(one, view, zone),
        fact_low: lower_first(&words::fact(&captured.fact)),
        fact: words::fact(&captured.fact),
        at: words::when(captured.observed_at, zone),
        circumstances: match &captured.fact {
            Fact::History(seen) => browser_history::numbers(seen, zone),
            fact => words::circumstances(fact, &captured.attribution),
        },
        nothing_more: matches!(
            captured.fact,
            Fact::PrivateWindow { .. } | Fact::Software { .. } | Fact::Machine(_) | Fact::History(_)
        ),
        note: one.outside.map_or_else(String::new, |why| {
            outside::note(why, &view.ends, "this finding", captured.observed_at, zone)
        }),
        reviewed: match one.reviewed {
            Some(PrivilegeState::Partly) => PARTLY,
            Some(PrivilegeState::Released) => RELEASED,
            _ => "",
        },
        is_unveiled: content.as_ref().is_some_and(Content::has_an_unveiled),
        content,
        record: hex::encode(record.hash),
        chain: format!("{} (epoch {}) of {}", record.seq, record.epoch, words::device(&view.device.system)),
        received: words::when(record.received_at, zone),
        from_branch: one.from_branch,
        clock_in_doubt: one.clock_in_doubt,
        leaf: match one.from_branch {
            true => "none: the record is kept apart".to_owned(),
            false => record.leaf.to_string(),
        },
        explanation,
        refers_to_a_child: generated.minor_reference.is_some(),
        settings: generated
            .contexts
            .iter()
            .map(setting)
            .chain(generated.against.iter().map(read_otherwise))
            .collect(),
        wording: generated.wording_doubt.clone(),
        model: generated.score.as_ref().map(|score| {
            (format!("{} {}", score.model.name, score.model.version), score.model.sha256.to_string())
        }),
        rule: generated.rule.clone(),
        category: generated.category.clone(),
        strength: words::strength(generated.strength_permille),
        strength_permille: generated.strength_permille,
        replay: replay(record.replay),
        pack: format!("{} {}", generated.pack.name, generated.pack.version),
        pack_sha256: generated.pack.sha256.to_string(),
        engine: format!("{} (semantics {})", generated.engine, generated.engine_semantics),
        policy: generated.policy.to_string(),
    }
}

/// Under which account of which device it came about, and how.
fn attribution(one: &ShownFinding, view: &AlertView, zone: &TimeZone) -> String {
    let (captured, device) = (&one.captured, words::device(&view.device.system));
    let account = if captured.account.is_empty() { &view.device.account } else { &captured.account };
    match &captured.fact {
        Fact::History(seen) => browser_history::attribution(seen, account, device, zone),
        fact => words::attribution(fact, captured.attribution.act, account, device),
    }
}

/// The explanation as far as this officer has opened it.
fn explanation(one: &ShownFinding, is_open: bool, masks: &Masks) -> String {
    let text = &one.generated.explanation;
    // A name that was used is covered however it is quoted.
    let is_covered = matches!(one.captured.fact, Fact::Name(_)) && !masks.is_open();
    if is_open && !is_covered { masks.covered(text) } else { hidden(text, one) }
}

/// The explanation without captured content. Words of a model and of settings stand in quotation marks there, which hide
/// them; looking for each by itself would hide every "and".
fn hidden(explanation: &str, one: &ShownFinding) -> String {
    let finding = &one.generated;
    let explanation = match &finding.minor_reference {
        Some(minor) => explanation.replace(&minor.says, REFERS_TO_A_CHILD),
        None => explanation.to_owned(),
    };
    let spans: Vec<_> =
        finding.spans.iter().filter(|span| !span.rule.starts_with("score/")).cloned().collect();
    without_content(&explanation, &spans, one.captured.fact.url())
}

/// An innocent setting as a row of the page. One that takes nothing off only kept a name from counting.
fn setting(context: &InnocentContext) -> String {
    match context.lowered_permille {
        0 => context.reason.clone(),
        permille => format!("{} (strength lowered by {} %)", context.reason, permille / 10),
    }
}

/// A model that reads the words' passages as other text, as a row of the page.
fn read_otherwise(against: &ModelAgainst) -> String {
    format!(
        "the model {} {} reads the passages with these words as other text (strength lowered by {} %)",
        against.model.name,
        against.model.version,
        against.lowered_permille / 10
    )
}

/// For the middle of a sentence.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn replay(outcome: Option<ReplayOutcome>) -> &'static str {
    match outcome {
        Some(ReplayOutcome::Same) => "Evaluated again by the server: same result",
        Some(ReplayOutcome::Differs) => {
            "Evaluated again by the server: another result. Do not rely on this finding before a specialist has looked"
        }
        Some(ReplayOutcome::NotReplayed) => {
            "Not evaluated again: made by another engine version, or under a policy that this server does not hold"
        }
        Some(ReplayOutcome::ListingWrong) => {
            "Evaluated again by the server: same result, but the site does not stand on the list that the device names. Do not rely on this \
             finding before a specialist has looked"
        }
        Some(ReplayOutcome::ListingUnchecked) => {
            "Evaluated again by the server: same result. This server does not hold the list of sites that it rests on, so whether the site \
             stands on it could not be checked"
        }
        Some(ReplayOutcome::Unreadable) => "Not evaluated again: the record could not be read",
        None => "Not evaluated again yet",
    }
}

fn content(one: &ShownFinding, view: &AlertView, zone: &TimeZone, masks: &Masks) -> Content {
    let spans: &[Span] = &one.generated.all_spans().cloned().collect::<Vec<_>>();
    let whole = |text: &str, field| {
        let passage = Passage { offset: 0, text: text.to_owned() };
        (!text.is_empty()).then(|| pieces(&passage, spans, field, masks))
    };
    let query: Vec<_> =
        spans.iter().filter(|span| span.field == TextField::Query).map(|span| span.text.as_str()).collect();
    let query = (!query.is_empty()).then(|| masks.covered(&query.join(" … ")));
    match &one.captured.fact {
        Fact::Page { url, title, text, cut, .. } => Content {
            address: whole(url, TextField::Url),
            title: whole(title, TextField::Title),
            query,
            passages: text.iter().map(|passage| pieces(passage, spans, TextField::Text, masks)).collect(),
            cut: *cut,
            ..Content::default()
        },
        Fact::Typed { url, text, .. } => Content {
            address: whole(url, TextField::Url),
            query,
            passages: text.iter().map(|passage| pieces(passage, spans, TextField::Typed, masks)).collect(),
            ..Content::default()
        },
        Fact::Messages { url, channel, .. } => Content {
            address: whole(url, TextField::Url),
            title: whole(channel, TextField::Title),
            passages: one.captured.fact.messages().map(|message| talk::line(message, spans, masks)).collect(),
            cut: one.captured.fact.messages().any(|message| message.cut),
            ..Content::default()
        },
        Fact::Picture(picture) => Content {
            address: whole(&picture.url, TextField::Url),
            title: whole(&picture.title, TextField::Title),
            picture: Some(picture::shown(picture, one, view, zone)),
            ..Content::default()
        },
        Fact::Text(of_program) => {
            let field = if of_program.typed { TextField::Typed } else { TextField::Text };
            Content {
                context: Some(context::shown(one, view, zone, masks)),
                title: whole(&of_program.title, TextField::Title),
                query,
                passages: of_program
                    .text
                    .iter()
                    .map(|passage| pieces(passage, spans, field, masks))
                    .collect(),
                cut: of_program.cut,
                ..Content::default()
            }
        }
        Fact::Name(used) => Content {
            address: whole(&used.url, TextField::Url),
            name: Some(masks.author(&used.name)),
            ..Content::default()
        },
        Fact::PrivateWindow { .. } | Fact::Software { .. } | Fact::Machine(_) | Fact::History(_) => {
            Content { query, ..Content::default() }
        }
    }
}
