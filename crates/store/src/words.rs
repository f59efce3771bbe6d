//! Words stored in the clear: one macro for every small enum, and the priority of an alert.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word stored.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),+ } }

            /// Reads [`Self::as_str`] back.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some(Self::$variant),)+ _ => None } }
        }
    };
}
pub(crate) use words;

/// How soon an officer should look, in words; the order of an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// It can wait for the next visit.
    NextVisit,
    /// Look this week.
    ThisWeek,
    /// Look today.
    Today,
    /// Look now, at any hour: what was found may be about harm that is imminent.
    Now,
}

impl Priority {
    /// Every priority, lowest first.
    pub const ALL: [Self; 4] = [Self::NextVisit, Self::ThisWeek, Self::Today, Self::Now];

    /// The rank stored; higher comes first.
    #[must_use]
    pub fn rank(self) -> i64 {
        match self {
            Self::NextVisit => 1,
            Self::ThisWeek => 2,
            Self::Today => 3,
            Self::Now => 4,
        }
    }

    /// Reads [`Priority::rank`] back.
    #[must_use]
    pub fn from_rank(rank: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.rank() == rank)
    }

    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NextVisit => "next-visit",
            Self::ThisWeek => "this-week",
            Self::Today => "today",
            Self::Now => "now",
        }
    }

    /// Words for a screen.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::NextVisit => "Next visit",
            Self::ThisWeek => "This week",
            Self::Today => "Today",
            Self::Now => "Now",
        }
    }
}
