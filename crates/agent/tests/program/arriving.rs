//! Files that arrive in folders of a real file system, as the helper's source tells of them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use proviso_agent::sources::files::{Arrival, FileContent, Files, FilesSettings, Linux, Told};
use proviso_model::limits::{FILE_DIGESTED_BYTES_MAX, PICTURE_SENT_BYTES_MAX};
use proviso_model::native::{FileDigests, PictureWithout};
use proviso_model::{Digest, Md5};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::time::timeout;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const MINUTE: Duration = Duration::from_secs(60);

/// A home with its folders, and what the source tells of it.
struct Home {
    folder: tempfile::TempDir,
    told: mpsc::Receiver<Told>,
    _source: Option<Files>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("Downloads")).expect("a folder");
        let (_, told) = mpsc::channel(1);
        Self { folder, told, _source: None }
    }

    /// Begins to watch; returns when it does.
    async fn watched(self) -> Self {
        self.watched_with(Duration::from_millis(600)).await
    }

    /// The same, where a file that nobody has closed is taken for whole after so long.
    async fn watched_with(mut self, quiet: Duration) -> Self {
        let settings =
            FilesSettings { settled: Duration::from_millis(300), quiet, ..FilesSettings::default() };
        let (send, told) = mpsc::channel(2);
        let platform = Arc::new(Linux::new(self.folder.path(), None));
        self._source = Some(Files::start(platform, settings, send).expect("a thread"));
        self.told = told;
        assert_eq!(self.next().await, Told::Sight(None), "it sees");
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A picture whose bytes are its own.
    fn write(&self, name: &str) {
        fs::write(self.path(name), [PNG, name.as_bytes()].concat()).expect("written");
    }

    async fn next(&mut self) -> Told {
        timeout(MINUTE, self.told.recv()).await.expect("within a minute").expect("it goes on")
    }

    /// The names of all that arrives until these have.
    async fn until(&mut self, wanted: &[&str]) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        while !wanted.iter().all(|name| names.contains(*name)) {
            let Told::Arrived(Arrival { name, folder, content }) = self.next().await else { continue };
            let whole = self.path(folder.trim_start_matches("~/")).join(&name);
            assert_eq!(content.ok(), fs::read(whole).ok().map(FileContent::Bytes), "{name}");
            names.insert(name);
        }
        names
    }
}

