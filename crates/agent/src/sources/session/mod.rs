//! The helper in the supervised person's session (`proviso-agent session`): what only that session can see, told to the running agent
//! over its socket in the protocol of the browsers (`docs/protocol.md` part 1b). It holds no keys, writes nothing but copies that go at once, and decides nothing:
//! the agent says what may be captured, and a source runs only while that holds.

mod counting;
mod helper;
mod logged_on;
mod outbox;
mod proxies;

use serde::{Deserialize, Serialize};

pub use counting::{Counted, Counting};
pub use helper::{Ended, HelperParts, run};
pub use logged_on::watch_log_on;
pub use outbox::{Outbox, WINDOW_BYTES_MAX, WINDOW_MAX};

/// The first line on the socket, in the place of a relay's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelperLine {
    /// The helper's process number.
    pub session_pid: u32,
}

/// What the agent puts before the helper's own name of its run, so that it is no browser's.
pub(crate) const INSTANCE_PREFIX: &str = "session ";
