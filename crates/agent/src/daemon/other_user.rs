//! What the core is asked about another adult's session.

use proviso_model::ids::OtherUserId;
use proviso_model::{InputCounts, Timestamp};
use tokio::sync::oneshot;

use super::core_thread::Answer;
use crate::sources::browser::presence::ConnectionId;
use crate::watch::{OtherUserRefused, Watcher};

/// What is asked, or told.
pub enum OtherUserAsk {
    /// That adult's PIN was shown: a session is to begin. Answered with until when it lasts at the latest.
    Begin(oneshot::Sender<Result<Timestamp, OtherUserRefused>>),
    /// A session is to end; answered with whether one lasted.
    End(oneshot::Sender<bool>),
    /// A PIN was set with the one-time code; answered once the core knows.
    PinSet(OtherUserId, oneshot::Sender<()>),
    /// A wrong PIN was tried.
    PinWrong {
        /// The approval.
        approval: OtherUserId,
        /// Whether it led to a pause.
        is_paused: bool,
    },
    /// What the helper in the session counted so far.
    Input {
        /// Which connection.
        connection: ConnectionId,
        /// How much.
        counts: InputCounts,
        /// Why nothing can be counted.
        cannot: Option<String>,
    },
}

pub(super) fn take(watcher: &mut Watcher, ask: OtherUserAsk) -> Answer {
    match ask {
        OtherUserAsk::Begin(reply) => {
            let begun = watcher.other_user_begins();
            return Answer::Then(Box::new(move || {
                let _ = reply.send(begun);
            }));
        }
        OtherUserAsk::End(reply) => return Answer::Yes(reply, watcher.other_user_ends()),
        OtherUserAsk::PinSet(approval, reply) => {
            watcher.other_user_pin_was_set(approval);
            return Answer::Then(Box::new(move || {
                let _ = reply.send(());
            }));
        }
        OtherUserAsk::PinWrong { approval, is_paused } => {
            watcher.other_user_pin_was_wrong(approval, is_paused);
        }
        OtherUserAsk::Input { connection, counts, cannot } => {
            watcher.spoke(connection);
            watcher.input_counted(connection, counts, cannot);
        }
    }
    Answer::None
}
