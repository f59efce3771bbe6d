//! What truly happened, kept by the simulator and told minute by minute without the reckoning's help.

use proviso_engine::coverage::{Cause, Entry, MINUTE_US};
use proviso_model::device_act::DeviceAct;
use proviso_model::{GapCause, Source, Timestamp};

/// What a device truly did for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It watched; and whether the browser did too.
    Watching { browser: bool },
    /// It did not, for this reason.
    Not(GapCause),
}

/// What a minute is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Label {
    WatchedBy(Vec<Source>),
    Gap(Cause, Option<GapCause>),
}

impl Label {
    /// What the ledger calls it.
    pub fn of(entry: &Entry) -> Self {
        match entry.gap {
            Some(cause) => Self::Gap(cause, entry.told),
            None => Self::WatchedBy(entry.watched_by.clone()),
        }
    }
}

/// Everything that happened, in order and without holes.
#[derive(Debug, Default)]
pub(super) struct Truth {
    happened: Vec<(Timestamp, Timestamp, State)>,
}

impl Truth {
    /// From `from` until `until` this was so.
    pub fn was(&mut self, from: Timestamp, until: Timestamp, state: State) {
        if from < until {
            self.happened.push((from, until, state));
        }
    }

    /// Each minute that was asked about, and what it is to be called: watched where all of it was, else by the first cause,
    /// as they are declared, of what happened in it; as an officer entered it, where that explains it.
    pub fn minutes(&self, asked: &[(Timestamp, Timestamp)], acts: &[DeviceAct]) -> Vec<(Timestamp, Label)> {
        let mut labels = Vec::new();
        let mut first = 0;
        for (from, until) in asked {
            let mut at = *from;
            while at < *until {
                let end = Timestamp::from_micros(at.as_micros() + MINUTE_US);
                while self.happened.get(first).is_some_and(|(_, until, _)| *until <= at) {
                    first += 1;
                }
                let within = self.happened.iter().skip(first).take_while(|(from, _, _)| *from < end);
                labels.push((at, label(within, at, end, acts)));
                at = end;
            }
        }
        labels
    }
}

fn label<'a>(
    happened: impl Iterator<Item = &'a (Timestamp, Timestamp, State)>,
    at: Timestamp,
    end: Timestamp,
    acts: &[DeviceAct],
) -> Label {
    let (mut states, mut known_us) = (Vec::new(), 0);
    for (from, until, state) in happened {
        states.push(*state);
        known_us += (*until).min(end).as_micros() - (*from).max(at).as_micros();
    }
    let causes = states.iter().filter_map(|state| match state {
        State::Not(cause) => Some(*cause),
        State::Watching { .. } => None,
    });
    let told = causes.min();
    if told.is_none() && known_us == MINUTE_US {
        let browser = states.iter().all(|state| *state == State::Watching { browser: true });
        return Label::WatchedBy(if browser {
            vec![Source::Browser, Source::Health]
        } else {
            vec![Source::Health]
        });
    }
    let entered = acts.iter().filter(|act| act.from < end && act.until.is_none_or(|until| at < until));
    let entered = entered.map(|act| act.kind).filter(|kind| kind.explains(told)).min();
    match entered {
        Some(kind) => Label::Gap(Cause::Act(kind), told),
        None => Label::Gap(told.map_or(Cause::NOTHING, Cause::Device), None),
    }
}
