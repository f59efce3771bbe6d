//! Pictures from file to hash beside Pillow and Python's `pdqhash`, and from file to score beside the large picture model's own
//! Python package on onnxruntime: the same files, one thread, in turn. Ours is the whole of what a device does: decode, resize,
//! the small model, and the large one where that is not sure.
//!
//! `cargo bench -p proviso-inference --bench pictures_seen [-- --json]`. The peer writes the files (`picture_peer.py` says
//! which). It comes from the registry into a folder of its own (`cargo xtask bench pictures` sees to it).

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
use proviso_inference::{Manifest, PictureModel, PictureModels, Runtime};

type Fault = Box<dyn std::error::Error>;

const ROUNDS: usize = 5;
const HASH_RATIO_MIN: f64 = 1.5;
const PURE_RATIO_MIN: f64 = 0.8;
const LIBRARY_RATIO_MIN: f64 = 1.3;
const RESIDENT_MIB_MAX: f64 = 150.0;
/// Tells a process of this bench to do nothing but look at the mix, by the library that it names, and say what it holds.
const MEMORY_VARIABLE: &str = "PROVISO_BENCH_MEMORY";
const PER_SECOND: &str = "pictures/s";

fn main() -> Result<(), Fault> {
    let mut out = Figures::asked();
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let (files, models) = (tools.join("tmp/pictures"), tools.join("models"));
    if let Some(library) = std::env::var_os(MEMORY_VARIABLE) {
        let library = Some(PathBuf::from(library)).filter(|library| library.is_file());
        return out.say(&held(&paths(&files.join("mix"))?, &models, library.as_deref())?.to_string());
    }
    let peers = tools.join("tools/picture-peers");
    let python = peers.join("bin/python");
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
    hashes(&mut out, &mut peer, &paths(&files.join("made"))?)?;
    let mix = paths(&files.join("mix"))?;
    scores(&mut out, &mut peer, &mix, &models, ("pure Rust", None, PURE_RATIO_MIN))?;
    let library = library(&peers).ok_or("the peer has no onnxruntime library")?;
    scores(&mut out, &mut peer, &mix, &models, ("onnxruntime", Some(&library), LIBRARY_RATIO_MIN))
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, Fault>>()?;
    paths.sort();
    Ok(paths)
}

/// The library that the peer runs by.
fn library(peers: &Path) -> Option<PathBuf> {
    let pythons = std::fs::read_dir(peers.join("lib")).ok()?.flatten();
    let folders = pythons.map(|python| python.path().join("site-packages/onnxruntime/capi"));
    let files = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut paths = files.map(|file| file.path());
    paths.find(|path| path.to_string_lossy().contains("/libonnxruntime.so"))
}

fn hashes(out: &mut Figures, peer: &mut Peer, paths: &[PathBuf]) -> Result<(), Fault> {
    let mut best = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        let ours = timed(|| each(paths, |picture| hash(picture).map(|pdq| u64::from(pdq.quality_percent))));
        ours.1?;
        best = [best[0].min(ours.0), best[1].min(peer.ask("hash")?.0)];
    }
    for kind in ["photo.jpg", "fine.jpg", "page.jpg", "shot.png"] {
        let some: Vec<PathBuf> =
            paths.iter().filter(|path| path.to_string_lossy().ends_with(kind)).cloned().collect();
        let decoded = quickest(|| each(&some, |_| Ok(1)))?;
        let both = quickest(|| each(&some, |picture| hash(picture).map(|_| 1)))?;
        let each = |seconds: f64| seconds * 1e3 / some.len() as f64;
        out.say(&format!(
            "{kind}: {:.2} ms to decode, {:.2} ms to hash",
            each(decoded),
            each(both - decoded)
        ))?;
    }
    let [ours, theirs] = best.map(|seconds| paths.len() as f64 / seconds);
    out.beside("pictures: file to PDQ", (ours, PER_SECOND), (&peer.name, Some(theirs)), HASH_RATIO_MIN)
}

