//! The shield list of a case: contacts of the person that are never captured (invariant 4), such as a lawyer's site or a doctor's
//! e-mail address. They stand in the policy of each of the person's devices, which drop and count what belongs to them. Entered
//! and taken off by somebody who is not in charge of the case, for a reason; in the log before it is done.

use proviso_model::ids::{CaseId, ShieldId};
use proviso_store::{Permit, ShieldEnd, ShieldRow, StoreError};
use serde::{Deserialize, Serialize};

use super::AppContext;
use super::force::ForceError;
use super::force::case::policies;
use super::late;
use super::late::order_end::check_reason;
use crate::keys::KeyError;
use crate::keys::case::Purpose;

/// Contacts that may stand on a list at once: each is in every policy of the case.
pub const ENTRIES_MAX: usize = 200;
/// Longest contact, in bytes: as a name of a host is.
pub const CONTACT_BYTES_MAX: usize = 253;

/// What is sealed of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// A host, which stands for all below it, or an e-mail address.
    pub contact: String,
    /// Why it is protected.
    pub reason: String,
}

/// The contacts that stand on the list of a case.
///
/// # Errors
/// The store's; keys that cannot be used.
pub async fn standing<E: From<StoreError> + From<KeyError>>(
    ctx: &AppContext,
    case: CaseId,
) -> Result<Vec<String>, E> {
    let rows = ctx.store.shield_list(case).await?;
    let mut contacts = Vec::new();
    for row in rows.iter().filter(|row| row.ended.is_none()) {
        contacts.push(opened(ctx, row)?.contact);
    }
    Ok(contacts)
}

/// A contact as it was entered.
///
/// # Errors
/// Keys that cannot be used.
pub fn opened(ctx: &AppContext, row: &ShieldRow) -> Result<Contact, KeyError> {
    ctx.unseal_json(row.case, Purpose::Shield, &row.sealed)
}

/// Puts a contact on the list and gives every device of the person a policy with it. The caller has checked that the actor may.
///
/// # Errors
/// [`ForceError`]; then nothing was changed.
pub async fn add(
    ctx: &AppContext,
    actor: &str,
    permit: &Permit,
    contact: &str,
    reason: &str,
) -> Result<ShieldId, ForceError> {
    let case = permit.id;
    check_reason(reason)?;
    let contact = checked(contact)?;
    let mut list: Vec<String> = standing::<ForceError>(ctx, case).await?;
    if list.contains(&contact) {
        return refused("this contact is on the list already");
    }
    if list.len() >= ENTRIES_MAX {
        return refused("the list is full: 200 contacts");
    }
    list.push(contact.clone());
    let id = ShieldId::new(ctx.now(), ctx.random());
    ctx.logged(actor, "shield-add", Some(case), &id.to_string(), async {
        let said = Contact { contact, reason: reason.trim().to_owned() };
        let json = serde_json::to_vec(&said).map_err(|error| ForceError::Refused(error.to_string()))?;
        let row = ShieldRow {
            id,
            case,
            entered_at: ctx.now(),
            entered_by: actor.to_owned(),
            sealed: ctx.seal(case, Purpose::Shield, &json)?,
            ended: None,
        };
        ctx.store.shield_add(&row, &made(ctx, case, &list).await?).await?;
        Ok(id)
    })
    .await
}

/// Takes a contact off the list: what belongs to it is captured again from the next policy on.
///
/// # Errors
/// [`ForceError`]; then nothing was changed.
pub async fn end(
    ctx: &AppContext,
    actor: &str,
    permit: &Permit,
    id: ShieldId,
    reason: &str,
) -> Result<(), ForceError> {
    let case = permit.id;
    check_reason(reason)?;
    let rows = ctx.store.shield_list(case).await?;
    if !rows.iter().any(|row| row.id == id && row.ended.is_none()) {
        return Err(StoreError::Missing("this contact on the list of this case").into());
    }
    ctx.logged(actor, "shield-end", Some(case), &id.to_string(), async {
        let mut list = Vec::new();
        for row in rows.iter().filter(|row| row.ended.is_none() && row.id != id) {
            list.push(opened(ctx, row)?.contact);
        }
        let sealed = ctx.seal(case, Purpose::Shield, reason.trim().as_bytes())?;
        let end = ShieldEnd { at: ctx.now(), by: actor.to_owned(), sealed };
        Ok(ctx.store.shield_end(id, &end, &made(ctx, case, &list).await?).await?)
    })
    .await
}

async fn made(
    ctx: &AppContext,
    case: CaseId,
    list: &[String],
) -> Result<Vec<proviso_store::PolicyRow>, ForceError> {
    let keys = ctx.case_keys(case)?;
    let known = late::known(ctx, &keys).await?;
    match known.for_devices(ctx.now()) {
        Some(order) => policies(ctx, &keys, &order, "the order of this case", Some(list)).await,
        None => Ok(Vec::new()),
    }
}

/// The contact as devices compare it.
fn checked(contact: &str) -> Result<String, ForceError> {
    let contact = contact.trim().to_lowercase();
    let is_long = contact.len() > CONTACT_BYTES_MAX;
    let is_address = contact.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && is_host(host)
            && name.chars().all(|letter| !letter.is_whitespace() && letter != '@')
    });
    match !is_long && (is_address || is_host(&contact)) {
        true => Ok(contact),
        false => refused(
            "a contact is a site, such as solicitor.example, or an e-mail address; write it without https:// and without a path",
        ),
    }
}

fn is_host(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        })
}

fn refused<T>(why: &str) -> Result<T, ForceError> {
    Err(ForceError::Refused(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn a_contact_is_a_site_or_an_address_and_nothing_wider() {
        for (said, expected) in [
            (" Solicitor.example ", Some("solicitor.example")),
            ("K.Vale@surgery.example", Some("k.vale@surgery.example")),
            ("https://solicitor.example/", None),
            ("solicitor.example/room", None),
            ("example", None),
            ("*.example", None),
            ("a@b@c.example", None),
            ("@surgery.example", None),
            ("", None),
        ] {
            assert_eq!(checked(said).ok().as_deref(), expected, "{said:?}");
        }
    }
}
