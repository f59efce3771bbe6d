//! A home with browsers as they keep their things, and with files made to harm.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use proviso_ledger::hash::sha256;
use proviso_model::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

const CHROMIUM_EPOCH_MICROS: i64 = 11_644_473_600_000_000;

pub struct Home {
    folder: TempDir,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("sam")).expect("a home");
        Self { folder }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("a folder").join("sam")
    }

    /// Where the visit writes.
    pub fn out(&self) -> PathBuf {
        self.folder.path().join("stick")
    }

    /// An order file, outside the home.
    pub fn order(&self, text: &str) -> String {
        let path = self.folder.path().join("order.toml");
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, text).expect("written");
        path
    }

    /// Chromium with a history: five entries were numbered, and those that are given are left.
    pub fn chromium(&self, entries: &[(&str, &str)]) {
        self.file(
            ".config/chromium/Default/Preferences",
            &format!(
                r#"{{"browser":{{"last_clear_browsing_data_time":"{}"}},"extensions":{{"settings":{{"kjkmlijedkihachckcgdeddpoehopaad":{{"disable_reasons":[]}}}}}}}}"#,
                micros("2026-11-22T12:00:00Z") + CHROMIUM_EPOCH_MICROS
            ),
        );
        self.file(
            ".config/chromium/Local State",
            r#"{"profile":{"info_cache":{"Default":{"user_name":"harbour-walker","gaia_name":"night-ferry","name":"Your Chromium","is_using_default_name":true}}}}"#,
        );
        let history = Connection::open(self.path().join(".config/chromium/Default/History")).expect("opened");
        history
            .execute_batch(
                "CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT, url LONGVARCHAR, title LONGVARCHAR);
                 CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT, url INTEGER NOT NULL, visit_time INTEGER NOT NULL);",
            )
            .expect("made");
        for (address, at) in entries {
            history.execute("INSERT INTO urls(url) VALUES (?1)", [address]).expect("put");
            let url = history.last_insert_rowid();
            let at = micros(at) + CHROMIUM_EPOCH_MICROS;
            history.execute("INSERT INTO visits(url, visit_time) VALUES (?1, ?2)", [url, at]).expect("put");
        }
        // Numbers that were given and taken out again.
        let highest = entries.len() + if entries.len() > 1 { 3 } else { 0 };
        history
            .execute("UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'visits'", [highest as i64])
            .expect("put");
    }

    /// Firefox with a history whose newest entries are in its log alone; open as long as what is given lives.
    pub fn firefox(&self, times: &[&str]) -> Connection {
        self.file(
            ".mozilla/firefox/marina.default/prefs.js",
            "user_pref(\"places.history.enabled\", true);\n",
        );
        self.file(".mozilla/firefox/marina.default/extensions.json", r#"{"addons":[]}"#);
        let places = Connection::open(self.path().join(".mozilla/firefox/marina.default/places.sqlite"))
            .expect("opened");
        let _: String = places.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).expect("set");
        places
            .execute_batch(
                "CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url LONGVARCHAR);
                 CREATE TABLE moz_historyvisits(id INTEGER PRIMARY KEY, place_id INTEGER, visit_date INTEGER);
                 INSERT INTO moz_places VALUES (1, 'https://harbour.example/');",
            )
            .expect("made");
        for at in times {
            places
                .execute("INSERT INTO moz_historyvisits(place_id, visit_date) VALUES (1, ?1)", [micros(at)])
                .expect("put");
        }
        places
    }

    /// Files made to harm.
    pub fn hostile(&self) {
        self.file(".config/google-chrome/Damaged/History", &"no history ".repeat(1_000));
        self.file(".config/google-chrome/Damaged/Preferences", "{]");
        self.file(".config/google-chrome/Pipe/Preferences", "{}");
        let pipe = self.path().join(".config/google-chrome/Pipe/History");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().expect("mkfifo runs").success());
        self.file(".config/google-chrome/View/Preferences", "{}");
        let view = Connection::open(self.path().join(".config/google-chrome/View/History")).expect("opened");
        view.execute_batch(
            "CREATE TABLE urls(id INTEGER PRIMARY KEY, url TEXT);
             CREATE VIEW visits AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
               SELECT x AS id, 1 AS url, 1 AS visit_time FROM c;",
        )
        .expect("made");
        let link =
            |to: &str, name: &str| std::os::unix::fs::symlink(to, self.path().join(name)).expect("linked");
        link("vivaldi", ".config/vivaldi");
        link("/etc", ".librewolf");
        self.file(".waterfox/huge/prefs.js", "");
        let huge = std::fs::File::create(self.path().join(".waterfox/huge/places.sqlite")).expect("made");
        huge.set_len(1 << 40).expect("a file of a terabyte, all of it a hole");
    }
}

fn micros(at: &str) -> i64 {
    Timestamp::parse(at).expect("an instant").as_micros()
}

/// Everything below a folder as it is: kind and rights, size, times of writing, of change and of reading, and content. Folders' times of
/// reading are taken before they are listed here.
pub fn snapshot(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let of = std::fs::symlink_metadata(folder).expect("there");
    // To follow a link is to read it, and no system can be asked not to note that.
    let read_at = if of.is_symlink() { (0, 0) } else { (of.atime(), of.atime_nsec()) };
    let times = (of.mtime(), of.mtime_nsec(), of.ctime(), of.ctime_nsec(), read_at);
    let content = match of.file_type() {
        kind if kind.is_file() && of.len() < 1 << 30 => {
            let bytes = read(folder);
            hex::encode(sha256(&bytes))
        }
        kind if kind.is_symlink() => std::fs::read_link(folder).expect("a link").display().to_string(),
        _ => String::new(),
    };
    all.push(format!("{} {:o} {} {times:?} {content}", folder.display(), of.mode(), of.size()));
    if of.is_dir() {
        let mut names: Vec<PathBuf> = list(folder);
        names.sort();
        all.extend(names.iter().flat_map(|name| snapshot(name)));
    }
    all
}

/// Nothing is other than it was.
pub fn unchanged(before: &[String], after: &[String]) {
    let changed: Vec<_> = before.iter().zip(after).filter(|(before, after)| before != after).collect();
    assert!(changed.is_empty() && before.len() == after.len(), "the visit changed something: {changed:?}");
}

/// Without changing the time of reading, so that two looks can be compared.
fn read(path: &Path) -> Vec<u8> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::from(open(path)).read_to_end(&mut bytes).expect("read");
    bytes
}

fn list(path: &Path) -> Vec<PathBuf> {
    let names = rustix::fs::Dir::new(open(path)).expect("listed").map(|entry| entry.expect("an entry"));
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name != "." && name != "..").map(|name| path.join(name)).collect()
}

fn open(path: &Path) -> rustix::fd::OwnedFd {
    let flags = rustix::fs::OFlags::NOATIME | rustix::fs::OFlags::CLOEXEC;
    rustix::fs::open(path, flags, rustix::fs::Mode::empty()).expect("opened")
}
