//! Adding an officer.

use proviso_model::ids::OfficerId;
use proviso_store::{OfficerRole, OfficerRow};

use super::{COMMAND_LINE, ForceError};
use crate::app::AppContext;
use crate::app::conflicts;
use crate::app::officer::password;
use crate::config::oidc::SubjectClaim;

/// Who is to be added.
pub struct NewOfficer {
    /// Sign-in name; kept in lower case.
    pub username: String,
    /// Name for screens.
    pub display_name: String,
    /// Role.
    pub role: OfficerRole,
    /// Password, as typed.
    pub password: String,
}

/// Removes an officer's second factors, codes and passkeys, and ends their sessions.
///
/// # Errors
/// [`ForceError::Refused`] when there is no such officer, or no second factor.
pub async fn second_factor_remove(ctx: &AppContext, username: &str) -> Result<OfficerId, ForceError> {
    let officer = ctx.store.officer_by_username(&username.trim().to_lowercase()).await?;
    let officer = officer.ok_or_else(|| ForceError::Refused(format!("there is no officer {username}")))?;
    let removed = ctx
        .logged(COMMAND_LINE, "second-factor-remove", None, &officer.id.to_string(), async {
            Ok::<_, ForceError>(ctx.store.second_factor_remove(officer.id).await?)
        })
        .await?;
    if removed {
        return Ok(officer.id);
    }
    Err(ForceError::Refused(format!(
        "{username} has no codes and no passkeys for signing in; their sessions were ended all the same"
    )))
}

/// Links a subject of the force's OpenID Connect provider to an officer: whoever signs in there as that one is this officer here.
///
/// # Errors
/// [`ForceError::Refused`] when there is no such officer or no provider, or the subject is linked already.
pub async fn link(ctx: &AppContext, username: &str, subject: &str) -> Result<OfficerId, ForceError> {
    let officer = ctx.store.officer_by_username(&username.trim().to_lowercase()).await?;
    let officer = officer.ok_or_else(|| ForceError::Refused(format!("there is no officer {username}")))?;
    let provider = ctx.provider.as_ref();
    let provider =
        provider.ok_or_else(|| ForceError::Refused("the settings name no provider: [oidc]".to_owned()))?;
    let subject = match provider.claim() {
        SubjectClaim::Email => subject.trim().to_lowercase(),
        SubjectClaim::Sub | SubjectClaim::PreferredUsername => subject.trim().to_owned(),
    };
    if subject.is_empty() {
        return Err(ForceError::Refused("the subject is empty".to_owned()));
    }
    let hash = provider.subject_hash(&subject);
    let objects = officer.id.to_string();
    let done = ctx.logged(COMMAND_LINE, "officer-link", None, &objects, async {
        Ok::<_, ForceError>(ctx.store.subject_link(&hash, officer.id, ctx.now()).await?)
    });
    conflicts::refused_in_words(done.await)?;
    Ok(officer.id)
}

/// Removes an officer's links and ends their sessions.
///
/// # Errors
/// [`ForceError::Refused`] when there is no such officer, or no link.
pub async fn unlink(ctx: &AppContext, username: &str) -> Result<OfficerId, ForceError> {
    let officer = ctx.store.officer_by_username(&username.trim().to_lowercase()).await?;
    let officer = officer.ok_or_else(|| ForceError::Refused(format!("there is no officer {username}")))?;
    let objects = officer.id.to_string();
    let removed = ctx.logged(COMMAND_LINE, "officer-unlink", None, &objects, async {
        Ok::<_, ForceError>(ctx.store.subject_unlink(officer.id).await?)
    });
    match removed.await? {
        true => Ok(officer.id),
        false => Err(ForceError::Refused(format!(
            "{username} is not linked to the provider; their sessions were ended all the same"
        ))),
    }
}

/// Adds an officer.
///
/// # Errors
/// [`ForceError::Refused`] when name or password are too short; [`ForceError::Store`] when the sign-in name is taken.
pub async fn add(ctx: &AppContext, new: NewOfficer) -> Result<OfficerId, ForceError> {
    let username = new.username.trim().to_lowercase();
    if username.is_empty() || username.chars().any(char::is_whitespace) {
        return Err(ForceError::Refused("a sign-in name is one word".to_owned()));
    }
    let length = new.password.chars().count();
    if length < password::PASSWORD_CHARS_MIN || new.password.len() > password::PASSWORD_BYTES_MAX {
        return Err(ForceError::Refused(format!(
            "the password has {length} characters; it needs {} to {}",
            password::PASSWORD_CHARS_MIN,
            password::PASSWORD_BYTES_MAX
        )));
    }
    let now = ctx.now();
    let id = OfficerId::new(now, ctx.random());
    let row = OfficerRow {
        id,
        username,
        display_name: new.display_name.trim().to_owned(),
        password_hash: password::hash(&new.password, &ctx.random())?,
        role: new.role,
        created_at: now,
        disabled_at: None,
    };
    ctx.logged(COMMAND_LINE, "officer-add", None, &id.to_string(), async {
        Ok::<_, ForceError>(ctx.store.officer_add(&row).await?)
    })
    .await?;
    Ok(id)
}
