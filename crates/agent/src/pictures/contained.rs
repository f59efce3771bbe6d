//! The other side: starts the process, hands it pictures, and ends it when it takes too long.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::Looked;

/// What one picture may cost.
#[derive(Debug, Clone, Copy)]
pub struct LookLimits {
    /// Time for a picture.
    pub look: Duration,
    /// Time for the process to start and to load its model, once.
    pub start: Duration,
}

impl Default for LookLimits {
    fn default() -> Self {
        Self { look: Duration::from_secs(10), start: Duration::from_secs(60) }
    }
}

/// Why a picture has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The process could not be started, or ended before it had anything to do.
    #[error("the process that looks at pictures does not run: {0}; run proviso-agent doctor")]
    NotRunning(String),
    /// It took too long, and was ended.
    #[error("decoding took longer than {0} seconds and was ended")]
    TooLong(u64),
    /// It ended: a decoder that crashed or took more memory than it may.
    #[error("decoding ended its process: the picture is damaged, or made to do harm")]
    Crashed,
}

/// A process that looks at pictures, started anew after one that ended it.
pub struct Contained {
    program: PathBuf,
    arguments: Vec<std::ffi::OsString>,
    limits: LookLimits,
    running: Option<Running>,
}

struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    has_answered: bool,
    /// Whether its model is loaded.
    has_scored: bool,
}

impl Contained {
    /// Starts nothing yet. `program` with `arguments` is what serves ([`super::serve`]).
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<std::ffi::OsString>, limits: LookLimits) -> Self {
        Self { program, arguments, limits, running: None }
    }

    /// The number of the process, while one runs.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.running.as_ref().and_then(|running| running.child.id())
    }

    /// Ends the process, and with it the memory of its model; the next picture starts another.
    pub fn release(&mut self) {
        self.running = None;
    }

    /// What is seen on a picture, and what those of `models` say that are asked (`PictureModels::look`); none where there are none.
    ///
    /// # Errors
    /// [`Failed`]; the next picture is looked at nevertheless.
    pub async fn look(&mut self, bytes: &[u8], models: &[String]) -> Result<Looked, Failed> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        let scored = !models.is_empty();
        let has_started = if scored { running.has_scored } else { running.has_answered };
        let limit = if has_started { self.limits.look } else { self.limits.start + self.limits.look };
        let Ok(answer) = tokio::time::timeout(limit, ask(&mut running, bytes, models)).await else {
            let _ = running.child.kill().await;
            return Err(Failed::TooLong(limit.as_secs()));
        };
        let Some(looked) = answer else {
            // It has ended or speaks nonsense; either way it is not asked again.
            let _ = running.child.kill().await;
            return Err(Failed::Crashed);
        };
        running.has_answered = true;
        running.has_scored |= scored;
        self.running = Some(running);
        Ok(looked)
    }

    fn start(&self) -> Result<Running, Failed> {
        let failed = |error: std::io::Error| Failed::NotRunning(error.to_string());
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What a crash says is about our code, not for whoever reads this program's words.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| Failed::NotRunning("it has no pipes".to_owned()))?;
        Ok(Running { child, input, output: BufReader::new(output), has_answered: false, has_scored: false })
    }
}

/// Hands over a picture and reads the answer; `None` when the process ended or what came is no answer.
async fn ask(running: &mut Running, bytes: &[u8], models: &[String]) -> Option<Looked> {
    for part in [models.join("\n").as_bytes(), bytes] {
        running.input.write_all(&(part.len() as u64).to_le_bytes()).await.ok()?;
        running.input.write_all(part).await.ok()?;
    }
    running.input.flush().await.ok()?;
    let mut line = String::new();
    running.output.read_line(&mut line).await.ok()?;
    serde_json::from_str(line.trim_end()).ok()
}
