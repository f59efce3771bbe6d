//! Pictures in windows of real programs on a real display, from the screen to what is sealed.

mod counting;
mod scene;
#[path = "../support/screen.rs"]
mod screen;

use std::os::unix::net::UnixListener;
use std::sync::Arc;

use proviso_agent::daemon::core_thread::Ask;
use proviso_agent::sources::browser::presence::ConnectionId;
use proviso_agent::sources::desktop::{Desktop, DesktopParts, Sight};
use proviso_agent::{Observed, TrueTime};
use proviso_engine::image::PdqHash;
use proviso_model::gap::GapCause;
use proviso_model::observation::{ListedHow, PictureElement, PictureFrom};
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::{Fact, Observation, Picture, Source};

use self::scene::{Scene, sessions, uid};
use super::listed::Machine;
use super::support::sets::{TestSet, look};
use super::support::story::Story;
use super::support::{LISTED, begun_gaps, ended_gaps, page, shown};

/// An agent that compares pictures with a list of these looks, the first of category 1.
async fn machine(looks: &[String]) -> Machine {
    let hashes: Vec<PdqHash> = looks.iter().map(|look| look.parse().expect("a hash")).collect();
    let is_alone = |one: &PdqHash| hashes.iter().filter(|other| one.distance(other) <= 31).count() == 1;
    assert!(hashes.iter().all(is_alone), "pictures that look different: {hashes:?}");
    let entries: Vec<_> = (1..).zip(looks).map(|(category, pdq)| look(pdq, category)).collect();
    Machine::with(|story: &Story| vec![TestSet::new(&story.force, 1, &entries, true)]).await
}

/// Its source of windows, on this display.
fn desktop(machine: &Machine, display: &str) -> Desktop {
    let parts = DesktopParts {
        sessions: sessions(display),
        core: machine.core.clone(),
        pictures: machine.pictures.clone(),
        time: Arc::new(TrueTime::new(Box::new(machine.story.force.clock.clone()), None)),
    };
    Desktop::start(parts).expect("a thread")
}

/// The categories in the list of all that was found, in order.
fn categories(machine: &Machine) -> Vec<u8> {
    let found = machine.findings().into_iter();
    found
        .flat_map(|(captured, _)| captured.picture.expect("a picture").listed)
        .map(|listed| listed.category)
        .collect()
}

fn picture_of(captured: &Observation) -> &Picture {
    let Fact::Picture(picture) = &captured.fact else { panic!("a picture") };
    picture
}

#[tokio::test]
async fn a_listed_picture_in_an_image_viewer_is_found_by_its_look_and_what_lies_behind_another_window_is_not_read()
 {
    let scene = Scene::begin().await;
    let pictures: Vec<_> = (1..=3).map(|number| scene.picture(number)).collect();
    let looks: Vec<String> = pictures.iter().map(|(_, pdq)| pdq.clone()).collect();
    let machine = machine(&looks).await;
    let _behind = scene.view(&pictures[0].0, "Behind").await;
    let _terminal = scene.cover().await;
    let source = desktop(&machine, &scene.display);
    machine.until(|machine| machine.core.view().borrow().desktop == Sight::Sees).await;

    let shown = scene.folder.path().join("shown.png");
    std::fs::copy(&pictures[1].0, &shown).expect("copied");
    let _viewer = scene.view(&shown, "Viewer").await;
    machine.until(|machine| machine.findings().len() == 1).await;
    let found = machine.findings();
    let (captured, findings) = &found[0];
    let picture = picture_of(captured);
    let window = picture.window.as_ref().expect("a window");
    assert_eq!(
        (captured.source, picture.element, picture.from),
        (Source::Desktop, PictureElement::Window, PictureFrom::WindowPixels)
    );
    assert_eq!((window.application.as_str(), window.width, window.height), ("Viewer", 700, 520));
    assert!(window.program.ends_with("feh") && picture.title.contains("shown.png"), "{picture:?}");
    assert_eq!(
        (picture.url.as_str(), picture.shown_width, picture.shown_height),
        ("", 640, 480),
        "no bar, no ground"
    );
    assert!(captured.attribution.foreground && captured.attribution.visible_ms >= 1_000);
    let seen = captured.picture.as_ref().expect("what was found out of it");
    assert!(matches!(seen.listed[0].how, ListedHow::Pdq { .. }) && seen.content.is_some());
    let said = &findings[0].explanation;
    for words in [
        "looks similar to entry 1 of list \"marina\"",
        "PDQ distance",
        "calls itself \"Viewer\"",
        "no file was had",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }

    // The viewer shows the next one, in the same window.
    std::fs::rename(&pictures[2].0, &shown).expect("another picture under its name");
    machine.until(|machine| machine.findings().len() == 2).await;
    assert_eq!(categories(&machine), [2, 3], "the one behind was never read");
    source.stop();
}

