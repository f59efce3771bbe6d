//! Releases and the versions that devices have, for administrators.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use proviso_model::update::{ReleaseKind, STAGE_ALL};

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words::{self, When};
use crate::app::officer::fleet;

#[derive(Template)]
#[template(path = "console/fleet.html")]
struct FleetPage {
    shell: Shell,
    versions: Vec<Version>,
    releases: Vec<Released>,
    behind: Vec<Late>,
    behind_caption: String,
}

struct Version {
    version: String,
    devices: usize,
    behind: usize,
}

struct Released {
    name: String,
    stage: String,
    engine: u32,
    rest: String,
    sha256: String,
}

struct Late {
    device: String,
    version: String,
    since: When,
    wanted: String,
    seen: When,
}

/// For how many devices a release is, in words.
fn stage(thousandths: u16) -> String {
    match thousandths {
        0 => "no device".to_owned(),
        STAGE_ALL.. => "all devices".to_owned(),
        some => format!("{}.{} % of devices", some / 10, some % 10),
    }
}

/// `GET /updates`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let fleet = fleet::view(&console.app, &signed_in.session.who).await?;
    let zone = words::force_zone();
    let versions = fleet.versions.into_iter().map(|row| Version {
        version: row.version,
        devices: row.devices,
        behind: row.behind,
    });
    let releases = fleet.releases.into_iter().rev().map(|one| {
        let minimum = one.says.minimum.map(|minimum| format!("all below {minimum}"));
        let back = (!one.says.back_from.is_empty())
            .then(|| format!("{} go back to it", one.says.back_from.join(", ")));
        let rest: Vec<String> = minimum.into_iter().chain(back).collect();
        Released {
            stage: match one.says.kind {
                ReleaseKind::Agent => stage(one.says.stage),
                ReleaseKind::Pack => "kept for replay".to_owned(),
            },
            name: one.name,
            engine: one.says.engine_semantics,
            rest: rest.join("; "),
            sha256: one.sha256.to_string(),
        }
    });
    let behind = fleet.behind.into_iter().map(|one| Late {
        device: one.device.to_string(),
        version: one.version,
        since: words::when(one.since, &zone),
        wanted: one.wanted,
        seen: words::when(one.seen_at, &zone),
    });
    let behind: Vec<Late> = behind.collect();
    page(&FleetPage {
        shell: Shell::new("Updates", Under::Fleet, &signed_in),
        versions: versions.collect(),
        releases: releases.collect(),
        behind_caption: format!("Devices that fell behind: {} of {}", behind.len(), fleet.behind_count),
        behind,
    })
}
