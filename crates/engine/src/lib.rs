//! Compiles an order to a policy and evaluates observations against it: pure and deterministic.
//!
//! Nothing here reads a file or a clock, and every figure that decides is an integer, so a finding replays to the byte
//! on any machine that runs the same [`SEMANTICS`].

pub mod attribution;
pub mod behaviour;
mod by_kind;
pub mod classify;
pub mod compile;
pub mod conversation;
pub mod coverage;
pub mod evaluate;
pub mod image;
pub mod import;
pub mod known;
pub mod lines;
pub mod model;
pub mod notice;
pub mod pack;
pub mod privilege;
pub mod search;
pub mod sites;
pub mod suggest;
pub mod suitability;
pub mod text;
pub mod visit;

pub use compile::{CompileError, CompileInputs, compile, compile_with};
pub use evaluate::{Engine, EngineError, ReadyRules};
pub use known::{KnownOrder, NotInForce, OrderVersion, Standing};
pub use pack::{Pack, PackError};

/// What findings mean. Rises with every change that could alter one: normalisation, word edges, rules, explanations, the
/// built-in search facts, the public-suffix list or the toolchain's Unicode tables. Replay only where it is equal.
pub const SEMANTICS: u32 = 7;

/// The engine's own version, as written in findings.
pub const ENGINE: &str = concat!("proviso-engine ", env!("CARGO_PKG_VERSION"));
