//! An evening, a night and a morning: what happens is data, and so is who is told when.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_store::{DeliveryState, Priority};

use super::{Kept, at, by_email, officer, raise, rules, set, telling};
use crate::app::force::cover::{self, NewCover};
use crate::notify::carrier::Callee;
use crate::notify::quiet::minutes;
use crate::notify::{TellingRules, turn};
use crate::web::console::tests::client::Force;

/// Every case begins then, on a Tuesday, and ends at noon on the day after.
const BEGIN: &str = "2026-11-24T16:00:00Z";
const END: &str = "2026-11-25T12:00:00Z";
const STEP_MILLIS: i64 = 5 * 60_000;

/// Something that happens, at a time of the story.
enum Happens {
    /// An alert is raised under a paragraph, or one under it grows.
    Raised(&'static str, Priority),
    /// Somebody opens the alert of that paragraph.
    Opened(&'static str),
}
use Happens::{Opened, Raised};

struct Case {
    name: &'static str,
    /// Quiet hours by sign-in name.
    quiet: &'static [(&'static str, &'static str)],
    /// Whether the officer in charge asked for an e-mail a day.
    daily: bool,
    /// The officer in charge's address, where it is another.
    address: Option<&'static str>,
    /// Whether om2 stands in for om1, and whether om1 is away.
    cover: Option<bool>,
    contact: bool,
    happens: &'static [(&'static str, Happens)],
    /// `day hour who: subject`, in order.
    told: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "opened in time, it is told to nobody else, and two within minutes are one e-mail",
        happens: &[
            ("24 17:00", Raised("a", Priority::Today)),
            ("24 17:00", Raised("b", Priority::Today)),
            ("24 17:30", Opened("a")),
            ("24 17:50", Opened("b")),
        ],
        told: &["24 17:05 om1: 2 alerts of high priority are waiting"],
        ..NONE
    },
    Case {
        name: "an evening without quiet hours: the officer, the cover, the supervisor",
        cover: Some(false),
        happens: &[("24 17:00", Raised("a", Priority::Today))],
        told: &[
            "24 17:05 om1: an alert of high priority is waiting",
            "24 18:10 om2: an alert of high priority is waiting",
            "24 19:15 sup: an alert of high priority is waiting",
        ],
        ..NONE
    },
    Case {
        name: "without a cover the supervisor is next",
        happens: &[("24 17:00", Raised("a", Priority::Today))],
        told: &[
            "24 17:05 om1: an alert of high priority is waiting",
            "24 18:10 sup: an alert of high priority is waiting",
        ],
        ..NONE
    },
    Case {
        name: "what came in the night is one e-mail in the morning, and the clock begins with it",
        quiet: &[("om1", "20:00-07:00")],
        cover: Some(false),
        happens: &[
            ("24 21:00", Raised("a", Priority::Today)),
            ("25 02:00", Raised("b", Priority::Today)),
            ("25 08:30", Opened("a")),
            ("25 08:30", Opened("b")),
        ],
        told: &[
            "25 07:00 om1: 2 alerts of high priority are waiting",
            "25 08:05 om2: 2 alerts of high priority are waiting",
        ],
        ..NONE
    },
    Case {
        name: "the clock stands still in quiet hours, those of the cover too",
        quiet: &[("om1", "20:00-07:00"), ("om2", "18:00-09:00")],
        cover: Some(false),
        happens: &[("24 19:30", Raised("a", Priority::Today))],
        told: &[
            "24 19:35 om1: an alert of high priority is waiting",
            // 25 minutes in the evening and 35 in the morning; the cover sleeps until nine.
            "25 09:00 om2: an alert of high priority is waiting",
            "25 10:05 sup: an alert of high priority is waiting",
        ],
        ..NONE
    },
    Case {
        name: "what was opened in the night needs no e-mail in the morning",
        quiet: &[("om1", "20:00-07:00")],
        happens: &[("24 21:00", Raised("a", Priority::Today)), ("24 22:00", Opened("a"))],
        told: &[],
        ..NONE
    },
    Case {
        name: "imminent harm: quiet hours do not count and the 24-hour contact is told at once",
        quiet: &[("om1", "20:00-07:00"), ("om2", "20:00-07:00"), ("sup", "20:00-07:00")],
        cover: Some(false),
        contact: true,
        happens: &[("25 02:00", Raised("a", Priority::Now))],
        told: &[
            "25 02:00 control: an alert that may be about imminent harm is waiting",
            "25 02:00 om1: an alert that may be about imminent harm is waiting",
            "25 02:00 program of the contact: alert-imminent",
            "25 02:10 om2: an alert that may be about imminent harm is waiting",
            "25 02:20 sup: an alert that may be about imminent harm is waiting",
        ],
        ..NONE
    },
    Case {
        name: "without a 24-hour contact everybody is told of imminent harm at once",
        quiet: &[("om1", "20:00-07:00"), ("om2", "20:00-07:00"), ("sup", "20:00-07:00")],
        cover: Some(false),
        happens: &[("25 02:00", Raised("a", Priority::Now))],
        told: &[
            "25 02:00 om1: an alert that may be about imminent harm is waiting",
            "25 02:00 om2: an alert that may be about imminent harm is waiting",
            "25 02:00 sup: an alert that may be about imminent harm is waiting",
        ],
        ..NONE
    },
    Case {
        name: "an alert that was opened and then becomes one of imminent harm is told anew",
        quiet: &[("om1", "20:00-07:00")],
        contact: true,
        happens: &[
            ("24 17:00", Raised("a", Priority::Today)),
            ("24 17:20", Opened("a")),
            ("25 03:00", Raised("a", Priority::Now)),
            ("25 03:05", Opened("a")),
        ],
        told: &[
            "24 17:05 om1: an alert of high priority is waiting",
            "25 03:00 control: an alert that may be about imminent harm is waiting",
            "25 03:00 om1: an alert that may be about imminent harm is waiting",
            "25 03:00 program of the contact: alert-imminent",
        ],
        ..NONE
    },
    Case {
        name: "who is away is not told, the cover is at once",
        cover: Some(true),
        happens: &[("24 17:00", Raised("a", Priority::Today))],
        told: &[
            "24 17:05 om2: an alert of high priority is waiting",
            "24 18:10 sup: an alert of high priority is waiting",
        ],
        ..NONE
    },
    Case {
        name: "who cannot be told is not waited for",
        address: Some("gone@police.example"),
        cover: Some(false),
        happens: &[("24 17:00", Raised("a", Priority::Today)), ("24 17:30", Opened("a"))],
        told: &["24 17:15 om2: an alert of high priority is waiting"],
        ..NONE
    },
    Case {
        name: "what can wait is told once a day, to who asked for it, and to nobody else",
        daily: true,
        cover: Some(false),
        happens: &[
            ("24 17:00", Raised("a", Priority::ThisWeek)),
            ("24 23:00", Raised("b", Priority::NextVisit)),
            ("25 09:00", Raised("c", Priority::ThisWeek)),
        ],
        told: &["25 08:00 om1: 2 alerts that can wait are waiting"],
        ..NONE
    },
    Case {
        name: "who did not ask is not told of what can wait",
        happens: &[("24 17:00", Raised("a", Priority::ThisWeek))],
        told: &[],
        ..NONE
    },
];

