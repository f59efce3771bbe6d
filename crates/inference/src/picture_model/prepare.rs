//! Pixels as a network wants them. The package of Open NSFW also writes the picture as JPEG and reads it again; that is left
//! out, for it only adds noise.

use super::manifest::{Channels, Input, Layout};
use super::resize;
use crate::picture::{Picture, Pixels};

/// The numbers of a picture, and their shape.
pub(super) fn values(picture: &Picture, input: &Input) -> ([usize; 4], Vec<f32>) {
    let size = (picture.width as usize, picture.height as usize);
    let (resized, side) = (usize::from(input.resized), usize::from(input.side));
    let seen: Vec<[u8; 3]> = match &picture.pixels {
        Pixels::Rgb(pixels) => resize::middle(pixels.as_chunks().0, size, resized, side),
        Pixels::Grey(pixels) => {
            let grey = resize::middle::<1>(pixels.as_chunks().0, size, resized, side);
            grey.into_iter().map(|[grey]| [grey; 3]).collect()
        }
    };
    let ordered = |[red, green, blue]: [u8; 3]| match input.channels {
        Channels::Rgb => [red, green, blue],
        Channels::Bgr => [blue, green, red],
    };
    let [first, second, third] = input.less;
    let scaled = |[a, b, c]: [u8; 3]| {
        [(a, first), (b, second), (c, third)]
            .map(|(value, less)| (f32::from(value) - less) / input.divided_by)
    };
    let pixels = seen.into_iter().map(ordered).map(scaled);
    match input.layout {
        Layout::PixelsFirst => ([1, side, side, 3], pixels.flatten().collect()),
        Layout::ColoursFirst => {
            let pixels: Vec<[f32; 3]> = pixels.collect();
            let firsts = pixels.iter().map(|[first, _, _]| *first);
            let seconds = pixels.iter().map(|[_, second, _]| *second);
            let thirds = pixels.iter().map(|[_, _, third]| *third);
            ([1, 3, side, side], firsts.chain(seconds).chain(thirds).collect())
        }
    }
}