/// All of the mix, from file to what the models say together.
fn scores(
    out: &mut Figures,
    peer: &mut Peer,
    mix: &[PathBuf],
    models: &Path,
    (what, library, ratio_min): (&str, Option<&Path>, f64),
) -> Result<(), Fault> {
    let all = all_models(models, library)?;
    let mut best = [f64::INFINITY; 2];
    let mut asked = 0;
    for _ in 0..ROUNDS {
        let look = |picture: &Picture| {
            let look = all.look(picture);
            if look.faults.is_empty() {
                Ok(look.said.len() as u64)
            } else {
                Err(look.faults.join("; ").into())
            }
        };
        let ours = timed(|| each(mix, look));
        asked = ours.1?;
        best = [best[0].min(ours.0), best[1].min(peer.ask("score")?.0)];
    }
    if let Some(fault) = all.runtime_fault() {
        return Err(fault.into());
    }
    let decoded = quickest(|| each(mix, |_| Ok(1)))?;
    let mut parts = format!("{what}: {:.2} ms to decode", decoded * 1e3 / mix.len() as f64);
    for manifest in Manifest::built_in()? {
        let (folders, runtime) = ([models.to_owned()], Runtime::find(library, &[]));
        let model = PictureModel::load(&manifest, &folders, &runtime)?.ok_or("run cargo xtask setup")?;
        let both = quickest(|| each(mix, |picture| Ok(u64::from(model.look(picture)?.explicit))))?;
        parts += &format!(", {:.2} by {}", (both - decoded) * 1e3 / mix.len() as f64, manifest.name);
    }
    let large = asked - mix.len() as u64;
    out.say(&format!("{parts}; the large one was asked for {large} of {} pictures", mix.len()))?;
    let [ours, theirs] = best.map(|seconds| mix.len() as f64 / seconds);
    let name = format!("pictures: file to score, {what}");
    out.beside(&name, (ours, PER_SECOND), (&peer.name, Some(theirs)), ratio_min)?;
    let name = format!("pictures: memory with the models, {what}");
    out.alone(&name, held_by_one(library)?, "MiB", RESIDENT_MIB_MAX)
}

/// Mebibytes that a process of its own holds once it has looked at all of the mix.
fn held_by_one(library: Option<&Path>) -> Result<f64, Fault> {
    let mut one = Command::new(std::env::current_exe()?);
    let output = one.env(MEMORY_VARIABLE, library.unwrap_or(Path::new("none"))).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn held(mix: &[PathBuf], models: &Path, library: Option<&Path>) -> Result<f64, Fault> {
    let all = all_models(models, library)?;
    each(mix, |picture| Ok(all.look(picture).said.len() as u64))?;
    Ok(resident_mib().ok_or("the system does not say what memory is held")?)
}

fn all_models(models: &Path, library: Option<&Path>) -> Result<PictureModels, Fault> {
    let wanted: Vec<String> = Manifest::built_in()?.iter().map(Manifest::reference).collect();
    Ok(PictureModels::find(vec![models.to_owned()], &wanted, Runtime::find(library, &[])))
}

/// From file to result for all: the sum, so that nothing is left out as unused.
fn each(paths: &[PathBuf], work: impl Fn(&Picture) -> Result<u64, Fault>) -> Result<u64, Fault> {
    let one = |path: &PathBuf| work(&decode(&std::fs::read(path)?)?);
    paths.iter().try_fold(0_u64, |sum, path| Ok(sum.wrapping_add(one(path)?)))
}

/// Seconds of the best round.
fn quickest(work: impl Fn() -> Result<u64, Fault>) -> Result<f64, Fault> {
    (0..ROUNDS).try_fold(f64::INFINITY, |best, _| {
        let (seconds, done) = timed(&work);
        done.map(|_| best.min(seconds))
    })
}

fn hash(picture: &Picture) -> Result<Pdq, Fault> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let luma = match &picture.pixels {
        Pixels::Grey(pixels) => Luma::from_grey(width, height, pixels),
        Pixels::Rgb(pixels) => Luma::from_rgb(width, height, pixels),
    };
    Ok(Pdq::of(&luma.ok_or("no pixels")?))
}
