//! Hash sets from the command line. Every digest is of a harmless line of text: `harmless file N` and a line feed.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{done, force, refused, run};

const LISTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus-committed/picture_list");

fn import<'a>(file: &'a str, name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let about = ["--source", "an invented source", "--date", "2026-11-01", "--licence", "none"];
    [&["hash-set", "import", file, "--name", name][..], &about, more].concat()
}

/// What was found for one question, as "how set version category", and the exit code.
fn check(data: &Path, asked: &str) -> (Vec<String>, Option<i32>) {
    let output = run(data, &["--json", "hash-set", "check", asked], "");
    let said: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let found = said.pointer("/checked/0/found").and_then(Value::as_array).expect("what was found");
    let found = found.iter().map(|found| {
        let word = |name: &str| found.get(name).map(|word| word.to_string().replace('"', "")).expect("said");
        let distance = Some(word("distance")).filter(|distance| distance != "null");
        let distance = distance.map(|distance| format!(" {distance}")).unwrap_or_default();
        format!("{}{distance} {} {} {}", word("how"), word("set"), word("version"), word("category"))
    });
    (found.collect(), output.status.code())
}

fn set_files(data: &Path) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(data.join("blobs/hash-sets")).expect("the folder of sets");
    folder.map(|file| file.expect("a file").path()).collect()
}

#[test]
fn lists_of_every_format_are_imported_listed_and_looked_up_and_each_kind_of_sameness_is_told_apart() {
    let folder = force();
    let data = folder.path().join("data");
    let lists = [
        ("vics-1.3.json", "vics", &["--format", "vics", "--country", "UK", "--child-abuse"][..], (4, 3)),
        ("vics-2.0-us.json", "us", &[], (2, 0)),
        ("caid-case.json", "caid", &["--format", "caid"], (2, 0)),
        ("md5.txt", "md5", &[], (3, 1)),
        ("sha1.csv", "sha1", &["--format", "sha1"], (2, 0)),
        ("pdq.csv", "pdq", &["--format", "pdq", "--device-ok"], (2, 1)),
    ];
    for (file, name, more, (taken, malformed)) in lists {
        let file = format!("{LISTS}/{file}");
        let told = done(&data, &import(&file, name, more), "");
        let counts = (told["counts"]["taken"].as_u64(), told["counts"]["malformed"].as_u64());
        assert_eq!(counts, (Some(taken), Some(malformed)), "{name}: {told}");
    }
    // Of the seed with mostly odd lines only a mended copy is taken.
    let odd = format!("{LISTS}/sha256.txt");
    let said = refused(&data, &import(&odd, "sha256", &[]), "");
    assert!(
        said.contains("1 entries can be taken and 2 cannot be read") && said.contains("line 2"),
        "{said}"
    );
    let mended = folder.path().join("sha256.txt");
    let text = std::fs::read_to_string(&odd).expect("read").replace(",x", ",1");
    std::fs::write(&mended, text).expect("written");
    done(&data, &import(&mended.display().to_string(), "sha256", &["--country", "UK"]), "");

    let picture = folder.path().join("a file");
    std::fs::write(&picture, "harmless file 1\n").expect("written");
    let picture = picture.display().to_string();
    let nothing = folder.path().join("an empty file");
    std::fs::write(&nothing, "").expect("written");
    let nothing = nothing.display().to_string();
    let pdq = std::fs::read_to_string(format!("{LISTS}/pdq.csv")).expect("read")[..64].to_owned();
    let near = format!("{:x}{}", u8::from_str_radix(&pdq[..1], 16).expect("a digit") ^ 7, &pdq[1..]);
    let cases: [(&str, &[&str]); 7] = [
        (&picture, &["sha256 sha256 1 0", "sha1 sha1 1 1", "sha1 vics 1 1", "md5 md5 1 0", "md5 vics 1 1"]),
        ("CCE4436779C33EF11D614F9BFBCFB0D0", &["md5 md5 1 0", "md5 vics 1 1"]),
        (&pdq, &["pdq 0 pdq 1 0"]),
        (&near, &["pdq 3 pdq 1 0"]),
        ("0123456789abcdef0123456789abcdef", &[]),
        ("d41d8cd98f00b204e9800998ecf8427e", &[]),
        (&nothing, &[]),
    ];
    for (asked, expected) in cases {
        let (found, code) = check(&data, asked);
        assert_eq!(found, expected, "{asked}");
        assert_eq!(code, Some(i32::from(expected.is_empty())), "{asked}");
    }
    let words = run(&data, &["hash-set", "check", &picture, &near, &nothing], "");
    assert_eq!(words.status.code(), Some(0), "one of them is listed");
    let words = String::from_utf8(words.stdout).expect("text");
    for expected in [
        "same SHA-256 as an entry of sha256 version 1",
        "same MD5 as an entry of vics version 1",
        "category 1: category A (CAID; compare with the list's own document)",
        "looks similar to an entry of pdq version 1",
        "PDQ distance 3 of 256",
        "an empty file: not on any list in use",
    ] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    let said = refused(&data, &["hash-set", "check", "no such file"], "");
    assert!(said.contains("no such file") && said.contains("40 or 64 hexadecimal digits"), "{said}");
}

