//! Similar pictures: queries a second on one thread.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proviso_engine::image::near::{self, NearIndex};
use proviso_engine::image::{PDQ_DISTANCE_MAX, PdqHash};

use crate::common::{elapsed, timed};
use crate::figures::Figures;
use crate::hashes::{Numbers, bytes};
use crate::peer::Peer;
use crate::{FOLDER, Fault};

const ROUNDS: usize = 3;
/// Queries that the peer answers, and ours: it is asked after more, for it is done too soon to be measured.
const QUERIES: usize = 60;
const OUR_QUERIES: usize = 3000;
/// Pairs at each distance that must be found.
const PLANTED: usize = 1000;
const RATIO_MIN: f64 = 15.0;
/// Where hashes are alike it may be as slow as comparing all.
const SKEWED_RATIO_MIN: f64 = 1.0;
const MEGABYTES_MAX: f64 = 1000.0;
const QUERIES_PER_SECOND: &str = "queries/s";

pub(crate) fn run(out: &mut Figures, count: usize) -> Result<(), Fault> {
    let millions = count / 1_000_000;
    let mut numbers = Numbers(1);
    let hashes: Vec<PdqHash> = (0..count).map(|_| numbers.hash()).collect();
    let index = indexed(out, &hashes)?;
    let name = format!("pictures: index of {millions} million PDQ hashes");
    out.alone(&name, index.1 as f64 / 1e6, "MB", MEGABYTES_MAX)?;
    let index = index.0;
    let (seconds, ()) = elapsed(|| planted(&index, &hashes, &mut numbers).expect("none is missed"));
    out.say(&format!("{PLANTED} planted pairs at each distance from 0 to 31: all found, in {seconds:.0} s"))?;
    // Half are listed nearly, half are not.
    let query = |at: usize, numbers: &mut Numbers| {
        let near = hashes.get(numbers.below(count)).copied().unwrap_or(PdqHash([0; 4]));
        let bits = if at.is_multiple_of(2) { PDQ_DISTANCE_MAX } else { 40 };
        numbers.changed(&near, bits)
    };
    let queries: Vec<PdqHash> = (0..OUR_QUERIES).map(|at| query(at, &mut numbers)).collect();
    let mut peer = faiss("even.bin", &hashes);
    let ours = ours(&index, &queries, QUERIES);
    for which in ["flat", "multi"] {
        let theirs = theirs(&mut peer, which, &queries, ours.found)?;
        let name = format!("pictures: {millions} million PDQ hashes, one thread");
        out.beside(&name, (ours.rate, QUERIES_PER_SECOND), (&theirs.0, theirs.1), RATIO_MIN)?;
    }
    drop(peer);
    skewed(out, count)
}

/// A set as lists have it: a fifth are plain pictures of few bits, two fifths copies of a thousand pictures, the rest any.
fn skewed(out: &mut Figures, count: usize) -> Result<(), Fault> {
    let mut numbers = Numbers(2);
    let centres: Vec<PdqHash> = (0..1000).map(|_| numbers.hash()).collect();
    let mut hashes: Vec<PdqHash> = (0..count)
        .map(|at| match at % 5 {
            0 => numbers.sparse_hash(5),
            1 | 2 => {
                let centre = centres.get(numbers.below(centres.len())).copied().unwrap_or(PdqHash([0; 4]));
                let bits = u32::try_from(numbers.below(40)).unwrap_or_default();
                numbers.changed(&centre, bits)
            }
            _ => numbers.hash(),
        })
        .collect();
    let asked =
        [(0, "plain pictures"), (1, "copies of one picture"), (3, "any picture")].map(|(first, what)| {
            let query = |_| {
                let hash = hashes.get(numbers.below(count / 5) * 5 + first)?;
                Some(numbers.changed(hash, 5))
            };
            (what, (0..QUERIES).filter_map(query).collect::<Vec<PdqHash>>())
        });
    // The peer would count a hash that is there twice twice.
    hashes.sort_unstable();
    hashes.dedup();
    let (index, _) = indexed(out, &hashes)?;
    let mut peer = faiss("skewed.bin", &hashes);
    for (what, queries) in asked {
        let ours = ours(&index, &queries, QUERIES);
        let theirs = theirs(&mut peer, "flat", &queries, ours.found)?;
        let each = ours.found / QUERIES as u64;
        let name = format!("pictures: skewed PDQ hashes, asked for {what}, {each} found each");
        out.beside(&name, (ours.rate, QUERIES_PER_SECOND), (&theirs.0, theirs.1), SKEWED_RATIO_MIN)?;
    }
    Ok(())
}

