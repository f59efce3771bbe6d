//! That an entry stood in a force's list, proven to whoever has no other: from the import to an expert who reads the bundle. Every digest
//! is of a harmless line of text.

use std::collections::BTreeSet;

use proviso_engine::image::lists::ListFormat;
use proviso_evidence::container::unpack;
use proviso_evidence::format::ListsFile;
use proviso_evidence::{CheckState, Part, Report, Shown, layout, verify};
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::hash_set::{EntryKind, HashSetStatement};
use proviso_model::observation::{ListedHow, PictureListed};
use proviso_server::app::bundle::{self, Scope};
use proviso_server::app::force::case::order_change;
use proviso_server::app::force::hash_set;
use proviso_server::app::hash_sets::{self, for_devices};
use proviso_store::{HashSetRow, ReplayOutcome};

use crate::bundle::{asker, report_of_case};
use crate::device::Device;
use crate::hash_sets::{CONDITIONS, import, new};
use crate::listed_pictures::{HARMLESS, claim, outcome, rig};
use crate::rig::{ORDER, Rig};

async fn newest(rig: &Rig, name: &str) -> (HashSetRow, HashSetStatement) {
    let lists = hash_set::list(&rig.ctx).await.expect("listed");
    let (row, says) = lists.into_iter().rfind(|(row, _)| row.name == name).expect("the list");
    (row, says.expect("signed"))
}

/// The root as RFC 6962 defines it.
fn defined(leaves: &[Vec<u8>]) -> [u8; 32] {
    match leaves {
        [leaf] => sha256(&[&[0], leaf.as_slice()].concat()),
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            sha256(&[&[1], defined(left).as_slice(), &defined(right)].concat())
        }
    }
}

#[tokio::test]
async fn an_import_signs_the_root_of_the_plain_definition_and_every_policy_names_it() {
    let mut rig = rig().await;
    let mut device = Device::enrol(&rig).await;
    for size in [1_u64, 2, 3, 7, 8, 9, 1_000] {
        let name = format!("of-{size}");
        let lines: Vec<String> = (0..size).map(|n| hex::encode(&sha256(&n.to_be_bytes())[..16])).collect();
        import(&rig, &name, &lines.join("\n"), ListFormat::Md5, false, false).await;
        let (row, says) = newest(&rig, &name).await;
        let (set, proofs) = (
            hash_sets::open(&rig.ctx, &row).expect("opens"),
            for_devices::proofs(&rig.ctx, &row).expect("opens").expect("a tree"),
        );
        let leaves: Vec<Vec<u8>> =
            (0..size).map(|place| proofs.entries(&set).leaf(place).expect("a leaf")).collect();
        let tree = says.tree.expect("a tree");
        assert_eq!((tree.size, tree.root), (size, Digest(defined(&leaves))), "{size}");
        let digests: BTreeSet<String> = leaves.iter().map(|leaf| hex::encode(&leaf[18..])).collect();
        assert_eq!(digests, lines.into_iter().collect(), "every entry has its leaf");
        assert_eq!(leaves.iter().map(|leaf| &leaf[2..18]).collect::<BTreeSet<_>>().len() as u64, size);
        device.fetch_policy(&rig).await;
        let sets = device.policy.hash_sets();
        let named = sets.iter().find(|set| set.set.name == name).expect("the policy names it");
        assert_eq!(named.tree, Some(tree));
    }
    rig.stop().await;
}

/// What a device says of the harmless file once it found it on this list of its policy.
pub fn of_harmless(device: &Device, list: &str) -> PictureListed {
    let sets = device.policy.hash_sets();
    let set = sets.iter().find(|set| set.set.name == list).expect("the policy names it").set.sha256;
    PictureListed { set, how: ListedHow::Sha256, category: 2, entry: None }
}

async fn found(rig: &Rig, device: &mut Device, list: &str) {
    device.fetch_policy(rig).await;
    let seen = claim(rig, sha256(HARMLESS), &"1f".repeat(32), of_harmless(device, list));
    assert_eq!(outcome(rig, device, &seen).await, Some(ReplayOutcome::Same));
}

fn lists_check(report: &Report) -> (CheckState, String) {
    assert_eq!(report.failed().count(), 0, "{report:#?}");
    let check = report.checks.iter().find(|check| check.name == "lists").expect("the check");
    (check.state, check.says.clone())
}

