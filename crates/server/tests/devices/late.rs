//! What becomes known of an order only after a device observed something under it: held unseen, counted, reviewed; what was
//! seen before is flagged.

use jiff::civil::{Date, date};
use proviso_evidence::container::unpack;
use proviso_evidence::{CheckState, Shown, verify};
use proviso_ledger::envelope::Envelope;
use proviso_model::Timestamp;
use proviso_model::finding::Finding;
use proviso_model::observation::{Fact, Passage};
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_model::record::{Generated, RecordBody};
use proviso_server::app::bundle::{self, Asker, Scope};
use proviso_server::app::destruction;
use proviso_server::app::force::case::order_change_from;
use proviso_server::app::force::keys as force_keys;
use proviso_server::app::late::order_end::{self, Change, NewEnd};
use proviso_server::app::late::quarantine::{self, About};
use proviso_server::app::late::review::{self, Which};
use proviso_server::jobs;
use proviso_store::{AlertFilter, AlertRow, OutsideCause};

use crate::device::Device;
use crate::facts::{ADDRESS, TEXT, finding, page, watched};
use crate::rig::{ORDER, Rig};

pub const ACTOR: &str = "command-line";

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn new_end(kind: OrderEndKind, paragraph: Option<&str>, from: Date, until: Option<Date>) -> NewEnd {
    let end = OrderEnd { kind, paragraph: paragraph.map(str::to_owned), from, until };
    NewEnd { end, reason: "An invented court, an invented number.".to_owned() }
}

pub async fn alerts(rig: &Rig) -> Vec<AlertRow> {
    rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read")
}

