//! What an officer set for notifications: address, channels, quiet hours; and who is told beside them.

use proviso_model::Timestamp;
use proviso_model::ids::{DeliveryId, OfficerId};
use proviso_store::{CoverRow, NotificationSettingRow};

use super::error::ActError;
use super::history::officer_name;
use super::who::Who;
use crate::app::AppContext;
use crate::notify::mail::is_address;
use crate::notify::people;
use crate::notify::quiet::{Quiet, minutes};

/// What the address is sealed for.
pub(in crate::app) const PURPOSE: &str = "notification-address";
/// Longest address, in bytes.
const ADDRESS_BYTES_MAX: usize = 254;

/// Settings as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// E-mail address; empty for none.
    pub email: String,
    /// Whether e-mail is sent.
    pub by_email: bool,
    /// Whether one e-mail a day tells of alerts that can wait.
    pub daily: bool,
    /// Quiet hours, in minutes of the civil day.
    pub quiet: Option<(u16, u16)>,
    /// Who is told when this officer's alerts are not opened; every supervisor when nobody is named.
    pub supervisor: Option<OfficerId>,
}

/// Settings as a form says them.
#[derive(Debug, Clone, Default)]
pub struct SettingsForm {
    /// E-mail address.
    pub email: String,
    /// Whether e-mail is sent.
    pub by_email: bool,
    /// Whether one e-mail a day tells of alerts that can wait.
    pub daily: bool,
    /// Begin of the quiet hours, as `20:00`; both empty for none.
    pub quiet_from: String,
    /// Their end.
    pub quiet_until: String,
}

/// What is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which field.
    pub field: &'static str,
    /// What is the matter, and what to do.
    pub text: String,
}

/// Somebody who stands in for somebody.
#[derive(Debug, Clone)]
pub struct CoverShown {
    /// The other officer's name.
    pub name: String,
    /// From when until when, and whether somebody is away.
    pub row: CoverRow,
}

/// Everything that the page shows.
#[derive(Debug, Clone)]
pub struct NotificationView {
    /// The settings.
    pub settings: Settings,
    /// Those who stand in for the officer, now or later.
    pub covered_by: Vec<CoverShown>,
    /// Those for whom the officer stands in, now or later.
    pub covers: Vec<CoverShown>,
    /// Names of those who are told last.
    pub supervisors: Vec<String>,
    /// Now.
    pub now: Timestamp,
}

/// The settings of an officer.
///
/// # Errors
/// [`ActError`].
pub async fn settings(ctx: &AppContext, officer: OfficerId) -> Result<Settings, ActError> {
    let Some(row) = ctx.store.notification_setting_get(officer).await? else {
        return Ok(Settings::default());
    };
    Ok(Settings {
        email: opened(ctx, &row)?,
        by_email: row.by_email,
        daily: row.daily,
        quiet: row.quiet,
        supervisor: row.supervisor,
    })
}

/// Where e-mail for an officer goes; `None` for nowhere.
///
/// # Errors
/// [`ActError`].
pub async fn address(ctx: &AppContext, officer: OfficerId) -> Result<Option<String>, ActError> {
    let settings = settings(ctx, officer).await?;
    Ok(Some(settings.email).filter(|email| settings.by_email && !email.is_empty()))
}

fn opened(ctx: &AppContext, row: &NotificationSettingRow) -> Result<String, ActError> {
    let broken = |what: String| ActError::Broken(format!("an officer's e-mail address: {what}"));
    let bytes = ctx.open_for_force(PURPOSE, &row.sealed).map_err(|error| broken(error.to_string()))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| broken("it is not UTF-8".to_owned()))
}

/// The page of an officer.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who) -> Result<NotificationView, ActError> {
    let now = ctx.now();
    let (mut covered_by, mut covers) = (Vec::new(), Vec::new());
    for row in ctx.store.cover_list(now).await? {
        if row.officer == who.id {
            let name = officer_name(ctx, row.covered_by).await?;
            covered_by.push(CoverShown { name, row });
        } else if row.covered_by == who.id {
            covers.push(CoverShown { name: officer_name(ctx, row.officer).await?, row });
        }
    }
    let mut supervisors = Vec::new();
    for id in people::supervisors_of(ctx, who.id).await? {
        if id != who.id {
            supervisors.push(officer_name(ctx, id).await?);
        }
    }
    Ok(NotificationView { settings: settings(ctx, who.id).await?, covered_by, covers, supervisors, now })
}

