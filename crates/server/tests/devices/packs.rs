//! A force's own list: imported, in the devices' policies, behind a finding, retired; and what keeps it out.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_engine::import::{Defaults, Format};
use proviso_engine::{Engine, OrderVersion};
use proviso_ledger::sign::VerifyKey;
use proviso_model::observation::Act;
use proviso_model::order::ConditionKind;
use proviso_model::policy::{Policy, Rule, TrialCount};
use proviso_model::record::{Generated, RecordBody};
use proviso_model::wire::{ForceKeysStatement, SignedPolicy, signed_pack};
use proviso_model::{Digest, Order, Passage, Timestamp};
use proviso_server::app::force::case::{order_change, order_forecast};
use proviso_server::app::force::pack::{self, NewPack};
use proviso_server::app::force::pack_trial;
use proviso_server::app::in_use::InUse;
use proviso_server::app::{late, packs};
use proviso_server::jobs;
use proviso_store::AlertFilter;
use reqwest::Method;

use crate::bundle::report_of_case;
use crate::device::Device;
use crate::facts::{page, watched};
use crate::rig::{ORDER, Rig};

fn list(file: &str) -> NewPack<'_> {
    NewPack {
        name: "harbour-list",
        category: "sexual",
        format: Format::Csv,
        defaults: Defaults { weight_permille: 1000, language: None },
        file: file.as_bytes(),
    }
}

async fn newest(rig: &Rig, device: &mut Device) -> Policy {
    let answer = device.ask(rig, Method::GET, "/v1/policy", Vec::new()).await;
    let signed: SignedPolicy = serde_json::from_slice(&answer.body).expect("a policy");
    serde_json::from_str(&signed.policy).expect("a policy")
}

/// The versions of the list in a policy's rules for sexual words.
fn packs_of(policy: &Policy) -> BTreeSet<String> {
    let rules = policy.conditions.iter().flat_map(|condition| &condition.rules);
    rules
        .filter_map(|rule| match rule {
            Rule::Words { id, pack, more_packs, .. } if id == "words/sexual" => Some((pack, more_packs)),
            _ => None,
        })
        .flat_map(|(pack, more)| std::iter::once(pack).chain(more))
        .filter(|pack| pack.name == "harbour-list")
        .map(|pack| format!("{} {}", pack.name, pack.version))
        .collect()
}

/// A rig whose order forbids sexualised chat too.
async fn rig() -> Rig {
    let rig = Rig::with_workers(0).await;
    let order = format!(
        "{ORDER}\n[[condition]]\nparagraph = \"21\"\ntext = \"No sexualised chat.\"\nkind = \"sexualised-chat\"\n"
    );
    order_change(&rig.ctx, rig.case, &order, "order.toml").await.expect("entered");
    rig
}

