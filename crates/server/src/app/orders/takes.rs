//! What an officer is asked beside a paragraph's number, words and days, by its kind.

use proviso_model::ConditionKind;

/// The fields that a kind has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Takes {
    /// Words that the order names, those tied to the offence, and what is carved out.
    pub words: bool,
    /// Sites that the order names.
    pub sites: bool,
    /// Days within which the police are told.
    pub within_days: bool,
    /// An age.
    pub under_age: bool,
    /// What has been declared.
    pub declared: bool,
    /// People.
    pub contacts: bool,
}

impl Takes {
    /// Whether there is anything to ask.
    #[must_use]
    pub fn anything(self) -> bool {
        self != Self::default()
    }
}

/// What a kind takes, as the reader of order files has it; a test asks that reader.
#[must_use]
pub fn takes(kind: ConditionKind) -> Takes {
    use ConditionKind as K;
    Takes {
        words: matches!(kind, K::SexualisedChat | K::ProhibitedSearches | K::SpecifiedWords | K::Pornography),
        sites: kind == K::Pornography,
        within_days: matches!(kind, K::DeclareDevices | K::DeclareNames),
        under_age: kind == K::NoContactWithChildren,
        declared: matches!(
            kind,
            K::DeclareDevices | K::DeclareNames | K::NoHiddenConnections | K::NoVaults | K::NoUndeclaredCloud
        ),
        contacts: kind == K::NoContactWith,
    }
}
