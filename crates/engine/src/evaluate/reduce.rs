//! The cut of an observation to what its findings rest on (invariants 3 and 6): exactly the passages used, with
//! surroundings enough to be fair.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use proviso_model::finding::TextField;
use proviso_model::limits::{SPANS_MAX, SURROUNDINGS_BYTES};
use proviso_model::observation::Passage;
use proviso_model::policy::Rule;
use proviso_model::{Fact, Finding, Observation};

use super::judging::Judging;
use super::once::ReadOnce;
use super::passages::in_order;
use super::reading::Reading;
use super::words::Beside;
use super::{Engine, Ready, pictures, site_lists, talk};
use crate::text::joins;

/// Text kept above this shrinks the surroundings, so that a record stays within its limit.
const KEPT_BYTES_MAX: usize = 192 * 1024;
/// Surroundings tried in turn. Wider ones are for the rare text where a cut would part words that overlap.
const SURROUNDINGS: &[usize] = &[SURROUNDINGS_BYTES, SURROUNDINGS_BYTES * 4, SURROUNDINGS_BYTES / 4, 0];

/// Cuts, evaluates the cut, and takes the first that gives the same findings: the equality that replay needs is made
/// sure of here rather than hoped for. A rule that an innocent setting, or a model that reads otherwise, silenced may speak
/// in the cut, where that does not show: then the cut holds the passages of its words too. The whole observation is the last resort.
pub(super) fn reduce(
    engine: &Engine,
    observation: &Observation,
    findings: &[Finding],
    once: &ReadOnce<'_>,
) -> Observation {
    if matches!(observation.fact, Fact::Messages { .. }) {
        let mut used = engine.messages_used(observation, once);
        let privilege = findings.iter().filter_map(|finding| finding.privilege.as_ref());
        used.extend(privilege.flat_map(|privilege| &privilege.messages));
        let cut = talk::cut(observation, &used);
        return if engine.evaluate_once(&cut, once) == findings { cut } else { observation.clone() };
    }
    if matches!(observation.fact, Fact::Picture(_)) {
        let cut = pictures::cut(observation, findings, &engine.conditions, &engine.child_abuse);
        return if engine.evaluate_once(&cut, once) == findings {
            cut
        } else {
            pictures::without_content(observation)
        };
    }
    let mut rests = RestsOn::of(engine, observation, findings, once);
    let mut woken = BTreeSet::new();
    loop {
        let known = woken.len();
        let mut fallback = None;
        for surroundings in SURROUNDINGS {
            let cut = cut(engine, observation, findings, &rests, *surroundings);
            let said = engine.evaluate_once(&cut, once);
            if said != findings {
                let spoke = |found: &Finding| findings.iter().any(|one| name_of(one) == name_of(found));
                woken.extend(said.iter().filter(|found| !spoke(found)).map(name_of));
                continue;
            }
            if kept_bytes(&cut) <= KEPT_BYTES_MAX {
                return cut;
            }
            fallback = Some(cut);
        }
        if let Some(cut) = fallback {
            return cut;
        }
        if woken.len() == known {
            return observation.clone();
        }
        rests.add_silent(engine, observation, &woken, once);
    }
}

/// Paragraph and rule.
type Name = (String, String);

fn name_of(finding: &Finding) -> Name {
    (finding.paragraph.clone(), finding.rule.clone())
}

fn kept_bytes(observation: &Observation) -> usize {
    observation.fact.passages().iter().map(|passage| passage.text.len()).sum()
}

/// What of a span is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// It and its surroundings, in whole passages.
    Around,
    /// The passage in which it stands.
    Passage,
    /// It alone.
    Bare,
}

/// Where in the text findings rest, whatever the width of the surroundings.
struct RestsOn {
    /// In order.
    spans: Vec<(Range<u64>, Keep)>,
    besides: Vec<Beside>,
}

impl RestsOn {
    fn of(engine: &Engine, observation: &Observation, findings: &[Finding], once: &ReadOnce<'_>) -> Self {
        let reading = OnceCell::new();
        let reading = || reading.get_or_init(|| Reading::of(observation, once));
        let mut spans = spans_used(engine, findings, reading);
        let besides = besides(engine, findings, reading);
        let shown = besides.iter().filter(|beside| beside.shown);
        spans.extend(shown.map(|beside| (beside.range.clone(), Keep::Bare)));
        Self { spans, besides }
    }

