//! Pixels that were read from a screen, made a file like those that browsers send, so that they go the same way.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, RgbImage};

use super::{PictureError, damaged};

/// Width and height of what is drawn, in pixels, at most.
pub const DRAWN_SIDE_MAX: u32 = 1024;
/// Of 100. What it changes is far below what tells pictures that look similar from others.
const JPEG_QUALITY: u8 = 90;

/// A picture drawn from pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// A JPEG file.
    pub bytes: Vec<u8>,
}

/// Makes a file of red, green and blue pixels, rows first; smaller where they are more than [`DRAWN_SIDE_MAX`] each way.
///
/// # Errors
/// [`PictureError`] where there are no pixels, or not as many as the size says.
pub fn drawn(width: u32, height: u32, rgb: Vec<u8>) -> Result<Drawn, PictureError> {
    let image = RgbImage::from_raw(width, height, rgb)
        .filter(|image| !image.is_empty())
        .ok_or_else(|| PictureError::Damaged(format!("it has not {width} by {height} pixels")))?;
    let mut image = DynamicImage::ImageRgb8(image);
    if width.max(height) > DRAWN_SIDE_MAX {
        image = image.thumbnail(DRAWN_SIDE_MAX, DRAWN_SIDE_MAX);
    }
    let mut file = Cursor::new(Vec::new());
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY)).map_err(damaged)?;
    Ok(Drawn { width: image.width(), height: image.height(), bytes: file.into_inner() })
}
