//! Lists of hashes of pictures that a force imports: what is read of each format, and what is left out and why. Every digest here
//! is of a harmless line of text.

use std::io::{BufReader, Read};

use proviso_engine::image::lists::{Counts, ListEntry, ListError, ListFormat, Problem, ReadList, read};
use serde_json::Value;

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus-committed/picture_list");

fn seed(name: &str) -> Vec<u8> {
    std::fs::read(format!("{SEEDS}/{name}")).expect("a seed")
}

fn take(
    bytes: &[u8],
    format: ListFormat,
    country: Option<&str>,
) -> Result<(ReadList, Vec<ListEntry>), ListError> {
    let mut entries = Vec::new();
    let mut keep = |entry| {
        entries.push(entry);
        Ok(())
    };
    // A small buffer, so that everything is cut somewhere.
    let read = read(BufReader::with_capacity(7, bytes), format, country, &mut keep, &mut |_| {})?;
    Ok((read, entries))
}

/// Counts that are not 0, in a line.
fn counted(counts: &Counts) -> String {
    let Ok(Value::Object(all)) = serde_json::to_value(counts) else { panic!("counts are an object") };
    let some = all.iter().filter(|(_, count)| **count != 0);
    some.map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ").replace('"', "")
}

#[test]
fn each_format_gives_its_entries_and_says_what_it_left_out() {
    use ListFormat::{Auto, Caid, Pdq, Sha1, Sha256, Vics};
    let cases = [
        (
            ("vics-1.3.json", Auto, Some("UK"), "Vics 1.3 UK"),
            "categories {1:1,2:2,9:1}, empty_files 1, malformed 3, md5 4, of_no_interest 1, photo_dna 1, sha1 4, taken 4, \
             tiny_files 1, without_digest 1",
        ),
        (
            ("vics-2.0-us.json", Vics, None, "Vics 2.0 US"),
            "categories {1:1,3:1}, md5 2, of_no_interest 1, pdq 1, photo_dna 1, sha1 2, sha256 1, taken 2",
        ),
        (("caid-case.json", Caid, None, "Caid 2.0 UK"), "categories {1:1,3:1}, md5 2, sha1 2, taken 2"),
        (
            ("md5.txt", Auto, None, "Auto - -"),
            "categories {0:2,2:1}, empty_files 1, malformed 1, md5 3, taken 3",
        ),
        (
            ("sha1.csv", Sha1, None, "Sha1 - -"),
            "categories {1:1,3:1}, empty_files 1, sha1 2, sha1_only 2, taken 2",
        ),
        (
            ("sha256.txt", Sha256, None, "Sha256 - -"),
            "categories {0:1}, empty_files 1, malformed 2, sha256 1, taken 1",
        ),
        (
            ("pdq.csv", Pdq, None, "Pdq - -"),
            "categories {0:2}, malformed 1, pdq 2, poor_pdq 2, taken 2, without_digest 2",
        ),
    ];
    for ((name, format, country, found), expected) in cases {
        let (read, entries) = take(&seed(name), format, country).expect(name);
        let or_none = |word: &Option<String>| word.clone().unwrap_or_else(|| "-".to_owned());
        let said = format!("{:?} {} {}", read.format, or_none(&read.model_version), or_none(&read.country));
        assert_eq!((said.as_str(), counted(&read.counts).as_str()), (found, expected), "{name}");
        assert_eq!(entries.len() as u64, read.counts.taken, "{name}");
    }
}

