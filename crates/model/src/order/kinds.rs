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
    /// Telling the police of devices, within so many days.
    DeclareDevices = "declare-devices", "Telling the police of devices";
    /// The device keeps its internet history and shows it.
    KeepHistory = "keep-history", "Keeping internet history";
    /// No deleting of history, no wiping tools.
    NoHistoryDeletion = "no-history-deletion", "Deleting history or wiping";
    /// No VPN, Tor or proxy but declared ones.
    NoHiddenConnections = "no-hidden-connections", "VPN, Tor or proxy";
    /// No encryption or vault software that was deliberately added.
    NoVaults = "no-vaults", "Encryption or vault software";
    /// No cloud storage but declared ones.
    NoUndeclaredCloud = "no-undeclared-cloud", "Undeclared cloud storage";
    /// No peer-to-peer software.
    NoPeerToPeer = "no-peer-to-peer", "Peer-to-peer software";
    /// No contact with those below an age.
    NoContactWithChildren = "no-contact-with-children", "Contact with children";
    /// No contact with people whom the order names.
    NoContactWith = "no-contact-with", "Contact with named people";
    /// No aliases: user names are declared.
    DeclareNames = "declare-names", "Declaring user names";
    /// Devices are produced on request.
    ProduceDevices = "produce-devices", "Producing devices on request";
    /// A term that no kind of this catalogue serves: it stands in the order and in the notice, and no device watches for it.
    NotWatched = "not-watched", "Not watched by any device";
}

impl ConditionKind {
    /// Whether a device watches for it at all. What it does not watch for stands in the order, in the notice and in the report of
    /// suitability as not watched, so that silence about it says nothing.
    #[must_use]
    pub fn is_watched(self) -> bool {
        match self {
            Self::SexualisedChat
            | Self::Pornography
            | Self::ChildImages
            | Self::ProhibitedSearches
            | Self::SpecifiedWords
            | Self::NoPrivateBrowsing
            | Self::MonitoringSoftware
            | Self::DeclareDevices
            | Self::KeepHistory
            | Self::NoHistoryDeletion
            | Self::NoHiddenConnections
            | Self::NoVaults
            | Self::NoUndeclaredCloud
            | Self::NoPeerToPeer
            | Self::NoContactWith
            | Self::DeclareNames => true,
            Self::NoContactWithChildren | Self::ProduceDevices | Self::NotWatched => false,
        }
    }
}