#[tokio::test]
async fn invariant_04_windows_of_secret_kinds_and_of_other_accounts_are_never_read() {
    let scene = Scene::begin().await;
    let (picture, _) = scene.picture(1);
    for (class, is_read) in [("Viewer", true), ("KeePassXC", false), ("Pinentry-gtk-2", false)] {
        let _viewer = scene.view(&picture, class).await;
        assert_eq!(scene.front(uid()).map(|window| window.application), is_read.then(|| class.to_owned()));
        assert_eq!(scene.front(uid() + 1), None, "{class} of another account");
    }
    for (kind, is_read) in [("_NET_WM_WINDOW_TYPE_NORMAL", true), ("_NET_WM_WINDOW_TYPE_DIALOG", false)] {
        let _window = scene.own_window(kind).await;
        assert_eq!(scene.front(uid()).is_some(), is_read, "{kind}");
    }
}

#[tokio::test]
async fn a_display_that_cannot_be_opened_is_a_gap_in_part_and_only_where_pictures_are_needed() {
    let nowhere = ":987";
    let needed = machine(&["0".repeat(64)]).await;
    let source = desktop(&needed, nowhere);
    needed.until(|machine| begun_gaps(&machine.records()).contains(&GapCause::WindowsUnseen)).await;
    let view = needed.core.view().borrow().clone();
    let Sight::Cannot(why) = &view.desktop else { panic!("it cannot be seen: {:?}", view.desktop) };
    assert!(why.contains(nowhere) && view.standing.watching, "{why}");
    let gap = needed.records().into_iter().find_map(|body| match body {
        RecordBody::Gap { gap } if gap.cause == GapCause::WindowsUnseen => Some(gap),
        _ => None,
    });
    assert_eq!(gap.map(|gap| (gap.source, gap.detail)), Some((Source::Desktop, why.clone())));
    source.stop();
}

/// A display that takes connections and says nothing.
fn silent_display() -> (UnixListener, String) {
    let folder = std::path::Path::new("/tmp/.X11-unix");
    std::fs::create_dir_all(folder).expect("a folder");
    let free = |number: &u32| {
        Some((UnixListener::bind(folder.join(format!("X{number}"))).ok()?, format!(":{number}")))
    };
    (900..999).find_map(|number| free(&number)).expect("a display that is not there")
}

#[tokio::test]
async fn invariant_01_without_a_condition_that_needs_pictures_no_display_is_opened() {
    let (display, name) = silent_display();
    let machine = machine(&["0".repeat(64)]).await;
    let source = desktop(&machine, &name);
    let display = tokio::task::spawn_blocking(move || {
        drop(display.accept().expect("it is opened where pictures are needed"));
        display
    });
    let display = display.await.expect("it goes well");
    machine.until(|machine| begun_gaps(&machine.records()).contains(&GapCause::WindowsUnseen)).await;

    // A newer policy needs pictures no more.
    let policy = machine.story.force.policy(6, 86_400);
    machine.story.keep.offer(&machine.story.force.sign(&policy)).expect("newer");
    machine.core.tell(Ask::Tick).await;
    let notice = |reply| Ask::Notice {
        shown_on: "browser",
        response: NoticeResponse::Shown,
        by: String::new(),
        reply,
    };
    assert_eq!(machine.core.ask(notice).await, Some(true), "the notice that says so is another");
    machine.until(|machine| machine.core.view().borrow().desktop == Sight::Nothing).await;
    assert!(ended_gaps(&machine.records()).contains(&GapCause::WindowsUnseen));
    display.set_nonblocking(true).expect("set");
    while display.accept().is_ok() {}
    // Whatever else happens: the source hears of it, and opens nothing.
    for n in 1..=20 {
        let observe = |reply| Ask::Observe {
            connection: ConnectionId(1),
            instance: "one".to_owned(),
            n,
            observed_at: machine.story.force.now(),
            attribution: shown(),
            fact: Box::new(page(LISTED)),
            reply,
        };
        assert_eq!(machine.core.ask(observe).await, Some(Observed::Kept));
    }
    assert!(display.accept().is_err(), "opened once more");
    source.stop();
    std::fs::remove_file(format!("/tmp/.X11-unix/X{}", name.trim_start_matches(':'))).expect("removed");
}
