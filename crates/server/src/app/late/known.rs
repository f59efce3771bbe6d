//! The order of a case as known now, with what is needed to apply it to a record.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use proviso_engine::{CompileInputs, Engine, KnownOrder, NotInForce, OrderVersion, Standing};
use proviso_model::device_act::DeviceAct;
use proviso_model::hash::Digest;
use proviso_model::ids::{DeviceId, OrderEndId};
use proviso_model::order::{ConditionKind, Order, OrderEnd};
use proviso_model::{Observation, Timestamp};
use proviso_store::{DeviceActRow, OrderEndRow, OrderVersionRow, Outside, OutsideCause};

use super::LateError;
use crate::app::AppContext;
use crate::app::device::policy;
use crate::app::in_use::InUse;
use crate::keys::CaseKeys;
use crate::keys::case::{CaseColumns, Purpose};

/// The order of a case as known now.
pub struct Known {
    /// Its versions less what ended.
    pub order: KnownOrder,
    /// What ended it, those withdrawn included, oldest first.
    pub ends: Vec<OrderEndRow>,
    /// What officers entered about the devices of the case and stands.
    acts: BTreeMap<DeviceId, Vec<DeviceAct>>,
    versions: Vec<OrderVersion>,
    with: InUse,
    /// The order as rules, made when first needed; `None` inside when nothing of it is left, else why it gives none.
    engine: OnceLock<Result<Option<Engine>, String>>,
}

/// Reads what is known now.
///
/// # Errors
/// [`LateError`].
pub async fn known(ctx: &AppContext, keys: &CaseKeys) -> Result<Known, LateError> {
    let mut versions = Vec::new();
    for row in ctx.store.order_list(keys.case).await? {
        let text = keys.open(Purpose::Order, &row.sealed)?;
        versions.push(version(&row, &text)?);
    }
    // Only where versions say different things are rules needed. A finding of a pack that was retired since is covered still.
    let with = if versions.len() > 1 { InUse::ever(ctx).await? } else { InUse::default() };
    let mut acts: BTreeMap<DeviceId, Vec<DeviceAct>> = BTreeMap::new();
    for row in DeviceActRow::standing(&ctx.store.device_act_list(keys.case).await?) {
        acts.entry(row.device).or_default().push(row.act);
    }
    Ok(Known { acts, ..Known::new(versions, ctx.store.order_end_list(keys.case).await?, with)? })
}

/// When any paragraph of an order runs, by its versions (oldest first) and ends as the store has them.
///
/// # Errors
/// [`LateError`].
pub fn in_force(
    columns: &CaseColumns,
    versions: &[OrderVersionRow],
    ends: &[OrderEndRow],
) -> Result<Vec<(Timestamp, Timestamp)>, LateError> {
    let mut read = Vec::with_capacity(versions.len());
    for row in versions {
        read.push(version(row, &columns.open(Purpose::Order, &row.sealed)?)?);
    }
    Ok(KnownOrder::new(read, standing(ends))?.stretches()?)
}

fn version(row: &OrderVersionRow, text: &[u8]) -> Result<OrderVersion, LateError> {
    let unread = || LateError::Order { version: row.version };
    let order = Order::from_toml(&String::from_utf8_lossy(text)).map_err(|_| unread())?;
    let applies_from = row.applies_from.as_ref().map(|day| day.parse()).transpose();
    Ok(OrderVersion { applies_from: applies_from.map_err(|_| unread())?, order })
}

fn standing(ends: &[OrderEndRow]) -> Vec<(OrderEndId, OrderEnd)> {
    let standing = ends.iter().filter(|row| row.withdrawn_at.is_none());
    standing.map(|row| (row.id, row.end.clone())).collect()
}

