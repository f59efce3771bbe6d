//! The process that decodes one picture, and the side of it that the server has. Every picture is of one plain colour.

use std::io::{Cursor, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use proviso_inference::picture::View;
use proviso_model::limits::PICTURE_KEPT_BYTES_MAX;
use proviso_server::pictures::{Unviewable, Viewer};

use crate::program;

fn plain(width: u32, height: u32) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    let image = RgbImage::from_pixel(width, height, Rgb([0, 90, 160]));
    DynamicImage::ImageRgb8(image).write_to(&mut png, ImageFormat::Png).expect("written");
    png.into_inner()
}

fn viewed(how: &str, bytes: &[u8]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = program(folder.path(), &["picture-view", how])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || {
        // One that has read enough does not read the rest.
        let _ = input.write_all(&bytes);
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("written");
    assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none(), "nothing touches the disk");
    output
}

#[test]
fn the_process_gives_a_new_small_file_or_says_in_words_why_there_is_none() {
    for (how, size, color) in
        [("veiled", (160, 120), image::ColorType::L8), ("clear", (1024, 768), image::ColorType::Rgb8)]
    {
        let output = viewed(how, &plain(2000, 1500));
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let made = image::load_from_memory_with_format(&output.stdout, ImageFormat::Png).expect("a PNG");
        assert_eq!(((made.width(), made.height()), made.color()), (size, color));
    }
    let small = plain(200, 100);
    let huge = [plain(8, 8), vec![0; PICTURE_KEPT_BYTES_MAX]].concat();
    for (bytes, says) in [
        (&b""[..], "the file is empty"),
        (b"MZ\x90\x00 no picture", "no picture in a format that is read"),
        (&small[..small.len() - 40], "damaged"),
        (&plain(6000, 5000), "6000 x 5000 pixels"),
        (&huge, "longer than 2097152 bytes"),
    ] {
        let output = viewed("veiled", bytes);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{says}: {said}");
        assert!(said.contains(says), "{says}: {said}");
    }
}

#[tokio::test]
async fn a_process_that_does_not_start_that_dies_or_that_answers_nonsense_gives_no_picture() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("made to run");
        Viewer::new(path)
    };
    let view = async |viewer: Viewer| viewer.view(&plain(8, 8), View::Veiled).await;
    assert_eq!(view(script("dies", "kill -9 $$")).await, Err(Unviewable::Crashed));
    assert_eq!(view(script("nonsense", "echo '<svg/>'")).await, Err(Unviewable::Crashed));
    assert_eq!(view(script("endless", "exec cat /dev/zero")).await, Err(Unviewable::Crashed));
    assert_eq!(
        view(script("says-no", "echo it is damaged; exit 1")).await,
        Err(Unviewable::Unreadable("it is damaged\n".to_owned()))
    );
    let none = view(Viewer::new(folder.path().join("none"))).await;
    assert!(matches!(none, Err(Unviewable::NotRunning(_))), "{none:?}");
    // Where secrets may be in the server's environment, that process has none of it.
    let bare = view(script("environment", "test -z \"$HOME$CARGO_MANIFEST_DIR\" && echo bare; exit 1")).await;
    assert_eq!(bare, Err(Unviewable::Unreadable("bare\n".to_owned())));
}
