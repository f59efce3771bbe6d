//! Findings made again: the same engine semantics over the same facts must give the same findings.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use proviso_engine::{Engine, SEMANTICS};
use proviso_ledger::OpenedField;
use proviso_model::record::{RecordBody, RecordContent};
use proviso_model::{Digest, Finding, Policy};

use super::Found;
use super::exhibits::OpenRecord;
use super::facts::{Facts, found};
use super::signed::count;
use crate::layout;

/// Records that are named when they are not replayed; of more, the number is said.
const NAMED_MAX: usize = 10;

/// What became of one exhibit.
pub(super) enum Replayed {
    /// It shows no finding.
    NoFinding,
    /// So many findings came out the same.
    Same(usize),
    /// Not replayed, and why. Never "differs".
    Not(&'static str),
}

/// An engine for each policy, made when the first record needs it.
pub(super) struct Engines<'a>(BTreeMap<Digest, Lazy<'a>>);

/// A policy and, once it was needed, its engine, or why there can be none.
type Lazy<'a> = (&'a Policy, OnceLock<Result<Engine, String>>);

impl<'a> Engines<'a> {
    pub fn new(policies: &'a BTreeMap<Digest, Policy>) -> Self {
        Self(policies.iter().map(|(hash, policy)| (*hash, (policy, OnceLock::new()))).collect())
    }

    /// Evaluates a wholly opened observation again.
    pub fn replay(&self, exhibit: &OpenRecord) -> Result<Replayed, String> {
        let record = exhibit.record;
        if !exhibit.opened.iter().any(|field| layout::is_generated(&field.name)) {
            return Ok(Replayed::NoFinding);
        }
        const CLOSED: Replayed = Replayed::Not("some of its fields are closed");
        let closed = exhibit.fields.saturating_sub(exhibit.opened.len());
        // The bytes of a picture are always closed, and no rule reads them: findings are made again without. Which field is closed
        // is not said, so if that one was another, nothing follows from a difference.
        let may_be_bytes = closed == 1 && exhibit.opened.iter().any(is_picture);
        if closed > 0 && !may_be_bytes {
            return Ok(CLOSED);
        }
        let hash = Digest(exhibit.header.policy_hash);
        let policy = self.0.get(&hash);
        let (policy, engine) = policy.ok_or_else(|| format!("The policy of record {record} is not here."))?;
        let fields = exhibit.opened.iter().map(|field| (field.name.as_str(), field.value.as_str()));
        let content = match RecordContent::from_fields(fields) {
            Ok(content) => content,
            // Another field than the bytes is closed, and there is no observation without it.
            Err(_) if may_be_bytes => return Ok(CLOSED),
            Err(error) => return Err(format!("Record {record}: {error}.")),
        };
        let RecordBody::Finding { captured, generated } = content.body else {
            return Err(format!("Record {record} holds generated fields and is no finding."));
        };
        let semantics = generated.findings.iter().map(|finding| finding.engine_semantics);
        if semantics.chain([policy.engine_semantics]).any(|semantics| semantics != SEMANTICS) {
            return Ok(Replayed::Not("it was made by an engine of other semantics than this program's"));
        }
        let engine = engine.get_or_init(|| Engine::new(policy, hash).map_err(|error| error.to_string()));
        let engine = engine
            .as_ref()
            .map_err(|error| format!("The policy of record {record} cannot be run: {error}."))?;
        let again = engine.evaluate(&captured);
        if again.len() == generated.findings.len()
            && again.iter().zip(&generated.findings).all(|(again, sealed)| is_same(again, sealed))
        {
            return Ok(Replayed::Same(again.len()));
        }
        if may_be_bytes {
            return Ok(CLOSED);
        }
        Err(format!("Record {record} holds findings that its facts and its policy do not give."))
    }
}

fn is_picture(field: &OpenedField) -> bool {
    field.name == "body.captured.fact.kind" && field.value == "\"picture\""
}

/// Every wholly opened observation was evaluated again, with the same findings.
pub(super) fn findings(facts: &mut Facts<'_>) -> Found {
    let exhibits = found(&facts.exhibits, "exhibits")?;
    let (mut same, mut not) = (0, Vec::new());
    for (record, exhibit) in exhibits {
        match &exhibit.replayed {
            Ok(Replayed::NoFinding) => {}
            Ok(Replayed::Same(findings)) => same += findings,
            Ok(Replayed::Not(why)) => not.push(format!(" Besides, record {record} not replayed: {why}.")),
            Err(wrong) => return Err(wrong.clone().into()),
        }
    }
    let mut says = format!("{} replayed to the byte.", count(same, "finding", "findings"));
    says.extend(not.iter().take(NAMED_MAX).map(String::as_str));
    if let Some(more) = not.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        says.push_str(&format!(" And {} not replayed.", count(more, "more record was", "more records were")));
    }
    Ok(says)
}

/// Equal in everything but the engine's own version, which may differ while its semantics do not.
fn is_same(again: &Finding, sealed: &Finding) -> bool {
    Finding { engine: sealed.engine.clone(), ..again.clone() } == *sealed
}
