//! Asks the server whether a picture is on a list, with a keyed digest and nothing else (invariant 3). A question that the server does
//! not answer waits by a back-off of its own, and with it the picture.

use proviso_model::Timestamp;
use proviso_model::hash_set::{HASH_SET_ASK_PATH, HashSetAnswer, HashSetQuestion};

use super::{Asked, Transport, Uplink, WireRequest};
use crate::hash_sets::Questions;

impl<T: Transport> Uplink<T> {
    /// What is to be asked: the uplink is stepped when something comes.
    #[must_use]
    pub fn questions(&self) -> &Questions {
        self.keep.hash_sets().questions()
    }

    /// The next question.
    pub(super) fn question_request(&self, now: Timestamp, nonce: &str) -> Option<(Asked, WireRequest)> {
        if self.asking.until(now).is_some() {
            return None;
        }
        let question = self.questions().next()?;
        let body = serde_json::to_vec(&question).ok()?;
        let request = self.signed("POST", HASH_SET_ASK_PATH, nonce, body, &[]);
        Some((Asked::Question(question), request))
    }

    pub(super) fn take_answer_to(&mut self, question: HashSetQuestion, answer: HashSetAnswer) {
        self.asking.succeeded();
        self.questions().answered(question, answer.listed);
    }

    /// Nothing is logged: what finds nothing leaves nothing.
    pub(super) fn question_refused(&mut self, now: Timestamp, question: HashSetQuestion, code: &str) {
        // The force has taken the set out of use, or another version in: the picture is looked up under the newer policy.
        self.wanted.policy |= code == "list-not-named";
        self.questions().put_back(question);
        self.asking.failed(now, &mut *self.rng);
    }
}
