//! Bars for work that takes a while, on a terminal; nothing elsewhere.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts things.
pub(super) fn counted(whole: u64, what: &'static str) -> ProgressBar {
    made(whole, "{pos} of {len} {msg} [{bar:30}] {percent} %, {eta} left").with_message(what)
}

/// A bar of bytes read, with rate and time left.
pub(super) fn reading(path: &Path, whole: u64) -> ProgressBar {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    made(whole, "reading {msg} [{bar:30}] {percent} %, {binary_bytes_per_sec}, {eta} left").with_message(name)
}

/// A bar that counts rows.
pub(super) fn counting() -> ProgressBar {
    made(0, "{msg} [{bar:30}] {pos} of {len} rows, {per_sec}, {eta} left")
}

/// A bar that looks as `template` says, or as bars do where that is none.
fn made(whole: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(whole);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
