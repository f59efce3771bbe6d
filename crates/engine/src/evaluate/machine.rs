//! Rules about the device itself. What is seen is that the system lists a thing, not who started it or plugged it in, nor what for.

use proviso_model::policy::{MachineThing, Rule};
use proviso_model::{Fact, Machine, MachineWhat, Observation};

use super::Spoken;
use super::explain::quoted;
use crate::behaviour::machine::found;

/// What a rule says of it.
pub(super) fn speak<'p>(rule: &'p Rule, observation: &Observation) -> Option<Spoken<'p>> {
    let (Rule::Machine { things, declared, pack, .. }, Fact::Machine(machine)) = (rule, &observation.fact)
    else {
        return None;
    };
    let thing = found(things, declared, machine)?;
    let mut spoken = Spoken::certain(rule, pack, Vec::new(), would_not(thing));
    spoken.strength_permille = thing.strength_permille;
    Some(spoken)
}

/// The fact in words.
pub(super) fn shown(machine: &Machine) -> String {
    let name = quoted(&machine.name);
    let detail = quoted(&machine.detail);
    let has_detail = !machine.detail.is_empty();
    match (machine.what, has_detail) {
        (MachineWhat::Program, _) => format!("A program named {name} ran on the device."),
        (MachineWhat::Connection, false) => format!("A connection of kind {name} was up."),
        (MachineWhat::Connection, true) => {
            format!("A connection of kind {name} was up, as interface {detail}.")
        }
        (MachineWhat::Mount, false) => format!("A file system of kind {name} was mounted."),
        (MachineWhat::Mount, true) => format!("A file system of kind {name} was mounted at {detail}."),
        (MachineWhat::Proxy, _) => format!("A proxy was set in {name}, to {detail}."),
        (MachineWhat::Storage, false) => format!("Storage {name} without a serial number was plugged in."),
        (MachineWhat::Storage, true) => format!("Storage {name}, serial number {detail}, was plugged in."),
    }
}

fn would_not(thing: &MachineThing) -> String {
    let care = if thing.care.is_empty() { String::new() } else { format!(" {}", thing.care) };
    format!(
        "The list calls it {}.{care} It would not have spoken had the order declared it, nor under another name.",
        quoted(&thing.label)
    )
}
