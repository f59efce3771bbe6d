//! Why a policy cannot be made ready.

use crate::SEMANTICS;
use crate::text::TermIndexError;

/// A policy that this engine cannot run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Compiled for another meaning of rules.
    #[error(
        "the policy was compiled for engine semantics {policy}, this engine has {SEMANTICS}: findings are not replayed across the two; use the engine version named in the record"
    )]
    Semantics {
        /// The policy's.
        policy: u32,
    },
    /// Terms that could not be made ready.
    #[error(transparent)]
    Terms(#[from] TermIndexError),
    /// A model that this engine does not hold.
    #[error(
        "rule {rule} of the policy needs the model {model}, which this engine does not hold; use the version that made the policy"
    )]
    UnknownModel {
        /// The rule.
        rule: String,
        /// The model.
        model: String,
    },
    /// A rule that this engine does not know.
    #[error("the policy has a rule \"{0}\" that this engine does not know; use a newer version")]
    UnknownRule(String),
    /// Stages that cannot be read.
    #[error("the stages of rule \"{rule}\" cannot be read: {problem}")]
    Stages {
        /// The rule.
        rule: String,
        /// What is wrong.
        problem: String,
    },
}
