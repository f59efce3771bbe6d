//! A picture as it is recorded: the fact of what was shown, and beside it what the process made of its bytes.

use proviso_model::native::PictureShown;
use proviso_model::observation::{PictureScore, PictureWindow};
use proviso_model::policy::PackRef;
use proviso_model::{Digest, Md5, Picture, PictureSeen};

use super::{Scored, Seen};

/// What was shown, with the digests of its bytes, or of the file of which none are handed over.
pub(super) fn fact(
    shown: &PictureShown,
    window: Option<PictureWindow>,
    (sha256, md5): (Digest, Md5),
    bytes: &[u8],
) -> Picture {
    let (bytes, file_type) = match &shown.digests {
        Some(told) => (told.bytes, told.file_type.clone()),
        None => (bytes.len() as u64, file_type(bytes).to_owned()),
    };
    Picture {
        url: shown.url.clone(),
        title: shown.title.clone(),
        address: shown.address.clone(),
        element: shown.element,
        width: shown.width,
        height: shown.height,
        shown_width: shown.shown_width,
        shown_height: shown.shown_height,
        from: shown.from,
        sha256,
        md5,
        bytes,
        file_type,
        window,
        file: shown.file.clone(),
    }
}

/// What is recorded beside the fact.
pub(super) fn recorded(seen: Option<Seen>) -> PictureSeen {
    let Some(seen) = seen else { return PictureSeen::default() };
    let score = |scored: Scored| {
        let (name, version) = scored.model.split_once('@')?;
        let sha256 = Digest::parse(&scored.sha256)?;
        let model = PackRef { name: name.to_owned(), version: version.to_owned(), sha256 };
        let explicit_millionths = scored.explicit_millionths;
        Some(PictureScore { model, explicit_millionths, runtime: scored.runtime })
    };
    PictureSeen {
        pdq: seen.pdq.parse().ok(),
        pdq_quality: seen.pdq_quality,
        scores: seen.scores.into_iter().filter_map(score).collect(),
        ..PictureSeen::default()
    }
}

/// The type of file by its first bytes, as the decoder tells it too.
pub(crate) fn file_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => "jpeg",
        [0x89, b'P', b'N', b'G', ..] => "png",
        [b'G', b'I', b'F', b'8', ..] => "gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        [b'B', b'M', ..] => "bmp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => "avif",
        _ => video_type(bytes).unwrap_or("unknown"),
    }
}

/// Whether a file is a video, by its first bytes.
pub(crate) fn is_video(bytes: &[u8]) -> bool {
    video_type(bytes).is_some()
}

fn video_type(bytes: &[u8]) -> Option<&'static str> {
    /// What is in the same container and shows nothing that moves: sound, and pictures.
    const OTHERS: [&[u8]; 10] =
        [b"M4A", b"M4B", b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"crx"];
    match bytes {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            let is_other = OTHERS.iter().any(|other| brand.starts_with(other));
            (!is_other).then_some(if brand.starts_with(b"qt") { "quicktime" } else { "mp4" })
        }
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some("matroska"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Some("avi"),
        [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, ..] => Some("asf"),
        [b'F', b'L', b'V', 1, ..] => Some("flv"),
        [0, 0, 1, 0xba | 0xb3, ..] => Some("mpeg"),
        _ => None,
    }
}
