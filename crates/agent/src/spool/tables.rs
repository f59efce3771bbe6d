//! The tables of a spool and what is done to them in one transaction.

use proviso_ledger::chain::ChainLink;
use proviso_ledger::envelope::Envelope;
use proviso_model::Digest;
use proviso_model::limits::RECORD_BYTES_MAX;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::disk::SpoolFile;
use super::{Appended, Figures, SPOOL_FULL, SpoolError, io};

/// (epoch, seq) -> envelope bytes.
const RECORDS: TableDefinition<(u32, u64), &[u8]> = TableDefinition::new("records");
/// name -> JSON.
const NOTES: TableDefinition<&str, &[u8]> = TableDefinition::new("notes");
/// epoch -> (seq, hash) of the last record deleted, so that a receipt for it can still be proved.
const TAILS: TableDefinition<u32, (u64, &[u8])> = TableDefinition::new("tails");

const CHAIN: &str = "chain";

/// A named value that is kept beside the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its name.
    pub name: String,
    /// JSON.
    pub value: Vec<u8>,
}

/// A record as it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Epoch of the chain.
    pub epoch: u32,
    /// Number in it.
    pub seq: u64,
    /// The envelope's bytes, exactly as sealed.
    pub envelope: Vec<u8>,
}

/// Where the chain ends, and how much lies in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainState {
    /// Epoch.
    pub epoch: u32,
    /// Number of the next record.
    pub next_seq: u64,
    /// Hash of the last.
    pub previous: Digest,
    /// Number of the first record of an epoch.
    first_seq: u64,
    records: u64,
    bytes: u64,
}

impl From<&ChainLink> for ChainState {
    fn from(link: &ChainLink) -> Self {
        Self {
            epoch: link.epoch,
            next_seq: link.next_seq,
            previous: Digest(link.previous),
            first_seq: link.next_seq,
            records: 0,
            bytes: 0,
        }
    }
}

pub struct Store {
    database: Database,
}

impl Store {
    pub fn open(file: &dyn SpoolFile) -> Result<Self, SpoolError> {
        let database = file.open().map_err(|error| match error {
            redb::DatabaseError::DatabaseAlreadyOpen => SpoolError::InUse,
            other => lower(other),
        })?;
        Ok(Self { database })
    }

