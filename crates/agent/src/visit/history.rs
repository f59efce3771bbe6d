//! A history by its numbers, from a copy: how many entries, from when to when, on how many days, and how many are missing by the numbers
//! that the browser gave them. Of addresses only those of sites that a paragraph names are counted; none is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::order::Condition;
use proviso_model::visit::{HistoryFacts, KnownPause, SiteCount};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::Scratch;
use super::eyes::{Eyes, Unread};
use crate::profiles::{CopyError, Form, highest_given, open_copy};

/// Longest history that is copied, and its log.
const BYTES_MAX: u64 = 512 * 1024 * 1024;
/// How often a copy is tried of a file that changes meanwhile.
const TRIES: u32 = 3;

/// Number, time and, where it is asked for, address of each entry.
fn entries(form: Form, with_addresses: bool) -> &'static str {
    match (form, with_addresses) {
        (Form::Chromium, false) => "SELECT id, visit_time, NULL FROM visits",
        (Form::Chromium, true) => {
            "SELECT v.id, v.visit_time, (SELECT u.url FROM urls u WHERE u.id = v.url) FROM visits v"
        }
        (Form::Firefox, false) => "SELECT id, visit_date, NULL FROM moz_historyvisits",
        (Form::Firefox, true) => {
            "SELECT h.id, h.visit_date, (SELECT p.url FROM moz_places p WHERE p.id = h.place_id) \
             FROM moz_historyvisits h"
        }
    }
}

/// What is asked of a history.
pub(super) struct Wanted<'a> {
    pub(super) conditions: &'a [Condition],
    pub(super) since: Timestamp,
    /// When paragraphs did not run: an entry of that time counts under none of them.
    pub(super) pauses: &'a [KnownPause],
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    /// Paragraphs that ask for it.
    pub(super) why: &'a [String],
}

/// Copies a history and reads the copy, which goes afterwards.
///
/// # Errors
/// [`Unread`] with what was wrong with it.
pub(super) fn history(
    eyes: &mut Eyes<'_>,
    scratch: &Scratch,
    form: Form,
    path: &Path,
    wanted: &Wanted<'_>,
) -> Result<HistoryFacts, Unread> {
    let copy = scratch.file("history");
    let log = |path: &Path| {
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        std::path::PathBuf::from(name)
    };
    let mut copied = None;
    for _ in 0..TRIES {
        scratch.empty()?;
        let before = [path.to_owned(), log(path)].map(|file| state(&file));
        let main = eyes.copy(path, &copy, BYTES_MAX, wanted.why)?;
        match eyes.copy(&log(path), &log(&copy), BYTES_MAX, wanted.why) {
            Ok(_) | Err(Unread::Absent) => {}
            Err(other) => return Err(other),
        }
        if [path.to_owned(), log(path)].map(|file| state(&file)) == before {
            copied = Some(main);
            break;
        }
    }
    let copied =
        copied.ok_or_else(|| Unread::Refused("the browser was writing it all the time".to_owned()))?;
    let read = count(eyes, form, &copy, wanted).map_err(|error| match error {
        Counting::Unread(unread) => unread,
        Counting::Copy(error) => Unread::Refused(error.to_string()),
    });
    scratch.empty()?;
    Ok(HistoryFacts { bytes: copied.bytes, sha256: copied.sha256, ..read? })
}

/// Size and time of a file: the same where nothing was written.
fn state(path: &Path) -> Option<(u64, std::time::SystemTime)> {
    let of = std::fs::symlink_metadata(path).ok()?;
    Some((of.len(), of.modified().ok()?))
}

enum Counting {
    Copy(CopyError),
    Unread(Unread),
}

impl From<CopyError> for Counting {
    fn from(error: CopyError) -> Self {
        Self::Copy(error)
    }
}

impl From<rusqlite::Error> for Counting {
    fn from(error: rusqlite::Error) -> Self {
        Self::Copy(error.into())
    }
}

fn count(eyes: &Eyes<'_>, form: Form, copy: &Path, wanted: &Wanted<'_>) -> Result<HistoryFacts, Counting> {
    let connection = open_copy(copy, form)?;
    let mut counted = Counted::new(form, wanted);
    let mut asked = connection.prepare(entries(form, counted.names_sites()))?;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        counted.take(row)?;
        if counted.facts.entries.is_multiple_of(1_024) && !eyes.has_time() {
            return Err(Counting::Unread(Unread::Refused("there was no time left to read it".to_owned())));
        }
    }
    drop(rows);
    drop(asked);
    Ok(counted.end(highest_given(&connection, form)))
}

