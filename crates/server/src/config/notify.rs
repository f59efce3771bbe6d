//! Settings of notifications: the mail server, webhooks, the 24-hour contact, and how long each who is told has to look.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;
use crate::notify::carrier::Network;
use crate::notify::mail::{Mailer, is_address};
use crate::notify::quiet::{clock, minutes};
use crate::notify::rules::{DAILY_AT, HOLD_MINUTES, LOOK_MINUTES, LOOK_NOW_MINUTES, TellingRules};
use crate::notify::webhook::{CALL_TIME, Webhook};

/// Environment variable with the mail server's user name.
pub const SMTP_USERNAME_ENV: &str = "PROVISO_SMTP_USERNAME";
/// Environment variable with the mail server's password.
pub const SMTP_PASSWORD_ENV: &str = "PROVISO_SMTP_PASSWORD";
/// Environment variable with the secret of the force's webhook.
pub const WEBHOOK_SECRET_ENV: &str = "PROVISO_WEBHOOK_SECRET";
/// Environment variable with the secret of the 24-hour contact's webhook.
pub const CONTACT_WEBHOOK_SECRET_ENV: &str = "PROVISO_CONTACT_WEBHOOK_SECRET";

/// Longest time to look and longest hold, in minutes: a day.
const MINUTES_MAX: u16 = 24 * 60;

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// How TLS begins. There is no way without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// From the first byte, usually on port 465.
    Implicit,
    /// By STARTTLS, which the server must offer, usually on port 587.
    Starttls,
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name, as in its certificate.
    pub host: String,
    /// Its port; that which is usual for `tls` when absent.
    pub port: Option<u16>,
    /// How TLS begins.
    #[serde(default = "implicit")]
    pub tls: SmtpTls,
    /// Sender, as `Proviso <proviso@police.example>`.
    pub from: String,
    /// PEM file of the authority that signed its certificate; those of the system when absent.
    pub ca_file: Option<PathBuf>,
    /// User name; none when absent.
    pub username: Option<String>,
    /// File with the password.
    pub password_file: Option<PathBuf>,
}

fn implicit() -> SmtpTls {
    SmtpTls::Implicit
}

impl SmtpConfig {
    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            SmtpTls::Implicit => 465,
            SmtpTls::Starttls => 587,
        })
    }
}

/// A program that is called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Its address: https, or http on this machine.
    pub url: String,
    /// File with the secret, or two while it is changed, one a line.
    pub secret_file: Option<PathBuf>,
    /// PEM file of the authority that signed its certificate; those of the system when absent.
    pub ca_file: Option<PathBuf>,
}

/// Settings of notifications.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifyConfig {
    /// Whom messages name for those who cannot look, for example `the service desk, extension 4321`.
    pub turn_to: String,
    /// How long an e-mail waits for more alerts to tell of, in minutes; none where harm may be imminent.
    pub hold_minutes: u16,
    /// How long whoever was told has to look before the next is told, in minutes outside their quiet hours.
    pub look_minutes: u16,
    /// The same where harm may be imminent, at any hour.
    pub look_now_minutes: u16,
    /// When officers who asked for it are told of alerts that can wait, as `08:00` in the force's time zone.
    pub daily_at: String,
    /// Domains that officers' e-mail addresses must be of; any when empty.
    pub email_domains: Vec<String>,
    /// The mail server; no e-mail when absent.
    pub smtp: Option<SmtpConfig>,
    /// The force's own program; none when absent.
    pub webhook: Option<WebhookConfig>,
    /// E-mail addresses of the 24-hour contact.
    pub contact_emails: Vec<String>,
    /// The program of the 24-hour contact.
    pub contact_webhook: Option<WebhookConfig>,
    /// What the environment holds; no setting of the file.
    #[serde(skip)]
    pub environment: NotifyEnvironment,
}

/// What the environment holds of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotifyEnvironment {
    /// The mail server's user name; stands over the file's.
    pub smtp_username: Option<String>,
    /// The mail server's password.
    pub smtp_password: Option<Secret>,
    /// The secret of the force's webhook.
    pub webhook_secret: Option<Secret>,
    /// The secret of the 24-hour contact's webhook.
    pub contact_webhook_secret: Option<Secret>,
    /// The secret with which this service shows the OpenID Connect provider who it is.
    pub oidc_secret: Option<Secret>,
}

