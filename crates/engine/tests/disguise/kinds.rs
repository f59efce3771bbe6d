//! Kinds of disguise: what each makes of a word.

use unicode_normalization::UnicodeNormalization as _;

/// Seeded chance.
pub struct Chance(pub u64);

impl Chance {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % below
    }

    fn pick(&mut self, of: &str) -> char {
        of.chars().nth(self.below(of.chars().count())).expect("a character to pick")
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len().max(1))).copied()
    }
}

/// Which words a kind is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// English.
    Latin,
    /// Arabic, Persian, Urdu and Hebrew.
    RightToLeft,
    /// Emoji.
    Emoji,
    All,
}

/// What a kind makes of a word: nothing where it changes nothing.
pub type Make = fn(&str, &mut Chance) -> Option<String>;

/// A kind of disguise: its name, the words that it is for, and what it makes of one.
pub type Kind = (&'static str, For, Make);

pub const KINDS: &[Kind] = &[
    ("look-alikes, Cyrillic and Greek", For::Latin, |word, chance| some(word, chance, LOOKS)),
    ("look-alikes of other scripts", For::Latin, |word, chance| some(word, chance, OTHER_LOOKS)),
    ("small capitals", For::Latin, |word, chance| all(word, chance, SMALL_CAPITALS)),
    ("a whole word of look-alikes", For::Latin, |word, chance| all(word, chance, WHOLE)),
    ("digits", For::Latin, |word, chance| some(word, chance, DIGITS)),
    ("signs", For::Latin, |word, chance| some(word, chance, SIGNS)),
    ("digits in frames", For::Latin, |word, chance| {
        some(word, chance, DIGITS).map(|word| {
            each(&word, |c| if c.is_ascii_digit() { format!("{c}\u{FE0F}\u{20E3}") } else { c.into() })
        })
    }),
    ("signs that are emoji", For::Latin, |word, chance| some(word, chance, PICTURES)),
    ("letters in other forms", For::Latin, |word, chance| other_forms(word, chance)),
    ("white letters on black", For::Latin, |word, _| Some(shifted(word, 0x1F170))),
    ("letter emoji", For::Latin, |word, _| Some(shifted(word, 0x1F1E6))),
    ("letter emoji apart", For::Latin, |word, _| Some(apart(&shifted(word, 0x1F1E6), " "))),
    ("stretched", For::All, stretched),
    ("stretched, with digits", For::Latin, |word, chance| some(&stretched(word, chance)?, chance, DIGITS)),
    ("spaced", For::All, |word, _| several(word).then(|| apart(word, " "))),
    ("spaced widely", For::All, |word, chance| {
        several(word).then(|| apart(word, chance.one_of(&["\u{2003}", " - ", " . "]).expect("a mark")))
    }),
    ("punctuated", For::All, |word, chance| {
        several(word)
            .then(|| apart(word, chance.one_of(&[".", "-", "_", "*", "~", ". ", ", "]).expect("a mark")))
    }),
    ("apart by emoji", For::Latin, |word, _| Some(apart(word, "\u{1F525}"))),
    ("letters apart with digits", For::Latin, |word, chance| Some(apart(&some(word, chance, DIGITS)?, " "))),
    ("characters of no width", For::All, |word, chance| {
        Some(between(word, chance, "\u{200B}\u{200C}\u{200D}\u{2060}\u{AD}\u{FE0F}"))
    }),
    ("combining marks", For::Latin, |word, chance| {
        Some(between(word, chance, "\u{301}\u{308}\u{336}\u{32F}\u{35C}"))
    }),
    ("capitals", For::Latin, |word, _| Some(word.to_uppercase())),
    ("right-to-left override", For::Latin, |word, _| {
        Some(format!("\u{202E}{}\u{202C}", word.chars().rev().collect::<String>()))
    }),
    ("marks of direction", For::All, |word, chance| {
        Some(between(word, chance, "\u{200E}\u{200F}\u{202A}\u{202B}\u{202C}\u{2067}\u{2069}\u{61C}"))
    }),
    ("presentation forms", For::RightToLeft, |word, chance| other_forms(word, chance)),
    ("strokes that stretch", For::RightToLeft, |word, chance| {
        arabic(word).then(|| between(word, chance, "\u{640}"))
    }),
    ("vowel signs", For::RightToLeft, |word, chance| {
        Some(between(
            word,
            chance,
            if arabic(word) { "\u{64E}\u{64F}\u{650}\u{651}\u{652}" } else { "\u{5B0}\u{5B4}\u{5B7}\u{5BC}" },
        ))
    }),
    ("letters of the neighbouring language", For::RightToLeft, |word, chance| some(word, chance, NEIGHBOURS)),
    ("skins and styles", For::Emoji, |word, chance| {
        let with = chance.pick("\u{FE0F}\u{1F3FB}\u{1F3FD}\u{1F3FF}");
        Some(each(word, |c| format!("{c}{with}")))
    }),
    ("right behind a word", For::Emoji, |word, _| Some(word.to_owned())),
];

type Table = &'static [(char, &'static str)];

