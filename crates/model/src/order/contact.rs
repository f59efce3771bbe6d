//! A person with whom an order prohibits contact, by what identifies them.

use serde::{Deserialize, Serialize};

/// One person. What identifies them is protected: it is in no list that the supervised person is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The name by which their accounts show them. It counts only on the sites of those accounts: alone a name is many people's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Accounts, each as site and name there: `forum.example/lantern-7`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// E-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// Telephone numbers, with the country's code or as written in Britain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
}
