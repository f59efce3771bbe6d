//! What happens, and what it reads as.

use std::sync::atomic::Ordering;

use proviso_agent::sources::browser::presence::ConnectionId;
use proviso_agent::sources::desktop::Sight;
use proviso_agent::watch::PictureLost;
use proviso_model::gap::GapCause;
use proviso_model::native::PictureWithout;
use proviso_model::{Fact, Machine, MachineWhat};

use super::super::support::shown;
use super::super::{HOUR, LISTED, greet, hello, page};
use super::Scene;

const DAY: i64 = 24 * HOUR;

/// Name, what happens, causes of gaps, what findings are about.
pub type Case = (&'static str, fn(&mut Scene), &'static [GapCause], &'static [&'static str]);

use GapCause::{
    AgentStopped, BrowserUnwatched, ClockJump, ClockLost, ExtensionStopped, NotInspectable, NoticeNotShown,
    PicturesDropped, PowerOff, PrivateWindowsUnseen, ProgramsUnseen, ProtocolMismatch, SpoolDamaged,
    SpoolFull, WindowsUnseen,
};

/// Of nobody's making, or of no meaning.
pub const FAULTS: [Case; 25] = [
    ("an hour of use", |scene| scene.pass(HOUR), &[], &[]),
    (
        "the power is cut and comes back",
        |scene| {
            scene.end(false);
            scene.force.clock.reboot(7 * HOUR, 40);
            scene.start();
        },
        &[PowerOff],
        &[],
    ),
    (
        "the device is switched off for the night",
        |scene| {
            scene.end(true);
            scene.force.clock.reboot(9 * HOUR, 40);
            scene.start();
        },
        &[PowerOff],
        &[],
    ),
    (
        "the battery runs down, the clock goes on",
        |scene| {
            scene.end(false);
            scene.force.clock.reboot(3 * DAY, 30);
            scene.start();
        },
        &[PowerOff],
        &[],
    ),
    (
        "the battery runs down and the clock with it",
        |scene| {
            scene.end(false);
            scene.force.clock.reboot(DAY, 30);
            scene.force.clock.set_wall(-400 * DAY);
            scene.start();
        },
        &[ClockLost, PowerOff],
        &[],
    ),
    (
        "the lid is closed for the night",
        |scene| {
            scene.force.clock.sleep(8 * HOUR);
            scene.pass(20);
        },
        &[PowerOff],
        &[],
    ),
    (
        "the lid is closed for five minutes",
        |scene| {
            scene.force.clock.sleep(300);
            scene.pass(20);
        },
        &[PowerOff],
        &[],
    ),
    (
        "it sleeps while the extension is about to speak",
        |scene| {
            scene.silence(50);
            scene.force.clock.sleep(HOUR);
            scene.pass(20);
        },
        &[PowerOff],
        &[],
    ),
    (
        "the time is put right by twenty seconds",
        |scene| {
            scene.force.clock.set_wall(20);
            scene.pass(60);
        },
        &[],
        &[],
    ),
    (
        "the time is put back by twenty seconds",
        |scene| {
            scene.force.clock.set_wall(-20);
            scene.pass(60);
        },
        &[],
        &[],
    ),
    (
        "the disk is full for a while",
        |scene| {
            scene.disk.set_full(true);
            let now = scene.force.now();
            scene.agent().observe("one", 9, now, shown(), page(LISTED));
            scene.pass(300);
            scene.disk.set_full(false);
            scene.pass(60);
        },
        &[SpoolFull],
        &[],
    ),
    (
        "the agent crashes and is started again",
        |scene| {
            scene.end(false);
            scene.force.clock.pass(6);
            scene.start();
        },
        &[AgentStopped],
        &[],
    ),
    (
        "the agent is updated",
        |scene| {
            scene.end(true);
            scene.force.clock.pass(12);
            scene.start();
        },
        &[AgentStopped],
        &[],
    ),
    (
        "the power is cut while a record is written",
        |scene| {
            let at = scene.disk.acts();
            scene.disk.fail_at(at + 2, true);
            let now = scene.force.now();
            scene.agent().observe("one", 9, now, shown(), page(LISTED));
            scene.end(false);
            scene.disk.power_cycle();
            scene.force.clock.reboot(HOUR, 40);
            scene.start();
        },
        &[PowerOff],
        &[],
    ),
    (
        "the disk fails in the middle of the spool",
        |scene| {
            scene.end(false);
            scene.disk.damage();
            scene.force.clock.reboot(HOUR, 40);
            scene.start();
        },
        &[SpoolDamaged, NoticeNotShown],
        &[],
    ),
    (
        "the browser is closed",
        |scene| {
            scene.agent().browser_closed(ConnectionId(1));
            scene.force.processes.0.store(false, Ordering::SeqCst);
            scene.silence(200);
        },
        &[],
        &[],
    ),
    (
        "the browser updates its extension",
        |scene| {
            scene.agent().browser_closed(ConnectionId(1));
            scene.force.clock.pass(3);
            hello(scene.agent(), 2);
            scene.agent().tick();
        },
        &[ExtensionStopped],
        &[],
    ),
    ("the browser hangs, and its extension with it", |scene| scene.silence(900), &[ExtensionStopped], &[]),
    (
        "an extension of another version",
        |scene| scene.agent().browser_mismatched(ConnectionId(1), (90, 91)),
        &[ProtocolMismatch],
        &[],
    ),
    (
        "a browser starts slowly",
        |scene| scene.browsers(&[(7, "chromium", HOUR as u64), (8, "firefox", 40_000)]),
        &[],
        &[],
    ),
    (
        "a session on Wayland",
        |scene| scene.agent().desktop_sees(Sight::Cannot("the session runs on Wayland".to_owned())),
        &[WindowsUnseen],
        &[],
    ),
    (
        "a display that no longer answers",
        |scene| {
            scene.agent().desktop_sees(Sight::Sees);
            scene.pass(120);
        },
        &[WindowsUnseen],
        &[],
    ),
    ("too many pictures at once", |scene| scene.lost(PictureLost::TooMany), &[PicturesDropped], &[]),
    (
        "a protected film",
        |scene| scene.lost(PictureLost::Without(PictureWithout::NotInspectable)),
        &[NotInspectable],
        &[],
    ),
    (
        "a system that hides what runs",
        |scene| scene.agent().machine_seen(Vec::new(), &[], "processes are hidden"),
        &[ProgramsUnseen],
        &[],
    ),
];

