//! The device itself, its accounts, and the monitoring program on it.

use proviso_model::visit::{AccountFacts, AgentFacts, DeviceFacts};

use super::eyes::{Eyes, Unread};
use super::{Scratch, VisitError};
use crate::doctor::usual_manifests;
use crate::gaps::Alive;
use crate::identity::Identity;
use crate::sources::health::{ProcFs, Processes as _, system_from};
use crate::sources::machine::linux::PEOPLE_FROM;
use crate::spool::SpoolFile as _;
use crate::status::Status;
use crate::writer::NOTE_ALIVE;
use crate::{OnDisk, Spool};

/// From here on accounts are of services again (login.defs(5), `UID_MAX`).
const PEOPLE_UNTIL: u32 = 60_000;
/// Longest spool that is copied.
const SPOOL_BYTES_MAX: u64 = 1024 * 1024 * 1024;
const IDENTITY_BYTES_MAX: u64 = 64 * 1024;

/// Make, model, serial number, system.
pub(super) fn device(eyes: &mut Eyes<'_>, why: &[String]) -> Result<DeviceFacts, VisitError> {
    let mut line = |path: &str| -> Result<String, VisitError> {
        let path = eyes.system(path);
        let text = eyes.text(&path, why)?;
        Ok(text.trim_matches(['\0', '\n', ' ']).to_owned())
    };
    let (maker, product) = (line("sys/class/dmi/id/sys_vendor")?, line("sys/class/dmi/id/product_name")?);
    let firmware = format!("{maker} {product}").trim().to_owned();
    let model = if firmware.is_empty() { line("proc/device-tree/model")? } else { firmware };
    let (release, kernel) = (line("etc/os-release")?, line("proc/sys/kernel/osrelease")?);
    let host = line("proc/sys/kernel/hostname")?;
    let path = eyes.system("sys/class/dmi/id/product_serial");
    // Only the system's own account may read it, which is no fault worth a line on the page.
    let serial = match eyes.quietly(&path, why)? {
        Ok(bytes) => String::from_utf8_lossy(&bytes).trim().to_owned(),
        Err(_) => String::new(),
    };
    Ok(DeviceFacts { model, serial, system: system_from(&release, &kernel), host })
}

/// The account, and how many other people have one.
pub(super) fn accounts(eyes: &mut Eyes<'_>, why: &[String]) -> Result<AccountFacts, VisitError> {
    let passwd = eyes.system("etc/passwd");
    let text = eyes.text(&passwd, why)?;
    let is_person = |line: &&str| {
        let mut fields = line.split(':');
        let name = fields.next().unwrap_or_default();
        let uid = fields.nth(1).and_then(|uid| uid.parse::<u32>().ok()).unwrap_or_default();
        let shell = fields.nth(3).unwrap_or_default();
        let logs_on = !shell.ends_with("nologin") && !shell.ends_with("false");
        (PEOPLE_FROM..PEOPLE_UNTIL).contains(&uid) && logs_on && name != eyes.place().account
    };
    let others = u32::try_from(text.lines().filter(is_person).count()).unwrap_or(u32::MAX);
    Ok(AccountFacts { account: eyes.place().account.clone(), others })
}

/// What the monitoring program says of itself, and whether it is there at all.
pub(super) fn agent(
    eyes: &mut Eyes<'_>,
    scratch: &Scratch,
    why: &[String],
) -> Result<AgentFacts, VisitError> {
    let state = eyes.place().state.clone();
    let programs = ["usr/bin/proviso-agent", "usr/local/bin/proviso-agent"].map(|path| eyes.system(path));
    let mut facts = AgentFacts {
        is_installed: programs.iter().any(|path| eyes.has(path)),
        has_state: eyes.has(&state),
        ..AgentFacts::default()
    };
    let proc_fs = ProcFs::at(eyes.system("proc"));
    let status = eyes.read(&state.join("status.json"), IDENTITY_BYTES_MAX, why)?;
    let status = status.and_then(|bytes| serde_json::from_slice::<Status>(&bytes).ok());
    match status.filter(|status| proc_fs.lives(&status.process)) {
        Some(status) => {
            facts.is_running = true;
            facts.is_watching = status.watching;
            facts.version = status.agent_version;
            facts.last_contact = status.last_contact;
            facts.waiting = Some(status.spooled_records);
        }
        None if facts.has_state => spool(eyes, scratch, why, &mut facts)?,
        None => {}
    }
    let identity = eyes.read(&state.join("identity.json"), IDENTITY_BYTES_MAX, why)?;
    let identity = identity.and_then(|bytes| serde_json::from_slice::<Identity>(&bytes).ok());
    facts.device = identity.map(|identity| identity.device);
    for (browser, path) in usual_manifests() {
        let path = eyes.system(&path.to_string_lossy());
        eyes.note("look", &path, why, "whether it is there")?;
        if !eyes.has(&path) {
            facts.without_manifest.push(browser.to_owned());
        }
    }
    Ok(facts)
}

/// When a program that does not run now last did, from a copy of its spool.
fn spool(
    eyes: &mut Eyes<'_>,
    scratch: &Scratch,
    why: &[String],
    facts: &mut AgentFacts,
) -> Result<(), VisitError> {
    let path = eyes.place().state.join("spool.redb");
    let copy = scratch.file("spool.redb");
    match eyes.copy(&path, &copy, SPOOL_BYTES_MAX, why) {
        Ok(_) => {}
        Err(unread) => return eyes.unread(&path, why, unread),
    }
    let file = OnDisk::new(&copy);
    if !file.exists() {
        return Ok(());
    }
    match Spool::inspect(&file, NOTE_ALIVE) {
        Ok((figures, note)) => {
            facts.waiting = Some(figures.records);
            let alive = note.and_then(|note| serde_json::from_slice::<Alive>(&note).ok());
            facts.last_ran_at = alive.map(|alive| alive.fix.at);
            Ok(())
        }
        Err(error) => eyes.unread(&path, why, Unread::Refused(error.to_string())),
    }
}
