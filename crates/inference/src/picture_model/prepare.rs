//! Pixels as the network wants them: 256 by 256, the middle 224 by 224, blue first, less the mean of its training set. The
//! maker's own script also writes the picture as JPEG and reads it again; that is left out, for it only adds noise.

use super::resize;
use crate::picture::{Picture, Pixels};

/// Pixels each way that the network sees.
pub(super) const SIDE: usize = 224;
const RESIZED: usize = 256;
/// Blue, green, red.
const MEANS: [f32; 3] = [104.0, 117.0, 123.0];

pub(super) fn values(picture: &Picture) -> Vec<f32> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let seen = match &picture.pixels {
        Pixels::Rgb(pixels) => resize::middle(pixels.as_chunks().0, width, height, RESIZED, SIDE),
        Pixels::Grey(pixels) => {
            let rgb: Vec<[u8; 3]> = pixels.iter().map(|grey| [*grey; 3]).collect();
            resize::middle(&rgb, width, height, RESIZED, SIDE)
        }
    };
    let [b, g, r] = MEANS;
    let value = |[red, green, blue]: [u8; 3]| [f32::from(blue) - b, f32::from(green) - g, f32::from(red) - r];
    seen.into_iter().flat_map(value).collect()
}
