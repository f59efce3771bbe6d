//! The single checks.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use proviso_model::Timestamp;
use proviso_model::policy::PackRef;
use serde::Deserialize;

use super::Check;
use crate::client_certificate::{ClientCertificate, RENEWED};
use crate::fetched::Missing;
use crate::identity::{Identity, IdentityError, SECRET_FILES};
use crate::policy_keep::PolicyKeep;
use crate::sources::desktop::Sight;
use crate::spool::{OnDisk, Spool, SpoolError, SpoolFile};
use crate::state_dir::StateDir;
use crate::status::Status;
use crate::uplink::{Contradictions, Https, NOTE_CONTRADICTIONS, Transport, WireRequest};

const CLOCK_OFF_MS_MAX: i64 = 120_000;
const ENROL: &str = "run `proviso-agent enrol` with the officer's code";

pub(super) fn state_folder(dir: &StateDir) -> Check {
    const NAME: &str = "state folder";
    match std::fs::metadata(dir.root()) {
        Ok(meta) if meta.is_dir() && meta.permissions().mode() & 0o022 == 0 => {
            Check::good(NAME, dir.root().display().to_string())
        }
        Ok(meta) if meta.is_dir() => Check::bad(
            NAME,
            format!("{} may be written to by other accounts", dir.root().display()),
            format!("chmod 711 {}", dir.root().display()),
        ),
        _ => Check::bad(NAME, format!("{} is not there", dir.root().display()), ENROL),
    }
}

pub(super) fn secret_files(dir: &StateDir) -> Check {
    const NAME: &str = "key files";
    // There only once the certificate was renewed.
    let renewed = dir.file(RENEWED).exists().then_some(RENEWED);
    for name in SECRET_FILES.into_iter().chain(renewed) {
        let path = dir.file(name);
        match std::fs::metadata(&path) {
            Ok(meta) if meta.permissions().mode() & 0o077 != 0 => {
                let found = format!("{} can be read by other accounts", path.display());
                return Check::bad(NAME, found, format!("chmod 600 {}", path.display()));
            }
            Ok(_) => {}
            Err(error) => return Check::bad(NAME, format!("{}: {error}", path.display()), ENROL),
        }
    }
    Check::good(NAME, "closed to other accounts")
}

pub(super) fn identity(dir: &StateDir, found: &mut Vec<Check>) -> Option<Identity> {
    const NAME: &str = "enrolment";
    let loaded = Identity::load(dir).and_then(|identity| identity.keys(dir).map(|_| identity));
    match loaded {
        Ok(identity) => {
            found.push(Check::good(NAME, format!("device {}", identity.device)));
            Some(identity)
        }
        Err(error @ IdentityError::NotEnrolled(_)) => {
            found.push(Check::bad(NAME, error.to_string(), ENROL));
            None
        }
        Err(error) => {
            found.push(Check::bad(
                NAME,
                error.to_string(),
                "run this as the account that owns the state folder",
            ));
            None
        }
    }
}

pub(super) fn policy(
    dir: &StateDir,
    identity: &Identity,
    now: Timestamp,
    found: &mut Vec<Check>,
) -> Option<PolicyKeep> {
    let keep = match PolicyKeep::load(dir, identity.device) {
        Ok(keep) => keep,
        Err(error) => {
            found.push(Check::bad(
                "trust",
                error.to_string(),
                "enrol again (docs/agent.md, \"Enrol again\")",
            ));
            return None;
        }
    };
    found.push(Check::good("trust", format!("the force's keys hold: {}", keep.trust().force_name)));
    found.push(match (keep.policy(), keep.fault()) {
        (Some(kept), _) if kept.capture_at(now).is_nothing() => Check::bad(
            "policy",
            format!(
                "number {} asks for nothing now; it ran until {}",
                kept.policy.serial, kept.policy.expires_at
            ),
            "nothing, if the order has ended; otherwise the force issues a new policy",
        ),
        (Some(kept), _) => {
            Check::good("policy", format!("number {}, until {}", kept.policy.serial, kept.policy.expires_at))
        }
        (None, fault) => Check::bad(
            "policy",
            fault.unwrap_or_else(|| "there is none".to_owned()),
            "start the agent where it can reach its server: it fetches a good one",
        ),
    });
    Some(keep)
}

pub(super) fn site_lists(keep: &PolicyKeep, now: Timestamp) -> Option<Check> {
    let kept = keep.policy()?;
    let named: Vec<&PackRef> = kept.policy.site_lists_at(now).into_iter().map(|list| &list.list).collect();
    let compared = "pages are not compared with it";
    lists("lists of sites", &named, &keep.lists().missing(&kept.policy, now), compared)
}

pub(super) fn hash_sets(keep: &PolicyKeep, now: Timestamp) -> Option<Check> {
    let kept = keep.policy()?;
    let named: Vec<&PackRef> = kept.policy.hash_sets_at(now).into_iter().map(|set| &set.set).collect();
    let compared = "pictures are not compared with it";
    lists("lists of pictures", &named, &keep.hash_sets().missing(&kept.policy, now), compared)
}