/// Sends what the device sealed while it was offline, some watched time behind it, and lets the worker at it.
pub async fn send(rig: &Rig, device: &mut Device, mut records: Vec<Envelope>) {
    records.push(device.seal(watched(at("2026-11-24T09:00:00Z"), 3)));
    // Its nonce is old by now; the refusal brings another.
    device.send(rig, &[]).await;
    device.send(rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
}

/// The bundle of the whole case, which a stranger accepts.
pub async fn bundle(rig: &Rig) -> Vec<u8> {
    let asker = Asker::machine(ACTOR.to_owned(), "Test Officer 014".to_owned());
    let made = bundle::make(&rig.ctx, &asker, Scope::Case(rig.case), &Shown::Everything).await.expect("made");
    let report = verify(&made.bytes, Some(&rig.trust)).expect("a bundle");
    assert!(report.checks.iter().all(|check| check.state == CheckState::Passed), "{:#?}", report.checks);
    made.bytes
}

/// Whether any file of a bundle holds what was captured, or the record as sealed.
fn shows(bundle: &[u8], record: &Envelope) -> bool {
    let files = unpack(bundle).expect("a bundle");
    let found = |needle: &[u8]| files.values().any(|file| holds(file, needle));
    found(ADDRESS.as_bytes()) || found(b"planted-excerpt-5281") || found(&record.sealed)
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// What became known while the device was offline.
enum Known {
    Ended(OrderEndKind, Option<&'static str>, Date, Option<Date>),
    /// The order as varied on 25 November: with the first text in place of the second.
    Varied(&'static str, &'static str),
}

impl Known {
    async fn enter(&self, rig: &Rig) {
        match self {
            Self::Ended(kind, paragraph, from, until) => {
                let new = new_end(*kind, *paragraph, *from, *until);
                order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");
            }
            Self::Varied(new, old) => {
                assert!(ORDER.contains(old));
                let order = ORDER.replace(old, new);
                let from = Some(date(2026, 11, 25));
                order_change_from(&rig.ctx, rig.case, &order, "order.toml", from).await.expect("entered");
            }
        }
    }
}

#[tokio::test]
async fn what_was_observed_offline_outside_the_order_is_held_unseen_and_what_was_inside_is_not() {
    use OrderEndKind::{Discharged, Paused, Quashed, Struck, Varied};
    let (wednesday, friday) = (date(2026, 11, 25), date(2026, 11, 27));
    // Observed on 26 November, unless said otherwise: why it is held, or that it is not.
    let thursday = "2026-11-26T12:00:00Z";
    let cases = [
        (Known::Ended(Quashed, None, wednesday, None), thursday, Some(OutsideCause::Quashed)),
        (Known::Ended(Discharged, None, wednesday, None), thursday, Some(OutsideCause::Discharged)),
        (Known::Ended(Struck, Some("3"), wednesday, None), thursday, Some(OutsideCause::Struck)),
        (Known::Ended(Struck, Some("4"), wednesday, None), thursday, None),
        (Known::Ended(Varied, Some("3"), wednesday, None), thursday, Some(OutsideCause::Varied)),
        (Known::Ended(Paused, None, wednesday, Some(friday)), thursday, Some(OutsideCause::Paused)),
        (Known::Ended(Paused, None, wednesday, Some(friday)), "2026-11-24T23:59:59Z", None),
        (
            Known::Ended(Paused, None, wednesday, Some(friday)),
            "2026-11-27T23:59:59Z",
            Some(OutsideCause::Paused),
        ),
        (Known::Ended(Paused, None, wednesday, Some(friday)), "2026-11-28T00:00:00Z", None),
        // The words on the page are no longer named, another word is, or the site is carved out.
        (Known::Varied("\"harbour buoy\"", "\"brass compass\""), thursday, Some(OutsideCause::NotCovered)),
        (Known::Varied("\"harbour buoy\"", "\"harbour lantern\""), thursday, None),
        (Known::Varied("\"boats.example\"", "\"museum.example\""), thursday, Some(OutsideCause::NotCovered)),
        (Known::Varied("paragraph = \"8\"", "paragraph = \"3\""), thursday, Some(OutsideCause::NotCovered)),
        (Known::Varied("\"harbour buoy\"", "\"brass compass\""), "2026-11-24T12:00:00Z", None),
    ];
    for (nth, (known, observed, expected)) in cases.into_iter().enumerate() {
        let mut rig = Rig::with_workers(0).await;
        let mut device = Device::enrol(&rig).await;
        let record = device.seal(finding(&device, at(observed)));
        rig.clock.forward_seconds(6 * 86_400);
        known.enter(&rig).await;
        send(&rig, &mut device, vec![record.clone()]).await;

        let held = quarantine::of_case(&rig.ctx, rig.case).await.expect("read").held;
        let found: Vec<_> = held
            .iter()
            .map(|group| (group.outside.cause, group.paragraph.as_str(), group.records.len()))
            .collect();
        let expected_held: Vec<_> = expected.map(|cause| (cause, "3", 1)).into_iter().collect();
        assert_eq!(found, expected_held, "case {nth}");
        assert_eq!(alerts(&rig).await.len(), usize::from(expected.is_none()), "case {nth}");
        let bundle = bundle(&rig).await;
        assert_eq!(shows(&bundle, &record), expected.is_none(), "case {nth}: in the bundle");
        rig.stop().await;
    }
}

#[tokio::test]
async fn a_device_that_hears_of_an_end_stops_and_goes_on_when_it_is_withdrawn() {
    let mut rig = Rig::with_workers(0).await;
    let device = Device::enrol(&rig).await;
    let policy = async |rig: &Rig| -> proviso_model::Policy {
        let row = rig.ctx.store.policy_current(device.id).await.expect("read").expect("a policy");
        let text = rig.ctx.unseal(rig.case, proviso_server::keys::case::Purpose::Policy, &row.sealed);
        serde_json::from_slice(&text.expect("opened")).expect("a policy")
    };
    let new = new_end(OrderEndKind::Struck, Some("3"), date(2026, 11, 25), None);
    let (struck, _) = order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");
    let new = new_end(OrderEndKind::Quashed, None, date(2026, 12, 1), None);
    let (quashed, _) = order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");
    let second = policy(&rig).await;
    assert_eq!(second.expires_at, at("2026-12-01T00:00:00Z"), "the last instant before it was quashed");
    let words_until = |policy: &proviso_model::Policy| {
        policy.conditions.iter().find(|one| one.paragraph == "3").map(|one| one.valid_until)
    };
    assert_eq!(words_until(&second), Some(at("2026-11-25T00:00:00Z")));
    force_keys::installed(&rig.ctx).await.expect("made anew");
    assert_eq!(policy(&rig).await.conditions, second.conditions, "new keys bring nothing back");
    rig.clock.forward_seconds(10 * 86_400);
    order_end::change(&rig.ctx, ACTOR, struck, Change::Withdraw, "The wrong case.").await.expect("withdrawn");
    let ended = policy(&rig).await;
    assert!(
        ended.in_force(rig.ctx.now()).next().is_none() && ended.expires_at <= rig.ctx.now(),
        "nothing runs"
    );
    order_end::change(&rig.ctx, ACTOR, quashed, Change::Withdraw, "The wrong case.")
        .await
        .expect("withdrawn");
    let running = policy(&rig).await;
    assert_eq!(words_until(&running), words_until(&device.policy), "as it was at enrolment");
    assert_eq!(running.serial, 6);
    rig.stop().await;
}

#[tokio::test]
async fn invariant_13_what_is_erased_after_review_is_gone_from_every_file_and_the_chain_still_verifies() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let record = device.seal(finding(&device, at("2026-11-26T12:00:00Z")));
    rig.clock.forward_seconds(6 * 86_400);
    let new = new_end(OrderEndKind::Quashed, None, date(2026, 11, 25), None);
    let (id, _) = order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");
    send(&rig, &mut device, vec![record.clone()]).await;

    // The beginning of the key that opens the body, and the middle and the end of the body itself: in pages of any size.
    let end = record.sealed.len();
    let planted = [&record.sealed[..48], &record.sealed[end / 2..end / 2 + 48], &record.sealed[end - 48..]];
    let stored = |rig: &Rig| -> Vec<Vec<u8>> {
        rig.stored_files().iter().map(|path| std::fs::read(path).expect("read")).collect()
    };
    let before = stored(&rig);
    for part in planted {
        assert!(before.iter().any(|file| holds(file, part)), "the search finds what is there");
    }
    let about = About::End(id);
    destruction::hold(&rig.ctx, rig.case, true, "civil claim 7", ACTOR).await.expect("held");
    let refused = review::erase(&rig.ctx, ACTOR, &rig.permit().await, about, Which::Held, "Quashed.").await;
    assert!(refused.expect_err("a legal hold stands over it").to_string().contains("legal hold"));
    destruction::hold(&rig.ctx, rig.case, false, "civil claim 7", ACTOR).await.expect("ended");
    let made =
        review::erase(&rig.ctx, ACTOR, &rig.permit().await, about, Which::Held, "Quashed on appeal.").await;
    assert_eq!(made.expect("erased").len(), 1);
    for file in stored(&rig) {
        assert!(planted.iter().all(|part| !holds(&file, part)), "a part of the record is still in a file");
    }
    let after = quarantine::of_case(&rig.ctx, rig.case).await.expect("read");
    assert!(after.held.is_empty());
    assert_eq!(after.erased.iter().map(|group| group.findings).sum::<u64>(), 1, "the count stays");
    bundle(&rig).await;
    let row = rig.ctx.store.record_get(&record.record_hash()).await.expect("read").expect("its header");
    assert_eq!(
        (row.kind.as_deref(), row.destroyed_why.as_deref()),
        (Some("quarantined"), Some("outside-order"))
    );
    let again = review::erase(&rig.ctx, ACTOR, &rig.permit().await, about, Which::Held, "Again.").await;
    assert!(again.expect_err("nothing waits").to_string().contains("nothing with this cause"));
    // Withdrawn too late: what was erased does not come back, and nothing fails.
    review::release(&rig.ctx, ACTOR, &rig.permit().await, about, "It was another order.")
        .await
        .expect("withdrawn");
    jobs::drain(&rig.ctx).await.expect("worked");
    assert!(alerts(&rig).await.is_empty());
    let log = rig.ctx.store.audit_list(Some(rig.case), 0, 100).await.expect("read");
    let acts: Vec<_> = log.iter().map(|row| row.entry.act.as_str()).collect();
    for act in ["order-end", "quarantine-erase", "record-destroy", "order-end-withdraw"] {
        assert!(acts.contains(&act), "{act} is in the log: {acts:?}");
    }
    let erased = log.iter().find(|row| row.entry.act == "quarantine-erase").expect("an entry");
    assert!(!erased.entry.sealed.is_empty() && !holds(&erased.entry.sealed, b"appeal"), "the reason, sealed");
    rig.stop().await;
}

#[tokio::test]
async fn an_end_entered_by_mistake_is_withdrawn_and_the_alert_comes() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let record = device.seal(finding(&device, at("2026-11-26T12:00:00Z")));
    rig.clock.forward_seconds(6 * 86_400);
    let mut ids = Vec::new();
    for kind in [OrderEndKind::Quashed, OrderEndKind::Discharged] {
        let new = new_end(kind, None, date(2026, 11, 25), None);
        ids.push(order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered").0);
    }
    send(&rig, &mut device, vec![record]).await;
    for (id, raised) in [(ids[0], 0), (ids[1], 1)] {
        let effect =
            review::release(&rig.ctx, ACTOR, &rig.permit().await, About::End(id), "The wrong case.").await;
        assert_eq!(effect.expect("released").requeued, 1);
        jobs::drain(&rig.ctx).await.expect("worked");
        assert_eq!(alerts(&rig).await.len(), raised, "each end stands on its own");
    }
    let after = quarantine::of_case(&rig.ctx, rig.case).await.expect("read");
    assert!(after.held.is_empty() && after.erased.is_empty());
    let alert = alerts(&rig).await.remove(0);
    assert_eq!((alert.findings, alert.outside), (1, 0));
    let not_an_end =
        review::release(&rig.ctx, ACTOR, &rig.permit().await, About::NotCovered, "Why not.").await;
    assert!(not_an_end.expect_err("not so").to_string().contains("admin order-change"));
    rig.stop().await;
}

#[tokio::test]
async fn findings_that_were_seen_before_it_was_known_are_flagged_and_come_last() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let before = device.seal(finding(&device, at("2026-11-24T12:00:00Z")));
    let after = device.seal(finding(&device, at("2026-11-26T12:00:00Z")));
    rig.clock.forward_seconds(6 * 86_400);
    send(&rig, &mut device, vec![before, after.clone()]).await;
    let new = new_end(OrderEndKind::Quashed, Some("3"), date(2026, 11, 25), None);
    let (id, effect) = order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");
    assert_eq!((effect.flags, effect.devices), (1, 1));
    let alert = alerts(&rig).await.remove(0);
    assert_eq!(
        (alert.findings, alert.outside, alert.is_outside()),
        (2, 1, false),
        "one of two is from before"
    );
    let rows = rig.ctx.store.alert_findings(alert.id, 10).await.expect("read");
    let why: Vec<_> = rows.iter().map(|(row, _)| row.outside.and_then(|outside| outside.end)).collect();
    assert_eq!(why, [Some(id), None], "newest first");

    // Earlier still: then none of it is covered.
    order_end::change(&rig.ctx, ACTOR, id, Change::Withdraw, "The wrong day.").await.expect("withdrawn");
    assert_eq!(alerts(&rig).await[0].outside, 0);
    let new = new_end(OrderEndKind::Quashed, Some("3"), date(2026, 11, 24), None);
    let (id, _) = order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");
    assert!(alerts(&rig).await[0].is_outside());

    // Reviewed: what was seen is erased too, where nothing else rests on it.
    let made =
        review::erase(&rig.ctx, ACTOR, &rig.permit().await, About::End(id), Which::Seen, "Quashed.").await;
    assert_eq!(made.expect("erased").len(), 2);
    let gone = rig.ctx.store.record_get(&after.record_hash()).await.expect("read").expect("its header");
    assert!(gone.body.is_none());
    bundle(&rig).await;
    rig.stop().await;
}

/// A page with a word of paragraph 3 (words) and, where asked, another passage that only paragraph 4 would have kept.
fn both_paragraphs(device: &Device, when: Timestamp, other_passage: bool) -> RecordBody {
    let RecordBody::Finding { mut captured, generated } = finding(device, when) else { panic!("a finding") };
    if other_passage && let Fact::Page { text, .. } = &mut captured.fact {
        text.push(Passage { offset: 9_000, text: "A tide bell rings at the old quay.".to_owned() });
    }
    let mut findings = generated.findings;
    let mut other: Finding = findings.first().expect("a finding").clone();
    other.paragraph = "5".to_owned();
    other.condition = proviso_model::ConditionKind::NoPrivateBrowsing;
    findings.push(other);
    RecordBody::Finding { captured, generated: Generated { findings } }
}

#[tokio::test]
async fn a_record_that_is_partly_outside_is_kept_only_where_everything_sealed_serves_what_is_inside() {
    assert!(TEXT.contains("brass compass"));
    for (other_passage, kept) in [(false, true), (true, false)] {
        let mut rig = Rig::with_workers(0).await;
        let mut device = Device::enrol(&rig).await;
        let record = device.seal(both_paragraphs(&device, at("2026-11-26T12:00:00Z"), other_passage));
        rig.clock.forward_seconds(6 * 86_400);
        let new = new_end(OrderEndKind::Struck, Some("5"), date(2026, 11, 25), None);
        let (id, _) = order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");
        send(&rig, &mut device, vec![record]).await;
        let paragraphs = async |rig: &Rig| -> Vec<String> {
            let mut found: Vec<_> = alerts(rig).await.into_iter().map(|alert| alert.paragraph).collect();
            found.sort();
            found
        };
        let found = quarantine::of_case(&rig.ctx, rig.case).await.expect("read");
        let causes = |groups: &[quarantine::Group]| -> Vec<_> {
            groups.iter().map(|group| (group.paragraph.clone(), group.outside.cause)).collect()
        };
        let struck = ("5".to_owned(), OutsideCause::Struck);
        if kept {
            assert_eq!(paragraphs(&rig).await, ["3"]);
            assert_eq!((causes(&found.left_out), causes(&found.held)), (vec![struck], Vec::new()));
        } else {
            assert!(alerts(&rig).await.is_empty());
            let with_others = ("3".to_owned(), OutsideCause::WithOthers);
            assert_eq!(causes(&found.held), [struck, with_others]);
        }
        order_end::change(&rig.ctx, ACTOR, id, Change::Withdraw, "The wrong case.").await.expect("withdrawn");
        jobs::drain(&rig.ctx).await.expect("worked");
        assert_eq!(paragraphs(&rig).await, ["3", "5"], "each once, whatever was kept before");
        let alerts = alerts(&rig).await;
        assert!(alerts.iter().all(|alert| alert.findings == 1));
        rig.stop().await;
    }
}

#[tokio::test]
async fn a_record_without_findings_from_a_time_without_an_order_is_held_too() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let captured = page(at("2026-11-26T12:00:00Z"), proviso_model::Act::Opened);
    let body = RecordBody::Finding { captured, generated: Generated { findings: Vec::new() } };
    let record = device.seal(body);
    let new = new_end(OrderEndKind::Discharged, None, date(2026, 11, 25), None);
    order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");
    send(&rig, &mut device, vec![record.clone()]).await;
    let row = rig.ctx.store.record_get(&record.record_hash()).await.expect("read").expect("the record");
    assert_eq!(row.kind.as_deref(), Some("quarantined"));
    assert!(!shows(&bundle(&rig).await, &record));
    rig.stop().await;
}

#[tokio::test]
async fn an_end_that_cannot_be_meant_is_refused_with_what_to_write() {
    use OrderEndKind::{Paused, Quashed, Struck};
    let mut rig = Rig::with_workers(0).await;
    let day = date(2026, 11, 25);
    for (new, says) in [
        (new_end(Struck, Some("33"), day, None), "no version of the order has a paragraph \"33\""),
        (new_end(Struck, None, day, None), "name it"),
        (new_end(Paused, None, day, None), "a pause needs its last day"),
        (new_end(Quashed, None, day, Some(date(2026, 11, 24))), "lies before the first"),
        (NewEnd { reason: "  ".to_owned(), ..new_end(Quashed, None, day, None) }, "give a reason"),
    ] {
        let refused = order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect_err(says).to_string();
        assert!(refused.contains(says), "{refused}");
    }
    assert!(rig.ctx.store.order_end_list(rig.case).await.expect("read").is_empty());
    rig.stop().await;
}
