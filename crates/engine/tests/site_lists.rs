//! Lists of sites that a force imports: what of them becomes an entry, and which pages an entry covers.

mod common;

use common::{order, page};
use proptest::prelude::*;
use proviso_engine::sites::{Counts, Importer, SiteList};
use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_model::observation::SiteListed;
use proviso_model::policy::{PackRef, SiteListRef};
use proviso_model::{Digest, Fact, Observation};

fn read(text: &str) -> (SiteList, Counts) {
    let mut importer = Importer::default();
    for line in text.split('\n') {
        importer.line(line.as_bytes()).expect("within the limits");
    }
    importer.finish().expect("a list")
}

const MIXED: &str = "# a hosts file
127.0.0.1 localhost
127.0.0.1 localhost.localdomain
0.0.0.0 late.example # why
0.0.0.0 www.two.example three.example
::1 ip6-localhost
! an Adblock-style list
[Adblock Plus 2.0]
||night.example^
||night.example^
@@||day.night.example^
||cdn.example^$script
||shop.example/ads/*
site.example##.banner
a plain domain of UT1 follows
B\u{fc}cher.example
host.example/~person/gallery/
https://www.pages.example/red/
one.github.io
github.io
co.uk
*.uk
two words
.
";

#[test]
fn hosts_files_plain_domains_and_adblock_lists_become_entries_and_the_rest_is_counted() {
    let (list, counts) = read(MIXED);
    let expected = Counts {
        entries: 9,
        exceptions: 1,
        twice: 1,
        public_suffixes: 2,
        not_hosts: 4,
        not_whole_sites: 3,
        unreadable: 0,
    };
    assert_eq!(counts, expected);
    assert_eq!(list.len(), 9);
}

#[test]
fn an_entry_covers_its_site_and_what_lies_below_and_nothing_beside_it() {
    let (list, _) = read(MIXED);
    for (address, entry) in [
        ("https://late.example/a?b", Some("late.example")),
        ("https://deep.www.late.example/", Some("late.example")),
        ("https://verylate.example/", None),
        ("https://late.example.org/", None),
        ("https://example/", None),
        ("https://two.example/", None),
        ("https://www.two.example/x", Some("www.two.example")),
        ("https://night.example/", Some("night.example")),
        ("https://day.night.example/", None),
        ("https://deep.day.night.example/", None),
        ("https://b\u{fc}cher.example/", Some("xn--bcher-kva.example")),
        ("https://host.example/", None),
        ("https://host.example/~person/gallery", Some("host.example/~person/gallery")),
        ("https://www.host.example/~person/gallery/7.html", Some("host.example/~person/gallery")),
        ("https://host.example/~person/gallery2", None),
        ("https://pages.example/red/7", Some("pages.example/red")),
        ("https://one.github.io/", Some("one.github.io")),
        ("https://other.github.io/", None),
        ("about:blank", None),
    ] {
        assert_eq!(list.entry_of_address(address).as_deref(), entry, "{address}");
    }
}

#[test]
fn a_list_is_the_same_bytes_for_the_same_entries_and_a_changed_one_is_refused() {
    let (list, _) = read("a.example\nb.example\nc.example");
    let (again, _) = read("c.example\n0.0.0.0 b.example\n||a.example^");
    assert_eq!(list.as_bytes(), again.as_bytes());
    let mut bytes = list.as_bytes().to_vec();
    assert!(SiteList::from_bytes(bytes.clone()).is_ok());
    for at in 0..bytes.len() {
        bytes[at] ^= 1;
        assert!(SiteList::from_bytes(bytes.clone()).is_err(), "byte {at} was changed unseen");
        bytes[at] ^= 1;
    }
    assert!(SiteList::from_bytes(bytes[..bytes.len() - 1].to_vec()).is_err());
    assert!(Importer::default().finish().is_err(), "an empty list says so");
}

const CONDITION: &str = "
[[condition]]
paragraph = \"2\"
text = \"Must not view pornography.\"
kind = \"pornography\"
except = { sites = [\"clinic.night.example\"] }
";

fn list_ref(name: &str, category: &str, coarse: bool) -> SiteListRef {
    let sha256 = Digest([u8::try_from(name.len()).expect("short"); 32]);
    let list = PackRef { name: name.to_owned(), version: "2026-11-01".to_owned(), sha256 };
    SiteListRef { list, category: category.to_owned(), coarse }
}

fn engine(lists: &[SiteListRef]) -> Engine {
    let inputs = CompileInputs { site_lists: lists.to_vec(), ..CompileInputs::offline() };
    let policy = compile(&order(CONDITION), &Pack::built_in().expect("packs"), &inputs).expect("a policy");
    assert_eq!(policy.site_lists().len(), lists.len());
    Engine::new(&policy, Digest([9; 32])).expect("an engine")
}

/// A page of `host` with what the device's look-up found.
fn looked_up(host: &str, found: &[(&SiteListRef, &str)]) -> Observation {
    let mut observation = page("an ordinary page");
    if let Fact::Page { url, .. } = &mut observation.fact {
        *url = format!("https://{host}/a");
    }
    observation.listed = found
        .iter()
        .map(|(list, entry)| SiteListed {
            list: list.list.sha256,
            host: host.to_owned(),
            entry: (*entry).to_owned(),
        })
        .collect();
    observation
}

#[test]
fn a_finding_rests_on_the_recorded_look_up_and_says_what_the_list_is_worth() {
    let [sure, coarse, mixed, other] = [
        list_ref("ut1", "pornography", false),
        list_ref("small", "pornography", true),
        list_ref("mixed-a", "mixed_adult", false),
        list_ref("other-list", "pornography", false),
    ];
    let engine = engine(&[sure.clone(), coarse.clone(), mixed.clone()]);
    let all = [(&sure, "night.example"), (&mixed, "night.example")];
    for (host, found, strength, says) in [
        ("www.night.example", &all[..1], Some(700), "stands on list ut1 version 2026-11-01"),
        ("www.night.example", &all[..], Some(350), "halved, for the site also stands on list mixed-a"),
        ("night.example", &[(&coarse, "night.example")][..], Some(400), "known to hold ordinary sites too"),
        ("clinic.night.example", &all[..1], None, ""),
        ("day.example", &all[..1], None, ""),
        ("night.example", &[(&other, "night.example")][..], None, ""),
        ("night.example", &all[1..], None, ""),
    ] {
        let observation = looked_up(host, found);
        let findings = engine.evaluate(&observation);
        assert_eq!(findings.first().map(|finding| finding.strength_permille), strength, "{host} {found:?}");
        let explained = findings.first().map(|finding| finding.explanation.clone()).unwrap_or_default();
        assert!(explained.contains(says), "{explained}");
        let cut = engine.reduce(&observation, &findings);
        assert_eq!(engine.evaluate(&cut), findings);
        assert_eq!(cut.listed.is_empty(), findings.is_empty(), "only what findings rest on is sealed");
        let sealed = serde_json::to_vec(&cut).expect("bytes");
        let opened: Observation = serde_json::from_slice(&sealed).expect("an observation");
        assert_eq!(engine.evaluate(&opened), findings, "an expert without the list replays it");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn hostile_lines_are_counted_and_never_break_anything(
        lines in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "(0\\.0\\.0\\.0 |\\|\\||@@\\|\\||\\*\\.|www\\.)?[a-z.*/^$~-]{0,40}".prop_map(String::into_bytes),
            ],
            0..40,
        ),
        host in "[a-z.]{1,30}",
    ) {
        let mut importer = Importer::default();
        importer.line(b"sure.example").expect("a line");
        for line in &lines {
            importer.line(line).expect("within the limits");
        }
        let (list, counts) = importer.finish().expect("a list");
        prop_assert_eq!(list.len(), counts.entries);
        prop_assert_eq!(list.entry_of_host("sure.example"), Some("sure.example"));
        // An entry that is found is the host itself or ends it at a label.
        if let Some(entry) = list.entry_of_host(&host) {
            let rest = host.strip_suffix(entry);
            prop_assert!(rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
        }
        prop_assert!(SiteList::from_bytes(list.as_bytes()).is_ok());
    }
}