/// Changes the officer's own settings. Logged before it is done.
///
/// # Errors
/// [`ActError`]; what is wrong with the form is an answer.
pub async fn change(
    ctx: &AppContext,
    who: &Who,
    form: &SettingsForm,
) -> Result<Result<(), Problem>, ActError> {
    let before = settings(ctx, who.id).await?;
    match checked(ctx, form) {
        Ok(settings) => {
            let settings = Settings { supervisor: before.supervisor, ..settings };
            set(ctx, &who.actor(), who.id, &settings).await.map(Ok)
        }
        Err(problem) => Ok(Err(problem)),
    }
}

/// Whether settings can be these.
///
/// # Errors
/// What is wrong with them.
pub fn checked(ctx: &AppContext, form: &SettingsForm) -> Result<Settings, Problem> {
    let wrong = |field, text: String| Err(Problem { field, text });
    let email = form.email.trim();
    if form.by_email && email.is_empty() {
        return wrong("email", "Give an address, or switch e-mail off.".to_owned());
    }
    if !email.is_empty() && (email.len() > ADDRESS_BYTES_MAX || !is_address(email)) {
        return wrong("email", "This is no e-mail address; write it as name@police.example.".to_owned());
    }
    let domain = email.rsplit('@').next().unwrap_or_default().to_lowercase();
    let domains = &ctx.telling.email_domains;
    if !email.is_empty() && !domains.is_empty() && !domains.contains(&domain) {
        return wrong("email", format!("The force sends to addresses of {} only.", domains.join(", ")));
    }
    let quiet = match (form.quiet_from.trim(), form.quiet_until.trim()) {
        ("", "") => None,
        ("", _) => return wrong("quiet-from", "Give both times, or neither.".to_owned()),
        (_, "") => return wrong("quiet-until", "Give both times, or neither.".to_owned()),
        (from, until) => match (minutes(from), minutes(until)) {
            (Ok(from), Ok(until)) => Some((from, until)),
            (Err(error), _) => return wrong("quiet-from", sentence(&error.to_string())),
            (_, Err(error)) => return wrong("quiet-until", sentence(&error.to_string())),
        },
    };
    if let Some((from, until)) = quiet
        && let Err(error) = Quiet::new(from, until, ctx.telling.zone.clone())
    {
        return wrong("quiet-until", sentence(&error.to_string()));
    }
    Ok(Settings {
        email: email.to_owned(),
        by_email: form.by_email,
        daily: form.daily,
        quiet,
        supervisor: None,
    })
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// Sets what was checked. Logged before it is done.
///
/// # Errors
/// [`ActError`].
pub async fn set(
    ctx: &AppContext,
    actor: &str,
    officer: OfficerId,
    settings: &Settings,
) -> Result<(), ActError> {
    ctx.logged(actor, "notification-change", None, &officer.to_string(), async {
        let row = NotificationSettingRow {
            officer,
            by_email: settings.by_email,
            daily: settings.daily,
            quiet: settings.quiet,
            supervisor: settings.supervisor,
            changed_at: ctx.now(),
            sealed: ctx.seal_for_force(PURPOSE, settings.email.as_bytes()),
        };
        Ok(ctx.store.notification_setting_set(&row).await?)
    })
    .await
}

/// Sends an e-mail that says nothing but that it arrives. Logged before it is done.
///
/// # Errors
/// [`ActError::Conflict`] when there is nowhere to send it.
pub async fn trial(ctx: &AppContext, actor: &str, officer: OfficerId) -> Result<DeliveryId, ActError> {
    if !ctx.telling.has_mail {
        return Err(ActError::Conflict("this server sends no e-mail: no mail server is set"));
    }
    if address(ctx, officer).await?.is_none() {
        return Err(ActError::Conflict("no e-mail address is set, or e-mail is switched off"));
    }
    let id = DeliveryId::new(ctx.now(), ctx.random());
    ctx.logged(actor, "notification-trial", None, &format!("{officer} {id}"), async {
        Ok::<_, ActError>(ctx.store.delivery_trial(id, &people::recipient(officer), ctx.now()).await?)
    })
    .await?;
    Ok(id)
}