impl NotifyEnvironment {
    /// Read by a program's wiring.
    #[must_use]
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let secret = |name| variable(name).map(Secret);
        Self {
            smtp_username: variable(SMTP_USERNAME_ENV),
            smtp_password: secret(SMTP_PASSWORD_ENV),
            webhook_secret: secret(WEBHOOK_SECRET_ENV),
            contact_webhook_secret: secret(CONTACT_WEBHOOK_SECRET_ENV),
            oidc_secret: secret(super::oidc::OIDC_SECRET_ENV),
        }
    }
}

impl Default for NotifyConfig {
    fn default() -> Self {
        Self {
            turn_to: String::new(),
            hold_minutes: HOLD_MINUTES,
            look_minutes: LOOK_MINUTES,
            look_now_minutes: LOOK_NOW_MINUTES,
            daily_at: clock(DAILY_AT),
            email_domains: Vec::new(),
            smtp: None,
            webhook: None,
            contact_emails: Vec::new(),
            contact_webhook: None,
            environment: NotifyEnvironment::default(),
        }
    }
}

impl NotifyConfig {
    /// Whether the settings go together; `place` is where they are from.
    ///
    /// # Errors
    /// [`ConfigError::Notify`].
    pub fn check(&self, console_address: Option<&str>, place: &str) -> Result<(), ConfigError> {
        let wrong = |what: String| Err(ConfigError::Notify { path: place.to_owned(), what });
        let tells = self.smtp.is_some() || self.webhook.is_some() || self.contact_webhook.is_some();
        match console_address {
            Some(address) if !address.starts_with("https://") => {
                return wrong(format!("console_address {address} does not begin with https://"));
            }
            None if tells => {
                return wrong("console_address is not given: messages are links to the console; give it as https://proviso.force.example".to_owned());
            }
            _ => {}
        }
        for (name, value, min) in [
            ("hold_minutes", self.hold_minutes, 0),
            ("look_minutes", self.look_minutes, 1),
            ("look_now_minutes", self.look_now_minutes, 1),
        ] {
            if !(min..=MINUTES_MAX).contains(&value) {
                return wrong(format!("notify.{name} is {value}; give {min} to {MINUTES_MAX}"));
            }
        }
        if let Err(error) = minutes(&self.daily_at) {
            return wrong(format!("notify.daily_at \"{}\": {error}", self.daily_at));
        }
        if let Some(address) = self.contact_emails.iter().find(|address| !is_address(address)) {
            return wrong(format!("notify.contact_emails: \"{address}\" is no e-mail address"));
        }
        if !self.contact_emails.is_empty() && self.smtp.is_none() {
            return wrong("notify.contact_emails needs a mail server: add [notify.smtp]".to_owned());
        }
        match &self.smtp {
            Some(smtp) if smtp.password_file.is_some() && self.username(smtp).is_none() => {
                wrong(format!("notify.smtp: a password without a username; give it, or {SMTP_USERNAME_ENV}"))
            }
            _ => Ok(()),
        }
    }

    fn username(&self, smtp: &SmtpConfig) -> Option<String> {
        self.environment.smtp_username.clone().or_else(|| smtp.username.clone())
    }

    /// What was settled, as the worker needs it.
    #[must_use]
    pub fn rules(&self, console_address: Option<&str>) -> TellingRules {
        TellingRules {
            console_address: console_address.unwrap_or_default().trim_end_matches('/').to_owned(),
            turn_to: self.turn_to.trim().to_owned(),
            has_mail: self.smtp.is_some(),
            has_webhook: self.webhook.is_some(),
            contact_emails: self.contact_emails.clone(),
            has_contact_webhook: self.contact_webhook.is_some(),
            email_domains: self.email_domains.iter().map(|domain| domain.to_lowercase()).collect(),
            hold_minutes: self.hold_minutes,
            look_minutes: self.look_minutes,
            look_now_minutes: self.look_now_minutes,
            daily_at: minutes(&self.daily_at).unwrap_or(DAILY_AT),
            ..TellingRules::default()
        }
    }

