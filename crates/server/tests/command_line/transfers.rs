//! A case from one force to another, as two administrators do it.

use std::path::Path;

use super::{ORDER, done, force, refused};

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// A force's certificate and the fingerprint that is read out.
fn certificate(data: &Path, out: &Path) -> String {
    let made = done(data, &["admin", "transfer-key", "--out", &shown(out)], "");
    made.get("fingerprint").and_then(|said| said.as_str()).expect("a fingerprint").to_owned()
}

#[test]
fn two_administrators_hand_a_case_over_and_what_does_not_fit_is_refused_in_words() {
    let (old, new) = (force(), force());
    let (from, to) = (old.path().join("data"), new.path().join("data"));
    let place = |name: &str| old.path().join(name);
    let case = done(&from, &["admin", "case-create", "--order", ORDER], "")["case"].clone();
    let case = case.as_str().expect("a case");
    let (ours, theirs) = (place("old.json"), place("new.json"));
    let read_out = [certificate(&from, &ours), certificate(&to, &theirs)];
    assert_eq!(read_out[0].len(), 39, "eight groups of four: {}", read_out[0]);
    let said = refused(&from, &["admin", "transfer-key", "--out", &shown(&ours)], "");
    assert!(said.contains("choose another name"), "{said}");

    let file = shown(&place("case.pvct"));
    let export = |fingerprint: &str, out: &str| {
        let to = shown(&theirs);
        let args = ["admin", "case-export", "--case", case, "--to", &to, "--fingerprint", fingerprint];
        args.iter().copied().chain(["--out", out]).map(str::to_owned).collect::<Vec<_>>()
    };
    let wrong = export(&read_out[0], &file);
    let said = refused(&from, &wrong.iter().map(String::as_str).collect::<Vec<_>>(), "");
    assert!(said.contains("not what was read out to you"), "{said}");
    let right = export(&read_out[1], &file);
    let made = done(&from, &right.iter().map(String::as_str).collect::<Vec<_>>(), "");
    assert_eq!(made["still_enrolled"].as_array().map(Vec::len), Some(0));

    let from_them = shown(&ours);
    let import = |more: &[&'static str]| {
        let args = ["admin", "case-import", &file, "--from", &from_them, "--fingerprint", &read_out[0]];
        args.iter().copied().chain(more.iter().copied()).map(str::to_owned).collect::<Vec<_>>()
    };
    let receipt = shown(&place("receipt.json"));
    let run = |more: &[&'static str]| {
        let args = import(more);
        done(&to, &args.iter().map(String::as_str).collect::<Vec<_>>(), "")
    };
    assert_eq!(run(&["--dry-run"])["known"], false);
    assert_eq!(run(&["--dry-run"])["known"], false, "and a look changes nothing");
    let args = import(&[]);
    let with_receipt: Vec<&str> =
        args.iter().map(String::as_str).chain(["--receipt", receipt.as_str()]).collect();
    let received = done(&to, &with_receipt, "");
    assert_eq!((received["new"].as_bool(), received["case"] != case), (Some(true), true));
    assert_eq!(run(&["--dry-run"])["known"], true);
    let again = run(&[]);
    assert_eq!((again["new"].as_bool(), &again["case"]), (Some(false), &received["case"]));
    let hash = received["statement"].as_str().expect("a hash");
    let out = shown(&place("evidence.zip"));
    let said = refused(&to, &["admin", "received-export", "--received", hash, "--out", &out], "");
    assert!(said.contains("no evidence came with this file"), "{said}");

    // No device was ever enrolled, so there was nothing to stop; the receipt is checked all the same.
    let confirm = ["admin", "transfer-confirmed", "--case", case, "--receipt", &receipt];
    let said = refused(&from, &confirm, "");
    assert!(said.contains("no entry says that another force took this case over"), "{said}");
    let text = std::fs::read_to_string(place("receipt.json")).expect("a receipt");
    std::fs::write(place("other.json"), text.replace(hash, &"0".repeat(64))).expect("written");
    let other = shown(&place("other.json"));
    let said = refused(&from, &["admin", "transfer-confirmed", "--case", case, "--receipt", &other], "");
    assert!(said.contains("what was received is not what was handed over"), "{said}");

    let bytes = std::fs::read(&file).expect("the file");
    std::fs::write(&file, bytes.get(..bytes.len() / 2).expect("half of it")).expect("written");
    let args = import(&[]);
    let said = refused(&to, &args.iter().map(String::as_str).collect::<Vec<_>>(), "");
    assert!(said.contains("it was not copied whole; copy it again"), "{said}");
}
