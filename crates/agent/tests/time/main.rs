//! Stories about clocks that are set, lost and put right, and what becomes of the record (design section 4, "Time").

mod accounted;
mod story;
#[path = "../support/mod.rs"]
mod support;

use proviso_model::gap::GapCause::{self, AgentStopped, ClockJump, ClockLost, NoPolicy, PowerOff};
use proviso_model::record::RecordBody;
use story::Step::{self, Cut, Dead, Killed, Ntp, Off, Run, Server, ServerCut, Set, Sleep, Watches};
use story::{Days, Device};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;

/// A fortnight in London from a Tuesday morning.
const FORTNIGHT: Days =
    Days { from: "2026-11-24", until: "2026-12-07", zone: "Europe/London", begins: "2026-11-24T08:00:00Z" };
/// Five years.
const LONG: Days =
    Days { from: "2026-11-24", until: "2030-12-31", zone: "Europe/London", begins: "2026-11-24T08:00:00Z" };
/// Begins on the day after the story does.
const LATER: Days =
    Days { from: "2026-11-26", until: "2026-12-07", zone: "Europe/London", begins: "2026-11-25T22:00:00Z" };
/// Its last day has 25 hours: 25 October 2026 in London ends at midnight GMT.
const AUTUMN: Days =
    Days { from: "2026-10-20", until: "2026-10-25", zone: "Europe/London", begins: "2026-10-24T22:00:00Z" };
/// Its last day has 23 hours: 28 March 2027 in London ends at midnight BST, 23:00 UTC.
const SPRING: Days =
    Days { from: "2027-03-01", until: "2027-03-28", zone: "Europe/London", begins: "2027-03-27T22:00:00Z" };

/// A name, the order's days, what happens, and the causes that are on record afterwards.
type Story = (&'static str, &'static Days, &'static [Step], &'static [GapCause]);

