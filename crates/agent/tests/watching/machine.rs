//! What runs on the device and is plugged in, from the system's own lists to what is sealed; browsers that run without the extension.

use std::os::unix::fs::symlink;
use std::path::Path;

use proviso_agent::Observed;
use proviso_agent::sources::browser::presence::BrowserProcess;
use proviso_agent::sources::machine::linux::Linux;
use proviso_agent::sources::machine::{RunningBrowser, System, Wanted};
use proviso_model::gap::GapCause;
use proviso_model::policy::{Capture, MachineThing, PackRef, Policy, PolicyCondition, Rule};
use proviso_model::record::RecordBody;
use proviso_model::{ConditionKind, Digest, Fact, Machine, MachineWhat, Source};

use super::support::{TestForce, begun_gaps, ended_gaps};
use super::{HOUR, greet};

fn machine(what: MachineWhat, name: &str, detail: &str) -> Machine {
    Machine { what, name: name.to_owned(), detail: detail.to_owned() }
}

/// A paragraph on vaults, with a list of one program.
pub fn vaults(force: &TestForce) -> PolicyCondition {
    let mut paragraph = force.policy(1, 24 * HOUR).conditions.first().expect("a condition").clone();
    paragraph.paragraph = "11".to_owned();
    paragraph.kind = ConditionKind::NoVaults;
    paragraph.rules = vec![Rule::Machine {
        id: "machine/vault".to_owned(),
        category: "vault".to_owned(),
        pack: PackRef { name: "machine".to_owned(), version: "1".to_owned(), sha256: Digest([3; 32]) },
        things: vec![MachineThing {
            label: "a marina vault".to_owned(),
            what: MachineWhat::Program,
            names: vec!["marina-vault".to_owned()],
            strength_permille: 800,
            care: String::new(),
        }],
        declared: Vec::new(),
    }];
    paragraph
}

fn policy(force: &TestForce) -> Policy {
    let mut policy = force.policy(1, 24 * HOUR);
    policy.conditions.push(vaults(force));
    policy
}

#[test]
fn a_listed_program_is_sealed_once_a_day_and_what_no_paragraph_prohibits_is_dropped() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&policy(&force));
    let found = || {
        let body = |body| match body {
            RecordBody::Finding { captured, generated } => Some((captured, generated.findings)),
            _ => None,
        };
        force.records(&spool).into_iter().filter_map(body).collect::<Vec<_>>()
    };
    let vault = machine(MachineWhat::Program, "marina-vault", "");
    let editor = machine(MachineWhat::Program, "editor", "");
    // Nothing of the kind is captured under the paragraph: its list has programs alone.
    let stick = machine(MachineWhat::Storage, "marina-vault", "S-1");
    watcher.machine_seen(vec![editor.clone(), vault.clone(), stick], &[], "");
    let [(captured, findings)] = &found()[..] else { panic!("one finding: {:?}", found()) };
    assert_eq!((captured.source, &captured.fact), (Source::Processes, &Fact::Machine(vault.clone())));
    assert_eq!(findings[0].paragraph, "11");
    let said = &findings[0].explanation;
    assert!(said.contains("A program named \"marina-vault\" ran") && said.contains("is not known"), "{said}");

    watcher.machine_seen(vec![vault.clone()], &[], "");
    force.clock.pass(12 * HOUR);
    watcher.machine_seen(vec![vault.clone(), editor], &[], "");
    assert_eq!(found().len(), 1, "it is there still");
    let said = format!("{:?}", force.records(&spool));
    assert!(!said.contains("editor") && !said.contains("S-1"), "what nothing prohibits leaves no trace");
}

#[test]
fn a_proxy_that_the_account_s_settings_set_is_sealed_unless_the_order_declares_its_host() {
    let force = TestForce::new();
    let mut paragraph = vaults(&force);
    paragraph.kind = ConditionKind::NoHiddenConnections;
    if let Some(Rule::Machine { things, declared, .. }) = paragraph.rules.first_mut() {
        things[0].what = MachineWhat::Proxy;
        things[0].names = vec!["*".to_owned()];
        declared.push("proxy.employer.example".to_owned());
    }
    let mut policy = force.policy(1, 24 * HOUR);
    policy.conditions.push(paragraph);
    let (mut watcher, spool) = force.watching_under(&policy);
    let mark = |n| ("session a".to_owned(), n);
    let proxy = |detail: &str| machine(MachineWhat::Proxy, "gnome", detail);
    let set = vec![
        proxy("proxy.employer.example:3128"),
        proxy("127.0.0.1:9050"),
        // Of programs the helper tells nothing.
        machine(MachineWhat::Program, "marina-vault", ""),
    ];
    assert_eq!(watcher.proxies_set(&mark(1), set.clone()), Observed::Dropped);
    assert_eq!(watcher.proxies_set(&mark(1), set.clone()), Observed::Repeated);
    assert_eq!(watcher.proxies_set(&mark(2), set), Observed::Dropped);
    let told: Vec<Fact> = force
        .records(&spool)
        .into_iter()
        .filter_map(|body| match body {
            RecordBody::Finding { captured, .. } => Some(captured.fact),
            _ => None,
        })
        .collect();
    assert_eq!(told, [Fact::Machine(proxy("127.0.0.1:9050"))]);
}

