//! Network interfaces of kinds that send what goes over them somewhere else first, from `/sys/class/net`.

use std::path::Path;

use super::{names, read};

/// `IFF_UP` of an interface's flags.
const UP: u32 = 0x1;
/// `IFF_TUN` of a tunnel's flags; one that virtual machines use carries whole frames and is `IFF_TAP`.
const TUN: u32 = 0x1;

/// Kind and interface of each that is up.
pub(super) fn connections(sys: &Path) -> Result<Vec<(String, String)>, String> {
    let folder = sys.join("class/net");
    let interfaces = names(&folder, "network interfaces")?;
    let kind = |interface: &String| {
        let of = folder.join(interface);
        let number = |name: &str| {
            let text = read(&of.join(name))?;
            u32::from_str_radix(text.strip_prefix("0x").unwrap_or(&text), 16).ok()
        };
        if number("flags")? & UP == 0 {
            return None;
        }
        let is_wireguard =
            || read(&of.join("uevent"))?.lines().any(|line| line == "DEVTYPE=wireguard").then_some(());
        if is_wireguard().is_some() {
            return Some("wireguard");
        }
        (number("tun_flags")? & TUN != 0).then_some("tunnel")
    };
    Ok(interfaces.into_iter().filter_map(|name| Some((kind(&name)?.to_owned(), name))).collect())
}
