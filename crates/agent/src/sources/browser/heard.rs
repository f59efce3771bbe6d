//! What a frame of an extension, or of the helper in the person's session, says once it is whole and checked.

use proviso_model::native::{PictureShown, PictureWithout};
use proviso_model::observation::ProgramText;
use proviso_model::{Attribution, Fact, HistoryReading, InputCounts, Machine, Source, Timestamp};

use super::presence::Greeting;

/// What a frame says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A greeting in a protocol that both speak.
    Greeting(Greeting),
    /// The helper's greeting in a protocol that both speak, with the name of its run.
    Helper(String),
    /// What one of the helper's sources can see.
    Sight {
        /// Which.
        source: Source,
        /// Why it cannot see.
        cannot: Option<String>,
    },
    /// What it counted of input so far.
    Input {
        /// How much.
        counts: InputCounts,
        /// Why it cannot.
        cannot: Option<String>,
    },
    /// What arrived and could not be told of.
    Missed {
        /// Its number.
        n: u64,
        /// Which source.
        source: Source,
        /// How many.
        count: u64,
        /// Why.
        why: PictureWithout,
    },
    /// A greeting without one; the connection ends after the answer.
    Mismatch {
        /// Lowest spoken by the extension.
        protocol_min: u32,
        /// Highest.
        protocol_max: u32,
    },
    /// A whole observation.
    Observation {
        /// Its number.
        n: u64,
        /// When, by the browser's clock.
        observed_at: Timestamp,
        /// How it came about.
        attribution: Attribution,
        /// The fact.
        fact: Box<Fact>,
    },
    /// Text in a window of another program.
    Text {
        /// Its number.
        n: u64,
        /// When, by the session's clock.
        observed_at: Timestamp,
        /// How it came about.
        attribution: Attribution,
        /// The process whose window it is.
        process: u32,
        /// Whether a field that is never read stands in that window with something in it.
        secret_field: Option<bool>,
        /// The text.
        text: Box<ProgramText>,
    },
    /// A reading of a browser's history.
    History {
        /// Its number.
        n: u64,
        /// When, by the session's clock.
        observed_at: Timestamp,
        /// The browser's name.
        browser: String,
        /// The profile's folder, from the account's home on.
        profile: String,
        /// The reading; nothing where the profile is no longer there.
        reading: Option<Box<HistoryReading>>,
    },
    /// Proxies that the person's own settings set.
    Proxies {
        /// Its number.
        n: u64,
        /// The proxies.
        proxies: Vec<Machine>,
    },
    /// A whole picture.
    Picture {
        /// Its number.
        n: u64,
        /// When, by the browser's clock.
        observed_at: Timestamp,
        /// How it came about.
        attribution: Attribution,
        /// What was shown.
        shown: Box<PictureShown>,
        /// Its bytes; `shown` says why where there are none.
        bytes: Option<Vec<u8>>,
    },
    /// One that can never be taken.
    Refused {
        /// Its number.
        n: u64,
        /// Why, in plain words.
        reason: String,
    },
    /// A pulse, or a piece of an observation that is not whole yet.
    Alive,
}
