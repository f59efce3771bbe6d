//! A picture on a force's list, from the real agent to an officer's alert, and what a device makes up. Every digest is of a harmless line
//! of text.

use proviso_agent::Observed;
use proviso_engine::image::lists::ListFormat;
use proviso_ledger::hash::sha256;
use proviso_model::observation::{Act, ListedHow, PictureElement, PictureFrom, PictureListed};
use proviso_model::{Digest, Fact, Md5, Observation, Picture, PictureSeen};
use proviso_server::app::force::case::order_change;
use proviso_server::app::force::hash_set;
use proviso_server::app::officer::sealed::captured_and_generated;
use proviso_server::jobs;
use proviso_store::{AlertFilter, ReplayOutcome};

use crate::agent::Agent;
use crate::bundle::report_of_case;
use crate::device::Device;
use crate::facts::{page, sealed};
use crate::hash_sets::{CONDITIONS, import};
use crate::rig::{ORDER, Rig};

pub const HARMLESS: &[u8] = b"a harmless line of text that stands for a file";

pub async fn rig() -> Rig {
    let rig = Rig::with_workers(0).await;
    order_change(&rig.ctx, rig.case, &format!("{ORDER}\n{CONDITIONS}"), "order.toml").await.expect("entered");
    rig
}

#[tokio::test]
async fn a_listed_picture_that_the_real_agent_sees_while_its_server_is_away_raises_one_alert_with_its_digest_alone()
 {
    let mut rig = rig().await;
    let list = format!("{},2\n", Digest(sha256(HARMLESS)));
    import(&rig, "restricted", &list, ListFormat::Sha256, true, false).await;
    let mut agent = Agent::enrol(&rig).await;
    agent.settle(&rig).await;
    assert_eq!(agent.show(b"another line of text").await, Observed::Dropped);

    let written = agent.appended();
    rig.stop().await;
    assert_eq!(agent.show(HARMLESS).await, Observed::Waits);
    let seen_at = rig.ctx.now();
    rig.clock.forward_seconds(600);
    rig.restart(|_| {}).await;
    agent.settle(&rig).await;
    agent.written(written + 1).await;
    assert_eq!(agent.show(HARMLESS).await, Observed::Kept, "shown again it is known at once");
    // The list goes out of use before the records come: they are checked against it all the same.
    hash_set::retire(&rig.ctx, "restricted").await.expect("retired");
    agent.settle(&rig).await;
    jobs::drain(&rig.ctx).await.expect("worked");

    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    assert_eq!(alerts.len(), 1, "both of one picture");
    let rows = rig.ctx.store.alert_findings(alerts[0].id, 10).await.expect("read");
    assert_eq!(rows.len(), 2);
    let mut seen_first = false;
    for (finding, observation) in rows {
        let columns = rig.columns(&finding.record).await;
        let (captured, finding) = captured_and_generated(&columns, &observation, &finding).expect("opens");
        let said = &finding.explanation;
        assert!(said.contains("same SHA-256 as an entry of list \"restricted\" version 1"), "{said}");
        let seen = captured.picture.expect("a picture");
        assert_eq!(seen.content, None, "nobody need see it");
        assert!(matches!(seen.listed[..], [PictureListed { how: ListedHow::Sha256, category: 2, .. }]));
        seen_first |= captured.observed_at == seen_at;
        let held = rig.ctx.store.record_range(observation.device, 0, 0, 100).await.expect("read");
        let record = held.iter().find(|record| record.hash == observation.record).expect("the record");
        assert_eq!(record.replay, Some(ReplayOutcome::Same));
    }
    assert!(seen_first, "its time is when it was shown, not when the answer came");
    // An expert repeats the finding without the list, and is told what only the force can repeat.
    let report = report_of_case(&rig).await;
    assert_eq!(report.failed().count(), 0, "{report:#?}");
    let told = report.cannot_be_repeated.join("\n");
    assert!(told.contains("hash set restricted version 1"), "{told}");
    for path in agent.kept_files() {
        let kept = std::fs::read(&path).expect("readable");
        assert!(!kept.windows(HARMLESS.len()).any(|window| window == HARMLESS), "{}", path.display());
    }
    rig.stop().await;
}

