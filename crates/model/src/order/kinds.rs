//! The kinds of order and of condition, as written in an order file.

use serde::{Deserialize, Serialize};

/// Kind of order: it selects the breach provision and who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderKind {
    /// Sexual Harm Prevention Order made on conviction (Sentencing Act 2020 Part 11 Chapter 2).
    ShpoConviction,
    /// Sexual Harm Prevention Order made on application (Sexual Offences Act 2003 s.103A).
    ShpoApplication,
    /// Interim Sexual Harm Prevention Order.
    ShpoInterim,
    /// Sexual Offences Prevention Order, made before March 2015.
    Sopo,
    /// Sexual Risk Order.
    Sro,
    /// Licence conditions.
    Licence,
    /// Notification requirements only: captures nothing.
    NotificationOnly,
}

/// What the authority to monitor rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorityBasis {
    /// A paragraph of the order requires monitoring.
    Paragraph,
    /// Signed consent, which may be withdrawn.
    Consent,
}

macro_rules! condition_kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $words:literal;)+) => {
        /// The catalogue of condition kinds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ConditionKind { $($(#[$doc])* #[serde(rename = $text)] $name,)+ }

        impl ConditionKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// As written in an order file.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $text),+ } }

            /// In words for a screen.
            #[must_use]
            pub fn in_words(self) -> &'static str { match self { $(Self::$name => $words),+ } }

            /// Reads [`ConditionKind::as_str`] back.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some(Self::$name),)+ _ => None } }
        }
    };
}

condition_kinds! {
    /// No sexualised chat: words shown and typed.
    SexualisedChat = "sexualised-chat", "Sexualised chat";
    /// No pornography: sites, words and pictures.
    Pornography = "pornography", "Pornography";
    /// No indecent images of children: pictures on lists only; no model judges pictures for it.
    ChildImages = "child-images", "Indecent images of children";
    /// No searching for prohibited material: queries from addresses and search fields.
    ProhibitedSearches = "prohibited-searches", "Searching for prohibited material";
    /// Words that the order itself names.
    SpecifiedWords = "specified-words", "Specified words";
    /// No private or incognito browsing.
    NoPrivateBrowsing = "no-private-browsing", "Private browsing";
    /// Monitoring software installed and operational.
    MonitoringSoftware = "monitoring-software", "Monitoring software operational";
}
