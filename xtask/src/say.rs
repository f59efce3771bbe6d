//! What these commands print. A closed pipe is not an error: nobody is reading any more.

use std::io::Write;

/// Prints one line for the reader.
pub(crate) fn line(text: &str) {
    // Under test nothing is printed: the run around it would count the lines that the cases print.
    if cfg!(test) {
        return;
    }
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// Prints a heading before a step.
pub(crate) fn heading(text: &str) {
    line(&format!("\n== {text}"));
}

/// Prints one line about something that went wrong.
pub(crate) fn error(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "error: {text}");
}
