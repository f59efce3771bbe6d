//! Pictures: what is decoded and what is refused, and the picture model beside the reference runtime
//! (`tools/images/nsfw_reference.py`).

mod common;
#[path = "../../engine/tests/waves/mod.rs"]
mod waves;

use std::io::Cursor;

use common::models;
use image::{DynamicImage, ImageFormat, RgbImage};
use proviso_inference::picture::{Picture, PictureError, Pixels, decode};
use proviso_inference::{OpenNsfw, PictureModel};
use serde_json::Value;
use waves::waves;

const REFERENCE: &str = include_str!("../../../testdata/inference/open-nsfw-reference.jsonl");
/// Design section 1, invariant 6: a neural score is the same within 0.001.
const DIFFERENCE_MAX: f64 = 0.001;

/// Rings in warm colours, by the script's formula.
fn rings(width: usize, height: usize, [a, b, c]: [usize; 3]) -> Vec<u8> {
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x * 4096 / width, y * 4096 / height)));
    places
        .flat_map(|(u, v)| {
            let (from_x, from_y) = (u.abs_diff(2048), v.abs_diff(2048));
            let wave = ((from_x * from_x * a + from_y * from_y * b) / 65_536 + u * c / 64) % 512;
            let wave = wave.min(511 - wave);
            [120 + wave * 130 / 256, 70 + wave * 120 / 256, 50 + wave * 100 / 256]
                .map(|value| u8::try_from(value).expect("below 256"))
        })
        .collect()
}

fn model() -> OpenNsfw {
    OpenNsfw::load(&models()).expect("the right file").expect("the picture model: run cargo xtask setup")
}

#[test]
fn invariant_06_a_picture_s_score_is_that_of_the_reference_runtime_within_a_thousandth() {
    let model = model();
    let mut highest = 0.0_f64;
    for line in REFERENCE.lines() {
        let expected: Value = serde_json::from_str(line).expect("JSON");
        let number = |name: &str| usize::try_from(expected[name].as_u64().expect("a number")).expect("small");
        let formula = [0, 1, 2].map(|at| expected["formula"][at].as_u64().expect("a number") as usize);
        let (width, height) = (number("width"), number("height"));
        let picture = Picture {
            width: width as u32,
            height: height as u32,
            pixels: Pixels::Rgb(if expected["kind"] == "rings" { rings } else { waves }(
                width, height, formula,
            )),
        };
        let found = f64::from(model.explicit_chance(&picture).expect("a chance"));
        let expected = expected["explicit"].as_f64().expect("a number");
        assert!((found - expected).abs() < DIFFERENCE_MAX, "{line}: {found}");
        highest = highest.max(expected);
    }
    assert!(highest > 0.5, "a difference would not show in chances near 0");
}

fn written(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_raw(40, 30, waves(40, 30, [1, 3, 7])).expect("a picture");
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut bytes, format).expect("written");
    bytes.into_inner()
}

#[test]
fn pictures_of_every_format_are_decoded_and_damaged_ones_refused_without_a_panic() {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, WebP};
    for format in [Bmp, Gif, Jpeg, Png, WebP] {
        let bytes = written(format);
        let picture = decode(&bytes).expect("a picture");
        assert_eq!((picture.width, picture.height), (40, 30), "{format:?}");
        for cut in [1, 9, bytes.len() / 2] {
            assert!(
                decode(&bytes[..cut]).is_err() || format == Jpeg || format == Gif,
                "{format:?} cut to {cut}"
            );
        }
        for at in (0..bytes.len()).step_by(bytes.len() / 97 + 1) {
            let mut changed = bytes.clone();
            changed[at] ^= 0xFF;
            // Either is right; neither may crash.
            let _ = decode(&changed);
        }
    }
}

/// A PNG that says it has so many pixels, and holds none.
#[expect(clippy::indexing_slicing, reason = "the head of a file just written")]
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = written(ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32fast::hash(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

#[test]
fn what_is_no_picture_or_too_large_is_refused_and_says_why() {
    assert!(matches!(decode(b""), Err(PictureError::Empty)));
    for text in
        [&b"<html><img src=x></html>"[..], b"MZ\x90\x00", b"%PDF-1.7", &[0; 4096], b"<svg xmlns='x'/>"]
    {
        assert!(matches!(decode(text), Err(PictureError::UnknownFormat)), "{text:?}");
    }
    for (width, height) in [(60_000, 60_000), (16_385, 1), (16_000, 16_000)] {
        let refused = decode(&png_of(width, height)).expect_err("too large").to_string();
        assert!(refused.contains(&format!("{width} x {height}")), "{refused}");
    }
    assert!(decode(&png_of(0, 10)).is_err());
    assert!(decode(&png_of(u32::MAX >> 1, 1)).is_err());
}