const NONE: Case = Case {
    name: "",
    quiet: &[],
    daily: false,
    address: None,
    cover: None,
    contact: false,
    happens: &[],
    told: &[],
};

#[tokio::test]
async fn an_evening_a_night_and_a_morning() {
    for case in CASES {
        let kept = Arc::new(Kept::default());
        let mut rules = TellingRules { look_now_minutes: 10, hold_minutes: 5, look_minutes: 60, ..rules() };
        if case.contact {
            rules.contact_emails = vec!["control@police.example".to_owned()];
            rules.has_contact_webhook = true;
        }
        let mut force = telling(rules, kept.clone()).await;
        prepare(&force, case).await;
        play(&mut force, case).await;
        let told = told(&kept);
        assert_eq!(told, case.told, "{}", case.name);
        let dead = force.seed.ctx.store.delivery_tally().await.expect("read").dead;
        assert_eq!(dead, u64::from(case.address.is_some()), "{}", case.name);
    }
}

async fn prepare(force: &Force, case: &Case) {
    for username in ["om1", "om2", "sup"] {
        let mut settings = by_email(&format!("{username}@police.example"));
        if username == "om1" {
            settings.daily = case.daily;
            settings.email = case.address.map_or(settings.email, str::to_owned);
        }
        if let Some((_, hours)) = case.quiet.iter().find(|(name, _)| *name == username) {
            let (from, until) = hours.split_once('-').expect("two times");
            settings.quiet = Some((minutes(from).expect("a time"), minutes(until).expect("a time")));
        }
        set(force, username, settings).await;
    }
    if let Some(is_away) = case.cover {
        let (officer, covered_by) = (officer(force, "om1").await, officer(force, "om2").await);
        let (from, until) = (at("2026-11-23T00:00:00Z"), at("2026-11-30T00:00:00Z"));
        let new = NewCover { officer, covered_by, from, until, is_away };
        cover::add(&force.seed.ctx, "command-line", new).await.expect("a cover");
    }
}

async fn play(force: &mut Force, case: &Case) {
    let now = force.seed.ctx.now();
    force.clock.advance_millis(at(BEGIN).millis_since(now));
    let mut alerts = BTreeMap::new();
    let mut left = case.happens.iter().peekable();
    while force.seed.ctx.now() <= at(END) {
        let now = force.seed.ctx.now();
        while let Some((_, happens)) = left.next_if(|(time, _)| *time == local(now)) {
            match happens {
                Raised(paragraph, priority) => {
                    let alert = raise(force, paragraph, *priority).await;
                    alerts.insert(*paragraph, alert);
                }
                Opened(paragraph) => {
                    let alert = alerts.get(paragraph).expect("an alert that was raised");
                    force.seed.ctx.store.alert_open(*alert, now).await.expect("opened");
                }
            }
        }
        turn(&force.seed.ctx).await.expect("a turn");
        force.clock.advance_millis(STEP_MILLIS);
    }
    assert!(left.next().is_none(), "{}: not everything happened", case.name);
    let waiting = force.seed.ctx.store.delivery_list(true, 100).await.expect("read");
    let waiting = waiting.iter().filter(|row| row.state == DeliveryState::Waiting).count();
    let for_tomorrow = usize::from(case.daily);
    assert_eq!(waiting, for_tomorrow, "{}: something was left lying", case.name);
}

/// `24 17:05`, in the force's time zone, which is UTC in November.
fn local(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).expect("an instant");
    instant.to_zoned_datetime(TimeZone::UTC).strftime("%d %H:%M").to_string()
}

fn told(kept: &Kept) -> Vec<String> {
    let mut told: Vec<_> = kept
        .letters()
        .iter()
        .map(|letter| {
            let who = letter.to.split('@').next().unwrap_or_default();
            let subject = letter.subject.strip_prefix("Proviso: ").expect("our subject");
            format!("{} {who}: {subject}", local(letter.at))
        })
        .collect();
    for (callee, call) in kept.calls() {
        assert_eq!(callee, Callee::Contact);
        let body: serde_json::Value = serde_json::from_str(&call.body).expect("JSON");
        let kind = body.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default();
        told.push(format!("{} program of the contact: {kind}", local(call.at)));
    }
    told.sort();
    told
}
