//! The verifier: every check has a name and ends with a plain sentence, and none is skipped in silence.

mod beside;
mod coverage;
mod destroyed;
mod exhibits;
mod facts;
mod lists;
mod log;
mod people;
mod records;
mod replay;
mod signed;
mod threads;
mod withheld;

use proviso_model::wire::TrustFile;
use serde::Serialize;

use crate::container::{Contents, Source, looks_like_zip};
pub use beside::Beside;
use facts::Facts;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// It could not be made; the sentence says why.
    NotDone,
}

/// One named check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// A stable word.
    pub name: &'static str,
    /// How it ended.
    pub state: CheckState,
    /// What was found, in plain words.
    pub says: String,
}

/// What the checks come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every check passed, under a root key obtained elsewhere.
    Verified,
    /// No check failed, but no key was given: somebody could have made all of it.
    SelfConsistentOnly,
    /// No check failed, but one that was asked for could not be made.
    Undecided,
    /// A check failed.
    Failed,
}

/// The whole result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What the checks come to.
    pub verdict: Verdict,
    /// Every check, in order.
    pub checks: Vec<Check>,
    /// Fingerprint of the root key that the bundle was checked against, or that it brings itself.
    pub root_fingerprint: Option<String>,
    /// The force's name, as the manifest gives it.
    pub force_name: Option<String>,
    /// The case's reference.
    pub case_reference: Option<String>,
    /// The order's reference.
    pub order_reference: Option<String>,
    /// What an expert cannot repeat from the bundle alone.
    pub cannot_be_repeated: Vec<String>,
}

impl Report {
    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.state == CheckState::Failed)
    }
}

/// Bytes that are no zip at all, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum NotABundle {
    /// No zip.
    #[error("this is not an evidence bundle: it is not a zip file")]
    NoZip,
    /// Unreadable.
    #[error("this cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
}

/// What a check finds: a sentence, or why it fails or cannot be made.
type Found = Result<String, Trouble>;

#[derive(Debug)]
enum Trouble {
    /// The check fails.
    Fails(String),
    /// The check rests on one that failed.
    NotReached(&'static str),
    /// What would decide it is not there.
    Undecided(String),
}

impl From<String> for Trouble {
    fn from(sentence: String) -> Self {
        Self::Fails(sentence)
    }
}

impl From<&str> for Trouble {
    fn from(sentence: &str) -> Self {
        Self::Fails(sentence.to_owned())
    }
}

type CheckFn = fn(&mut Facts<'_>) -> Found;

/// In this order; later checks use what earlier ones found.
const CHECKS: [(&str, CheckFn); 18] = [
    ("manifest", signed::files_listed),
    ("force-keys", signed::force_keys),
    ("manifest-signature", signed::manifest_signature),
    ("policies", signed::policies),
    ("devices", signed::devices),
    ("records", records::signatures),
    ("chain", records::chain),
    ("exhibits", exhibits::exhibits),
    ("findings", replay::findings),
    ("checkpoint", log::checkpoint),
    ("inclusion", log::inclusion),
    ("consistency", log::consistency),
    ("custody", people::custody),
    ("destroyed", destroyed::destroyed),
    ("withheld", withheld::withheld),
    ("decisions", people::decisions),
    ("lists", lists::lists),
    ("coverage", coverage::coverage),
];

/// Checks a bundle in memory, against `trust` if there is one.
///
/// # Errors
/// [`NotABundle`] when the bytes are no zip at all.
pub fn verify(bytes: &[u8], trust: Option<&TrustFile>) -> Result<Report, NotABundle> {
    verify_source(&bytes, trust)
}

/// Checks a bundle that is read piece by piece, against `trust` if there is one. Work that is the same for many records
/// runs on all cores.
///
/// # Errors
/// [`NotABundle`] when the bytes are no zip at all, or cannot be read.
pub fn verify_source(source: &dyn Source, trust: Option<&TrustFile>) -> Result<Report, NotABundle> {
    verify_beside(source, trust, &[])
}

/// As [`verify_source`], and that the force's log is the one that `others` were shown of it.
///
/// # Errors
/// [`NotABundle`] when the bytes are no zip at all, or cannot be read.
pub fn verify_beside(
    source: &dyn Source,
    trust: Option<&TrustFile>,
    others: &[Beside<'_>],
) -> Result<Report, NotABundle> {
    let mut checks = Vec::new();
    let contents = match Contents::open(source) {
        Ok(contents) => contents,
        Err(_) if !looks_like_zip(source)? => return Err(NotABundle::NoZip),
        Err(error) => {
            checks.push(Check { name: "container", state: CheckState::Failed, says: error.to_string() });
            let rest = std::iter::once("trust").chain(CHECKS.iter().map(|(name, _)| *name));
            checks.extend(rest.map(|name| not_reached(name, "container")));
            checks.extend(others.iter().map(|other| not_reached(other.check(), "container")));
            return Ok(finish(checks, &Facts::default(), false));
        }
    };
    let says = format!("{} files, and no byte besides them.", contents.paths().count());
    checks.push(Check { name: "container", state: CheckState::Passed, says });
    let mut facts = Facts::new(contents, trust.cloned());
    checks.push(trust_check(&mut facts));
    for (name, check) in CHECKS {
        let outcome = check(&mut facts);
        checks.push(state(name, outcome));
    }
    checks.extend(others.iter().map(|other| state(other.check(), beside::compare(&facts, other))));
    Ok(finish(checks, &facts, trust.is_some()))
}

fn trust_check(facts: &mut Facts<'_>) -> Check {
    let given = facts.trust.is_some();
    match signed::root(facts) {
        Ok(says) if !given => Check { name: "trust", state: CheckState::NotDone, says },
        outcome => state("trust", outcome),
    }
}

fn state(name: &'static str, outcome: Found) -> Check {
    match outcome {
        Ok(says) => Check { name, state: CheckState::Passed, says },
        Err(Trouble::Fails(says)) => Check { name, state: CheckState::Failed, says },
        Err(Trouble::NotReached(needed)) => not_reached(name, needed),
        Err(Trouble::Undecided(says)) => Check { name, state: CheckState::NotDone, says },
    }
}

fn not_reached(name: &'static str, needed: &str) -> Check {
    let says = format!("Not checked, because the check \"{needed}\" failed.");
    Check { name, state: CheckState::NotDone, says }
}

fn finish(checks: Vec<Check>, facts: &Facts<'_>, trusted: bool) -> Report {
    let verdict = if checks.iter().any(|check| check.state == CheckState::Failed) {
        Verdict::Failed
    } else if checks.iter().any(beside::is_undecided) {
        Verdict::Undecided
    } else if trusted {
        Verdict::Verified
    } else {
        Verdict::SelfConsistentOnly
    };
    let manifest = facts.manifest.as_ref();
    Report {
        verdict,
        checks,
        root_fingerprint: facts.root.map(|key| key.fingerprint()),
        force_name: manifest.map(|manifest| manifest.force_name.clone()),
        case_reference: manifest.map(|manifest| manifest.case_reference.clone()),
        order_reference: manifest.map(|manifest| manifest.order_reference.clone()),
        cannot_be_repeated: manifest.map(|manifest| manifest.cannot_be_repeated.clone()).unwrap_or_default(),
    }
}
