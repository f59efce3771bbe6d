//! Pictures, as the program says what is in them, and pictures made to do harm.

mod listed;
mod malformed;
mod support;
#[cfg(target_os = "linux")]
mod windows;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use malformed::Malformed;
use proviso_agent::pictures::{Contained, Failed, LookLimits, Looked};
use proviso_engine::image::PdqHash;
use serde_json::Value;

fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/pictures")
}

fn classify(files: &[PathBuf]) -> Output {
    let program = env!("CARGO_BIN_EXE_proviso-agent");
    Command::new(program).args(["classify", "image"]).args(files).output().expect("it ends")
}

/// The models that are part of the program.
fn asked() -> [String; 2] {
    ["open-nsfw@0.0.6", "nsfwjs-mobilenet-v2@4.3.0"].map(str::to_owned)
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn each_picture_gets_its_hashes_and_scores_as_other_programs_say_them() {
    let expected = std::fs::read_to_string(pictures().join("expected.jsonl")).expect("the expected lines");
    let expected: Vec<Value> =
        expected.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let files: Vec<PathBuf> =
        expected.iter().map(|line| pictures().join(line["file"].as_str().expect("a name"))).collect();
    let output = classify(&files);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let found = lines(&output);
    assert_eq!(found.len(), expected.len());
    for ((line, expected), file) in found.iter().zip(&expected).zip(&files) {
        assert_eq!(line["file"], file.display().to_string());
        for member in ["md5", "sha256", "pdq_quality"] {
            assert_eq!(line[member], expected[member], "{member} of {}", file.display());
        }
        let hash = |line: &Value| line["pdq"].as_str().and_then(|text| text.parse::<PdqHash>().ok());
        let (found, wanted) = (hash(line).expect("a hash"), hash(expected).expect("a hash"));
        // Two JPEG decoders may differ by a shade; for all else the pixels are the same.
        let distance_max = if file.extension().is_some_and(|end| end == "jpg") { 4 } else { 0 };
        assert!(found.distance(&wanted) <= distance_max, "{}: {found} and {wanted}", file.display());
        let score = |name: &str| line["scores"][name].as_f64().expect("a share");
        let sum = score("explicit") + score("suggestive") + score("neutral");
        assert!((sum - 1.0).abs() < 1e-9, "{line}");
        // The small model is asked first, and the large one only where it is not sure that there is nothing to see.
        let models: Vec<&str> = line["models"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|one| one["model"].as_str())
            .collect();
        let [small, both] = ["nsfwjs-mobilenet-v2@4.3.0", "nsfwjs-mobilenet-v2+open-nsfw@4.3.0+0.0.6"];
        match models.as_slice() {
            ["nsfwjs-mobilenet-v2@4.3.0"] => assert_eq!(line["model"], small),
            ["nsfwjs-mobilenet-v2@4.3.0", "open-nsfw@0.0.6"] => assert_eq!(line["model"], both),
            other => panic!("{other:?}"),
        }
        assert!(models.len() == 2 || score("neutral") >= 0.95, "{line}");
    }
}

/// What is said of the rings with a library named, and what is told beside.
fn with_library(library: &Path) -> (Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proviso-agent"));
    command.args(["classify", "image", "--onnxruntime"]).arg(library);
    let output =
        command.args([pictures().join("rings.bmp"), pictures().join("rings.gif")]).output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    (lines(&output).first().expect("a line").clone(), told)
}

#[test]
fn a_library_that_cannot_be_used_is_told_once_and_the_scores_come_without_it() {
    let (line, told) = with_library(&pictures().join("waves.png"));
    assert_eq!(told.matches("cannot be used").count(), 1, "{told}");
    assert!(line["models"][0]["runtime"].as_str().is_some_and(|name| name.starts_with("rten")), "{line}");
}

/// Set-up brings the library where its package has one.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn the_process_for_pictures_runs_the_library_within_its_memory_and_says_the_same() {
    let program = Path::new(env!("CARGO_BIN_EXE_proviso-agent"));
    let target = program.ancestors().nth(2).expect("a target folder");
    let (line, told) = with_library(&target.join("onnxruntime/libonnxruntime.so.1.32.0"));
    let pure = lines(&classify(&[pictures().join("rings.bmp")]));
    let pure = pure.first().expect("a line");
    assert_eq!(told, "");
    let models = line["models"].as_array().expect("a list");
    assert_eq!(models.len(), 2, "the small model is not sure: {line}");
    for (one, other) in models.iter().zip(pure["models"].as_array().expect("a list")) {
        assert!(one["runtime"].as_str().is_some_and(|name| name.starts_with("onnxruntime@")), "{one}");
        assert_eq!(one["model"], other["model"]);
        let chance = |line: &Value| line["explicit"].as_f64().expect("a chance");
        assert!((chance(one) - chance(other)).abs() < 0.001, "{one} {other}");
    }
}

#[test]
fn a_picture_that_is_damaged_or_made_to_do_harm_is_an_error_line_and_the_next_one_is_read() {
    let harm = |name: &str| pictures().join("harm").join(name);
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.jpg");
    std::fs::write(&empty, "").expect("written");
    let good = pictures().join("waves.png");
    let cases = [
        (harm("says-huge.png"), "60000 x 60000"),
        (harm("cut.png"), "damaged"),
        (harm("page.jpg"), "no picture"),
        (empty, "empty"),
        (folder.path().join("nowhere.png"), "cannot be opened"),
        (folder.path().to_owned(), "cannot be read"),
    ];
    let mut files: Vec<PathBuf> = cases.iter().map(|(file, _)| file.clone()).collect();
    files.push(good);
    let output = classify(&files);
    assert_eq!(output.status.code(), Some(1));
    let found = lines(&output);
    assert_eq!(found.len(), files.len());
    for (line, (file, words)) in found.iter().zip(&cases) {
        let error = line["error"].as_str().unwrap_or_default();
        assert!(error.contains(words), "{}: {line}", file.display());
    }
    assert!(found.last().expect("a line")["pdq"].is_string(), "the last one is good");
}

