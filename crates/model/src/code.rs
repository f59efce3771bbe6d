//! One-time codes that people read aloud and type: Crockford's base 32, without I, L, O and U.

/// The letters of codes.
pub const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code from random bytes, one letter of 5 bits for each.
#[must_use]
pub fn letters(random: &[u8]) -> String {
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied().map(char::from);
    random.iter().filter_map(letter).collect()
}

/// Brings a code of `chars` letters as typed into the form that is hashed: upper case, without dashes and spaces, I and L as 1,
/// O as 0. `None` when it cannot be a code.
#[must_use]
pub fn normalise(typed: &str, chars: usize) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|letter| !matches!(letter, '-' | ' '))
        .take(chars + 1)
        .map(|letter| match letter.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            other => other,
        })
        .collect();
    let good = code.len() == chars && code.bytes().all(|letter| ALPHABET.contains(&letter));
    good.then_some(code)
}

/// A code in groups, as it is shown: `ABCD-EFGH`.
#[must_use]
pub fn grouped(code: &str, group: usize) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(group.max(1)).map(|part| part.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::{grouped, letters, normalise};

    #[test]
    fn a_code_reads_the_same_however_it_is_typed() {
        let code = letters(&[0, 1, 9, 10, 31, 32, 17, 20, 255, 128]);
        assert_eq!(code, "019AZ0HMZ0");
        assert_eq!(grouped(&code, 5), "019AZ-0HMZ0");
        for typed in ["019AZ-0HMZ0", "o1 9az 0hmzO", "0L9AZ0HMZO", "0i9az-ohmz0"] {
            assert_eq!(normalise(typed, 10).as_deref(), Some(code.as_str()), "{typed}");
        }
        for wrong in ["", "019AZ0HMZ", "019AZ0HMZ00", "U19AZ0HMZ0", "019AZ0HMZé"] {
            assert_eq!(normalise(wrong, 10), None, "{wrong}");
        }
    }
}