#[test]
fn a_set_has_versions_its_files_never_change_and_one_that_was_changed_is_not_used() {
    let folder = force();
    let data = folder.path().join("data");
    let first = format!("{LISTS}/md5.txt");
    let said = refused(&data, &import(&first, "Our List", &[]), "");
    assert!(said.contains("is no name for a hash set"), "{said}");
    let said = refused(&data, &import(&first, "ours", &["--country", "uk"]), "");
    assert!(said.contains("two capital letters"), "{said}");
    assert_eq!(done(&data, &["hash-set", "list"], "")["hash_sets"], Value::Array(Vec::new()));

    let told = done(&data, &import(&first, "ours", &["--child-abuse"]), "");
    assert_eq!((told["version"].as_u64(), told["md5"]["twice"].as_u64()), (Some(1), Some(1)), "{told}");
    let second = format!("{LISTS}/caid-case.json");
    let told = done(&data, &import(&second, "ours", &[]), "");
    assert_eq!((told["version"].as_u64(), told["entries_before"].as_u64()), (Some(2), Some(3)));
    assert_eq!(
        check(&data, "cce4436779c33ef11d614f9bfbcfb0d0"),
        (Vec::new(), Some(1)),
        "the first is retired"
    );
    // The same list under another name is the same file.
    done(&data, &import(&second, "theirs", &[]), "");
    let rows = done(&data, &["hash-set", "list"], "");
    let rows = rows["hash_sets"].as_array().expect("rows");
    let says = &rows[0]["says"];
    assert_eq!((rows.len(), rows[0]["retired_at"].is_string()), (3, true));
    assert_eq!((says["child_abuse"].as_bool(), says["dated"].as_str()), (Some(true), Some("2026-11-01")));

    let files = set_files(&data);
    // Of each the set, the set of keyed digests and the filter for devices.
    assert_eq!(files.len(), 6, "superseded versions are kept, nothing is left half-way: {files:?}");
    for file in &files {
        assert_eq!(std::fs::metadata(file).expect("there").permissions().mode() & 0o777, 0o400, "{file:?}");
    }
    let in_use = data.join("blobs/hash-sets").join(rows[1]["sha256"].as_str().expect("a hash"));
    let mut bytes = std::fs::read(&in_use).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::remove_file(&in_use).expect("removed");
    std::fs::write(&in_use, &bytes).expect("written");
    std::fs::set_permissions(&in_use, std::fs::Permissions::from_mode(0o400)).expect("private");
    let said = refused(&data, &["hash-set", "check", "cce4436779c33ef11d614f9bfbcfb0d0"], "");
    assert!(said.contains("does not have the SHA-256 that was signed") && said.contains("ours"), "{said}");
    std::fs::set_permissions(&in_use, std::fs::Permissions::from_mode(0o660)).expect("not private");
    let said = refused(&data, &["hash-set", "check", "cce4436779c33ef11d614f9bfbcfb0d0"], "");
    assert!(said.contains("others than the account that owns it may write it"), "{said}");

    done(&data, &["hash-set", "remove", "ours"], "");
    done(&data, &["hash-set", "remove", "theirs"], "");
    let said = refused(&data, &["hash-set", "remove", "theirs"], "");
    assert!(said.contains("does not exist"), "{said}");
}
