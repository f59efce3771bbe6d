//! Whether an update has come up: it has, once it reached its server. One that runs and does not is ended, so that its next start, or
//! the program before it, has its turn.

use std::time::Duration;

use super::kept::Kept;
use crate::state_dir::{StateDir, StateError};

/// How long an update may run without reaching its server.
const UNREACHED: Duration = Duration::from_secs(30 * 60);

/// The trial of an update, where one is on trial.
pub struct Trial {
    is_on: bool,
    end: std::pin::Pin<Box<tokio::time::Sleep>>,
}

impl Trial {
    /// Begins at the agent's start.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn begin(dir: &StateDir) -> Result<Self, StateError> {
        let is_on = Kept::load(dir)?.trying.is_some_and(|trying| trying.starts > 0);
        Ok(Self { is_on, end: Box::pin(tokio::time::sleep(UNREACHED)) })
    }

    /// Resolves when it has not come up in time; never where nothing is on trial.
    pub async fn ran_out(&mut self) {
        if !self.is_on {
            std::future::pending::<()>().await;
        }
        self.end.as_mut().await;
    }

    /// Takes note of whether the server was reached.
    pub fn look(&mut self, dir: &StateDir, is_reached: bool) {
        if !self.is_on || !is_reached {
            return;
        }
        let noted = Kept::load(dir).and_then(|mut kept| {
            kept.came_up();
            kept.store(dir)
        });
        match noted {
            Ok(()) => self.is_on = false,
            Err(error) => {
                tracing::warn!(%error, "that the update came up could not be noted; it is tried again")
            }
        }
    }
}
