//! Pictures by a formula, as `tools/images/pdq_vectors.py` makes them.

/// Red, green and blue of each pixel, rows first: waves and steps.
pub fn waves(width: usize, height: usize, [a, b, c]: [usize; 3]) -> Vec<u8> {
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x * 4096 / width, y * 4096 / height)));
    places
        .flat_map(|(u, v)| {
            let red = (u * u * a + v * v * b) / 65_536 % 256;
            let green = ((u / 256) * b + (v / 256) * c * 7 + u * v * a / 1_048_576) % 256;
            let blue = (u * c + v * a) / 64 % 256;
            [red, green, blue].map(|value| u8::try_from(value).expect("below 256"))
        })
        .collect()
}
