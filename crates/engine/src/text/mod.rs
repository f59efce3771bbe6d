//! Text as rules read it: normalised with an exact way back to the original bytes, then searched for terms whose edges
//! are word edges.

mod blocks;
mod disguise;
mod edges;
mod fold;
mod hashes;
mod normalise;
mod offsets;
#[cfg(test)]
mod oracle;
mod reversed;
mod table;
mod terms;

pub use normalise::{Normalised, normalise, normalise_term};
pub use terms::{Occurrence, TermIndex, TermIndexError};

pub(crate) use disguise::plain_letter;
pub(crate) use edges::{is_searchable, joins};
pub(crate) use fold::is_ignorable;
