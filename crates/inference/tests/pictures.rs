//! Pictures: what is decoded and what is refused, and the picture models beside a reference (`tools/images/nsfw_reference.py`
//! by onnxruntime, `nsfwjs_reference.py` by numpy alone), run by pure Rust and by the onnxruntime library.

mod common;
#[path = "../../engine/tests/waves/mod.rs"]
mod waves;

use std::io::Cursor;
use std::path::PathBuf;

use common::models;
use image::{DynamicImage, ImageFormat, RgbImage, Rgba, RgbaImage};
use proviso_inference::picture::{Picture, PictureError, Pixels, View, decode, view};
use proviso_inference::{Manifest, PictureModel, Runtime};
use serde_json::Value;
use waves::waves;

const REFERENCES: [(&str, &str); 2] = [
    ("open-nsfw", include_str!("../../../testdata/inference/open-nsfw-reference.jsonl")),
    ("nsfwjs-mobilenet-v2", include_str!("../../../testdata/inference/nsfwjs-mobilenet-v2-reference.jsonl")),
];
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

fn model(name: &str, runtime: &Runtime) -> PictureModel {
    let manifests = Manifest::built_in().expect("manifests");
    let manifest = manifests.iter().find(|manifest| manifest.name == name).expect("a manifest");
    let model = PictureModel::load(manifest, &models(), runtime).expect("the right files");
    model.expect("the picture models: run cargo xtask setup")
}

/// Every picture of the references, by both models.
fn compare(runtime: &Runtime, name_begins: &str) {
    for (name, reference) in REFERENCES {
        let model = model(name, runtime);
        let mut highest = 0.0_f64;
        for line in reference.lines() {
            let expected: Value = serde_json::from_str(line).expect("JSON");
            let number = |pointer: &str| {
                let number = expected.pointer(pointer).and_then(Value::as_u64).expect("a number");
                usize::try_from(number).expect("small")
            };
            let formula = ["/formula/0", "/formula/1", "/formula/2"].map(number);
            let (width, height) = (number("/width"), number("/height"));
            let picture = Picture {
                width: width as u32,
                height: height as u32,
                pixels: Pixels::Rgb(if expected.get("kind").is_some_and(|kind| kind == "rings") {
                    rings
                } else {
                    waves
                }(width, height, formula)),
            };
            let said = model.look(&picture).expect("chances");
            assert!(said.runtime.starts_with(name_begins), "{}", said.runtime);
            for (class, found) in [("explicit", said.explicit), ("neutral", said.neutral)] {
                let Some(expected) = expected.get(class).and_then(Value::as_f64) else { continue };
                let found = f64::from(found) / 1e6;
                assert!((found - expected).abs() < DIFFERENCE_MAX, "{name}: {line}: {class} {found}");
            }
            highest = highest.max(expected.get("explicit").and_then(Value::as_f64).expect("a number"));
        }
        assert!(highest > 0.5, "a difference would not show in chances near 0");
    }
}

#[test]
fn invariant_06_a_picture_s_score_is_that_of_the_reference_runtime_within_a_thousandth() {
    compare(&Runtime::default(), "rten");
}

/// The library comes with set-up where its package has one; elsewhere there is nothing to compare.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn the_onnxruntime_library_gives_the_same_scores_and_its_name_with_them() {
    let beside = |models: PathBuf| models.join("../onnxruntime/libonnxruntime.so.1.32.0");
    let library = models().into_iter().map(beside).find(|path| path.is_file());
    let library = library.expect("the library: run cargo xtask setup");
    let runtime = Runtime::find(Some(&library), &[]);
    compare(&runtime, "onnxruntime@");
    assert_eq!(runtime.fault(), None);
}

#[test]
fn a_library_that_is_none_is_told_and_pure_rust_does_its_work() {
    let runtime =
        Runtime::find(Some(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))), &[]);
    let nowhere = Runtime::find(Some(std::path::Path::new("/nowhere/libonnxruntime.so")), &[]);
    for runtime in [runtime, nowhere] {
        let model = model("nsfwjs-mobilenet-v2", &runtime);
        let grey = Picture { width: 3, height: 2, pixels: Pixels::Grey(vec![90; 6]) };
        assert!(model.look(&grey).expect("chances").runtime.starts_with("rten"));
        assert!(runtime.fault().is_some_and(|fault| fault.contains("cannot be used")));
    }
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

fn png(image: DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).expect("written");
    bytes.into_inner()
}

fn shown(bytes: &[u8], how: View) -> DynamicImage {
    image::load_from_memory_with_format(&view(bytes, how).expect("a picture"), ImageFormat::Png)
        .expect("a PNG")
}

/// The greatest step from a pixel to its neighbour, in brightness.
fn sharpest_edge(image: &DynamicImage) -> u8 {
    let grey = image.to_luma8();
    let rows = grey.as_raw().chunks_exact(grey.width() as usize);
    let pairs = rows.flat_map(|row| row.iter().zip(row.iter().skip(1)));
    pairs.map(|(left, right)| left.abs_diff(*right)).max().expect("pixels")
}

#[test]
fn a_veiled_picture_is_small_grey_and_blurred_and_a_clear_one_is_as_it_was_but_for_its_size() {
    // White and red halves: an edge that only a blur takes away.
    let halves = |width, height| {
        RgbImage::from_fn(width, height, |x, _| {
            image::Rgb(if x < width / 2 { [255; 3] } else { [120, 0, 0] })
        })
    };
    for (width, height, veiled, clear) in [
        (2000, 1000, (160, 80), (1024, 512)),
        (300, 1200, (40, 160), (256, 1024)),
        (90, 60, (90, 60), (90, 60)),
    ] {
        let bytes = png(DynamicImage::ImageRgb8(halves(width, height)));
        let [made, whole] = [View::Veiled, View::Clear].map(|how| shown(&bytes, how));
        assert_eq!(((made.width(), made.height()), (whole.width(), whole.height())), (veiled, clear));
        assert_eq!(made.color(), image::ColorType::L8);
        assert!(sharpest_edge(&made) < 60, "{width}: an edge of {}", sharpest_edge(&made));
        assert!(sharpest_edge(&whole) > 100, "{width}: no edge is left");
        assert_eq!(whole.to_rgb8().get_pixel(clear.0 - 1, 0).0, [120, 0, 0]);
    }
}

#[test]
fn a_clear_picture_shows_nothing_that_was_on_nobody_s_screen_and_keeps_none_of_its_file() {
    // Black, but wholly transparent: a browser shows what lies behind it.
    let unseen = RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0]));
    assert_eq!(
        shown(&png(DynamicImage::ImageRgba8(unseen)), View::Clear).to_rgb8().get_pixel(3, 3).0,
        [255; 3]
    );
    // A JPEG that says to be turned by a quarter, with a word in its metadata.
    let mut turned = written(ImageFormat::Jpeg);
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0planted-word";
    let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
    turned.splice(2..2, [&[0xff, 0xe1], &length[..], exif].concat());
    let made = view(&turned, View::Clear).expect("a picture");
    let upright = image::load_from_memory(&made).expect("a PNG");
    assert_eq!((upright.width(), upright.height()), (30, 40), "40 by 30, turned");
    assert!(!made.windows(12).any(|bytes| bytes == b"planted-word"));
    assert!(matches!(view(b"no picture", View::Veiled), Err(PictureError::UnknownFormat)));
}
