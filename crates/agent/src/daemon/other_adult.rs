//! What the core is asked about another adult's session.

use proviso_model::ids::OtherAdultId;
use proviso_model::{InputCounts, Timestamp};
use tokio::sync::oneshot;

use super::core_thread::Answer;
use crate::sources::browser::presence::ConnectionId;
use crate::watch::{OtherAdultRefused, Watcher};

/// What is asked, or told.
pub enum OtherAdultAsk {
    /// The PIN that belongs to this approval was shown: a session is to begin. Answered with until when it lasts at the latest.
    Begin(OtherAdultId, oneshot::Sender<Result<Timestamp, OtherAdultRefused>>),
    /// A session is to end; answered with whether one lasted.
    End(oneshot::Sender<bool>),
    /// A PIN was set with the one-time code; answered once the core knows.
    PinSet(OtherAdultId, oneshot::Sender<()>),
    /// A wrong PIN was tried.
    PinWrong {
        /// The approval.
        approval: OtherAdultId,
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

pub(super) fn take(watcher: &mut Watcher, ask: OtherAdultAsk) -> Answer {
    match ask {
        OtherAdultAsk::Begin(approval, reply) => {
            let begun = watcher.other_adult_begins(approval);
            return Answer::Then(Box::new(move || {
                let _ = reply.send(begun);
            }));
        }
        OtherAdultAsk::End(reply) => return Answer::Yes(reply, watcher.other_adult_ends()),
        OtherAdultAsk::PinSet(approval, reply) => {
            watcher.other_adult_pin_was_set(approval);
            return Answer::Then(Box::new(move || {
                let _ = reply.send(());
            }));
        }
        OtherAdultAsk::PinWrong { approval, is_paused } => {
            watcher.other_adult_pin_was_wrong(approval, is_paused);
        }
        OtherAdultAsk::Input { connection, counts, cannot } => {
            watcher.spoke(connection);
            watcher.input_counted(connection, counts, cannot);
        }
    }
    Answer::None
}
