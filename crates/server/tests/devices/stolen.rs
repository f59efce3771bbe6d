//! What a thief of database and blobs finds.

use proviso_server::jobs;
use proviso_store::AlertFilter;

use crate::device::Device;
use crate::facts::{finding, gap};
use crate::rig::{ORDER, Rig};

/// Everything planted: the person, the court's and the force's words, the address, the excerpt, the account, a gap's
/// detail.
const PLANTED: [&str; 9] = [
    "Test Person 014",
    "TP-014",
    "brass compass",
    "Paragraph 7 of the order requires",
    "planted-address-5281",
    "planted-excerpt-5281",
    "test-account-014",
    "Test Linux 14",
    "planted-detail-5281",
];

fn finds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn a_stolen_database_names_no_person_and_shows_no_excerpt_or_address() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let records = [device.seal(finding(&device, at)), device.seal(gap(at))];
    device.send(&rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    assert_eq!(rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read").len(), 1);
    rig.stop().await;

    // The search itself finds what is there: what was planted is in the order, an officer's name in the database.
    assert!(finds(ORDER.as_bytes(), PLANTED[0]));
    let files: Vec<_> =
        rig.stored_files().into_iter().map(|path| (std::fs::read(&path).expect("read"), path)).collect();
    assert!(files.iter().any(|(bytes, _)| finds(bytes, "test.officer.014")), "officers' names are clear");
    for (bytes, path) in files {
        for planted in PLANTED {
            assert!(!finds(&bytes, planted), "{planted} is readable in {}", path.display());
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_servers_own_account_can_read_what_it_keeps() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut rig = Rig::start().await;
    for path in rig.stored_files() {
        let mode = std::fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        let handed_out = path.file_name().is_some_and(|name| name == "trust.json");
        let folder = path.parent().expect("a folder");
        let guarded = std::fs::metadata(folder).expect("there").permissions().mode() & 0o077 == 0;
        assert!(handed_out || mode & 0o077 == 0 || guarded, "{} has mode {mode:o}", path.display());
    }
    rig.stop().await;
}
