//! Pictures from outside: bytes in, pixels out, within limits. Whoever decodes pictures of strangers does it in a process
//! that may be ended (the agent's `pictures`): a decoder that hangs or runs out of memory then takes nothing with it.

mod drawn;
mod view;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader, Limits};

pub use drawn::{DRAWN_SIDE_MAX, Drawn, drawn};
pub use view::{CLEAR_SIDE_MAX, VEILED_SIDE_MAX, View, view};

/// Longest file that is read, in bytes.
pub const PICTURE_BYTES_MAX: u64 = 64 << 20;
/// Widest and highest picture, in pixels.
pub const PICTURE_SIDE_MAX: u32 = 16_384;
/// Most pixels of a picture; what it takes in memory is this many times a few bytes.
pub const PICTURE_PIXELS_MAX: u64 = 24_000_000;
/// Bytes that a decoder may take for itself.
const DECODER_BYTES_MAX: u64 = 112 << 20;

/// A decoded picture.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Its pixels, rows first.
    pub pixels: Pixels,
}

/// Pixels of a byte or three; transparency is left out, as the reference of PDQ does.
#[derive(Debug, Clone)]
pub enum Pixels {
    /// Brightness.
    Grey(Vec<u8>),
    /// Red, green, blue.
    Rgb(Vec<u8>),
}

/// Why bytes give no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Nothing there.
    #[error("the file is empty")]
    Empty,
    /// Longer than [`PICTURE_BYTES_MAX`].
    #[error("the file is longer than {PICTURE_BYTES_MAX} bytes, and no more is read")]
    TooLong,
    /// Not one of the formats that are read.
    #[error("this is no picture in a format that is read (JPEG, PNG, GIF, WebP, BMP)")]
    UnknownFormat,
    /// Wider, higher or more than is decoded.
    #[error(
        "the picture says that it has {width} x {height} pixels; at most {PICTURE_SIDE_MAX} each way and {PICTURE_PIXELS_MAX} in all are decoded"
    )]
    TooLarge {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// Broken, cut off, or needs more memory than allowed.
    #[error("the picture is damaged or cannot be decoded within its limits: {0}")]
    Damaged(String),
}

/// Decodes a picture; of an animated one the first frame.
///
/// # Errors
/// [`PictureError`].
pub fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    let (width, height, pixels) = match reader(bytes)?.decode().map_err(damaged)? {
        DynamicImage::ImageLuma8(grey) => (grey.width(), grey.height(), Pixels::Grey(grey.into_raw())),
        DynamicImage::ImageRgb8(rgb) => (rgb.width(), rgb.height(), Pixels::Rgb(rgb.into_raw())),
        other => {
            let rgb = other.into_rgb8();
            (rgb.width(), rgb.height(), Pixels::Rgb(rgb.into_raw()))
        }
    };
    Ok(Picture { width, height, pixels })
}

/// What reads a picture within limits, once its size is known to be within them.
fn reader(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    if bytes.len() as u64 > PICTURE_BYTES_MAX {
        return Err(PictureError::TooLong);
    }
    let format = format(bytes)?;
    let (width, height) =
        ImageReader::with_format(Cursor::new(bytes), format).into_dimensions().map_err(damaged)?;
    let pixels = u64::from(width) * u64::from(height);
    if width > PICTURE_SIDE_MAX || height > PICTURE_SIDE_MAX || pixels > PICTURE_PIXELS_MAX {
        return Err(PictureError::TooLarge { width, height });
    }
    if pixels == 0 {
        return Err(PictureError::Damaged("it has no pixels".to_owned()));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(PICTURE_SIDE_MAX);
    limits.max_image_height = Some(PICTURE_SIDE_MAX);
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    reader.limits(limits);
    Ok(reader)
}

/// By the bytes themselves: names and types that a stranger gives say nothing.
fn format(bytes: &[u8]) -> Result<ImageFormat, PictureError> {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, WebP};
    let known = image::guess_format(bytes).ok();
    known.filter(|format| matches!(format, Jpeg | Png | Gif | WebP | Bmp)).ok_or(PictureError::UnknownFormat)
}

fn damaged(error: image::ImageError) -> PictureError {
    PictureError::Damaged(error.to_string())
}
