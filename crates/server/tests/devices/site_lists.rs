//! A force's own list of sites: imported, named by policies, fetched by a device, behind a finding, retired; and what keeps it out.

use std::fmt::Write as _;

use proviso_engine::Engine;
use proviso_engine::sites::{ListFormat, SiteList};
use proviso_ledger::hash::sha256;
use proviso_model::Fact;
use proviso_model::limits::SITE_LIST_PART_BYTES;
use proviso_model::observation::{Act, Observation, SiteListed};
use proviso_model::policy::SiteListRef;
use proviso_model::record::{Generated, RecordBody};
use proviso_model::site_list::site_list_path;
use proviso_model::{Digest, Passage};
use proviso_server::app::force::case::order_change;
use proviso_server::app::force::site_list::{self, NewSiteList, ReadList};
use proviso_server::jobs;
use proviso_store::{AlertFilter, ReplayOutcome};
use reqwest::{Method, StatusCode};

use crate::bundle::report_of_case;
use crate::device::Device;
use crate::facts::{page, watched};
use crate::rig::{ORDER, Rig};

/// A hosts file of invented sites; with enough of them that the list has several parts.
fn hosts(count: usize) -> String {
    let mut text = "# invented\n0.0.0.0 night.example\n0.0.0.0 late.example\nco.uk\n".to_owned();
    for number in 0..count {
        let label = hex::encode(&sha256(&number.to_le_bytes())[..16]);
        writeln!(text, "0.0.0.0 {label}.example").expect("a string takes it");
    }
    text
}

fn read(text: &str) -> ReadList {
    site_list::read(text.as_bytes(), ListFormat::Auto, |_| {}).expect("a list")
}

fn new(read: &ReadList) -> NewSiteList<'_> {
    NewSiteList {
        name: "harbour-sites",
        category: "pornography",
        coarse: false,
        source: Some("an invented source"),
        licence: Some("CC0"),
        dated: Some(jiff::civil::date(2026, 11, 1)),
        read,
    }
}

/// Takes a list of so many sites, and a few, into use.
pub async fn take(rig: &Rig, count: usize) {
    let list = read(&hosts(count));
    site_list::import(&rig.ctx, &new(&list), false).await.expect("imported");
}

/// A rig whose order forbids pornography, but for one clinic.
async fn rig() -> Rig {
    let rig = Rig::with_workers(0).await;
    let condition = "[[condition]]\nparagraph = \"22\"\ntext = \"Must not view pornography.\"\nkind = \"pornography\"\n\
                     except = { sites = [\"clinic.night.example\"] }\n";
    order_change(&rig.ctx, rig.case, &format!("{ORDER}\n{condition}"), "order.toml").await.expect("entered");
    rig
}

/// Fetches a list as the protocol says: parts until one is shorter.
pub async fn fetch(rig: &Rig, device: &mut Device, list: &SiteListRef) -> (SiteList, usize) {
    let mut bytes = Vec::new();
    for part in 0.. {
        let path = site_list_path(&list.list.sha256, part);
        let answer = device.ask(rig, Method::GET, &path, Vec::new()).await;
        assert_eq!(answer.status, StatusCode::OK, "part {part}");
        bytes.extend_from_slice(&answer.body);
        if answer.body.len() < SITE_LIST_PART_BYTES {
            assert_eq!(Digest(sha256(&bytes)), list.list.sha256, "what the signed policy names");
            return (SiteList::from_bytes(bytes).expect("a list"), part + 1);
        }
    }
    unreachable!("a list has an end")
}

/// An ordinary page of a host, with what a look-up says of it.
fn page_of(rig: &Rig, host: &str, listed: Vec<SiteListed>) -> Observation {
    let mut seen = page(rig.ctx.now(), Act::Opened);
    if let Fact::Page { url, text, .. } = &mut seen.fact {
        *url = format!("https://{host}/a/b");
        *text = Passage::whole("An ordinary page about boats.");
    }
    seen.listed = listed;
    seen
}

/// Seals what the device's own engine says of a page, as the agent does.
fn sealed(device: &mut Device, seen: &Observation) -> RecordBody {
    let engine = Engine::new(&device.policy, Digest(device.policy_hash)).expect("an engine");
    let findings = engine.evaluate(seen);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let captured = engine.reduce(seen, &findings);
    assert_eq!(captured.listed, seen.listed, "the look-up is sealed with it");
    RecordBody::Finding { captured, generated: Generated { findings } }
}

async fn outcome(rig: &Rig, device: &Device, seq: u64) -> Option<ReplayOutcome> {
    let rows = rig.ctx.store.record_range(device.id, 0, seq, seq).await.expect("read");
    rows.first().expect("the record").replay
}

