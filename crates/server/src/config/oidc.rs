//! Settings of the force's own OpenID Connect provider.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;
use super::notify::{Secret, one_of};

/// Environment variable with the client's secret.
pub const OIDC_SECRET_ENV: &str = "PROVISO_OIDC_SECRET";

/// Which claim says who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectClaim {
    /// `sub`: never given to somebody else, so the one to prefer.
    Sub,
    /// `preferred_username`.
    PreferredUsername,
    /// `email`, where the provider says that it verified it.
    Email,
}

impl SubjectClaim {
    /// Its name in a token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sub => "sub",
            Self::PreferredUsername => "preferred_username",
            Self::Email => "email",
        }
    }
}

fn sub() -> SubjectClaim {
    SubjectClaim::Sub
}

fn name() -> String {
    "Sign in with your force account".to_owned()
}

/// The provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// Its issuer, as `https://id.force.example`; `/.well-known/openid-configuration` below it says the rest.
    pub issuer: String,
    /// What it calls this service.
    pub client_id: String,
    /// File with the secret that goes with it; the environment stands over it.
    pub client_secret_file: Option<PathBuf>,
    /// Which claim an administrator links to an officer.
    #[serde(default = "sub")]
    pub claim: SubjectClaim,
    /// What the link on the sign-in page says.
    #[serde(default = "name")]
    pub name: String,
    /// PEM file of the authority that signed its certificate; those of the system when absent.
    pub ca_file: Option<PathBuf>,
    /// Values of `acr`, any of which says that two factors were asked for. With neither this nor `second_factor_amr` the provider counts
    /// as one factor.
    #[serde(default)]
    pub second_factor_acr: Vec<String>,
    /// Values of `amr`, any of which says so.
    #[serde(default)]
    pub second_factor_amr: Vec<String>,
    /// The secret from the environment.
    #[serde(skip)]
    pub client_secret: Option<Secret>,
}

impl OidcConfig {
    /// The client's secret.
    ///
    /// # Errors
    /// When its file cannot be read, or there is none.
    pub fn secret(&self) -> anyhow::Result<String> {
        let secret = one_of(self.client_secret.as_ref(), self.client_secret_file.as_ref())?;
        let secret =
            secret.ok_or_else(|| anyhow::anyhow!("give client_secret_file, or {OIDC_SECRET_ENV}"))?;
        Ok(secret.0)
    }

    /// Whether the settings go together; `place` is where they are from.
    ///
    /// # Errors
    /// [`ConfigError::Notify`], which says what is the matter and what to do.
    pub fn check(&self, console_address: Option<&str>, place: &str) -> Result<(), ConfigError> {
        let wrong = |what: String| Err(ConfigError::Notify { path: place.to_owned(), what });
        if console_address.is_none() {
            return wrong(
                "oidc: console_address is not given: the provider sends officers back there; give it as https://proviso.force.example"
                    .to_owned(),
            );
        }
        let is_here = ["http://localhost", "http://127.0.0.1"].iter().any(|own| {
            self.issuer.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        });
        if !self.issuer.starts_with("https://") && !is_here {
            return wrong(format!(
                "oidc: issuer {}: give an https:// address; http:// is for this machine alone",
                self.issuer
            ));
        }
        if self.client_secret.is_none() && self.client_secret_file.is_none() {
            return wrong(format!("oidc: give client_secret_file, or {OIDC_SECRET_ENV}"));
        }
        Ok(())
    }
}
