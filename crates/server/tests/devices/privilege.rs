//! What may be privileged, from a device to a bundle: held unseen, decided by an independent reviewer, listed as withheld.

use proviso_evidence::container::unpack;
use proviso_evidence::format::{WithheldFile, WithheldState};
use proviso_evidence::{CheckState, Shown, verify};
use proviso_ledger::envelope::Envelope;
use proviso_model::Digest;
use proviso_model::observation::{Act, Fact, Passage};
use proviso_server::app::bundle::{self, Asker, Scope};
use proviso_server::app::destruction::{self, Grounds, Why};
use proviso_server::app::force::officer;
use proviso_server::app::officer::error::ActError;
use proviso_server::app::officer::privilege::{self, ReviewForm};
use proviso_server::app::officer::who::Who;
use proviso_server::jobs;
use proviso_store::{AlertFilter, OfficerRole, PrivilegeState};

use crate::device::Device;
use crate::facts::{finding, page, sealed, watched};
use crate::late::{ACTOR, at};
use crate::rig::Rig;

/// Words of the letter that must be in no bundle while it is withheld.
const PLANTED: [&str; 3] = ["planted-letter-7713", "planted-title-7713", "planted-mail-7713"];

/// A letter with one of the order's words in it.
fn letter(device: &Device, instant: &str) -> proviso_model::record::RecordBody {
    let mut seen = page(at(instant), Act::Opened);
    seen.fact = Fact::Page {
        url: "https://mail.provider.example/planted-mail-7713".to_owned(),
        title: "planted-title-7713".to_owned(),
        text: Passage::whole("Privileged and confidential. An old brass compass, planted-letter-7713."),
        cut: false,
        search: None,
    };
    sealed(device, &seen)
}

async fn reviewer(rig: &Rig) -> Who {
    let new = officer::NewOfficer {
        username: "reviewer".to_owned(),
        display_name: "Test Officer 021".to_owned(),
        role: OfficerRole::PrivilegeReviewer,
        password: "a long test password".to_owned(),
    };
    let id = officer::add(&rig.ctx, new).await.expect("an officer");
    rig.ctx.store.officer_get(id).await.expect("read").expect("there").into()
}

async fn send(rig: &Rig, device: &mut Device, records: &[Envelope]) {
    rig.clock.forward_seconds(600);
    // Its nonce is old by now; the refusal brings another.
    device.send(rig, &[]).await;
    device.send(rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
}

/// A bundle that a stranger accepts, as its files.
async fn files(rig: &Rig, scope: Scope) -> proviso_evidence::container::Files {
    let asker = Asker::machine(ACTOR.to_owned(), "Test Officer 014".to_owned());
    let made = bundle::make(&rig.ctx, &asker, scope, &Shown::Everything).await.expect("made");
    let report = verify(&made.bytes, Some(&rig.trust)).expect("a bundle");
    assert!(report.checks.iter().all(|check| check.state == CheckState::Passed), "{:#?}", report.checks);
    unpack(&made.bytes).expect("a bundle")
}

fn holds(files: &proviso_evidence::container::Files, needle: &[u8]) -> bool {
    files.values().any(|file| file.windows(needle.len()).any(|window| window == needle))
}

/// What a bundle says of the letter; nothing of its words is anywhere in it.
fn withheld(files: &proviso_evidence::container::Files, record: &Envelope) -> Option<WithheldFile> {
    let path = format!("withheld/{}.json", Digest(record.record_hash()));
    let file = files.get(&path).map(|file| serde_json::from_slice(file).expect("its form"));
    if file.is_some() {
        for words in PLANTED {
            assert!(!holds(files, words.as_bytes()), "the bundle shows {words}");
        }
        assert!(!holds(files, &record.sealed), "the sealed record is not in it either");
        let readme = String::from_utf8_lossy(files.get("README.txt").expect("a page")).into_owned();
        assert!(readme.contains("see withheld/: 1."), "{readme}");
    }
    file
}

async fn decide(rig: &Rig, who: &Who, record: &Envelope, state: PrivilegeState) {
    let hash = record.record_hash();
    privilege::open(&rig.ctx, who, hash).await.expect("opened");
    let form = ReviewForm { state, reason: "An invented reason.".to_owned(), withheld: vec![0] };
    privilege::decide(&rig.ctx, who, hash, &form).await.expect("decided").expect("a good form");
    jobs::drain(&rig.ctx).await.expect("worked");
}

#[tokio::test]
async fn invariant_04_what_may_be_privileged_is_in_no_bundle_and_listed_there_as_withheld() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    assert!(!device.policy.privilege.is_empty(), "the policy says how it is recognised");
    let ordinary = device.seal(finding(&device, at("2026-11-24T09:01:00Z")));
    let mailed = device.seal(letter(&device, "2026-11-24T09:02:00Z"));
    let after = device.seal(watched(at("2026-11-24T09:04:00Z"), 3));
    send(&rig, &mut device, &[ordinary, mailed.clone(), after]).await;

    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let [alert] = alerts.as_slice() else { panic!("one alert: {alerts:?}") };
    assert_eq!(alert.findings, 1, "the letter joined nothing");
    for scope in [Scope::Case(rig.case), Scope::Alert(alert.id)] {
        let said = withheld(&files(&rig, scope).await, &mailed).expect("listed");
        assert_eq!(
            (said.state, said.paragraphs.as_slice()),
            (WithheldState::Held, ["3".to_owned()].as_slice())
        );
        assert!(said.act.is_none() && said.observed_at == Some(at("2026-11-24T09:02:00Z")));
    }

    let who = reviewer(&rig).await;
    decide(&rig, &who, &mailed, PrivilegeState::Privileged).await;
    let said = withheld(&files(&rig, Scope::Case(rig.case)).await, &mailed).expect("listed");
    assert!(said.state == WithheldState::Privileged && said.act.is_some(), "{said:?}");

    // Legal hold and destruction are as for every record.
    let grounds = Grounds { why: Why::CourtOrder, reference: "court 17".to_owned(), actor: ACTOR.to_owned() };
    destruction::hold(&rig.ctx, rig.case, true, "hold 1", ACTOR).await.expect("held");
    assert!(
        destruction::record(&rig.ctx, mailed.record_hash(), &grounds).await.is_err(),
        "the hold forbids it"
    );
    destruction::hold(&rig.ctx, rig.case, false, "hold 1", ACTOR).await.expect("ended");
    destruction::record(&rig.ctx, mailed.record_hash(), &grounds).await.expect("destroyed");
    let files = files(&rig, Scope::Case(rig.case)).await;
    assert!(withheld(&files, &mailed).is_none(), "it is told of as destroyed");
    assert!(files.contains_key(&format!("destroyed/{}.json", Digest(mailed.record_hash()))));
    let opened = privilege::open(&rig.ctx, &who, mailed.record_hash()).await;
    assert!(matches!(opened, Err(ActError::Conflict(_))), "there is nothing to open any more");
    rig.stop().await;
}

