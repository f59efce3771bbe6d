//! `evaluate`: the engine alone, offline and deterministic.

use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use proviso_engine::conversation::Contexts;
use proviso_engine::evaluate::evaluate_line;
use proviso_engine::{CompileInputs, Engine, attribution};
use proviso_ledger::hash::policy_hash;
use proviso_model::limits::POLICY_BYTES_MAX;
use proviso_model::{Digest, Observation, Order, Policy};

pub fn evaluate(engine: &Engine) -> anyhow::Result<bool> {
    let mut contexts = Contexts::default();
    each_line(|number, line| Ok(evaluate_line(engine, &mut contexts, number, line)?))
}

/// The table of attribution alone: which row decides on each observation, and what it may raise by itself.
pub fn attribute() -> anyhow::Result<bool> {
    each_line(|number, line| {
        if line.trim().is_empty() {
            return Ok(Vec::new());
        }
        let Observation { id, attribution, fact, .. } = serde_json::from_str(line).with_context(|| {
            format!("line {number} is not an observation; write one JSON object per line")
        })?;
        let said = serde_json::json!({
            "id": id,
            "act": attribution::act(&attribution, &fact),
            "row": attribution::decide(&attribution, &fact).map(|row| row.name),
            "weighs": attribution::weighs(&attribution, &fact).as_str(),
            "because": attribution::because(&attribution, &fact),
        });
        Ok(vec![said.to_string()])
    })
}

/// Says the lines that each line of observations gives.
fn each_line(mut says: impl FnMut(usize, &str) -> anyhow::Result<Vec<String>>) -> anyhow::Result<bool> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut input = std::io::stdin().lock();
    let mut line = String::new();
    for number in 1_usize.. {
        let read = super::read_line(&mut input, &mut line);
        if read.with_context(|| format!("observations, line {number}"))? == 0 {
            break;
        }
        for said in says(number, &line)? {
            writeln!(out, "{said}")?;
        }
    }
    out.flush()?;
    Ok(true)
}

/// The engine for an order or for a policy: clap sees to it that one is named.
pub fn engine(order: Option<&Path>, policy: Option<&Path>, packs: Option<&Path>) -> anyhow::Result<Engine> {
    match (order, policy) {
        (_, Some(policy)) => of_policy(policy),
        (Some(order), None) => of_order(order, packs),
        (None, None) => anyhow::bail!("name an order with --order, or a policy with --policy"),
    }
}

/// A policy as the force signed it, so that findings name the same hash.
fn of_policy(path: &Path) -> anyhow::Result<Engine> {
    let file =
        std::fs::File::open(path).with_context(|| format!("the policy {} cannot be read", path.display()))?;
    let mut bytes = Vec::new();
    file.take(POLICY_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(
        bytes.len() <= POLICY_BYTES_MAX,
        "{} is longer than a policy can be, {POLICY_BYTES_MAX} bytes; name a file of a bundle's folder policies/",
        path.display()
    );
    let policy: Policy = serde_json::from_slice(&bytes).with_context(|| {
        format!("{} is not a policy; name a file HASH.json of a bundle's folder policies/", path.display())
    })?;
    let hash = Digest(policy_hash(&bytes));
    Engine::new(&policy, hash).with_context(|| format!("{} cannot be used", path.display()))
}

fn of_order(path: &Path, packs: Option<&Path>) -> anyhow::Result<Engine> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the order {} cannot be read", path.display()))?;
    let order = Order::from_toml(&text).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(|fault| format!("{}: {fault}", path.display())).collect();
        anyhow::anyhow!("{}", faults.join("\n"))
    })?;
    let packs = super::packs::read(packs)?;
    let policy = proviso_engine::compile(&order, &packs, &CompileInputs::offline())
        .with_context(|| format!("{} cannot be compiled", path.display()))?;
    // The hash in the findings is that of a policy for nobody: the same order and packs give the same one everywhere.
    let hash = policy_hash(&serde_json::to_vec(&policy)?);
    Ok(Engine::new(&policy, Digest(hash))?)
}
