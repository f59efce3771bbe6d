//! The process in which pictures are decoded: reads whether a model is asked for, a length and so many bytes, answers with a
//! line, until its input ends.

use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;

use proviso_engine::image::{Luma, Pdq};
use proviso_inference::picture::{self, PICTURE_BYTES_MAX, Picture, PictureError, Pixels};
use proviso_inference::{InferenceError, OpenNsfw, PictureModel};

use super::{Looked, Scored, Seen};

/// Bytes of memory that this process may take for data; more ends it, and the picture is called unreadable.
#[cfg(target_os = "linux")]
const DATA_BYTES_MAX: u64 = 256 << 20;

/// What a process that gives way adds to its niceness.
#[cfg(unix)]
const NICER: i32 = 10;

/// Answers until `input` ends. Models are looked for in `folders` when the first picture comes that one is asked for. With
/// `gives_way` everything else on the machine goes first.
///
/// # Errors
/// What reading or writing says. A model that is there and cannot be used is said with each picture: hashing goes on.
pub fn serve(
    input: &mut impl Read,
    output: &mut impl Write,
    folders: &[PathBuf],
    gives_way: bool,
) -> anyhow::Result<()> {
    bound_memory();
    #[cfg(unix)]
    if gives_way {
        // Where the system refuses, it is done at the usual priority.
        let _ = rustix::process::nice(NICER);
    }
    let mut model: Option<Result<Option<OpenNsfw>, InferenceError>> = None;
    while let Some((scored, bytes)) = next(input)? {
        if scored && model.is_none() {
            model = Some(OpenNsfw::load(folders));
        }
        let asked = match model.as_ref().filter(|_| scored) {
            Some(Ok(model)) => Ok(model.as_ref().map(|model| model as &dyn PictureModel)),
            Some(Err(fault)) => Err(fault),
            None => Ok(None),
        };
        let looked = look(&bytes, asked);
        writeln!(output, "{}", serde_json::to_string(&looked)?)?;
        output.flush()?;
    }
    Ok(())
}

/// The next picture and whether a model is asked for, unless the input has ended.
fn next(input: &mut impl Read) -> anyhow::Result<Option<(bool, Vec<u8>)>> {
    let mut head = [0; 9];
    match input.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let [scored, length @ ..] = head;
    let length = u64::from_le_bytes(length);
    anyhow::ensure!(length <= PICTURE_BYTES_MAX, "more bytes were announced than a picture may have");
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 == length, "the input ended within a picture");
    Ok(Some((scored != 0, bytes)))
}

fn look(bytes: &[u8], model: Result<Option<&dyn PictureModel>, &InferenceError>) -> Looked {
    let seen = picture::decode(bytes).and_then(|picture| {
        let pdq = pdq(&picture).ok_or_else(|| PictureError::Damaged("it has no pixels".to_owned()))?;
        Ok((picture, pdq))
    });
    let (picture, pdq) = match seen {
        Ok(seen) => seen,
        Err(error) => return Looked::Unreadable { error: error.to_string() },
    };
    let scored = match model {
        Ok(model) => model.map(|model| score(model, &picture)).transpose().map_err(|fault| fault.to_string()),
        Err(fault) => Err(fault.to_string()),
    };
    let (scores, fault) = match scored {
        Ok(scores) => (scores, None),
        Err(fault) => (None, Some(fault)),
    };
    Looked::Seen(Seen { pdq: pdq.hash.to_string(), pdq_quality: pdq.quality_percent, scores, fault })
}

fn score(model: &dyn PictureModel, picture: &Picture) -> Result<Scored, InferenceError> {
    let chance = model.explicit_chance(picture)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1")]
    let explicit_millionths = (chance * 1e6).round() as u32;
    Ok(Scored { model: model.reference(), sha256: model.sha256().to_string(), explicit_millionths })
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
