//! What of a record may be shown or left out, in words that officers and courts use. Every field belongs to one part,
//! so that nothing is shown because nobody thought of it.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// What stands in a bundle where a text outside the records was left out.
pub const LEFT_OUT: &str = "(left out)";

/// The field of a picture's bytes. No bundle opens it, and the verifier fails one that does.
pub const PICTURE_CONTENT: &str = "body.captured.picture.content";
/// Fields of a picture among the facts, but for addresses and the title.
const PICTURE_FACTS: [&str; 10] = [
    "body.captured.fact.element",
    "body.captured.fact.width",
    "body.captured.fact.height",
    "body.captured.fact.shown_width",
    "body.captured.fact.shown_height",
    "body.captured.fact.from",
    "body.captured.fact.sha256",
    "body.captured.fact.md5",
    "body.captured.fact.bytes",
    "body.captured.fact.type",
];

/// A part of what records and decisions say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The words on a page, or typed.
    Passage,
    /// The address of the page.
    Address,
    /// The title of the page.
    Title,
    /// What is known of a picture: digests, sizes, look-ups in lists, scores.
    Picture,
    /// The bytes of pictures, which no bundle opens (invariant 14).
    PictureBytes,
    /// The account on the device; in the device's statement too.
    Account,
    /// When it was captured and recorded.
    Times,
    /// Typed, opened or shown; in front or not.
    Attribution,
    /// What the program concluded. It quotes the parts above.
    Findings,
    /// The system, the browser and the versions; in the device's statement too.
    Device,
    /// The notice and the answer to it.
    Notice,
    /// What the supervised person wrote on the device's page.
    Statement,
    /// Causes of times not watched.
    Gaps,
    /// Counts of times watched.
    Watched,
    /// What kind of record it is.
    Kind,
    /// Officers' reasons, in `decisions/`.
    Reasons,
    /// Everything else, fields of later versions too.
    Rest,
}

impl Part {
    /// All of them, in the order in which people are asked.
    pub const ALL: [Self; 17] = [
        Self::Passage,
        Self::Address,
        Self::Title,
        Self::Picture,
        Self::PictureBytes,
        Self::Account,
        Self::Times,
        Self::Attribution,
        Self::Findings,
        Self::Reasons,
        Self::Device,
        Self::Notice,
        Self::Statement,
        Self::Gaps,
        Self::Watched,
        Self::Kind,
        Self::Rest,
    ];

