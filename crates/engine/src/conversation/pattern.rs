//! Patterns over words.

use super::tokens::{Token, Vocabulary};

/// How far a gap may reach.
const GAP_MAX: usize = 8;

/// A pattern as written in a pack: elements parted by spaces.
///
/// `word`, `one|other`, `<class>`, `word?` (may be missing), `*3` (up to three words of the same message), `#10-15` (a
/// number that could be an age or a school year), `>` (here another message may begin).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    elements: Vec<Element>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Element {
    Words { any: Vec<u32>, optional: bool },
    Number { least: u8, most: u8 },
    Gap(usize),
    Break,
}

/// Classes that say which numbers are no ages.
#[derive(Debug, Clone, Default)]
pub(super) struct Units {
    /// Words after a number that is no age: "minutes", "miles".
    pub(super) after: Vec<u32>,
    /// Words before a number that is no age: "room", "page".
    pub(super) before: Vec<u32>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(
        text: &str,
        vocabulary: &mut Vocabulary,
        class: &dyn Fn(&str) -> Option<Vec<String>>,
    ) -> Result<Self, String> {
        let mut elements = Vec::new();
        for part in text.split_whitespace() {
            elements
                .push(element(part, vocabulary, class).map_err(|why| format!("pattern \"{text}\": {why}"))?);
        }
        let pattern = Self { elements };
        match pattern.first() {
            (words, number) if !words.is_empty() || number => Ok(pattern),
            _ => Err(format!("pattern \"{text}\" must begin with a word, a class or a number")),
        }
    }

    /// The words that it may begin with, and whether it may begin with a number.
    pub(super) fn first(&self) -> (Vec<u32>, bool) {
        let mut words = Vec::new();
        for element in &self.elements {
            match element {
                Element::Words { any, optional } => {
                    words.extend(any);
                    if *optional {
                        continue;
                    }
                }
                Element::Number { .. } => return (words, true),
                Element::Gap(_) | Element::Break => {}
            }
            break;
        }
        words.sort_unstable();
        words.dedup();
        (words, false)
    }

    /// How many tokens from `at` on it covers, if it fits there.
    pub(super) fn fits(&self, tokens: &[Token], at: usize, units: &Units) -> Option<usize> {
        Some(fit(&self.elements, tokens, at, units)? - at)
    }
}

fn element(
    part: &str,
    vocabulary: &mut Vocabulary,
    class: &dyn Fn(&str) -> Option<Vec<String>>,
) -> Result<Element, String> {
    if part == ">" {
        return Ok(Element::Break);
    }
    if let Some(gap) = part.strip_prefix('*') {
        let most = gap.parse().ok().filter(|most| (1..=GAP_MAX).contains(most));
        return most.map(Element::Gap).ok_or_else(|| format!("\"{part}\" is not *1 to *{GAP_MAX}"));
    }
    if let Some(range) = part.strip_prefix('#') {
        let ends =
            range.split_once('-').and_then(|(least, most)| Some((least.parse().ok()?, most.parse().ok()?)));
        let (least, most) = ends.ok_or_else(|| format!("\"{part}\" is not #FIRST-LAST"))?;
        return Ok(Element::Number { least, most });
    }
    let (part, optional) = part.strip_suffix('?').map_or((part, false), |bare| (bare, true));
    let mut any = Vec::new();
    for word in part.split('|') {
        match word.strip_prefix('<').and_then(|name| name.strip_suffix('>')) {
            Some(name) => {
                let words = class(name).ok_or_else(|| format!("there is no class \"{name}\""))?;
                any.extend(words.iter().map(|word| vocabulary.add(word)));
            }
            None if word.chars().all(char::is_alphanumeric) && !word.is_empty() => {
                any.push(vocabulary.add(word))
            }
            None => return Err(format!("\"{word}\" is not a word; leave apostrophes out")),
        }
    }
    any.sort_unstable();
    any.dedup();
    Ok(Element::Words { any, optional })
}

fn fit(elements: &[Element], tokens: &[Token], at: usize, units: &Units) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else { return Some(at) };
    let token = tokens.get(at);
    match element {
        Element::Words { any, optional } => {
            let here = token.is_some_and(|token| any.binary_search(&token.word).is_ok());
            let taken = here.then(|| fit(rest, tokens, at + 1, units)).flatten();
            taken.or_else(|| optional.then(|| fit(rest, tokens, at, units)).flatten())
        }
        Element::Number { least, most } => {
            let number = token?.number?;
            let fits = (*least..=*most).contains(&number) && !is_measure(tokens, at, units);
            fits.then(|| fit(rest, tokens, at + 1, units)).flatten()
        }
        Element::Gap(most) => {
            for skipped in 0..=*most {
                if let Some(end) = fit(rest, tokens, at + skipped, units) {
                    return Some(end);
                }
                if tokens.get(at + skipped).is_none_or(Token::is_break) {
                    break;
                }
            }
            None
        }
        Element::Break => {
            let skipped = usize::from(token.is_some_and(Token::is_break));
            fit(rest, tokens, at + skipped, units)
        }
    }
}

fn is_measure(tokens: &[Token], at: usize, units: &Units) -> bool {
    let after = tokens.get(at + 1).is_some_and(|token| units.after.binary_search(&token.word).is_ok());
    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
    after || before.is_some_and(|token| units.before.binary_search(&token.word).is_ok())
}
