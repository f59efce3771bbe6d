//! Marking, in a captured text, the stretches that a rule rests on, and covering what is another's.

use std::ops::Range;

use proviso_model::finding::{Span, TextField};
use proviso_model::observation::Passage;

use super::masks::{Mask, Masks};

/// A stretch of text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The characters.
    pub text: String,
    /// Whether a rule rests on them.
    pub marked: bool,
    /// Whether this stands in the place of somebody's name or contact details.
    pub covered: bool,
}

/// A passage cut into pieces at the spans that lie in it, with what is covered replaced. Spans that do not fall on characters are
/// left unmarked.
#[must_use]
pub fn pieces(passage: &Passage, spans: &[Span], field: TextField, masks: &Masks) -> Vec<Piece> {
    let mut ranges: Vec<(usize, usize)> = spans
        .iter()
        .filter(|span| span.field == field)
        .filter_map(|span| {
            let start = usize::try_from(span.start.checked_sub(passage.offset)?).ok()?;
            let end = usize::try_from(span.end.checked_sub(passage.offset)?).ok()?;
            passage.text.get(start..end).map(|_| (start, end))
        })
        .collect();
    ranges.sort_unstable();
    let covered = masks.in_text(&passage.text);
    let mut pieces = Vec::new();
    let mut at = 0;
    for (start, end) in ranges {
        let start = start.max(at);
        if start >= end {
            continue;
        }
        push(&mut pieces, &passage.text, at..start, false, &covered);
        push(&mut pieces, &passage.text, start..end, true, &covered);
        at = end;
    }
    push(&mut pieces, &passage.text, at..passage.text.len(), false, &covered);
    pieces
}

/// Adds a stretch. What is covered stands where it begins, also where it goes on beyond.
fn push(pieces: &mut Vec<Piece>, text: &str, of: Range<usize>, marked: bool, masks: &[Mask]) {
    let mut at = of.start;
    for mask in masks.iter().filter(|mask| mask.at.start < of.end && mask.at.end > of.start) {
        plain(pieces, text.get(at..mask.at.start), marked);
        if mask.at.start >= of.start {
            pieces.push(Piece { text: mask.label.clone(), marked, covered: true });
        }
        at = mask.at.end;
    }
    plain(pieces, text.get(at..of.end), marked);
}

fn plain(pieces: &mut Vec<Piece>, text: Option<&str>, marked: bool) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        pieces.push(Piece { text: text.to_owned(), marked, covered: false });
    }
}

/// `text` with all that may be captured content put out of sight: whatever it quotes, every word that a span rests on,
/// and the host of the address. An explanation is shown before content is opened, and content is opened only on record.
#[must_use]
pub fn without_content(text: &str, spans: &[Span], address: Option<&str>) -> String {
    let host = address.and_then(|address| address.split_once("://")).map(|(_, rest)| rest);
    let host = host.and_then(|rest| rest.split(['/', '?', '#']).next());
    let mut words: Vec<&str> = spans.iter().map(|span| span.text.as_str()).chain(host).collect();
    words.retain(|word| !word.is_empty());
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    let unquoted: Vec<&str> = text
        .split('"')
        .enumerate()
        .map(|(place, part)| if place % 2 == 1 { "[hidden]" } else { part })
        .collect();
    words.into_iter().fold(unquoted.concat(), |text, word| text.replace(word, "[hidden]"))
}

#[cfg(test)]
mod tests {
    use super::super::masks::Masks;
    use super::{pieces, without_content};
    use proviso_model::finding::{Span, TextField};
    use proviso_model::observation::Passage;

    fn span(start: u64, end: u64, text: &str) -> Span {
        Span {
            field: TextField::Text,
            start,
            end,
            rule: "words/test".to_owned(),
            category: "test".to_owned(),
            text: text.to_owned(),
            message: None,
        }
    }

    #[test]
    fn spans_are_marked_where_they_lie_in_a_passage_and_nowhere_else() {
        let passage = Passage { offset: 100, text: "a blue heron and a grey heron".to_owned() };
        let spans = [
            span(102, 112, "blue heron"),
            span(107, 112, "heron"),
            span(124, 129, "heron"),
            span(5, 9, "gone"),
        ];
        let shown: Vec<_> = pieces(&passage, &spans, TextField::Text, &Masks::default())
            .into_iter()
            .map(|piece| if piece.marked { format!("<{}>", piece.text) } else { piece.text })
            .collect();
        assert_eq!(shown.concat(), "a <blue heron> and a grey <heron>");
    }

    #[test]
    fn what_is_covered_stands_once_whether_a_span_ends_in_it_or_holds_it() {
        let text = "send to k@post.example or @sails now";
        let passage = Passage { offset: 0, text: text.to_owned() };
        for (start, end, expected) in [
            (0, 12, "<send to ><[e-mail address]> or [account name] now"),
            (12, 25, "send to [e-mail address]< or> [account name] now"),
            (0, 36, "<send to ><[e-mail address]>< or ><[account name]>< now>"),
            (8, 22, "send to <[e-mail address]> or [account name] now"),
        ] {
            let spans = [span(start, end, "words")];
            let shown: String = pieces(&passage, &spans, TextField::Text, &Masks::default())
                .into_iter()
                .map(|piece| if piece.marked { format!("<{}>", piece.text) } else { piece.text })
                .collect();
            assert_eq!(shown, expected, "{start}..{end}");
        }
    }

    #[test]
    fn a_span_inside_a_character_marks_nothing() {
        let passage = Passage { offset: 0, text: "é".to_owned() };
        let none = Masks::default();
        assert!(
            pieces(&passage, &[span(1, 2, "?")], TextField::Text, &none).iter().all(|piece| !piece.marked)
        );
    }

    #[test]
    fn an_explanation_shows_no_captured_word_until_content_is_opened() {
        let spans = [span(0, 5, "heron"), span(0, 10, "blue heron")];
        let text = "Text on \"chat.example\" holds \"Blue  Heron\"; a blue heron on chat.example.";
        let shown = without_content(text, &spans, Some("https://chat.example/room/7?x=1"));
        assert_eq!(shown, "Text on [hidden] holds [hidden]; a [hidden] on [hidden].");
        assert_eq!(without_content("Left \"open", &[], None), "Left [hidden]");
    }
}