const LOOKS: Table = &[
    ('a', "\u{430}\u{3B1}"),
    ('b', "\u{42C}\u{3B2}"),
    ('c', "\u{441}\u{3F2}"),
    ('d', "\u{501}"),
    ('e', "\u{435}\u{3B5}"),
    ('h', "\u{4BB}\u{43D}"),
    ('i', "\u{456}\u{3B9}"),
    ('k', "\u{43A}\u{3BA}"),
    ('m', "\u{43C}"),
    ('n', "\u{578}"),
    ('o', "\u{43E}\u{3BF}"),
    ('p', "\u{440}\u{3C1}"),
    ('r', "\u{433}"),
    ('s', "\u{455}"),
    ('t', "\u{442}\u{3C4}"),
    ('u', "\u{3C5}"),
    ('v', "\u{475}\u{3BD}"),
    ('w', "\u{51D}\u{3C9}"),
    ('x', "\u{445}\u{3C7}"),
    ('y', "\u{443}"),
];
/// Cherokee, Lisu, Coptic, Armenian, Latin with hooks, and others of the Unicode list.
const OTHER_LOOKS: Table = &[
    ('a', "\u{13AA}\u{A4EE}\u{251}"),
    ('b', "\u{13CF}\u{A4D0}\u{253}"),
    ('c', "\u{13DF}\u{A4DA}\u{2CA5}"),
    ('d', "\u{13E7}\u{A4D2}\u{257}"),
    ('e', "\u{13AC}\u{A4F0}\u{212E}"),
    ('f', "\u{A4DD}\u{584}"),
    ('g', "\u{13C0}\u{A4D6}\u{581}"),
    ('h', "\u{13BB}\u{A4E7}\u{570}"),
    ('i', "\u{13A5}\u{A4F2}\u{269}"),
    ('k', "\u{13E6}\u{A4D7}\u{199}"),
    ('l', "\u{13DE}\u{A4E1}\u{4CF}"),
    ('m', "\u{13B7}\u{A4DF}"),
    ('n', "\u{A4E0}\u{578}\u{272}"),
    ('o', "\u{A4F3}\u{585}\u{2C9F}"),
    ('p', "\u{13E2}\u{A4D1}\u{2CA3}"),
    ('q', "\u{51B}\u{566}"),
    ('r', "\u{13A1}\u{A4E3}\u{280}"),
    ('s', "\u{13D5}\u{A4E2}"),
    ('t', "\u{13A2}\u{A4D4}"),
    ('u', "\u{A4F4}\u{57D}\u{28B}"),
    ('v', "\u{13D9}\u{A4E6}"),
    ('w', "\u{13B3}\u{A4EA}"),
    ('x', "\u{A4EB}\u{2CAD}"),
    ('y', "\u{A4EC}\u{2CA9}"),
    ('z', "\u{13C3}\u{A4DC}"),
];
const SMALL_CAPITALS: Table = &[
    ('a', "\u{1D00}"),
    ('b', "\u{299}"),
    ('c', "\u{1D04}"),
    ('d', "\u{1D05}"),
    ('e', "\u{1D07}"),
    ('f', "\u{A730}"),
    ('g', "\u{262}"),
    ('h', "\u{29C}"),
    ('i', "\u{26A}"),
    ('j', "\u{1D0A}"),
    ('k', "\u{1D0B}"),
    ('l', "\u{29F}"),
    ('m', "\u{1D0D}"),
    ('n', "\u{274}"),
    ('o', "\u{1D0F}"),
    ('p', "\u{1D18}"),
    ('r', "\u{280}"),
    ('s', "\u{A731}"),
    ('t', "\u{1D1B}"),
    ('u', "\u{1D1C}"),
    ('v', "\u{1D20}"),
    ('w', "\u{1D21}"),
    ('y', "\u{28F}"),
    ('z', "\u{1D22}"),
];
const WHOLE: Table = &[
    ('a', "\u{430}"),
    ('c', "\u{441}"),
    ('d', "\u{501}"),
    ('e', "\u{435}"),
    ('h', "\u{4BB}"),
    ('i', "\u{456}"),
    ('j', "\u{458}"),
    ('l', "\u{4CF}"),
    ('n', "\u{578}"),
    ('o', "\u{43E}"),
    ('p', "\u{440}"),
    ('q', "\u{51B}"),
    ('s', "\u{455}"),
    ('u', "\u{57D}"),
    ('w', "\u{51D}"),
    ('x', "\u{445}"),
    ('y', "\u{443}"),
];
const DIGITS: Table = &[
    ('o', "0"),
    ('i', "1"),
    ('l', "1"),
    ('e', "3"),
    ('a', "4"),
    ('s', "5"),
    ('t', "7"),
    ('b', "8"),
    ('g', "9"),
    ('z', "2"),
];
const SIGNS: Table =
    &[('a', "@"), ('s', "$"), ('i', "!|"), ('l', "|"), ('e', "\u{20AC}"), ('c', "\u{A2}"), ('y', "\u{A5}")];
