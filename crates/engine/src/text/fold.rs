//! What one character becomes. Each character folds on its own, without its neighbours, which is what makes the
//! offset map exact.

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

/// Calls `emit` with the characters that `c` is read as: its compatibility decomposition (NFKD, which makes the same
/// texts equal as NFKC does), without accents, case folded. Nothing for a character that is not seen.
pub(super) fn fold(c: char, mut emit: impl FnMut(char)) {
    if is_ignorable(c) {
        return;
    }
    if c.is_ascii() {
        return emit(c.to_ascii_lowercase());
    }
    // The lunate sigma is drawn as a Latin c, the sigma that it decomposes to is not.
    if matches!(c, '\u{3F2}' | '\u{3F9}') {
        return emit('\u{3F2}');
    }
    // A spacing accent decomposes to a space under an accent, which would part words as white space does: it stays.
    let mut stays = None;
    decompose_compatible(c, |part| {
        if *stays.get_or_insert(part == ' ') || is_ignorable(part) || is_accent(part) {
            return;
        }
        fold_case(plain_punctuation(part), &mut emit);
    });
    if stays == Some(true) {
        emit(plain_punctuation(c));
    }
}

/// Full case folding by way of the standard library's tables: lower, upper, lower gives `ß` and `ẞ` as `ss`, the two
/// small sigmas as one, and the dotless i as i.
fn fold_case(c: char, emit: &mut impl FnMut(char)) {
    if c.is_ascii() {
        return emit(c.to_ascii_lowercase());
    }
    for lower in c.to_lowercase() {
        for upper in lower.to_uppercase() {
            for folded in upper.to_lowercase() {
                if let Some(letters) = plain_letters(folded) {
                    letters.chars().for_each(&mut *emit);
                } else if !is_accent(folded) {
                    emit(folded);
                }
            }
        }
    }
}

/// Letters and digits that keyboards and scripts have in several forms, as one of them: Latin letters with a stroke and
/// joined ones, the forms of Arabic, Persian and Urdu that are written for each other (after Lucene's normalisers of
/// Arabic and Persian), Hebrew final letters, and digits of every script that is written with spaces.
fn plain_letters(c: char) -> Option<&'static str> {
    const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";
    let of = |first: u32| usize::try_from(u32::from(c).saturating_sub(first)).unwrap_or_default();
    Some(match c {
        '\u{142}' => "l",
        '\u{111}' => "d",
        '\u{127}' => "h",
        '\u{167}' => "t",
        '\u{F8}' => "o",
        '\u{E6}' => "ae",
        '\u{153}' => "oe",
        '\u{671}'..='\u{673}' | '\u{675}' => "\u{627}",
        '\u{649}' | '\u{6CC}' | '\u{6D0}' | '\u{6D1}' | '\u{6CD}' | '\u{6CE}' => "\u{64A}",
        '\u{6A9}'..='\u{6AE}' | '\u{63B}' | '\u{63C}' => "\u{643}",
        '\u{629}' | '\u{6BE}' | '\u{6C1}' | '\u{6C3}' | '\u{6D5}' => "\u{647}",
        '\u{5DA}' => "\u{5DB}",
        '\u{5DD}' => "\u{5DE}",
        '\u{5DF}' => "\u{5E0}",
        '\u{5E3}' => "\u{5E4}",
        '\u{5E5}' => "\u{5E6}",
        '\u{660}'..='\u{669}' => DIGITS.get(of(0x660))?,
        '\u{6F0}'..='\u{6F9}' => DIGITS.get(of(0x6F0))?,
        '\u{966}'..='\u{96F}' => DIGITS.get(of(0x966))?,
        '\u{9E6}'..='\u{9EF}' => DIGITS.get(of(0x9E6))?,
        '\u{A66}'..='\u{A6F}' => DIGITS.get(of(0xA66))?,
        '\u{AE6}'..='\u{AEF}' => DIGITS.get(of(0xAE6))?,
        // White letters on black, which Unicode does not decompose.
        '\u{1F150}'..='\u{1F169}' => ALPHABET.get(of(0x1F150)..=of(0x1F150))?,
        '\u{1F170}'..='\u{1F189}' => ALPHABET.get(of(0x1F170)..=of(0x1F170))?,
        _ => return None,
    })
}

/// Quotation marks and dashes that keyboards and word processors put in place of the plain ones.
fn plain_punctuation(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02BC}' | '\u{00B4}' | '\u{5F3}' => '\'',
        '\u{201C}'..='\u{201F}' | '\u{AB}' | '\u{BB}' | '\u{5F4}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{5BE}' => '-',
        '\u{60C}' => ',',
        '\u{61B}' => ';',
        '\u{61F}' => '?',
        '\u{6D4}' => '.',
        other => other,
    }
}

/// Marks that do not change which word it is: accents, overlays, Hebrew points, Arabic and Syriac vowel signs, the Arabic
/// stroke that stretches a word, frames around a character, the skin of an emoji. Nukta, kana voicing, virama and the vowel
/// and tone signs of Thai, Lao and Tibetan do, and stay.
pub(super) fn is_accent(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{488}' | '\u{489}' | '\u{20DD}'..='\u{20E4}' | '\u{1F3FB}'..='\u{1F3FF}')
        || matches!(canonical_combining_class(c), 1 | 10..=36 | 200..=240)
}

/// Default-ignorable characters (Unicode property `Default_Ignorable_Code_Point`): they take no room on the screen.
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}
