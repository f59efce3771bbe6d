//! Programs, connections, mounts and storage.

use proviso_model::order::Condition;
use proviso_model::visit::{MachineSeen, SeenHow};
use proviso_model::{MachineWhat, Timestamp};

use super::{Page, Told};
use crate::behaviour::machine::found;
use crate::visit::things;

impl Told<'_> {
    pub(super) fn machine(&self, page: &mut Page, condition: &Condition) {
        let things = things(self.packs, condition.kind);
        let before = page.found.len();
        for seen in &self.facts.machine {
            if let Some(thing) = found(&things, &condition.declared, &seen.thing) {
                page.stop(format!("{}: {}.", thing.label, self.how(seen)));
                page.care(&thing.care);
            }
        }
        if page.found.len() == before {
            page.say("Nothing that this paragraph's list names was found.");
        }
    }

    fn how(&self, seen: &MachineSeen) -> String {
        let (name, detail) = (&seen.thing.name, &seen.thing.detail);
        let of = if detail.is_empty() { format!("\"{name}\"") } else { format!("\"{name}\" ({detail})") };
        match (seen.how, seen.thing.what) {
            (SeenHow::Now, MachineWhat::Program) => format!("{of} runs now"),
            (SeenHow::Now, MachineWhat::Connection) => format!("{of} is connected now"),
            (SeenHow::Now, MachineWhat::Mount) => format!("{of} is mounted now"),
            (SeenHow::Now, MachineWhat::Storage) => format!("{of} is plugged in now"),
            (SeenHow::Now, MachineWhat::Proxy) => format!("{of} is set now"),
            (SeenHow::Installed, _) => {
                format!("{of} is installed at {}{}", seen.place, self.changed(seen.changed_at))
            }
        }
    }

    fn changed(&self, at: Option<Timestamp>) -> String {
        let Some(at) = at else { return String::new() };
        let when = self.date(at);
        if at >= self.since {
            format!(", put there or changed on {when}, since the time compared with")
        } else {
            format!(", there unchanged since {when}")
        }
    }
}
