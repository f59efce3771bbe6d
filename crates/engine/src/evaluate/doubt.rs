//! Doubts about a paragraph's wording: where its literal and its technical meanings differ for what a finding rests on.

use proviso_model::finding::TextField;
use proviso_model::judgement::WordingDoubt;
use proviso_model::observation::Field;
use proviso_model::policy::{PolicyCondition, Rule};
use proviso_model::setting::RestsOn;
use proviso_model::{Fact, Observation, Span};

/// What the wording of this paragraph leaves open for this finding.
pub(super) fn doubts(
    observation: &Observation,
    condition: &PolicyCondition,
    rule: &Rule,
    spans: &[Span],
) -> Vec<WordingDoubt> {
    let rests_on = rests_on(observation, rule, spans);
    condition
        .wording
        .iter()
        .filter(|wording| wording.rests_on.iter().any(|one| rests_on.contains(one)))
        .map(|wording| WordingDoubt { doubt: wording.doubt.clone(), question: wording.question.clone() })
        .collect()
}

fn rests_on(observation: &Observation, rule: &Rule, spans: &[Span]) -> Vec<RestsOn> {
    match (rule, &observation.fact) {
        (Rule::Sites { .. } | Rule::SiteLists { .. }, _) => vec![RestsOn::Site],
        (Rule::State { .. } | Rule::Machine { .. }, _) => vec![RestsOn::State],
        (
            Rule::HashSets { .. } | Rule::PictureScore { .. } | Rule::Names { .. } | Rule::Contacts { .. },
            _,
        ) => Vec::new(),
        (_, Fact::Typed { field: Field::Search, .. }) => vec![RestsOn::Search],
        (_, Fact::Typed { .. }) => vec![RestsOn::TypedWords],
        (_, Fact::Text(of_program)) if of_program.typed => vec![RestsOn::TypedWords],
        // What a program shows need not be from the internet.
        (_, Fact::Text(_)) => vec![RestsOn::PageWords, RestsOn::OfflineWords],
        _ if !spans.is_empty() && spans.iter().all(|span| span.field == TextField::Query) => {
            vec![RestsOn::Search]
        }
        (_, Fact::Messages { .. }) => vec![messages(observation, spans)],
        (_, fact) if fact.url().is_some_and(|address| address.starts_with("file:")) => {
            vec![RestsOn::PageWords, RestsOn::OfflineWords]
        }
        _ => vec![RestsOn::PageWords],
    }
}

/// Whether anything that a finding rests on is known to be the account's own.
fn messages(observation: &Observation, spans: &[Span]) -> RestsOn {
    let used = |index: u32| spans.iter().any(|span| span.message == Some(index));
    let is_own = |message: &proviso_model::Message| message.own == Some(true) && used(message.index);
    if observation.fact.messages().any(is_own) { RestsOn::TypedWords } else { RestsOn::ShownMessages }
}
