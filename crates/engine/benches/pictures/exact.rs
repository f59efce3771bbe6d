//! Files known by their digest: time of a question.

use std::fs::File;
use std::hint::black_box;
use std::io::BufWriter;
use std::path::Path;

use proviso_engine::image::exact::{DigestKind, ExactBuilder, ExactIndex, ExactOptions};

use crate::common::{elapsed, resident_mib};
use crate::figures::Figures;
use crate::hashes::Numbers;
use crate::{FOLDER, Fault};

const QUESTIONS: usize = 1_000_000;
/// Questions that are timed together: a clock takes as long as one.
const TOGETHER: usize = 50;
const MISS_NANOSECONDS_MAX: f64 = 100.0;
const HIT_NANOSECONDS_MAX: f64 = 600.0;
const BYTES_MAX: f64 = 1.4;

/// The digest at a place: looked up again without being kept.
fn digest(at: usize) -> [u8; 32] {
    let mut numbers = Numbers((at as u64).wrapping_mul(0x2545_f491_4f6c_dd1d));
    let mut digest = [0; 32];
    digest.as_chunks_mut::<8>().0.iter_mut().for_each(|word| *word = numbers.next().to_le_bytes());
    digest
}

pub(crate) fn run(out: &mut Figures, count: usize) -> Result<(), Fault> {
    let millions = count / 1_000_000;
    let folder = Path::new(FOLDER);
    let (scratch, file) = (folder.join("scratch"), folder.join("exact.index"));
    let opened = File::options().read(true).write(true).create(true).truncate(true).open(&scratch)?;
    let before = resident_mib().unwrap_or_default();
    let (seconds, counts) = elapsed(|| -> Result<_, Fault> {
        let mut builder = ExactBuilder::new(DigestKind::Sha256, ExactOptions::default(), opened);
        (0..count).try_for_each(|at| builder.push(&digest(at), 1))?;
        Ok(builder.finish(BufWriter::new(File::create(&file)?))?)
    });
    let entries = counts?.entries;
    std::fs::remove_file(&scratch)?;
    let grown = resident_mib().unwrap_or_default() - before;
    out.say(&format!("{entries} SHA-256 indexed in {seconds:.0} s, the process then {grown:.0} MiB larger"))?;
    // Read instead of mapped, for which `unsafe` would be needed: the same memory, and nothing beside it.
    let bytes = std::fs::read(&file)?;
    std::fs::remove_file(&file)?;
    let length = bytes.len();
    let index = ExactIndex::open(bytes)?;
    let (seconds, checked) = elapsed(|| index.check());
    checked?;
    out.say(&format!("{:.2} GB of file, read whole and checked in {seconds:.0} s", length as f64 / 1e9))?;
    let mut numbers = Numbers(3);
    let listed: Vec<[u8; 32]> = (0..QUESTIONS).map(|_| digest(numbers.below(count))).collect();
    let others: Vec<[u8; 32]> = (0..QUESTIONS).map(|_| digest(count + numbers.below(count * 100))).collect();
    for (questions, hits, what, most) in
        [(&others, 0, "miss", MISS_NANOSECONDS_MAX), (&listed, QUESTIONS, "hit", HIT_NANOSECONDS_MAX)]
    {
        let (nanoseconds, found) = median(questions, &index);
        if found != hits {
            return Err(format!("{found} of {QUESTIONS} were found, and {hits} are listed").into());
        }
        let name = format!("pictures: a {what} among {millions} million SHA-256, median");
        out.alone(&name, nanoseconds, "ns", most)?;
    }
    let each = index.filter_bytes() as f64 / entries as f64;
    out.alone("pictures: memory that a miss touches, an entry", each, "bytes", BYTES_MAX)
}

/// Nanoseconds of a question, the median of many, and how many were found.
fn median(questions: &[[u8; 32]], index: &ExactIndex<Vec<u8>>) -> (f64, usize) {
    let ask = |some: &[[u8; 32]]| {
        some.iter().filter(|digest| index.find(black_box(digest.as_slice())).is_some()).count()
    };
    let mut taken: Vec<(f64, usize)> = questions.chunks(TOGETHER).map(|some| elapsed(|| ask(some))).collect();
    taken.sort_by(|one, two| one.0.total_cmp(&two.0));
    let found = taken.iter().map(|(_, found)| found).sum();
    (taken.get(taken.len() / 2).map_or(0.0, |(seconds, _)| seconds * 1e9 / TOGETHER as f64), found)
}
