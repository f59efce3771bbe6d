//! Passages: the stretches that a page is judged by. They end at a line or a sentence, and where one ends depends on
//! nothing behind it, so a cut that keeps whole passages is divided in the same way as the whole.

use std::ops::Range;

use proviso_model::Passage;

/// A line ends a passage that has this much, so that headings and captions are judged with what they stand over.
const LINE_BYTES_MIN: usize = 240;
/// A sentence ends a passage that has this much.
const SENTENCE_BYTES_MIN: usize = 600;
/// A space ends a passage that has this much.
const SPACE_BYTES_MIN: usize = 900;
/// A passage never has more than this and one character.
const PASSAGE_BYTES_MAX: usize = 1000;

/// Whether the passages are as a well-behaved device sends them: in order, not overlapping.
pub(super) fn in_order(passages: &[Passage]) -> bool {
    passages.windows(2).all(|pair| match pair {
        [a, b] => a.offset.saturating_add(a.text.len() as u64) <= b.offset,
        _ => true,
    })
}

/// The passages of a text: in order, without room between them, none empty.
pub(super) fn passages(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::with_capacity(text.len() / LINE_BYTES_MIN + 1);
    let mut start = 0;
    while start < text.len() {
        let end = start + length(text.get(start..).unwrap_or_default());
        found.push(start..end);
        start = end;
    }
    found
}

/// Bytes of the passage that a text, which is not empty, begins with. Most of them need no look: no passage ends there, or
/// only at a line.
fn length(text: &str) -> usize {
    let lines_from = LINE_BYTES_MIN - 1;
    let lines_until = text.len().min(SENTENCE_BYTES_MIN - 1);
    let line_feed = text
        .as_bytes()
        .get(lines_from..lines_until)
        .and_then(|room| room.iter().position(|byte| *byte == b'\n'));
    if let Some(at) = line_feed {
        return lines_from + at + 1;
    }
    let from = text.floor_char_boundary(lines_until);
    let mut before = text.get(..from).and_then(|head| head.chars().next_back()).unwrap_or(' ');
    for (at, c) in text.get(from..).unwrap_or_default().char_indices() {
        let end = from + at + c.len_utf8();
        if ends(end, before, c) {
            return end;
        }
        before = c;
    }
    text.len()
}

/// Whether a passage of so many bytes ends with `c`.
fn ends(bytes: usize, before: char, c: char) -> bool {
    match bytes {
        0..SENTENCE_BYTES_MIN => bytes >= LINE_BYTES_MIN && c == '\n',
        PASSAGE_BYTES_MAX.. => true,
        _ if c == '\n' => true,
        SPACE_BYTES_MIN.. => c.is_whitespace(),
        _ => c.is_whitespace() && matches!(before, '.' | '!' | '?' | '\u{2026}' | '\u{3002}'),
    }
}

#[cfg(test)]
mod tests {
    use super::{PASSAGE_BYTES_MAX, ends, passages};

    /// The same, with every character looked at.
    fn plainly(text: &str) -> Vec<std::ops::Range<usize>> {
        let (mut found, mut start, mut before) = (Vec::new(), 0, ' ');
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            if ends(end - start, before, c) {
                found.push(start..end);
                start = end;
            }
            before = c;
        }
        if start < text.len() {
            found.push(start..text.len());
        }
        found
    }

    #[test]
    fn a_cut_of_whole_passages_is_divided_like_the_whole() {
        let sentence = "The harbour was quiet and the lamps were lit along the old sea wall. ";
        let texts = [
            sentence.repeat(40),
            format!("A heading\n{}\n\nNext\n{}", sentence.repeat(5), sentence.repeat(30)),
            "\u{6e2f}".repeat(2000),
            format!("{}\n{}\u{2026} {}\n", "line ".repeat(48), "\u{e9}".repeat(310), "x".repeat(1200)),
            format!("{}\u{e9}\u{301}", "x".repeat(PASSAGE_BYTES_MAX - 1)),
        ];
        for text in &texts {
            let all = passages(text);
            assert_eq!(all, plainly(text));
            assert_eq!(all.first().map(|first| first.start), Some(0));
            assert_eq!(all.last().map(|last| last.end), Some(text.len()));
            assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert!(all.iter().all(|passage| passage.len() <= PASSAGE_BYTES_MAX + 4));
            for from in 0..all.len() {
                for until in from..all.len() {
                    let (start, end) = (all[from].start, all[until].end);
                    let again: Vec<_> = passages(&text[start..end])
                        .into_iter()
                        .map(|passage| passage.start + start..passage.end + start)
                        .collect();
                    assert_eq!(again, all[from..=until]);
                }
            }
        }
    }
}
