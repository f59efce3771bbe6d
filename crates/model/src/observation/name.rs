//! Names under which something was done on a page, or to which a message was sent: accounts, user names, e-mail addresses.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A name that stood in a form that was sent, or over a message that was typed here. Whose name it is, is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameUsed {
    /// The page's address.
    pub url: String,
    /// The name as it stood there; one line. Apart from the name of something on the device, which is no captured words.
    #[serde(rename = "called")]
    pub name: String,
    /// What it was used as.
    pub how: NameHow,
    /// Whether it was seen being typed there. Otherwise it stood there: the browser may have filled it in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub typed: bool,
    /// When it was used, where that is put on record later because days within which it may be declared had to run out first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
}

/// What a name was used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameHow {
    /// The user name, display name or address in a form for signing in or registering.
    SignIn,
    /// The author of a message that was typed in that tab and then appeared.
    Author,
    /// The sender in a form with a message.
    Sender,
    /// Whom a form with a message was for.
    Recipient,
}