/// What has been counted so far.
struct Counted<'a> {
    form: Form,
    wanted: &'a Wanted<'a>,
    sites: Vec<(&'a Condition, &'a str)>,
    facts: HistoryFacts,
    days: BTreeSet<Date>,
    /// The highest number before the time compared with, the lowest and the highest since.
    before: Option<u64>,
    lowest: Option<u64>,
    highest: u64,
    by_site: BTreeMap<usize, SiteCount>,
}

impl<'a> Counted<'a> {
    fn new(form: Form, wanted: &'a Wanted<'a>) -> Self {
        let sites =
            wanted.conditions.iter().flat_map(|one| one.sites.iter().map(move |site| (one, site.as_str())));
        Self {
            form,
            wanted,
            sites: sites.collect(),
            facts: HistoryFacts::default(),
            days: BTreeSet::new(),
            before: None,
            lowest: None,
            highest: 0,
            by_site: BTreeMap::new(),
        }
    }

    fn names_sites(&self) -> bool {
        !self.sites.is_empty()
    }

    fn take(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let (ValueRef::Integer(id), ValueRef::Integer(time)) = (row.get_ref(0)?, row.get_ref(1)?) else {
            return Ok(());
        };
        let (id, at) = (u64::try_from(id).unwrap_or_default(), self.form.at(time));
        let facts = &mut self.facts;
        facts.entries += 1;
        facts.first_at = Some(facts.first_at.map_or(at, |first| first.min(at)));
        facts.last_at = Some(facts.last_at.map_or(at, |last| last.max(at)));
        self.highest = self.highest.max(id);
        if at < self.wanted.since {
            self.before = self.before.max(Some(id));
            return Ok(());
        }
        facts.since += 1;
        self.lowest = Some(self.lowest.map_or(id, |lowest| lowest.min(id)));
        self.days.extend(day(at, self.wanted.zone));
        if let ValueRef::Text(address) = row.get_ref(2)? {
            self.site(&String::from_utf8_lossy(address), at);
        }
        Ok(())
    }

    fn site(&mut self, address: &str, at: Timestamp) {
        let Ok(url) = url::Url::parse(address) else { return };
        let Some(host) = url.host_str() else { return };
        let is_of = |site: &str| {
            let site = site.to_lowercase();
            host == site || host.strip_suffix(&site).is_some_and(|above| above.ends_with('.'))
        };
        for (place, (condition, site)) in self.sites.iter().enumerate() {
            if self.wanted.pauses.iter().any(|pause| pause.covers(&condition.paragraph, at)) {
                continue;
            }
            if !is_of(site) || condition.except.sites.iter().any(|site| is_of(site)) {
                continue;
            }
            let count = self.by_site.entry(place).or_insert_with(|| SiteCount {
                paragraph: condition.paragraph.clone(),
                site: (*site).to_owned(),
                entries: 0,
                first_at: at,
                last_at: at,
            });
            count.entries += 1;
            count.first_at = count.first_at.min(at);
            count.last_at = count.last_at.max(at);
        }
    }

    fn end(self, given: Option<u64>) -> HistoryFacts {
        let highest = self.highest.max(given.unwrap_or_default());
        let base = self.before.or_else(|| self.lowest.map(|lowest| lowest.saturating_sub(1)));
        let missing = base.map(|base| highest.saturating_sub(base).saturating_sub(self.facts.since));
        let days = day(self.wanted.since, self.wanted.zone).zip(day(self.wanted.now, self.wanted.zone));
        let days =
            days.and_then(|(from, until)| u32::try_from(until.duration_since(from).as_hours() / 24 + 1).ok());
        HistoryFacts {
            missing: missing.unwrap_or_default(),
            highest,
            days: days.unwrap_or_default(),
            days_with: u32::try_from(self.days.len()).unwrap_or(u32::MAX),
            sites: self.by_site.into_values().collect(),
            ..self.facts
        }
    }
}

fn day(at: Timestamp, zone: &TimeZone) -> Option<Date> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    Some(at.to_zoned_datetime(zone.clone()).date())
}
