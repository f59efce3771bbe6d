//! One plain paragraph for each finding, made from its data: what was seen, where, by which act, which rule spoke, how
//! strongly, and what it would have taken for it not to speak.

use std::cmp::Reverse;
use std::collections::HashMap;

use proviso_model::finding::TextField;
use proviso_model::observation::{Field, ProgramText, SearchStart, SoftwareState};
use proviso_model::policy::{PackRef, PolicyCondition, Rule};
use proviso_model::setting::Alone;
use proviso_model::{Act, Attribution, Fact, MachineWhat, Observation, Span};

mod beside;

use super::worded::Beside;
use super::{Spoken, explain_talk, searched};
use crate::attribution::because;
use crate::compile::OFFENCE_RULE;
use crate::search::search_of;
use crate::sites::host_of_address;
use crate::text::is_ignorable;

/// Different words shown in one explanation.
const SHOWN_MAX: usize = 5;
/// Characters shown of one word or name.
const SHOWN_CHARS_MAX: usize = 60;

/// The paragraph. `spans` are all that the rule considered.
pub(super) fn explain(
    observation: &Observation,
    condition: &PolicyCondition,
    spoken: &Spoken<'_>,
    spans: &[Span],
    beside: &Beside,
) -> String {
    let rule = spoken.rule.id();
    let source = match spoken.packs.first() {
        Some(pack) if rule == OFFENCE_RULE => {
            format!("words that this order ties to the index offence, from the order of {}", pack.version)
        }
        Some(pack) if pack.name == "order" => format!("from the order of {}", pack.version),
        Some(pack) if pack.name == "engine" => format!("part of the engine, version {}", pack.version),
        _ => packs(&spoken.packs),
    };
    let (seen, act) = match &spoken.seen {
        Some(seen) if !matches!(observation.fact, Fact::Messages { .. }) => (seen.clone(), act(observation)),
        Some(seen) => (
            format!("{} {seen}", explain_talk::place(observation)),
            format!("{} {}", explain_talk::shown(observation), circumstances(&observation.attribution)),
        ),
        None => (seen(observation, spoken, spans), act(observation)),
    };
    let mut said = format!("{seen} {act} Rule {rule}, {source}, serves paragraph {}.", condition.paragraph);
    if let Some(score) = &spoken.score {
        said.push_str(&beside::score(score, matches!(spoken.rule, Rule::Words { .. })));
    }
    if let Some(minor) = &beside.minor {
        said.push_str(&beside::minor(minor));
    }
    said.push_str(&beside::lowered(beside, spoken.strength_permille));
    said.push_str(&beside::certainty(spoken, beside));
    said.push(' ');
    said.push_str(&spoken.why_not);
    said.push_str(&spoken.in_context);
    said.push_str(" This is a machine's opinion for an officer to judge.");
    said
}

fn packs(packs: &[&PackRef]) -> String {
    let named: Vec<String> =
        packs.iter().map(|pack| format!("{} version {}", pack.name, pack.version)).collect();
    format!("from {} {}", if packs.len() == 1 { "pack" } else { "packs" }, named.join(" and "))
}

fn seen(observation: &Observation, spoken: &Spoken<'_>, spans: &[Span]) -> String {
    // Where words and a score speak together, the words are what is shown first.
    let own: Vec<&Span> = spans.iter().filter(|span| span.rule == spoken.rule.id()).collect();
    let holds = match spoken.rule {
        Rule::Score { .. } => {
            format!("text that a model reads as {}, by {}", reads_as(spoken.rule.category()), words(&own))
        }
        _ => words(&own),
    };
    match &observation.fact {
        Fact::Page { url, search, .. } => match spans.first() {
            Some(span) if span.field == TextField::Url => {
                format!("A page of {} was captured; the site is on the list.", quoted(&span.text))
            }
            Some(span) if span.field == TextField::Query => of_search(url, search.as_ref(), &own),
            _ => format!("A page of {} holds {holds}.", site(url)),
        },
        Fact::Typed { url, field, .. } => {
            let field = match field {
                Field::Search => "a search field",
                Field::Message => "a message field",
                Field::Text => "a text field",
            };
            format!("Text in {field} on {} holds {holds}.", site(url))
        }
        Fact::Text(of_program) => {
            let kind = if of_program.typed { "Text that came into a field" } else { "Text" };
            format!("{kind} in {} holds {holds}.", window(of_program))
        }
        Fact::Messages { .. } => explain_talk::place(observation),
        Fact::Picture(picture) => super::pictures::shown(picture),
        Fact::Machine(machine) => super::machine::shown(machine),
        Fact::History(of_browser) => super::states::shown(spoken.rule, of_browser),
        Fact::Name(used) => super::names::shown(used),
        Fact::PrivateWindow { browser } => format!("A private window of {} was open.", quoted(browser)),
        Fact::Software { component, state } => {
            let state = match state {
                SoftwareState::Running => "runs",
                SoftwareState::Disabled => "was switched off while the device ran",
                SoftwareState::Removed => "was gone while the device ran",
            };
            format!("The monitoring software's part {} {state}.", quoted(component))
        }
    }
}

