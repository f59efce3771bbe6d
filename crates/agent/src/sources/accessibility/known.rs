//! What of a window's text is new. Pure: lines in, passages out. Lines are remembered as numbers alone, for ten minutes.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

use proviso_model::Passage;

/// So long a line is not told of once more.
const TOLD_MS: u64 = 600_000;
/// Lines that are remembered; beyond, the older half is forgotten.
const LINES_MAX: usize = 16_384;
/// Lines told of on each side of a new one, so that it is fair to read.
const AROUND: usize = 2;
/// Text of one program that is told of within a second.
const BYTES_A_SECOND: usize = 64 * 1024;

/// What was told of.
#[derive(Debug, Default)]
pub(super) struct Known {
    lines: HashMap<u64, u64>,
    /// Text told of by program, since when.
    spent: HashMap<u32, (u64, usize)>,
}

/// What is new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct News {
    pub(super) passages: Vec<Passage>,
    /// There was more than is told at once.
    pub(super) cut: bool,
}

fn number(process: u32, line: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (process, line).hash(&mut hasher);
    hasher.finish()
}

/// As it is compared: spaces make no difference.
fn plain(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Known {
    /// Whether a line is new; it is known from now on.
    pub(super) fn is_new(&mut self, process: u32, line: &str, now_ms: u64) -> bool {
        let line = plain(line);
        if line.is_empty() {
            return false;
        }
        if self.lines.len() >= LINES_MAX {
            let mut times: Vec<u64> = self.lines.values().copied().collect();
            times.sort_unstable();
            let middle = times.get(times.len() / 2).copied().unwrap_or(now_ms);
            self.lines.retain(|_, at_ms| *at_ms > middle);
        }
        let before = self.lines.insert(number(process, &line), now_ms);
        before.is_none_or(|at_ms| now_ms.saturating_sub(at_ms) >= TOLD_MS)
    }

    /// The new lines of a text with the lines around them.
    pub(super) fn news(&mut self, process: u32, text: &str, now_ms: u64) -> News {
        let lines: Vec<(usize, &str)> = text
            .split_inclusive('\n')
            .scan(0, |at, line| {
                let from = *at;
                *at += line.len();
                Some((from, line))
            })
            .collect();
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for (at, (_, line)) in lines.iter().enumerate() {
            if !self.is_new(process, line, now_ms) {
                continue;
            }
            let (from, until) = (at.saturating_sub(AROUND), (at + AROUND + 1).min(lines.len()));
            match stretches.last_mut() {
                Some(last) if last.end >= from => last.end = until,
                _ => stretches.push(from..until),
            }
        }
        let mut news = News::default();
        for stretch in stretches {
            let Some((from, _)) = lines.get(stretch.start) else { continue };
            let until = lines.get(stretch.end).map_or(text.len(), |(until, _)| *until);
            let part = text.get(*from..until).unwrap_or_default();
            news.passages.push(Passage { offset: *from as u64, text: part.to_owned() });
        }
        self.limit(process, news, now_ms)
    }

    /// No more than a program may tell of within a second.
    pub(super) fn limit(&mut self, process: u32, mut news: News, now_ms: u64) -> News {
        self.spent.retain(|_, (since_ms, _)| now_ms.saturating_sub(*since_ms) < 1_000);
        let (_, spent) = self.spent.entry(process).or_insert((now_ms, 0));
        for passage in &mut news.passages {
            let end = passage.text.floor_char_boundary(BYTES_A_SECOND.saturating_sub(*spent));
            news.cut |= end < passage.text.len();
            passage.text.truncate(end);
            *spent += end;
        }
        news.passages.retain(|passage| !passage.text.is_empty());
        news
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES_A_SECOND, Known, TOLD_MS};

    fn told(known: &mut Known, process: u32, text: &str, now_ms: u64) -> Vec<(u64, String)> {
        let news = known.news(process, text, now_ms);
        news.passages.into_iter().map(|passage| (passage.offset, passage.text)).collect()
    }

    #[test]
    fn only_lines_that_are_new_in_a_program_are_told_with_those_around_them() {
        let mut known = Known::default();
        let chat = "one\ntwo\nthree\nfour\nfive\n";
        assert_eq!(told(&mut known, 7, chat, 0), [(0, chat.to_owned())]);
        assert_eq!(told(&mut known, 7, chat, 10), []);
        let scrolled = "three\nfour\nfive\n  \nsix\n";
        assert_eq!(told(&mut known, 7, scrolled, 20), [(11, "five\n  \nsix\n".to_owned())]);
        // The same with other spaces, as where a terminal is made wider.
        assert_eq!(told(&mut known, 7, "three  \n four\n", 30), []);
        assert_eq!(told(&mut known, 8, "three\n", 40), [(0, "three\n".to_owned())], "another program");
        assert_eq!(told(&mut known, 7, "one\n", TOLD_MS - 1), [], "and it goes on being shown");
        assert_eq!(told(&mut known, 7, "two\n", TOLD_MS + 10), [(0, "two\n".to_owned())], "after a while");
    }

    #[test]
    fn a_program_that_shows_more_than_anybody_could_read_is_cut_and_told_so_and_another_is_not() {
        let mut known = Known::default();
        let flood: String = (0..20_000).map(|number| format!("line {number}\n")).collect();
        let news = known.news(7, &flood, 0);
        assert!(news.cut);
        let bytes: usize = news.passages.iter().map(|passage| passage.text.len()).sum();
        assert!(bytes <= BYTES_A_SECOND);
        assert!(known.news(7, "a line more\n", 500).passages.is_empty());
        assert!(!known.news(8, "a line\n", 500).cut);
        assert_eq!(known.news(7, "and one later\n", 1_500).passages.len(), 1);
    }
}
