//! A force's own list: what is taken, what is refused and with which words.

use proviso_engine::Pack;
use proviso_engine::import::{
    Defaults, Format, ImportError, List, Trial, ordinary_paragraphs, pack_text, read,
};
use proviso_model::limits::{PACK_IMPORT_BYTES_MAX, PACK_IMPORT_TERMS_MAX};

fn defaults() -> Defaults {
    Defaults { weight_permille: 1000, language: None }
}

fn csv(text: &str) -> Result<List, ImportError> {
    read(text.as_bytes(), Format::Csv, &defaults())
}

fn json(text: &str) -> Result<List, ImportError> {
    read(text.as_bytes(), Format::Json, &defaults())
}

fn pack(list: &List) -> Pack {
    let text = pack_text("test-list", "1", "Invented.", "sexual", &list.entries);
    Pack::from_toml(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn a_list_in_either_form_gives_the_same_pack() {
    let from_csv = csv("term,weight,language,inside_words,within_words,needs,unless\r\n\
        \"harbour, lantern\",700,en,no,,,\r\n\
        hafen,,de,yes,,,\r\n\
        anchor,600,,,4,chain;rope,museum\r\n\
        \r\n\
        \"say \"\"ahoy\"\"\",,,,,,\r\n")
    .expect("a list");
    let from_json = json(
        "[{\"term\": \"harbour, lantern\", \"weight\": 700, \"language\": \"en\"},\n\
         {\"term\": \"hafen\", \"language\": \"de\", \"inside_words\": true},\n\
         {\"term\": \"anchor\", \"weight\": 600, \"within_words\": 4, \"needs\": [\"chain\", \"rope\"], \"unless\": [\"museum\"]},\n\n\
         \"say \\\"ahoy\\\"\"]",
    )
    .expect("a list");
    assert_eq!(pack(&from_csv), pack(&from_json));
    assert_eq!(json(&format!("{{\"terms\": {}}}", "[\"harbour\"]")).expect("a list").entries.len(), 1);
    let lines: Vec<u64> = from_json.entries.iter().map(|entry| entry.line).collect();
    assert_eq!(lines, [1, 2, 3, 5]);
    let category = pack(&from_csv).categories.remove(0);
    assert_eq!((category.terms.len(), category.contexts.len()), (4, 1));
    assert!(category.terms.iter().any(|term| term.text == "say \"ahoy\""));
}

#[test]
fn a_plain_list_is_one_term_a_line_and_says_what_is_there_twice() {
    let list = csv("\u{FEFF}harbour lantern\nTide Table\n\nHARBOUR  lantern\ntide table\n").expect("a list");
    assert_eq!(list.entries.len(), 2);
    assert_eq!(list.doubled, [(4, 1), (5, 2)]);
    assert_eq!(list.refused, []);
}

#[test]
fn an_entry_that_cannot_be_a_term_is_refused_with_its_line_and_the_rest_is_kept() {
    let cases = [
        ("x", "is one letter and would be found everywhere"),
        ("é", "is one letter"),
        ("...", "nothing that could be looked for"),
        ("=cmd|' /C calc'!A0", "begins as a spreadsheet formula does"),
        ("@SUM(1)", "begins as a spreadsheet formula does"),
        ("-harbour", "begins as a spreadsheet formula does"),
        ("a harbour, a lantern", "there are 2 cells, and the list has 1 columns"),
        ("level {n}", "has a meaning of its own in packs"),
        ("\"two\nlines\"", "control character or a line break"),
    ];
    for (entry, expected) in cases {
        let list = csv(&format!("harbour\n{entry}\nlantern\n")).expect("a list");
        assert_eq!(list.entries.len(), 2, "{entry}: {list:?}");
        let [refused] = list.refused.as_slice() else { panic!("{entry}: {list:?}") };
        assert!(refused.line == 2 && refused.problem.contains(expected), "{entry}: {refused:?}");
    }
    let long = "harbour ".repeat(40);
    let list = csv(&format!("harbour\n\"{long}")).expect("a list");
    assert!(list.refused[0].problem.contains("close a quotation mark"), "{:?}", list.refused);

    let header = "term,weight,language,inside_words,within_words,needs,unless\n";
    let cases = [
        ("anchor,0", "weight 0 is not within 1 to 1000"),
        ("anchor,many", "weight \"many\" is not a number"),
        ("anchor,,polish", "\"polish\" is not a language tag"),
        ("an,,,maybe", "inside_words \"maybe\" is neither yes nor no"),
        ("an,,,yes", "too short to be looked for within words"),
        ("anchor,,,,4", "within_words goes with needs or unless"),
        ("anchor,,,,99,rope", "within_words 99 is not within 1 to 50"),
        ("anchor,,,,,x", "\"x\" is one letter"),
        (",600", "the term is empty"),
    ];
    for (row, expected) in cases {
        let list = csv(&format!("{header}{row}\n")).expect("a list");
        let [refused] = list.refused.as_slice() else { panic!("{row}: {list:?}") };
        assert!(refused.line == 2 && refused.problem.contains(expected), "{row}: {refused:?}");
    }
    let list = json("[\"harbour\",\n 7,\n {\"word\": \"x\"},\n {\"term\": \"quay\"}]").expect("a list");
    assert_eq!(list.refused.iter().map(|refused| refused.line).collect::<Vec<_>>(), [2, 3]);
    assert!(list.refused[1].problem.contains("unknown field `word`"), "{:?}", list.refused);
}

#[test]
fn a_file_that_is_no_list_is_refused_as_a_whole_with_what_to_do() {
    let of = |bytes: &[u8], format| read(bytes, format, &defaults()).expect_err("refused").to_string();
    let many = "harbour lantern\n".repeat(PACK_IMPORT_TERMS_MAX + 1);
    let million = "ab\n".repeat(1_000_000);
    let utf16: Vec<u8> = "\u{FEFF}harbour\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases = [
        (of(&vec![b'a'; PACK_IMPORT_BYTES_MAX + 1], Format::Csv), "split it into several packs"),
        (of(many.as_bytes(), Format::Csv), "line 100001: the list has more than 100000 entries"),
        (of(million.as_bytes(), Format::Csv), "line 100001: the list has more than 100000 entries"),
        (of(&utf16, Format::Csv), "not UTF-8 text but UTF-16"),
        (of(b"harbour\nf\xFCr\n", Format::Csv), "line 2: this is not UTF-8 text, perhaps an older Windows"),
        (of(b"harbour\n\0\n", Format::Csv), "line 2: this is not UTF-8 text (it holds a null character)"),
        (of(b"term;weight\nharbour;600\n", Format::Csv), "parted by semicolons"),
        (of(b"word,weight\nharbour,600\n", Format::Csv), "none is called \"term\""),
        (of(b"term,wieght\nharbour,600\n", Format::Csv), "there is no column \"wieght\""),
        (of(b"term,term\n", Format::Csv), "is there twice"),
        (of(b"", Format::Csv), "holds no entry"),
        (of(b"term\n\n", Format::Csv), "holds no entry"),
        (of(b"[\"harbour\",", Format::Json), "this is not a list as JSON"),
        (of(b"{\"words\": []}", Format::Json), "unknown field `words`"),
        (of("[".repeat(100_000).as_bytes(), Format::Json), "this is not a list as JSON"),
        (of(b"[]", Format::Json), "holds no entry"),
    ];
    for (error, expected) in cases {
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn a_trial_says_how_often_a_list_would_have_spoken_on_ordinary_text() {
    let trial = |text: &str| Trial::of(&pack(&csv(text).expect("a list"))).expect("tried");
    let quiet = trial("harbour lantern of the quay\n");
    assert_eq!((quiet.paragraphs, quiet.spoken, quiet.terms.len()), (ordinary_paragraphs().count(), 0, 0));
    assert!(quiet.paragraphs >= 60);
    let loud = trial("term,weight\nthe,1000\nhelpline,600\n");
    assert!(loud.spoken > loud.paragraphs / 2, "{loud:?}");
    assert_eq!(loud.terms[0].0, "the");
    assert_eq!(loud.terms[1], ("helpline".to_owned(), 1));
    for built_in in Pack::built_in().expect("the packs").iter().filter(|pack| !pack.categories.is_empty()) {
        let mut adult = built_in.clone();
        adult.categories.retain(|category| category.name != "minor-reference");
        assert_eq!(Trial::of(&adult).expect("tried").spoken, 0, "{}", built_in.name);
    }
}
