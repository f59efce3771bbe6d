//! The other side: starts the process, hands it a picture, and ends it when it takes too long.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use proviso_inference::picture::View;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Semaphore;

use super::process;

/// Processes at one time; who comes later waits.
const AT_ONCE: usize = 2;
/// The longest that a picture may take, by the clock on the wall.
const TIME: Duration = Duration::from_secs(8);
/// Bytes of a picture that is given out: one of 1,024 by 1,024 pixels that nothing makes smaller has 3 MiB.
const OUT_BYTES_MAX: u64 = 4 << 20;
/// Characters of a reason that are shown.
const REASON_CHARS_MAX: usize = 300;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Why a picture is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unviewable {
    /// The decoder says so, in its own words.
    #[error("{0}")]
    Unreadable(String),
    /// It took too long, and was ended.
    #[error("decoding it took longer than {} seconds and was ended", TIME.as_secs())]
    TooLong,
    /// Its process ended: a decoder that crashed, or took more than it may.
    #[error("decoding it ended the process made for it: the picture is damaged, or made to do harm")]
    Crashed,
    /// The process could not be started: nothing is known of the picture.
    #[error("the process that decodes pictures does not start ({0}); tell whoever runs the service")]
    NotRunning(String),
}

/// Decodes pictures, each in a process of its own.
#[derive(Debug)]
pub struct Viewer {
    place: Place,
    room: Semaphore,
}

#[derive(Debug)]
enum Place {
    /// This program's own file.
    Process(PathBuf),
    /// In this process: for tests of pages, which have no program beside them. What it stands for is tested with the program.
    #[cfg(test)]
    Here,
}

impl Viewer {
    /// With `program` (`proviso-server`) started anew for each picture.
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self { place: Place::Process(program), room: Semaphore::new(AT_ONCE) }
    }

    /// Without a process.
    #[cfg(test)]
    #[must_use]
    pub fn here() -> Self {
        Self { place: Place::Here, room: Semaphore::new(AT_ONCE) }
    }

    /// A PNG file of a picture.
    ///
    /// # Errors
    /// [`Unviewable`].
    pub async fn view(&self, bytes: &[u8], view: View) -> Result<Vec<u8>, Unviewable> {
        let room = self.room.acquire().await;
        let _room = room.map_err(|closed| Unviewable::NotRunning(closed.to_string()))?;
        match &self.place {
            Place::Process(program) => {
                let made = tokio::time::timeout(TIME, in_process(program, bytes, view)).await;
                made.unwrap_or(Err(Unviewable::TooLong))
            }
            #[cfg(test)]
            Place::Here => proviso_inference::picture::view(bytes, view)
                .map_err(|error| Unviewable::Unreadable(error.to_string())),
        }
    }
}

/// The process ends when this is dropped, whatever it is doing.
async fn in_process(program: &PathBuf, bytes: &[u8], view: View) -> Result<Vec<u8>, Unviewable> {
    let failed = |error: std::io::Error| Unviewable::NotRunning(error.to_string());
    let mut child = Command::new(program)
        .args(["picture-view", process::name(view)])
        // The master key may be in this process's environment; it must not be in that one's.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let pipes = child.stdin.take().zip(child.stdout.take());
    let (mut input, output) = pipes.ok_or_else(|| Unviewable::NotRunning("no pipes".to_owned()))?;
    let write = async {
        // One that has ended already says so by its exit code.
        let _ = input.write_all(bytes).await;
        drop(input);
    };
    let mut answer = Vec::new();
    let mut limited = output.take(OUT_BYTES_MAX + 1);
    let (_, read) = tokio::join!(write, limited.read_to_end(&mut answer));
    if read.is_err() || answer.len() as u64 > OUT_BYTES_MAX {
        return Err(Unviewable::Crashed);
    }
    let ended = child.wait().await.map_err(failed)?;
    match ended.code() {
        Some(0) if answer.starts_with(PNG) => Ok(answer),
        Some(1) => {
            let reason = String::from_utf8_lossy(&answer);
            Err(Unviewable::Unreadable(reason.chars().take(REASON_CHARS_MAX).collect()))
        }
        _ => Err(Unviewable::Crashed),
    }
}
