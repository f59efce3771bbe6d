//! What many terms cost before a page is read: time to be made ready, and memory.

use std::process::Command;

use proviso_engine::{Engine, Pack};
use proviso_model::Policy;

use crate::common::{resident_mib, timed};
use crate::policies::{engine, every_rule, words_alone};
use crate::{Fault, observation};

/// The argument by which this program measures its own memory in a process of its own.
pub(crate) const MEMORY: &str = "--memory-of";

/// Seconds to read a pack of so many terms, compile an order with them, read the policy and make it ready.
pub(crate) fn seconds(terms: &[String]) -> Result<f64, Fault> {
    let list: Vec<String> = terms.iter().map(|term| format!("{term:?}")).collect();
    let pack = format!(
        "name = \"bench\"\nversion = \"1\"\nabout = \"\"\n[[category]]\nname = \"words\"\nabout = \"\"\n\
         threshold_permille = 1000\n[[category.group]]\nweight_permille = 400\nterms = [{}]\n",
        list.join(", ")
    );
    let (pack_seconds, read) = timed(|| Pack::from_toml(&pack));
    read?;
    let (compile_seconds, policy) = timed(|| words_alone(terms));
    let bytes = serde_json::to_vec(&policy?)?;
    let (ready_seconds, engine) = timed(|| ready(&bytes));
    engine?;
    Ok(pack_seconds + compile_seconds + ready_seconds)
}

fn ready(policy: &[u8]) -> Result<Engine, Fault> {
    let policy: Policy = serde_json::from_slice(policy)?;
    engine(&policy)
}

/// Mebibytes that a process holds which has a policy of every rule with these words and the built-in packs ready and has
/// read a page.
pub(crate) fn memory_mib(terms: &[String], page: &str) -> Result<f64, Fault> {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let paths = [folder.join("policy.json"), folder.join("page.txt")];
    std::fs::write(&paths[0], serde_json::to_vec(&every_rule(terms)?)?)?;
    std::fs::write(&paths[1], page)?;
    let output = Command::new(std::env::current_exe()?).arg(MEMORY).args(&paths).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// In that process: what it holds.
pub(crate) fn own_memory_mib(policy: &str, page: &str) -> Result<f64, Fault> {
    let packs = Pack::built_in()?;
    let engine = ready(&std::fs::read(policy)?)?;
    let findings = engine.evaluate(&observation(&std::fs::read_to_string(page)?));
    let mib = resident_mib().ok_or("no figure of memory")?;
    std::hint::black_box((packs, engine, findings));
    Ok(mib)
}