    /// Its name on command lines, in forms and in the audit log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passage => "passage",
            Self::Address => "address",
            Self::Title => "title",
            Self::Picture => "picture",
            Self::PictureBytes => "picture-bytes",
            Self::Account => "account",
            Self::Times => "times",
            Self::Attribution => "attribution",
            Self::Findings => "findings",
            Self::Device => "device",
            Self::Notice => "notice",
            Self::Statement => "statement",
            Self::Gaps => "gaps",
            Self::Watched => "watched",
            Self::Kind => "kind",
            Self::Reasons => "reasons",
            Self::Rest => "rest",
        }
    }

    /// As a court reads it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Passage => "the passage (words on the page, or typed)",
            Self::Address => "the address of the page",
            Self::Title => "the title of the page",
            Self::Picture => "what is known of a picture (digests, sizes, look-ups, scores)",
            Self::PictureBytes => "the bytes of pictures, which no bundle opens",
            Self::Account => "the account name on the device",
            Self::Times => "the times of capture",
            Self::Attribution => "how it came about (typed, opened, shown)",
            Self::Findings => "the findings of the program",
            Self::Device => "the device's system and programs",
            Self::Notice => "the notice and the answer to it",
            Self::Statement => "what the supervised person wrote",
            Self::Gaps => "the causes of times not watched",
            Self::Watched => "the counts of watched time",
            Self::Kind => "the kind of record",
            Self::Reasons => "the officers' reasons, in their own words",
            Self::Rest => "other technical fields",
        }
    }

    /// The part that a record's field belongs to.
    #[must_use]
    pub fn of_field(name: &str) -> Self {
        let times = [
            "recorded_at",
            "clock_in_doubt",
            "body.captured.observed_at",
            "body.captured.fact.used_at",
            "body.notice.shown_at",
        ];
        let ends = ["body.gap.from", "body.gap.until", "body.liveness.from", "body.liveness.until"];
        match name {
            name if times.contains(&name) || ends.contains(&name) => Self::Times,
            "body.kind" | "body.captured.fact.kind" => Self::Kind,
            "body.captured.fact.text" | "body.captured.fact.cut" => Self::Passage,
            // A conversation is words, and names of who wrote them; what was typed before a search is words too.
            "body.captured.fact.messages" | "body.captured.fact.earlier" | "body.captured.fact.channel" => {
                Self::Passage
            }
            // So is a name that was used.
            "body.captured.fact.search.typed" | "body.captured.fact.called" => Self::Passage,
            // What a list of sites says of an address names the address.
            "body.captured.fact.url" | "body.captured.fact.address" | "body.captured.listed" => Self::Address,
            "body.captured.fact.title" => Self::Title,
            PICTURE_CONTENT => Self::PictureBytes,
            // Of a picture of a window: which finding it is of, and why there is none.
            "body.captured.finding" => Self::Kind,
            "body.captured.without" | "body.captured.detail" => Self::Picture,
            "body.captured.after_ms" => Self::Times,
            // Earlier pictures of the site name it.
            "body.captured.picture.earlier" => Self::Address,
            name if name.starts_with("body.captured.picture") || PICTURE_FACTS.contains(&name) => {
                Self::Picture
            }
            "body.captured.account" | "body.enrolment.account" => Self::Account,
            "body.captured.source" | "body.captured.fact.field" => Self::Attribution,
            "body.captured.fact.window" | "body.captured.fact.how" | "body.captured.fact.typed" => {
                Self::Attribution
            }
            name if name.starts_with("body.captured.fact.search.") => Self::Attribution,
            name if name.starts_with("body.captured.attribution.") => Self::Attribution,
            // Names of what runs on the device, and what tells one from another.
            "body.captured.fact.what" | "body.captured.fact.name" | "body.captured.fact.detail" => {
                Self::Device
            }
            "body.captured.fact.browser" | "body.captured.fact.component" | "body.captured.fact.state" => {
                Self::Device
            }
            name if name.starts_with("body.generated.") => Self::Findings,
            name if name.starts_with("body.enrolment.") => Self::Device,
            name if name.starts_with("body.notice.") => Self::Notice,
            name if name.starts_with("body.statement.") || name.starts_with("body.request.") => {
                Self::Statement
            }
            "body.other_adult.from" | "body.other_adult.until" | "body.other_adult.at" => Self::Times,
            name if name.starts_with("body.gap.") || name.starts_with("body.other_adult.") => Self::Gaps,
            name if name.starts_with("body.liveness.") => Self::Watched,
            _ => Self::Rest,
        }
    }

    /// Whether a finding quotes this part, so that leaving it out leaves out findings too.
    #[must_use]
    pub fn is_quoted_by_findings(self) -> bool {
        matches!(
            self,
            Self::Passage
                | Self::Address
                | Self::Title
                | Self::Picture
                | Self::Times
                | Self::Attribution
                | Self::Device
        )
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no part \"{0}\"; choose from {names}", names = Part::ALL.map(Part::as_str).join(", "))]
pub struct UnknownPart(String);

impl FromStr for Part {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        Self::ALL.into_iter().find(|part| part.as_str() == text).ok_or_else(|| UnknownPart(text.to_owned()))
    }
}

/// What a bundle shows of the records that it opens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Shown {
    /// Every part.
    #[default]
    Everything,
    /// These parts and no other.
    Only(BTreeSet<Part>),
    /// Every part but these, and but findings where they quote one of these.
    AllBut(BTreeSet<Part>),
}

impl Shown {
    /// Whether this part is left out.
    #[must_use]
    pub fn leaves_out(&self, part: Part) -> bool {
        match self {
            Self::Everything => false,
            Self::Only(open) => !open.contains(&part),
            Self::AllBut(closed) => {
                let quoting =
                    part == Part::Findings && closed.iter().any(|part| part.is_quoted_by_findings());
                quoting || closed.contains(&part)
            }
        }
    }
}

/// As the audit log keeps it: `open:passage,times`, `left-out:account`; empty where everything is shown.
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, parts) = match self {
            Self::Everything => return Ok(()),
            Self::Only(parts) => ("open", parts.clone()),
            Self::AllBut(_) => {
                ("left-out", Part::ALL.into_iter().filter(|part| self.leaves_out(*part)).collect())
            }
        };
        let names: Vec<&str> = parts.into_iter().map(Part::as_str).collect();
        write!(f, "{word}:{}", names.join(","))
    }
}
