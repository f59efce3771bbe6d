//! From stages seen to one figure, in integers.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Role, SLIGHT_PERMILLE, SPEAKS_PERMILLE, Said, Says, Sighting, Stages};
use crate::conversation::tokens::Token;

/// Words judged at once: longer conversations are judged a stretch at a time and as a whole.
const WINDOW_WORDS: usize = 300;
/// A repeated pattern counts for this share of its weight, this often.
const REPEAT_SHARE: u32 = 4;
const REPEATS_MAX: u32 = 2;
/// Evidence of a child at which half of what it can give is given.
const CHILD_HALF: u32 = 1500;
/// A stated age counts as one where its pattern weighs more than this.
const SAYS_FROM: u32 = 500;
/// Evidence of approach at which half of what it can give is given.
const APPROACH_HALF: u32 = 3000;
/// Evidence of an innocent setting that halves the rest.
const AGAINST_HALF: u32 = 500;
/// What approach counts for, in permille, where no sign of a child is in the same words: a stretch of a longer
/// conversation need not hold one.
const WITHOUT_CHILD: u32 = 400;
/// With less evidence of a child than one slight word the score stays below where a rule would speak.
const CHILD_LEAST: u32 = 150;
const CHILDLESS_MOST: u32 = SPEAKS_PERMILLE - 10;
/// What the slight words of one stage count for at most.
const SLIGHT_MOST_PERMILLE: u32 = 200;
/// A stage with less evidence is not counted as one of several.
const STAGE_COUNTS_FROM: u32 = 150;
/// Stages beyond this many add nothing.
const STAGES_MAX: u32 = 6;
/// What an adult's and a child's age in one conversation add to the approach.
const AGE_GAP: u32 = 100;
/// What only adult ages add to the innocent side.
const ONLY_ADULTS: u32 = 900;

/// Evidence of one stretch.
#[derive(Default)]
struct Evidence {
    child: u32,
    approach: u32,
    against: u32,
    stages: u32,
    says_child: bool,
    says_adult: bool,
    /// Token of the first sign of a child, and of the last step of approach.
    first_child: Option<usize>,
    last_approach: Option<usize>,
}

