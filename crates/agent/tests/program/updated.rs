//! An update that was installed runs in the place of the package's program, and is left again where it does not come up.

use std::os::unix::fs::PermissionsExt as _;

use proviso_agent::update::{Installed, Kept, Trying, program_name};
use proviso_ledger::hash::sha256;
use proviso_model::{Digest, Timestamp};

use super::{enrolled, output, words};

/// A program that says what it was started as, and ends at once, as one that is broken would.
const BROKEN: &str = "#!/bin/sh\necho \"version 99 was started with $*, by $PROVISO_LAUNCHED_BY\"\nexit 3\n";

#[test]
fn an_update_that_does_not_come_up_in_three_starts_is_left_and_one_that_was_changed_is_never_started() {
    let force = enrolled();
    let dir = force.dir();
    let digest = Digest(sha256(BROKEN.as_bytes()));
    let program = dir.file(&program_name(&digest));
    std::fs::write(&program, BROKEN).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).expect("set");
    let at = Timestamp::from_micros(0);
    let installed = Installed { version: "99.0.0".to_owned(), sha256: digest, back_from: Vec::new(), at };
    let trying = Some(Trying { installed: installed.clone(), starts: 0 });
    let kept = Kept { trying, ..Kept::default() };
    kept.store(&dir).expect("kept");

    // A port that is taken ends the package's own program at once, which shows that it ran.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let run = ["run", "--page-port", &port];
    for start in 1..=3 {
        let said = output(&dir, &run, "");
        let told = String::from_utf8_lossy(&said.stdout).into_owned();
        assert_eq!(said.status.code(), Some(3), "start {start}: {}", words(&said));
        assert!(
            told.contains(&format!("run --page-port {port}, by ")) && told.contains("proviso-agent"),
            "{told}"
        );
    }
    let said = output(&dir, &run, "");
    let own = words(&said);
    assert!(own.contains("is taken") && !own.contains("version 99"), "the package's own runs again: {own}");
    let left = Kept::load(&dir).expect("readable");
    let failed: Vec<_> = left.failed.iter().map(|failed| failed.version.as_str()).collect();
    assert_eq!((left.trying, left.good, failed), (None, None, vec!["99.0.0"]));

    let kept = Kept { good: Some(installed), ..Kept::default() };
    kept.store(&dir).expect("kept");
    std::fs::write(&program, BROKEN.replace("99", "98")).expect("changed");
    let said = words(&output(&dir, &run, ""));
    assert!(said.contains("gone or was changed") && !said.contains("was started with"), "{said}");
}
