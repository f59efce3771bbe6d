//! `visit`: at the kitchen table, with the officer and the person at the same screen.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;
use proviso_agent::StateDir;
use proviso_agent::visit::pass::Given;
use proviso_agent::visit::{PAGE_FILE, Place, RECORD_FILE, Since, TOUCHED_FILE, VisitParts, Visited, visit};
use proviso_engine::Pack;
use proviso_ledger::SignKey;
use proviso_model::limits::ORDER_BYTES_MAX;
use proviso_model::{Order, Timestamp};

use super::args::VisitArgs;
use super::{Wiring, say};

/// Says on the screen what is done: on standard output, or beside it where that is for programs.
fn tell(json: bool, line: &str) {
    let _ = if json { writeln!(std::io::stderr(), "{line}") } else { writeln!(std::io::stdout(), "{line}") };
}

pub fn run(dir: &StateDir, args: &VisitArgs, wiring: &Wiring) -> anyhow::Result<bool> {
    let clock = (wiring.clock)();
    let now = clock.wall();
    let given = given(args, now, wiring)?;
    let place = place(dir, args)?;
    let zone = TimeZone::get(&given.order.timezone).context("the order's time zone is not known here")?;
    let since = since(args, &given, &zone)?;
    let out = out(args, now)?;
    let packs = Pack::built_in()?;
    let json = args.json;
    tell(
        json,
        &format!(
            "A visit under order {}: account \"{}\", home {}.",
            given.order.reference,
            place.account,
            place.home.display()
        ),
    );
    if given.pass.is_none() {
        tell(json, "A rehearsal with an order file: no force vouches for its record.");
    }
    tell(
        json,
        "It reads what is named below, under the paragraphs that ask for it, and changes nothing on the device.",
    );
    tell(
        json,
        &format!(
            "Everything that it touches goes into {} first. It may be stopped at any time with Ctrl+C.",
            out.join(TOUCHED_FILE).display()
        ),
    );
    let mut progress = |line: &str| tell(json, line);
    let visited = visit(VisitParts {
        given: &given,
        place: &place,
        out: &out,
        since,
        seconds: args.seconds,
        packs: &packs,
        clock: &*clock,
        say: &mut progress,
    })?;
    summary(&visited, &out, json)?;
    Ok(visited.record.not_reached.is_empty())
}

fn summary(Visited { record, .. }: &Visited, out: &Path, json: bool) -> anyhow::Result<()> {
    if json {
        return say(&serde_json::to_string(record)?);
    }
    let seconds = record.ended_at.millis_since(record.started_at) / 1_000;
    let stops = record.told.iter().filter(|told| told.stop).map(|told| told.paragraph.as_str());
    let stops: Vec<&str> = stops.collect();
    say(&format!("Done after {seconds} seconds; {} lines of what was touched.", record.touched.lines))?;
    for line in &record.not_reached {
        say(&format!("Not reached: {line}"))?;
    }
    if !stops.is_empty() {
        say(&format!(
            "STOP at paragraph {}: ask nothing about what was found there before a caution. See the page.",
            stops.join(", ")
        ))?;
    }
    say(&format!("Page to talk through: {}", out.join(PAGE_FILE).display()))?;
    say(&format!("Signed record:        {}", out.join(RECORD_FILE).display()))
}

fn given(args: &VisitArgs, now: Timestamp, wiring: &Wiring) -> anyhow::Result<Given> {
    if let Some(folder) = &args.pass {
        return Ok(Given::from_folder(folder, now)?);
    }
    let Some(path) = &args.order else { bail!("give --pass FOLDER, or --order ORDER.toml for a rehearsal") };
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("the order {shown} cannot be read"))?;
    anyhow::ensure!(bytes.len() <= ORDER_BYTES_MAX, "{shown} is longer than any order file");
    let text = String::from_utf8(bytes).with_context(|| format!("{shown} is not UTF-8 text"))?;
    let order = Order::from_toml(&text).map_err(|errors| {
        let pages: Vec<String> = errors.iter().map(|error| error.render(&text, &shown)).collect();
        anyhow::anyhow!("the order cannot be read:\n{}", pages.join("\n"))
    })?;
    let zone = TimeZone::get(&order.timezone).context("the order's time zone is not known here")?;
    let today = instant(now).to_zoned_datetime(zone).date();
    Ok(Given::rehearsal(&order, today, SignKey::generate(&mut *(wiring.rng)()))?)
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// The account that runs this, or the one that is named, with what `/etc/passwd` says of it.
fn place(dir: &StateDir, args: &VisitArgs) -> anyhow::Result<Place> {
    use std::os::unix::fs::MetadataExt as _;
    let state = dir.root().to_owned();
    let root = args.root.clone().unwrap_or_else(|| PathBuf::from("/"));
    if let Some(home) = &args.home {
        let of =
            std::fs::metadata(home).with_context(|| format!("the home {} is not there", home.display()))?;
        let home = std::fs::canonicalize(home)?;
        let named = home.file_name().map(|name| name.to_string_lossy().into_owned());
        let account = args.account.clone().or(named).unwrap_or_default();
        return Ok(Place { root, account, uid: of.uid(), home, state });
    }
    let passwd = std::fs::read_to_string(root.join("etc/passwd")).context("accounts cannot be listed")?;
    let own = rustix::process::getuid().as_raw();
    let line =
        passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| match &args.account {
            Some(name) => fields.first() == Some(&name.as_str()),
            None => fields.get(2).and_then(|uid| uid.parse().ok()) == Some(own),
        });
    let line =
        line.context("there is no such account on this device; name one with --account, or its --home")?;
    let (Some(account), Some(uid), Some(home)) = (line.first(), line.get(2), line.get(5)) else {
        bail!("the account's line in etc/passwd is damaged; give its --home");
    };
    let home = std::fs::canonicalize(home).with_context(|| format!("the home {home} is not there"))?;
    Ok(Place { root, account: (*account).to_owned(), uid: uid.parse()?, home, state })
}

/// What is compared with: what was asked, else what the pass says, else the day on which the order was made.
fn since(args: &VisitArgs, given: &Given, zone: &TimeZone) -> anyhow::Result<Since> {
    let start = |day: jiff::civil::Date| -> anyhow::Result<Timestamp> {
        let start =
            day.to_zoned_datetime(zone.clone()).context("there is no such day in the order's time zone")?;
        Ok(Timestamp::from_micros(start.timestamp().as_microsecond()))
    };
    let at = match &args.since {
        Some(text) if text.contains('T') => Timestamp::parse(text)?,
        Some(text) => {
            start(text.parse().with_context(|| format!("\"{text}\" is no day; write it as 2026-11-01"))?)?
        }
        None => {
            let (beginning, pass) = (start(given.order.made_on)?, given.pass.as_ref().map(|(_, pass)| pass));
            let Some((at, of)) = pass.and_then(|pass| Some((pass.since?, pass.since_of))) else {
                return Ok(Since { at: beginning, of: None });
            };
            return Ok(Since { at, of: of.map(|device| (device, beginning)) });
        }
    };
    Ok(Since { at, of: None })
}

/// A new folder beside the pass, or the one that is named.
fn out(args: &VisitArgs, now: Timestamp) -> anyhow::Result<PathBuf> {
    if let Some(out) = &args.out {
        return Ok(out.clone());
    }
    let Some(folder) = &args.pass else { bail!("say where record, log and page go: --out FOLDER") };
    Ok(folder.join(format!("visit-{}", instant(now).strftime("%Y%m%d-%H%M%S"))))
}
