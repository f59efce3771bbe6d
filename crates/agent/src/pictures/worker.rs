//! The process in which pictures are decoded: reads which models are asked for, a length and so many bytes, answers with a
//! line, until its input ends.

use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;

use proviso_engine::image::{Luma, Pdq};
use proviso_inference::picture::{self, PICTURE_BYTES_MAX, Picture, PictureError, Pixels};
use proviso_inference::{PictureModels, PictureSaid, Runtime};

use super::{Looked, Scored, Seen};

/// Bytes of memory that this process may take for data; more ends it, and the picture is called unreadable.
#[cfg(target_os = "linux")]
const DATA_BYTES_MAX: u64 = 256 << 20;

/// What a process that gives way adds to its niceness.
#[cfg(unix)]
const NICER: i32 = 10;

/// Bytes of the names of models that are asked for.
pub(super) const NAMES_BYTES_MAX: u64 = 4_096;

/// Where the process finds what it runs, and how it behaves.
#[derive(Debug, Default)]
pub struct WorkerSettings {
    /// Folders of models.
    pub folders: Vec<PathBuf>,
    /// The onnxruntime library, where it is not in one of them.
    pub onnxruntime: Option<PathBuf>,
    /// Everything else on the machine goes first.
    pub gives_way: bool,
}

/// Answers until `input` ends. Models are looked for when the first picture comes that they are asked for.
///
/// # Errors
/// What reading or writing says. A model that is there and cannot be used is said with each picture: hashing goes on.
pub fn serve(
    input: &mut impl Read,
    output: &mut impl Write,
    settings: &WorkerSettings,
) -> anyhow::Result<()> {
    bound_memory();
    #[cfg(unix)]
    if settings.gives_way {
        // Where the system refuses, it is done at the usual priority.
        let _ = rustix::process::nice(NICER);
    }
    let mut loaded: Option<(Vec<String>, PictureModels)> = None;
    while let Some((wanted, bytes)) = next(input)? {
        if !wanted.is_empty() && loaded.as_ref().is_none_or(|(models, _)| *models != wanted) {
            let runtime = Runtime::find(settings.onnxruntime.as_deref(), &settings.folders);
            let models = PictureModels::find(settings.folders.clone(), &wanted, runtime);
            loaded = Some((wanted.clone(), models));
        }
        let models = loaded.as_ref().filter(|_| !wanted.is_empty());
        let looked = look(&bytes, models.map(|(_, models)| models));
        writeln!(output, "{}", serde_json::to_string(&looked)?)?;
        output.flush()?;
    }
    Ok(())
}

/// The next picture and the models that are asked for, unless the input has ended.
fn next(input: &mut impl Read) -> anyhow::Result<Option<(Vec<String>, Vec<u8>)>> {
    let Some(names) = part(input, NAMES_BYTES_MAX)? else { return Ok(None) };
    let names = String::from_utf8(names)?;
    let wanted = names.split_whitespace().map(str::to_owned).collect();
    let bytes = part(input, PICTURE_BYTES_MAX)?.ok_or_else(|| anyhow::anyhow!("a picture is missing"))?;
    Ok(Some((wanted, bytes)))
}

/// A length and so many bytes, unless the input has ended.
fn part(input: &mut impl Read, bytes_max: u64) -> anyhow::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let length = u64::from_le_bytes(length);
    anyhow::ensure!(length <= bytes_max, "{length} bytes were announced and at most {bytes_max} are read");
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 == length, "the input ended within a picture");
    Ok(Some(bytes))
}

fn look(bytes: &[u8], models: Option<&PictureModels>) -> Looked {
    let seen = picture::decode(bytes).and_then(|picture| {
        let pdq = pdq(&picture).ok_or_else(|| PictureError::Damaged("it has no pixels".to_owned()))?;
        Ok((picture, pdq))
    });
    let (picture, pdq) = match seen {
        Ok(seen) => seen,
        Err(error) => return Looked::Unreadable { error: error.to_string() },
    };
    let look = models.map(|models| models.look(&picture)).unwrap_or_default();
    Looked::Seen(Seen {
        pdq: pdq.hash.to_string(),
        pdq_quality: pdq.quality_percent,
        width: picture.width,
        height: picture.height,
        scores: look.said.into_iter().map(scored).collect(),
        fault: (!look.faults.is_empty()).then(|| look.faults.join("; ")),
        runtime_fault: models.and_then(PictureModels::runtime_fault),
    })
}

fn scored(said: PictureSaid) -> Scored {
    Scored {
        model: said.model,
        sha256: said.sha256.to_string(),
        runtime: said.runtime,
        explicit_millionths: said.explicit,
        read_as: [said.shares.explicit, said.shares.neutral],
    }
}

fn pdq(picture: &Picture) -> Option<Pdq> {
    let (width, height) = (usize::try_from(picture.width).ok()?, usize::try_from(picture.height).ok()?);
    let luma = match &picture.pixels {
        Pixels::Grey(pixels) => Luma::from_grey(width, height, pixels),
        Pixels::Rgb(pixels) => Luma::from_rgb(width, height, pixels),
    };
    Some(Pdq::of(&luma?))
}

#[cfg(target_os = "linux")]
fn bound_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = Rlimit { current: Some(DATA_BYTES_MAX), maximum: Some(DATA_BYTES_MAX) };
    // Where the system refuses, the decoder's own limits stay.
    let _ = setrlimit(Resource::Data, limit);
}

#[cfg(not(target_os = "linux"))]
fn bound_memory() {}