#[rustfmt::skip]
const STORIES: &[Story] = &[
    ("an NTP step of some seconds forth and back", &LONG,
     &[Run(HOUR), Set(7), Run(HOUR), Set(-12), Run(HOUR), Watches(true)], &[]),
    ("an NTP step of some seconds after the server spoke", &LONG,
     &[Server, Run(HOUR), Set(-9), Run(HOUR), Server, Set(20), Run(HOUR), Watches(true)], &[]),
    ("set back an hour, offline", &LONG,
     &[Run(HOUR), Set(-HOUR), Run(HOUR), Watches(true), Set(HOUR), Run(HOUR)], &[ClockJump]),
    ("set back an hour after the server spoke", &LONG,
     &[Server, Run(HOUR), Set(-HOUR), Run(HOUR), Watches(true), Server, Run(HOUR)], &[]),
    ("set back an hour after the server spoke, and the battery is pulled at once", &LONG,
     &[Server, Run(HOUR), Set(-HOUR), Cut(2 * HOUR), Run(HOUR), Server, Run(HOUR), Watches(true)], &[ClockJump, PowerOff]),
    ("set back a day, and shut down before it is found", &LONG,
     &[Run(HOUR), Set(-DAY), Run(HOUR), Off(HOUR, 0), Run(HOUR), Watches(true), Server, Run(HOUR)], &[ClockJump, PowerOff]),
    ("set back a year, and the order's end comes all the same", &FORTNIGHT,
     &[Run(HOUR), Set(-YEAR), Run(10 * DAY), Watches(true), Run(4 * DAY), Watches(false)], &[ClockJump, NoPolicy]),
    ("set back a day over a restart, and the order's end comes all the same", &FORTNIGHT,
     &[Run(12 * DAY), Set(-DAY), Run(HOUR), Off(HOUR, 0), Run(DAY), Watches(true), Run(DAY), Watches(false)],
     &[ClockJump, PowerOff, NoPolicy]),
    ("set back while it was off", &LONG,
     &[Run(2 * DAY), Off(8 * HOUR, -DAY), Run(HOUR), Watches(true), Server, Run(HOUR)], &[ClockLost, PowerOff]),
    ("set forward past the end and back, offline", &FORTNIGHT,
     &[Run(HOUR), Set(YEAR), Watches(false), Run(HOUR), Set(-YEAR), Watches(true), Run(HOUR)], &[ClockJump, NoPolicy]),
    ("set forward past the end, until the server speaks", &FORTNIGHT,
     &[Run(HOUR), Set(YEAR), Watches(false), Run(5 * HOUR), Server, Watches(true), Run(HOUR), Set(-YEAR), Run(HOUR), Watches(true)],
     &[ClockJump, NoPolicy]),
    ("set forward past the end, shut down, and the server speaks the next day", &FORTNIGHT,
     &[Run(HOUR), Set(YEAR), Run(HOUR), Off(8 * HOUR, 0), Watches(false), Run(HOUR), Server, Watches(true), Run(HOUR)],
     &[ClockJump, NoPolicy, PowerOff]),
    ("set forward past the end while it was off, until the server speaks", &FORTNIGHT,
     &[Run(HOUR), Off(HOUR, YEAR), Watches(false), Run(5 * HOUR), Server, Watches(true), Run(HOUR), Off(HOUR, -YEAR), Run(HOUR), Watches(true)],
     &[ClockLost, NoPolicy, PowerOff]),
    ("set forward three days while it was off, for longer than that", &LONG,
     &[Run(HOUR), Off(HOUR, 3 * DAY), Run(5 * DAY), Server, Run(HOUR), Watches(true)], &[ClockLost, PowerOff]),
    ("set forward while it was off, and the battery is pulled as the server speaks", &LONG,
     &[Run(HOUR), Off(HOUR, 3 * DAY), Run(DAY), Server, Cut(HOUR), Run(HOUR), Server, Run(HOUR), Watches(true)],
     &[ClockJump, ClockLost, PowerOff]),
    ("set back from a wrong time, and the battery is pulled as the server speaks", &LONG,
     &[Run(HOUR), Off(HOUR, DAY), Run(10 * MINUTE), Set(-DAY - HOUR), Run(10 * MINUTE), ServerCut(90), Run(HOUR), Server, Run(HOUR)],
     &[ClockJump, ClockLost, PowerOff]),
    ("a second jump while the first lasts", &LONG,
     &[Run(HOUR), Set(DAY), Run(HOUR), Set(DAY), Run(HOUR), Set(-3 * HOUR), Run(HOUR), Server, Run(HOUR)], &[ClockJump]),
    ("a jump within the order is watched through", &LONG,
     &[Run(HOUR), Set(DAY), Run(HOUR), Watches(true), Server, Run(HOUR), Watches(true)], &[ClockJump]),
    ("the first contact puts right a clock that was an hour behind", &LONG,
     &[Set(-HOUR), Run(HOUR), Server, Run(HOUR), Set(HOUR), Run(HOUR), Watches(true)], &[ClockJump]),
    ("a year in a drawer, then the network", &LONG,
     &[Run(HOUR), Cut(YEAR), Watches(true), Run(HOUR), Server, Run(HOUR), Watches(true)], &[PowerOff]),
    ("a year in a drawer past the end, never a network", &FORTNIGHT,
     &[Run(HOUR), Cut(YEAR), Watches(false), Run(DAY), Watches(false)], &[PowerOff, NoPolicy]),
    ("a year in a drawer past the end, then the network", &FORTNIGHT,
     &[Run(HOUR), Cut(YEAR), Watches(false), Server, Run(DAY), Watches(false)], &[PowerOff, NoPolicy]),
    ("a year in a drawer with a flat clock battery, then the network", &LONG,
     &[Run(HOUR), Dead(YEAR), Watches(true), Run(HOUR), Server, Run(HOUR), Watches(true)], &[ClockLost, PowerOff]),
    ("a flat clock battery, and NTP without the force's server", &LONG,
     &[Run(HOUR), Dead(DAY), Run(MINUTE), Ntp, Run(HOUR), Watches(true), Server, Run(HOUR), Watches(true)],
     &[ClockJump, ClockLost, PowerOff]),
    ("the battery is pulled", &LONG, &[Run(10 * MINUTE), Cut(3 * HOUR), Run(HOUR), Watches(true)], &[PowerOff]),
    ("the agent is killed while the clock is in doubt", &LONG,
     &[Run(HOUR), Set(DAY), Run(10 * MINUTE), Killed(HOUR), Run(HOUR), Set(-DAY), Run(HOUR), Watches(true)],
     &[AgentStopped, ClockJump]),
    ("a night asleep, and the clock set meanwhile", &LONG,
     &[Run(HOUR), Sleep(8 * HOUR), Run(HOUR), Set(DAY), Sleep(8 * HOUR), Run(HOUR), Server, Run(HOUR)], &[ClockJump, PowerOff]),
    ("summer time ends on the order's last day", &AUTUMN,
     &[Run(25 * HOUR), Watches(true), Run(HOUR - 2 * MINUTE), Watches(true), Run(2 * MINUTE), Watches(false), Run(HOUR)],
     &[NoPolicy]),
    ("summer time begins on the order's last day", &SPRING,
     &[Run(24 * HOUR), Watches(true), Run(HOUR - 2 * MINUTE), Watches(true), Run(2 * MINUTE), Watches(false), Run(HOUR)],
     &[NoPolicy]),
    ("a traveller sets the clock itself by the hours of the zone", &LONG,
     &[Server, Run(HOUR), Set(-5 * HOUR), Run(2 * HOUR), Server, Run(HOUR), Set(5 * HOUR), Run(HOUR), Watches(true)], &[]),
    ("a condition that starts later", &LATER,
     &[Watches(false), Run(2 * HOUR - MINUTE), Watches(false), Run(MINUTE), Watches(true), Run(HOUR)], &[NoPolicy]),
    ("a clock set forward lets no condition start early", &LATER,
     &[Watches(false), Set(DAY), Run(HOUR), Watches(false), Set(-DAY), Run(HOUR), Watches(true), Run(HOUR)], &[ClockJump, NoPolicy]),
    ("off since before a condition began, until after", &LATER,
     &[Run(HOUR), Cut(2 * DAY), Watches(true), Run(HOUR)], &[NoPolicy, PowerOff]),
    ("the end comes offline, to the minute", &FORTNIGHT,
     &[Run(13 * DAY + 15 * HOUR), Watches(true), Run(HOUR - MINUTE), Watches(true), Run(MINUTE), Watches(false), Run(DAY)], &[NoPolicy]),
];

