//! A picture of the window in which a finding about text was raised: what stood around the words. It is a captured fact beside the finding's
//! record, is looked at for no new finding, and counts as none (`docs/decisions/0040-picture-of-the-window.md`).

use serde::{Deserialize, Serialize};

use crate::hash::{Digest, PdqHash};
use crate::observation::PictureWindow;
use crate::time::Timestamp;

/// What became of the one picture for a finding. Its fields bear the names of a picture's, so that programs of before there was this kind
/// of record keep the bytes closed as they do with every picture (invariant 14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextPicture {
    /// Hash of the record with the finding.
    pub finding: Digest,
    /// When the picture was taken, or it was known that none could be.
    pub observed_at: Timestamp,
    /// Milliseconds from then on when the text had been read.
    pub after_ms: u64,
    /// The window; absent where there is no picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<ContextWindow>,
    /// The picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<ContextPixels>,
    /// Why there is no picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<WithoutContext>,
    /// What the system said to that; empty for most.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// The window that was in front.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextWindow {
    /// Its title.
    pub title: String,
    /// Its program and size.
    pub window: PictureWindow,
}

/// Pixels of a window as the agent made a file of them. There is no file of the program's, so no list has its digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextPixels {
    /// Width of the picture, pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Width of the part of the window that was on the screen and that no other window covered, pixels.
    pub shown_width: u32,
    /// Its height.
    pub shown_height: u32,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// How many bytes.
    pub bytes: u64,
    /// Hash of how it looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdq: Option<PdqHash>,
    /// How much there is to see in it, 0 to 100.
    #[serde(default)]
    pub pdq_quality: u8,
    /// The bytes, a JPEG file, in base64.
    pub content: String,
}

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutContext {
    /// A window of another program was in front.
    AnotherWindow,
    /// The window's title was another, so it may have shown something else.
    AnotherTitle,
    /// No window was in front that may be read: a dialogue, a program that is never read, a covered window, a dark screen.
    NotReadable,
    /// A field that is never read stood in the window with something in it.
    SecretField,
    /// Whether such a field stood in the window was not known.
    FieldsUnknown,
    /// The display lets no program look into another's windows, or cannot be reached; the detail says why.
    Unseen,
    /// It had more bytes than are kept.
    TooLarge,
    /// It could not be taken in time.
    TooLate,
}

impl WithoutContext {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::AnotherWindow,
        Self::AnotherTitle,
        Self::NotReadable,
        Self::SecretField,
        Self::FieldsUnknown,
        Self::Unseen,
        Self::TooLarge,
        Self::TooLate,
    ];

    /// For a person to read.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::AnotherWindow => "another window was in front by then",
            Self::AnotherTitle => "the window had another title by then, so it may have shown something else",
            Self::NotReadable => {
                "no window was in front that may be read: windows that ask for or keep passwords, dialogues and covered windows never are"
            }
            Self::SecretField => {
                "a field that is never read, such as one for a password, stood in the window with something in it"
            }
            Self::FieldsUnknown => {
                "whether a field that is never read, such as one for a password, stood in the window was not known"
            }
            Self::Unseen => "the device’s screen could not be looked at",
            Self::TooLarge => "it had more bytes than are kept",
            Self::TooLate => "it could not be taken within seconds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ContextPicture, ContextPixels, ContextWindow, WithoutContext};
    use crate::hash::Digest;
    use crate::record::{RecordBody, RecordContent};
    use crate::time::Timestamp;

    fn record(captured: ContextPicture) -> RecordContent {
        let body = RecordBody::ContextPicture { captured };
        RecordContent {
            recorded_at: Timestamp::from_micros(1_700_000_000_000_000),
            clock_in_doubt: false,
            last_checkpoint: None,
            body,
        }
    }

    #[test]
    fn the_bytes_stand_in_the_field_that_no_bundle_has_ever_opened_and_a_record_without_says_why() {
        let none = ContextPicture {
            finding: Digest([7; 32]),
            observed_at: Timestamp::from_micros(1_700_000_000_000_000),
            after_ms: 120,
            fact: None,
            picture: None,
            without: Some(WithoutContext::AnotherWindow),
            detail: String::new(),
        };
        let pixels = ContextPixels { content: "AAAA".to_owned(), ..ContextPixels::default() };
        let with = ContextPicture {
            fact: Some(ContextWindow::default()),
            picture: Some(pixels),
            without: None,
            ..none.clone()
        };
        for (captured, name, text) in [
            (with, "body.captured.picture.content", "\"AAAA\""),
            (none, "body.captured.without", "\"another-window\""),
        ] {
            let content = record(captured);
            let fields = content.to_fields().expect("fields");
            assert_eq!(fields.get(name).map(String::as_str), Some(text));
            assert_eq!(fields["body.kind"], "\"context-picture\"");
            let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            assert_eq!(RecordContent::from_fields(pairs).expect("a record"), content);
        }
    }
}