    /// Adds the words of rules that were silent, in the passages by which they were judged.
    fn add_silent(
        &mut self,
        engine: &Engine,
        observation: &Observation,
        silent: &BTreeSet<Name>,
        once: &ReadOnce<'_>,
    ) {
        let in_force = engine.in_force(observation);
        let reading = Reading::of(observation, once);
        let judging = Judging::of(&reading, once);
        for (ready, spoken) in super::spoken(&in_force, observation, &reading, &judging) {
            if !silent.contains(&(ready.condition.paragraph.clone(), spoken.rule.id().to_owned())) {
                continue;
            }
            let keep = |at: usize| if at < SPANS_MAX { Keep::Passage } else { Keep::Bare };
            let spans = spoken.spans.iter().enumerate().filter(|(_, span)| in_text(span.field));
            self.spans.extend(spans.map(|(at, span)| (span.start..span.end, keep(at))));
            let scored = spoken.score.iter().flat_map(|score| &score.passages);
            let scored = scored.filter(|passage| in_text(passage.field));
            self.spans.extend(scored.map(|passage| (passage.start..passage.end, Keep::Passage)));
        }
        self.spans.sort_by_key(|(range, _)| (range.start, range.end));
    }
}

fn cut(
    engine: &Engine,
    observation: &Observation,
    findings: &[Finding],
    rests: &RestsOn,
    surroundings: usize,
) -> Observation {
    let mut kept = observation.clone();
    let rules = || engine.conditions.iter().flat_map(Ready::rules);
    let spoke = |rule: &Rule| findings.iter().any(|finding| finding.rule == rule.id());
    kept.listed.retain(|listed| rules().any(|rule| spoke(rule) && site_lists::is_used(rule, listed)));
    if let Fact::Page { search, .. } = &mut kept.fact
        && !findings.iter().flat_map(|finding| &finding.spans).any(|span| span.field == TextField::Query)
    {
        // How a search began belongs to what was searched for, and to nothing else.
        *search = None;
    }
    let text = match &mut kept.fact {
        Fact::Page { text, .. } | Fact::Typed { text, .. } => text,
        Fact::Text(of_program) => &mut of_program.text,
        _ => return kept,
    };
    if !in_order(text) {
        return kept;
    }
    let mut passages = Vec::new();
    for passage in text.iter() {
        let units = if engine.rules.settings.by_passages {
            super::passages::passages(&passage.text)
        } else {
            Vec::new()
        };
        passages.extend(cut_passage(passage, rests, &units, surroundings));
    }
    *text = passages;
    kept
}

/// Whether a cut shortens the text that a place lies in.
fn in_text(field: TextField) -> bool {
    matches!(field, TextField::Text | TextField::Typed)
}

/// Every span that the findings rest on: those that a finding only counts are kept bare.
fn spans_used<'r, 'o: 'r>(
    engine: &Engine,
    findings: &[Finding],
    reading: impl Fn() -> &'r Reading<'o>,
) -> Vec<(Range<u64>, Keep)> {
    let mut spans: Vec<(Range<u64>, Keep)> = findings
        .iter()
        .flat_map(|finding| &finding.spans)
        .filter(|span| in_text(span.field))
        .map(|span| (span.start..span.end, Keep::Around))
        .collect();
    let scored =
        findings.iter().filter_map(|finding| finding.score.as_ref()).flat_map(|score| &score.passages);
    let against =
        findings.iter().filter_map(|finding| finding.against.as_ref()).flat_map(|against| &against.passages);
    let privilege = findings.iter().filter_map(|finding| finding.privilege.as_ref());
    let signs = privilege.flat_map(|privilege| &privilege.spans).filter(|span| in_text(span.field));
    spans.extend(signs.map(|span| (span.start..span.end, Keep::Around)));
    let scored = scored.chain(against).filter(|passage| in_text(passage.field));
    spans.extend(scored.map(|passage| (passage.start..passage.end, Keep::Around)));
    if findings.iter().any(|finding| finding.spans_left_out > 0) {
        let all = engine.conditions.iter().flat_map(|ready| ready.rules().zip(&ready.made.words));
        for (rule, words) in all {
            let spoken = words.as_ref().and_then(|words| words.speak(rule, reading()));
            let bare = spoken.into_iter().flat_map(|spoken| spoken.spans);
            let bare = bare.filter(|span| in_text(span.field));
            spans.extend(bare.map(|span| (span.start..span.end, Keep::Bare)));
        }
    }
    spans.sort_by_key(|(range, _)| (range.start, range.end));
    spans
}

/// Every stretch on which it depends whether a term counts: one that a cut parts would count otherwise in the cut.
fn besides<'r, 'o: 'r>(
    engine: &Engine,
    findings: &[Finding],
    reading: impl Fn() -> &'r Reading<'o>,
) -> Vec<Beside> {
    let mut all = Vec::new();
    for ready in &engine.conditions {
        for (rule, words) in ready.rules().zip(&ready.made.words) {
            let (Rule::Words { id, .. }, Some(words)) = (rule, words) else { continue };
            if words.is_without_contexts() {
                continue;
            }
            let paragraph = &ready.condition.paragraph;
            let spoke = findings.iter().any(|found| found.rule == *id && found.paragraph == *paragraph);
            all.extend(words.besides(reading(), spoke));
        }
    }
    all
}