#[test]
fn invariant_08_whatever_happens_to_the_clock_every_minute_under_the_order_is_watched_or_a_gap_and_invariant_01_holds()
 {
    let mut wrong = Vec::new();
    for (name, days, steps, causes) in STORIES {
        let mut device = Device::new(days);
        for step in *steps {
            println!("{name}: {step:?}");
            device.does(*step);
        }
        let (faults, found) = device.ends();
        wrong.extend(faults.into_iter().map(|fault| format!("{name}: {fault}")));
        if found != causes.iter().copied().collect() {
            wrong.push(format!("{name}: the causes on record are {found:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_was_observed_while_the_clock_was_in_doubt_says_so_and_nothing_else_does() {
    let mut device = Device::new(&LONG);
    for step in [Run(10 * MINUTE), Set(DAY), Run(10 * MINUTE), Server, Run(10 * MINUTE)] {
        device.does(step);
    }
    let findings: Vec<bool> = device
        .records()
        .iter()
        .filter(|content| matches!(content.body, RecordBody::Finding { .. }))
        .map(|content| content.clock_in_doubt)
        .collect();
    let doubted = |part: &[bool]| part.iter().filter(|doubt| **doubt).count();
    assert_eq!(findings.len(), 12);
    assert_eq!(findings.chunks(4).map(doubted).collect::<Vec<_>>(), [0, 4, 0]);
}
