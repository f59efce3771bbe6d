//! A bar for work that takes a while.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts things, on a terminal; nothing elsewhere.
pub(super) fn counted(whole: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{pos} of {len} {msg} [{bar:30}] {percent} %, {eta} left");
    let bar = ProgressBar::new(whole).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A bar on a terminal with rate and time left; nothing elsewhere.
pub(super) fn reading(path: &Path, whole: u64) -> ProgressBar {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let style = ProgressStyle::with_template(
        "reading {msg} [{bar:30}] {percent} %, {binary_bytes_per_sec}, {eta} left",
    );
    let bar = ProgressBar::new(whole).with_message(name);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A bar on a terminal that counts rows; nothing elsewhere.
pub(super) fn counting() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos} of {len} rows, {per_sec}, {eta} left");
    let bar = ProgressBar::new(0);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
