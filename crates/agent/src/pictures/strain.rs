//! Whether the machine has better things to do than to look at pictures.

use std::path::{Path, PathBuf};

/// What the system says of its load and its power.
#[derive(Debug, Clone)]
pub struct Strain {
    load: PathBuf,
    supplies: PathBuf,
    processors: usize,
}

impl Default for Strain {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::at(Path::new("/proc/loadavg"), Path::new("/sys/class/power_supply"), processors)
    }
}

impl Strain {
    /// Other files than the system's own, for tests.
    #[must_use]
    pub fn at(load: &Path, supplies: &Path, processors: usize) -> Self {
        Self { load: load.to_owned(), supplies: supplies.to_owned(), processors }
    }

    /// How many times as long as a picture took nothing is looked at after it: 0 on a machine at ease, 2 where more programs
    /// want to run than it has processors, or it runs on its battery; 4 with both. So at most a third, or a fifth, of one
    /// processor goes to pictures then. Where the system says nothing it is taken to be at ease.
    #[must_use]
    pub fn rest_factor(&self) -> u32 {
        2 * (u32::from(self.is_loaded()) + u32::from(self.is_on_battery()))
    }

    fn is_loaded(&self) -> bool {
        let text = std::fs::read_to_string(&self.load).unwrap_or_default();
        let load: Option<f64> = text.split_ascii_whitespace().next().and_then(|load| load.parse().ok());
        #[expect(clippy::cast_precision_loss, reason = "a machine has few processors")]
        load.is_some_and(|load| load > self.processors as f64)
    }

    fn is_on_battery(&self) -> bool {
        let Ok(supplies) = std::fs::read_dir(&self.supplies) else { return false };
        let mut states =
            supplies.flatten().map(|supply| std::fs::read_to_string(supply.path().join("status")));
        states.any(|state| state.is_ok_and(|state| state.trim() == "Discharging"))
    }
}

#[cfg(test)]
mod tests {
    use super::Strain;

    #[test]
    fn a_machine_under_load_or_on_its_battery_gets_rests_and_one_at_ease_gets_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let (load, supplies) = (folder.path().join("loadavg"), folder.path().join("supplies"));
        let strain = Strain::at(&load, &supplies, 2);
        assert_eq!(strain.rest_factor(), 0, "nothing known");
        std::fs::create_dir_all(supplies.join("BAT0")).expect("a folder");
        let cases = [
            ("0.30", "Charging", 0),
            ("2.40", "Full", 2),
            ("0.30", "Discharging", 2),
            ("9.00", "Discharging", 4),
        ];
        for (average, state, factor) in cases {
            std::fs::write(&load, format!("{average} 0.20 0.10 1/300 4242\n")).expect("written");
            std::fs::write(supplies.join("BAT0/status"), format!("{state}\n")).expect("written");
            assert_eq!(strain.rest_factor(), factor, "load {average}, battery {state}");
        }
    }
}
