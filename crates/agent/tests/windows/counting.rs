//! Counting input for another adult's session, on a real display.

use std::process::Command;
use std::time::Duration;

use proviso_agent::sources::session::{Counted, Counting};
use proviso_model::InputCounts;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::screen::{Program, Screen};

fn press(display: &str, arguments: &[&str]) {
    let done = Command::new("xdotool").args(arguments).env("DISPLAY", display).status();
    assert!(done.expect("xdotool, which `cargo xtask setup` installs").success(), "{arguments:?}");
}

async fn next(counted: &mut mpsc::Receiver<Counted>) -> Option<Counted> {
    timeout(Duration::from_secs(60), counted.recv()).await.expect("within a minute")
}

#[tokio::test]
async fn keys_and_buttons_are_counted_in_whatever_program_until_counting_ends() {
    let screen = Screen::begin().await;
    let editor = Program::start(Command::new("xterm").env("DISPLAY", &screen.display));
    let (told, mut counted) = mpsc::channel(4);
    let counting = Counting::start(Some(screen.display.clone()), told).expect("a thread");
    assert_eq!(next(&mut counted).await, Some(Counted::default()), "that it can is told at once");
    press(&screen.display, &["key", "a", "b", "c", "d", "e"]);
    press(&screen.display, &["click", "1", "click", "3"]);
    let expected = InputCounts { keys: 5, pointer: 2 };
    let mut last = InputCounts::default();
    while last != expected {
        let Counted { counts, cannot } = next(&mut counted).await.expect("it counts");
        assert_eq!(cannot, None);
        assert!(last.keys <= counts.keys && counts.keys <= 5 && counts.pointer <= 2, "{counts:?}");
        last = counts;
    }
    drop(counting);
    press(&screen.display, &["key", "f"]);
    assert_eq!(next(&mut counted).await, None, "nothing is counted any more");
    drop(editor);
}

#[tokio::test]
async fn where_input_cannot_be_counted_that_is_said() {
    for (display, says) in [(None, "no display of X11"), (Some(":9999".to_owned()), "cannot be opened")] {
        let (told, mut counted) = mpsc::channel(4);
        let _counting = Counting::start(display, told).expect("a thread");
        let Counted { counts, cannot } = next(&mut counted).await.expect("an answer");
        let why = cannot.expect("a reason");
        assert!(counts == InputCounts::default() && why.contains(says), "{why}");
    }
}
