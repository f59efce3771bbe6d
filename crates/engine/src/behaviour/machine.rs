//! Rules about the device itself: a program, a connection, a mount or storage that a list has and the order does not declare.

use proviso_model::policy::MachineThing;
use proviso_model::{ConditionKind, Machine, MachineWhat};

/// The categories of a pack's `[[machine]]` that serve a kind of condition, each by a rule of its own. What a virtual machine does goes
/// past whatever watches the device; it is also a device of its own.
#[must_use]
pub fn categories(kind: ConditionKind) -> &'static [&'static str] {
    match kind {
        ConditionKind::DeclareDevices => &["storage", "virtual-machine"],
        ConditionKind::NoHistoryDeletion => &["wiping"],
        ConditionKind::NoHiddenConnections => {
            &["hidden-connection", "proxy", "remote-desktop", "virtual-machine"]
        }
        ConditionKind::NoVaults => &["vault"],
        ConditionKind::NoUndeclaredCloud => &["cloud"],
        ConditionKind::NoPeerToPeer => &["peer-to-peer"],
        _ => &[],
    }
}

/// The entry of a list that a fact is, unless the order declares it.
#[must_use]
pub fn found<'p>(
    things: &'p [MachineThing],
    declared: &[String],
    machine: &Machine,
) -> Option<&'p MachineThing> {
    let name = machine.name.to_lowercase();
    let thing = things
        .iter()
        .find(|thing| thing.what == machine.what && thing.names.iter().any(|known| is(known, &name)))?;
    let detail = machine.detail.to_lowercase();
    let is_declared = |entry: &String| {
        let entry = entry.trim().to_lowercase();
        let is_host = || machine.what == MachineWhat::Proxy && host_of(&detail) == entry;
        // Where a proxy is set says nothing of which one it is.
        let is_name = || machine.what != MachineWhat::Proxy && entry == name;
        is_name() || entry == thing.label.to_lowercase() || entry == detail || is_host()
    };
    (!declared.iter().any(is_declared)).then_some(thing)
}

/// The host of a host with its port.
fn host_of(target: &str) -> &str {
    match target.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => target,
    }
}

fn is(known: &str, name: &str) -> bool {
    match known.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => known == name,
    }
}

#[cfg(test)]
mod tests {
    use proviso_model::policy::MachineThing;
    use proviso_model::{Machine, MachineWhat};

    use super::found;

    #[test]
    fn a_thing_is_found_by_its_name_unless_the_order_declares_it() {
        let thing = |label: &str, what, names: &[&str]| MachineThing {
            label: label.to_owned(),
            what,
            names: names.iter().map(ToString::to_string).collect(),
            strength_permille: 700,
            care: String::new(),
        };
        let things = [
            thing("Marina VPN", MachineWhat::Program, &["marina-vpn", "marinad*"]),
            thing("WireGuard", MachineWhat::Connection, &["wireguard"]),
            thing("Storage", MachineWhat::Storage, &["*"]),
            thing("Proxy", MachineWhat::Proxy, &["*"]),
        ];
        let label = |declared: &[&str], what, name: &str, detail: &str| {
            let declared: Vec<String> = declared.iter().map(ToString::to_string).collect();
            let machine = Machine { what, name: name.to_owned(), detail: detail.to_owned() };
            found(&things, &declared, &machine).map(|thing| thing.label.clone())
        };
        use MachineWhat::{Connection, Mount, Program, Proxy, Storage};
        for (declared, what, name, detail, expected) in [
            (&[][..], Program, "Marina-VPN", "", Some("Marina VPN")),
            (&[], Program, "marinad-helper", "", Some("Marina VPN")),
            (&[], Program, "marina-vpn-notes", "", None),
            (&[], Connection, "marina-vpn", "", None),
            (&["marina vpn"], Program, "marinad", "", None),
            (&["work0"], Connection, "wireguard", "work0", None),
            (&["work0"], Connection, "wireguard", "wg1", Some("WireGuard")),
            (&["S-1"], Storage, "Marina Stick", "s-1", None),
            (&["S-1"], Storage, "Marina Stick", "S-2", Some("Storage")),
            (&[], Mount, "wireguard", "", None),
            (&[], Proxy, "gnome", "proxy.work.example:80", Some("Proxy")),
            (&["Proxy.work.example"], Proxy, "gnome", "proxy.work.example:80", None),
            (&["proxy.work.example:80"], Proxy, "kde", "proxy.work.example:80", None),
            (&["work.example"], Proxy, "gnome", "proxy.work.example:80", Some("Proxy")),
            (&["gnome"], Proxy, "gnome", "proxy.work.example:80", Some("Proxy")),
        ] {
            assert_eq!(label(declared, what, name, detail).as_deref(), expected, "{name} {detail}");
        }
    }
}
