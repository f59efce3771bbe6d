//! A picture as it is recorded: the fact of what was shown, and beside it what the process made of its bytes.

use proviso_model::native::PictureShown;
use proviso_model::observation::{PictureScore, PictureWindow};
use proviso_model::policy::PackRef;
use proviso_model::{Digest, Md5, Picture, PictureSeen};

use super::{Scored, Seen};

/// What was shown, with the digests of its bytes.
pub(super) fn fact(
    shown: &PictureShown,
    window: Option<PictureWindow>,
    (sha256, md5): (Digest, Md5),
    bytes: &[u8],
) -> Picture {
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
        bytes: bytes.len() as u64,
        file_type: file_type(bytes).to_owned(),
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
fn file_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => "jpeg",
        [0x89, b'P', b'N', b'G', ..] => "png",
        [b'G', b'I', b'F', b'8', ..] => "gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        [b'B', b'M', ..] => "bmp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => "avif",
        _ => "unknown",
    }
}
