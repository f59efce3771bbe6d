//! What the engine says of an observation: a machine's opinion, tied to a paragraph, a rule and versions.

use serde::{Deserialize, Serialize};

use crate::hash::Digest;
use crate::judgement::{
    InnocentContext, MinorReference, ModelAgainst, ModelScore, PictureOpinion, WordingDoubt,
};
use crate::observation::Act;
use crate::order::ConditionKind;
use crate::policy::PackRef;
use crate::privilege::SuspectedPrivilege;
use crate::time::Timestamp;

/// One machine opinion: this observation may meet this paragraph, for this reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The caller's mark of the observation, echoed by `proviso-agent evaluate`; never sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Number of the paragraph in the order.
    pub paragraph: String,
    /// Kind of the condition.
    pub condition: ConditionKind,
    /// The rule that spoke, for example `words/sexual`.
    pub rule: String,
    /// What the rule is about, for example `sexual`.
    pub category: String,
    /// The pack that it rests on, by version and hash; `order` for words the order itself names.
    pub pack: PackRef,
    /// Further packs whose words were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_packs: Vec<PackRef>,
    /// When the observation was made.
    pub observed_at: Timestamp,
    /// What brought it about.
    pub act: Act,
    /// How strongly the rule spoke, 0 to 1000. Not a probability unless the rule's card says so.
    pub strength_permille: u16,
    /// What the rule rests on, in bytes of the original text.
    pub spans: Vec<Span>,
    /// Spans beyond the limit, counted and not kept.
    #[serde(default)]
    pub spans_left_out: u32,
    /// What a model adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<ModelScore>,
    /// What a model takes off, where it reads the words' passages as something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<ModelAgainst>,
    /// What it says of a picture, where the fact is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Box<PictureOpinion>>,
    /// A child or an age spoken of in the same passage: such a finding comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor_reference: Option<MinorReference>,
    /// Innocent settings, with what each took off the strength.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<InnocentContext>,
    /// Why what it rests on may be privileged: such a finding waits for an independent reviewer before an officer sees any of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privilege: Option<Box<SuspectedPrivilege>>,
    /// Where the paragraph's literal and technical meanings differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wording_doubt: Vec<WordingDoubt>,
    /// One plain paragraph made from the data above.
    pub explanation: String,
    /// Version of the engine.
    pub engine: String,
    /// Replay is possible only between equal semantics.
    pub engine_semantics: u32,
    /// The policy in force.
    pub policy: Digest,
}

impl Finding {
    /// All captured text that it names: what the rule rests on, references to children, innocent settings, signs of privilege.
    pub fn all_spans(&self) -> impl Iterator<Item = &Span> {
        let minor = self.minor_reference.iter().flat_map(|minor| &minor.spans);
        let contexts = self.contexts.iter().flat_map(|context| &context.spans);
        let privilege = self.privilege.iter().flat_map(|privilege| &privilege.spans);
        self.spans.iter().chain(minor).chain(contexts).chain(privilege)
    }
}

/// A stretch of original text that a rule rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Which text.
    pub field: TextField,
    /// First byte in the original text.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// The rule.
    pub rule: String,
    /// Its category.
    pub category: String,
    /// The original characters.
    pub text: String,
    /// Number of the message that it lies in; absent outside conversations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<u32>,
}

/// Which text of an observation a span lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextField {
    /// The address.
    Url,
    /// The title.
    Title,
    /// The visible text.
    Text,
    /// The search query taken from the address (offsets are into the decoded query).
    Query,
    /// Typed text.
    Typed,
    /// A message of a conversation (offsets are within the message).
    Message,
}
