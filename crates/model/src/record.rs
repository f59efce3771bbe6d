//! What a device seals: the content of a record, and its flattening into named fields that can be opened one by one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::context_picture::ContextPicture;
use crate::contradiction::LogContradiction;
use crate::data_request::DataRequest;
use crate::finding::Finding;
use crate::gap::Gap;
use crate::hash::Digest;
use crate::observation::{Observation, Source};
use crate::other_adult::OtherAdultTold;
use crate::policy::{Capture, TrialCount};
use crate::statement::Statement;
use crate::time::Timestamp;

/// The content of one record. Captured facts and generated opinions are separate members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordContent {
    /// When the device wrote it, by its corrected clock.
    pub recorded_at: Timestamp,
    /// What this record tells of was timed while the device's clock had moved in a way that nothing confirmed, so its times
    /// may be wrong. Absent when not so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clock_in_doubt: bool,
    /// Root hash of the last checkpoint that the device was given, chained in so that a log cannot be rewritten unseen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_checkpoint: Option<Digest>,
    /// What it says.
    pub body: RecordBody,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RecordBody {
    /// An observation cut to the passages used, and what the engine said of it.
    Finding {
        /// The captured fact.
        captured: Observation,
        /// The generated opinions: exactly `evaluate(policy, captured)`.
        generated: Generated,
    },
    /// A picture of the window in which a finding about text was raised, or why there is none. Nothing is evaluated of it.
    ContextPicture {
        /// The captured fact.
        captured: ContextPicture,
    },
    /// A gap that has ended, or one that has begun (`until` absent).
    Gap {
        /// The gap.
        gap: Gap,
    },
    /// A stretch of time that was watched, with counts only.
    Liveness {
        /// The stretch.
        liveness: Liveness,
    },
    /// The notice was shown, and what was said to it.
    Notice {
        /// What happened.
        notice: Notice,
    },
    /// What the supervised person wrote.
    Statement {
        /// The statement.
        statement: Statement,
    },
    /// What the supervised person asks about their data.
    DataRequest {
        /// The request.
        request: DataRequest,
    },
    /// What is known of another adult's use of the account, beside its gap.
    OtherAdult {
        /// What happened.
        other_adult: OtherAdultTold,
    },
    /// The first record of a device.
    Enrolment {
        /// What was enrolled.
        enrolment: EnrolmentFacts,
    },
    /// The server's log is not the one that the device was shown before.
    LogContradiction {
        /// Both signed states.
        contradiction: LogContradiction,
    },
}

impl RecordBody {
    /// The word for the kind, as stored in the clear.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Finding { .. } => "finding",
            Self::ContextPicture { .. } => "context-picture",
            Self::Gap { .. } => "gap",
            Self::Liveness { .. } => "liveness",
            Self::Notice { .. } => "notice",
            Self::Statement { .. } => "statement",
            Self::DataRequest { .. } => "data-request",
            Self::OtherAdult { .. } => "other-adult",
            Self::Enrolment { .. } => "enrolment",
            Self::LogContradiction { .. } => "log-contradiction",
        }
    }
}

impl RecordBody {
    /// When what it says of the person's use was observed or began; `None` where it says nothing of it.
    #[must_use]
    pub fn observed_at(&self) -> Option<Timestamp> {
        match self {
            Self::Finding { captured, .. } => Some(captured.observed_at),
            Self::ContextPicture { captured } => Some(captured.observed_at),
            Self::Gap { gap } => Some(gap.from),
            Self::Liveness { liveness } => Some(liveness.from),
            Self::Notice { notice } => Some(notice.shown_at),
            Self::OtherAdult { other_adult } => Some(other_adult.from()),
            // It is what the person says, not what was seen of them: no end of an order makes it unsaid.
            Self::Statement { .. } | Self::DataRequest { .. } => None,
            Self::Enrolment { .. } | Self::LogContradiction { .. } => None,
        }
    }
}

/// Generated opinions, kept apart from captured facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generated {
    /// In the engine's own order.
    pub findings: Vec<Finding>,
}

