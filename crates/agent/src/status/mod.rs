//! What the running agent says of itself, and what can be said without it. Holds nothing of the order: every account on
//! the machine may read it.

use proviso_model::Timestamp;
use proviso_model::gap::GapCause;
use serde::{Deserialize, Serialize};

use crate::daemon::core_thread::CoreView;
use crate::release::Release;
use crate::sources::browser::presence::BrowserProcess;
use crate::sources::desktop::Sight;
use crate::sources::health::{ProcFs, Processes};
use crate::state_dir::{StateDir, StateError};
use crate::uplink::UplinkState;
use crate::watch::HelperView;

const STATUS: &str = "status.json";

/// An instant without its fractions, in UTC.
fn to_the_second(at: Timestamp) -> String {
    Timestamp::from_micros(at.as_micros() - at.as_micros().rem_euclid(1_000_000))
        .to_string()
        .replacen('T', " ", 1)
        .replace(".000000Z", " UTC")
}

/// Standing of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// When it was written.
    pub at: Timestamp,
    /// The agent's process.
    pub process: BrowserProcess,
    /// Whether it watches.
    pub watching: bool,
    /// Why not.
    pub why_not: Option<GapCause>,
    /// Whether the notice still has to be shown.
    pub notice_due: bool,
    /// Address of the loopback page.
    pub page: String,
    /// Last contact with the server in this run.
    pub last_contact: Option<Timestamp>,
    /// What is wrong with the contact.
    pub trouble: Option<String>,
    /// Why the server wants nothing more.
    pub revoked: Option<String>,
    /// In which way the server's log contradicts what it showed before.
    #[serde(default)]
    pub log: Option<String>,
    /// The order's monitoring has ended, and policy and keys are given up.
    #[serde(default)]
    pub release: Option<Release>,
    /// How many lists of sites the conditions in force name.
    #[serde(default)]
    pub site_lists: usize,
    /// How many of them are not on the device.
    #[serde(default)]
    pub site_lists_missing: usize,
    /// How many lists of pictures the conditions in force name.
    #[serde(default)]
    pub hash_sets: usize,
    /// How many of them are not on the device.
    #[serde(default)]
    pub hash_sets_missing: usize,
    /// What can be seen of other programs' windows.
    #[serde(default)]
    pub desktop: Sight,
    /// What the helper in the person's session sees.
    #[serde(default)]
    pub helper: HelperView,
    /// Until when another adult's session lasts at the latest.
    #[serde(default)]
    pub other_adult_until: Option<Timestamp>,
    /// Records waiting.
    pub spooled_records: u64,
    /// Their bytes.
    pub spool_bytes: u64,
    /// Serial of the policy obeyed.
    pub policy_serial: u64,
    /// The agent's version.
    pub agent_version: String,
}

