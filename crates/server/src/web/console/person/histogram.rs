//! The days of a timeline as bars, and the same as a table: what the eye sees stands there in numbers.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::timeline::TimelineDay;
use crate::app::officer::person::TIMELINE_DAYS;

const WIDTH: f64 = 720.0;
/// How high the highest bar is, and where bars stand.
const HIGH: f64 = 84.0;
const GROUND: f64 = 92.0;

/// What is counted, as the classes of the timeline have it: class and words for one and for many.
pub const KINDS: [(&str, &str); 4] = [
    ("finding", "Alerts"),
    ("decision", "Decisions"),
    ("gap", "Gaps"),
    ("notice", "Visits, notices and the rest"),
];

/// A part of a bar.
pub struct Part {
    pub class: &'static str,
    pub y: String,
    pub height: String,
}

/// A day.
pub struct Bar {
    pub x: String,
    pub width: String,
    pub parts: Vec<Part>,
    pub title: String,
}

/// A day below the bars.
pub struct Mark {
    pub x: String,
    pub label: String,
}

/// A day with something in it, for the table.
pub struct Row {
    pub key: String,
    pub name: String,
    pub counts: [usize; 4],
}

/// The drawing and the table.
pub struct Histogram {
    pub bars: Vec<Bar>,
    pub marks: Vec<Mark>,
    pub rows: Vec<Row>,
    pub kinds: [(&'static str, &'static str); 4],
    pub days: i64,
}

fn counts(day: &TimelineDay) -> [usize; 4] {
    KINDS.map(|(class, _)| day.items.iter().filter(|item| item.class == class).count())
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

/// Prepares it for the days up to `today`.
pub fn of(days: &[TimelineDay], today: Date) -> Histogram {
    let by_day: BTreeMap<Date, [usize; 4]> = days.iter().map(|day| (day.date, counts(day))).collect();
    let most = by_day.values().map(|counts| counts.iter().sum::<usize>()).max().unwrap_or_default();
    let step = WIDTH / f64::from(u32::try_from(TIMELINE_DAYS).unwrap_or(30) + 1);
    let unit = HIGH / f64::from(u32::try_from(most.max(4)).unwrap_or(u32::MAX));
    let (mut bars, mut marks) = (Vec::new(), Vec::new());
    for (nth, back) in (0_u32..).zip((0..=TIMELINE_DAYS).rev()) {
        let Ok(date) = today.checked_sub(back.days()) else { continue };
        let x = step * f64::from(nth);
        if back % 7 == 0 {
            marks.push(Mark {
                x: number((x + step / 2.0).min(WIDTH - 22.0)),
                label: date.strftime("%-d %b").to_string(),
            });
        }
        let Some(of_day) = by_day.get(&date) else { continue };
        let mut top = GROUND;
        let mut parts = Vec::new();
        let mut said = Vec::new();
        for ((class, name), count) in KINDS.into_iter().zip(*of_day).filter(|(_, count)| *count > 0) {
            let height = unit * f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            top -= height;
            parts.push(Part { class, y: number(top), height: number(height) });
            said.push(format!("{}: {count}", name.to_lowercase()));
        }
        let title = format!("{}: {}", date.strftime("%-d %B"), said.join(", "));
        bars.push(Bar { x: number(x + 1.0), width: number(step - 2.0), parts, title });
    }
    let row = |day: &TimelineDay| Row { key: day.key(), name: day.name.clone(), counts: counts(day) };
    Histogram { bars, marks, rows: days.iter().map(row).collect(), kinds: KINDS, days: TIMELINE_DAYS }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::of;
    use crate::web::console::person::timeline::{Item, TimelineDay};
    use crate::web::console::words;
    use proviso_model::Timestamp;

    #[test]
    fn bars_and_table_say_the_same_of_each_day() {
        let item = |class| Item {
            class,
            at: words::when(Timestamp::from_micros(0), &words::zone("UTC")),
            text: String::new(),
            detail: String::new(),
            link: None,
        };
        let day = |on, classes: &[&'static str]| TimelineDay {
            date: on,
            name: on.to_string(),
            items: classes.iter().copied().map(item).collect(),
        };
        let today = date(2026, 11, 24);
        let days = [day(today, &["finding", "gap", "gap"]), day(date(2026, 11, 20), &["notice"])];
        let made = of(&days, today);
        assert_eq!(made.bars.iter().map(|bar| bar.parts.len()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(made.bars.last().expect("today").title, "24 November: alerts: 1, gaps: 2");
        assert_eq!(made.rows.iter().map(|row| row.counts).collect::<Vec<_>>(), [[1, 0, 2, 0], [0, 0, 0, 1]]);
        assert_eq!(made.marks.len(), 5, "a day in each week");
        assert!(of(&[], today).bars.is_empty());
    }
}