#[test]
fn a_browser_without_the_extension_is_a_gap_while_it_runs_and_so_is_a_system_that_lists_nothing() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    // Of process 7 an extension has greeted.
    greet(&mut watcher, 1, true);
    let browser = |pid, ticks, name: &str, runs_ms| RunningBrowser {
        process: BrowserProcess { pid, started_ticks: ticks },
        name: name.to_owned(),
        runs_ms,
    };
    let watched = browser(7, 9, "chromium", 3_600_000);
    watcher.machine_seen(Vec::new(), &[watched.clone(), browser(8, 1, "falkon", 5_000)], "");
    assert!(!begun_gaps(&force.records(&spool)).contains(&GapCause::BrowserUnwatched), "it may be starting");
    watcher.machine_seen(Vec::new(), &[watched.clone(), browser(8, 1, "falkon", 70_000)], "");
    force.clock.pass(300);
    watcher.machine_seen(Vec::new(), &[watched], "the system hides other accounts' processes");
    let gaps: Vec<_> = force
        .records(&spool)
        .into_iter()
        .filter_map(|body| match body {
            RecordBody::Gap { gap } if gap.cause == GapCause::BrowserUnwatched => Some(gap),
            _ => None,
        })
        .collect();
    let [begun, ended] = &gaps[..] else { panic!("it began and ended: {gaps:?}") };
    assert_eq!((begun.until, begun.detail.as_str(), begun.source), (None, "falkon", Source::Browser));
    assert_eq!(ended.until.map(|until| until.millis_since(ended.from)), Some(300_000));
    assert!(begun_gaps(&force.records(&spool)).contains(&GapCause::ProgramsUnseen));
    watcher.machine_seen(Vec::new(), &[], "");
    assert!(ended_gaps(&force.records(&spool)).contains(&GapCause::ProgramsUnseen));
}

