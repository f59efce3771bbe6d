//! Opening a case with its order, and entering a changed order.

use proviso_engine::{CompileInputs, OrderVersion};
use proviso_model::ids::{CaseId, OfficerId, OrderId};
use proviso_model::{Order, Timestamp};
use proviso_store::{CaseRow, CaseState, DeviceState, OrderVersionRow, PolicyRow, StoreError};

use super::{COMMAND_LINE, ForceError};
use crate::app::AppContext;
use crate::app::conflicts;
use crate::app::device::policy::{self, About, NoPolicy};
use crate::app::device_acts;
use crate::app::forecast::{self, Forecast};
use crate::app::in_use::InUse;
use crate::app::late::{
    self,
    order_end::{Effect, spread},
};
use crate::app::name_index;
use crate::app::other_adult;
use crate::app::shield;
use crate::keys::CaseKeys;
use crate::keys::case::Purpose;

/// Reads an order file; every fault is rendered with line and column. An order without authority is refused here.
///
/// # Errors
/// [`ForceError::Order`].
pub fn read_order(text: &str, place: &str) -> Result<Order, ForceError> {
    Order::from_toml(text).map_err(|faults| {
        let pages: Vec<String> = faults.iter().map(|fault| fault.render(text, place)).collect();
        ForceError::Order(pages.join("\n"))
    })
}

/// Opens a case. `place` names the order file in errors.
///
/// # Errors
/// [`ForceError`].
pub async fn create(
    ctx: &AppContext,
    order_toml: &str,
    place: &str,
    officer: Option<OfficerId>,
) -> Result<CaseId, ForceError> {
    let order = read_order(order_toml, place)?;
    // An order that no device could be enrolled under is found at the desk, not at the visit. One that captures
    // nothing by its own terms is still a case.
    if let Err(NoPolicy::Faulty(why)) =
        policy::compile(&InUse::now(ctx).await?, &order, CompileInputs::offline())
    {
        return Err(ForceError::Order(format!("{place}: {why}")));
    }
    let now = ctx.now();
    let case = CaseId::random(ctx.random());
    ctx.logged(COMMAND_LINE, "case-create", Some(case), &case.to_string(), async {
        let keys = ctx.case_keys_create(case)?;
        let person = serde_json::to_vec(&order.person)
            .map_err(|error| ForceError::Refused(format!("the person cannot be written: {error}")))?;
        let row = CaseRow {
            id: case,
            state: CaseState::Open,
            case_key: keys.id,
            officer,
            created_at: now,
            sealed: ctx.with_rng(|rng| keys.seal(rng, Purpose::Case, &person)),
        };
        let version = OrderVersionRow {
            id: OrderId::new(now, ctx.random()),
            case,
            version: 1,
            entered_at: now,
            applies_from: None,
            sealed: ctx.with_rng(|rng| keys.seal(rng, Purpose::Order, order_toml.as_bytes())),
        };
        Ok::<_, ForceError>(ctx.store.case_add(&row, &version).await?)
    })
    .await?;
    name_index::keep_up(ctx, case).await;
    Ok(case)
}

/// Enters a changed order that applies from today on; see [`order_change_from`].
///
/// # Errors
/// As [`order_change_from`].
pub async fn order_change(
    ctx: &AppContext,
    case: CaseId,
    order_toml: &str,
    place: &str,
) -> Result<u32, ForceError> {
    Ok(order_change_from(ctx, case, order_toml, place, None).await?.0)
}

/// What a changed order would make of the findings of its case observed since `since`. Nothing is changed.
///
/// # Errors
/// [`ForceError`]; an order that cannot be compiled.
pub async fn order_forecast(
    ctx: &AppContext,
    case: CaseId,
    order_toml: &str,
    place: &str,
    since: Timestamp,
) -> Result<Forecast, ForceError> {
    let order = read_order(order_toml, place)?;
    if let Err(NoPolicy::Faulty(why)) =
        policy::compile(&InUse::now(ctx).await?, &order, CompileInputs::offline())
    {
        return Err(ForceError::Order(format!("{place}: {why}")));
    }
    ctx.store.case_get(case).await?.ok_or(StoreError::Missing("a case of this id"))?;
    forecast::of_order(ctx, COMMAND_LINE, case, &order, since).await
}

/// Enters a changed order and gives every active device of the case a policy made from it; where the order allows no
/// monitoring any more (consent withdrawn, order ended), a policy that ends it. The change applies from its first day,
/// which may lie in the past: what was observed from that day on and is no longer covered is held unseen or, where an
/// officer could see it before, flagged. Without a day, it applies from today in the order's time zone.
///
/// # Errors
/// [`ForceError`]; an order that cannot be compiled changes nothing.
pub async fn order_change_from(
    ctx: &AppContext,
    case: CaseId,
    order_toml: &str,
    place: &str,
    applies_from: Option<jiff::civil::Date>,
) -> Result<(u32, Effect), ForceError> {
    let id = OrderId::new(ctx.now(), ctx.random());
    order_change_as(ctx, (COMMAND_LINE, id), case, order_toml, (place, applies_from)).await
}

