//! The morning after a weekend: 60 people, 180 findings. What an officer does with them as the inbox folds them, and as a list of findings
//! would have it, counted act by act over the same pages.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use axum::http::StatusCode;
use proviso_model::ids::{CaseId, DeviceId, OfficerId};
use proviso_model::observation::Act;
use proviso_model::order::ConditionKind;
use proviso_store::Priority;

use super::client::{Client, Force, acts, force};
use super::seed::facts::{finding, observation};
use super::seed::{self, Raise};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const PEOPLE: usize = 60;
const FINDINGS: usize = 180;
/// From Friday, 17:00, to Monday, 07:00.
const WEEKEND_HOURS: i64 = 62;

/// One finding to come.
#[derive(Clone, Copy)]
struct Coming {
    at_millis: i64,
    person: usize,
    paragraph: &'static str,
    rule: usize,
    priority: Priority,
}

/// Numbers by chance that are the same every time (Knuth's MMIX).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Findings seldom come alone: somebody sits down for a while. Whoever it is, under which paragraph, how long and how often is chance; most
/// of the sixty are quiet, as nobody is chosen twice but by chance.
fn weekend(chance: &mut Chance) -> Vec<Coming> {
    let mut coming: Vec<Coming> = Vec::new();
    while coming.len() < FINDINGS {
        let person = usize::try_from(chance.below(PEOPLE as u64)).expect("small");
        let begins = i64::try_from(chance.below(u64::try_from(WEEKEND_HOURS - 3).expect("small")))
            .expect("small")
            * HOUR;
        let paragraph = match chance.below(4) {
            0 => "3",
            1 | 2 => "4",
            _ => "5",
        };
        let priority = match chance.below(20) {
            0 => Priority::Now,
            1..=7 => Priority::Today,
            8..=15 => Priority::ThisWeek,
            _ => Priority::NextVisit,
        };
        for _ in 0..4 + chance.below(12) {
            let at_millis = begins + i64::try_from(chance.below(150)).expect("small") * MINUTE;
            let rule = usize::try_from(chance.below(3)).expect("small");
            coming.push(Coming { at_millis, person, paragraph, rule, priority });
        }
    }
    coming.truncate(FINDINGS);
    coming.sort_by_key(|one| one.at_millis);
    coming
}

/// The force on Monday morning. With `apart` every finding is an alert by itself, as where nothing folds.
async fn monday(apart: bool) -> (Force, usize) {
    let mut force = force().await;
    let ctx = force.seed.ctx.clone();
    let om1: OfficerId = ctx.store.officer_by_username("om1").await.expect("read").expect("one").id;
    let mut people: Vec<(CaseId, DeviceId)> = Vec::new();
    for nth in 0..PEOPLE {
        let (name, number) = (format!("Test Person 1{nth:02}"), format!("TEST/2026/1{nth:02}"));
        people.push(seed::person(&ctx, om1, &name, &number, "Debian 12 laptop").await);
    }
    let coming = weekend(&mut Chance(2_026));
    let with_some: BTreeSet<usize> = coming.iter().map(|one| one.person).collect();
    let mut records: BTreeMap<usize, u64> = BTreeMap::new();
    let mut gone = 0;
    for (nth, one) in coming.into_iter().enumerate() {
        force.clock.advance_millis(one.at_millis - gone);
        gone = one.at_millis;
        let (case, device) = *people.get(one.person).expect("one of them");
        match records.get(&one.person) {
            Some(count) => force.seed.turn_to_again(case, device, *count),
            None => force.seed.turn_to(case, device),
        }
        *records.entry(one.person).or_default() += 1;
        let (condition, act) = match one.paragraph {
            "3" => (ConditionKind::ProhibitedSearches, Act::Opened),
            "4" => (ConditionKind::SpecifiedWords, Act::Typed),
            _ => (ConditionKind::NoPrivateBrowsing, Act::Opened),
        };
        let raise = Raise { paragraph: one.paragraph, condition, priority: one.priority, act, ago_millis: 0 };
        let seen = observation(&raise, ctx.now());
        let mut found = finding(&raise, &seen, ctx.now());
        found.rule = if apart { format!("words/{nth}") } else { format!("words/{}", one.rule) };
        force.seed.put(&seen, &[found], one.priority).await;
    }
    force.clock.advance_millis(WEEKEND_HOURS * HOUR - gone);
    (force, with_some.len())
}

/// What stands between two marks, each time.
fn all_between<'a>(page: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(before).skip(1).filter_map(move |rest| Some(rest.split_once(after)?.0))
}

