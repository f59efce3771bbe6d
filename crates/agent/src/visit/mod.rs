//! A visit (docs/visit.md): what paragraphs ask of a device is read once, openly, beside the person, and nothing on it is changed. What it
//! touches is in a log of its own, what it sees in a signed record, what is talked about on a page. Nothing need be installed.

mod browsers;
mod device;
mod eyes;
mod history;
mod page;
pub mod pass;
mod programs;
mod touched;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use proviso_engine::Pack;
use proviso_engine::visit::{Told, VisitRead, reads, tell};
use proviso_ledger::hash::sha256;
use proviso_model::ids::DeviceId;
use proviso_model::visit::{
    AgentFacts, SignedVisitRecord, VISIT_FORMAT, VisitFacts, VisitRecord, signed_visit_record,
};
use proviso_model::{Digest, Timestamp};

use crate::Clock;
use browsers::Asked;
use eyes::{Eyes, Unread};
use pass::Given;
use programs::Lists;
use touched::Touched;

pub use touched::TOUCHED_FILE;

/// The record's name in the folder of a visit.
pub const RECORD_FILE: &str = "visit-record.json";
/// The page's.
pub const PAGE_FILE: &str = "visit-page.html";

/// What ends a visit.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// The folder for what it writes.
    #[error("{path} cannot be written: {source}; what cannot be put on record is not looked at")]
    Output {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The folder lies on what is looked at.
    #[error(
        "{0} lies in the home that is looked at, and a visit changes nothing there; give a folder on the stick with --out"
    )]
    WithinHome(PathBuf),
    /// The order, or the facts of the program.
    #[error(transparent)]
    Order(#[from] proviso_engine::visit::VisitError),
    /// The record could not be written as JSON.
    #[error("the record cannot be written: {0}")]
    Record(#[from] serde_json::Error),
    /// The page.
    #[error("the page cannot be written: {0}")]
    Page(#[from] askama::Error),
}

/// The device and account that are looked at.
#[derive(Debug, Clone)]
pub struct Place {
    /// Root of its file system: `/`.
    pub root: PathBuf,
    /// The account.
    pub account: String,
    /// Its number.
    pub uid: u32,
    /// Its home.
    pub home: PathBuf,
    /// The monitoring program's state folder.
    pub state: PathBuf,
}

/// What a visit is made from.
pub struct VisitParts<'a> {
    /// What it goes by.
    pub given: &'a Given,
    /// What it looks at.
    pub place: &'a Place,
    /// An empty folder for what it writes, or one that it may make.
    pub out: &'a Path,
    /// What it compares with.
    pub since: Since,
    /// How long it may look, in seconds.
    pub seconds: u64,
    /// Lists of things.
    pub packs: &'a [Pack],
    /// The device's clocks.
    pub clock: &'a dyn Clock,
    /// Says on the screen what it does.
    pub say: &'a mut dyn FnMut(&str),
}

/// What a visit compares with.
#[derive(Debug, Clone, Copy)]
pub struct Since {
    /// The time.
    pub at: Timestamp,
    /// The device whose last visit it is, and what another one is compared with.
    pub of: Option<(DeviceId, Timestamp)>,
}

/// What a visit came to.
pub struct Visited {
    /// The record.
    pub record: VisitRecord,
    /// As it was written.
    pub signed: SignedVisitRecord,
}

/// A folder for copies, beside the record; it goes with the visit.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    fn within(out: &Path) -> Result<Self, VisitError> {
        let scratch = Self(out.join("copies"));
        scratch.make()?;
        Ok(scratch)
    }

    fn make(&self) -> Result<(), VisitError> {
        std::fs::create_dir(&self.0).map_err(|source| VisitError::Output { path: self.0.clone(), source })
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Removes what was copied.
    fn empty(&self) -> Result<(), VisitError> {
        std::fs::remove_dir_all(&self.0)
            .map_err(|source| VisitError::Output { path: self.0.clone(), source })?;
        self.make()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Looks, and writes record, log and page.
///
/// # Errors
/// [`VisitError`]; what had been looked at until then is in the log.
pub fn visit(parts: VisitParts<'_>) -> Result<Visited, VisitError> {
    let VisitParts { given, place, out, since, seconds, packs, clock, say } = parts;
    let started_at = clock.wall();
    let reads = reads(&given.order)?;
    prepare(out, place)?;
    let zone = TimeZone::get(&given.order.timezone).unwrap_or(TimeZone::UTC);
    let scratch = Scratch::within(out)?;
    let mut looking = Looking {
        given,
        reads,
        eyes: Eyes::new(place, clock, seconds, Touched::begin(out)?),
        scratch,
        facts: VisitFacts::default(),
        reached: BTreeSet::new(),
        since,
        started_ms: clock.awake_ms(),
        clock,
        say,
    };
    looking.look(out, packs, &zone)?;
    let Looking { eyes, facts, reached, scratch, since, .. } = looking;
    drop(scratch);
    let (since, now) = (since.at, clock.wall());
    let acts = given.acts(facts.agent.as_ref().and_then(|agent| agent.device));
    let told = Told {
        order: &given.order,
        facts: &facts,
        reached: &reached,
        since,
        now,
        packs,
        zone: &zone,
        acts: &acts,
        pauses: given.pauses(),
    };
    let told = tell(&told)?;
    let mut record = VisitRecord {
        format: VISIT_FORMAT,
        visit: given.pass.as_ref().map(|(_, pass)| pass.visit),
        pass_sha256: given.pass_sha256(),
        force: given.pass.as_ref().map(|(_, pass)| pass.force),
        case: given.pass.as_ref().map(|(_, pass)| pass.case),
        order_reference: given.order.reference.clone(),
        started_at,
        ended_at: now,
        since,
        program: concat!("proviso-agent ", env!("CARGO_PKG_VERSION")).to_owned(),
        facts,
        told,
        not_reached: eyes.not_reached,
        touched: eyes.touched.end(),
        page_sha256: Digest::default(),
    };
    let page = page::page(&record, given, &zone)?;
    record.page_sha256 = Digest(sha256(page.as_bytes()));
    let text = serde_json::to_string(&record)?;
    let signature = STANDARD.encode(given.key.sign(&signed_visit_record(&text)));
    let pass = given.pass.as_ref().map(|(signed, _)| signed.clone());
    let signed = SignedVisitRecord { record: text, signature, pass };
    write(&out.join(PAGE_FILE), page.as_bytes())?;
    write(&out.join(RECORD_FILE), &serde_json::to_vec_pretty(&signed)?)?;
    Ok(Visited { record, signed })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), VisitError> {
    let failed = |source| VisitError::Output { path: path.to_owned(), source };
    let mut file = std::fs::File::create_new(path).map_err(failed)?;
    std::io::Write::write_all(&mut file, bytes).and_then(|()| file.sync_all()).map_err(failed)
}

/// Makes the folder, outside what is looked at.
fn prepare(out: &Path, place: &Place) -> Result<(), VisitError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let failed = |source| VisitError::Output { path: out.to_owned(), source };
    // Before it is made: where it would come to lie.
    let above = out.ancestors().find_map(|above| std::fs::canonicalize(above).ok());
    let home = std::fs::canonicalize(&place.home).map_err(failed)?;
    if above.is_some_and(|above| above.starts_with(&home)) {
        return Err(VisitError::WithinHome(out.to_owned()));
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(out).map_err(failed)
}

/// A visit while it looks.
struct Looking<'a> {
    given: &'a Given,
    reads: BTreeMap<VisitRead, Vec<String>>,
    eyes: Eyes<'a>,
    scratch: Scratch,
    facts: VisitFacts,
    reached: BTreeSet<VisitRead>,
    since: Since,
    started_ms: u64,
    clock: &'a dyn Clock,
    say: &'a mut dyn FnMut(&str),
}

impl Looking<'_> {
    /// What takes long comes last, so that a visit that runs out of time has the rest.
    fn look(&mut self, out: &Path, packs: &[Pack], zone: &TimeZone) -> Result<(), VisitError> {
        if let Some(why) = self.begin(VisitRead::Device) {
            self.facts.device = Some(device::device(&mut self.eyes, &why)?);
        }
        if let Some(why) = self.begin(VisitRead::Agent) {
            let agent = device::agent(&mut self.eyes, &self.scratch, &why)?;
            self.compare_on(&agent);
            self.facts.agent = Some(agent);
        }
        if let Some(why) = self.begin(VisitRead::Accounts) {
            self.facts.accounts = Some(device::accounts(&mut self.eyes, &why)?);
        }
        let lists = Lists::of(&self.given.order.conditions, packs);
        let of_now = [VisitRead::Connections, VisitRead::Mounts, VisitRead::Storage];
        let of_now = of_now.into_iter().filter(|read| self.begin(*read).is_some()).count();
        let programs = self.begin(VisitRead::Programs);
        if of_now > 0 || programs.is_some() {
            programs::now(&mut self.eyes, &lists, &self.reads, out, &mut self.facts)?;
        }
        if let Some(why) = programs {
            programs::installed(&mut self.eyes, &lists, &why, &mut self.facts)?;
        }
        self.facts.machine.sort();
        self.facts.machine.dedup();
        self.browsers(zone)
    }

    /// On another device than the one that was visited before, the visit compares with the beginning of the order.
    fn compare_on(&mut self, agent: &AgentFacts) {
        let Some((device, beginning)) = self.since.of else { return };
        let is_other = agent.device.is_some_and(|own| own != device);
        if is_other || !(agent.is_installed || agent.has_state) {
            self.since = Since { at: beginning, of: None };
            (self.say)(
                "This is not the device of the visit before: it compares with the beginning of the order.",
            );
        }
    }

    fn browsers(&mut self, zone: &TimeZone) -> Result<(), VisitError> {
        let Some(why) = self.begin(VisitRead::Browsers) else { return Ok(()) };
        let names = self.begin(VisitRead::Names);
        let settings = [VisitRead::PrivateSettings, VisitRead::HistorySettings];
        let settings: Vec<String> =
            settings.into_iter().filter_map(|read| self.begin(read)).flatten().collect();
        let asked = Asked {
            browsers: &why,
            names: names.as_deref(),
            settings: Some(settings.as_slice()).filter(|why| !why.is_empty()),
            extension: self.reads.contains_key(&VisitRead::Agent),
        };
        let mut profiles = browsers::profiles(&mut self.eyes, &asked)?;
        if let Some(why) = self.begin(VisitRead::Histories) {
            let wanted = history::Wanted {
                conditions: &self.given.order.conditions,
                since: self.since.at,
                pauses: self.given.pauses(),
                now: self.clock.wall(),
                zone,
                why: &why,
            };
            for profile in &mut profiles {
                let read =
                    history::history(&mut self.eyes, &self.scratch, profile.form, &profile.history, &wanted);
                match read {
                    Ok(history) => profile.facts.history = Some(history),
                    Err(Unread::Absent) => {}
                    Err(unread) => {
                        profile.facts.trouble = unread.to_string();
                        self.eyes.unread(&profile.history, &why, unread)?;
                    }
                }
            }
        }
        self.facts.profiles = Some(profiles.into_iter().map(|profile| profile.facts).collect());
        Ok(())
    }

    /// Says what comes next and for which paragraphs; nothing where none asks, or the time is up.
    fn begin(&mut self, read: VisitRead) -> Option<Vec<String>> {
        let why = self.reads.get(&read)?.clone();
        let seconds = self.clock.awake_ms().saturating_sub(self.started_ms) / 1_000;
        if !self.eyes.has_time() {
            self.eyes
                .not_reached
                .push(format!("{}: the time was up after {seconds} seconds", read.in_words()));
            return None;
        }
        (self.say)(&format!("[{seconds:>3} s] {} ({})", read.in_words(), paragraphs(&why)));
        self.reached.insert(read);
        Some(why)
    }
}

/// `paragraph 4`, `paragraphs 4, 9`.
pub(crate) fn paragraphs(numbers: &[String]) -> String {
    let word = if numbers.len() == 1 { "paragraph" } else { "paragraphs" };
    format!("{word} {}", numbers.join(", "))
}
