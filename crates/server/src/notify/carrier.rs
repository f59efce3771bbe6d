//! How anything leaves the server: by e-mail, or by a call of another program. Tests put their own in its place.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::DeliveryId;

use super::mail::Mailer;
use super::webhook::Webhook;

/// An e-mail. It holds a link and never what an alert is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The delivery: the same for each attempt, and in the e-mail's Message-ID.
    pub id: DeliveryId,
    /// Address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text, plain.
    pub text: String,
    /// Now.
    pub at: Timestamp,
    /// Whether mail programs should show it first.
    pub is_urgent: bool,
}

/// Whose program is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callee {
    /// The force's own.
    Force,
    /// The 24-hour contact's.
    Contact,
}

/// A call of another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The delivery: the same for each attempt.
    pub id: DeliveryId,
    /// JSON, the same for each attempt.
    pub body: String,
    /// Now.
    pub at: Timestamp,
}

/// Why it was not sent, or may not have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// What was the matter and what to do; never personal data.
    pub fault: String,
    /// Whether trying again is of no use.
    pub is_final: bool,
    /// Whether the other side surely has not taken it.
    pub untaken: bool,
}

impl Failed {
    /// Something that may pass, and before which nothing was taken.
    #[must_use]
    pub fn before(fault: String) -> Self {
        Self { fault, is_final: false, untaken: true }
    }

    /// Something that may pass, after which nobody knows.
    #[must_use]
    pub fn unknown(fault: String) -> Self {
        Self { fault, is_final: false, untaken: false }
    }
}

/// Carries e-mails and calls out of the server.
#[async_trait]
pub trait Carrier: Send + Sync + 'static {
    /// Sends an e-mail; done once the mail server has taken it.
    async fn mail(&self, letter: &Letter) -> Result<(), Failed>;

    /// Calls another program; done once it has answered that it took the call.
    async fn call(&self, callee: Callee, call: &Call) -> Result<(), Failed>;
}

/// The network, as the settings file describes it.
#[derive(Default)]
pub struct Network {
    /// The mail server.
    pub mail: Option<Mailer>,
    /// The force's own program.
    pub force: Option<Webhook>,
    /// The 24-hour contact's.
    pub contact: Option<Webhook>,
}

#[async_trait]
impl Carrier for Network {
    async fn mail(&self, letter: &Letter) -> Result<(), Failed> {
        match &self.mail {
            Some(mail) => mail.send(letter).await,
            None => {
                Err(Failed::before("no mail server is set; add [notify.smtp] to the settings".to_owned()))
            }
        }
    }

    async fn call(&self, callee: Callee, call: &Call) -> Result<(), Failed> {
        let (webhook, section) = match callee {
            Callee::Force => (&self.force, "[notify.webhook]"),
            Callee::Contact => (&self.contact, "[notify.contact_webhook]"),
        };
        match webhook {
            Some(webhook) => webhook.call(call).await,
            None => Err(Failed::before(format!("no webhook is set; add {section} to the settings"))),
        }
    }
}
