//! Whether anything may be captured right now, and the gap that follows when not.

use proviso_model::gap::GapCause;
use proviso_model::policy::Capture;
use proviso_model::{Source, Timestamp};

use super::Watcher;
use crate::notice;
use crate::policy_keep::KeptPolicy;

/// What may be captured now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Whether observations are taken.
    pub watching: bool,
    /// What may be captured; nothing while not watching.
    pub capture: Capture,
    /// Why nothing is captured.
    pub why_not: Option<GapCause>,
    /// Whether the notice in its current text still has to be shown.
    pub notice_due: bool,
    /// Serial of the policy obeyed; 0 without one.
    pub policy_serial: u64,
}

/// The causes that stop all capture; at most one of them lasts at a time.
const STOPPING: [GapCause; 4] =
    [GapCause::NoPolicy, GapCause::NoticeNotShown, GapCause::OtherAdult, GapCause::SpoolFull];

impl Watcher {
    /// Decides anew what may be captured now, and begins and ends the gaps that follow. Called at every observation
    /// and on every tick, so that the end of a condition stops capture also offline (invariant 1).
    pub(super) fn decide(&mut self) {
        self.look_at_other_use();
        let standing = self.standing_now();
        let now = self.changed_at();
        if self.standing.watching && (!standing.watching || standing.capture != self.standing.capture) {
            self.end_stretch(now);
        }
        if !standing.capture.messages || standing.policy_serial != self.standing.policy_serial {
            self.contexts.forget();
        }
        if !standing.capture.pictures || standing.policy_serial != self.standing.policy_serial {
            self.pictures.forget();
        }
        self.standing = standing;
        if standing.watching {
            self.begin_stretch(now, standing.capture);
        }
        for cause in STOPPING {
            if standing.why_not == Some(cause) {
                self.gaps.begin(now, Source::Health, cause, "");
            } else {
                self.gaps.end(now, Source::Health, cause);
            }
        }
    }

    /// The visible sign.
    #[must_use]
    pub fn sign(&self) -> String {
        let kept = self.keep.policy();
        let other_adult = (self.standing.why_not == Some(GapCause::OtherAdult))
            .then(|| self.other_use.lasts_until().zip(kept.as_ref()))
            .flatten()
            .map(|(until, kept)| (until, kept.policy.timezone.as_str()));
        notice::sign(self.standing.watching, other_adult)
    }

    /// When what may be captured changed: at the edge of a condition, if one lies between the last look and now.
    fn changed_at(&self) -> Timestamp {
        let now = self.moment.reckoned;
        let edge = self
            .stretch
            .as_ref()
            .zip(self.keep.policy())
            .and_then(|(stretch, kept)| kept.change_between(stretch.from, now, &stretch.capture));
        edge.unwrap_or(now)
    }

    fn standing_now(&self) -> Standing {
        let not = |why, policy_serial, notice_due| Standing {
            why_not: Some(why),
            policy_serial,
            notice_due,
            ..Standing::default()
        };
        let Some(kept) = self.keep.policy() else { return not(GapCause::NoPolicy, 0, false) };
        let serial = kept.policy.serial;
        let capture = self.asked_now(&kept);
        // A force that has ended the enrolment has ended its authority on this device too.
        if self.revoked || capture.is_nothing() {
            return not(GapCause::NoPolicy, serial, false);
        }
        let text = notice::text(&kept.policy, &self.keep.trust().force_name);
        let text_sha256 = notice::text_sha256(&text);
        if self.notice.as_ref().is_none_or(|note| note.text_sha256 != text_sha256) {
            return not(GapCause::NoticeNotShown, serial, true);
        }
        if self.other_use.lasts_until().is_some() {
            return not(GapCause::OtherAdult, serial, false);
        }
        if self.spool_full {
            return not(GapCause::SpoolFull, serial, false);
        }
        Standing { watching: true, capture, why_not: None, notice_due: false, policy_serial: serial }
    }

    /// What conditions ask to be captured now. A clock set forward neither lengthens an order nor lets one begin early.
    pub(super) fn asked_now(&self, kept: &KeptPolicy) -> Capture {
        kept.capture_at(self.moment.now).and(&kept.capture_at(self.moment.reckoned))
    }
}
