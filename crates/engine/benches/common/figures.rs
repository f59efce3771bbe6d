//! Prints figures: one JSON object a line for `cargo xtask bench`, or a line to read.

use std::io::Write as _;

type Fault = Box<dyn std::error::Error>;

/// Where figures go.
pub(crate) struct Figures {
    pub(crate) json: bool,
}

impl Figures {
    /// As the command line asks.
    pub(crate) fn asked() -> Self {
        Self { json: std::env::args().any(|argument| argument == "--json") }
    }

    pub(crate) fn say(&mut self, line: &str) -> Result<(), Fault> {
        Ok(writeln!(std::io::stdout(), "{line}")?)
    }

    pub(crate) fn beside(
        &mut self,
        bench: &str,
        (ours, unit): (f64, &str),
        theirs: (&str, Option<f64>),
        ratio_min: f64,
    ) -> Result<(), Fault> {
        if self.json {
            let figure = serde_json::json!({
                "bench": bench, "ours": ours, "unit": unit, "beside": theirs.0, "theirs": theirs.1,
                "ratio_min": ratio_min,
            });
            return self.say(&figure.to_string());
        }
        let Some(rate) = theirs.1 else {
            return self.say(&format!("{bench}: {ours:.1} {unit}; {}", theirs.0));
        };
        let ratio = ours / rate;
        self.say(&format!(
            "{bench}: {ours:.1} {unit}; {}: {rate:.1} {unit}; ratio {ratio:.2} (aim {ratio_min})",
            theirs.0
        ))
    }

    pub(crate) fn alone(&mut self, bench: &str, ours: f64, unit: &str, ours_max: f64) -> Result<(), Fault> {
        if self.json {
            let figure =
                serde_json::json!({ "bench": bench, "ours": ours, "unit": unit, "ours_max": ours_max });
            return self.say(&figure.to_string());
        }
        self.say(&format!("{bench}: {ours:.2} {unit} (aim <= {ours_max})"))
    }
}
