//! Late knowledge: an order that was varied, quashed or paused, or a paragraph that was struck out, while a device could not
//! be told. What falls outside the order as known now is held unseen and counted, and erased or released after review; what
//! an officer had seen before is flagged. `docs/late-knowledge.md` says it for officers.

mod assess;
mod known;
pub mod order_end;
pub mod quarantine;
pub mod review;

use proviso_engine::CompileError;
use proviso_store::StoreError;

pub use assess::{Counted, Sorted, reassess, requeue_held};
pub use known::{Known, in_force, known};

use crate::app::officer::error::ActError;
use crate::app::packs::PackFault;
use crate::keys::KeyError;

/// The kind of a record that is held unseen, in the clear.
pub const KIND_QUARANTINED: &str = "quarantined";

/// Why the order as known now cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum LateError {
    /// A version of the order can no longer be read.
    #[error(
        "version {version} of the order of this case can no longer be read; enter the order again with admin order-change"
    )]
    Order {
        /// Which.
        version: u32,
    },
    /// Its versions together cannot be made into rules, so nobody can say what they cover.
    #[error(
        "the order of this case as known now cannot be made into rules: {0}. Its new findings wait, neither shown nor held; enter the order \
         again with admin order-change, or mend the packs"
    )]
    Rules(String),
    /// Its days or time zone cannot be used.
    #[error(transparent)]
    Days(#[from] CompileError),
    /// Keys could not be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A pack cannot be used.
    #[error(transparent)]
    Pack(#[from] PackFault),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LateError> for ActError {
    fn from(error: LateError) -> Self {
        match error {
            LateError::Store(error) => Self::Store(error),
            other => Self::Broken(other.to_string()),
        }
    }
}