#[tokio::test]
async fn a_list_is_imported_reaches_a_device_is_behind_a_finding_and_is_retired() {
    let mut rig = rig().await;
    let mut device = Device::enrol(&rig).await;
    let file = "term,weight,unless\nblue anchor,,museum\nrope ladder,1000,\n";

    let review = pack::review(&rig.ctx, &list(file)).await.expect("looked at");
    assert_eq!((review.version, review.added, review.dropped, review.trial.spoken), (1, 2, 0, 0));
    assert!(rig.ctx.store.pack_list().await.expect("read").is_empty(), "looking changes nothing");

    let (_, devices) = pack::import(&rig.ctx, &list(file), false).await.expect("imported");
    assert_eq!(devices, 1);
    let policy = newest(&rig, &mut device).await;
    assert_eq!(packs_of(&policy), BTreeSet::from(["harbour-list 1".to_owned()]));
    assert_eq!(policy.serial, 2);

    // What the device finds with it replays on the server and comes before an officer, also after the list was retired.
    let text = serde_json::to_string(&policy).expect("text");
    let hash = proviso_ledger::hash::policy_hash(text.as_bytes());
    let engine = Engine::new(&policy, Digest(hash)).expect("an engine");
    let mut seen = page(rig.ctx.now(), Act::Opened);
    let proviso_model::Fact::Page { text, .. } = &mut seen.fact else { panic!("a page") };
    *text = Passage::whole("A blue anchor hung there. In the museum, another blue anchor and a rope ladder.");
    let findings: Vec<_> =
        engine.evaluate(&seen).into_iter().filter(|finding| finding.paragraph == "21").collect();
    let [finding] = findings.as_slice() else { panic!("one finding: {findings:?}") };
    assert_eq!(finding.pack.name, "harbour-list");
    device.policy = policy;
    device.policy_hash = hash;
    let captured = engine.reduce(&seen, &engine.evaluate(&seen));
    let findings = engine.evaluate(&seen);
    let record = device.seal(RecordBody::Finding { captured, generated: Generated { findings } });

    assert_eq!(pack::retire(&rig.ctx, "harbour-list").await.expect("retired"), 1);
    let after = newest(&rig, &mut device).await;
    assert_eq!((packs_of(&after), after.serial), (BTreeSet::new(), 3));
    let fresh = device.seal(watched(rig.ctx.now(), 3));
    device.send(&rig, &[&record, &fresh]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    assert_eq!(alerts.len(), 1, "an officer sees it, though the list was retired since");

    let report = report_of_case(&rig).await;
    // Its terms are in the policy, which is in the bundle: an expert repeats the finding without the list.
    assert!(
        report.checks.iter().all(|check| check.state == proviso_evidence::CheckState::Passed),
        "{report:#?}"
    );

    let acts = rig.ctx.store.audit_list(None, 0, 100).await.expect("read");
    let acts: Vec<&str> = acts.iter().map(|row| row.entry.act.as_str()).collect();
    assert!(acts.contains(&"pack-import") && acts.contains(&"pack-remove"), "{acts:?}");
    rig.stop().await;
}

/// Before a list goes live or is retired, what it would make of stored findings is counted; what was decided on them too.
#[tokio::test]
async fn a_forecast_counts_what_would_fall_away_what_stays_and_what_more_stored_passages_hold() {
    let mut rig = rig().await;
    let mut device = Device::enrol(&rig).await;
    pack::import(&rig.ctx, &list("blue anchor\nrope ladder\n"), false).await.expect("imported");
    let policy = newest(&rig, &mut device).await;
    let text = serde_json::to_string(&policy).expect("text");
    let hash = proviso_ledger::hash::policy_hash(text.as_bytes());
    let engine = Engine::new(&policy, Digest(hash)).expect("an engine");
    (device.policy, device.policy_hash) = (policy, hash);
    let mut records = Vec::new();
    for words in
        ["A blue anchor hung there, beside a red buoy.", "A rope ladder lay there.", "Another rope ladder."]
    {
        let mut seen = page(rig.ctx.now(), Act::Opened);
        let proviso_model::Fact::Page { text, .. } = &mut seen.fact else { panic!("a page") };
        *text = Passage::whole(words);
        let findings = engine.evaluate(&seen);
        let captured = engine.reduce(&seen, &findings);
        records.push(device.seal(RecordBody::Finding { captured, generated: Generated { findings } }));
    }
    device.send(&rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let since = rig.ctx.now().plus_days(-28);
    let acts_before = rig.ctx.store.audit_last().await.expect("read");

    let review = pack::review(&rig.ctx, &list("blue anchor\n")).await.expect("looked at");
    let forecast = pack::forecast(&rig.ctx, &review, since, &mut |_| {}).await.expect("counted");
    let rule = forecast.rules.get("words/sexual").expect("the rule");
    assert_eq!((rule.stay, rule.fall_away, rule.also), (1, 2, 0), "{forecast:?}");
    assert_eq!(
        (rule.fall_away_upheld, rule.fall_away_not_upheld, forecast.unread),
        (0, 0, 0),
        "nobody has decided"
    );
    assert_eq!(rig.ctx.store.pack_list().await.expect("read").len(), 1, "counting changes nothing");
    let more = rig.ctx.store.audit_list(Some(rig.case), acts_before, 10).await.expect("read");
    assert_eq!(
        more.iter().map(|row| row.entry.act.as_str()).collect::<Vec<_>>(),
        ["forecast"],
        "and is logged"
    );

    let without =
        pack::forecast_without(&rig.ctx, "harbour-list", since, &mut |_| {}).await.expect("counted");
    assert_eq!(without.rules.get("words/sexual").map(|rule| rule.fall_away), Some(3));
    let nothing = pack::forecast_without(&rig.ctx, "no-such-list", since, &mut |_| {}).await;
    assert!(nothing.is_err());
    let later =
        pack::forecast_without(&rig.ctx, "harbour-list", rig.ctx.now().plus_days(1), &mut |_| {}).await;
    assert!(later.expect("counted").rules.is_empty(), "nothing was observed since");

    // An order that asks for less is forecast for its own case.
    let order = ORDER.to_owned();
    let changed = order_forecast(&rig.ctx, rig.case, &order, "order.toml", since).await.expect("counted");
    assert_eq!(changed.rules.get("words/sexual").map(|rule| (rule.stay, rule.fall_away)), Some((0, 3)));
    assert!(order_forecast(&rig.ctx, rig.case, "no order", "order.toml", since).await.is_err());

    // Found by nothing in use any more: gone already, whatever is proposed.
    pack::retire(&rig.ctx, "harbour-list").await.expect("retired");
    let review = pack::review(&rig.ctx, &list("red buoy\n")).await.expect("looked at");
    let forecast = pack::forecast(&rig.ctx, &review, since, &mut |_| {}).await.expect("counted");
    let rule = forecast.rules.get("words/sexual").expect("the rule");
    assert_eq!((rule.stay, rule.fall_away, rule.gone_already), (1, 0, 2), "{forecast:?}");
    rig.stop().await;
}

/// A list is tried out on devices: they are told, count, and keep nothing; the force reads numbers.
#[tokio::test]
async fn a_list_on_trial_is_counted_by_devices_used_by_nobody_and_ends() {
    let mut rig = rig().await;
    let mut device = Device::enrol(&rig).await;
    let before = newest(&rig, &mut device).await;
    let tried = list("blue anchor\nrope ladder\n");
    for days in [0, pack_trial::DAYS_MAX + 1] {
        assert!(pack_trial::begin(&rig.ctx, &tried, false, days).await.is_err(), "{days}");
    }
    let (_, id, devices) = pack_trial::begin(&rig.ctx, &tried, false, 14).await.expect("begun");
    assert_eq!(devices, 1);
    assert!(pack_trial::begin(&rig.ctx, &tried, false, 14).await.is_err(), "one at a time");
    let policy = newest(&rig, &mut device).await;
    let trial = policy.trial.as_deref().expect("a trial");
    assert_eq!((trial.id, trial.until), (id, rig.ctx.now().plus_days(14)));
    assert!(packs_of(&policy).is_empty(), "it is not in use");
    assert_eq!(policy.conditions, before.conditions, "what is watched is what was watched");
    assert_eq!(
        packs_of(&policy.on_trial().expect("a policy")),
        BTreeSet::from(["harbour-list 1".to_owned()])
    );
    assert!(rig.ctx.store.pack_list().await.expect("read").is_empty());

    // A device that is enrolled meanwhile tries it out too.
    let mut other = Device::enrol(&rig).await;
    assert!(newest(&rig, &mut other).await.trial.is_some());
    for (one, also) in [(&mut device, 3), (&mut other, 4)] {
        let RecordBody::Liveness { mut liveness } = watched(rig.ctx.now(), 3) else { panic!("liveness") };
        liveness.trial = Some(TrialCount { trial: id, observed: 10, also, gone: 1 });
        let record = one.seal(RecordBody::Liveness { liveness });
        one.send(&rig, &[&record]).await.receipt();
    }
    jobs::drain(&rig.ctx).await.expect("worked");
    let listed = pack_trial::list(&rig.ctx).await.expect("read");
    let [(row, sum)] = listed.as_slice() else { panic!("one trial: {listed:?}") };
    assert_eq!((sum.devices, sum.observed, sum.also, sum.gone), (2, 20, 7, 2));
    assert!(row.runs(rig.ctx.now()) && !row.runs(trial.until));
    assert!(rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read").is_empty());
    assert!(
        report_of_case(&rig)
            .await
            .checks
            .iter()
            .all(|check| check.state == proviso_evidence::CheckState::Passed),
        "counts are part of the sealed record, which a bundle shows and verifies"
    );

    assert_eq!(pack_trial::end(&rig.ctx, id).await.expect("ended"), 2);
    assert!(pack_trial::end(&rig.ctx, id).await.is_err(), "once");
    assert_eq!(newest(&rig, &mut device).await.trial, None);
    rig.stop().await;
}

#[tokio::test]
async fn a_list_imported_again_is_the_next_version_and_the_one_before_is_retired() {
    let mut rig = rig().await;
    let mut device = Device::enrol(&rig).await;
    pack::import(&rig.ctx, &list("blue anchor\nrope ladder\n"), false).await.expect("imported");
    let (review, _) =
        pack::import(&rig.ctx, &list("rope ladder\nred buoy\n"), false).await.expect("imported");
    assert_eq!((review.version, review.added, review.dropped), (2, 1, 1));
    assert_eq!(packs_of(&newest(&rig, &mut device).await), BTreeSet::from(["harbour-list 2".to_owned()]));
    let rows = rig.ctx.store.pack_list().await.expect("read");
    let states: Vec<(u32, bool)> = rows.iter().map(|row| (row.version, row.retired_at.is_some())).collect();
    assert_eq!(states, [(1, true), (2, false)]);
    // The server starts again and has it still; a device that comes later gets it too.
    rig.restart(|_| {}).await;
    let second = Device::enrol(&rig).await;
    assert_eq!(packs_of(&second.policy), BTreeSet::from(["harbour-list 2".to_owned()]));
    assert_eq!(pack::show(&rig.ctx, "harbour-list", Some(1)).await.expect("shown").0.terms, 2);
    rig.stop().await;
}

#[tokio::test]
async fn a_pack_is_signed_at_import_and_a_changed_byte_keeps_every_policy_from_being_made() {
    let mut rig = rig().await;
    let _device = Device::enrol(&rig).await;
    pack::import(&rig.ctx, &list("blue anchor\n"), false).await.expect("imported");
    let (row, signed) = pack::show(&rig.ctx, "harbour-list", None).await.expect("shown");
    let says: ForceKeysStatement = serde_json::from_str(&signed.keys.statement).expect("a statement");
    let key = VerifyKey::from_hex(says.pack_key.as_deref().expect("a pack key")).expect("a key");
    let signature = STANDARD.decode(&signed.signature).expect("base64").try_into().expect("64 bytes");
    key.verify(&signed_pack(&signed.pack), &signature).expect("signed with the pack key");
    assert!(packs::signed_by(&rig.ctx, &signed.pack, &row.signature).is_some());
    let changed = signed.pack.replace("blue anchor", "blue anchos");
    assert!(packs::signed_by(&rig.ctx, &changed, &row.signature).is_none());

    // Somebody changes the signature, or the text, or puts another list's text and signature under this version: each shows,
    // and nothing is made with it.
    for (version, seal, sign) in [(2, 0, 1), (3, 1, 0), (4, 0, 0)] {
        let mut forged = row.clone();
        forged.version = version;
        forged.signature[0] ^= sign;
        *forged.sealed.last_mut().expect("sealed") ^= seal;
        rig.ctx.store.pack_add(&forged, &[]).await.expect("put into the database behind the server's back");
        let refused = order_change(&rig.ctx, rig.case, ORDER, "order.toml").await.expect_err("no policy");
        assert!(refused.to_string().contains("was changed after it was imported"), "{refused}");
    }
    pack::retire(&rig.ctx, "harbour-list").await.expect("a changed pack can be retired");
    order_change(&rig.ctx, rig.case, ORDER, "order.toml").await.expect("entered");
    rig.stop().await;
}

#[tokio::test]
async fn what_cannot_be_a_list_is_refused_and_nothing_is_lost() {
    let mut rig = rig().await;
    let mut device = Device::enrol(&rig).await;
    pack::import(&rig.ctx, &list("blue anchor\n"), false).await.expect("imported");
    let million = "ab\n".repeat(1_000_000);
    let cases = [
        (list("x\nrope ladder\n"), "line 1: \"x\" is one letter"),
        (list("=HYPERLINK(1)\nrope ladder\n"), "begins as a spreadsheet formula does"),
        (list(&million), "more than 100000 entries"),
        (NewPack { file: b"f\xFCr\n", ..list("") }, "not UTF-8"),
        (NewPack { name: "words-core", ..list("rope ladder\n") }, "comes with the program"),
        (NewPack { name: "Harbour List", ..list("rope ladder\n") }, "is no name for a pack"),
        (NewPack { category: "pirates", ..list("rope ladder\n") }, "is no category"),
    ];
    for (new, expected) in cases {
        let refused = pack::import(&rig.ctx, &new, false).await.err().expect(expected).to_string();
        assert!(refused.contains(expected), "{expected}: {refused}");
    }
    assert_eq!(
        packs_of(&newest(&rig, &mut device).await),
        BTreeSet::from(["harbour-list 1".to_owned()]),
        "as it was"
    );
    let (review, _) = pack::import(&rig.ctx, &list("x\nrope ladder\n"), true).await.expect("left out");
    assert_eq!((review.list.entries.len(), review.list.refused.len()), (1, 1));
    rig.stop().await;
}

#[test]
fn where_the_packs_are_not_there_to_say_what_an_order_covers_nothing_is_hidden_or_shown_but_said_to_be_broken()
 {
    let version = |text: &str, from| OrderVersion {
        applies_from: from,
        order: Order::from_toml(text).expect("an order"),
    };
    let order = include_str!("../../../../testdata/orders/good/shpo-all-kinds.toml");
    let varied = order.replace("late-show.example", "early-show.example");
    let versions = vec![version(order, None), version(&varied, Some(jiff::civil::date(2026, 11, 25)))];
    let no_packs = InUse::default();
    let known = late::Known::new(versions, Vec::new(), no_packs).expect("its days are good");
    let when = Timestamp::parse("2026-11-26T12:00:00Z").expect("an instant");
    let captured = page(when, Act::Opened);
    let said = known.outside("2", ConditionKind::Pornography, when, || Some(&captured));
    let error = said.expect_err("nobody can say").to_string();
    assert!(error.contains("neither shown nor held"), "{error}");
}