/// A stretch of watched time. Counts say how much was dropped, never what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Liveness {
    /// Start.
    pub from: Timestamp,
    /// End.
    pub until: Timestamp,
    /// What was being watched.
    pub capture: Capture,
    /// Sources that were working.
    pub sources: Vec<Source>,
    /// Observations evaluated.
    pub observed: u64,
    /// Of those, dropped because nothing matched.
    pub dropped: u64,
    /// Dropped because a contact is on the shield list.
    pub shielded: u64,
    /// Pictures looked at; they are among the observations.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pictures: u64,
    /// Of those, pictures that could not be decoded: only their digests were compared.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pictures_unreadable: u64,
    /// What words on trial would have said of it: counts alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<TrialCount>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The notice and the answer to it. An answer is recorded, never required.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// When it was shown.
    pub shown_at: Timestamp,
    /// Where: `terminal`, `browser`.
    pub shown_on: String,
    /// SHA-256 of the exact notice text.
    pub text_sha256: Digest,
    /// What was said to it.
    pub response: NoticeResponse,
    /// Who gave the answer, in the words of whoever recorded it, for example `the supervised person` or `officer 4412`.
    #[serde(default)]
    pub by: String,
}

/// An answer to the notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeResponse {
    /// Shown, nothing said.
    Shown,
    /// Acknowledged.
    Acknowledged,
    /// Refused; monitoring under the order goes on and the refusal is on record.
    Refused,
}

/// What was enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentFacts {
    /// Operating system and version.
    pub system: String,
    /// The supervised account on it.
    pub account: String,
    /// The agent's version.
    pub agent_version: String,
}

/// A field list that is not a record's content.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// Not JSON, or not the shape of a record.
    #[error("the record's fields do not form a record of a kind that this version knows: {0}")]
    Shape(#[from] serde_json::Error),
    /// A name that goes through another field's value.
    #[error("field \"{0}\" lies inside another field")]
    Nested(String),
}

/// Objects are opened down to this depth; below it a value is one field.
const DEPTH_MAX: usize = 4;

impl RecordContent {
    /// The content as named fields, sorted by name: `body.captured.fact.url` -> JSON text of its value.
    ///
    /// # Errors
    /// [`ContentError::Shape`] when a value cannot be written as JSON.
    pub fn to_fields(&self) -> Result<BTreeMap<String, String>, ContentError> {
        let mut fields = BTreeMap::new();
        flatten("", &serde_json::to_value(self)?, 0, &mut fields)?;
        Ok(fields)
    }

    /// The content that [`RecordContent::to_fields`] flattened.
    ///
    /// # Errors
    /// [`ContentError`] when the fields are not a record's.
    pub fn from_fields<'a>(
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ContentError> {
        let mut root = Map::new();
        for (name, text) in fields {
            let value: Value = serde_json::from_str(text)?;
            insert(&mut root, name, name, value)?;
        }
        Ok(serde_json::from_value(Value::Object(root))?)
    }
}

fn flatten(
    prefix: &str,
    value: &Value,
    depth: usize,
    fields: &mut BTreeMap<String, String>,
) -> Result<(), ContentError> {
    match value {
        Value::Object(members) if depth < DEPTH_MAX && !members.is_empty() => {
            for (name, member) in members {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&path, member, depth + 1, fields)?;
            }
        }
        leaf => {
            fields.insert(prefix.to_owned(), serde_json::to_string(leaf)?);
        }
    }
    Ok(())
}

fn insert(
    members: &mut Map<String, Value>,
    whole: &str,
    name: &str,
    value: Value,
) -> Result<(), ContentError> {
    let Some((head, rest)) = name.split_once('.') else {
        return match members.insert(name.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(ContentError::Nested(whole.to_owned())),
        };
    };
    let member = members.entry(head).or_insert_with(|| Value::Object(Map::new()));
    match member {
        Value::Object(inner) => insert(inner, whole, rest, value),
        _ => Err(ContentError::Nested(whole.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::{RecordBody, RecordContent};
    use crate::gap::{Gap, GapCause};
    use crate::observation::Source;
    use crate::time::Timestamp;

    #[test]
    fn fields_put_together_again_are_the_same_record() {
        let content = RecordContent {
            recorded_at: Timestamp::from_micros(1_700_000_000_000_000),
            clock_in_doubt: false,
            last_checkpoint: None,
            body: RecordBody::Gap {
                gap: Gap {
                    from: Timestamp::from_micros(1_699_999_000_000_000),
                    until: None,
                    source: Source::Browser,
                    cause: GapCause::ExtensionStopped,
                    detail: "a.b \"quoted\"".to_owned(),
                },
            },
        };
        let fields = content.to_fields().expect("fields");
        assert!(fields.contains_key("body.gap.cause"));
        let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        assert_eq!(RecordContent::from_fields(pairs).expect("a record"), content);
    }

    #[test]
    fn a_field_inside_another_field_is_refused() {
        let fields = [("body", "1"), ("body.gap", "2")];
        assert!(RecordContent::from_fields(fields).is_err());
    }
}
