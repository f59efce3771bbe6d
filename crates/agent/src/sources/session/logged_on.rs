//! Whether anybody is logged on to the supervised account: only then is a helper that is not there a gap.

use std::time::Duration;

use crate::daemon::core_thread::{Ask, Core};
use crate::sources::desktop::session::Sessions;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(5);

/// Looks for as long as the agent runs, and tells the core of every change.
pub async fn watch_log_on(sessions: Sessions, core: Core) {
    let mut view = core.view();
    let mut told = false;
    loop {
        let asked = sessions.clone();
        let Ok(is) = tokio::task::spawn_blocking(move || asked.is_logged_on()).await else { return };
        if is != told {
            told = is;
            core.tell(Ask::LoggedOn(is)).await;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = async { while view.changed().await.is_ok() {} } => return,
        }
    }
}
