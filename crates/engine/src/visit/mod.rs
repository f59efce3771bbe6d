//! What a visit may read of a device, by paragraph, and what is told of it: plain words for a page that officer and person talk
//! through. Pure; the reading is the agent's.

mod facts;
mod tell;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use proviso_model::ConditionKind;
use proviso_model::order::{Condition, Order, OrderKind};
use proviso_model::policy::MachineThing;
use proviso_model::visit::VisitOrder;
use serde::{Deserialize, Serialize};

pub use tell::{Told, tell};
pub use words::{date_in_words, minutes_in_words, span_in_words};

use crate::behaviour::machine;
use crate::compile::days_in_force;
use crate::pack::Pack;

/// One kind of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VisitRead {
    /// Make, model, serial number, system.
    Device,
    /// The monitoring program.
    Agent,
    /// The account, and how many others there are.
    Accounts,
    /// Browsers and their profiles.
    Browsers,
    /// Names by which browsers know who uses them.
    Names,
    /// Settings about private windows.
    PrivateSettings,
    /// Settings about history.
    HistorySettings,
    /// Histories, by their numbers.
    Histories,
    /// Programs that run or are installed, against the paragraph's list.
    Programs,
    /// Network connections of certain kinds.
    Connections,
    /// Mounts of certain kinds.
    Mounts,
    /// Storage that is plugged in.
    Storage,
}

impl VisitRead {
    /// For the screen, the log and the page.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Device => "make, model, serial number and system of the device",
            Self::Agent => "the monitoring program",
            Self::Accounts => "the account, and how many others there are",
            Self::Browsers => "browsers and their profiles",
            Self::Names => "names in browsers",
            Self::PrivateSettings => "settings about private windows",
            Self::HistorySettings => "settings about history",
            Self::Histories => "histories by their numbers, no address and no title is kept",
            Self::Programs => "programs, by name against a list",
            Self::Connections => "kinds of network connections",
            Self::Mounts => "kinds of mounted folders",
            Self::Storage => "storage that is plugged in",
        }
    }
}

/// Why an order lets no visit read anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisitError {
    /// It captures nothing by its own terms.
    #[error("order {0} requires notification only: nothing is read under it at a visit")]
    NotificationOnly(String),
    /// Consent was withdrawn.
    #[error("consent was withdrawn on {0}: nothing is read at a visit")]
    ConsentWithdrawn(Date),
    /// No paragraph lets anything be read on that day.
    #[error("no paragraph of order {0} that is in force on {1} lets anything be read at a visit")]
    Nothing(String, Date),
    /// The facts that come with the engine.
    #[error("the facts of this program cannot be read: {0}")]
    Facts(String),
}

/// What a visit on a day needs of an order: the paragraphs in force, without the person and without lists of words.
///
/// # Errors
/// [`VisitError`] where nothing may be read.
pub fn order_for_visit(order: &Order, day: Date) -> Result<VisitOrder, VisitError> {
    if order.kind == OrderKind::NotificationOnly {
        return Err(VisitError::NotificationOnly(order.reference.clone()));
    }
    if let Some(day) = order.authority.consent_withdrawn_on {
        return Err(VisitError::ConsentWithdrawn(day));
    }
    let bare = |condition: &Condition| {
        let (first, last) = days_in_force(order, condition);
        let mut bare = Condition { from: Some(first), until: Some(last), ..condition.clone() };
        bare.words.clear();
        bare.offence_words.clear();
        bare.except.words.clear();
        // Who somebody must not meet is nobody else's business, and no visit reads it.
        bare.contacts.clear();
        bare
    };
    let visit = VisitOrder {
        reference: order.reference.clone(),
        kind: order.kind,
        made_on: order.made_on,
        timezone: order.timezone.clone(),
        conditions: order.conditions.iter().map(bare).collect(),
    };
    on_day(visit, day)
}

/// The same on another day: a paragraph that has ended since lets nothing be read any more.
///
/// # Errors
/// [`VisitError::Nothing`].
pub fn on_day(mut order: VisitOrder, day: Date) -> Result<VisitOrder, VisitError> {
    let runs = |one: &Condition| {
        one.from.is_none_or(|first| first <= day) && one.until.is_none_or(|last| day <= last)
    };
    order.conditions.retain(runs);
    if reads(&order)?.is_empty() {
        return Err(VisitError::Nothing(order.reference, day));
    }
    Ok(order)
}

/// Everything that may be read, each with the numbers of the paragraphs that ask for it.
///
/// # Errors
/// [`VisitError::Facts`], never in a build that passed its tests.
pub fn reads(order: &VisitOrder) -> Result<BTreeMap<VisitRead, Vec<String>>, VisitError> {
    let facts = facts::facts().map_err(|error| VisitError::Facts(error.to_string()))?;
    let mut all: BTreeMap<VisitRead, Vec<String>> = BTreeMap::new();
    for condition in &order.conditions {
        for read in facts::reads_of(&facts, condition) {
            all.entry(read).or_default().push(condition.paragraph.clone());
        }
    }
    Ok(all)
}

/// The list that a paragraph's kind is about: programs, connections, mounts and storage.
#[must_use]
pub fn things(packs: &[Pack], kind: ConditionKind) -> Vec<MachineThing> {
    let categories = machine::categories(kind);
    let of = packs.iter().flat_map(|pack| &pack.machine);
    let of = of.filter(|facts| categories.contains(&facts.category.as_str()));
    let mut things: Vec<MachineThing> = of.flat_map(|facts| facts.thing.clone()).collect();
    let mut seen = BTreeSet::new();
    things.retain(|thing| seen.insert(thing.label.clone()));
    things
}
