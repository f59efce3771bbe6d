//! `[[machine]]` of a pack: what a kind of paragraph prohibits on the device itself.

use proviso_model::policy::MachineThing;
use serde::Deserialize;

/// Things that one category of rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineFacts {
    /// For example `hidden-connection`.
    pub category: String,
    /// For readers of the file: where the names come from, and what is left out.
    pub about: String,
    /// The list.
    pub thing: Vec<MachineThing>,
}

impl MachineFacts {
    pub(super) fn checked(&self) -> Result<(), String> {
        for thing in &self.thing {
            if !(1..=1000).contains(&thing.strength_permille) {
                return Err(format!("\"{}\": strength_permille is not within 1 to 1000", thing.label));
            }
            let is_name = |name: &String| !name.is_empty() && *name == name.to_lowercase();
            if thing.names.is_empty() || !thing.names.iter().all(is_name) {
                return Err(format!("\"{}\": write its names in small letters, one at least", thing.label));
            }
        }
        Ok(())
    }
}