#[tokio::test]
async fn what_is_released_raises_an_alert_with_its_full_time_and_goes_into_bundles_whole() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let mailed = device.seal(letter(&device, "2026-11-24T09:02:00Z"));
    let after = device.seal(watched(at("2026-11-24T09:04:00Z"), 3));
    send(&rig, &mut device, &[mailed.clone(), after]).await;
    assert!(rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read").is_empty());
    rig.clock.forward_seconds(3 * 86_400);
    let who = reviewer(&rig).await;
    decide(&rig, &who, &mailed, PrivilegeState::Released).await;

    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let [alert] = alerts.as_slice() else { panic!("one alert: {alerts:?}") };
    assert_eq!((alert.raised_at, alert.first_at), (rig.ctx.now(), at("2026-11-24T09:02:00Z")));
    let row = rig.ctx.store.record_get(&mailed.record_hash()).await.expect("read").expect("a record");
    assert_eq!(row.replay.map(|outcome| outcome.as_str()), Some("same"), "the mark replays from the record");
    let files = files(&rig, Scope::Alert(alert.id)).await;
    assert!(withheld(&files, &mailed).is_none());
    assert!(holds(&files, PLANTED[0].as_bytes()) && holds(&files, &mailed.sealed));
    rig.stop().await;
}

#[tokio::test]
async fn a_record_of_a_policy_from_before_it_was_known_is_held_all_the_same_and_one_released_in_part_is_not_shown_whole()
 {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    device.policy.privilege.clear();
    let mailed = device.seal(letter(&device, "2026-11-24T09:02:00Z"));
    let ordinary = device.seal(finding(&device, at("2026-11-24T09:03:00Z")));
    send(&rig, &mut device, &[mailed.clone(), ordinary]).await;
    let who = reviewer(&rig).await;
    let view = privilege::open(&rig.ctx, &who, mailed.record_hash()).await.expect("it waits");
    let content = view.content.expect("opened");
    assert!(
        content.findings.iter().all(|finding| finding.privilege.is_none()),
        "the device said nothing of it"
    );
    assert_eq!(content.reasons.len(), 1, "the server's packs do");

    // The first piece is the address with the title; the order's word is in the text.
    decide(&rig, &who, &mailed, PrivilegeState::Partly).await;
    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    assert_eq!(alerts.iter().map(|alert| alert.findings).sum::<u64>(), 2, "both are before the officers");
    let said = withheld(&files(&rig, Scope::Case(rig.case)).await, &mailed).expect("listed");
    assert_eq!(said.state, WithheldState::Partly);
    rig.stop().await;
}
