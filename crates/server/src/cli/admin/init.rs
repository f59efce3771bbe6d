//! `admin init`: the keys of a new force.

use serde_json::json;

use crate::cli::{Say, Wiring};
use crate::config::Config;
use crate::keys::force::{ForceInit, trust_path};
use crate::open;

pub(super) fn init(
    wiring: &Wiring,
    config: &Config,
    say: &mut Say,
    force_name: &str,
    hosts: &[String],
) -> anyhow::Result<u8> {
    let mut rng = (wiring.rng)();
    let init = ForceInit { name: force_name, hosts, now: wiring.clock.now() };
    let trust = open::init(config, wiring.master_key.as_deref(), &mut *rng, &init)?;
    let path = trust_path(&config.data_dir);
    let words = format!(
        "made the keys of {force_name} in {}\nhand out: {}\nroot key: {}\n\
         keep a copy of the master key apart from backups of the database",
        config.data_dir.display(),
        path.display(),
        trust.root_key,
    );
    say.line(&words, &json!({"force": trust.force, "trust": path, "root_key": trust.root_key}))?;
    Ok(0)
}