impl Stages {
    pub(super) fn grooming(
        &self,
        messages: &[Said<'_>],
        own: &[Option<bool>],
        tokens: &[Token],
        hits: &[Sighting],
        sexual: u32,
    ) -> u32 {
        let half = self.half(messages, own, tokens, hits);
        let whole = self.stretch(tokens, hits, 0..tokens.len(), sexual, &half);
        let mut best = whole;
        let mut from = 0;
        while tokens.len() > WINDOW_WORDS + WINDOW_WORDS / 2 && from < tokens.len() {
            let until = (from + WINDOW_WORDS).min(tokens.len());
            best = best.max(self.stretch(tokens, hits, from..until, sexual, &half));
            from += WINDOW_WORDS / 3;
        }
        (whole + best) / 2
    }

    /// Weights of distinct patterns that count for `minor_reference`.
    pub(super) fn minor(&self, hits: &[Sighting]) -> u32 {
        let mut seen = BTreeMap::new();
        for hit in hits {
            if let Some((_, stage, weight)) = self.stage_of(hit)
                && stage.roles.contains(&Role::MinorReference)
            {
                seen.insert(hit.pattern, weight);
            }
        }
        seen.values().sum()
    }

    /// For each message, whether its steps of approach count half: those of who says of themselves that they are a child,
    /// where authors are known (the other one's steps count), and those of others than the watched account.
    fn half(
        &self,
        messages: &[Said<'_>],
        own: &[Option<bool>],
        tokens: &[Token],
        hits: &[Sighting],
    ) -> Vec<bool> {
        let says = |hit: &&Sighting| {
            self.stage_of(hit).is_some_and(|(_, stage, _)| stage.says == Some(Says::ChildAge))
        };
        let author = |hit: &Sighting| messages.get(tokens.get(hit.at)?.message)?.author;
        let child = hits.iter().filter(says).find_map(author);
        let own = own.iter().copied().chain(std::iter::repeat(None));
        let by_child = |message: &Said<'_>| child.is_some() && message.author == child;
        messages.iter().zip(own).map(|(message, own)| by_child(message) || own == Some(false)).collect()
    }

    fn stretch(
        &self,
        tokens: &[Token],
        hits: &[Sighting],
        range: Range<usize>,
        sexual: u32,
        half: &[bool],
    ) -> u32 {
        let inside: Vec<&Sighting> = hits.iter().filter(|hit| range.contains(&hit.at)).collect();
        let mut seen = self.evidence(tokens, &inside, half);
        if seen.says_child && seen.says_adult {
            seen.approach += AGE_GAP;
        } else if seen.says_adult {
            seen.against += ONLY_ADULTS;
        }
        seen.approach += sexual * seen.child.min(1000) / 3000;
        // Many words dilute what is found in them: a long text has everything somewhere.
        let words = u32::try_from(range.len()).unwrap_or(u32::MAX);
        let dilution = (words.max(500) - 500) / 2;
        let child = share(seen.child, CHILD_HALF + dilution);
        let approach = share(seen.approach, APPROACH_HALF + dilution);
        let several = 820 + 30 * seen.stages.min(STAGES_MAX);
        let beside = WITHOUT_CHILD + (1000 - WITHOUT_CHILD) * child / 1000;
        let mut raw = beside * approach / 1000 * several / 1000 + child / 40;
        if seen.first_child.zip(seen.last_approach).is_some_and(|(child, approach)| child < approach) {
            raw += raw / 16;
        }
        raw = raw * self.spoken_to(tokens.get(range).unwrap_or_default()) / 1000;
        raw = raw * AGAINST_HALF / (AGAINST_HALF + seen.against);
        let score = self.by_table(raw);
        if seen.child < CHILD_LEAST { score.min(CHILDLESS_MOST) } else { score }
    }

    fn evidence(&self, tokens: &[Token], hits: &[&Sighting], half: &[bool]) -> Evidence {
        let mut times: BTreeMap<usize, u32> = BTreeMap::new();
        let mut stages: BTreeMap<usize, u32> = BTreeMap::new();
        let mut slight: BTreeMap<usize, u32> = BTreeMap::new();
        let mut seen = Evidence::default();
        for hit in hits {
            let Some((number, stage, weight)) = self.stage_of(hit) else { continue };
            let approach = stage.roles.contains(&Role::Approach);
            let half =
                tokens.get(hit.at).and_then(|token| half.get(token.message)).copied().unwrap_or_default();
            let times = times.entry(hit.pattern).or_default();
            let mut counted = match *times {
                0 => weight,
                1..=REPEATS_MAX => weight / REPEAT_SHARE,
                _ => 0,
            };
            *times += 1;
            if approach && half {
                counted /= 2;
            }
            if weight < SLIGHT_PERMILLE {
                // Slight words of one stage count together for less than one telling phrase.
                let slight = slight.entry(number).or_default();
                counted = counted.min(SLIGHT_MOST_PERMILLE.saturating_sub(*slight));
                *slight += counted;
            }
            let sum = stages.entry(number).or_default();
            *sum = (*sum + counted).min(stage.most_permille);
            seen.says_child |= stage.says == Some(Says::ChildAge) && weight > SAYS_FROM;
            seen.says_adult |= stage.says == Some(Says::AdultAge);
            if stage.roles.contains(&Role::Child) {
                seen.first_child = seen.first_child.or(Some(hit.at));
            }
            if approach {
                seen.last_approach = Some(hit.at);
            }
        }
        for (number, sum) in stages {
            let Some(stage) = self.stages.get(number) else { continue };
            for role in &stage.roles {
                match role {
                    Role::Child => seen.child += sum,
                    Role::Against => seen.against += sum,
                    Role::MinorReference => {}
                    Role::Approach => {
                        seen.approach += sum;
                        seen.stages += u32::from(sum >= STAGE_COUNTS_FROM);
                    }
                }
            }
        }
        seen
    }

    /// How much of the words is spoken to somebody, 400 to 1000: reports and stories are about people, not to them.
    fn spoken_to(&self, tokens: &[Token]) -> u32 {
        let words = tokens.iter().filter(|token| !token.is_break()).count();
        let you = tokens.iter().filter(|token| self.you.binary_search(&token.word).is_ok()).count();
        let permille = u32::try_from(you * 1000 / words.max(1)).unwrap_or_default();
        400 + (permille.min(40) * 15)
    }

    fn by_table(&self, raw: u32) -> u32 {
        let mut before = (0, 0);
        for (evidence, score) in &self.table {
            if raw <= *evidence {
                let (from, low) = before;
                return low + (score - low) * (raw - from) / (evidence - from).max(1);
            }
            before = (*evidence, *score);
        }
        before.1.max(raw.min(1000) * u32::from(self.table.is_empty()))
    }
}

/// `sum` as a share of what it could give, 0 to 1000: 500 at `half`.
fn share(sum: u32, half: u32) -> u32 {
    sum * 1000 / (sum + half.max(1))
}