/// The seed's own alert is of another story.
async fn clear_the_seed(officer: &mut Client, force: &Force) {
    let alert = format!("/alerts/{}", force.seed.alert);
    officer.get(&alert).await;
    let form = [("outcome", "no-concern"), ("reason", "Of another story.")];
    officer.post(&format!("{alert}/decision"), &form).await;
}

/// Opens what stands at `path`, shows its content, and decides on all of it: how many acts that took.
async fn clear(officer: &mut Client, path: &str) -> usize {
    let page = officer.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    let mut acts = 1;
    if page.body.contains("data-content") {
        let content = officer.post(&format!("{path}/content"), &[]).await;
        assert_eq!(content.status, StatusCode::OK, "{path}: {}", content.body);
        acts += 1;
    }
    let ticked: Vec<String> = all_between(&page.body, "type=\"checkbox\" name=\"alert-", "\"")
        .map(|id| format!("alert-{id}"))
        .collect();
    let mut form = vec![("outcome", "discuss-at-visit"), ("reason", "Read it; spoken about at the visit.")];
    form.extend(ticked.iter().map(|name| (name.as_str(), "on")));
    let done = officer.post(&format!("{path}/decision"), &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{path}: {}", done.body);
    acts + 1
}

#[tokio::test]
async fn a_weekend_of_sixty_people_and_180_findings_is_cleared_row_by_row() {
    let (force, with_some) = monday(false).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    clear_the_seed(&mut officer, &force).await;
    let inbox = officer.get("/").await.body;
    let rows: Vec<(String, String)> = all_between(&inbox, "<li class=\"pv-row pv-row--", "</li>")
        .filter(|row| row.contains("data-alerts=\""))
        .filter_map(|row| {
            let path = all_between(row, "<h3><a href=\"", "\"").next()?.to_owned();
            Some((path, all_between(row, "data-alerts=\"", "\"").next()?.to_owned()))
        })
        .collect();
    let alerts: usize = rows.iter().map(|(_, alerts)| alerts.split(',').count()).sum();
    assert!(rows.len() <= 25, "{} rows", rows.len());

    let before = acts(&force).await.len();
    let (mut folded, mut most) = (0, 0);
    for (path, _) in &rows {
        let taken = clear(&mut officer, path).await;
        (folded, most) = (folded + taken, most.max(taken));
    }
    assert!(most <= 3, "{most} acts for a row");
    let inbox = officer.get("/").await.body;
    assert!(inbox.contains("Nothing waits for a decision."), "{inbox}");
    // Folding is a matter of display: every alert was viewed, opened and decided on by itself, and every finding is kept by itself.
    let log = acts(&force).await.split_off(before);
    let count = |act: &str| log.iter().filter(|one| *one == act).count();
    assert_eq!((count("alert-view"), count("alert-decide")), (alerts, alerts));
    let kept = force
        .seed
        .ctx
        .store
        .alert_list(proviso_store::AlertFilter { limit: 1_000, ..Default::default() })
        .await;
    let kept = kept.expect("read");
    assert_eq!(
        kept.iter().map(|alert| alert.findings).sum::<u64>(),
        FINDINGS as u64 + 2,
        "and two of the seed's"
    );

    let (force, _) = monday(true).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    clear_the_seed(&mut officer, &force).await;
    let inbox = officer.get("/").await.body;
    let one_by_one: Vec<String> = all_between(&inbox, "data-alerts=\"", "\"")
        .flat_map(|ids| ids.split(','))
        .map(|id| format!("/alerts/{id}"))
        .collect();
    assert_eq!(one_by_one.len(), FINDINGS, "each finding by itself");
    let mut listed = 0;
    for path in &one_by_one {
        listed += clear(&mut officer, path).await;
    }
    // Straight to the terminal: the table is to be seen when the test passes.
    let mut out = std::io::stdout();
    let mut say = |line: String| writeln!(out, "{line}").expect("a terminal");
    say(format!("people {PEOPLE}, of whom {with_some} had the {FINDINGS} findings"));
    say(format!("{:<24}{:>8}{:>8}{:>16}", "", "lines", "acts", "most for a line"));
    say(format!("{:<24}{:>8}{:>8}{:>16}", "rows of the inbox", rows.len(), folded, most));
    say(format!("{:<24}{:>8}", "alerts in those rows", alerts));
    say(format!("{:<24}{:>8}{:>8}{:>16}", "findings one by one", FINDINGS, listed, 3));
    say(format!("{}.{} times as many acts one by one", listed / folded, listed * 10 / folded % 10));
    assert!(listed >= 5 * folded, "{listed} acts one by one, {folded} by rows");
}
