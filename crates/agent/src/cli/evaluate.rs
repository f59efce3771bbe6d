//! `evaluate`: the engine alone, offline and deterministic.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use proviso_engine::conversation::Contexts;
use proviso_engine::evaluate::evaluate_line;
use proviso_engine::{CompileInputs, Engine};
use proviso_ledger::hash::policy_hash;
use proviso_model::{Digest, Order};

pub fn evaluate(order: &Path, packs: Option<&Path>) -> anyhow::Result<bool> {
    let engine = engine(order, packs)?;
    let mut contexts = Contexts::default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut input = std::io::stdin().lock();
    let mut line = String::new();
    for number in 1_usize.. {
        let read = super::read_line(&mut input, &mut line);
        if read.with_context(|| format!("observations, line {number}"))? == 0 {
            break;
        }
        for finding in evaluate_line(&engine, &mut contexts, number, &line)? {
            writeln!(out, "{finding}")?;
        }
    }
    out.flush()?;
    Ok(true)
}

fn engine(path: &Path, packs: Option<&Path>) -> anyhow::Result<Engine> {
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
