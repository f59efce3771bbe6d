//! The chain of a device: each record names the one before. A missing record, a second version of one and a foreign
//! one are told apart.

use crate::envelope::Header;
use crate::hash::domain_hash;

/// Where a device's chain stands: what its next record must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainLink {
    /// The force.
    pub force: [u8; 16],
    /// The device.
    pub device: [u8; 16],
    /// The epoch; a device opens a new one when its disk was restored from an image.
    pub epoch: u32,
    /// Sequence number of the next record; the first of an epoch is 0.
    pub next_seq: u64,
    /// Hash of the record before, or the start of the epoch.
    pub previous: [u8; 32],
}

/// A record that does not continue the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Another force's record.
    #[error("the record belongs to another force")]
    WrongForce,
    /// Another device's record.
    #[error("the record belongs to another device")]
    WrongDevice,
    /// Another epoch's record.
    #[error("the record is of epoch {found}; epoch {expected} goes on")]
    WrongEpoch {
        /// The epoch of the chain.
        expected: u32,
        /// The epoch of the record.
        found: u32,
    },
    /// Records are missing before it.
    #[error("records {expected} to {} are missing before record {found}", found - 1)]
    Gap {
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// The record that the chain ends with, once more.
    #[error("record {seq} is the one that the chain already ends with")]
    Repeat {
        /// Its number.
        seq: u64,
    },
    /// A second record under the number that the chain ends with.
    #[error("there are two different records with number {seq}: the chain forks")]
    Fork {
        /// The number.
        seq: u64,
    },
    /// A number further back; only the holder of the records can tell a repeat from a fork.
    #[error("record {seq} lies behind record {next}, which is next")]
    Behind {
        /// The number that came.
        seq: u64,
        /// The number that is next.
        next: u64,
    },
    /// The right number, but it follows another record than the one held.
    #[error("record {seq} names another record before it than the one held")]
    WrongPrevious {
        /// Its number.
        seq: u64,
    },
}

impl ChainLink {
    /// The start of an epoch.
    #[must_use]
    pub fn first(force: [u8; 16], device: [u8; 16], epoch: u32) -> Self {
        let previous = domain_hash("proviso/chain/v1", &[&force, &device, &epoch.to_be_bytes()]);
        Self { force, device, epoch, next_seq: 0, previous }
    }

    /// The link that comes after a record already known to be good.
    #[must_use]
    pub fn after(header: &Header) -> Self {
        Self {
            force: header.force,
            device: header.device,
            epoch: header.epoch,
            next_seq: header.seq.saturating_add(1),
            previous: header.record_hash(),
        }
    }

    /// Moves past a record that continues the chain; stays where it is otherwise.
    ///
    /// # Errors
    /// [`ChainError`] says how the record fails to continue the chain.
    pub fn follow(&mut self, header: &Header) -> Result<(), ChainError> {
        self.check(header)?;
        *self = Self::after(header);
        Ok(())
    }

    fn check(&self, header: &Header) -> Result<(), ChainError> {
        let seq = header.seq;
        if header.force != self.force {
            return Err(ChainError::WrongForce);
        }
        if header.device != self.device {
            return Err(ChainError::WrongDevice);
        }
        if header.epoch != self.epoch {
            return Err(ChainError::WrongEpoch { expected: self.epoch, found: header.epoch });
        }
        if seq > self.next_seq {
            return Err(ChainError::Gap { expected: self.next_seq, found: seq });
        }
        if seq.checked_add(1) == Some(self.next_seq) {
            let held = header.record_hash() == self.previous;
            return Err(if held { ChainError::Repeat { seq } } else { ChainError::Fork { seq } });
        }
        if seq < self.next_seq {
            return Err(ChainError::Behind { seq, next: self.next_seq });
        }
        if header.previous != self.previous {
            return Err(ChainError::WrongPrevious { seq });
        }
        Ok(())
    }
}
