//! The policies that are measured: one rule of many words, and all that an order of every kind compiles to.

use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_model::{ConditionKind, Digest, Order, Policy};

use crate::Fault;

/// One condition with these words, each of which is enough for a finding: what plain automata are measured beside.
pub(crate) fn words_alone(terms: &[String]) -> Result<Policy, Fault> {
    policy(&["specified-words"], terms, &[])
}

/// A condition of every kind with the built-in packs, and these words: scores, stages, innocent settings, references to
/// children.
pub(crate) fn every_rule(terms: &[String]) -> Result<Policy, Fault> {
    let kinds = [
        "sexualised-chat",
        "pornography",
        "prohibited-searches",
        "specified-words",
        "no-private-browsing",
        "monitoring-software",
    ];
    policy(&kinds, terms, &Pack::built_in()?)
}

pub(crate) fn engine(policy: &Policy) -> Result<Engine, Fault> {
    Ok(Engine::new(policy, Digest([0; 32]))?)
}

fn policy(kinds: &[&str], terms: &[String], packs: &[Pack]) -> Result<Policy, Fault> {
    let mut text = "reference = \"BENCH\"\nkind = \"sro\"\nmade_on = 2026-01-01\nexpires_on = 2030-01-01\n\
                    timezone = \"Europe/London\"\n[person]\nname = \"Test Person 000\"\n[authority]\n\
                    basis = \"paragraph\"\nparagraph = \"1\"\nlegal_basis = \"bench\"\nrecorded_by = \"bench\"\n\
                    recorded_on = 2026-01-01\n"
        .to_owned();
    for (nth, kind) in kinds.iter().enumerate() {
        let words = if *kind == "specified-words" { "words = [\"bench\"]\n" } else { "" };
        text.push_str(&format!(
            "[[condition]]\nparagraph = \"{}\"\ntext = \"bench\"\nkind = \"{kind}\"\n{words}",
            nth + 1
        ));
    }
    let mut order = Order::from_toml(&text).map_err(|errors| format!("{errors:?}"))?;
    // More words than an order's file may hold, as a force's packs may.
    for condition in order.conditions.iter_mut().filter(|one| one.kind == ConditionKind::SpecifiedWords) {
        condition.words = terms.to_vec();
    }
    Ok(compile(&order, packs, &CompileInputs::offline())?)
}
