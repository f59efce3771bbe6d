//! Queries in addresses: every engine of the public list, and the sites that people use most.

use proviso_engine::search::search_of;

const ENGINES: &str = include_str!("../../../testdata/search/engines.tsv");
const MOST_USED: &str = include_str!("../../../testdata/search/most-used.tsv");

fn rows(table: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        columns.try_into().unwrap_or_else(|_| panic!("three columns: {line}"))
    })
}

#[test]
fn the_query_is_read_from_an_address_of_every_engine_of_the_public_list() {
    let mut engines = std::collections::BTreeSet::new();
    let wrong: Vec<String> = rows(ENGINES)
        .inspect(|[engine, ..]| {
            engines.insert(*engine);
        })
        .filter_map(|[engine, address, query]| {
            let found = search_of(address);
            let known = found.as_ref().is_some_and(|search| search.engine.is_some());
            let read = found.and_then(|search| search.query);
            (read.as_deref() != Some(query) || !known).then(|| format!("{engine}: {address}: {read:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(engines.len() >= 270, "{} engines", engines.len());
}

#[test]
fn the_query_is_read_where_people_search_most_and_nowhere_else() {
    let or_none = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let wrong: Vec<String> = rows(MOST_USED)
        .filter_map(|[engine, address, query]| {
            let found = search_of(address);
            let name = or_none(found.as_ref().and_then(|search| search.engine).map(|known| known.name));
            let read = or_none(found.as_ref().and_then(|search| search.query.as_deref()));
            (name != engine || read != query).then(|| format!("{address}: {name}: {read}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_of_results_are_told_from_what_an_assistant_writes_and_from_unlisted_sites() {
    for (address, results) in [
        ("https://www.google.com/search?q=harbour", true),
        ("https://www.startpage.com/do/search", true),
        ("https://chatgpt.com/?q=harbour", false),
        ("https://shop.example/search?q=harbour", false),
    ] {
        assert_eq!(search_of(address).expect(address).is_results(), results, "{address}");
    }
}
