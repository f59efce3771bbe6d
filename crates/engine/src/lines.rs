//! Lines of a file from outside, one at a time and with a limit.

use std::io::{BufRead, Read as _};

/// Reads one line without its line feed, cut just above `longest` bytes; how many bytes it had with its line feed, 0 at the end.
///
/// # Errors
/// What reading said.
pub fn next_line(lines: &mut impl BufRead, line: &mut Vec<u8>, longest: usize) -> std::io::Result<u64> {
    line.clear();
    let longest = (longest as u64).saturating_add(2);
    let mut length = lines.by_ref().take(longest).read_until(b'\n', line)? as u64;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(length);
    }
    loop {
        let rest = lines.fill_buf()?;
        if rest.is_empty() || length < longest {
            return Ok(length);
        }
        let end = rest.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(rest.len(), |at| at + 1);
        lines.consume(used);
        length = length.saturating_add(used as u64);
        if end.is_some() {
            return Ok(length);
        }
    }
}
