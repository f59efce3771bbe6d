//! Which program runs: at its start the package's own looks whether a newer one was installed, and becomes it. Nothing else of the
//! device is changed; whoever removes the package removes what starts all of them.

use std::convert::Infallible;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use proviso_ledger::hash::sha256;
use proviso_model::Timestamp;

use super::kept::{Kept, program_name};
use crate::state_dir::{StateDir, StateError};

/// Names, for a program that was started in its place, the package's own.
pub const LAUNCHED_BY: &str = "PROVISO_LAUNCHED_BY";
/// Version of this program.
pub const OWN_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The program that is to run in the place of this one, checked against what was signed. None where this one is to run: the package's
/// own, or one that was started in its place already.
///
/// # Errors
/// [`StateError`].
pub fn choose(
    dir: &StateDir,
    (is_launched, version): (bool, &str),
    now: Timestamp,
) -> Result<Option<PathBuf>, StateError> {
    if is_launched {
        return Ok(None);
    }
    let mut kept = Kept::load(dir)?;
    let before = kept.clone();
    let mut chosen = None;
    while let Some(one) = kept.choose(version, now) {
        let name = program_name(&one.sha256);
        match dir.read(&name)? {
            Some(bytes) if sha256(&bytes) == one.sha256.0 => {
                chosen = Some(dir.file(&name));
                break;
            }
            _ => {
                tracing::error!(version = %one.version, "an installed program is gone or was changed; it is not started");
                kept.give_up(&one.sha256, now);
            }
        }
    }
    if kept != before {
        kept.store(dir)?;
    }
    Ok(chosen)
}

/// Becomes another program, with the same arguments, in the same process. Returns only where that fails.
///
/// # Errors
/// The operating system's.
pub fn become_program(program: &PathBuf, own: &PathBuf) -> std::io::Result<Infallible> {
    Err(with_arguments(program).env(LAUNCHED_BY, own).exec())
}

/// Begins anew at the package's own program, which looks again which is to run.
///
/// # Errors
/// The operating system's.
pub fn begin_anew(own: &PathBuf) -> std::io::Result<Infallible> {
    Err(with_arguments(own).env_remove(LAUNCHED_BY).exec())
}

fn with_arguments(program: &PathBuf) -> Command {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
