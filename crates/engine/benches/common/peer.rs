//! Other programs at the same work: each is started once, makes itself ready, and works when told to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

type Fault = Box<dyn std::error::Error>;

/// A program that waits to be told.
pub(crate) struct Peer {
    child: Child,
    told: ChildStdin,
    says: BufReader<ChildStdout>,
    /// What it is, with its version.
    pub(crate) name: String,
}

impl Peer {
    /// Starts it and waits until it says `ready VERSION`.
    pub(crate) fn start(command: &mut Command, name: &str) -> Result<Self, Fault> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (told, says) = (child.stdin.take(), child.stdout.take());
        let told = told.ok_or("no way in")?;
        let mut says = BufReader::new(says.ok_or("no way out")?);
        let mut ready = String::new();
        says.read_line(&mut ready)?;
        let version = ready.trim().strip_prefix("ready ").ok_or("it did not start")?;
        let name = format!("{name} {}", version.trim_start_matches("scikit-learn").trim());
        Ok(Self { child, told, says, name })
    }

    /// Does the work once: seconds, and what was found.
    pub(crate) fn ask(&mut self, what: &str) -> Result<(f64, u64), Fault> {
        writeln!(self.told, "{what}")?;
        let mut line = String::new();
        self.says.read_line(&mut line)?;
        let (seconds, found) = line.trim().split_once(' ').ok_or("it broke off")?;
        Ok((seconds.parse()?, found.parse()?))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