/// The window of a program, by what it calls itself.
fn window(of_program: &ProgramText) -> String {
    let ProgramText { application, program, .. } = of_program;
    let file = if program.is_empty() { String::new() } else { format!(" (program {})", quoted(program)) };
    match application.as_str() {
        "" => format!("the window in front of a program that gives no name{file}"),
        name => format!("the window in front of a program that calls itself {}{file}", quoted(name)),
    }
}

/// What a model of a category reads a text as, in words.
pub(super) fn reads_as(category: &str) -> &str {
    match category {
        "solicitation" => "asking for or offering sexual pictures, acts or meetings",
        other => other,
    }
}

/// A finding that rests on the query: on which engine, and how the search came about.
fn of_search(url: &str, start: Option<&SearchStart>, spans: &[&Span]) -> String {
    let search = search_of(url);
    let engine = search.as_ref().and_then(|search| search.engine).map(|engine| format!("{} (", engine.name));
    let place = match engine {
        Some(engine) => format!("{engine}{})", site(url)),
        None => site(url),
    };
    let how = search.as_ref().and_then(|search| searched::how(search, start));
    let how = how.map(|how| format!(" {how}")).unwrap_or_default();
    format!("A search on {place} holds {}.{how}", words(spans))
}

/// A list or a model with its version and the beginning of its hash, under its name as a sentence writes it.
pub(super) fn versioned(name: &str, pack: &PackRef) -> String {
    let hash = pack.sha256.to_string();
    let start = hash.get(..16).unwrap_or(&hash);
    format!("{name} version {} (SHA-256 {start}...)", pack.version)
}

pub(super) fn site(address: &str) -> String {
    host_of_address(address).map_or_else(|| "an address without a host".to_owned(), |site| quoted(&site.host))
}

/// The different words found, the first of each as it stands in the text, and where.
fn words(spans: &[&Span]) -> String {
    let mut shown: Vec<(&str, usize)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for span in spans {
        let at = *places.entry(span.text.as_str()).or_insert(shown.len());
        match shown.get_mut(at) {
            Some((_, times)) => *times += 1,
            None => shown.push((&span.text, 1)),
        }
    }
    let mut list: Vec<String> = shown
        .iter()
        .take(SHOWN_MAX)
        .map(|(text, times)| match times {
            1 => quoted(text),
            _ => format!("{} ({times} times)", quoted(text)),
        })
        .collect();
    if shown.len() > SHOWN_MAX {
        list.push(format!("{} more", shown.len() - SHOWN_MAX));
    }
    let mut fields: Vec<TextField> = spans.iter().map(|span| span.field).collect();
    fields.sort_unstable();
    fields.dedup();
    let places: Vec<&str> = fields.into_iter().map(place).collect();
    format!("{} in {}", list.join(", "), places.join(" and "))
}

fn place(field: TextField) -> &'static str {
    match field {
        TextField::Url => "its address",
        TextField::Title => "its title",
        TextField::Text => "its visible text",
        TextField::Query => "the search query of its address",
        TextField::Typed => "the typed text",
        TextField::Message => "its messages",
    }
}

/// How it came about, and who wrote it as far as the device can tell: an account at most, never a person.
fn act(observation: &Observation) -> String {
    let Observation { attribution, account, .. } = observation;
    if matches!(&observation.fact, Fact::Machine(machine) if machine.what == MachineWhat::Proxy) {
        return "Who set it, and what for, is not known, nor whether anything went over it.".to_owned();
    }
    if matches!(observation.fact, Fact::Machine(_)) {
        return "Who started it or plugged it in, and what for, is not known.".to_owned();
    }
    if matches!(observation.fact, Fact::History(_)) {
        return super::states::WHO.to_owned();
    }
    if matches!(&observation.fact, Fact::Picture(picture) if picture.file.is_some()) {
        return "It came into the account as a file; nobody need have looked at it.".to_owned();
    }
    let of_name = match &observation.fact {
        Fact::Name(used) => super::names::act(used, attribution.act),
        _ => None,
    };
    let act = match attribution.act {
        _ if of_name.is_some() => of_name.unwrap_or_default(),
        Act::Typed => "It was typed in the watched account",
        Act::Opened => "It was opened by a human gesture",
        Act::Shown => "It was shown without a gesture of its own",
        Act::Played => "It was played while visible",
        Act::Downloaded => "It was saved to the device",
        Act::Received => "It was received from somebody else",
        Act::Background => "It came about in the background",
        Act::Unknown => "The device cannot tell how it came about",
    };
    let front = if attribution.foreground { "in front" } else { "not in front" };
    let account = match account.trim() {
        name if attribution.act == Act::Typed && !name.is_empty() => format!(" ({})", unquoted(name)),
        _ => String::new(),
    };
    let wrote = match &observation.fact {
        Fact::Page { .. } => " Who wrote it is not known.",
        Fact::Text(of_program) if !of_program.typed => {
            " Who wrote it is not known, nor whether it was scrolled into view."
        }
        Fact::Picture(_) => " Whether anybody looked at it is not known.",
        Fact::Name(_) => " Whose name it is, and which person used it, is not known.",
        _ => "",
    };
    let because =
        because(attribution, &observation.fact).map(|words| format!(" {words}")).unwrap_or_default();
    format!("{act}{account}, {front}, {}{because}{wrote}", circumstances(attribution))
}