#[test]
fn what_is_left_out_is_told_with_its_place_and_the_digests_that_are_taken_are_those_of_the_files() {
    let (read, entries) = take(&seed("md5.txt"), ListFormat::Auto, None).expect("read");
    let places: Vec<_> = read.refused.iter().map(|refused| (refused.line, refused.problem)).collect();
    let odd = Problem::Malformed("it is no digest of 32, 40 or 64 hexadecimal digits");
    assert_eq!(places, [(5, Problem::EmptyFile), (6, odd)]);
    let digest = hex_of(entries[0].md5.expect("an MD5"));
    assert_eq!(digest, "cce4436779c33ef11d614f9bfbcfb0d0", "md5sum of \"harmless file 1\" and a line feed");

    let (read, _) = take(&seed("vics-1.3.json"), ListFormat::Vics, Some("UK")).expect("read");
    let entries: Vec<u64> = read.refused.iter().map(|refused| refused.entry).collect();
    assert_eq!(entries, [3, 4, 7, 8, 9, 10, 11]);
    assert!(read.refused.iter().all(|refused| refused.line > 20), "lines of the file: {:?}", read.refused);
    // Without a country nobody knows that category 0 is of no interest: it is kept.
    let (read, _) = take(&seed("vics-1.3.json"), ListFormat::Vics, None).expect("read");
    assert_eq!((read.counts.of_no_interest, read.counts.categories.get(&0)), (0, Some(&1)));
}

fn hex_of(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_is_no_list_is_refused_in_words() {
    let whole = seed("vics-1.3.json");
    let context = r#""odata.metadata":"http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media""#;
    let cases: [(&str, Vec<u8>, ListFormat, Option<&str>); 8] = [
        ("no JSON that can be read, near line", whole[..whole.len() / 2].to_vec(), ListFormat::Auto, None),
        ("does not name the ProjectVic", br#"{"value":[{"MD5":"x"}]}"#.to_vec(), ListFormat::Vics, None),
        ("does not name the ProjectVic", br#"{"odata.metadata":7}"#.to_vec(), ListFormat::Auto, None),
        ("names the categories of US, and UK", seed("vics-2.0-us.json"), ListFormat::Auto, Some("UK")),
        ("names the categories of US, and UK", seed("vics-2.0-us.json"), ListFormat::Caid, None),
        ("an array of entries", format!(r#"{{{context},"value":"x"}}"#).into_bytes(), ListFormat::Auto, None),
        (
            "trailing characters",
            format!(r#"{{{context},"value":[]}} {{"#).into_bytes(),
            ListFormat::Vics,
            None,
        ),
        ("UTF-16", vec![0xFF, 0xFE, b'{', 0], ListFormat::Auto, None),
    ];
    for (expected, bytes, format, country) in cases {
        let said = take(&bytes, format, country).expect_err(expected).to_string();
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

/// One entry that never ends.
struct Endless(usize);

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        into.fill(b'x');
        self.0 += into.len();
        assert!(self.0 < 64 * 1024 * 1024, "more was read than an entry may have");
        Ok(into.len())
    }
}

#[test]
fn an_entry_or_a_line_without_end_is_cut_off_at_its_limit() {
    let begin: &[u8] = br#"{"odata.metadata":"ProjectVic","value":[{"Comments":""#;
    let file = BufReader::new(begin.chain(Endless(0)));
    let said = read(file, ListFormat::Auto, None, &mut |_| Ok(()), &mut |_| {}).expect_err("too long");
    assert!(said.to_string().contains("more than 4194304 bytes"), "{said}");

    let long = [&b"# "[..], &[b'x'; 100_000], b"\nd41d8cd98f00b204e9800998ecf8427f\n"].concat();
    let (read, entries) = take(&long, ListFormat::Md5, None).expect("read");
    assert_eq!((entries.len(), read.counts.malformed), (1, 1), "the next line is read all the same");
}

#[test]
fn an_entry_that_cannot_be_kept_ends_the_reading() {
    let mut full = |_| Err(std::io::Error::other("the disk is full"));
    for name in ["vics-1.3.json", "md5.txt"] {
        let said = read(seed(name).as_slice(), ListFormat::Auto, None, &mut full, &mut |_| {});
        assert!(said.expect_err("full").to_string().contains("the disk is full"), "{name}");
    }
}