fn lists(name: &'static str, named: &[&PackRef], missing: &[Missing], compared: &str) -> Option<Check> {
    if named.is_empty() {
        return None;
    }
    if missing.is_empty() {
        let named: Vec<String> =
            named.iter().map(|list| format!("{} version {}", list.name, list.version)).collect();
        return Some(Check::good(name, named.join(", ")));
    }
    let found: Vec<String> = missing.iter().map(Missing::in_words).collect();
    let advice = format!(
        "let the agent run where it can reach its server: it fetches the list. Until then {compared}; all else is watched"
    );
    Some(Check::bad(name, found.join("; "), advice))
}

pub(super) async fn server(
    dir: &StateDir,
    identity: &Identity,
    keep: &PolicyKeep,
    found: &mut Vec<Check>,
) -> Option<Timestamp> {
    const NAME: &str = "server";
    const ADVICE: &str =
        "check the network, and with the force whether its server runs and this device is enrolled";
    let certificate = identity.keys(dir).and_then(|keys| ClientCertificate::load(dir, identity, &keys));
    let certificate = match certificate {
        Ok(certificate) => certificate,
        Err(error) => {
            found.push(Check::bad(NAME, error.to_string(), ADVICE));
            return None;
        }
    };
    let statement_ca = keep.keys().statement.ca_pem.clone();
    let authorities = [keep.trust().ca_pem.as_str(), &statement_ca];
    let asked = match Https::new(&identity.server, &authorities, Some(&certificate.pem())) {
        Ok(mut https) => {
            let request = WireRequest {
                method: "GET",
                path: "/v1/nonce".to_owned(),
                headers: vec![
                    (proviso_model::wire::HEADER_PROTOCOL, proviso_model::wire::WIRE_PROTOCOL.to_string()),
                    (proviso_model::wire::HEADER_DEVICE, identity.device.to_string()),
                ],
                body: Vec::new(),
            };
            https.request(request).await.map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    found.push(match asked {
        Ok(answer) if answer.nonce.is_some() && answer.status < 400 => {
            let until = certificate.term().map(|term| format!("; its certificate runs until {}", term.until));
            let until = until.unwrap_or_default();
            Check::good(NAME, format!("{} answers and knows this device{until}", identity.server))
        }
        Ok(answer) => Check::bad(NAME, format!("{} answers {}", identity.server, answer.status), ADVICE),
        Err(error) => Check::bad(NAME, format!("{}: {error}", identity.server), ADVICE),
    });
    kept_server_time(dir)
}

/// The last server time in the spool; `None` while the running agent holds it (it then minds the clock itself).
fn kept_server_time(dir: &StateDir) -> Option<Timestamp> {
    let file = OnDisk::new(dir.spool());
    if !file.exists() || Status::read(dir).ok().flatten().is_some() {
        return None;
    }
    let (_, note) = Spool::inspect(&file, crate::uplink::NOTE_SERVER_TIME).ok()?;
    let kept: crate::clock::Fix = serde_json::from_slice(&note?).ok()?;
    Some(kept.at)
}

pub(super) fn clock(now: Timestamp, server_time: Option<Timestamp>) -> Check {
    const NAME: &str = "clock";
    match server_time {
        Some(server) if server.millis_since(now) > CLOCK_OFF_MS_MAX => Check::bad(
            NAME,
            format!("the clock says {now}, but the server's time was already {server}"),
            "set the clock; until then the later of the two counts",
        ),
        _ => Check::good(NAME, format!("{now}")),
    }
}

pub(super) fn socket(dir: &StateDir) -> Check {
    const NAME: &str = "running agent";
    let path = dir.socket();
    if std::os::unix::net::UnixStream::connect(&path).is_ok() {
        Check::good(NAME, format!("answers at {}", path.display()))
    } else {
        Check::bad(
            NAME,
            format!("nothing answers at {}", path.display()),
            "systemctl start proviso-agent, or run `proviso-agent run`",
        )
    }
}

/// As the running agent says; nothing without one, or where there is nothing to see.
pub(super) fn desktop(dir: &StateDir) -> Option<Check> {
    const NAME: &str = "desktop";
    match Status::read(dir).ok().flatten()?.desktop {
        Sight::Nothing => None,
        Sight::Sees => Some(Check::good(NAME, "pictures in windows of other programs are looked at")),
        Sight::Cannot(why) => Some(Check::bad(
            NAME,
            format!("cannot see: {why}"),
            "see docs/agent.md, \"Windows of other programs\". Until then pictures there are not looked at, which is on record; all else is watched",
        )),
    }
}

/// The same of the helper in the person's session.
pub(super) fn session(dir: &StateDir) -> Option<Check> {
    const NAME: &str = "session";
    let helper = Status::read(dir).ok().flatten()?.helper;
    let advice = "see docs/agent.md, \"Files arriving\". Until then they are not looked at, which is on record; all else is watched";
    match (helper.files, helper.is_connected) {
        _ if !helper.is_needed => None,
        (_, false) => Some(Check::bad(NAME, "the helper does not run in the account's session", advice)),
        (Sight::Cannot(why), true) => Some(Check::bad(NAME, format!("cannot see all: {why}"), advice)),
        (_, true) => Some(Check::good(NAME, "pictures among files that arrive are looked at")),
    }
}

/// The same of text in other programs.
pub(super) fn accessibility(dir: &StateDir) -> Option<Check> {
    const NAME: &str = "accessibility";
    let helper = Status::read(dir).ok().flatten()?.helper;
    let advice = "see docs/agent.md, \"Text in other programs\". Until then it is not read, which is on record; all else is watched";
    match (helper.text, helper.is_connected) {
        _ if !helper.is_needed_for_text => None,
        (_, false) => Some(Check::bad(NAME, "the helper does not run in the account's session", advice)),
        (Sight::Cannot(why), true) => Some(Check::bad(NAME, format!("cannot see: {why}"), advice)),
        (_, true) => Some(Check::good(NAME, "words in the window in front are looked for")),
    }
}

/// The same of browsers' histories.
pub(super) fn histories(dir: &StateDir) -> Option<Check> {
    const NAME: &str = "histories";
    let helper = Status::read(dir).ok().flatten()?.helper;
    let advice = "see docs/agent.md, \"Browsers' histories\". Until then they are not counted, which is on record; all else is watched";
    match (helper.histories, helper.is_connected) {
        _ if !helper.is_needed_for_histories => None,
        (_, false) => Some(Check::bad(NAME, "the helper does not run in the account's session", advice)),
        (Sight::Cannot(why), true) => Some(Check::bad(NAME, format!("cannot see all: {why}"), advice)),
        (Sight::Sees, true) => Some(Check::good(NAME, "the entries of browsers' histories are counted")),
        (Sight::Nothing, true) => None,
    }
}

pub(super) fn spool(dir: &StateDir) -> Check {
    const NAME: &str = "spool";
    if let Ok(Some(status)) = Status::read(dir) {
        let found = format!("{} records, {} bytes", status.spooled_records, status.spool_bytes);
        return Check::good(NAME, found);
    }
    let file = OnDisk::new(dir.spool());
    if !file.exists() {
        return Check::bad(NAME, "there is none", ENROL);
    }
    // Only a look: a damaged spool is set aside by the agent itself, which then also puts the gap on record.
    match Spool::inspect(&file, "") {
        Ok((figures, _)) => {
            Check::good(NAME, format!("{} records, {} bytes", figures.records, figures.bytes))
        }
        Err(SpoolError::InUse) => Check::good(NAME, "in use by the running agent"),
        Err(error) => {
            let advice = "start the agent: it sets a damaged spool aside, keeps it, and records the gap";
            Check::bad(NAME, error.to_string(), advice)
        }
    }
}

pub(super) fn log(dir: &StateDir) -> Check {
    const NAME: &str = "server's log";
    let file = OnDisk::new(dir.spool());
    let seen = match Status::read(dir) {
        Ok(Some(status)) => status.log,
        _ if !file.exists() => None,
        _ => match Spool::inspect(&file, NOTE_CONTRADICTIONS) {
            Ok((_, note)) => note
                .and_then(|note| serde_json::from_slice::<Contradictions>(&note).ok())
                .and_then(|known| known.in_words()),
            Err(error) => return Check::bad(NAME, error.to_string(), "see the line about the spool"),
        },
    };
    match seen {
        None => Check::good(NAME, "nothing that was shown of it contradicts what was shown before"),
        Some(found) => Check::bad(
            NAME,
            found,
            "tell the force; a restore from a backup that it signs is shown as such here",
        ),
    }
}

#[derive(Deserialize)]
struct HostManifest {
    name: String,
    path: std::path::PathBuf,
}

pub(super) fn manifest(browser: &str, path: &Path) -> Check {
    const NAME: &str = "browser manifest";
    let advice = "install the package proviso-agent again, or copy the file from packaging/linux";
    let Ok(text) = std::fs::read(path) else {
        return Check::bad(NAME, format!("{browser}: {} is not there", path.display()), advice);
    };
    match serde_json::from_slice::<HostManifest>(&text) {
        Ok(manifest) if manifest.name != "org.proviso.agent" => {
            Check::bad(NAME, format!("{browser}: {} names another host", path.display()), advice)
        }
        Ok(manifest) if !manifest.path.is_file() => Check::bad(
            NAME,
            format!("{browser}: the program {} is not there", manifest.path.display()),
            advice,
        ),
        Ok(_) => Check::good(NAME, format!("{browser}: {}", path.display())),
        Err(error) => Check::bad(NAME, format!("{browser}: {}: {error}", path.display()), advice),
    }
}
