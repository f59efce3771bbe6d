//! Which alerts stand in one row of the inbox: those of one person under one paragraph that follow each other within a day, or those that
//! an officer put together. It is a matter of display alone: every alert and every finding keeps its own number, hash and time, and is
//! decided on and logged by itself.

use std::collections::HashMap;

use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId};
use proviso_store::{AlertRow, Priority};

/// Alerts of one row follow each other with less time than this between them, in milliseconds.
pub const APART_MILLIS: i64 = 24 * 3_600_000;
/// Most alerts of one row: as many as one page shows with what they found.
pub const TOGETHER_MAX: usize = 12;

/// With which others an alert may stand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    /// With none: it cannot wait, and nothing hides it.
    Alone(AlertId),
    /// Where an officer put it.
    ByHand(CaseId, AlertId),
    /// With those of its person and paragraph. What waits for another's review, and what rests, stands apart.
    Under { case: CaseId, paragraph: String, is_outside: bool, rests: bool },
}

fn place(alert: &AlertRow, now: Timestamp) -> Place {
    let rests = alert.resting(now).is_some();
    match alert.care.thread {
        _ if alert.priority == Priority::Now && !alert.is_outside() => Place::Alone(alert.id),
        Some(thread) if !rests && !alert.is_outside() => Place::ByHand(alert.case, thread),
        _ => Place::Under {
            case: alert.case,
            paragraph: alert.paragraph.clone(),
            is_outside: alert.is_outside(),
            rests,
        },
    }
}

/// The rows: places in `alerts`, which are in the order of the inbox. Rows stand where the first of their alerts stands, and each has its
/// alerts in the order of the inbox.
#[must_use]
pub fn fold(alerts: &[&AlertRow], now: Timestamp) -> Vec<Vec<usize>> {
    let mut places: HashMap<Place, Vec<usize>> = HashMap::new();
    for (nth, alert) in alerts.iter().enumerate() {
        places.entry(place(alert, now)).or_default().push(nth);
    }
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for (place, members) in places {
        match place {
            Place::Under { .. } => rows.extend(runs(alerts, members)),
            Place::Alone(_) | Place::ByHand(..) => {
                rows.extend(members.chunks(TOGETHER_MAX).map(<[usize]>::to_vec));
            }
        }
    }
    for row in &mut rows {
        row.sort_unstable();
    }
    rows.sort_unstable_by_key(|row| row.first().copied());
    rows
}

/// Cuts them where nothing was found for a day.
fn runs(alerts: &[&AlertRow], members: Vec<usize>) -> Vec<Vec<usize>> {
    let mut timed: Vec<(usize, &AlertRow)> =
        members.into_iter().filter_map(|nth| Some((nth, *alerts.get(nth)?))).collect();
    timed.sort_by_key(|(_, alert)| (alert.first_at, alert.id));
    let mut runs: Vec<(Vec<usize>, Timestamp)> = Vec::new();
    for (nth, alert) in timed {
        match runs.last_mut() {
            Some((run, last))
                if run.len() < TOGETHER_MAX && alert.first_at.millis_since(*last) < APART_MILLIS =>
            {
                run.push(nth);
                *last = alert.last_at.max(*last);
            }
            _ => runs.push((vec![nth], alert.last_at)),
        }
    }
    runs.into_iter().map(|(run, _)| run).collect()
}

#[cfg(test)]
mod tests {
    use proviso_model::ids::{AlertId, CaseId, DeviceId, OfficerId};
    use proviso_model::{AlertState, ConditionKind, Timestamp};
    use proviso_store::{AlertCare, AlertRow, Priority, Rest};

    use super::{TOGETHER_MAX, fold};

    const HOUR: i64 = 3_600_000;