fn names(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_picture_is_told_of_once_it_is_whole_and_what_lay_there_or_is_no_plain_file_never() {
    let home = Home::new();
    home.write("Downloads/old.png");
    home.write("elsewhere.png");
    let mut home = home.watched().await;

    // What lay there before: opened for writing, moved, given another time.
    drop(File::options().append(true).open(home.path("Downloads/old.png")).expect("opened"));
    fs::rename(home.path("Downloads/old.png"), home.path("Downloads/renamed.png")).expect("renamed");
    // What is no plain file, or no picture.
    std::os::unix::fs::symlink(home.path("elsewhere.png"), home.path("Downloads/link.png")).expect("a link");
    std::os::unix::fs::symlink(home.folder.path(), home.path("Downloads/all")).expect("a link");
    let pipe = Command::new("mkfifo").arg(home.path("Downloads/pipe.png")).status().expect("mkfifo runs");
    assert!(pipe.success());
    fs::write(home.path("Downloads/letter.png"), "words alone").expect("written");
    // A download that stays a part, and one that becomes whole, in a folder that is made meanwhile.
    home.write("Downloads/never.png.crdownload");
    fs::create_dir_all(home.path("Downloads/made/inner")).expect("folders");
    home.write("Downloads/made/inner/sails.png.part");
    fs::rename(home.path("Downloads/made/inner/sails.png.part"), home.path("Downloads/made/inner/sails.png"))
        .expect("renamed");
    fs::rename(home.path("elsewhere.png"), home.path("Downloads/no-name")).expect("moved in");
    assert_eq!(home.until(&["no-name", "sails.png"]).await, names(&["no-name", "sails.png"]));
}

#[tokio::test]
async fn a_file_that_is_written_slowly_is_read_once_it_is_closed() {
    let mut home = Home::new().watched_with(MINUTE * 60).await;
    let mut slow = File::create(home.path("Downloads/slow.png")).expect("made");
    slow.write_all(PNG).expect("written");
    home.write("Downloads/another.png");
    assert_eq!(home.until(&["another.png"]).await, names(&["another.png"]));
    slow.write_all(b"and the rest").expect("written");
    drop(slow);
    assert_eq!(home.until(&["slow.png"]).await, names(&["slow.png"]));
}

#[tokio::test]
async fn a_video_or_a_large_picture_is_told_by_its_digests_and_what_is_too_long_or_gone_is_counted() {
    let mut home = Home::new().watched().await;
    let video: Vec<u8> = [b"\0\0\0\x20ftypisom", vec![7; 3 << 20].as_slice()].concat();
    let picture = [PNG, vec![0; PICTURE_SENT_BYTES_MAX].as_slice()].concat();
    for (name, file_type, bytes) in [("film.bin", "mp4", video), ("large.png", "png", picture)] {
        fs::write(home.path("Downloads").join(name), &bytes).expect("written");
        let Told::Arrived(arrival) = home.next().await else { panic!("{name}") };
        let (sha256, md5) = (Digest(Sha256::digest(&bytes).into()), Md5(md5::Md5::digest(&bytes).into()));
        let digests = FileDigests { sha256, md5, bytes: bytes.len() as u64, file_type: file_type.to_owned() };
        assert_eq!((arrival.name.as_str(), arrival.content), (name, Ok(FileContent::Digests(digests))));
    }
    home.write("Downloads/endless.png");
    let endless = File::options().write(true).open(home.path("Downloads/endless.png")).expect("opened");
    endless.set_len(FILE_DIGESTED_BYTES_MAX + 1).expect("a hole");
    drop(endless);
    let arrival = Arrival {
        name: "endless.png".to_owned(),
        folder: "~/Downloads".to_owned(),
        content: Err(PictureWithout::TooLarge),
    };
    assert_eq!(home.next().await, Told::Arrived(arrival));
    for name in ["Downloads/gone.png", "Downloads/gone.txt"] {
        home.write(name);
        fs::remove_file(home.path(name)).expect("removed");
    }
    assert_eq!(home.next().await, Told::Missed(1, PictureWithout::Unreachable), "of the text nobody speaks");
}

#[tokio::test]
async fn folders_that_are_deleted_and_made_again_are_watched_again() {
    let mut home = Home::new();
    home.write("Downloads/old.png");
    home = home.watched().await;
    for round in ["one.png", "two.png"] {
        fs::remove_dir_all(home.path("Downloads")).expect("removed");
        fs::create_dir(home.path("Downloads")).expect("made again");
        home.write(&format!("Downloads/{round}"));
        assert_eq!(home.until(&[round]).await, names(&[round]));
    }
    // Another one, which was not there at all.
    fs::create_dir(home.path("Pictures")).expect("made");
    home.write("Pictures/three.png");
    assert_eq!(home.until(&["three.png"]).await, names(&["three.png"]));
}

#[tokio::test]
async fn of_ten_thousand_files_at_once_every_one_is_told_of() {
    let home = Home::new().watched().await;
    let folder = home.path("Downloads");
    let write = tokio::task::spawn_blocking(move || {
        for number in 0..10_000 {
            let file = Path::new(&folder).join(format!("{number}.png"));
            fs::write(file, [PNG, &u32::to_le_bytes(number)].concat()).expect("written");
        }
    });
    let mut home = home;
    let mut seen = BTreeSet::new();
    while seen.len() < 10_000 {
        match home.next().await {
            Told::Arrived(Arrival { name, content, .. }) => {
                let length = content.map(|content| match content {
                    FileContent::Bytes(bytes) => bytes.len(),
                    FileContent::Digests(_) => 0,
                });
                assert_eq!(length, Ok(PNG.len() + 4));
                assert!(seen.insert(name.clone()), "{name} twice");
            }
            other => panic!("{other:?} after {}", seen.len()),
        }
    }
    write.await.expect("written");
}
