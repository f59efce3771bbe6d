//! Conversations read as stages: asking age, secrecy, isolation, pictures, meeting, moving platform. Rules written by
//! hand, nothing trained; a score is an indicator for a person to judge.

mod context;
mod minor;
mod pattern;
mod score;
mod tokens;

use std::collections::HashMap;

pub use context::{Contexts, name_of, takes_place_of};
pub use minor::MinorSighting;
pub use pattern::Pattern;
pub use proviso_model::stages::{FamilyFile, Role, Says, StageFacts, StageFile};

use self::pattern::Units;
use self::tokens::{Token, Vocabulary};

/// Class of words after a number that is no age.
const UNITS_AFTER: &str = "number-before";
/// Class of words before a number that is no age.
const UNITS_BEFORE: &str = "number-after";
/// Class of words by which one speaks to another.
const YOU: &str = "you";

/// A weight below this alone shows nothing.
const SLIGHT_PERMILLE: u32 = 200;
/// What a pattern may weigh, and all of a stage; more stages than these together could outgrow the arithmetic.
const WEIGHT_PERMILLE_MAX: u32 = 1000;
const STAGE_PERMILLE_MAX: u32 = 10_000;
const STAGES_OF_PACK_MAX: usize = 100;

/// Where a rule would speak.
const SPEAKS_PERMILLE: u32 = 500;

/// One message.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Who wrote it, where that is known.
    pub author: Option<&'a str>,
    /// Its text.
    pub text: &'a str,
}

/// A stage seen at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSpan {
    /// Name of the stage.
    pub stage: String,
    /// Whether it counts for `minor_reference` instead of `grooming`.
    pub minor_reference: bool,
    /// Number of the message, from 0.
    pub message: usize,
    /// First byte in the message.
    pub start: usize,
    /// One past the last byte in the message.
    pub end: usize,
}

/// What a conversation was read as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StageReading {
    /// Strength of staged contact, 0 to 1000.
    pub grooming_permille: u32,
    /// Weights of distinct ways of saying that somebody is a child, added up.
    pub minor_weights: u32,
    /// What they rest on, ordered by message and place.
    pub spans: Vec<StageSpan>,
}

/// Stages made ready.
#[derive(Debug, Clone, Default)]
pub struct Stages {
    vocabulary: Vocabulary,
    patterns: Vec<Ready>,
    by_first: HashMap<u32, Vec<usize>>,
    by_number: Vec<usize>,
    stages: Vec<Stage>,
    units: Units,
    you: Vec<u32>,
    table: Vec<(u32, u32)>,
}

#[derive(Debug, Clone)]
struct Ready {
    pattern: Pattern,
    stage: usize,
    weight_permille: u32,
}

#[derive(Debug, Clone)]
struct Stage {
    name: String,
    roles: Vec<Role>,
    most_permille: u32,
    says: Option<Says>,
}

/// Weights are added and multiplied as integers of 32 bits: within these bounds nothing can run over.
fn bounded(facts: &StageFacts) -> Result<(), String> {
    if facts.stage.len() > STAGES_OF_PACK_MAX {
        return Err(format!("{} stages; at most {STAGES_OF_PACK_MAX}", facts.stage.len()));
    }
    for file in &facts.stage {
        let fault = |name: &str, value: u32, most: u32| {
            Err(format!("stage \"{}\": {name} {value} is above {most}", file.name))
        };
        if file.most_permille > STAGE_PERMILLE_MAX {
            return fault("most_permille", file.most_permille, STAGE_PERMILLE_MAX);
        }
        let mut weights = file.family.iter().map(|family| family.weight_permille);
        if let Some(weight) = weights.find(|weight| *weight > WEIGHT_PERMILLE_MAX) {
            return fault("weight_permille", weight, WEIGHT_PERMILLE_MAX);
        }
    }
    match facts.table.iter().find(|(_, score)| *score > 1000) {
        Some((_, score)) => Err(format!("the table of scores ends at 1000, not at {score}")),
        None => Ok(()),
    }
}

/// A pattern found.
#[derive(Debug, Clone, Copy)]
struct Sighting {
    pattern: usize,
    at: usize,
    length: usize,
}

