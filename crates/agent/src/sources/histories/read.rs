//! One profile's history as numbers, from a copy. Only entries made on this device are counted: those that come from the person's other devices
//! come and go as the browser is signed in and out.

use std::collections::BTreeMap;
use std::path::Path;

use proviso_model::limits::{HISTORY_DAYS_MAX, HISTORY_HOURS_MAX};
use proviso_model::observation::HistoryCounts;
use proviso_model::{HistoryReading, Timestamp};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::copy::{Copied, Scratch, Unread, copy, mark};
use super::settings::settings;
use crate::profiles::{CopyError, Form, Make, highest_given, open_copy};

const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;
/// Whether the table of entries was made after the one of downloads; there is none in Firefox.
const MADE_ANEW: &str = "SELECT coalesce((SELECT rowid FROM sqlite_schema WHERE type = 'table' AND name = 'visits') > \
     (SELECT rowid FROM sqlite_schema WHERE type = 'table' AND name = 'downloads'), 0)";
/// A disk with less than this part of it free, or so few bytes, is nearly full.
const FREE_PART_MIN: u64 = 20;
const FREE_BYTES_MIN: u64 = 1024 * 1024 * 1024;

/// Reads a profile, at this time by the session's clock.
pub(super) fn read(
    make: &Make,
    profile: &Path,
    root: &Path,
    scratch: &Path,
    now: Timestamp,
    is_over: &dyn Fn() -> bool,
) -> Result<HistoryReading, Unread> {
    let folder = std::fs::metadata(profile).map_err(|_| Unread::Absent)?;
    let settings = settings(make, profile, root)?;
    let scratch = Scratch::make(scratch)?;
    let copied = copy(&profile.join(make.form.history_file()), &scratch, is_over)?;
    let counted = count(&copied, make.form, now).map_err(|error| Unread::Refused(error.to_string()))?;
    Ok(HistoryReading {
        file: copied.file,
        folder: mark(&folder),
        changes: copied.changes,
        cleared_at: settings.cleared_at,
        put_aside: put_aside(make.form, profile),
        disk_full: is_disk_full(profile),
        setting: settings.forgets,
        ..counted
    })
}

fn count(copied: &Copied, form: Form, now: Timestamp) -> Result<HistoryReading, CopyError> {
    let connection = open_copy(&copied.path, form)?;
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        // A copy made in the middle of a write can be so too: the next look says.
        return Err(CopyError::Damaged);
    }
    let mut counted = Counted::new(form, now);
    counted.reading.made_anew = connection.query_row(MADE_ANEW, [], |row| row.get(0))?;
    let mut asked = connection.prepare(&entries(&connection, form)?)?;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        counted.take(row)?;
    }
    Ok(counted.end(highest_given(&connection, form)))
}

/// Number and time of each entry, and whether it came from elsewhere.
fn entries(connection: &Connection, form: Form) -> rusqlite::Result<String> {
    if form == Form::Firefox {
        return Ok("SELECT id, visit_date, 0 FROM moz_historyvisits".to_owned());
    }
    let has = "SELECT count(*) FROM pragma_table_info('visits') WHERE name = 'originator_cache_guid'";
    let tells = connection.query_row(has, [], |row| row.get::<_, i64>(0))? > 0;
    let elsewhere = if tells { "coalesce(originator_cache_guid, '') <> ''" } else { "0" };
    Ok(format!("SELECT id, visit_time, {elsewhere} FROM visits"))
}

struct Counted {
    form: Form,
    reading: HistoryReading,
    days: BTreeMap<i64, u32>,
    hours: BTreeMap<i64, u32>,
}

impl Counted {
    fn new(form: Form, now: Timestamp) -> Self {
        let from = |step: i64, steps: usize| {
            let last = now.as_micros().div_euclid(step);
            let steps = i64::try_from(steps).unwrap_or(i64::MAX);
            HistoryCounts { from: last.saturating_sub(steps).saturating_add(1), counts: Vec::new() }
        };
        let reading = HistoryReading {
            at: now,
            entries: 0,
            from_elsewhere: 0,
            oldest: None,
            newest: None,
            highest: 0,
            numbered: None,
            days: from(DAY_MICROS, HISTORY_DAYS_MAX),
            hours: from(HOUR_MICROS, HISTORY_HOURS_MAX),
            file: 0,
            folder: 0,
            changes: 0,
            made_anew: false,
            cleared_at: None,
            put_aside: None,
            disk_full: false,
            setting: None,
        };
        Self { form, reading, days: BTreeMap::new(), hours: BTreeMap::new() }
    }

    fn take(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let (ValueRef::Integer(id), ValueRef::Integer(time)) = (row.get_ref(0)?, row.get_ref(1)?) else {
            return Ok(());
        };
        let reading = &mut self.reading;
        if row.get::<_, bool>(2)? {
            reading.from_elsewhere += 1;
            return Ok(());
        }
        let at = self.form.at(time);
        reading.entries += 1;
        reading.highest = reading.highest.max(u64::try_from(id).unwrap_or_default());
        reading.oldest = Some(reading.oldest.map_or(at, |oldest| oldest.min(at)));
        reading.newest = Some(reading.newest.map_or(at, |newest| newest.max(at)));
        let steps = [
            (DAY_MICROS, HISTORY_DAYS_MAX, reading.days.from, &mut self.days),
            (HOUR_MICROS, HISTORY_HOURS_MAX, reading.hours.from, &mut self.hours),
        ];
        for (micros, steps, from, counts) in steps {
            let step = at.as_micros().div_euclid(micros);
            let place = usize::try_from(step.saturating_sub(from));
            // What a clock that was ahead has left in the future is not counted by time.
            if place.is_ok_and(|place| place < steps) {
                let count: &mut u32 = counts.entry(step).or_default();
                *count = count.saturating_add(1);
            }
        }
        Ok(())
    }

    fn end(self, numbered: Option<u64>) -> HistoryReading {
        let Self { mut reading, days, hours, .. } = self;
        reading.days.counts = days.into_iter().collect();
        reading.hours.counts = hours.into_iter().collect();
        reading.numbered = numbered;
        reading
    }
}

/// When Firefox last put a damaged history aside.
fn put_aside(form: Form, profile: &Path) -> Option<Timestamp> {
    if form != Form::Firefox {
        return None;
    }
    let names = std::fs::read_dir(profile).ok()?.flatten();
    let aside = names.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("places.sqlite") && name.ends_with(".corrupt")
    });
    let at = aside.filter_map(|entry| {
        let since = entry.metadata().ok()?.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros()).ok()
    });
    at.max().map(Timestamp::from_micros)
}

fn is_disk_full(profile: &Path) -> bool {
    let Ok(disk) = rustix::fs::statvfs(profile) else { return false };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    free < FREE_BYTES_MIN || disk.f_bavail < disk.f_blocks / FREE_PART_MIN
}
