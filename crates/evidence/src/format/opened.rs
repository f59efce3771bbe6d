//! Opened fields of a record: in `captured/` what a device captured, in `generated/` what a machine concluded.

use proviso_ledger::{OpenedField, Opening};
use proviso_model::Digest;
use serde::{Deserialize, Serialize};

/// A file in `captured/` or `generated/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedFields {
    /// The record.
    pub record: Digest,
    /// A commitment for every field of the record, opened or not.
    pub commitments: Vec<Digest>,
    /// The fields shown.
    pub opened: Vec<OpenedJson>,
}

/// A field shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedJson {
    /// Its place among the commitments.
    pub index: u64,
    /// Its name.
    pub name: String,
    /// Its value, as JSON text.
    pub value: String,
    /// Its salt: 16 bytes, hexadecimal.
    pub salt: String,
}

impl OpenedFields {
    /// As a file.
    #[must_use]
    pub fn new(record: Digest, opening: &Opening) -> Self {
        let opened = opening.opened.iter().map(|field| OpenedJson {
            index: field.index,
            name: field.name.clone(),
            value: field.value.clone(),
            salt: hex::encode(field.salt),
        });
        Self {
            record,
            commitments: opening.commitments.iter().copied().map(Digest).collect(),
            opened: opened.collect(),
        }
    }

    /// As the ledger checks it; `None` when a salt is not 16 bytes.
    #[must_use]
    pub fn opening(&self) -> Option<Opening> {
        let mut opened = Vec::new();
        for field in &self.opened {
            let mut salt = [0; 16];
            hex::decode_to_slice(&field.salt, &mut salt).ok()?;
            let (name, value) = (field.name.clone(), field.value.clone());
            opened.push(OpenedField { index: field.index, name, value, salt });
        }
        Some(Opening { commitments: self.commitments.iter().map(|digest| digest.0).collect(), opened })
    }
}
