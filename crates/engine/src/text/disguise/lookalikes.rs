//! Characters that are seen as a Latin letter: look-alikes of other scripts, the usual digits and signs for letters, and
//! letter emoji. Compatibility forms (full-width, mathematical, circled) are letters after normalisation.

use super::confusables::confusable;

/// Whether a character may be meant as this letter of a term.
pub(super) fn reads(seen: char, letter: char) -> bool {
    seen == letter
        || letters_of(seen).contains(letter)
        // A Latin letter in a word of another script.
        || (seen.is_ascii_lowercase() && strict(letter).is_some_and(|latin| latin.contains(seen)))
}

/// Whether a character that is no letter may stand for one.
pub(super) fn stands_for_letter(c: char) -> bool {
    !letters_of(c).is_empty()
}

/// One character for all that may be meant as the same letter.
pub(super) fn outline(c: char) -> char {
    match c {
        // What the rest comes to for ASCII, which is nearly all that is asked.
        'a' | 'c'..='k' | 'm' | 'o'..='t' | 'v'..='x' | 'z' => c,
        'l' | '1' | '|' | '!' => 'i',
        'b' | '6' | '8' | '9' => 'g',
        'n' | 'u' | 'y' => 'h',
        '0' => 'o',
        '2' => 'z',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '\0'..='\u{7F}' => c,
        _ => letters_of(c).chars().next().map_or(c, outline),
    }
}

/// Latin letters that a character may stand for; nothing for one that stands for none.
pub(super) fn letters_of(c: char) -> &'static str {
    const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";
    match c {
        'a'..='z' => {
            let at = usize::from(u8::try_from(c).unwrap_or(b'a') - b'a');
            ALPHABET.get(at..=at).unwrap_or_default()
        }
        '0' => "o",
        '1' | '|' | '!' => "il",
        '2' => "z",
        '3' => "e",
        '4' | '@' => "a",
        '5' | '$' => "s",
        '6' => "gb",
        '7' => "t",
        '8' => "b",
        '9' => "g",
        '\0'..='\u{7F}' => "",
        '\u{1F1E6}'..='\u{1F1FF}' => {
            let at = usize::try_from(u32::from(c) - 0x1F1E6).unwrap_or_default();
            ALPHABET.get(at..=at).unwrap_or_default()
        }
        other => strict(other).or_else(|| loose(other)).unwrap_or_default(),
    }
}

/// Whether a character is seen as a Latin letter even in a word that has none: as good as the same on the screen.
pub(super) fn is_strict(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}') || strict(c).is_some()
}

/// A letter of another script that is as good as the same on the screen as a Latin one, as that one: of two, the first. Any other
/// character as it is.
pub(crate) fn plain_letter(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    strict(c).and_then(|letters| letters.chars().next()).unwrap_or(c)
}

/// Small letters of other scripts that look like a Latin one, and Latin small capitals and letters with hooks.
fn strict(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{430}' | '\u{251}' | '\u{250}' | '\u{1D00}' => "a",
        '\u{299}' | '\u{253}' | '\u{180}' | '\u{184}' | '\u{185}' => "b",
        '\u{441}' | '\u{3F2}' | '\u{2CA5}' | '\u{1D04}' | '\u{254}' | '\u{188}' => "c",
        '\u{501}' | '\u{1D05}' | '\u{256}' | '\u{257}' => "d",
        '\u{435}' | '\u{4BD}' | '\u{1D07}' | '\u{1DD}' | '\u{259}' | '\u{25B}' | '\u{212E}' | '\u{AB32}' => {
            "e"
        }
        '\u{A730}' | '\u{192}' | '\u{584}' => "f",
        '\u{261}' | '\u{262}' | '\u{260}' | '\u{18D}' | '\u{581}' => "g",
        '\u{4BB}' | '\u{570}' | '\u{29C}' | '\u{266}' | '\u{265}' => "h",
        '\u{456}' | '\u{131}' | '\u{26A}' | '\u{268}' | '\u{269}' | '\u{A647}' => "i",
        '\u{458}' | '\u{3F3}' | '\u{1D0A}' | '\u{575}' | '\u{237}' | '\u{249}' => "j",
        '\u{1D0B}' | '\u{199}' => "k",
        '\u{4CF}' | '\u{29F}' | '\u{26B}' | '\u{26D}' | '\u{1C0}' => "l",
        '\u{1D0D}' | '\u{271}' => "m",
        '\u{578}' | '\u{57C}' | '\u{274}' | '\u{272}' | '\u{273}' | '\u{14B}' => "n",
        '\u{43E}' | '\u{585}' | '\u{1D0F}' | '\u{275}' | '\u{AB3D}' | '\u{2C9F}' => "o",
        '\u{440}' | '\u{1D18}' | '\u{1A5}' | '\u{2CA3}' => "p",
        '\u{51B}' | '\u{566}' | '\u{24B}' => "q",
        '\u{280}' | '\u{27E}' | '\u{27D}' | '\u{AB47}' | '\u{AB48}' => "r",
        '\u{455}' | '\u{A731}' | '\u{282}' | '\u{1BD}' => "s",
        '\u{1D1B}' | '\u{288}' | '\u{1AB}' | '\u{1AD}' => "t",
        '\u{57D}' | '\u{1D1C}' | '\u{289}' | '\u{28B}' | '\u{AB4E}' | '\u{AB52}' => "u",
        '\u{475}' | '\u{1D20}' | '\u{28C}' => "v",
        '\u{51D}' | '\u{1D21}' | '\u{561}' | '\u{26F}' => "w",
        '\u{445}' | '\u{4B3}' => "x",
        '\u{443}' | '\u{4AF}' | '\u{28F}' | '\u{1B4}' | '\u{263}' | '\u{1D8C}' | '\u{AB5A}' => "y",
        '\u{1D22}' | '\u{290}' | '\u{225}' | '\u{1B6}' => "z",
        _ => return None,
    })
}

/// Letters that look like a Latin one as a capital, or nearly, and signs and emoji that are drawn like one: read so only
/// in a word that has Latin letters, as are the letters of [`confusable`].
fn loose(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{A2}' | '\u{A9}' => "c",
        '\u{44A}' => "b",
        '\u{3B5}' | '\u{454}' | '\u{44D}' | '\u{2C89}' | '\u{20AC}' => "e",
        '\u{493}' => "f",
        '\u{43D}' | '\u{3B7}' => "hn",
        '\u{2757}' | '\u{2755}' => "il",
        '\u{43A}' | '\u{3BA}' | '\u{49B}' | '\u{49D}' => "k",
        '\u{A3}' => "l",
        '\u{43C}' | '\u{3BC}' => "m",
        '\u{438}' | '\u{43F}' => "nu",
        '\u{3C3}' | '\u{2B55}' | '\u{1F534}' => "o",
        '\u{433}' | '\u{491}' | '\u{44F}' | '\u{AE}' => "r",
        '\u{1F4B2}' => "s",
        '\u{271D}' | '\u{2795}' => "t",
        '\u{3C5}' => "uy",
        '\u{446}' => "u",
        '\u{3BD}' => "v",
        '\u{3C9}' | '\u{448}' | '\u{449}' => "w",
        '\u{274C}' | '\u{274E}' | '\u{2716}' | '\u{2715}' => "x",
        '\u{A5}' => "y",
        other => return confusable(other),
    })
}
