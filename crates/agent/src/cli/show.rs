//! `status` and `doctor`.

use proviso_agent::doctor::{self, DoctorParts};
use proviso_agent::identity::Identity;
use proviso_agent::release::{self, RELEASE_NOTE};
use proviso_agent::status::Status;
use proviso_agent::{OnDisk, Spool, StateDir};
use proviso_model::wire::TrustFile;
use serde_json::json;

use super::{Wiring, runtime, say};

pub fn status(dir: &StateDir, json: bool) -> anyhow::Result<bool> {
    if let Some(status) = Status::read(dir)? {
        if json {
            say(&serde_json::to_string(&status)?)?;
        } else {
            status.in_words().iter().try_for_each(|line| say(line))?;
        }
        return Ok(status.watching);
    }
    if let Some(release) = release::released(dir)? {
        if json {
            say(&json!({"watching": false, "running": false, "release": release}).to_string())?;
        } else {
            say(RELEASE_NOTE)?;
            say(&format!("Since {}: {}.", release.at, release.grounds.in_words()))?;
            if !release::is_complete(dir) {
                say(
                    "Sealed records still wait to be sent; start the program where it can reach its server.",
                )?;
            }
        }
        return Ok(false);
    }
    // Without a running agent: say what is on disk, as far as this account may read it.
    let enrolled = Identity::load(dir).is_ok();
    let figures = Spool::inspect(&OnDisk::new(dir.spool()), "").ok().map(|(figures, _)| figures);
    let records = figures.map(|figures| figures.records);
    if json {
        say(&json!({"watching": false, "running": false, "enrolled": enrolled, "spooled_records": records})
            .to_string())?;
        return Ok(false);
    }
    say("Nothing is being watched now: the monitoring program is not running.")?;
    if enrolled {
        let force: Option<TrustFile> = dir.read_json("trust.json").ok().flatten();
        let force = force.map_or_else(String::new, |trust| format!(" with {}", trust.force_name));
        say(&format!(
            "This device is enrolled{force}. Start the program with `systemctl start proviso-agent`."
        ))?;
    } else {
        say(&format!(
            "No enrolment can be read in {}. Enrol with `proviso-agent enrol`, or run this as the agent's account.",
            dir.root().display()
        ))?;
    }
    if let Some(records) = records {
        say(&format!("Sealed records waiting to be sent: {records}."))?;
    }
    Ok(false)
}

pub fn doctor(dir: StateDir, json: bool, wiring: &Wiring) -> anyhow::Result<bool> {
    let parts = DoctorParts { dir, now: (wiring.clock)().wall(), manifests: doctor::usual_manifests() };
    let checks = runtime()?.block_on(doctor::examine(&parts));
    let all_good = checks.iter().all(|check| check.good);
    if json {
        say(&serde_json::to_string(&checks)?)?;
        return Ok(all_good);
    }
    for check in &checks {
        let mark = if check.good { "ok " } else { "NOT" };
        say(&format!("{mark}  {}: {}", check.name, check.found))?;
        if !check.advice.is_empty() {
            say(&format!("     do: {}", check.advice))?;
        }
    }
    say(if all_good { "All is as it should be." } else { "See the lines that begin with NOT." })?;
    Ok(all_good)
}