    /// What it is about, the alerts, and the rows that come of them.
    type Case<'a> = (&'a str, Vec<AlertRow>, &'a [&'a [usize]]);

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000).plus_millis(hours * HOUR)
    }

    fn alert(nth: u8, case: u8, paragraph: &str, from: i64, until: i64) -> AlertRow {
        AlertRow {
            id: AlertId::random([nth; 16]),
            case: CaseId::random([case; 16]),
            device: DeviceId::random([case; 16]),
            paragraph: paragraph.to_owned(),
            condition: ConditionKind::SpecifiedWords,
            rule: format!("words/{nth}"),
            category: "specified".to_owned(),
            state: AlertState::New,
            priority: Priority::ThisWeek,
            findings: 1,
            outside: 0,
            first_at: at(from),
            last_at: at(until),
            raised_at: at(until),
            opened_at: None,
            decided_at: None,
            is_conversation: false,
            earlier: None,
            looked_before: None,
            care: AlertCare::default(),
        }
    }

    fn rows(alerts: &[AlertRow]) -> Vec<Vec<usize>> {
        fold(&alerts.iter().collect::<Vec<_>>(), at(100))
    }

    #[test]
    fn alerts_of_one_person_and_paragraph_fold_and_no_others() {
        let cases: [Case<'_>; 5] = [
            ("nothing", vec![], &[]),
            ("two under one paragraph", vec![alert(1, 1, "4", 0, 1), alert(2, 1, "4", 5, 9)], &[&[0, 1]]),
            (
                "another paragraph, another person",
                vec![alert(1, 1, "4", 0, 1), alert(2, 1, "5", 0, 1), alert(3, 2, "4", 0, 1)],
                &[&[0], &[1], &[2]],
            ),
            (
                "each within a day of the one before, whatever the order of the inbox",
                vec![alert(1, 1, "4", 60, 61), alert(2, 1, "4", 0, 30), alert(3, 1, "4", 36, 37)],
                &[&[0, 1, 2]],
            ),
            (
                "a day without anything divides",
                vec![alert(1, 1, "4", 60, 61), alert(2, 1, "4", 0, 30)],
                &[&[0], &[1]],
            ),
        ];
        for (what, alerts, expected) in cases {
            assert_eq!(rows(&alerts), expected, "{what}");
        }
    }

    #[test]
    fn what_cannot_wait_stands_alone_and_what_rests_or_waits_for_review_apart() {
        let now = AlertRow { priority: Priority::Now, ..alert(2, 1, "4", 1, 1) };
        let outside = AlertRow { outside: 1, ..alert(3, 1, "4", 2, 2) };
        let mut resting = alert(4, 1, "4", 3, 3);
        let (by, sealed) = (OfficerId::random([9; 16]), Vec::new());
        resting.care.rest = Some(Rest { until: at(200), findings: 1, by, from: at(50), sealed });
        let alerts = [now, alert(1, 1, "4", 0, 1), outside, resting.clone(), alert(5, 1, "4", 4, 4)];
        assert_eq!(rows(&alerts), [vec![0], vec![1, 4], vec![2], vec![3]]);
        let grown = AlertRow { findings: 2, ..resting };
        assert_eq!(rows(&[grown, alert(5, 1, "4", 4, 4)]), [vec![0, 1]], "what grew rests no more");
    }

    #[test]
    fn an_officer_puts_alerts_of_a_person_together_and_apart() {
        let by_hand = |nth, case, paragraph, thread: u8| {
            let mut row = alert(nth, case, paragraph, 0, 1);
            row.care.thread = Some(AlertId::random([thread; 16]));
            row
        };
        let alerts =
            [by_hand(1, 1, "4", 1), alert(2, 1, "4", 0, 1), by_hand(3, 1, "5", 1), by_hand(4, 1, "4", 4)];
        assert_eq!(rows(&alerts), [vec![0, 2], vec![1], vec![3]]);
        let foreign = [by_hand(1, 1, "4", 7), by_hand(2, 2, "4", 7)];
        assert_eq!(rows(&foreign), [vec![0], vec![1]], "never two people in one row");
    }

    #[test]
    fn a_row_ends_where_a_page_would() {
        let many: Vec<AlertRow> = (0..30).map(|nth| alert(nth, 1, "4", 0, 1)).collect();
        let found = rows(&many);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [TOGETHER_MAX, TOGETHER_MAX, 6]);
        let mut all: Vec<usize> = found.into_iter().flatten().collect();
        all.sort_unstable();
        assert_eq!(all, (0..30).collect::<Vec<_>>(), "nothing is lost");
    }
}
