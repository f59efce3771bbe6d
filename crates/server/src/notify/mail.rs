//! E-mail over SMTP, always under TLS with a checked certificate.

use std::path::Path;
use std::time::{Duration, SystemTime};

use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::carrier::{Failed, Letter};
use crate::config::notify::{SmtpConfig, SmtpTls};

/// How long one e-mail may take, unless a test says otherwise.
pub const MAIL_TIME: Duration = Duration::from_secs(60);
/// Answers about the recipient that no later try changes: no such mailbox, relaying refused, mailbox full, name refused.
const FINAL: [u16; 4] = [550, 551, 552, 553];
/// Longest answer of a mail server that is kept, in characters.
const ANSWER_CHARS_MAX: usize = 160;

/// A mail server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    place: String,
    time: Duration,
}

impl Mailer {
    /// The mail server of the settings, with the password that they lead to.
    ///
    /// # Errors
    /// What cannot be used, and what to do.
    pub fn new(config: &SmtpConfig, password: Option<&str>) -> anyhow::Result<Self> {
        let from: Mailbox = config
            .from
            .parse()
            .map_err(|error| anyhow::anyhow!("notify.smtp.from \"{}\": {error}", config.from))?;
        let mut tls = TlsParameters::builder(config.host.clone());
        if let Some(path) = &config.ca_file {
            tls = tls.certificate_store(CertificateStore::None).add_root_certificate(authority(path)?);
        }
        let tls = tls.build().map_err(|error| anyhow::anyhow!("notify.smtp: {error}"))?;
        let tls = match config.tls {
            SmtpTls::Implicit => Tls::Wrapper(tls),
            SmtpTls::Starttls => Tls::Required(tls),
        };
        let domain = from.email.domain().to_owned();
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(config.host.clone())
            .port(config.port())
            .hello_name(ClientId::Domain(domain))
            .timeout(Some(MAIL_TIME))
            .tls(tls);
        if let (Some(username), Some(password)) = (&config.username, password) {
            transport = transport.credentials(Credentials::new(username.clone(), password.to_owned()));
        }
        let place = format!("{}:{}", config.host, config.port());
        Ok(Self { transport: transport.build(), from, place, time: MAIL_TIME })
    }

    /// With another limit of time for one e-mail.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Sends a letter.
    pub(super) async fn send(&self, letter: &Letter) -> Result<(), Failed> {
        let message = self.message(letter)?;
        match tokio::time::timeout(self.time, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.failed(&error, &letter.to)),
            Err(_) => Err(Failed::unknown(format!(
                "the mail server {} did not answer within {} s; it is tried again",
                self.place,
                self.time.as_secs()
            ))),
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, Failed> {
        let to: Address = letter.to.parse().map_err(|_| Failed {
            fault: "the address is none that e-mail can be sent to; set another".to_owned(),
            is_final: true,
            untaken: true,
        })?;
        let micros = u64::try_from(letter.at.as_micros()).unwrap_or(0);
        let header = |name, value: &str| HeaderValue::new(name, value.to_owned());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .raw_header(header(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated"));
        if letter.is_urgent {
            message = message.raw_header(header(HeaderName::new_from_ascii_str("Importance"), "high"));
        }
        message
            .body(letter.text.clone())
            .map_err(|error| Failed::before(format!("the e-mail could not be made: {error}")))
    }

    fn failed(&self, error: &lettre::transport::smtp::Error, to: &str) -> Failed {
        let place = &self.place;
        let said = shortened(&error.to_string(), to);
        if let Some(code) = error.status().map(u16::from) {
            let is_final = FINAL.contains(&code);
            let fault = match (is_final, code) {
                (true, _) => format!(
                    "the mail server {place} refuses this recipient for good: {said}; look at the mailbox, set another address, and try it again"
                ),
                (false, 530..=539) => format!(
                    "the mail server {place} refuses the sign-in: {said}; look at username and password in [notify.smtp]"
                ),
                (false, _) => format!("the mail server {place} did not take it: {said}; it is tried again"),
            };
            return Failed { fault, is_final, untaken: true };
        }
        // The text of lettre's own kinds; where it changes, no more is lost than the certainty that nothing was taken.
        if error.is_tls() || said.contains("certificate") || said.contains("invalid peer") {
            return Failed::before(format!(
                "the mail server {place} could not be trusted, and nothing was sent: {said}; look at its certificate, host and ca_file in [notify.smtp]"
            ));
        }
        if said.contains("STARTTLS") {
            return Failed::before(format!(
                "the mail server {place} offers no STARTTLS, and nothing is sent without TLS; look at port and tls in [notify.smtp]"
            ));
        }
        if said.starts_with("Connection error") {
            return Failed::before(format!(
                "the mail server {place} cannot be reached: {said}; look at host and port in [notify.smtp]"
            ));
        }
        Failed::unknown(format!("the mail server {place} broke off: {said}; it is tried again"))
    }
}

/// What a mail server said, without the address that it may repeat, on one line.
fn shortened(said: &str, to: &str) -> String {
    let local = to.split('@').next().unwrap_or(to);
    let mut said = said.replace(to, "(the recipient)");
    if local.len() >= 3 {
        said = said.replace(local, "(the recipient)");
    }
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    said.chars().take(ANSWER_CHARS_MAX).collect()
}

/// The certificates of a PEM file.
fn authority(path: &Path) -> anyhow::Result<Certificate> {
    let place = path.display();
    let pem = std::fs::read(path).map_err(|error| {
        anyhow::anyhow!("{place}: {error}; give the PEM file of the mail server's authority")
    })?;
    Certificate::from_pem(&pem).map_err(|error| anyhow::anyhow!("{place}: {error}; it has to be PEM"))
}

/// Whether e-mail can be sent to a text, by its form.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.is_ascii() && text.parse::<Address>().is_ok()
}
