//! Who keeps the shield list of a case: an officer who is not in charge of it. The officer in charge learns how many contacts stand
//! on it, and not which.

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, ShieldId};
use proviso_model::order::Order;
use proviso_model::statement::Statement;
use proviso_store::{CaseRow, Permit};

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::sealed::{self, Person};
use super::statements;
use super::who::Who;
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::shield;
use crate::keys::case::Purpose;

/// A contact as its page shows it.
#[derive(Debug, Clone)]
pub struct ShownContact {
    /// Its id.
    pub id: ShieldId,
    /// What.
    pub contact: String,
    /// Why, by whom, since when.
    pub entered: (String, String, Timestamp),
    /// Why it was taken off, by whom, when.
    pub ended: Option<(String, String, Timestamp)>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct ShieldView {
    /// The case.
    pub case: CaseRow,
    /// The person.
    pub person: Person,
    /// The order.
    pub order: Order,
    /// What the person asked for, the latest last.
    pub asked: Vec<Statement>,
    /// Every contact, those that stand first.
    pub contacts: Vec<ShownContact>,
}

/// A case on the list of those that one may keep the shield list of.
#[derive(Debug, Clone)]
pub struct OfCase {
    /// The case.
    pub case: CaseRow,
    /// The person.
    pub person: Person,
    /// Contacts that stand.
    pub standing: usize,
    /// What the person asked for since somebody last changed the list.
    pub asked: usize,
}

/// How many contacts stand on the list of a case.
///
/// # Errors
/// The store's.
pub async fn count(ctx: &AppContext, case: &Permit) -> Result<usize, ActError> {
    let rows = ctx.of(case).shield_list().await?;
    Ok(rows.iter().filter(|row| row.ended.is_none()).count())
}

/// The cases whose list this officer may keep, those with something asked for first.
///
/// # Errors
/// [`ActError`].
pub async fn list(ctx: &AppContext, who: &Who) -> Result<Vec<OfCase>, ActError> {
    who.require(Action::KeepShield)?;
    let mut found = Vec::new();
    for case in who.cases(ctx, Action::KeepShield).await? {
        let rows = ctx.of(&case).shield_list().await?;
        let changed = rows.iter().map(|row| row.ended.as_ref().map_or(row.entered_at, |end| end.at)).max();
        let is_new = |one: &Statement| changed.is_none_or(|changed| one.written_at > changed);
        let asked = statements::to_protect(ctx, &case).await?.iter().filter(|one| is_new(one)).count();
        let standing = rows.iter().filter(|row| row.ended.is_none()).count();
        found.push(OfCase {
            person: sealed::person(ctx, &case)?,
            standing,
            asked,
            case: case.case().clone(),
        });
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.asked));
    Ok(found)
}

/// The list of one case. Logged.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, id: CaseId) -> Result<ShieldView, ActError> {
    let case = who.case(ctx, Action::KeepShield, id).await?;
    who.does(ctx, (Action::KeepShield, "shield-view"), &case, &id.to_string(), async {
        let mut contacts = Vec::new();
        for row in ctx.of(&case).shield_list().await? {
            let said = shield::opened(ctx, &row)?;
            let ended = match &row.ended {
                Some(end) => {
                    let reason = ctx.unseal(id, Purpose::Shield, &end.sealed)?;
                    let reason = String::from_utf8_lossy(&reason).into_owned();
                    Some((reason, history::actor_name(ctx, &end.by).await?, end.at))
                }
                None => None,
            };
            let by = history::actor_name(ctx, &row.entered_by).await?;
            let entered = (said.reason, by, row.entered_at);
            contacts.push(ShownContact { id: row.id, contact: said.contact, entered, ended });
        }
        contacts.sort_by_key(|one| one.ended.is_some());
        Ok(ShieldView {
            person: sealed::person(ctx, &case)?,
            order: sealed::order(ctx, &case).await?,
            asked: statements::to_protect(ctx, &case).await?,
            contacts,
            case: case.case().clone(),
        })
    })
    .await
}

/// What a form asks for.
#[derive(Debug, Clone, Copy)]
pub enum Change<'f> {
    /// A contact is put on the list.
    Add(&'f str),
    /// One is taken off.
    End(ShieldId),
}

/// Changes the list. The inner error is what is wrong with the form, in words.
///
/// # Errors
/// [`ActError`].
pub async fn change(
    ctx: &AppContext,
    who: &Who,
    case: CaseId,
    change: Change<'_>,
    reason: &str,
) -> Result<Result<(), String>, ActError> {
    who.case(ctx, Action::KeepShield, case).await?;
    let done = match change {
        Change::Add(contact) => shield::add(ctx, &who.actor(), case, contact, reason).await.map(drop),
        Change::End(id) => shield::end(ctx, &who.actor(), case, id, reason).await,
    };
    match done {
        Ok(()) => Ok(Ok(())),
        Err(ForceError::Refused(why) | ForceError::Order(why)) => Ok(Err(why)),
        Err(error) => Err(ActError::of_force(error, "the list cannot be changed as things are")),
    }
}
