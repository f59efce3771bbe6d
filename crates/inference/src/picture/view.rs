//! Pictures for people to look at: small, grey and blurred so that nobody is shown more than they asked for, or as they are.
//! What comes out is a new file of pixels alone: no frame but the first, no metadata, nothing of the stranger's bytes.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, Rgb, RgbImage};

use super::{DECODER_BYTES_MAX, PictureError, damaged, reader};

/// Width and height of a veiled picture, in pixels, at most.
pub const VEILED_SIDE_MAX: u32 = 160;
/// Width and height of a clear one, in pixels, at most.
pub const CLEAR_SIDE_MAX: u32 = 1024;
/// How far a veiled picture is blurred: the standard deviation, as a share of its longer side.
const BLUR_OF_SIDE: f32 = 0.035;
/// The least of it, in pixels, for very small pictures.
const BLUR_PIXELS_MIN: f32 = 1.5;

/// How a picture is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Small, grey and blurred.
    Veiled,
    /// In its colours, at a moderate size.
    Clear,
}

/// Makes a PNG file of a picture's first frame, turned as its own file says, on white where it is transparent. It is made
/// smaller where it is larger than the view shows, never larger.
///
/// # Errors
/// [`PictureError`].
pub fn view(bytes: &[u8], how: View) -> Result<Vec<u8>, PictureError> {
    let mut decoder = reader(bytes)?.into_decoder().map_err(damaged)?;
    if decoder.total_bytes() > DECODER_BYTES_MAX {
        return Err(PictureError::Damaged("it needs more memory than a picture may take".to_owned()));
    }
    // A picture whose metadata cannot be read is shown as it lies.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let side = match how {
        View::Veiled => VEILED_SIDE_MAX,
        View::Clear => CLEAR_SIDE_MAX,
    };
    if image.width().max(image.height()) > side {
        image = image.thumbnail(side, side);
    }
    image.apply_orientation(orientation);
    let opaque = DynamicImage::ImageRgb8(on_white(image));
    let made = match how {
        View::Clear => opaque,
        View::Veiled => {
            #[expect(clippy::cast_precision_loss, reason = "at most 160 pixels")]
            let side = opaque.width().max(opaque.height()) as f32;
            DynamicImage::ImageLuma8(opaque.into_luma8()).blur((side * BLUR_OF_SIDE).max(BLUR_PIXELS_MIN))
        }
    };
    let mut png = Cursor::new(Vec::new());
    made.write_to(&mut png, ImageFormat::Png).map_err(damaged)?;
    Ok(png.into_inner())
}

/// Without transparency: what lies under a transparent pixel was on nobody's screen.
fn on_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    let mixed = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(255)
    };
    let mut opaque = RgbImage::new(image.width(), image.height());
    for (to, from) in opaque.pixels_mut().zip(image.pixels()) {
        let [red, green, blue, alpha] = from.0;
        *to = Rgb([red, green, blue].map(|value| mixed(value, alpha)));
    }
    opaque
}