/// The same, by whoever approved it in the console, as a version of that id.
///
/// # Errors
/// As [`order_change_from`].
pub async fn order_change_as(
    ctx: &AppContext,
    (actor, id): (&str, OrderId),
    case: CaseId,
    order_toml: &str,
    (place, applies_from): (&str, Option<jiff::civil::Date>),
) -> Result<(u32, Effect), ForceError> {
    let order = read_order(order_toml, place)?;
    // Its own faults first, with their place in the file.
    if let Err(NoPolicy::Faulty(why)) =
        policy::compile(&InUse::now(ctx).await?, &order, CompileInputs::offline())
    {
        return Err(ForceError::Order(format!("{place}: {why}")));
    }
    let objects = id.to_string();
    let entered = ctx.logged(actor, "order-change", Some(case), &objects, async {
        let keys = ctx.case_keys(case)?;
        let before = late::known(ctx, &keys).await?;
        let first_day = applies_from.unwrap_or_else(|| before.order.day_of(ctx.now()));
        let after = before.with_version(OrderVersion { applies_from: Some(first_day), order })?;
        let order = after.for_devices(ctx.now()).ok_or(StoreError::Missing("the order of this case"))?;
        let made = policies(ctx, &keys, &order, place, None).await?;
        let row = OrderVersionRow {
            id,
            case,
            version: 0,
            entered_at: ctx.now(),
            applies_from: Some(first_day.to_string()),
            sealed: ctx.with_rng(|rng| keys.seal(rng, Purpose::Order, order_toml.as_bytes())),
        };
        let version = ctx.store.order_add(&row).await?;
        for policy in &made {
            ctx.store.policy_add(policy).await?;
        }
        Ok::<_, ForceError>((version, spread(ctx, case, made.len()).await?))
    });
    let entered = entered.await?;
    name_index::keep_up(ctx, case).await;
    Ok(entered)
}

/// A policy for every active device of a case, made from `order`; with the shield list as it stands, or with another.
pub(in crate::app) async fn policies(
    ctx: &AppContext,
    keys: &CaseKeys,
    order: &Order,
    place: &str,
    shield: Option<&[String]>,
) -> Result<Vec<PolicyRow>, ForceError> {
    let in_use = InUse::now(ctx).await?;
    let entered = ctx.store.device_act_list(keys.case).await?;
    let approved = ctx.store.other_adult_list(keys.case).await?;
    let shield = match shield {
        Some(shield) => shield.to_vec(),
        None => shield::standing::<ForceError>(ctx, keys.case).await?,
    };
    let mut made = Vec::new();
    for device in ctx.store.device_list(Some(keys.case)).await? {
        if device.state != DeviceState::Active {
            continue;
        }
        let acts = device_acts::acts(&entered, device.id);
        let other_adult = other_adult::standing(&approved, device.id, ctx.now());
        let about = About { device: device.id, acts: &acts, shield: &shield, other_adult };
        made.push(next_policy(ctx, &in_use, keys, order, &about, place).await?);
    }
    Ok(made)
}

/// The policy that follows a device's newest one, made from `order` and what officers entered about it; one that ends monitoring where the order allows none.
pub(in crate::app) async fn next_policy(
    ctx: &AppContext,
    with: &InUse,
    keys: &CaseKeys,
    order: &Order,
    about: &About<'_>,
    place: &str,
) -> Result<PolicyRow, ForceError> {
    let newest = ctx.store.policy_current(about.device).await?;
    let newest = newest.ok_or(StoreError::Missing("the device's policy"))?;
    match policy::make(ctx, with, keys, order, about, newest.serial.saturating_add(1)) {
        Ok(next) => Ok(next.row),
        Err(NoPolicy::Stops(_)) => policy::ending(ctx, keys, &newest)
            .map(|next| next.row)
            .map_err(|refusal| ForceError::Refused(refusal.to_string())),
        Err(NoPolicy::Faulty(why)) => Err(ForceError::Order(format!("{place}: {why}"))),
    }
}

/// Puts an officer in charge of a case.
///
/// # Errors
/// [`ForceError`].
pub async fn assign(ctx: &AppContext, case: CaseId, officer: OfficerId) -> Result<(), ForceError> {
    let objects = format!("{case} {officer}");
    let done = ctx.logged(COMMAND_LINE, "case-assign", Some(case), &objects, async {
        Ok(ctx.store.case_assign(case, officer).await?)
    });
    conflicts::refused_in_words(done.await)
}