impl Stages {
    /// Makes the stages of a pack ready.
    ///
    /// # Errors
    /// What is wrong with a pattern, a weight or the table, and where.
    pub fn new(facts: &StageFacts) -> Result<Self, String> {
        let mut ready = Self::default();
        for (word, spellings) in &facts.spellings {
            for spelling in spellings {
                ready.vocabulary.alias(spelling, word);
            }
        }
        let class = |name: &str| facts.classes.get(name).cloned();
        bounded(facts)?;
        for file in &facts.stage {
            let stage = ready.stages.len();
            ready.stages.push(Stage {
                name: file.name.clone(),
                roles: file.roles.clone(),
                most_permille: file.most_permille,
                says: file.says,
            });
            for family in &file.family {
                for text in &family.patterns {
                    let pattern = Pattern::read(text, &mut ready.vocabulary, &class)
                        .map_err(|why| format!("stage \"{}\": {why}", file.name))?;
                    ready.add(pattern, stage, family.weight_permille);
                }
            }
        }
        if !facts.table.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1) {
            return Err("the table of scores must rise".to_owned());
        }
        ready.table.clone_from(&facts.table);
        let mut words = |name: &str| {
            let mut numbers: Vec<u32> =
                class(name).unwrap_or_default().iter().map(|word| ready.vocabulary.add(word)).collect();
            numbers.sort_unstable();
            numbers
        };
        (ready.units.after, ready.units.before, ready.you) =
            (words(UNITS_AFTER), words(UNITS_BEFORE), words(YOU));
        Ok(ready)
    }

    fn add(&mut self, pattern: Pattern, stage: usize, weight_permille: u32) {
        let number = self.patterns.len();
        let (words, is_number) = pattern.first();
        for word in words {
            self.by_first.entry(word).or_default().push(number);
        }
        if is_number {
            self.by_number.push(number);
        }
        self.patterns.push(Ready { pattern, stage, weight_permille });
    }

    /// Reads a conversation, or one text as a conversation of unknown authors. `sexual_permille` is how sexual its words
    /// are, which counts only beside signs that one of the people may be a child.
    #[must_use]
    pub fn read(&self, messages: &[Said<'_>], sexual_permille: u32) -> StageReading {
        self.read_sides(messages, &[], sexual_permille)
    }

    /// As [`Stages::read`], where something is known of who is who: `own` says for each message whether it is the watched
    /// account's. Steps of approach that others take count half: they are context.
    #[must_use]
    pub fn read_sides(
        &self,
        messages: &[Said<'_>],
        own: &[Option<bool>],
        sexual_permille: u32,
    ) -> StageReading {
        let tokens = self.tokens(messages);
        let hits = self.find(&tokens);
        let grooming_permille = self.grooming(messages, own, &tokens, &hits, sexual_permille);
        // Words as slight as "phone" or "school" are shown where they have counted for something.
        let least = if grooming_permille >= SPEAKS_PERMILLE { 0 } else { SLIGHT_PERMILLE };
        StageReading {
            grooming_permille,
            minor_weights: self.minor(&hits),
            spans: self.spans(&tokens, &hits, least),
        }
    }

    /// For each message, whether any pattern lies in it, for or against.
    #[must_use]
    pub fn touched(&self, messages: &[Said<'_>]) -> Vec<bool> {
        let tokens = self.tokens(messages);
        let mut touched = vec![false; messages.len()];
        for hit in self.find(&tokens) {
            for token in tokens.get(hit.at..hit.at + hit.length).unwrap_or_default() {
                if let Some(one) = touched.get_mut(token.message) {
                    *one = true;
                }
            }
        }
        touched
    }

    fn tokens(&self, messages: &[Said<'_>]) -> Vec<Token> {
        let mut tokens = Vec::new();
        for (number, message) in messages.iter().enumerate() {
            self.vocabulary.read(number, message.text, &mut tokens);
        }
        tokens
    }

    /// Every pattern found, the weightiest where those of one stage overlap, ordered by place.
    fn find(&self, tokens: &[Token]) -> Vec<Sighting> {
        let mut hits = Vec::new();
        let mut taken_until = vec![0_usize; self.stages.len()];
        for (at, token) in tokens.iter().enumerate() {
            let words = self.by_first.get(&token.word).into_iter().flatten();
            let numbers = self.by_number.iter().filter(|_| token.number.is_some());
            let mut here: Vec<(Sighting, &Ready)> = Vec::new();
            for pattern in words.chain(numbers) {
                let Some(ready) = self.patterns.get(*pattern) else { continue };
                if let Some(length) = ready.pattern.fits(tokens, at, &self.units) {
                    here.push((Sighting { pattern: *pattern, at, length }, ready));
                }
            }
            here.sort_by_key(|(hit, ready)| {
                (std::cmp::Reverse((ready.weight_permille, hit.length)), hit.pattern)
            });
            for (hit, ready) in here {
                let Some(taken) = taken_until.get_mut(ready.stage) else { continue };
                if at >= *taken {
                    *taken = at + hit.length.max(1);
                    hits.push(hit);
                }
            }
        }
        hits
    }

    fn stage_of(&self, hit: &Sighting) -> Option<(usize, &Stage, u32)> {
        let ready = self.patterns.get(hit.pattern)?;
        Some((ready.stage, self.stages.get(ready.stage)?, ready.weight_permille))
    }

    fn spans(&self, tokens: &[Token], hits: &[Sighting], least: u32) -> Vec<StageSpan> {
        let mut spans = Vec::new();
        for hit in hits {
            let Some((_, stage, _)) = self.stage_of(hit).filter(|(_, _, weight)| *weight >= least) else {
                continue;
            };
            let covered = tokens.get(hit.at..hit.at + hit.length).unwrap_or_default();
            let Some(first) = covered.first() else { continue };
            // Over the end of a message: the words in the message in which it begins.
            let Some(last) = covered.iter().rfind(|t| t.message == first.message && !t.is_break()) else {
                continue;
            };
            for role in &stage.roles {
                let minor_reference = match role {
                    Role::Child | Role::Approach => false,
                    Role::MinorReference => true,
                    Role::Against => continue,
                };
                spans.push(StageSpan {
                    stage: stage.name.clone(),
                    minor_reference,
                    message: first.message,
                    start: first.start,
                    end: last.end,
                });
            }
        }
        spans
    }
}
