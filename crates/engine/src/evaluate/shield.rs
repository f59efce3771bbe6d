//! Contacts on the case's shield list: nothing that belongs to one is looked at.

use proviso_model::{Fact, Observation};

use super::{Engine, is_listed};

impl Engine {
    /// Whether an observation belongs to a contact on the shield list: such a one raises no finding, and is dropped on
    /// the device and counted. Hosts are compared with their sub-domains, addresses are looked for in the page's
    /// address, in the names of a conversation and its authors, in names that are used or written to, and in the title of a window, which has no address.
    #[must_use]
    pub fn is_shielded(&self, observation: &Observation) -> bool {
        let address = observation.fact.url().unwrap_or_default();
        if is_listed(address, &self.shield_hosts) {
            return true;
        }
        if self.shield_addresses.is_empty() {
            return false;
        }
        let names_one = |text: &str| {
            let lower = text.to_lowercase().replace("%40", "@");
            self.shield_addresses.iter().any(|entry| lower.contains(entry.as_str()))
        };
        let name = match &observation.fact {
            Fact::Messages { channel, .. } => channel.as_str(),
            Fact::Picture(picture) if picture.window.is_some() => picture.title.as_str(),
            Fact::Text(of_program) => of_program.title.as_str(),
            Fact::Name(used) => used.name.as_str(),
            _ => "",
        };
        names_one(address)
            || names_one(name)
            || observation.fact.messages().filter_map(|message| message.author.as_deref()).any(names_one)
    }
}