    /// The ways out of the server, with the secrets that the settings lead to.
    ///
    /// # Errors
    /// What cannot be used, and what to do.
    pub fn network(&self) -> anyhow::Result<Network> {
        let environment = &self.environment;
        let mail = match &self.smtp {
            Some(smtp) => {
                let smtp = SmtpConfig { username: self.username(smtp), ..smtp.clone() };
                let password = one_of(environment.smtp_password.as_ref(), smtp.password_file.as_ref())?;
                if smtp.username.is_some() && password.is_none() {
                    anyhow::bail!(
                        "notify.smtp: a username without a password; give password_file, or {SMTP_PASSWORD_ENV}"
                    );
                }
                Some(Mailer::new(&smtp, password.as_ref().map(|secret| secret.0.as_str()))?)
            }
            None => None,
        };
        let hook =
            |section: &str, config: &Option<WebhookConfig>, secret: &Option<Secret>, variable: &str| {
                let Some(config) = config else { return Ok(None) };
                let secret = one_of(secret.as_ref(), config.secret_file.as_ref())?;
                let Some(secret) = secret else {
                    anyhow::bail!("{section}: calls are signed; give secret_file, or {variable}");
                };
                Webhook::new(section, config, &secret.0, CALL_TIME).map(Some)
            };
        let force = hook("notify.webhook", &self.webhook, &environment.webhook_secret, WEBHOOK_SECRET_ENV)?;
        let secret = &environment.contact_webhook_secret;
        let contact =
            hook("notify.contact_webhook", &self.contact_webhook, secret, CONTACT_WEBHOOK_SECRET_ENV)?;
        Ok(Network { mail, force, contact })
    }
}

/// A secret from the environment, or out of its file without the line feed at its end.
pub(super) fn one_of(environment: Option<&Secret>, file: Option<&PathBuf>) -> anyhow::Result<Option<Secret>> {
    if let Some(secret) = environment {
        return Ok(Some(secret.clone()));
    }
    let Some(path) = file else { return Ok(None) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| anyhow::anyhow!("{}: {error}; it has to hold the secret", path.display()))?;
    Ok(Some(Secret(text.trim_end_matches(['\r', '\n']).to_owned())))
}

#[cfg(test)]
mod tests {
    use super::{NotifyEnvironment, Secret};
    use crate::config::Config;

    #[test]
    fn settings_of_notifications_that_do_not_go_together_say_so_and_secrets_are_never_shown() {
        let smtp = "[notify.smtp]\nhost = \"mail.example\"\nfrom = \"Proviso <proviso@police.example>\"\n";
        let address = "console_address = \"https://proviso.example\"\n";
        for (text, named) in [
            (smtp.to_owned(), "console_address is not given"),
            ("console_address = \"proviso.example\"\n".to_owned(), "https://"),
            (format!("{address}[notify]\nlook_minutes = 0\n"), "look_minutes is 0"),
            (format!("{address}[notify]\ndaily_at = \"25:00\"\n"), "daily_at \"25:00\""),
            (format!("{address}[notify]\ncontact_emails = [\"control@police.example\"]\n"), "[notify.smtp]"),
            (format!("{address}{smtp}password_file = \"/run/secret\"\n"), "without a username"),
        ] {
            let config: Config = toml::from_str(&text).expect("read");
            let error = config.check_notify("server.toml").expect_err("refused").to_string();
            assert!(error.contains(named), "{error}");
        }
        let config: Config =
            toml::from_str(&format!("{address}{smtp}username = \"proviso\"\n")).expect("read");
        config.check_notify("server.toml").expect("they go together");
        let error = config.notify.network().err().expect("no password").to_string();
        assert!(error.contains("PROVISO_SMTP_PASSWORD"), "{error}");
        let hook = "[notify.webhook]\nurl = \"http://elsewhere.example/\"\n";
        let mut config: Config = toml::from_str(&format!("{address}{hook}")).expect("read");
        for (secret, named) in [
            (None, "PROVISO_WEBHOOK_SECRET"),
            (Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "give an https:// address"),
            (Some("too short"), "give an https:// address"),
        ] {
            config.notify.environment.webhook_secret = secret.map(|secret| Secret(secret.to_owned()));
            let error = config.notify.network().err().expect("refused").to_string();
            assert!(error.contains(named) && !error.contains("MfKQ9"), "{error}");
        }
        let environment = NotifyEnvironment::read(|name| Some(format!("value of {name}")));
        config.notify.environment = environment;
        let shown = format!("{config:?}");
        assert!(shown.contains("(secret)") && !shown.contains("value of PROVISO_SMTP_PASSWORD"), "{shown}");
    }
}