/// What a device says of a picture in front; its look is `pdq`.
pub fn claim(rig: &Rig, sha256: [u8; 32], pdq: &str, listed: PictureListed) -> Observation {
    let mut seen = page(rig.ctx.now(), Act::Shown);
    seen.fact = Fact::Picture(Box::new(Picture {
        url: "https://pictures.example/gallery".to_owned(),
        title: String::new(),
        address: "https://pictures.example/1.jpg".to_owned(),
        element: PictureElement::Img,
        width: 1_200,
        height: 800,
        shown_width: 600,
        shown_height: 400,
        from: PictureFrom::Loaded,
        sha256: Digest(sha256),
        md5: Md5([0x5d; 16]),
        bytes: 34_512,
        file_type: "jpeg".to_owned(),
        window: None,
        file: None,
    }));
    seen.picture = Some(Box::new(PictureSeen {
        pdq: pdq.parse().ok(),
        pdq_quality: 90,
        listed: vec![listed],
        ..PictureSeen::default()
    }));
    seen
}

pub async fn outcome(rig: &Rig, device: &mut Device, seen: &Observation) -> Option<ReplayOutcome> {
    let seq = device.link.next_seq;
    let record = device.seal(sealed(device, seen));
    device.send(rig, &[&record]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    rig.ctx.store.record_range(device.id, 0, seq, seq).await.expect("read").first().expect("held").replay
}

#[tokio::test]
async fn what_a_device_makes_up_about_a_list_of_pictures_is_found_also_of_a_version_out_of_use() {
    let mut rig = rig().await;
    let (files, looks) = (format!("{},2\n", Digest(sha256(HARMLESS))), "e3".repeat(32));
    import(&rig, "restricted", &files, ListFormat::Sha256, true, false).await;
    import(&rig, "similar", &format!("{looks}\n"), ListFormat::Pdq, false, true).await;
    let mut device = Device::enrol(&rig).await;
    let named = |name: &str| {
        let sets = device.policy.hash_sets();
        sets.iter().find(|set| set.set.name == name).expect("named").set.sha256
    };
    let (restricted, similar) = (named("restricted"), named("similar"));
    // Two bits from the entry.
    let near = format!("e0{}", "e3".repeat(31));
    let far = "1f".repeat(32);
    let exact = |how, category| PictureListed { set: restricted, how, category, entry: None };
    let alike = |distance, entry| PictureListed {
        set: similar,
        how: ListedHow::Pdq { distance },
        category: 0,
        entry,
    };
    let (listed, other) = (sha256(HARMLESS), sha256(b"another line"));
    let cases = [
        ("a listed file", listed, &far, exact(ListedHow::Sha256, 2), ReplayOutcome::Same),
        ("another category", listed, &far, exact(ListedHow::Sha256, 1), ReplayOutcome::ListingWrong),
        ("another file", other, &far, exact(ListedHow::Sha256, 2), ReplayOutcome::ListingWrong),
        ("an MD5 that is not listed", listed, &far, exact(ListedHow::Md5, 2), ReplayOutcome::ListingWrong),
        ("a similar look", other, &near, alike(2, Some(0)), ReplayOutcome::Same),
        ("nearer than it is", other, &near, alike(1, Some(0)), ReplayOutcome::ListingWrong),
        ("another entry", other, &near, alike(2, Some(7)), ReplayOutcome::ListingWrong),
        ("no similar look", other, &far, alike(2, None), ReplayOutcome::ListingWrong),
    ];
    for (story, sha256, pdq, listed, expected) in cases {
        let seen = claim(&rig, sha256, pdq, listed);
        assert_eq!(outcome(&rig, &mut device, &seen).await, Some(expected), "{story}");
    }
    // A version that is out of use is still looked into, for records name it; without its file nobody says that it was checked.
    import(&rig, "restricted", &format!("{}\n", Digest(other)), ListFormat::Sha256, true, false).await;
    let seen = claim(&rig, listed, &far, exact(ListedHow::Sha256, 2));
    assert_eq!(outcome(&rig, &mut device, &seen).await, Some(ReplayOutcome::Same));
    let lie = claim(&rig, other, &far, exact(ListedHow::Sha256, 2));
    assert_eq!(outcome(&rig, &mut device, &lie).await, Some(ReplayOutcome::ListingWrong));
    std::fs::remove_file(rig.ctx.hash_sets_dir().join(restricted.to_string())).expect("gone");
    rig.restart(|_| {}).await;
    assert_eq!(outcome(&rig, &mut device, &seen).await, Some(ReplayOutcome::ListingUnchecked));
    rig.stop().await;
}
