//! What one record says of time: what the store keeps of it, and what the gap ledger is reckoned from.

use crate::gap::GapCause;
use crate::observation::Source;
use crate::record::{RecordBody, RecordContent};
use crate::time::Timestamp;

/// What a record says of time, and where in its device's chain it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Epoch and number.
    pub place: (u32, u64),
    /// When it was written, by the device's clock; `None` where that is not known.
    pub recorded_at: Option<Timestamp>,
    /// What it says.
    pub said: Said,
}

/// What a record says of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    Nothing,
    /// That this was watched.
    Watched {
        /// Start.
        from: Timestamp,
        /// End.
        until: Timestamp,
        /// By whom.
        sources: Vec<Source>,
    },
    /// That this was not.
    Gap {
        /// Start.
        from: Timestamp,
        /// End; `None` while it lasts.
        until: Option<Timestamp>,
        /// What was not watched.
        source: Source,
        /// Why.
        cause: GapCause,
    },
}

impl Claim {
    /// What a record's content says of time. Watched by a clock in doubt is no watched time: its gap is told apart.
    #[must_use]
    pub fn of(place: (u32, u64), content: &RecordContent) -> Self {
        let said = match &content.body {
            RecordBody::Liveness { liveness } if !content.clock_in_doubt => Said::Watched {
                from: liveness.from,
                until: liveness.until,
                sources: liveness.sources.clone(),
            },
            RecordBody::Gap { gap } => {
                Said::Gap { from: gap.from, until: gap.until, source: gap.source, cause: gap.cause }
            }
            _ => Said::Nothing,
        };
        Self { place, recorded_at: Some(content.recorded_at), said }
    }
}
