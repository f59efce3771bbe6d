//! PDQ, the perceptual hash of 256 bits for whole pictures (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ
//! Image-Hashing Algorithm", 2019). The steps and the order of every sum are those of the reference implementation, so that a
//! hash from another program is the same to the bit: brightness, two passes of a box filter each way, 64 by 64 samples, a
//! cosine transform of which 16 by 16 low frequencies are kept, and a bit for each that is above their median.

mod smooth;
mod transform;

pub use proviso_model::hash::{PdqHash, PdqHashError};

pub use proviso_model::limits::{PDQ_DISTANCE_MAX, PDQ_QUALITY_MIN};

/// Samples each way.
const SIDE: usize = 64;
/// Frequencies each way.
const KEPT: usize = 16;

/// 64 by 64 samples of a smoothed picture, rows first.
type Samples = [[f32; SIDE]; SIDE];

/// A picture whose brightness is read, 0 to 255, rows first.
#[derive(Debug, Clone, Copy)]
pub struct Luma<'p> {
    width: usize,
    height: usize,
    pixels: Pixels<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Pixels<'p> {
    Grey(&'p [u8]),
    Rgb(&'p [[u8; 3]]),
}

impl<'p> Luma<'p> {
    /// Of pixels of three bytes: red, green, blue. `None` where there are no pixels, or not `width` times `height` of them.
    #[must_use]
    pub fn from_rgb(width: usize, height: usize, pixels: &'p [u8]) -> Option<Self> {
        let (whole, rest) = pixels.as_chunks::<3>();
        let is_whole = rest.is_empty() && width.checked_mul(height) == Some(whole.len()) && width > 0;
        (is_whole && height > 0).then_some(Self { width, height, pixels: Pixels::Rgb(whole) })
    }

    /// Of pixels of one byte. `None` where there are no pixels, or not `width` times `height` of them.
    #[must_use]
    pub fn from_grey(width: usize, height: usize, pixels: &'p [u8]) -> Option<Self> {
        let is_whole = width.checked_mul(height) == Some(pixels.len()) && !pixels.is_empty();
        is_whole.then_some(Self { width, height, pixels: Pixels::Grey(pixels) })
    }

    /// Gives each column of a row with its brightness.
    fn row(&self, row: usize, mut give: impl FnMut(usize, f32)) {
        let here = row * self.width..(row + 1) * self.width;
        match self.pixels {
            Pixels::Grey(pixels) => {
                let row = pixels.get(here).unwrap_or_default().iter().enumerate();
                row.for_each(|(at, grey)| give(at, f32::from(*grey)));
            }
            // Rec. 601, summed in this order, as the reference does.
            Pixels::Rgb(pixels) => {
                let row = pixels.get(here).unwrap_or_default().iter().enumerate();
                row.for_each(|(at, &[red, green, blue])| {
                    give(at, 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue));
                });
            }
        }
    }
}

/// A hash and how much there was to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pdq {
    /// The hash.
    pub hash: PdqHash,
    /// How much the picture changes from place to place, 0 to 100.
    pub quality_percent: u8,
}

impl Pdq {
    /// Hashes a picture at its full size.
    #[must_use]
    pub fn of(luma: &Luma<'_>) -> Self {
        let samples = smooth::samples(luma);
        Self { hash: transform::hash(&samples), quality_percent: transform::quality_percent(&samples) }
    }
}
