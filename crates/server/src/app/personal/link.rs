//! Links as officers make and end them. The address and the code are shown once and go to the person by different ways.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, PersonalLinkId};
use proviso_store::{CaseState, PersonalLinkRow};

use crate::app::AppContext;
use crate::app::device::code;
use crate::app::officer::allowed::Action;
use crate::app::officer::error::ActError;
use crate::app::officer::sealed::{self, Person};
use crate::app::officer::who::Who;

/// Days for which a link is good at most.
pub const DAYS_MAX: i64 = 90;
/// Wrong codes after which a link ends for good.
pub const TRIES_MAX: u32 = 5;

/// A link, to be shown once.
pub struct MadeLink {
    /// Address of the page.
    pub address: String,
    /// The code that it asks for.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Whose page it is.
    pub person: Person,
}

pub(super) fn token_hash(token: &str) -> [u8; 32] {
    domain_hash("proviso/personal-link/v1", &[token.as_bytes()])
}

/// The hash under which a code is kept: it is worth nothing with another link, nor to who stole the database.
pub(super) fn code_hash(ctx: &AppContext, link: PersonalLinkId, code: &str) -> [u8; 32] {
    let secret = ctx.keys.server_secret.as_slice();
    domain_hash("proviso/personal-code/v1", &[secret, link.as_bytes(), code.as_bytes()])
}

/// Makes a link for the person of a case; one made before ends with it. Logged before it is made.
///
/// # Errors
/// [`ActError`]; [`ActError::Conflict`] where the force has no address for such pages, or the case is not open.
pub async fn make(ctx: &AppContext, who: &Who, id: CaseId, days: i64) -> Result<MadeLink, ActError> {
    let case = who.case(ctx, Action::EnrolDevice, id).await?;
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(ActError::Conflict("a link is good for 1 to 90 days"));
    }
    if case.state != CaseState::Open {
        return Err(ActError::Conflict("this case is not open, so no link to its page is made"));
    }
    let base = ctx.personal_address.as_deref().ok_or(ActError::Conflict(
        "this server has no address for people's own pages; an administrator sets personal_listen and personal_address",
    ))?;
    let link = PersonalLinkId::new(ctx.now(), ctx.random());
    who.does(ctx, (Action::EnrolDevice, "personal-link-make"), &case, &link.to_string(), async {
        let token = URL_SAFE_NO_PAD.encode(ctx.random::<32>());
        let (code, shown) = code::fresh(ctx);
        let now = ctx.now();
        let row = PersonalLinkRow {
            id: link,
            case: id,
            token_hash: token_hash(&token),
            code_hash: code_hash(ctx, link, &code),
            made_at: now,
            made_by: who.actor(),
            expires_at: now.plus_days(days),
            tries_left: TRIES_MAX,
            opened_at: None,
            opened: 0,
            ended: None,
        };
        ctx.store.personal_link_add(&row).await?;
        let person = sealed::person(ctx, &case)?;
        let address = format!("{}/link/{token}", base.trim_end_matches('/'));
        Ok(MadeLink { address, code: shown, expires_at: row.expires_at, person })
    })
    .await
}

/// Ends a link at once. Logged before it is done.
///
/// # Errors
/// [`ActError`].
pub async fn end(ctx: &AppContext, who: &Who, id: CaseId, link: PersonalLinkId) -> Result<(), ActError> {
    let case = who.case(ctx, Action::EnrolDevice, id).await?;
    let rows = ctx.of(&case).personal_link_list().await?;
    if !rows.iter().any(|row| row.id == link) {
        return Err(ActError::NotFound);
    }
    who.does(ctx, (Action::EnrolDevice, "personal-link-end"), &case, &link.to_string(), async {
        Ok(ctx.store.personal_link_end(link, ctx.now(), &who.actor()).await?)
    })
    .await
}

/// Whether a link works at `now`.
#[must_use]
pub fn works(row: &PersonalLinkRow, now: Timestamp) -> bool {
    row.ended.is_none() && row.tries_left > 0 && now < row.expires_at
}