    pub fn chain(&self) -> Result<Option<ChainState>, SpoolError> {
        let Some(bytes) = self.note(CHAIN)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| SpoolError::Note(CHAIN.to_owned(), error))
    }

    /// What contradicts the chain's state, if anything does: the last record must be the one that it names.
    pub fn chain_fault(&self, chain: &ChainState) -> Result<Option<String>, SpoolError> {
        let read = self.database.begin_read().map_err(lower)?;
        let records = read.open_table(RECORDS).map_err(lower)?;
        let last = records.range((chain.epoch, 0)..=(chain.epoch, u64::MAX)).map_err(lower)?.next_back();
        let Some(last) = last else { return Ok(None) };
        let (key, value) = last.map_err(lower)?;
        let seq = key.value().1;
        let Ok(envelope) = Envelope::decode(value.value()) else {
            return Ok(Some(format!("record {seq} is not an envelope")));
        };
        let follows = seq + 1 == chain.next_seq && envelope.header.record_hash() == chain.previous.0;
        Ok((!follows).then(|| format!("record {seq} is not the one that the chain ends with")))
    }

    /// Writes the state of a chain that begins, with notes; records that are held stay counted.
    pub fn start(&self, chain: &ChainState, kept: &[Note]) -> Result<(), SpoolError> {
        let write = self.begin()?;
        {
            // Opening makes the tables.
            write.open_table(RECORDS).map_err(lower)?;
            write.open_table(TAILS).map_err(lower)?;
            let mut notes = write.open_table(NOTES).map_err(lower)?;
            let held = read_chain(&notes)?;
            let (records, bytes) = held.map_or((0, 0), |held| (held.records, held.bytes));
            put_chain(&mut notes, &ChainState { records, bytes, ..chain.clone() })?;
            put_all(&mut notes, kept)?;
        }
        write.commit().map_err(lower)
    }

    pub fn append(
        &self,
        bytes_max: u64,
        force: [u8; 16],
        device: [u8; 16],
        kept: &[Note],
        seal: &mut dyn FnMut(&ChainLink) -> Result<Envelope, String>,
    ) -> Result<Appended, SpoolError> {
        let write = self.begin()?;
        let appended = {
            let mut notes = write.open_table(NOTES).map_err(lower)?;
            let mut chain = read_chain(&notes)?.ok_or_else(|| damaged("the chain's state is missing"))?;
            let mut link = ChainLink::first(force, device, chain.epoch);
            link.next_seq = chain.next_seq;
            link.previous = chain.previous.0;
            let envelope = seal(&link).map_err(SpoolError::Seal)?;
            let record_hash = envelope.header.record_hash();
            let seq = link.next_seq;
            link.follow(&envelope.header).map_err(|error| SpoolError::Seal(error.to_string()))?;
            let bytes = envelope.encode();
            if bytes.len() > RECORD_BYTES_MAX {
                return Err(SpoolError::RecordTooLong(bytes.len()));
            }
            let bytes_after = chain.bytes.saturating_add(bytes.len() as u64);
            if bytes_after > bytes_max {
                return Err(SpoolError::Full(SPOOL_FULL));
            }
            let mut records = write.open_table(RECORDS).map_err(lower)?;
            records.insert((chain.epoch, seq), bytes.as_slice()).map_err(lower)?;
            chain.next_seq = link.next_seq;
            chain.previous = Digest(record_hash);
            chain.records += 1;
            chain.bytes = bytes_after;
            put_chain(&mut notes, &chain)?;
            put_all(&mut notes, kept)?;
            Appended { epoch: chain.epoch, seq, record_hash }
        };
        write.commit().map_err(lower)?;
        Ok(appended)
    }

    pub fn keep(&self, kept: &[Note]) -> Result<(), SpoolError> {
        let write = self.begin()?;
        put_all(&mut write.open_table(NOTES).map_err(lower)?, kept)?;
        write.commit().map_err(lower)
    }

    pub fn note(&self, name: &str) -> Result<Option<Vec<u8>>, SpoolError> {
        let read = self.database.begin_read().map_err(lower)?;
        let notes = match read.open_table(NOTES) {
            Ok(notes) => notes,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(error) => return Err(lower(error)),
        };
        Ok(notes.get(name).map_err(lower)?.map(|value| value.value().to_vec()))
    }

    pub fn batch(
        &self,
        epoch: u32,
        after: Option<u64>,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Stored>, SpoolError> {
        let from = match after.map(|seq| seq.checked_add(1)) {
            None => 0,
            Some(Some(next)) => next,
            Some(None) => return Ok(Vec::new()),
        };
        let read = self.database.begin_read().map_err(lower)?;
        let records = read.open_table(RECORDS).map_err(lower)?;
        let mut batch = Vec::new();
        let mut bytes = 0_usize;
        for entry in records.range((epoch, from)..=(epoch, u64::MAX)).map_err(lower)?.take(records_max) {
            let (key, value) = entry.map_err(lower)?;
            let envelope = value.value().to_vec();
            // Each record is preceded by its length on the wire.
            bytes = bytes.saturating_add(envelope.len() + 4);
            if bytes > bytes_max && !batch.is_empty() {
                break;
            }
            batch.push(Stored { epoch, seq: key.value().1, envelope });
        }
        Ok(batch)
    }

    pub fn epochs(&self) -> Result<Vec<(u32, u64)>, SpoolError> {
        let read = self.database.begin_read().map_err(lower)?;
        let records = read.open_table(RECORDS).map_err(lower)?;
        let mut epochs = Vec::new();
        let mut from = 0_u32;
        loop {
            let first = records.range((from, 0)..).map_err(lower)?.next();
            let Some(first) = first else { return Ok(epochs) };
            let (epoch, seq) = first.map_err(lower)?.0.value();
            epochs.push((epoch, seq));
            let Some(next) = epoch.checked_add(1) else { return Ok(epochs) };
            from = next;
        }
    }

    pub fn record_hash(&self, epoch: u32, seq: u64) -> Result<Option<[u8; 32]>, SpoolError> {
        let read = self.database.begin_read().map_err(lower)?;
        let records = read.open_table(RECORDS).map_err(lower)?;
        if let Some(value) = records.get((epoch, seq)).map_err(lower)? {
            return Ok(Some(hash_of(value.value())?));
        }
        let tails = read.open_table(TAILS).map_err(lower)?;
        let Some(tail) = tails.get(epoch).map_err(lower)? else { return Ok(None) };
        let (tail_seq, hash) = tail.value();
        Ok(if tail_seq == seq { hash.try_into().ok() } else { None })
    }

    pub fn forget_up_to(&self, epoch: u32, seq: u64) -> Result<u64, SpoolError> {
        let read = self.database.begin_read().map_err(lower)?;
        let records = read.open_table(RECORDS).map_err(lower)?;
        if records.range((epoch, 0)..=(epoch, seq)).map_err(lower)?.next().is_none() {
            return Ok(0);
        }
        drop(records);
        drop(read);
        let write = self.begin()?;
        let mut gone = 0_u64;
        {
            let mut records = write.open_table(RECORDS).map_err(lower)?;
            let mut bytes = 0_u64;
            let mut tail = None;
            let doomed = records.extract_from_if((epoch, 0)..=(epoch, seq), |_, _| true).map_err(lower)?;
            for entry in doomed {
                let (key, value) = entry.map_err(lower)?;
                gone += 1;
                bytes += value.value().len() as u64;
                tail = Some((key.value().1, hash_of(value.value())?));
            }
            if let Some((seq, hash)) = tail {
                let mut tails = write.open_table(TAILS).map_err(lower)?;
                tails.insert(epoch, (seq, hash.as_slice())).map_err(lower)?;
            }
            let mut notes = write.open_table(NOTES).map_err(lower)?;
            let mut chain = read_chain(&notes)?.ok_or_else(|| damaged("the chain's state is missing"))?;
            chain.records = chain.records.saturating_sub(gone);
            chain.bytes = chain.bytes.saturating_sub(bytes);
            put_chain(&mut notes, &chain)?;
        }
        write.commit().map_err(lower)?;
        Ok(gone)
    }

    pub fn figures(&self) -> Result<Figures, SpoolError> {
        let chain = self.chain()?.ok_or_else(|| damaged("the chain's state is missing"))?;
        Ok(Figures {
            records: chain.records,
            bytes: chain.bytes,
            epoch: chain.epoch,
            highest_seq: (chain.next_seq > chain.first_seq).then(|| chain.next_seq - 1),
        })
    }

    fn begin(&self) -> Result<WriteTransaction, SpoolError> {
        let mut write = self.database.begin_write().map_err(lower)?;
        write.set_durability(redb::Durability::Immediate).map_err(|error| damaged(&error.to_string()))?;
        Ok(write)
    }
}

