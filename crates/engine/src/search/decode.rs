//! Percent-encoded text to characters, in the character set that the engine uses.

use encoding_rs::Encoding;

/// Bytes behind percent-encoding. A plus sign stands for a space where `plus_is_space`.
pub(super) fn bytes_of(encoded: &str, plus_is_space: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let byte = match (first, after) {
            (b'%', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = tail;
                    continue;
                }
                _ => b'%',
            },
            (b'+', _) if plus_is_space => b' ',
            (byte, _) => *byte,
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

/// The characters: UTF-8 where the bytes are that, else the first of `charsets` that has all of them, else UTF-8 with
/// replacement characters.
pub(super) fn text_of(bytes: Vec<u8>, charsets: &[String]) -> String {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return text,
        Err(error) => error.into_bytes(),
    };
    charsets
        .iter()
        .filter_map(|label| Encoding::for_label(label.as_bytes()))
        .find_map(|encoding| encoding.decode_without_bom_handling_and_without_replacement(&bytes))
        .map_or_else(|| String::from_utf8_lossy(&bytes).into_owned(), std::borrow::Cow::into_owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::{bytes_of, text_of};

    #[test]
    fn text_is_read_in_the_character_set_that_has_all_its_bytes() {
        let sets = ["windows-1251".to_owned()];
        for (encoded, charsets, text) in [
            ("a+b%20c", &[][..], "a b c"),
            ("%C4%85", &sets, "\u{105}"),
            ("%E3%E0%E2%E0%ED%FC", &sets, "\u{433}\u{430}\u{432}\u{430}\u{43D}\u{44C}"),
            ("%FF", &[], "\u{FFFD}"),
            ("100%", &[], "100%"),
            ("%zz%4", &[], "%zz%4"),
        ] {
            assert_eq!(text_of(bytes_of(encoded, true), charsets), text, "{encoded}");
        }
        assert_eq!(text_of(bytes_of("a+b", false), &[]), "a+b");
    }
}
