//! Named fields of a record, each committed to with a salt of its own, so that an exhibit can open single fields and
//! keep the rest closed, names included.

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::bytes::{Malformed, Reader};
use crate::hash::domain_hash;
use crate::limits::{ENVELOPE_BYTES_MAX, FIELD_NAME_BYTES_MAX, FIELDS_MAX};

const MAGIC: &[u8; 4] = b"PVF1";

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: String,
    value: String,
    salt: [u8; 16],
}

impl Field {
    fn commitment(&self) -> [u8; 32] {
        commitment(&self.name, &self.salt, &self.value)
    }
}

fn commitment(name: &str, salt: &[u8; 16], value: &str) -> [u8; 32] {
    domain_hash("proviso/field/v1", &[name.as_bytes(), salt, value.as_bytes()])
}

fn root_of(commitments: &[[u8; 32]]) -> [u8; 32] {
    let count = (commitments.len() as u64).to_be_bytes();
    let parts: Vec<&[u8]> =
        std::iter::once(count.as_slice()).chain(commitments.iter().map(|hash| hash.as_slice())).collect();
    domain_hash("proviso/fields/v1", &parts)
}

/// A record's fields, sorted by name, each name once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSet {
    fields: Vec<Field>,
}

impl FieldSet {
    /// Fields with new salts.
    #[must_use]
    pub fn new(rng: &mut dyn CryptoRng, fields: BTreeMap<String, String>) -> Self {
        let salted = fields.into_iter().map(|(name, value)| {
            let mut salt = [0; 16];
            rng.fill_bytes(&mut salt);
            Field { name, value, salt }
        });
        Self { fields: salted.collect() }
    }

    /// Names and values, in name order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (field.name.as_str(), field.value.as_str()))
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The hash that commits to every field and to their number.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        root_of(&self.commitments())
    }

    fn commitments(&self) -> Vec<[u8; 32]> {
        self.fields.iter().map(Field::commitment).collect()
    }

    /// Bytes to seal: `PVF1`, the number of fields, then per field name, value (each with a 64-bit length) and salt.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(MAGIC.to_vec());
        bytes.extend_from_slice(&(self.fields.len() as u64).to_be_bytes());
        for field in &self.fields {
            for text in [&field.name, &field.value] {
                bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
            bytes.extend_from_slice(&field.salt);
        }
        bytes
    }

    /// Reads what [`FieldSet::encode`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`Malformed`] for bytes that it would not have written, or above a limit.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        if &reader.array::<4>()? != MAGIC {
            return Err(reader.wrong("these are not a record's fields"));
        }
        let count = reader.length(FIELDS_MAX)?;
        let mut fields: Vec<Field> = Vec::new();
        for _ in 0..count {
            let name = reader.text(FIELD_NAME_BYTES_MAX)?.to_owned();
            if fields.last().is_some_and(|before| before.name >= name) {
                return Err(reader.wrong("fields are out of order"));
            }
            let value = reader.text(ENVELOPE_BYTES_MAX)?.to_owned();
            fields.push(Field { name, value, salt: reader.array()? });
        }
        reader.end()?;
        Ok(Self { fields })
    }

    /// Opens the fields whose names `wanted` accepts; the others stay closed.
    #[must_use]
    pub fn open(&self, wanted: impl Fn(&str) -> bool) -> Opening {
        let opened = self.fields.iter().enumerate().filter(|(_, field)| wanted(&field.name));
        Opening {
            commitments: self.commitments(),
            opened: opened
                .map(|(index, field)| OpenedField {
                    index: index as u64,
                    name: field.name.clone(),
                    value: field.value.clone(),
                    salt: field.salt,
                })
                .collect(),
        }
    }
}

/// Some fields of a record shown, the others only as commitments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// One for every field, in name order.
    pub commitments: Vec<[u8; 32]>,
    /// The fields shown, in the same order.
    pub opened: Vec<OpenedField>,
}

/// A field that is shown, with the salt that ties it to its commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedField {
    /// Its place among the commitments.
    pub index: u64,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its salt.
    pub salt: [u8; 16],
}

/// An opening that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// More commitments than a record may have fields.
    #[error("an opening has {0} fields; a record has at most {FIELDS_MAX}")]
    TooMany(usize),
    /// The places of the opened fields are not in order, or not in the record.
    #[error("field \"{0}\" is out of order or outside the record")]
    Place(String),
    /// Name, value and salt do not give the commitment at that place.
    #[error("field \"{0}\" is not the one that the device committed to")]
    Commitment(String),
}

impl Opening {
    /// The field root that follows, after every opened field is found to give its commitment.
    ///
    /// # Errors
    /// [`OpeningError`] when one does not.
    pub fn root(&self) -> Result<[u8; 32], OpeningError> {
        if self.commitments.len() > FIELDS_MAX {
            return Err(OpeningError::TooMany(self.commitments.len()));
        }
        let mut before: Option<&OpenedField> = None;
        for field in &self.opened {
            if before.is_some_and(|before| before.index >= field.index || before.name >= field.name) {
                return Err(OpeningError::Place(field.name.clone()));
            }
            let place = usize::try_from(field.index).ok().and_then(|index| self.commitments.get(index));
            let held = place.ok_or_else(|| OpeningError::Place(field.name.clone()))?;
            if *held != commitment(&field.name, &field.salt, &field.value) {
                return Err(OpeningError::Commitment(field.name.clone()));
            }
            before = Some(field);
        }
        Ok(root_of(&self.commitments))
    }
}