type Notes<'t> = redb::Table<'t, &'static str, &'static [u8]>;

fn read_chain(notes: &Notes<'_>) -> Result<Option<ChainState>, SpoolError> {
    let Some(value) = notes.get(CHAIN).map_err(lower)? else { return Ok(None) };
    serde_json::from_slice(value.value()).map(Some).map_err(|error| SpoolError::Note(CHAIN.to_owned(), error))
}

fn put_chain(notes: &mut Notes<'_>, chain: &ChainState) -> Result<(), SpoolError> {
    let value = serde_json::to_vec(chain).map_err(|error| SpoolError::Note(CHAIN.to_owned(), error))?;
    notes.insert(CHAIN, value.as_slice()).map_err(lower)?;
    Ok(())
}

fn put_all(notes: &mut Notes<'_>, kept: &[Note]) -> Result<(), SpoolError> {
    for note in kept {
        notes.insert(note.name.as_str(), note.value.as_slice()).map_err(lower)?;
    }
    Ok(())
}

fn hash_of(envelope: &[u8]) -> Result<[u8; 32], SpoolError> {
    Envelope::decode(envelope)
        .map(|envelope| envelope.header.record_hash())
        .map_err(|error| damaged(&format!("a kept record is not an envelope: {error}")))
}

fn damaged(why: &str) -> SpoolError {
    SpoolError::Store(Box::new(redb::Error::Corrupted(why.to_owned())))
}

fn lower(error: impl Into<redb::Error>) -> SpoolError {
    match error.into() {
        redb::Error::Io(error) => io(error),
        other => SpoolError::Store(Box::new(other)),
    }
}