fn indexed(out: &mut Figures, hashes: &[PdqHash]) -> Result<(NearIndex<Vec<u8>>, usize), Fault> {
    let mut file = Vec::new();
    let entries = hashes.iter().map(|hash| (*hash, 1)).collect();
    let (seconds, counts) = elapsed(|| near::write(entries, &mut file));
    let (entries, bytes) = (counts?.entries, file.len());
    out.say(&format!(
        "{entries} different PDQ hashes indexed in {seconds:.1} s, {:.1} bytes each",
        bytes as f64 / entries as f64
    ))?;
    Ok((NearIndex::open(file)?, bytes))
}

/// Whether each of the pairs at every distance is found.
fn planted(index: &NearIndex<Vec<u8>>, hashes: &[PdqHash], numbers: &mut Numbers) -> Result<(), Fault> {
    for distance in 0..=PDQ_DISTANCE_MAX {
        for _ in 0..PLANTED {
            let hash = hashes.get(numbers.below(hashes.len())).ok_or("no hashes")?;
            let query = numbers.changed(hash, distance);
            let mut is_found = false;
            index.each_near(&query, |near| {
                is_found |= index.entry(near.place as usize).is_some_and(|(entry, _)| entry == *hash);
            });
            if !is_found {
                return Err(format!("{hash} was not found at distance {distance} from {query}").into());
            }
        }
    }
    Ok(())
}

struct Ours {
    rate: f64,
    /// By the first queries, which the peer gets too.
    found: u64,
}

fn ours(index: &NearIndex<Vec<u8>>, queries: &[PdqHash], first: usize) -> Ours {
    let count = |queries: &[PdqHash]| {
        let mut found = 0_u64;
        queries.iter().for_each(|query| index.each_near(query, |_| found += 1));
        found
    };
    let best = (0..ROUNDS).map(|_| timed(|| count(queries)).0).fold(f64::INFINITY, f64::min);
    Ours { rate: queries.len() as f64 / best, found: count(queries.get(..first).unwrap_or_default()) }
}

/// Its name and queries a second; it must find as many.
fn theirs(
    peer: &mut Result<Peer, Fault>,
    which: &str,
    queries: &[PdqHash],
    expected: u64,
) -> Result<(String, Option<f64>), Fault> {
    let peer = match peer {
        Ok(peer) => peer,
        Err(fault) => return Ok((format!("FAISS: {fault}"), None)),
    };
    let path = write("queries.bin", queries.get(..QUERIES).unwrap_or_default())?;
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let (seconds, found) = peer.ask(&format!("{which} {}", path.display()))?;
        if found != expected {
            return Err(format!("{} {which} found {found}, ours {expected}", peer.name).into());
        }
        best = best.min(seconds);
    }
    Ok((format!("{} {which}", peer.name), Some(QUERIES as f64 / best)))
}

fn faiss(name: &str, hashes: &[PdqHash]) -> Result<Peer, Fault> {
    let python = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tools/picture-peers/bin/python");
    if !python.is_file() {
        return Err("not installed; run cargo xtask bench pictures".into());
    }
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/pictures/faiss_peer.py");
    let file = write(name, hashes)?;
    Peer::start(Command::new(python).arg(source).arg(file).stderr(Stdio::null()), "FAISS")
}

fn write(name: &str, hashes: &[PdqHash]) -> Result<PathBuf, Fault> {
    let path = Path::new(FOLDER).join(name);
    std::fs::write(&path, bytes(hashes))?;
    Ok(path)
}
