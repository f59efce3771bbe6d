//! `native-host`: started by the browser, carries frames between it and the running agent, decides nothing.

use std::io::{BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc;

use serde::{Deserialize, Serialize};

use super::frames::{FrameError, check_json, read_frame, write_frame};

/// The first line on the socket: which browser is behind the relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayLine {
    /// The browser's process number.
    pub browser_pid: u32,
    /// Its program.
    pub executable: String,
}

/// Why a relay ended.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// No agent listens.
    #[error(
        "the monitoring agent is not running (nothing answers at {0}); start it with `systemctl start proviso-agent`, or ask the force"
    )]
    NoAgent(std::path::PathBuf),
    /// A frame could not be taken.
    #[error("from the {from}: {source}")]
    Frame {
        /// Which side.
        from: &'static str,
        /// What was wrong.
        source: FrameError,
    },
    /// The first line could not be sent.
    #[error("the agent did not take the connection: {0}")]
    Greeting(#[source] std::io::Error),
}

/// Relays until either side ends.
///
/// # Errors
/// [`RelayError`], to be printed on stderr: the browser keeps it in its own log.
pub fn relay(
    socket: &Path,
    line: &RelayLine,
    browser_in: impl Read + Send + 'static,
    browser_out: impl Write + Send + 'static,
) -> Result<(), RelayError> {
    let mut agent = UnixStream::connect(socket).map_err(|_| RelayError::NoAgent(socket.to_owned()))?;
    let mut first = serde_json::to_vec(line).unwrap_or_default();
    first.push(b'\n');
    agent.write_all(&first).map_err(RelayError::Greeting)?;
    let from_agent = agent.try_clone().map_err(RelayError::Greeting)?;
    let (ended, first_end) = mpsc::channel();
    let ended_too = ended.clone();
    // Two plain threads: whichever side ends first ends the process, which closes the other.
    std::thread::spawn(move || {
        let done = carry("browser", BufReader::new(browser_in), &mut agent);
        // First why, then the end: the agent hangs up at once, which must not look like the reason.
        let _ = ended.send(done);
        let _ = agent.shutdown(std::net::Shutdown::Write);
    });
    std::thread::spawn(move || {
        let mut browser_out = browser_out;
        let _ = ended_too.send(carry("agent", BufReader::new(from_agent), &mut browser_out));
    });
    first_end.recv().unwrap_or(Ok(()))
}

fn carry(from: &'static str, mut source: impl Read, to: &mut impl Write) -> Result<(), RelayError> {
    let failed = |source| RelayError::Frame { from, source };
    while let Some(frame) = read_frame(&mut source).map_err(failed)? {
        check_json(&frame).map_err(failed)?;
        write_frame(to, &frame).map_err(failed)?;
    }
    Ok(())
}
