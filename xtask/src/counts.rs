//! How many tests passed, failed or were skipped, read from what the test runners print.

/// A sum over suites.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// Adds what one line of output says, if it is a runner's summary.
    pub(crate) fn read(&mut self, line: &str) {
        let line = plain(line);
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("test result: ") {
            // libtest: "ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s"
            for part in rest.split(['.', ';']) {
                match part.trim().split_once(' ') {
                    Some((number, "passed")) => self.passed += number.parse::<u64>().unwrap_or(0),
                    Some((number, "failed")) => self.failed += number.parse::<u64>().unwrap_or(0),
                    Some((number, "ignored")) => self.skipped += number.parse::<u64>().unwrap_or(0),
                    _ => {}
                }
            }
        } else if let Some(rest) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
            // node:test, either of its forms: "# pass 3", "ℹ fail 0"
            match rest.split_once(' ').map(|(word, number)| (word, number.parse::<u64>().unwrap_or(0))) {
                Some(("pass", number)) => self.passed += number,
                Some(("fail" | "cancelled", number)) => self.failed += number,
                Some(("skipped" | "todo", number)) => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Adds another sum.
    pub(crate) fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// The closing line.
    pub(crate) fn closing(&self) -> String {
        let skipped = if self.skipped > 0 { format!(", {} skipped", self.skipped) } else { String::new() };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }
}

/// A line without its colours.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut in_colour = false;
    for c in line.chars() {
        match c {
            '\u{1b}' => in_colour = true,
            'm' if in_colour => in_colour = false,
            _ if in_colour => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn summaries_of_both_runners_are_added_up() {
        let lines = [
            "running 4 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.00s",
            "test result: \u{1b}[31mFAILED\u{1b}[0m. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
            "# tests 6",
            "# pass 4",
            "# fail 1",
            "# cancelled 1",
            "\u{1b}[34mℹ pass 5\u{1b}[39m",
            "ℹ skipped 2",
            "# Subtest: passes 9",
        ];
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.read(line));
        assert_eq!(counts, Counts { passed: 14, failed: 3, skipped: 3 });
        assert_eq!(counts.closing(), "14 passed, 3 failed, 3 skipped");
        assert_eq!(Counts { passed: 1, ..Counts::default() }.closing(), "1 passed, 0 failed");
    }
}
