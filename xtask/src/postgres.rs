//! The throw-away PostgreSQL that the tests share.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

/// Tests read here where the cluster is (`crates/testkit/src/postgres.rs`).
pub(crate) const ADDRESS: &str = "PROVISO_TEST_POSTGRES";

/// A cluster of its own, stopped and removed when this is dropped, or when this program is killed.
pub(crate) struct Cluster {
    script: Child,
    /// Its address.
    pub(crate) address: String,
}

impl Cluster {
    /// Starts one; `tools/postgres/throw-away.sh` says how.
    pub(crate) fn start(root: &Path) -> Result<Self> {
        let script = root.join("tools/postgres/throw-away.sh").display().to_string();
        let mut command = shell::program(root, &script, &[]);
        let mut script = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start: {}", shell::typed(&command)))?;
        let mut address = String::new();
        if let Some(out) = script.stdout.take() {
            BufReader::new(out).read_line(&mut address)?;
        }
        if address.trim().is_empty() {
            bail!("PostgreSQL does not start; what it says stands above");
        }
        Ok(Self { script, address: address.trim().to_owned() })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It stops when its standard input ends, and takes its folder away.
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}
