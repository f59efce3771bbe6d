//! Pictures from file to hash beside Pillow and Python's `pdqhash`, and from file to score beside the picture model's own Python
//! package on onnxruntime: the same files, one thread, in turn.
//!
//! `cargo bench -p proviso-inference --bench pictures_seen [-- --json]`. The peer writes the files: pictures by a formula. It
//! comes from the registry into a folder of its own (`cargo xtask bench pictures` sees to it).

#[path = "../../../engine/benches/common/mod.rs"]
mod common;
#[path = "../../../engine/benches/common/figures.rs"]
mod figures;
#[path = "../../../engine/benches/common/peer.rs"]
mod peer;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{resident_mib, timed};
use figures::Figures;
use peer::Peer;
use proviso_engine::image::{Luma, Pdq};
use proviso_inference::picture::{Picture, Pixels, decode};
use proviso_inference::{OpenNsfw, PictureModel};

type Fault = Box<dyn std::error::Error>;

const ROUNDS: usize = 5;
const HASH_RATIO_MIN: f64 = 1.5;
const SCORE_RATIO_MIN: f64 = 0.8;
const RESIDENT_MIB_MAX: f64 = 150.0;
const PER_SECOND: &str = "pictures/s";

fn main() -> Result<(), Fault> {
    let mut out = Figures::asked();
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let (files, models) = (tools.join("tmp/pictures"), tools.join("models"));
    let python = tools.join("tools/picture-peers/bin/python");
    if !python.is_file() {
        return Err(
            "the peer, which also makes the pictures, is not installed; run cargo xtask bench pictures"
                .into(),
        );
    }
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/pictures_seen/picture_peer.py");
    let mut command = Command::new(python);
    command.arg(source).arg(&files).arg(models.join("open-nsfw/open-nsfw.onnx")).stderr(Stdio::inherit());
    let mut peer = Peer::start(command.env("OMP_NUM_THREADS", "1"), "Python,")?;
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&files)?.map(|entry| Ok(entry?.path())).collect::<Result<_, Fault>>()?;
    paths.sort();
    let model = OpenNsfw::load(&[models])?.ok_or("the picture model is missing; run cargo xtask setup")?;
    let mut best = [f64::INFINITY; 4];
    for _ in 0..ROUNDS {
        let hashes =
            timed(|| each(&paths, |picture| hash(picture).map(|pdq| u64::from(pdq.quality_percent))));
        let scores = timed(|| each(&paths, |picture| Ok(model.explicit_chance(picture)?.to_bits().into())));
        hashes.1?;
        scores.1?;
        let peers = [peer.ask("hash")?.0, peer.ask("score")?.0];
        for (best, seconds) in best.iter_mut().zip([hashes.0, scores.0].into_iter().chain(peers)) {
            *best = best.min(seconds);
        }
    }
    let [hashed, scored, theirs_hashed, theirs_scored] = best.map(|seconds| paths.len() as f64 / seconds);
    for kind in ["photo.jpg", "fine.jpg", "page.jpg", "shot.png"] {
        let some: Vec<PathBuf> =
            paths.iter().filter(|path| path.to_string_lossy().ends_with(kind)).cloned().collect();
        let decoded = (0..ROUNDS).map(|_| timed(|| each(&some, |_| Ok(1))).0).fold(f64::INFINITY, f64::min);
        let both = (0..ROUNDS).map(|_| timed(|| each(&some, |picture| hash(picture).map(|_| 1))).0);
        let both = both.fold(f64::INFINITY, f64::min);
        let each = |seconds: f64| seconds * 1e3 / some.len() as f64;
        out.say(&format!(
            "{kind}: {:.2} ms to decode, {:.2} ms to hash",
            each(decoded),
            each(both - decoded)
        ))?;
    }
    out.beside(
        "pictures: file to PDQ",
        (hashed, PER_SECOND),
        (&peer.name, Some(theirs_hashed)),
        HASH_RATIO_MIN,
    )?;
    let name = "pictures: file to score, pure Rust";
    out.beside(name, (scored, PER_SECOND), (&peer.name, Some(theirs_scored)), SCORE_RATIO_MIN)?;
    let resident = resident_mib().ok_or("the system does not say what memory is held")?;
    out.alone("pictures: memory with the model, after all pictures", resident, "MiB", RESIDENT_MIB_MAX)
}

/// From file to result for all: the sum, so that nothing is left out as unused.
fn each(paths: &[PathBuf], work: impl Fn(&Picture) -> Result<u64, Fault>) -> Result<u64, Fault> {
    let one = |path: &PathBuf| work(&decode(&std::fs::read(path)?)?);
    paths.iter().try_fold(0_u64, |sum, path| Ok(sum.wrapping_add(one(path)?)))
}

fn hash(picture: &Picture) -> Result<Pdq, Fault> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let luma = match &picture.pixels {
        Pixels::Grey(pixels) => Luma::from_grey(width, height, pixels),
        Pixels::Rgb(pixels) => Luma::from_rgb(width, height, pixels),
    };
    Ok(Pdq::of(&luma.ok_or("no pixels")?))
}
