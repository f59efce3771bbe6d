//! Text as rules read it: normalised with an exact way back to the original bytes, then searched for terms whose edges
//! are word edges.

mod disguise;
mod edges;
mod fold;
mod normalise;
mod offsets;
mod terms;

pub use normalise::{Normalised, normalise, normalise_term};
pub use terms::{Occurrence, TermIndex, TermIndexError};

pub(crate) use edges::joins;
pub(crate) use fold::is_ignorable;