/// What may be captured: all of the device itself, or nothing of it.
fn wanted(all: bool) -> Wanted {
    let capture = Capture {
        programs: all,
        connections: all,
        mounts: all,
        storage: all,
        proxies: all,
        pages: true,
        ..Capture::default()
    };
    Wanted::of(capture)
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

fn process(root: &Path, pid: u32, parent: u32, command: &str) {
    let stat = format!("{pid} (x) S {parent} 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 100 9 9");
    put(root, &format!("{pid}/stat"), &stat);
    put(root, &format!("{pid}/cmdline"), &command.replace(' ', "\0"));
}

/// Programs, mounts and settings of the system.
fn what_runs(proc: &Path) {
    put(proc, "uptime", "500.00 100.00\n");
    process(proc, 1, 0, "/sbin/init");
    process(proc, 20, 1, "/opt/marina/marina-vault --secret-of-somebody");
    process(proc, 21, 1, "/usr/bin/python3.11 /usr/bin/marina-share");
    process(proc, 22, 1, "/usr/lib/firefox-esr/firefox-esr");
    process(proc, 23, 22, "/usr/lib/firefox-esr/firefox-esr -contentproc");
    process(proc, 24, 2, "");
    process(proc, 30, 1, "/usr/libexec/docker-desktop");
    process(proc, 31, 30, "/usr/bin/qemu-system-x86_64");
    process(proc, 32, 1, "/usr/bin/qemu-system-aarch64 -name secret");
    put(proc, "etc/environment", "https_proxy=http://me:secret@proxy.marina.example:3128\n");
    put(
        proc,
        "self/mountinfo",
        "40 37 0:50 / /home/one/Things rw - fuse.cryfs cryfs rw,user_id=0,group_id=0\n41 37 0:51 / /home/two/Things rw - fuse.cryfs cryfs rw,user_id=65123,group_id=100\n36 25 8:1 / / rw - ext4 /dev/sda1 rw\n",
    );
}

#[test]
fn linux_lists_programs_by_name_connections_by_kind_what_was_mounted_and_storage_by_its_serial_number() {
    use std::os::unix::fs::MetadataExt as _;
    let (proc, sys) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (proc, sys) = (proc.path(), sys.path());
    what_runs(proc);
    for (interface, flags, more, text) in [
        ("eth0", "0x1003", "uevent", "INTERFACE=eth0"),
        ("wg0", "0x91", "uevent", "DEVTYPE=wireguard\nINTERFACE=wg0"),
        ("wg1", "0x90", "uevent", "DEVTYPE=wireguard\nINTERFACE=wg1"),
        ("tun0", "0x1091", "tun_flags", "0x1"),
        ("vnet0", "0x1003", "tun_flags", "0x2"),
    ] {
        put(sys, &format!("class/net/{interface}/flags"), flags);
        put(sys, &format!("class/net/{interface}/{more}"), text);
    }
    put(sys, "devices/pci/usb1/1-2/serial", "S-77\n");
    put(sys, "devices/pci/usb1/1-2/1-2:1.0/block/sdb/size", "1000");
    put(sys, "devices/pci/usb1/1-2/1-2:1.0/block/sdb/removable", "1");
    put(sys, "devices/pci/usb1/1-2/1-2:1.0/block/sdb/device/vendor", "Marina  ");
    put(sys, "devices/pci/usb1/1-2/1-2:1.0/block/sdb/device/model", "Stick");
    put(sys, "devices/pci/ata1/block/sda/size", "9000");
    put(sys, "devices/pci/ata1/block/sda/removable", "0");
    std::fs::create_dir_all(sys.join("block")).expect("made");
    for (disk, at) in
        [("sda", "../devices/pci/ata1/block/sda"), ("sdb", "../devices/pci/usb1/1-2/1-2:1.0/block/sdb")]
    {
        symlink(at, sys.join("block").join(disk)).expect("linked");
    }

    let uid = std::fs::metadata(proc).expect("there").uid();
    let mut linux = Linux::at(proc, sys, uid).with_settings_in(&proc.join("etc"));
    let seen = linux.look(&wanted(true));
    let listed: Vec<(MachineWhat, &str, &str)> =
        seen.things.iter().map(|one| (one.what, one.name.as_str(), one.detail.as_str())).collect();
    use MachineWhat::{Connection, Mount, Program, Proxy, Storage};
    let expected = [
        (Program, "docker-desktop", ""),
        (Program, "firefox-esr", ""),
        (Program, "init", ""),
        (Program, "marina-share", ""),
        (Program, "marina-vault", ""),
        (Program, "python3.11", ""),
        (Program, "qemu-system-aarch64", ""),
        (Connection, "tunnel", "tun0"),
        (Connection, "wireguard", "wg0"),
        (Mount, "fuse.cryfs", "/home/one/Things"),
        (Storage, "Marina Stick", "S-77"),
        (Proxy, "system environment", "proxy.marina.example:3128"),
    ];
    assert_eq!((listed, seen.unseen.as_str()), (expected.to_vec(), ""));
    let [browser] = &seen.browsers[..] else { panic!("its first process: {:?}", seen.browsers) };
    assert_eq!((browser.process.pid, browser.name.as_str(), browser.runs_ms), (22, "firefox-esr", 499_000));

    // No paragraph is about the device itself: browsers alone are looked for, and nothing is listed.
    let seen = linux.look(&wanted(false));
    assert_eq!((seen.things.len(), seen.browsers.len()), (0, 1));

    // Another account's programs are not read; the first process hidden means that those of others are.
    let seen = Linux::at(proc, sys, uid + 60_000).look(&wanted(true));
    let is_own = uid >= 1_000;
    assert_eq!(
        seen.things.iter().any(|one| one.name == "marina-vault"),
        !is_own,
        "the system's own accounts"
    );
    std::fs::remove_dir_all(proc.join("1")).expect("removed");
    let seen = linux.look(&wanted(true));
    assert!(seen.unseen.contains("hides other accounts' processes"), "{}", seen.unseen);
}

#[test]
fn a_program_that_really_runs_is_listed_by_the_name_of_its_file() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("marina-vault");
    std::fs::copy("/bin/sleep", &program).expect("copied");
    let mut running = std::process::Command::new(&program).arg("600").spawn().expect("it runs");
    let uid = std::fs::metadata("/proc/self").expect("there").uid();
    let seen = Linux::here(uid).look(&wanted(true));
    running.kill().and_then(|()| running.wait().map(drop)).expect("ended");
    assert!(seen.things.contains(&machine(MachineWhat::Program, "marina-vault", "")), "{:?}", seen.things);
    assert!(!format!("{seen:?}").contains("600"), "what a program is told to do is not read");
}
