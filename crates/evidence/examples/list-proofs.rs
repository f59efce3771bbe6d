//! How long the tree over a list takes at its import, beside the rest of the import, and one proof:
//! `cargo run --release -p proviso-evidence --example list-proofs -- 400000 10000000`. Digests come from a seed.

#![expect(clippy::print_stdout, reason = "an example prints what it found")]
#![expect(clippy::disallowed_methods, reason = "a measurement")]

use std::io::Cursor;
use std::time::{Duration, Instant};

use proviso_engine::image::exact::ExactOptions;
use proviso_engine::image::keyed::{push_keyed, write_filter};
use proviso_engine::image::lists::ListEntry;
use proviso_engine::image::set::{HashSet, SetBuilder};
use proviso_evidence::entries::Entries;
use proviso_ledger::hash::sha256;
use proviso_model::PdqHash;

const KEY: [u8; 32] = [7; 32];
const PROOFS: u64 = 100;

fn digest(number: u64) -> [u8; 32] {
    sha256(&number.to_be_bytes())
}

fn set(
    push: impl FnOnce(&mut SetBuilder<Cursor<Vec<u8>>>) -> std::io::Result<()>,
) -> std::io::Result<HashSet<std::rc::Rc<[u8]>>> {
    let mut builder = SetBuilder::new(ExactOptions::default(), || Ok(Cursor::new(Vec::new())))?;
    push(&mut builder)?;
    let mut bytes = Vec::new();
    builder.finish(&mut bytes)?;
    HashSet::open(bytes.into()).map_err(std::io::Error::other)
}

fn measured(what: &str, entries: u64, of: impl Fn(u64) -> ListEntry) -> anyhow::Result<()> {
    let begun = Instant::now();
    let made = set(|builder| (0..entries).try_for_each(|number| builder.push(&of(number))))?;
    let built = begun.elapsed();
    let keyed = set(|builder| push_keyed(&made, &KEY, builder))?;
    write_filter(&keyed, std::io::sink())?;
    drop(keyed);
    let import = begun.elapsed();
    let begun = Instant::now();
    let leaves = Entries::new(&made, &KEY);
    let (tree, kept) = leaves.tree()?;
    let took = begun.elapsed();
    let mut slowest = Duration::ZERO;
    let begun = Instant::now();
    let mut hashes = 0;
    for number in 0..PROOFS {
        let one = Instant::now();
        hashes = leaves.prove(&tree, &kept, number * (tree.size - 1) / (PROOFS - 1))?.hashes.len();
        slowest = slowest.max(one.elapsed());
    }
    println!(
        "{entries} {what}: set {built:.2?}, with what devices get {import:.2?}; tree {took:.2?} ({:.1} % more), {} bytes kept; one proof {:.2?} on average, {slowest:.2?} at most, {hashes} hashes",
        100.0 * took.as_secs_f64() / import.as_secs_f64(),
        kept.len(),
        begun.elapsed() / u32::try_from(PROOFS)?,
    );
    Ok(())
}

fn main() -> anyhow::Result<()> {
    for argument in std::env::args().skip(1) {
        let entries: u64 = argument.parse()?;
        measured("SHA-256", entries, |number| ListEntry {
            sha256: Some(digest(number)),
            ..ListEntry::default()
        })?;
        measured("PDQ", entries, |number| ListEntry {
            pdq: Some(PdqHash::from_bytes(&digest(number))),
            ..ListEntry::default()
        })?;
    }
    Ok(())
}
