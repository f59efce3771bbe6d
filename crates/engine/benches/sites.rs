//! A list of one million made-up domains: memory and time of a look-up beside a `HashSet<String>` asked for every parent
//! domain, as a program without the engine would do it.
//!
//! `cargo bench -p proviso-engine --bench sites [-- --json]`. Half of the hosts that are looked up are listed, with `www.`
//! before them; the other half are not. The list's memory is its bytes; that of the set is what the process grew by. Time is
//! time on the processor.

mod common;

use std::collections::{HashSet, hash_map::RandomState};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;

use common::{resident_mib, timed};
use proviso_engine::sites::{SiteList, with_parents};

const DOMAINS: usize = 1_000_000;
const ROUNDS: usize = 3;
/// What the product promises.
const MIB_MAX: f64 = 20.0;
const NANOSECONDS_MAX: f64 = 1000.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut seed = 0x5eed_0006_u64;
    let domains: Vec<String> = (0..DOMAINS).map(|_| domain(&mut seed)).collect();
    let hosts: Vec<String> = (0..DOMAINS)
        .map(|at| match domains.get(next(&mut seed) as usize % DOMAINS) {
            Some(listed) if at % 2 == 0 => format!("www.{listed}"),
            _ => format!("www.{}", domain(&mut seed)),
        })
        .collect();
    let (build_seconds, list) =
        timed(|| SiteList::build(domains.iter().map(|domain| (domain.clone(), false))));
    let list = list?;
    let list_mib = list.as_bytes().len() as f64 / (1024.0 * 1024.0);
    let before = resident_mib();
    let set: HashSet<String, RandomState> = domains.iter().cloned().collect();
    let set_mib = resident_mib().zip(before).map(|(after, before)| after - before);
    let (mut list_ns, mut set_ns) = (f64::INFINITY, f64::INFINITY);
    let (mut list_hits, mut set_hits) = (0, 0);
    // Turn about, so that a busy moment of the machine falls on both.
    for _ in 0..ROUNDS {
        let (ns, hits) = each(&hosts, |host| list.entry_of_host(host).is_some());
        (list_ns, list_hits) = (list_ns.min(ns), hits);
        let (ns, hits) = each(&hosts, |host| with_parents(host).any(|parent| set.contains(parent)));
        (set_ns, set_hits) = (set_ns.min(ns), hits);
    }
    if list_hits != set_hits {
        return Err(format!("the list covers {list_hits} hosts, the set {set_hits}").into());
    }
    let mut out = std::io::stdout().lock();
    if std::env::args().any(|argument| argument == "--json") {
        let figures = [
            serde_json::json!({"bench": "sites, memory of a million", "ours": list_mib, "unit": "MiB",
                "beside": "HashSet<String>", "theirs": set_mib, "ours_max": MIB_MAX}),
            serde_json::json!({"bench": "sites, a look-up", "ours": list_ns, "unit": "ns",
                "beside": "HashSet<String>, every parent", "theirs": set_ns, "ours_max": NANOSECONDS_MAX}),
        ];
        for figure in figures {
            writeln!(out, "{figure}")?;
        }
    } else {
        writeln!(out, "list  {list_mib:.1} MiB, {list_ns:.0} ns a look-up, built in {build_seconds:.1} s")?;
        writeln!(out, "set   {:.1} MiB, {set_ns:.0} ns a look-up", set_mib.unwrap_or_default())?;
        writeln!(out, "{list_hits} of {} hosts are listed", hosts.len())?;
    }
    Ok(())
}

/// Nanoseconds for each host, and how many are listed.
fn each(hosts: &[String], listed: impl Fn(&str) -> bool) -> (f64, usize) {
    let (seconds, hits) = timed(|| hosts.iter().filter(|host| listed(black_box(host.as_str()))).count());
    (seconds * 1e9 / hosts.len() as f64, hits)
}

/// A made-up domain of 6 to 17 letters under one of the endings that such lists are full of.
fn domain(seed: &mut u64) -> String {
    const ENDINGS: [&str; 8] = ["com", "com", "com", "net", "org", "info", "co.uk", "ru"];
    let length = 6 + next(seed) as usize % 12;
    let mut name = String::with_capacity(length + 6);
    for _ in 0..length {
        name.push(char::from(b'a' + u8::try_from(next(seed) % 26).unwrap_or_default()));
    }
    let ending = ENDINGS.get(next(seed) as usize % ENDINGS.len()).copied().unwrap_or("com");
    let _ = write!(name, ".{ending}");
    name
}

fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed >> 11
}