const PICTURES: Table = &[
    ('o', "\u{2B55}"),
    ('x', "\u{274C}\u{2716}"),
    ('t', "\u{271D}"),
    ('s', "\u{1F4B2}"),
    ('i', "\u{2757}"),
    ('c', "\u{A9}"),
    ('r', "\u{AE}"),
];
const NEIGHBOURS: Table = &[
    ('\u{643}', "\u{6A9}\u{6AA}"),
    ('\u{6A9}', "\u{643}"),
    ('\u{64A}', "\u{6CC}\u{649}"),
    ('\u{6CC}', "\u{64A}\u{649}"),
    ('\u{647}', "\u{6C1}\u{6BE}\u{6D5}"),
    ('\u{6C1}', "\u{647}\u{6BE}"),
    ('\u{629}', "\u{647}"),
    ('\u{627}', "\u{623}\u{625}\u{671}"),
    ('\u{5DD}', "\u{5DE}"),
    ('\u{5E1}', "\u{5E1}\u{5BC}"),
    ('\u{5E8}', "\u{5E8}\u{5BC}"),
];

fn each(word: &str, becomes: impl FnMut(char) -> String) -> String {
    word.chars().map(becomes).collect()
}

fn several(word: &str) -> bool {
    word.chars().nth(2).is_some()
}

fn arabic(word: &str) -> bool {
    word.chars().any(|c| ('\u{620}'..'\u{700}').contains(&c))
}

/// Some of the letters that the table has, one at least; one letter of its own stays.
fn some(word: &str, chance: &mut Chance, table: Table) -> Option<String> {
    let kept = chance.below(word.chars().count());
    let mut nth = 0;
    let out = each(word, |c| {
        nth += 1;
        let others = table.iter().find(|(from, _)| *from == c).map(|(_, to)| *to);
        let stays = nth - 1 == kept || (nth > 1 && chance.below(4) == 0);
        others.filter(|_| !stays).map_or_else(|| c.to_string(), |to| chance.pick(to).to_string())
    });
    (out != word).then_some(out)
}

/// All letters, where the table has them all.
fn all(word: &str, chance: &mut Chance, table: Table) -> Option<String> {
    word.chars().map(|c| Some(chance.pick(table.iter().find(|(from, _)| *from == c)?.1))).collect()
}

/// Letters of `a` to `z` from another place on.
fn shifted(word: &str, first: u32) -> String {
    each(word, |c| char::from_u32(u32::from(c) - u32::from('a') + first).expect("a character").to_string())
}

/// Other characters that Unicode calls the same letter: full-width, mathematical, circled, raised; presentation forms.
fn other_forms(word: &str, chance: &mut Chance) -> Option<String> {
    let blocks = [
        0xAA..=0xBA_u32,
        0x1D2C..=0x1D6A,
        0x2070..=0x209C,
        0x2100..=0x214E,
        0x249C..=0x24E9,
        0xFB1D..=0xFEFC,
        0xFF21..=0xFF5A,
        0x1D400..=0x1D7FF,
    ];
    let out = each(word, |c| {
        let same = |other: &char| other.nfkd().flat_map(char::to_lowercase).eq([c]);
        let forms: Vec<char> =
            blocks.iter().cloned().flatten().filter_map(char::from_u32).filter(same).collect();
        chance.one_of(&forms).unwrap_or(c).to_string()
    });
    (out != word).then_some(out)
}

fn stretched(word: &str, chance: &mut Chance) -> Option<String> {
    let at = chance.below(word.chars().count());
    let times = 3 + chance.below(4);
    let mut nth = 0;
    several(word).then(|| {
        each(word, |c| {
            nth += 1;
            c.to_string().repeat(if nth - 1 == at { times } else { 1 })
        })
    })
}

fn apart(word: &str, mark: &str) -> String {
    word.chars().map(String::from).collect::<Vec<_>>().join(mark)
}

/// A character of `marks` behind some letters.
fn between(word: &str, chance: &mut Chance, marks: &str) -> String {
    let first = chance.below(word.chars().count());
    let mut nth = 0;
    each(word, |c| {
        nth += 1;
        let marked = nth - 1 == first || chance.below(2) == 0;
        if marked { format!("{c}{}", chance.pick(marks)) } else { c.to_string() }
    })
}