#[test]
fn a_few_bytes_that_inflate_to_many_pixels_are_read_within_the_memory_that_is_allowed() {
    let found = lines(&classify(&[pictures().join("harm/inflates.png"), pictures().join("waves.png")]));
    let [inflates, waves] = found.as_slice() else { panic!("two lines, {found:?}") };
    assert_eq!(inflates["pdq_quality"], 0, "{inflates}");
    assert!(waves["pdq"].is_string(), "{waves}");
}

#[tokio::test]
async fn a_process_that_hangs_or_ends_costs_one_picture_and_no_more() {
    let limits = LookLimits { look: Duration::from_millis(100), start: Duration::from_millis(100) };
    let mut hangs = Contained::new("/bin/sleep".into(), vec!["600".into()], limits);
    assert!(matches!(hangs.look(b"a picture", &asked()).await, Err(Failed::TooLong(_))));
    assert!(
        matches!(hangs.look(b"another", &asked()).await, Err(Failed::TooLong(_))),
        "a new one was started"
    );
    let limits = LookLimits::default();
    let mut ends = Contained::new("/bin/false".into(), Vec::new(), limits);
    assert!(matches!(ends.look(b"a picture", &asked()).await, Err(Failed::Crashed)));
    let mut missing = Contained::new("/nowhere/agent".into(), Vec::new(), limits);
    assert!(matches!(missing.look(b"a picture", &asked()).await, Err(Failed::NotRunning(_))));
    let program = env!("CARGO_BIN_EXE_proviso-agent");
    let mut good = Contained::new(program.into(), vec!["picture-worker".into()], limits);
    assert!(matches!(good.look(b"no picture", &asked()).await, Ok(Looked::Unreadable { .. })));
    let waves = std::fs::read(pictures().join("waves.png")).expect("a file");
    assert!(matches!(good.look(&waves, &asked()).await, Ok(Looked::Seen(_))), "the same process answers");
}

/// With both models loaded, and gone when the process is let go, as it is when no picture has come for a while.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_process_holds_little_with_both_models_and_nothing_once_it_is_let_go() {
    let program = env!("CARGO_BIN_EXE_proviso-agent");
    let mut contained = Contained::new(program.into(), vec!["picture-worker".into()], LookLimits::default());
    let rings = std::fs::read(pictures().join("rings.bmp")).expect("a file");
    let looked = contained.look(&rings, &asked()).await;
    let Ok(Looked::Seen(seen)) = looked else { panic!("{looked:?}") };
    assert_eq!(seen.scores.len(), 2, "the small model is not sure: {seen:?}");
    let process = contained.process().expect("it runs");
    let most = most_resident_kib(process);
    assert!(most <= 150 << 10, "{most} KiB");
    contained.release();
    let state = || std::fs::read_to_string(format!("/proc/{process}/stat"));
    let is_gone = || state().map_or(true, |stat| stat.contains(") Z "));
    let gone = async {
        while !is_gone() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("it ends");
    assert!(contained.process().is_none());
}

/// What a picture may cost, whatever is in it; unoptimised, hashing alone takes several times as long.
const LOOK_MAX: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 2 });
const RESIDENT_KIB_MAX: u64 = 256 << 10;
/// Malformed pictures, unless `PROVISO_MALFORMED` says how many: `cargo xtask test --full` runs ten thousand.
const MALFORMED: usize = 120;

/// A picture in a few bytes, of as many pixels as are decoded at all, or of fewer where they are decoded unoptimised.
fn bomb() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let (width, height) = if cfg!(debug_assertions) { (2_000, 1_500) } else { (6_000, 4_000) };
    let picture = image::RgbImage::new(width, height);
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("written");
    bytes.into_inner()
}

/// The most memory that a process has held.
#[cfg(target_os = "linux")]
fn most_resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the most it held");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number")
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn malformed_pictures_by_the_hundred_neither_end_nor_hold_up_nor_fill_the_process_that_looks_at_them() {
    let count =
        std::env::var("PROVISO_MALFORMED").map_or(MALFORMED, |count| count.parse().expect("a number"));
    let program = env!("CARGO_BIN_EXE_proviso-agent");
    let limits = LookLimits { look: LOOK_MAX, ..LookLimits::default() };
    let mut contained = Contained::new(program.into(), vec!["picture-worker".into()], limits);
    let mut malformed = Malformed::of(&pictures());
    let (mut seen, mut most) = (0, 0);
    let mut process = None;
    for number in 0..count {
        let bytes = if number == count / 2 { bomb() } else { malformed.next() };
        match contained.look(&bytes, &asked()).await {
            Ok(Looked::Seen(_)) => seen += 1,
            Ok(Looked::Unreadable { error }) => assert!(!error.is_empty()),
            Err(failed) => {
                let kept = std::env::temp_dir().join(format!("malformed-{number}"));
                std::fs::write(&kept, &bytes).expect("written");
                panic!("picture {number}, kept as {}: {failed}", kept.display());
            }
        }
        let now = contained.process().expect("it runs");
        assert_eq!(*process.get_or_insert(now), now, "one process has looked at all");
        most = most_resident_kib(now).max(most);
    }
    assert!(
        seen > count / 20 && seen < count,
        "{seen} of {count} could be decoded: not the mixture that is meant"
    );
    assert!(most <= RESIDENT_KIB_MAX, "{most} KiB were held");
    println!("{count} malformed pictures, {seen} of them decoded, at most {} MiB held", most / 1024);
}
