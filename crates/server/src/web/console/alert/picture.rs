//! The facts of a picture on an alert's page. The picture itself is on no page (invariant 14 for some, not built for the rest).

use proviso_model::observation::{Picture, PictureElement, PictureFrom};

use crate::app::officer::alert::ShownFinding;
use crate::web::console::words::counted;

/// Why a picture that a list of child abuse has to do with is not shown.
const NEVER_SHOWN: &str = "This picture is not shown here, in no preview and in no bundle: a list of the force has its file or one that looks \
                           like it as known or suspected child abuse. Its facts above are what there is to decide by. Looking at it would take \
                           two officers in a separate act that is logged; this version has no such act.";
/// That the bytes are there and no page shows them.
const SEALED: &str =
    "The picture’s own bytes are sealed with the record. This version shows no picture on a page.";
/// That there are none.
const NOT_KEPT: &str =
    "The picture’s bytes were not kept: the finding does not rest on how it looks, or the file was too big.";
/// What digests of a file that the extension made would tell.
const NO_DIGEST: &str = "none: the browser drew these pixels once more, so the file is not the page’s";

/// What the template shows of a picture.
pub struct PictureBox {
    /// Name and value, in order.
    pub rows: Vec<(&'static str, String)>,
    /// What became of the picture itself.
    pub withheld: &'static str,
}

/// Prepares the facts.
pub fn shown(picture: &Picture, one: &ShownFinding) -> PictureBox {
    let drawn = matches!(picture.from, PictureFrom::ElementPixels | PictureFrom::TabPixels);
    let digest = |digest: String| if drawn { NO_DIGEST.to_owned() } else { digest };
    let mut rows = Vec::new();
    if !picture.address.is_empty() {
        rows.push(("Address of the picture", picture.address.clone()));
    }
    rows.extend([
        (
            "Shown",
            format!(
                "as {}, {} by {} pixels on the page, {} by {} in itself",
                element(picture.element),
                picture.shown_width,
                picture.shown_height,
                picture.width,
                picture.height
            ),
        ),
        ("Bytes", from(picture.from).to_owned()),
        ("File", file(picture)),
        ("SHA-256", digest(picture.sha256.to_string())),
        ("MD5", digest(picture.md5.to_string())),
    ]);
    let seen = one.captured.picture.as_ref();
    if let Some(pdq) = seen.and_then(|seen| seen.pdq.as_ref()) {
        let quality = seen.map_or(0, |seen| seen.pdq_quality);
        rows.push(("PDQ (how it looks)", format!("{pdq}, quality {quality} of 100")));
    }
    let is_kept = seen.is_some_and(|seen| seen.content.is_some());
    let withheld = match &one.generated.picture {
        Some(opinion) if opinion.child_abuse => NEVER_SHOWN,
        _ if is_kept => SEALED,
        _ => NOT_KEPT,
    };
    PictureBox { rows, withheld }
}

fn element(element: PictureElement) -> &'static str {
    match element {
        PictureElement::Img => "an image of the page",
        PictureElement::Background => "a background",
        PictureElement::Canvas => "a drawing of the page’s own program",
        PictureElement::VideoFrame => "a frame of a video",
        PictureElement::Other => "another part of the page",
    }
}

fn from(from: PictureFrom) -> &'static str {
    match from {
        PictureFrom::Loaded => "as the page loaded them",
        PictureFrom::FetchedAgain => {
            "asked for once more from the same address, from the browser’s store where it held them; a site may answer the second time with another file"
        }
        PictureFrom::ElementPixels => "drawn once more from that part of the page",
        PictureFrom::TabPixels => "cut from a picture of the visible page",
    }
}

fn file(picture: &Picture) -> String {
    let bytes = counted(usize::try_from(picture.bytes).unwrap_or(usize::MAX), "byte", "bytes");
    match picture.file_type.as_str() {
        "" => bytes,
        kind => format!("{kind}, {bytes}"),
    }
}
