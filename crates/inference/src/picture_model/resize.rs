//! Makes a picture smaller or larger as Pillow does with its bilinear filter, to the bit: the network's figures were made
//! with it, and a shade of difference moves a score. Rows first, then columns, whole numbers with 22 bits behind the point.
//!
//! Most of the time goes into making rows narrow, so rows that no kept pixel is made of are left out.

const BITS: u32 = 22;
const HALF: i32 = 1 << (BITS - 1);

/// Which pixels of a line a new pixel is made of, and how much each counts.
struct Share {
    first: usize,
    weights: Vec<i32>,
}

impl Share {
    /// Those of a line that begins with pixel `from`.
    fn of<'l, T>(&self, line: &'l [T], from: usize) -> &'l [T] {
        let first = self.first.saturating_sub(from);
        line.get(first..first + self.weights.len()).unwrap_or_default()
    }
}

/// The middle `kept` by `kept` pixels of a picture that was brought to `side` by `side`, rows first, `N` bytes a pixel.
pub(super) fn middle<const N: usize>(
    pixels: &[[u8; N]],
    (width, height): (usize, usize),
    side: usize,
    kept: usize,
) -> Vec<[u8; N]> {
    let margin = (side - kept) / 2;
    let shares = |old| (margin..margin + kept).map(|at| share(at, old, side)).collect::<Vec<Share>>();
    let (across, down) = (shares(width), shares(height));
    let above = down.first().map_or(0, |share| share.first);
    let below = down.last().map_or(0, |share| share.first + share.weights.len());
    let rows = pixels.chunks_exact(width.max(1)).take(below).skip(above);
    let mut narrow: Vec<[u8; N]> = Vec::with_capacity(kept * (below - above));
    for row in rows {
        narrow.extend(across.iter().map(|share| mix(share.of(row, 0), &share.weights)));
    }
    let rows: Vec<&[u8]> = narrow.chunks_exact(kept.max(1)).map(<[[u8; N]]>::as_flattened).collect();
    let mut out = Vec::with_capacity(kept * kept * N);
    let mut sums = vec![0; kept * N];
    for share in &down {
        sums.fill(HALF);
        for (row, weight) in share.of(&rows, above).iter().zip(&share.weights) {
            for (sum, value) in sums.iter_mut().zip(*row) {
                *sum += i32::from(*value) * weight;
            }
        }
        out.extend(sums.iter().map(|sum| whole(*sum)));
    }
    out.as_chunks().0.to_vec()
}

fn mix<const N: usize>(pixels: &[[u8; N]], weights: &[i32]) -> [u8; N] {
    let mut sums = [HALF; N];
    for (pixel, weight) in pixels.iter().zip(weights) {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += i32::from(*value) * weight;
        }
    }
    sums.map(whole)
}

/// Weights are at least 0 and add up to 1 but for rounding, so a sum is hardly outside a byte.
#[expect(clippy::cast_sign_loss, reason = "clamped to a byte")]
fn whole(sum: i32) -> u8 {
    (sum >> BITS).clamp(0, 255) as u8
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

#[cfg(test)]
#[path = "../../../engine/tests/waves/mod.rs"]
mod waves;

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use sha2::{Digest as _, Sha256};

    use super::{middle, waves::waves};

    const REFERENCE: &str = include_str!("../../../../testdata/inference/resize-reference.jsonl");

    #[test]
    fn every_byte_is_the_one_that_pillow_makes_in_three_colours_and_in_one() {
        let mut compared = 0;
        for line in REFERENCE.lines() {
            let expected: Value = serde_json::from_str(line).expect("JSON");
            let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("small");
            let [width, height, resized, side] =
                ["width", "height", "resized", "side"].map(|name| number(&expected[name]));
            let formula = [0, 1, 2].map(|at| number(&expected["formula"][at]));
            let rgb = waves(width, height, formula);
            let pixels: &[[u8; 3]] = rgb.as_chunks().0;
            let green: Vec<[u8; 1]> = pixels.iter().map(|[_, green, _]| [*green]).collect();
            let digest = |bytes: &[u8]| hex(&Sha256::digest(bytes));
            let seen = middle(pixels, (width, height), resized, side);
            assert_eq!(expected["rgb"], digest(seen.as_flattened()), "{line}");
            let seen = middle(&green, (width, height), resized, side);
            assert_eq!(expected["green"], digest(seen.as_flattened()), "{line}");
            compared += 1;
        }
        assert!(compared > 20);
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
