//! What ends an order, or one paragraph of it, before its own last day.

use jiff::civil::Date;

/// What was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderEndKind {
    /// A court quashed it on appeal.
    Quashed,
    /// A court varied it.
    Varied,
    /// It does not run for a time.
    Paused,
    /// A court took it out of the order.
    Struck,
    /// A court discharged it.
    Discharged,
}

impl OrderEndKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Quashed, Self::Varied, Self::Paused, Self::Struck, Self::Discharged];

    /// The word for files, stores and command lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quashed => "quashed",
            Self::Varied => "varied",
            Self::Paused => "paused",
            Self::Struck => "struck",
            Self::Discharged => "discharged",
        }
    }

    /// Reads [`Self::as_str`] back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// For the middle of a sentence: `was quashed`.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Quashed => "was quashed",
            Self::Varied => "was varied",
            Self::Paused => "was paused",
            Self::Struck => "was struck out",
            Self::Discharged => "was discharged",
        }
    }
}

/// An order, or one paragraph of it, that does not run on some days on which it otherwise would. Days are civil and
/// inclusive, in the order's own time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEnd {
    /// What was done.
    pub kind: OrderEndKind,
    /// To which paragraph; `None` for the whole order.
    pub paragraph: Option<String>,
    /// The first day on which it does not run.
    pub from: Date,
    /// The last such day; `None` for good.
    pub until: Option<Date>,
}

impl OrderEnd {
    /// Whether it is about that paragraph.
    #[must_use]
    pub fn is_about(&self, paragraph: &str) -> bool {
        self.paragraph.as_deref().is_none_or(|own| own == paragraph)
    }

    /// Whether `day` lies in it.
    #[must_use]
    pub fn is_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|last| day <= last)
    }
}