/// `units` are the passages that rules judge as wholes: a window with surroundings never parts one, for a part could be
/// judged otherwise. Bare windows hold single words, which are too little to be judged.
fn cut_passage(
    passage: &Passage,
    rests: &RestsOn,
    units: &[Range<usize>],
    surroundings: usize,
) -> Vec<Passage> {
    let (mut windows, mut bare) = (Vec::new(), Vec::new());
    for (span, keep) in &rests.spans {
        let Some(local) = local(passage, span) else { continue };
        let (width, windows) = match keep {
            Keep::Around => (surroundings, &mut windows),
            Keep::Passage => (0, &mut windows),
            Keep::Bare => (0, &mut bare),
        };
        windows.push(start_of(&passage.text, local.start, width)..end_of(&passage.text, local.end, width));
    }
    let besides: Vec<Range<usize>> =
        rests.besides.iter().filter_map(|beside| local(passage, &beside.range)).collect();
    let mut merged = unparted(merge(windows), |windows| {
        besides.iter().chain(units).filter(|stretch| is_parted(stretch, windows)).cloned().collect()
    });
    merged.extend(bare);
    let merged = unparted(merge(merged), |windows| {
        besides.iter().filter(|stretch| is_parted(stretch, windows)).cloned().collect()
    });
    merged
        .into_iter()
        .filter_map(|window| {
            let text = passage.text.get(window.clone())?.to_owned();
            Some(Passage { offset: passage.offset.saturating_add(window.start as u64), text })
        })
        .collect()
}

/// Windows widened until `parted` finds no stretch that they part.
fn unparted(
    mut windows: Vec<Range<usize>>,
    parted: impl Fn(&[Range<usize>]) -> Vec<Range<usize>>,
) -> Vec<Range<usize>> {
    loop {
        let parted = parted(&windows);
        if parted.is_empty() {
            return windows;
        }
        windows.extend(parted);
        windows = merge(windows);
    }
}

/// Windows in order, each joined with those that it touches.
pub(super) fn merge(mut windows: Vec<Range<usize>>) -> Vec<Range<usize>> {
    windows.sort_by_key(|window| (window.start, window.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => merged.push(window),
        }
    }
    merged
}

/// Whether a part of `stretch` lies in a window and a part of it in none.
fn is_parted(stretch: &Range<usize>, windows: &[Range<usize>]) -> bool {
    let at = windows.partition_point(|window| window.end <= stretch.start);
    windows.get(at).is_some_and(|window| {
        window.start < stretch.end && (window.start > stretch.start || window.end < stretch.end)
    })
}

/// A span of the original within one passage, where it lies in it.
fn local(passage: &Passage, span: &Range<u64>) -> Option<Range<usize>> {
    let start = usize::try_from(span.start.checked_sub(passage.offset)?).ok()?;
    let end = usize::try_from(span.end.checked_sub(passage.offset)?).ok()?;
    passage.text.get(start..end).map(|_| start..end)
}

/// Where the surroundings before a span begin: at most `width` bytes before it, after white space; else at a word edge.
fn start_of(text: &str, span_start: usize, width: usize) -> usize {
    let mut from = span_start.saturating_sub(width);
    if from == 0 {
        return 0;
    }
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let room = text.get(from..span_start).unwrap_or_default();
    if let Some(space) = room.char_indices().find(|(_, c)| c.is_whitespace()) {
        return from + space.0 + space.1.len_utf8();
    }
    let mut before = text.get(..from).and_then(|head| head.chars().next_back());
    for (at, c) in room.char_indices() {
        if !before.is_some_and(|before| joins(before, c)) {
            return from + at;
        }
        before = Some(c);
    }
    span_start
}

/// Where the surroundings after a span end.
fn end_of(text: &str, span_end: usize, width: usize) -> usize {
    let mut until = span_end.saturating_add(width);
    if until >= text.len() {
        return text.len();
    }
    while !text.is_char_boundary(until) {
        until -= 1;
    }
    let room = text.get(span_end..until).unwrap_or_default();
    if let Some(space) = room.rfind(char::is_whitespace) {
        return span_end + space;
    }
    let mut after = text.get(until..).and_then(|tail| tail.chars().next());
    for (at, c) in room.char_indices().rev() {
        if !after.is_some_and(|after| joins(c, after)) {
            return span_end + at + c.len_utf8();
        }
        after = Some(c);
    }
    span_end
}
