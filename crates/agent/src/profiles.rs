//! Browsers by the profiles that they keep in an account, and how a copy of a profile's history is opened: it is a stranger's database.
//! The visit reads them once ([`crate::visit`]), the helper in the person's session while an order needs it ([`crate::sources::histories`]).

use std::path::Path;

use proviso_model::Timestamp;
use rusqlite::{Connection, OpenFlags};

/// Profiles that are looked for in one folder.
pub(crate) const PROFILES_MAX: usize = 64;
/// Longest file of settings that is read.
pub(crate) const SETTINGS_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Chromium counts from the year 1601.
pub(crate) const CHROMIUM_EPOCH_MICROS: i64 = 11_644_473_600_000_000;
/// SQLite's steps between two looks at the clock.
const STEPS: i32 = 100_000;
/// Those looks at most: a database that is made to be slow ends here.
const LOOKS_MAX: u32 = 2_000;

/// How a make of browser keeps its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Chromium and what is made of it.
    Chromium,
    /// Firefox and what is made of it.
    Firefox,
}

impl Form {
    /// The history, in the profile.
    pub(crate) fn history_file(self) -> &'static str {
        match self {
            Self::Chromium => "History",
            Self::Firefox => "places.sqlite",
        }
    }

    /// What shows that a folder is a profile.
    pub(crate) fn profile_files(self) -> [&'static str; 2] {
        match self {
            Self::Chromium => ["Preferences", "History"],
            Self::Firefox => ["prefs.js", "places.sqlite"],
        }
    }

    /// The table of entries.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Chromium => "visits",
            Self::Firefox => "moz_historyvisits",
        }
    }

    /// A time as the browser writes it.
    pub(crate) fn at(self, time: i64) -> Timestamp {
        match self {
            Self::Chromium => Timestamp::from_micros(time.saturating_sub(CHROMIUM_EPOCH_MICROS)),
            Self::Firefox => Timestamp::from_micros(time),
        }
    }
}

/// One make of browser.
pub(crate) struct Make {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it keeps things.
    pub(crate) form: Form,
    /// Where, from the home on.
    pub(crate) folder: &'static str,
    /// Where the device's policies for it are, from the root on; empty where there are none.
    pub(crate) policies: &'static str,
}

const fn chromium(name: &'static str, folder: &'static str, policies: &'static str) -> Make {
    Make { name, form: Form::Chromium, folder, policies }
}

const fn firefox(name: &'static str, folder: &'static str, policies: &'static str) -> Make {
    Make { name, form: Form::Firefox, folder, policies }
}

/// Every make that is known, with the places of packages, snaps and flatpaks.
pub(crate) const MAKES: [Make; 20] = [
    chromium("Chromium", ".config/chromium", "etc/chromium/policies/managed"),
    chromium("Chromium", "snap/chromium/common/chromium", "etc/chromium/policies/managed"),
    chromium("Chromium", ".var/app/org.chromium.Chromium/config/chromium", ""),
    chromium("Chromium without Google", ".config/ungoogled-chromium", ""),
    chromium("Chrome", ".config/google-chrome", "etc/opt/chrome/policies/managed"),
    chromium("Chrome beta", ".config/google-chrome-beta", "etc/opt/chrome/policies/managed"),
    chromium("Chrome", ".var/app/com.google.Chrome/config/google-chrome", ""),
    chromium("Brave", ".config/BraveSoftware/Brave-Browser", "etc/brave/policies/managed"),
    chromium("Brave", ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser", ""),
    chromium("Edge", ".config/microsoft-edge", "etc/opt/edge/policies/managed"),
    chromium("Vivaldi", ".config/vivaldi", ""),
    chromium("Opera", ".config/opera", ""),
    firefox("Firefox", ".mozilla/firefox", "etc/firefox/policies"),
    firefox("Firefox", ".config/mozilla/firefox", "etc/firefox/policies"),
    firefox("Firefox", "snap/firefox/common/.mozilla/firefox", "etc/firefox/policies"),
    firefox("Firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox", ""),
    firefox("LibreWolf", ".librewolf", ""),
    firefox("Waterfox", ".waterfox", ""),
    firefox("Floorp", ".floorp", ""),
    firefox("Zen", ".zen", ""),
];

/// A line of Firefox's settings: `user_pref("name", value);`
pub(crate) fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().strip_prefix("user_pref(\"")?.strip_suffix(");")?.split_once("\",")?;
    Some((name, value.trim()))
}

/// Why a copy cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    /// SQLite's word, without what it quotes of the file.
    #[error("{}", in_words(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// Its pages do not fit together.
    #[error("it is damaged")]
    Damaged,
    /// There is no table of entries in it.
    #[error("it has a form that this version does not know")]
    Form,
}

/// Without what the error quotes of the file.
fn in_words(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => "it is no history, or it is damaged",
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => "it is damaged",
        Some(rusqlite::ErrorCode::OperationInterrupted) => "reading it took too long",
        _ => "it has a form that this version does not know",
    }
}

/// Opens a copy of a history, in which nothing of the stranger's runs and for which nothing is written elsewhere, within so many steps.
///
/// # Errors
/// [`CopyError`].
pub(crate) fn open_copy(copy: &Path, form: Form) -> Result<Connection, CopyError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(copy, flags)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let mut looks = 0_u32;
    connection.progress_handler(
        STEPS,
        Some(move || {
            looks += 1;
            looks > LOOKS_MAX
        }),
    )?;
    let is_table = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    if connection.query_row(is_table, [form.table()], |row| row.get::<_, i64>(0))? != 1 {
        return Err(CopyError::Form);
    }
    Ok(connection)
}

/// The highest number ever given to an entry, where the browser keeps it.
pub(crate) fn highest_given(connection: &Connection, form: Form) -> Option<u64> {
    let asked = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
    let highest = connection.query_row(asked, [form.table()], |row| row.get::<_, i64>(0)).ok()?;
    u64::try_from(highest).ok()
}

#[cfg(test)]
mod tests {
    use super::setting;

    #[test]
    fn a_line_of_settings_is_read_and_no_other_line() {
        assert_eq!(setting("user_pref(\"a.b\", false);"), Some(("a.b", "false")));
        assert_eq!(setting("  user_pref(\"a\", \"x, y\");"), Some(("a", "\"x, y\"")));
        for line in ["// user_pref(\"a.b\", false);", "user_pref(\"a.b\"", "", "user_pref(a, b);"] {
            assert_eq!(setting(line), None, "{line}");
        }
    }
}