/// What somebody does.
pub const ACTS: [Case; 15] = [
    (
        "the extension is switched off",
        |scene| {
            scene.agent().browser_closed(ConnectionId(1));
            scene.silence(400);
        },
        &[ExtensionStopped],
        &["software"],
    ),
    (
        "a browser without the extension",
        |scene| scene.browsers(&[(7, "chromium", HOUR as u64), (8, "falkon", 90_000)]),
        &[BrowserUnwatched],
        &[],
    ),
    (
        "the browser started again without the extension",
        |scene| {
            scene.agent().browser_closed(ConnectionId(1));
            scene.force.processes.0.store(false, Ordering::SeqCst);
            scene.silence(60);
            scene.browsers(&[(9, "chromium", 90_000)]);
        },
        &[BrowserUnwatched],
        &[],
    ),
    (
        "a private window",
        |scene| {
            let now = scene.force.now();
            let window = Fact::PrivateWindow { browser: "chromium".to_owned() };
            scene.agent().observe("one", 1, now, shown(), window);
        },
        &[],
        &["private window"],
    ),
    (
        "the extension is kept out of private windows",
        |scene| greet(scene.agent(), 2, false),
        &[PrivateWindowsUnseen],
        &[],
    ),
    (
        "the clock is set forward by a day",
        |scene| {
            scene.force.clock.set_wall(DAY);
            scene.pass(60);
        },
        &[ClockJump],
        &[],
    ),
    (
        "the clock is set back by a day",
        |scene| {
            scene.force.clock.set_wall(-DAY);
            scene.pass(60);
        },
        &[ClockJump],
        &[],
    ),
    (
        "the clock is set forward and back again",
        |scene| {
            scene.force.clock.set_wall(DAY);
            scene.pass(60);
            scene.force.clock.set_wall(-DAY);
            scene.pass(60);
        },
        &[ClockJump],
        &[],
    ),
    (
        "the clock is set back while the device is off",
        |scene| {
            scene.end(true);
            scene.force.clock.reboot(HOUR, 40);
            scene.force.clock.set_wall(-30 * DAY);
            scene.start();
        },
        &[ClockLost, PowerOff],
        &[],
    ),
    (
        "the agent is killed and left so for an hour",
        |scene| {
            scene.end(false);
            scene.force.clock.pass(HOUR);
            scene.start();
        },
        &[AgentStopped],
        &[],
    ),
    (
        "the agent is stopped as a service",
        |scene| {
            scene.end(true);
            scene.force.clock.pass(HOUR);
            scene.start();
        },
        &[AgentStopped],
        &["software"],
    ),
    (
        "the agent is kept from starting for an hour after the machine",
        |scene| {
            scene.end(true);
            scene.force.clock.reboot(3_660, 3_600);
            scene.start();
        },
        &[AgentStopped, PowerOff],
        &[],
    ),
    (
        "a program for vaults",
        |scene| {
            let vault = Machine {
                what: MachineWhat::Program,
                name: "marina-vault".to_owned(),
                detail: String::new(),
            };
            scene.agent().machine_seen(vec![vault], &[], "");
        },
        &[],
        &["device"],
    ),
    (
        "the agent is killed three times",
        |scene| {
            for _ in 0..3 {
                scene.end(false);
                scene.force.clock.pass(120);
                scene.start();
            }
        },
        &[AgentStopped],
        &[],
    ),
    (
        "the spool is overwritten",
        |scene| {
            scene.end(true);
            scene.disk.damage();
            scene.force.clock.pass(30);
            scene.start();
        },
        &[SpoolDamaged, NoticeNotShown],
        &[],
    ),
];