impl Status {
    /// The standing as the agent's parts show it.
    #[must_use]
    pub fn of(at: Timestamp, core: &CoreView, uplink: &UplinkState, page: &str) -> Self {
        Self {
            at,
            process: ProcFs::default().process(std::process::id()),
            watching: core.standing.watching && uplink.revoked.is_none(),
            why_not: core.standing.why_not,
            notice_due: core.standing.notice_due,
            page: page.to_owned(),
            last_contact: uplink.last_contact,
            trouble: uplink.trouble.clone(),
            revoked: uplink.revoked.clone(),
            release: core.release,
            log: uplink.log.clone(),
            site_lists: core.lists.named,
            site_lists_missing: core.lists.missing,
            hash_sets: core.hash_sets.named,
            hash_sets_missing: core.hash_sets.missing,
            desktop: core.desktop.clone(),
            helper: core.helper.clone(),
            other_adult_until: core.other_adult.until,
            spooled_records: core.figures.records,
            spool_bytes: core.figures.bytes,
            policy_serial: core.standing.policy_serial,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn write(&self, dir: &StateDir) -> Result<(), StateError> {
        let bytes = serde_json::to_vec_pretty(self)
            .map_err(|source| StateError::Damaged { path: dir.status(), source })?;
        dir.write_fleeting(STATUS, &bytes)
    }

    /// What the agent that runs now last said; `None` when none runs.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn read(dir: &StateDir) -> Result<Option<Self>, StateError> {
        let status: Option<Self> = dir.read_json(STATUS)?;
        Ok(status.filter(|status| ProcFs::default().lives(&status.process)))
    }

    /// In plain words, a line each.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let mut lines = vec![if self.watching {
            "This account is monitored; the program is watching now.".to_owned()
        } else {
            let why = self.why_not.unwrap_or(GapCause::Unknown).in_words();
            format!("Nothing is being watched now: {why}.")
        }];
        if let Some(until) = self.other_adult_until {
            let until = to_the_second(until);
            lines.push(format!(
                "It goes on at {until} at the latest; it can be ended before that at {}/other-adult.",
                self.page
            ));
        }
        if self.notice_due {
            lines
                .push(format!("The notice has to be shown first: open {}/notice in the browser.", self.page));
        }
        if let Some(release) = &self.release {
            let why = release.grounds.in_words();
            lines.push(format!(
                "Monitoring on this device has ended ({why}). What waits is still sent; then the keys are deleted."
            ));
        }
        if let Some(why) = &self.revoked {
            lines.push(format!("The force has ended this device's enrolment: {why}"));
        }
        match self.last_contact {
            Some(at) => lines.push(format!("Last contact with the force's server: {}.", to_the_second(at))),
            None => lines.push("No contact with the force's server since the program started.".to_owned()),
        }
        if let Some(trouble) = &self.trouble {
            lines.push(format!("Trouble: {trouble}"));
        }
        if let Some(log) = &self.log {
            lines.push(format!("The force's record of evidence: {log}."));
        }
        lines.extend(lists_in_words("sites", "pages", self.site_lists, self.site_lists_missing));
        lines.extend(lists_in_words("pictures", "pictures", self.hash_sets, self.hash_sets_missing));
        lines.extend(windows_in_words(&self.desktop));
        lines.extend(files_in_words(&self.helper));
        lines.extend(text_in_words(&self.helper));
        lines.extend(histories_in_words(&self.helper));
        lines.push(format!(
            "Sealed records waiting to be sent: {} ({} bytes).",
            self.spooled_records, self.spool_bytes
        ));
        lines.push(format!("Notice and details: {}", self.page));
        lines
    }
}

/// What may be said of other programs' windows: nothing where there is nothing to see.
pub fn windows_in_words(sight: &Sight) -> Option<String> {
    match sight {
        Sight::Nothing => None,
        Sight::Sees => Some(
            "Windows of other programs (desktop): pictures in the one in front are looked at.".to_owned(),
        ),
        Sight::Cannot(why) => {
            Some(format!("Windows of other programs (desktop): cannot see: {why}. All else is watched."))
        }
    }
}

/// What may be said of files arriving: nothing where no condition needs them, or nobody is logged on.
pub fn files_in_words(helper: &HelperView) -> Option<String> {
    let head = "Files arriving (session)";
    match (&helper.files, helper.is_connected) {
        _ if !helper.is_needed => None,
        (_, false) => Some(format!(
            "{head}: cannot see: the helper does not run in the account's session. All else is watched."
        )),
        (Sight::Cannot(why), true) => Some(format!("{head}: cannot see all: {why}. All else is watched.")),
        (_, true) => Some(format!("{head}: pictures among them are looked at.")),
    }
}

/// The same of text in other programs.
pub fn text_in_words(helper: &HelperView) -> Option<String> {
    let head = "Text in other programs (accessibility)";
    match (&helper.text, helper.is_connected) {
        _ if !helper.is_needed_for_text => None,
        (_, false) => Some(format!(
            "{head}: cannot see: the helper does not run in the account's session. All else is watched."
        )),
        (Sight::Cannot(why), true) => Some(format!("{head}: cannot see: {why}. All else is watched.")),
        (_, true) => Some(format!("{head}: words in the window in front are looked for.")),
    }
}

/// The same of browsers' histories.
pub fn histories_in_words(helper: &HelperView) -> Option<String> {
    let head = "Browsers' histories (session)";
    match (&helper.histories, helper.is_connected) {
        _ if !helper.is_needed_for_histories => None,
        (_, false) => Some(format!(
            "{head}: cannot see: the helper does not run in the account's session. All else is watched."
        )),
        (Sight::Cannot(why), true) => Some(format!("{head}: cannot see all: {why}. All else is watched.")),
        (Sight::Sees, true) => Some(format!("{head}: their entries are counted, by day and hour.")),
        (Sight::Nothing, true) => None,
    }
}

/// What may be said of lists of one kind.
fn lists_in_words(of: &str, compared: &str, named: usize, missing: usize) -> Option<String> {
    let head = format!("Lists of {of} that {compared} are compared with: {named}");
    match (named, missing) {
        (0, _) => None,
        (_, 0) => Some(format!("{head}, all here.")),
        _ => Some(format!(
            "{head}; {missing} not here yet, so {compared} are not compared with it. All else is watched."
        )),
    }
}