impl Known {
    /// Puts versions (oldest first) and ends together.
    ///
    /// # Errors
    /// [`LateError::Days`].
    pub fn new(versions: Vec<OrderVersion>, ends: Vec<OrderEndRow>, with: InUse) -> Result<Self, LateError> {
        let order = KnownOrder::new(versions.clone(), standing(&ends))?;
        Ok(Self { order, ends, acts: BTreeMap::new(), versions, with, engine: OnceLock::new() })
    }

    /// The same versions with other ends.
    ///
    /// # Errors
    /// [`LateError::Days`].
    pub fn with_ends(self, ends: Vec<OrderEndRow>) -> Result<Self, LateError> {
        Ok(Self { acts: self.acts, ..Self::new(self.versions, ends, self.with)? })
    }

    /// The same ends with one more version.
    ///
    /// # Errors
    /// [`LateError::Days`].
    pub fn with_version(mut self, version: OrderVersion) -> Result<Self, LateError> {
        self.versions.push(version);
        Ok(Self { acts: self.acts, ..Self::new(self.versions, self.ends, self.with)? })
    }

    /// Whether both know the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.versions.len() == other.versions.len() && self.ends == other.ends && self.acts == other.acts
    }

    /// What a device is to be given from `now` on.
    #[must_use]
    pub fn for_devices(&self, now: Timestamp) -> Option<Order> {
        self.order.effective(Some(self.order.day_of(now)))
    }

    /// Why a paragraph does not cover what was observed; `None` when it does. `captured` is read only where the paragraph
    /// runs but says other things in another version of the order.
    ///
    /// # Errors
    /// [`LateError::Rules`]: then nothing is hidden and nothing is shown until somebody has mended it.
    pub fn outside<'o>(
        &self,
        paragraph: &str,
        kind: ConditionKind,
        at: Timestamp,
        captured: impl FnOnce() -> Option<&'o Observation>,
    ) -> Result<Option<Outside>, LateError> {
        Ok(match self.order.standing(paragraph, kind, at) {
            Standing::InForce => None,
            Standing::Outside(why) => Some(self.in_store_words(why)),
            Standing::InForceChanged => {
                let found = captured().zip(self.engine()?).is_some_and(|(seen, engine)| {
                    engine.evaluate(seen).iter().any(|finding| finding.paragraph == paragraph)
                });
                (!found).then_some(Outside { cause: OutsideCause::NotCovered, end: None })
            }
        })
    }

    /// Why nothing that a device observed at `at` may be seen: an officer entered that somebody else had it, or that its
    /// monitoring was over.
    #[must_use]
    pub fn stopped(&self, device: DeviceId, at: Timestamp) -> Option<Outside> {
        let acts = self.acts.get(&device).map_or(&[][..], Vec::as_slice);
        let stopped = acts.iter().any(|act| act.stops(at));
        stopped.then_some(Outside { cause: OutsideCause::DeviceAct, end: None })
    }

    /// Why no paragraph at all runs at `at`; `None` when one does.
    #[must_use]
    pub fn nothing_runs(&self, at: Timestamp) -> Option<Outside> {
        self.order.anything_at(at).err().map(|why| self.in_store_words(why))
    }

    fn in_store_words(&self, why: NotInForce) -> Outside {
        let end = match why {
            NotInForce::Ended(id) => self.ends.iter().find(|row| row.id == id),
            NotInForce::NotCovered => None,
        };
        Outside {
            cause: end.map_or(OutsideCause::NotCovered, |row| row.end.kind.into()),
            end: end.map(|row| row.id),
        }
    }

    /// The rules of the order; none where nothing of it is left.
    fn engine(&self) -> Result<Option<&Engine>, LateError> {
        let made = self.engine.get_or_init(|| {
            let Some(order) = self.order.effective(None) else { return Ok(None) };
            let policy = policy::compile(&self.with, &order, CompileInputs::offline());
            let engine = Engine::new(&policy.map_err(|why| why.to_string())?, Digest::default());
            engine.map(Some).map_err(|why| why.to_string())
        });
        made.as_ref().map(Option::as_ref).map_err(|why| LateError::Rules(why.clone()))
    }
}
