//! Findings made again: the same engine semantics over the same facts must give the same findings.

use proviso_engine::{Engine, SEMANTICS};
use proviso_model::record::{RecordBody, RecordContent};
use proviso_model::{Digest, Finding};

use super::facts::{Facts, OpenRecord, found};
use super::signed::count;
use super::{Found, Trouble};
use crate::layout;

/// What became of one exhibit.
enum Replayed {
    /// It holds no finding.
    NoFinding,
    /// So many findings came out the same.
    Same(usize),
    /// Not replayed, and why. Never "differs".
    Not(&'static str),
}

/// Evaluates every wholly opened observation again.
pub(super) fn findings(facts: &mut Facts) -> Found {
    let policies = found(&facts.policies, "policies")?;
    let exhibits = found(&facts.exhibits, "exhibits")?;
    let (mut same, mut not) = (0, Vec::new());
    for (record, exhibit) in exhibits {
        let policy = policies.get(&Digest(exhibit.header.policy_hash));
        let policy = policy.ok_or(Trouble::NotReached("records"))?;
        match replay(record, exhibit, policy)? {
            Replayed::NoFinding => {}
            Replayed::Same(findings) => same += findings,
            Replayed::Not(why) => not.push(format!("record {record} not replayed: {why}")),
        }
    }
    let mut says = format!("{} replayed to the byte.", count(same, "finding", "findings"));
    for sentence in &not {
        says.push_str(&format!(" Besides, {sentence}."));
    }
    Ok(says)
}

fn replay(
    record: &Digest,
    exhibit: &OpenRecord,
    policy: &proviso_model::Policy,
) -> Result<Replayed, Trouble> {
    if !exhibit.opened.iter().any(|field| layout::is_generated(&field.name)) {
        return Ok(Replayed::NoFinding);
    }
    if exhibit.opened.len() != exhibit.fields {
        return Ok(Replayed::Not("some of its fields are closed"));
    }
    let fields = exhibit.opened.iter().map(|field| (field.name.as_str(), field.value.as_str()));
    let content = RecordContent::from_fields(fields).map_err(|error| format!("Record {record}: {error}."))?;
    let RecordBody::Finding { captured, generated } = content.body else {
        return Err(format!("Record {record} holds generated fields and is no finding.").into());
    };
    let semantics = generated.findings.iter().map(|finding| finding.engine_semantics);
    if semantics.chain([policy.engine_semantics]).any(|semantics| semantics != SEMANTICS) {
        return Ok(Replayed::Not("it was made by an engine of other semantics than this program's"));
    }
    let engine = Engine::new(policy, Digest(exhibit.header.policy_hash))
        .map_err(|error| format!("The policy of record {record} cannot be run: {error}."))?;
    let again = engine.evaluate(&captured);
    if again.len() == generated.findings.len()
        && again.iter().zip(&generated.findings).all(|(again, sealed)| is_same(again, sealed))
    {
        return Ok(Replayed::Same(again.len()));
    }
    Err(format!("Record {record} holds findings that its facts and its policy do not give.").into())
}

/// Equal in everything but the engine's own version, which may differ while its semantics do not.
fn is_same(again: &Finding, sealed: &Finding) -> bool {
    Finding { engine: sealed.engine.clone(), ..again.clone() } == *sealed
}