fn circumstances(attribution: &Attribution) -> String {
    let input = match attribution.since_input_ms {
        Some(millis) => format!("last human input {} before", seconds(millis)),
        None => "no human input seen there".to_owned(),
    };
    format!("visible for {}, {input}.", seconds(attribution.visible_ms))
}

fn seconds(millis: u64) -> String {
    format!("{}.{} s", millis / 1000, millis % 1000 / 100)
}

/// What it would have taken for a rule of words not to speak. `terms` are the distinct terms found with their weights.
pub(super) fn words_would_not(terms: &[(&str, u16)], sum: u32, threshold: u16) -> String {
    let threshold = u32::from(threshold);
    let mut left = sum;
    let mut needed = 0;
    let mut weights: Vec<u16> = terms.iter().map(|(_, weight)| *weight).collect();
    weights.sort_unstable_by_key(|weight| Reverse(*weight));
    for weight in weights {
        left = left.saturating_sub(u32::from(weight));
        needed += 1;
        if left < threshold {
            break;
        }
    }
    let figures = format!("The words found weigh {sum} together, {threshold} are needed.");
    match (needed, terms.iter().min_by_key(|(text, weight)| (Reverse(*weight), *text))) {
        (1, Some((text, _))) => {
            format!("{figures} It would not have spoken had {} been absent.", quoted(text))
        }
        _ if needed == terms.len() => {
            format!("{figures} It would not have spoken had all {needed} different words been absent.")
        }
        _ => format!(
            "{figures} It would not have spoken had the {needed} weightiest of the {} different words been absent.",
            terms.len()
        ),
    }
}

/// Which words counted, and which did not, for a word near them. Each is a word found and the word near it.
pub(super) fn in_context(needed: &[(&str, &str)], excluded: &[(&str, &str)]) -> String {
    let mut said = String::new();
    for (verb, pairs) in [("counts", needed), ("was not counted", excluded)] {
        for (text, near) in pairs.iter().take(SHOWN_MAX) {
            let (text, near) = (quoted(text), quoted(near));
            said.push_str(&format!(" {text} {verb} because {near} stands near it."));
        }
    }
    said
}

/// What it would have taken for a rule of scores not to speak.
pub(super) fn score_would_not(threshold_permille: u16, passages_min: u16, alone: Option<&Alone>) -> String {
    let chance = match alone {
        None => format!("{} in 100", threshold_permille / 10),
        Some(alone) => format!(
            "{} in 100, or of {} in 100 where listed words weigh less than {} together",
            threshold_permille / 10,
            alone.threshold_permille / 10,
            alone.words_permille
        ),
    };
    match passages_min {
        0 | 1 => format!("It would not have spoken had no passage reached a chance of {chance}."),
        many => {
            format!("It would not have spoken had fewer than {many} passages reached a chance of {chance}.")
        }
    }
}

/// What it would have taken where words and a score both speak.
pub(super) fn either_would_not(words: &str, score: &str) -> String {
    let figures = words.split(" It would not").next().unwrap_or_default();
    let passages = score.strip_prefix("It would not have spoken had ").unwrap_or_default();
    format!(
        "{figures} Words and score would each have been enough: It would not have spoken had the words weighed less and, also, {passages}"
    )
}

/// What it would have taken for a rule of sites not to speak.
pub(super) const SITE_WOULD_NOT: &str = "It would not have spoken on a page of a site that is not listed.";

pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", unquoted(text))
}

fn unquoted(text: &str) -> String {
    // Characters that take no room would hide in the sentence, or turn its direction.
    let mut seen = text.chars().filter(|c| !is_ignorable(*c));
    let short: String = seen.by_ref().take(SHOWN_CHARS_MAX).collect();
    let more = if seen.next().is_some() { "..." } else { "" };
    let line: Vec<&str> = short.split_whitespace().collect();
    format!("{}{more}", line.join(" ").replace('"', "'"))
}
