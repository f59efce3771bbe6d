//! Makes a picture smaller or larger as Pillow does with its bilinear filter, to the bit: the network's figures were made
//! with it, and a shade of difference moves a score. Rows first, then columns, whole numbers with 22 bits behind the point.

const BITS: u32 = 22;

/// Which pixels of a line a new pixel is made of, and how much each counts.
struct Share {
    first: usize,
    weights: Vec<i32>,
}

/// The middle `kept` by `kept` pixels of a picture that was brought to `side` by `side`, rows first, three bytes a pixel.
pub(super) fn middle(rgb: &[[u8; 3]], width: usize, height: usize, side: usize, kept: usize) -> Vec<[u8; 3]> {
    let margin = (side - kept) / 2;
    let across: Vec<Share> = (margin..margin + kept).map(|at| share(at, width, side)).collect();
    let down: Vec<Share> = (margin..margin + kept).map(|at| share(at, height, side)).collect();
    let narrow: Vec<Vec<[u8; 3]>> = rgb
        .chunks_exact(width.max(1))
        .map(|row| across.iter().map(|share| mix(row.iter().skip(share.first), &share.weights)).collect())
        .collect();
    let column = |at: usize, first: usize| {
        narrow.iter().skip(first).map(move |row: &Vec<[u8; 3]>| row.get(at).unwrap_or(&[0; 3]))
    };
    down.iter()
        .flat_map(|share| (0..kept).map(move |at| (share, at)))
        .map(|(share, at)| mix(column(at, share.first), &share.weights))
        .collect()
}

fn mix<'p>(pixels: impl Iterator<Item = &'p [u8; 3]>, weights: &[i32]) -> [u8; 3] {
    let mut sums = [1_i32 << (BITS - 1); 3];
    for (pixel, weight) in pixels.zip(weights) {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += i32::from(*value) * weight;
        }
    }
    sums.map(|sum| u8::try_from((sum >> BITS).clamp(0, 255)).unwrap_or(255))
}

/// What the pixel at `at` of `new` is made of in a line of `old` pixels: a triangle around its middle, as wide as a new pixel.
#[expect(clippy::cast_precision_loss, reason = "sides of a picture are far below 2^52")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places within the line")]
fn share(at: usize, old: usize, new: usize) -> Share {
    let scale = old as f64 / new as f64;
    let reach = scale.max(1.0);
    let centre = (at as f64 + 0.5) * scale;
    let first = (centre - reach + 0.5).max(0.0) as usize;
    let last = ((centre + reach + 0.5) as usize).min(old);
    let triangle = |place: usize| (1.0 - ((place as f64 - centre + 0.5) / reach).abs()).max(0.0);
    let raw: Vec<f64> = (first..last).map(triangle).collect();
    let sum: f64 = raw.iter().sum();
    let whole = |weight: f64| (weight / sum * f64::from(1 << BITS) + 0.5) as i32;
    Share { first, weights: raw.into_iter().map(whole).collect() }
}
