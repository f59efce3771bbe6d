//! Calls of other programs: a JSON body without personal data, signed as the Standard Webhooks convention has it.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Url};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::carrier::{Call, Failed};
use crate::config::notify::WebhookConfig;

/// How long one call may take, unless a test says otherwise.
pub const CALL_TIME: Duration = Duration::from_secs(20);
/// How long a connection may take.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How secrets begin, as the convention writes them; Base64 follows.
const SECRET_PREFIX: &str = "whsec_";
/// Shortest and longest secret, in bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Secrets at a time: the one in use and, while it is changed, the next.
const SECRETS_MAX: usize = 2;

/// A program that is called.
pub struct Webhook {
    url: Url,
    client: Client,
    secrets: Vec<Zeroizing<Vec<u8>>>,
}

impl Webhook {
    /// The program of the settings; `secret` holds one or two lines. `section` is its name there.
    ///
    /// # Errors
    /// What cannot be used, and what to do.
    pub fn new(section: &str, config: &WebhookConfig, secret: &str, time: Duration) -> anyhow::Result<Self> {
        let url: Url = config
            .url
            .parse()
            .map_err(|error| anyhow::anyhow!("{section}: url \"{}\": {error}", config.url))?;
        let is_plain = match url.scheme() {
            "https" => false,
            "http" if is_loopback(&url) => true,
            _ => anyhow::bail!(
                "{section}: url \"{url}\": give an https:// address; http:// is for this machine alone"
            ),
        };
        let secrets = secret.lines().map(str::trim).filter(|line| !line.is_empty());
        let secrets = secrets.map(|line| one_secret(section, line)).collect::<Result<Vec<_>, _>>()?;
        anyhow::ensure!(
            (1..=SECRETS_MAX).contains(&secrets.len()),
            "{section}: give one secret, or two while it is changed, one a line"
        );
        // A redirect would carry the call to somebody whom nobody chose.
        let mut client = Client::builder()
            .redirect(Policy::none())
            .timeout(time)
            .connect_timeout(CONNECT_TIME.min(time))
            .https_only(!is_plain)
            .user_agent(concat!("proviso-server/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &config.ca_file {
            client = client.tls_certs_only(authorities(path)?);
        }
        Ok(Self { url, client: client.build()?, secrets })
    }

    /// Calls it.
    pub(super) async fn call(&self, call: &Call) -> Result<(), Failed> {
        let id = format!("msg_{}", call.id);
        let timestamp = (call.at.as_micros() / 1_000_000).to_string();
        let signed: Vec<_> =
            self.secrets.iter().map(|secret| signature(secret, &id, &timestamp, &call.body)).collect();
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", &timestamp)
            .header("webhook-signature", signed.join(" "))
            .body(call.body.clone());
        // The answer's body says nothing that is needed, and is not read.
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) if answer.status().is_redirection() => Err(Failed::before(format!(
                "the webhook answered {}: redirects are not followed; set the address that it names",
                answer.status().as_u16()
            ))),
            Ok(answer) => Err(Failed::unknown(format!(
                "the webhook answered {}; it is tried again",
                answer.status().as_u16()
            ))),
            Err(error) if error.is_connect() => Err(Failed::before(format!(
                "the webhook cannot be reached or trusted: {}; look at url and ca_file",
                causes(&error.without_url())
            ))),
            Err(error) => Err(Failed::unknown(format!(
                "the webhook did not answer: {}; it is tried again",
                causes(&error.without_url())
            ))),
        }
    }
}

/// `v1,` and the Base64 of HMAC-SHA256 over id, time and body, with full stops between.
#[must_use]
pub fn signature(secret: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    for part in [id, ".", timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn one_secret(section: &str, line: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let encoded = line.strip_prefix(SECRET_PREFIX).unwrap_or(line);
    let secret = STANDARD.decode(encoded).map(Zeroizing::new).ok();
    // The secret itself is never repeated.
    secret.filter(|secret| SECRET_BYTES.contains(&secret.len())).ok_or_else(|| {
        anyhow::anyhow!(
            "{section}: the secret is no Base64 of 24 to 64 bytes; make one with: openssl rand -base64 32"
        )
    })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(crate) fn authorities(path: &Path) -> anyhow::Result<Vec<Certificate>> {
    let place = path.display();
    let pem = std::fs::read(path)
        .map_err(|error| anyhow::anyhow!("{place}: {error}; give the PEM file of the webhook's authority"))?;
    Certificate::from_pem_bundle(&pem).map_err(|error| anyhow::anyhow!("{place}: {error}; it has to be PEM"))
}

/// An error and what it came from, on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::{one_secret, signature};

    #[test]
    fn the_signature_is_that_of_the_conventions_own_example() {
        // From the specification of Standard Webhooks, checked with its reference libraries.
        let secret = one_secret("test", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signed =
            signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