#[tokio::test]
async fn a_bundle_proves_the_entry_of_a_list_out_of_use_and_says_so_when_its_file_is_gone() {
    let mut rig = rig().await;
    let list = format!("{},2\n{},1\n", Digest(sha256(HARMLESS)), Digest(sha256(b"another line")));
    import(&rig, "restricted", &list, ListFormat::Sha256, true, false).await;
    let mut device = Device::enrol(&rig).await;
    found(&rig, &mut device, "restricted").await;
    hash_set::retire(&rig.ctx, "restricted").await.expect("retired");
    let report = report_of_case(&rig).await;
    let (state, says) = lists_check(&report);
    let stood =
        "The entry that a look-up found stood in list restricted, version 1, as imported on 2026-11-24T09";
    assert!(state == CheckState::Passed && says.starts_with(stood), "{says}");
    let told = report.cannot_be_repeated.join("\n");
    assert!(told.contains("hash set restricted version 1") && told.contains("proven in lists/"), "{told}");

    // Of a bundle that leaves the picture's digests out, nothing names the entry.
    let shown = Shown::AllBut([Part::Picture].into());
    let made = bundle::make(&rig.ctx, &asker(), Scope::Case(rig.case), &shown).await.expect("made");
    let files = unpack(&made.bytes).expect("a bundle");
    assert!(!files.keys().any(|path| path.starts_with(layout::LISTS)));
    let digest = Digest(sha256(HARMLESS)).to_string();
    assert!(!files.values().any(|bytes| String::from_utf8_lossy(bytes).contains(&digest)));
    assert_eq!(verify(&made.bytes, Some(&rig.trust)).expect("a bundle").failed().count(), 0);

    let (row, _) = newest(&rig, "restricted").await;
    std::fs::remove_file(rig.ctx.hash_sets_dir().join(row.sha256.to_string())).expect("gone");
    rig.restart(|_| {}).await;
    let (state, says) = lists_check(&report_of_case(&rig).await);
    assert!(state == CheckState::NotDone && says.contains("does not have the list's file"), "{says}");
    rig.stop().await;
}

#[tokio::test]
async fn a_list_of_before_there_were_proofs_stays_in_use_and_has_them_once_it_is_imported_again() {
    let mut rig = rig().await;
    let list = format!("{},2\n", Digest(sha256(HARMLESS)));
    // As an earlier version of the program kept it: nothing is said of a tree.
    let about = new("older", ListFormat::Sha256, false, false);
    let staged = hash_set::read(&rig.ctx, &about, list.as_bytes(), &mut |_| {}).expect("a list");
    import(&rig, "model", &list, ListFormat::Sha256, false, false).await;
    let (model, says) = newest(&rig, "model").await;
    hash_set::retire(&rig.ctx, "model").await.expect("retired");
    assert_eq!(staged.file.about.sha256, says.sha256);
    let says = HashSetStatement { name: "older".to_owned(), tree: None, ..says };
    assert!(!serde_json::to_string(&says).expect("JSON").contains("tree"));
    let row = hash_sets::row(&rig.ctx, &says, model.sealed_key).expect("a row");
    rig.ctx.store.hash_set_add(&row, &[]).await.expect("kept");
    let order = format!("{}\n{CONDITIONS}", ORDER.replace("tide bell", "tide gauge"));
    order_change(&rig.ctx, rig.case, &order, "order.toml").await.expect("entered");

    let mut device = Device::enrol(&rig).await;
    found(&rig, &mut device, "older").await;
    let (state, says) = lists_check(&report_of_case(&rig).await);
    let before = "Not shown for 1 look-up: the list was imported before the force signed such proofs.";
    assert!(state == CheckState::NotDone && says.starts_with(before), "{says}");

    import(&rig, "older", &list, ListFormat::Sha256, false, false).await;
    found(&rig, &mut device, "older").await;
    let (state, says) = lists_check(&report_of_case(&rig).await);
    assert_eq!(state, CheckState::Passed);
    assert!(says.starts_with("The entry that a look-up found stood in list older, version 2"), "{says}");
    assert!(says.contains(before), "of the first finding nothing more can be shown: {says}");
    rig.stop().await;
}

#[tokio::test]
async fn a_look_alike_is_proven_and_what_a_device_makes_up_is_not() {
    let mut rig = rig().await;
    let looks = "e3".repeat(32);
    import(&rig, "similar", &format!("{}\n{looks}\n", "1f".repeat(32)), ListFormat::Pdq, false, true).await;
    let mut device = Device::enrol(&rig).await;
    let set = device.policy.hash_sets().first().expect("named").set.sha256;
    // Two bits from the second entry.
    let near = format!("e0{}", "e3".repeat(31));
    let alike = |distance, entry| PictureListed { set, how: ListedHow::Pdq { distance }, category: 0, entry };
    for (claimed, expected) in
        [(alike(2, Some(1)), ReplayOutcome::Same), (alike(1, None), ReplayOutcome::ListingWrong)]
    {
        let seen = claim(&rig, sha256(HARMLESS), &near, claimed);
        assert_eq!(outcome(&rig, &mut device, &seen).await, Some(expected));
    }
    let made = bundle::make(&rig.ctx, &asker(), Scope::Case(rig.case), &Shown::Everything).await;
    let bytes = made.expect("made").bytes;
    let (state, says) = lists_check(&verify(&bytes, Some(&rig.trust)).expect("a bundle"));
    assert_eq!(state, CheckState::Passed);
    assert!(
        says.contains("stood in list similar, version 1")
            && says.contains("no entry that is what the device"),
        "{says}"
    );
    let files = unpack(&bytes).expect("a bundle");
    let lists = files.iter().filter(|(path, _)| path.starts_with(layout::LISTS));
    let read = lists.map(|(_, file)| serde_json::from_slice::<ListsFile>(file).expect("JSON"));
    let proofs: Vec<_> = read.flat_map(|file| file.entries).filter_map(|entry| entry.proof).collect();
    let [proof] = &proofs[..] else { panic!("{proofs:?}") };
    assert_eq!((proof.kind, proof.digest.as_str(), proof.index), (EntryKind::Pdq, looks.as_str(), 1));
    rig.stop().await;
}