#[tokio::test]
async fn a_list_is_imported_fetched_by_its_hash_is_behind_a_finding_and_is_retired() {
    let mut rig = rig().await;
    let mut device = Device::enrol(&rig).await;
    let list = read(&hosts(50_000));
    assert_eq!((list.counts.entries, list.counts.public_suffixes), (50_002, 1));
    let review = site_list::review(&rig.ctx, &new(&list)).await.expect("looked at");
    assert_eq!((review.version, review.entries_before), (1, None));
    assert!(rig.ctx.store.site_list_list().await.expect("read").is_empty(), "looking changes nothing");

    let (review, devices) = site_list::import(&rig.ctx, &new(&list), false).await.expect("imported");
    assert_eq!(devices, 1);
    device.fetch_policy(&rig).await;
    let policy = device.policy.clone();
    let [named] = policy.site_lists()[..] else { panic!("one list: {:?}", policy.site_lists()) };
    assert_eq!(
        (named.list.name.as_str(), named.list.version.as_str(), named.list.sha256),
        ("harbour-sites", "1", review.sha256)
    );
    let (held, parts) = fetch(&rig, &mut device, named).await;
    assert!(parts >= 2 && held.len() == 50_002, "{parts} parts");
    for file in rig.stored_files() {
        let bytes = std::fs::read(&file).expect("readable");
        let planted = b"elpmaxe.thgin".iter().rev().copied().collect::<Vec<u8>>();
        assert!(!bytes.windows(planted.len()).any(|window| window == planted), "{} in clear", file.display());
    }

    // The device looks a page up; the excepted clinic raises nothing though the list covers it.
    let host = "www.night.example";
    let entry = held.entry_of_address(&format!("https://{host}/a/b")).expect("on the list");
    let listed = |host: &str| SiteListed { list: review.sha256, host: host.to_owned(), entry: entry.clone() };
    let engine = Engine::new(&policy, Digest(device.policy_hash)).expect("an engine");
    let clinic = page_of(&rig, "clinic.night.example", vec![listed("clinic.night.example")]);
    assert_eq!(engine.evaluate(&clinic), [], "the order allows it");
    let body = sealed(&mut device, &page_of(&rig, host, vec![listed(host)]));
    let RecordBody::Finding { generated, .. } = &body else { panic!("a finding") };
    let explained = &generated.findings[0].explanation;
    assert!(explained.contains("stands on list harbour-sites version 1"), "{explained}");
    let record = device.seal(body);

    // The list is retired before the record comes: the policy is without it, nobody gets it any more, the record is good.
    assert_eq!(site_list::retire(&rig.ctx, "harbour-sites").await.expect("retired"), 1);
    let fresh = device.seal(watched(rig.ctx.now(), 3));
    device.send(&rig, &[&record, &fresh]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    assert_eq!(outcome(&rig, &device, 0).await, Some(ReplayOutcome::Same));
    assert_eq!(rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read").len(), 1);
    let serial = device.policy.serial;
    device.fetch_policy(&rig).await;
    assert_eq!((device.policy.site_lists().len(), device.policy.serial), (0, serial + 1));
    for path in [site_list_path(&review.sha256, 0), site_list_path(&Digest([1; 32]), 0)] {
        let answer = device.ask(&rig, Method::GET, &path, Vec::new()).await;
        assert_eq!(
            (answer.status, answer.refusal().code.as_str()),
            (StatusCode::FORBIDDEN, "list-not-named")
        );
    }
    let odd = device.ask(&rig, Method::GET, "/v1/site-lists/ab/0", Vec::new()).await;
    assert_eq!(odd.refusal().code, "request-bad");

    // An expert repeats the finding without the list, and is told what only the force can repeat.
    let report = report_of_case(&rig).await;
    let passed = |check: &proviso_evidence::Check| check.state == proviso_evidence::CheckState::Passed;
    assert!(report.checks.iter().all(passed), "{report:#?}");
    let told = report.cannot_be_repeated.join("\n");
    assert!(told.contains("list of sites harbour-sites version 1"), "{told}");

    let acts = rig.ctx.store.audit_list(None, 0, 100).await.expect("read");
    let acts: Vec<&str> = acts.iter().map(|row| row.entry.act.as_str()).collect();
    assert!(acts.contains(&"site-list-import") && acts.contains(&"site-list-remove"), "{acts:?}");
    rig.stop().await;
}

#[tokio::test]
async fn a_listing_that_a_device_made_up_is_found_and_one_that_cannot_be_checked_says_so() {
    let mut rig = rig().await;
    let list = read(&hosts(0));
    let (review, _) = site_list::import(&rig.ctx, &new(&list), false).await.expect("imported");
    let mut device = Device::enrol(&rig).await;
    assert_eq!(device.policy.site_lists().len(), 1, "a device that comes later gets it too");
    let claim = |host: &str, entry: &str| {
        let listed = SiteListed { list: review.sha256, host: host.to_owned(), entry: entry.to_owned() };
        page_of(&rig, host, vec![listed])
    };
    for (seq, host, entry, expected) in [
        (0, "night.example", "night.example", ReplayOutcome::Same),
        (1, "innocent.example", "innocent.example", ReplayOutcome::ListingWrong),
    ] {
        let body = sealed(&mut device, &claim(host, entry));
        let record = device.seal(body);
        device.send(&rig, &[&record]).await.receipt();
        jobs::drain(&rig.ctx).await.expect("worked");
        assert_eq!(outcome(&rig, &device, seq).await, Some(expected), "{host}");
    }
    // The blob folder is lost: the finding stands, and nobody says that it was checked.
    std::fs::remove_dir_all(rig.config.blobs_dir().join("site-lists")).expect("gone");
    let body = sealed(&mut device, &claim("late.example", "late.example"));
    let record = device.seal(body);
    device.send(&rig, &[&record]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    assert_eq!(outcome(&rig, &device, 2).await, Some(ReplayOutcome::ListingUnchecked));
    let answer = device.ask(&rig, Method::GET, &site_list_path(&review.sha256, 0), Vec::new()).await;
    assert_eq!((answer.status, answer.refusal().code.as_str()), (StatusCode::NOT_FOUND, "list-not-held"));
    rig.stop().await;
}

#[tokio::test]
async fn a_list_imported_again_is_the_next_version_and_a_changed_one_keeps_every_policy_from_being_made() {
    let mut rig = rig().await;
    let mut device = Device::enrol(&rig).await;
    let (first, second) = (read(&hosts(0)), read(&hosts(5)));
    site_list::import(&rig.ctx, &new(&first), false).await.expect("imported");
    let (review, devices) = site_list::import(&rig.ctx, &new(&second), false).await.expect("imported");
    assert_eq!((review.version, review.entries_before, devices), (2, Some(2), 1));
    let mixed = NewSiteList { name: "mixed", category: "mixed_adult", coarse: true, ..new(&first) };
    site_list::import(&rig.ctx, &mixed, false).await.expect("imported");
    rig.restart(|_| {}).await;
    device.fetch_policy(&rig).await;
    let named: Vec<String> = device
        .policy
        .site_lists()
        .iter()
        .map(|list| format!("{} {} {} {}", list.list.name, list.list.version, list.category, list.coarse))
        .collect();
    assert_eq!(named, ["harbour-sites 2 pornography false", "mixed 1 mixed_adult true"]);

    // Somebody puts another signature, or another version's words, under a new version.
    let rows = rig.ctx.store.site_list_list().await.expect("read");
    let row = rows.iter().find(|row| row.version == 2).expect("the second version");
    for (version, sign) in [(3, 1), (4, 0)] {
        let mut forged = row.clone();
        forged.version = version;
        forged.signature[0] ^= sign;
        rig.ctx.store.site_list_add(&forged, &[]).await.expect("put in behind the server's back");
        let refused = order_change(&rig.ctx, rig.case, ORDER, "order.toml").await.expect_err("no policy");
        assert!(refused.to_string().contains("was changed after it was imported"), "{refused}");
    }
    site_list::retire(&rig.ctx, "harbour-sites").await.expect("a changed list can be retired");
    order_change(&rig.ctx, rig.case, ORDER, "order.toml").await.expect("entered");
    rig.stop().await;
}

#[tokio::test]
async fn junk_is_refused_with_counts_and_nothing_is_kept() {
    let mut rig = rig().await;
    let prose = "this is a letter about boats\nit names no sites at all\nsite.example\n";
    let list = read(prose);
    let cases = [
        (new(&list), "more lines were refused than taken (1)"),
        (new(&list), "2 lines name no site"),
        (new(&list), "line 1 names no site"),
        (NewSiteList { name: "order", ..new(&list) }, "comes with the program"),
        (NewSiteList { name: "Our Sites", ..new(&list) }, "is no name for a list of sites"),
        (NewSiteList { category: "pirates", ..new(&list) }, "is no category of sites"),
        (NewSiteList { source: Some("two\nlines"), ..new(&list) }, "not one line"),
    ];
    for (new, expected) in cases {
        let refused = site_list::import(&rig.ctx, &new, false).await.err().expect(expected).to_string();
        assert!(refused.contains(expected), "{expected}: {refused}");
    }
    let nothing = site_list::read("a letter\n/ads/*\n".as_bytes(), ListFormat::Auto, |_| {});
    let said = nothing.err().expect("nothing in it").to_string();
    assert!(said.contains("1 lines name no site") && said.contains("1 are rules about parts"), "{said}");
    // A format that is named is held to: the same line is an entry of one and refused by the others.
    for (format, entries) in [(ListFormat::Hosts, 1), (ListFormat::Domains, 2), (ListFormat::Adblock, 3)] {
        let text = "0.0.0.0 a.example\nb.example\nc.example\n||d.example^\n||e.example^\n@@||f.e.example^\n";
        let read = site_list::read(text.as_bytes(), format, |_| {}).expect("a list");
        assert_eq!(read.counts.entries, entries, "{format:?}");
    }
    assert!(rig.ctx.store.site_list_list().await.expect("read").is_empty());
    assert!(!rig.config.blobs_dir().join("site-lists").exists(), "no bytes either");
    let (_, devices) = site_list::import(&rig.ctx, &new(&list), true).await.expect("when told to");
    assert_eq!(devices, 0);
    rig.stop().await;
}
