//! What a thief of a supervised person's laptop finds in the agent's folder and log: nothing of what was seen on it.

#[path = "../../testkit/src/shared/planted.rs"]
mod planted;
mod support;

use std::collections::BTreeSet;

use planted::{Lines, Planted, files_below};
use proviso_agent::{Observed, SpoolLimits};
use proviso_model::Fact;
use proviso_model::observation::Passage;
use proviso_model::record::NoticeResponse;
use support::{LISTED, TestForce, shown};

const OBSERVATIONS: usize = 18;

fn words() -> impl Iterator<Item = String> {
    let kinds = ["excerpt", "address", "heading"];
    (0..OBSERVATIONS).flat_map(move |number| kinds.map(|kind| format!("planted-{kind}-{number:02}")))
}

fn seen(number: usize) -> Fact {
    Fact::Page {
        url: format!("https://search.example/?q={LISTED}+planted-address-{number:02}"),
        title: format!("planted-heading-{number:02}"),
        text: Passage::whole(format!("a glass of {LISTED} planted-excerpt-{number:02}")),
        cut: false,
        search: None,
    }
}

#[test]
fn a_thief_of_the_device_finds_nothing_of_what_was_seen_on_it() {
    let planted = Planted::new(words());
    assert!(planted.len() >= 50);
    let lines = Lines::default();
    let writer = lines.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();
    tracing::info!("searched for planted words from here on");

    let force = TestForce::new();
    let keep = force.enrol(24 * 3_600);
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    watcher
        .notice_shown("terminal", NoticeResponse::Acknowledged, "the supervised person")
        .expect("on record");
    for number in 0..OBSERVATIONS {
        let id = u64::try_from(number).expect("few") + 1;
        assert_eq!(watcher.observe("one", id, force.now(), shown(), seen(number)), Observed::Kept);
    }
    let sealed = force.records(&spool);
    let opened_again = serde_json::to_vec(&sealed).expect("JSON");
    assert_eq!(planted.found_in(&opened_again).len(), planted.len(), "the case key opens all of it");
    drop((watcher, spool));

    let files = files_below(force.folder.path());
    assert!(files.iter().any(|path| path.to_string_lossy().contains("spool")), "{files:?}");
    for path in files {
        let bytes = std::fs::read(&path).expect("read");
        assert_eq!(planted.found_in(&bytes), BTreeSet::new(), "in {}", path.display());
    }
    let log = lines.read();
    assert!(String::from_utf8_lossy(&log).contains("from here on"));
    assert_eq!(planted.found_in(&log), BTreeSet::new(), "in the log");
}
