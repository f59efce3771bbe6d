//! What is done about a request. Each act is logged before it is done. The caller has checked that the actor may.

use jiff::civil::Date;
use proviso_model::ids::{CaseId, DeliveryId, OfficerId, RightsRequestId};
use proviso_store::{
    OfficerRole, Permit, RightsActKind, RightsActRow, RightsKind, RightsRequestRow, StoreError,
};

use super::{Asked, State, due_on, extended, of, wrong_person};
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::late::order_end::check_reason;
use crate::app::retention::day_of;
use crate::keys::case::Purpose;
use crate::notify::people;

/// A request as it is entered.
#[derive(Debug, Clone)]
pub struct NewRequest<'f> {
    /// What is asked.
    pub kind: RightsKind,
    /// The day on which the force received it.
    pub received_on: Date,
    /// In words.
    pub text: &'f str,
}

/// What is done about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// An officer is to answer it.
    Owner(OfficerId),
    /// Its time is extended.
    Extend,
    /// It is answered.
    Answer,
    /// It is refused, in part or whole.
    Refuse,
    /// Whoever asked took it back.
    Withdraw,
}

impl Done {
    fn kind(self) -> RightsActKind {
        match self {
            Self::Owner(_) => RightsActKind::Owner,
            Self::Extend => RightsActKind::Extend,
            Self::Answer => RightsActKind::Answer,
            Self::Refuse => RightsActKind::Refuse,
            Self::Withdraw => RightsActKind::Withdraw,
        }
    }

    /// The act in the log.
    fn act(self) -> &'static str {
        match self {
            Self::Owner(_) => "rights-owner",
            Self::Extend => "rights-extend",
            Self::Answer => "rights-answer",
            Self::Refuse => "rights-refuse",
            Self::Withdraw => "rights-withdraw",
        }
    }
}

fn refused<T>(why: impl Into<String>) -> Result<T, ForceError> {
    Err(ForceError::Refused(why.into()))
}

/// Puts a request on record and tells who answers such. Logged before it is done.
///
/// # Errors
/// [`ForceError`].
pub async fn enter(
    ctx: &AppContext,
    actor: &str,
    case: &Permit,
    new: &NewRequest<'_>,
) -> Result<RightsRequestId, ForceError> {
    check_reason(new.text)?;
    let now = ctx.now();
    if new.received_on > day_of(now) {
        return refused("it cannot have been received on a day that has not come yet");
    }
    let id = RightsRequestId::new(now, ctx.random());
    let row = RightsRequestRow {
        id,
        case: case.id,
        kind: new.kind,
        received_on: new.received_on.to_string(),
        due_on: due_on(new.received_on).to_string(),
        entered_at: now,
        entered_by: actor.to_owned(),
        record: None,
        sealed: ctx.seal(case.id, Purpose::Rights, new.text.trim().as_bytes())?,
    };
    let objects = format!("{} {id} {}", case.id, new.kind.as_str());
    ctx.logged(actor, "rights-enter", Some(case.id), &objects, async {
        ctx.store.rights_add(&row).await?;
        tell(ctx, case.id).await
    })
    .await?;
    ctx.hub.wake();
    Ok(id)
}

/// The same for the wrong person: capture stops at once on every device of the case, and everything that was captured is held unseen.
///
/// # Errors
/// [`ForceError`].
pub async fn enter_wrong_person(
    ctx: &AppContext,
    actor: &str,
    case: &Permit,
    new: &NewRequest<'_>,
) -> Result<RightsRequestId, ForceError> {
    check_reason(new.text)?;
    // First of all: what follows can wait, watching somebody without authority cannot.
    wrong_person::stop(ctx, actor, case.id, new.text).await?;
    enter(ctx, actor, case, &NewRequest { kind: RightsKind::WrongPerson, ..new.clone() }).await
}

/// E-mails to the data protection officers, or to the supervisors under whom the case is where there are none. Whoever has no address sees it in the console.
///
/// # Errors
/// [`ForceError`].
pub async fn tell(ctx: &AppContext, case: CaseId) -> Result<(), ForceError> {
    let officers = ctx.store.officer_list().await?;
    let of_role = |role| officers.iter().filter(move |row| row.role == role && row.disabled_at.is_none());
    let told: Vec<OfficerId> = match of_role(OfficerRole::DataProtection).count() {
        0 => ctx.store.case_supervisors(case, ctx.now()).await?,
        _ => of_role(OfficerRole::DataProtection).map(|row| row.id).collect(),
    };
    for officer in told {
        let setting = ctx.store.notification_setting_get(officer).await?;
        if ctx.telling.has_mail && setting.is_some_and(|row| row.by_email) {
            let id = DeliveryId::new(ctx.now(), ctx.random());
            ctx.store.delivery_rights(id, &people::recipient(officer), ctx.now()).await?;
        }
    }
    Ok(())
}

/// One request of a case.
///
/// # Errors
/// [`ForceError`].
pub async fn get(ctx: &AppContext, case: &Permit, id: RightsRequestId) -> Result<Asked, ForceError> {
    let found = of(ctx, case).await?.into_iter().find(|one| one.row.id == id);
    Ok(found.ok_or(StoreError::Missing("this request"))?)
}

/// Puts on record what is done about a request, with the reason or the reply. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] when it does not go with how things are; [`ForceError`].
pub async fn act(
    ctx: &AppContext,
    actor: &str,
    case: &Permit,
    id: RightsRequestId,
    done: Done,
    text: &str,
) -> Result<(), ForceError> {
    let asked = get(ctx, case, id).await?;
    if asked.state != State::Open {
        return refused("this request is closed; a new one is entered as one of its own");
    }
    if !matches!(done, Done::Owner(_)) {
        check_reason(text)?;
    }
    let mut due = None;
    if done == Done::Extend {
        due = Some(extension(ctx, &asked)?);
    }
    let row = RightsActRow {
        request: id,
        position: u32::try_from(asked.acts.len()).unwrap_or(u32::MAX).saturating_add(1),
        kind: done.kind(),
        at: ctx.now(),
        by: actor.to_owned(),
        officer: match done {
            Done::Owner(officer) => Some(officer),
            _ => None,
        },
        due_on: due.map(|day| day.to_string()),
        sealed: match text.trim() {
            "" => Vec::new(),
            text => ctx.seal(case.id, Purpose::Rights, text.as_bytes())?,
        },
    };
    ctx.logged(actor, done.act(), Some(case.id), &format!("{} {id}", case.id), async {
        Ok(ctx.store.rights_act_add(&row).await?)
    })
    .await
}

/// The later day, where the time may be extended.
fn extension(ctx: &AppContext, asked: &Asked) -> Result<Date, ForceError> {
    if ctx.rights.extension_months == 0 {
        return refused("the settings of the force extend no time");
    }
    if asked.is_extended {
        return refused("the time for this answer was extended once already");
    }
    if day_of(ctx.now()) > asked.due_on {
        return refused(
            "the time for this answer is over: it has to be extended before, and told to whoever asked",
        );
    }
    match asked.row.received_on.parse() {
        Ok(received) => Ok(extended(received, ctx.rights)),
        Err(_) => refused("the day on which it was received cannot be read"),
    }
}
