//! Rules about declared names. What is seen is that a name stood in a form that was sent, or over a message; whose it is, and who sent it,
//! is not known.

use proviso_model::observation::{NameHow, NameUsed};
use proviso_model::policy::{PolicyCondition, Rule};
use proviso_model::{Act, Fact, Observation, Timestamp};

use super::explain::{quoted, site};
use super::{Engine, Ready, Spoken};
use crate::behaviour::names::{fingerprint, key};

/// That a name is not on the list is certain; whose it is, and that it is used for more than this once, is not.
const UNDECLARED_PERMILLE: u16 = 600;
/// The longest civil day, one on which clocks go back.
const DAY_MS_MAX: i64 = 25 * 3_600_000;

/// When the days to declare a name that was used at `used_at` have run out. The last of them has ended then at whatever time of
/// day it was used, in any zone: in doubt later.
fn days_end(used_at: Timestamp, within_days: u16) -> Timestamp {
    match within_days {
        0 => used_at,
        days => used_at.plus_days(i64::from(days)).plus_millis(DAY_MS_MAX),
    }
}

/// From when a rule speaks of a name; never of one that is declared, or that was used while the condition did not run.
fn due(rule: &Rule, condition: &PolicyCondition, used: &NameUsed, used_at: Timestamp) -> Option<Timestamp> {
    let Rule::Names { pack, declared, within_days, .. } = rule else { return None };
    let key = key(&used.name);
    let is_declared = declared.binary_search(&fingerprint(pack, &key)).is_ok();
    (!key.is_empty() && !is_declared && condition.in_force(used_at)).then(|| days_end(used_at, *within_days))
}

/// What a rule says of it.
pub(super) fn speak<'p>(ready: &'p Ready, rule: &'p Rule, observation: &Observation) -> Option<Spoken<'p>> {
    let (Rule::Names { pack, within_days, .. }, Fact::Name(used)) = (rule, &observation.fact) else {
        return None;
    };
    let used_at = used.used_at.unwrap_or(observation.observed_at);
    let due = due(rule, &ready.condition, used, used_at)?;
    if observation.observed_at < due {
        return None;
    }
    let mut spoken = Spoken::certain(rule, pack, Vec::new(), would_not(*within_days));
    spoken.strength_permille = UNDECLARED_PERMILLE;
    Some(spoken)
}

fn would_not(within_days: u16) -> String {
    let days = match within_days {
        0 => "The order file gives no days within which a name may be declared.".to_owned(),
        1 => "The one day within which it may be declared had run out.".to_owned(),
        days => format!("The {days} days within which it may be declared had run out."),
    };
    format!(
        "It is on the list of declared names in no spelling: capitals, accents, look-alike letters and, in e-mail addresses, dots and \
         what follows a plus sign make no difference. {days} It would not have spoken had the list that the device held named it."
    )
}

/// The fact in words.
pub(super) fn shown(used: &NameUsed) -> String {
    let (name, site) = (quoted(&used.name), site(&used.url));
    let seen = match used.how {
        NameHow::SignIn => {
            format!("The name {name} stood in a form for signing in or registering on {site} that was sent.")
        }
        NameHow::Author => {
            format!(
                "A message that was typed in the watched account appeared on {site} under the name {name}."
            )
        }
        NameHow::Sender => {
            format!("The name {name} stood as the sender in a form with a message on {site} that was sent.")
        }
        NameHow::Recipient => {
            format!("The name {name} stood as a recipient in a form with a message on {site} that was sent.")
        }
    };
    match used.used_at {
        Some(at) => format!("{seen} That was at {at}."),
        None => seen,
    }
}

/// How it came about, where it was not typed.
pub(super) fn act(used: &NameUsed, act: Act) -> Option<&'static str> {
    let filled = "It stood there; whether somebody typed it or the browser filled it in was not seen";
    match (act, used.how) {
        (Act::Typed, _) => None,
        (_, NameHow::Author) => Some("The page showed it over the message"),
        _ => Some(filled),
    }
}

impl Engine {
    /// From when any condition speaks of a name that was used; nothing where none ever does. What is to be held until then is the
    /// device's to hold.
    #[must_use]
    pub fn name_due_at(&self, observation: &Observation) -> Option<Timestamp> {
        let Fact::Name(used) = &observation.fact else { return None };
        let used_at = used.used_at.unwrap_or(observation.observed_at);
        let conditions = self.in_force(observation);
        let rules = conditions
            .iter()
            .flat_map(|ready| ready.rules().filter_map(|rule| due(rule, &ready.condition, used, used_at)));
        rules.min()
    }
}
