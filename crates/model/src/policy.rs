//! A policy: an order compiled for a device. The force signs its exact bytes; a device obeys nothing else.

mod capture;
mod contact;
mod lists;
mod machine;
mod pause;
mod term;
mod trial;

use serde::{Deserialize, Serialize};

pub use capture::Capture;
pub use contact::ContactFingerprints;
pub use lists::{HashSetRef, SiteListRef};
pub use machine::MachineThing;
pub use pause::Pause;
pub use term::{Term, TermContext};
pub use trial::{Trial, TrialCount};

use crate::hash::Digest;
use crate::ids::{CaseId, CaseKeyId, DeviceId, ForceId};
use crate::order::{AuthorityBasis, ConditionKind, Exceptions, OrderKind};
use crate::other_adult::OtherAdult;
use crate::privilege::PrivilegeRule;
use crate::setting::{Against, Alone, Beside, ContextRule, MinorRule, WordingRule};
use crate::stages::StageFacts;
use crate::time::Timestamp;

/// Version of the policy format that this build writes.
pub const POLICY_FORMAT: u32 = 1;

/// An order compiled for one device. Serialised once as JSON; those bytes are signed, hashed and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// [`POLICY_FORMAT`].
    pub format: u32,
    /// Rises with every policy for this device; an older one is refused.
    pub serial: u64,
    /// Whose order it is.
    pub force: ForceId,
    /// The case.
    pub case: CaseId,
    /// The device it is for.
    pub device: DeviceId,
    /// When it was compiled.
    pub issued_at: Timestamp,
    /// Capture stops at this instant at the latest, also offline: the end of the last condition.
    pub expires_at: Timestamp,
    /// The order's reference.
    pub order_reference: String,
    /// The order's kind.
    pub order_kind: OrderKind,
    /// The order's time zone, for showing dates to the person.
    pub timezone: String,
    /// What allows monitoring.
    pub authority: PolicyAuthority,
    /// Semantics of the engine that it was compiled for.
    pub engine_semantics: u32,
    /// Which key records are sealed to.
    pub case_key: CaseKeyRef,
    /// The conditions.
    pub conditions: Vec<PolicyCondition>,
    /// Innocent settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<ContextRule>,
    /// How references to children are found, where a condition's findings are read together with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor: Option<Box<MinorRule>>,
    /// How text between somebody and a lawyer is recognised; nothing where absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub privilege: Vec<PrivilegeRule>,
    /// Hosts and addresses of people on the shield list: dropped on the device and counted.
    #[serde(default)]
    pub shield: Vec<String>,
    /// When nothing may be captured on this device, because of what an officer entered about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// That another adult may use the account for a while. Absent where nobody is approved, so that older agents read such a
    /// policy; one that has it they refuse, and obey the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_adult: Option<OtherAdult>,
    /// Words that are tried out, counting only. Absent where none are, as with `other_adult`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Box<Trial>>,
}

/// What allows monitoring, as shown in the notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyAuthority {
    /// Paragraph or consent.
    pub basis: AuthorityBasis,
    /// The paragraph, where it is one.
    pub paragraph: Option<String>,
    /// The force's recorded legal basis.
    pub legal_basis: String,
}

/// The public half of a case key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseKeyRef {
    /// Its id.
    pub id: CaseKeyId,
    /// Its public key, hexadecimal (X-Wing, 1216 bytes).
    pub public: String,
}

/// Rules about browsers' histories: entries that somebody removed, and a browser that keeps none by its settings.
pub const HISTORY_RULES: [&str; 2] = ["state/history-deleted", "state/history-not-kept"];

/// One condition, with the window in which it runs and the rules that serve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyCondition {
    /// Number in the order.
    pub paragraph: String,
    /// The court's words.
    pub text: String,
    /// Kind.
    pub kind: ConditionKind,
    /// First instant at which it runs.
    pub valid_from: Timestamp,
    /// First instant at which it no longer runs.
    pub valid_until: Timestamp,
    /// Rules.
    pub rules: Vec<Rule>,
    /// Carve-outs.
    #[serde(default)]
    pub except: Exceptions,
    /// Doubts that its wording raises.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wording: Vec<WordingRule>,
}

impl PolicyCondition {
    /// Whether it runs at `at`.
    #[must_use]
    pub fn in_force(&self, at: Timestamp) -> bool {
        self.valid_from <= at && at < self.valid_until
    }

    /// Whether any of its rules is about pictures: without one no picture is captured for it.
    #[must_use]
    pub fn reads_pictures(&self) -> bool {
        let is_of_pictures = |rule: &Rule| matches!(rule, Rule::HashSets { .. } | Rule::PictureScore { .. });
        self.rules.iter().any(is_of_pictures)
    }

    /// Whether any of its rules is about browsers' histories: without one none is read for it.
    #[must_use]
    pub fn reads_histories(&self) -> bool {
        let is_of_histories =
            |rule: &Rule| matches!(rule, Rule::State { id, .. } if HISTORY_RULES.contains(&id.as_str()));
        self.rules.iter().any(is_of_histories)
    }
}

impl Policy {
    /// The conditions that run at `at`; none during a pause.
    pub fn in_force(&self, at: Timestamp) -> impl Iterator<Item = &PolicyCondition> {
        let is_paused = self.paused_at(at).is_some();
        self.asked_at(at).filter(move |_| !is_paused)
    }

    /// The conditions that run at `at`, also where a pause keeps them from being watched on this device.
    pub fn asked_at(&self, at: Timestamp) -> impl Iterator<Item = &PolicyCondition> {
        self.conditions.iter().filter(move |condition| condition.in_force(at))
    }
}

/// A machine test that serves a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Rule {
    /// Words: speaks when the weights of distinct terms found reach `threshold_permille`.
    Words {
        /// For example `words/sexual`.
        id: String,
        /// For example `sexual`.
        category: String,
        /// Where the terms come from that name no other pack.
        pack: PackRef,
        /// Further packs: a term's `pack` is 1 for the first of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        more_packs: Vec<PackRef>,
        /// Whether it reads search queries only.
        queries_only: bool,
        /// Sum of weights at which it speaks.
        threshold_permille: u16,
        /// Sum of weights at which it speaks of a search query alone: queries are short. Where it is given, a page of results
        /// is judged by its query only, for what is shown there are somebody else's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query_threshold_permille: Option<u16>,
        /// What must or must not stand near a term, for the terms that name one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        contexts: Vec<TermContext>,
        /// The terms.
        terms: Vec<Term>,
    },
    /// Sites: speaks when a page of a listed host is shown.
    Sites {
        /// For example `sites/pornography`.
        id: String,
        /// For example `pornography`.
        category: String,
        /// Where the list comes from.
        pack: PackRef,
        /// Host names; sub-domains are included, public suffixes are refused at compile time.
        hosts: Vec<String>,
    },
    /// A conversation: speaks when its messages, read as stages over time, reach `threshold_permille`.
    Conversation {
        /// For example `conversation/grooming`.
        id: String,
        /// For example `grooming`.
        category: String,
        /// Where the stages come from.
        pack: PackRef,
        /// Strength at which it speaks.
        threshold_permille: u16,
        /// The stages.
        stages: Box<StageFacts>,
    },
    /// Lists of sites that the force imports: speaks when the look-up recorded with a page found an entry.
    SiteLists {
        /// For example `sites/lists`.
        id: String,
        /// For example `pornography`.
        category: String,
        /// The first of the lists, as for every rule.
        pack: PackRef,
        /// The lists, in the order in which they are named.
        lists: Vec<SiteListRef>,
        /// Lists whose entries lower what the others say, such as sex education and sites of mixed content.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lowered_by: Vec<SiteListRef>,
    },
    /// A score: speaks when enough passages reach a chance that a linear model gives them, read with key words.
    Score {
        /// For example `score/sexual`.
        id: String,
        /// For example `sexual`.
        category: String,
        /// Where the threshold comes from.
        pack: PackRef,
        /// The model, by name, version and SHA-256 of its weights; an engine without exactly it refuses the policy.
        model: PackRef,
        /// Rule of words of the same condition whose strength in a passage the model takes in.
        keywords: String,
        /// Rule of words of the same condition of which a passage must show something too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<Beside>,
        /// Sum of weights of key words at which their strength is half, as the model was trained.
        keywords_permille: u16,
        /// Chance at which a passage counts, permille.
        threshold_permille: u16,
        /// Passages that must count.
        passages_min: u16,
        /// Words, numbers and signs that a passage has at least: fewer rest on too little.
        tokens_min: u16,
        /// From which chance it speaks without listed words; from the same where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alone: Option<Alone>,
        /// When it speaks against the words of its category; never where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        against: Option<Box<Against>>,
    },
    /// Hash sets that the force imports: speaks when a look-up recorded with a picture found an entry.
    HashSets {
        /// For example `pictures/listed`.
        id: String,
        /// For example `pornography`.
        category: String,
        /// The first of the sets, as for every rule.
        pack: PackRef,
        /// The sets, in the order in which they are named.
        sets: Vec<HashSetRef>,
    },
    /// What a model of pictures says: speaks when two models agree, or when enough different pictures of one site, each at the
    /// threshold, were shown within a time. One picture and one model are never enough.
    PictureScore {
        /// For example `pictures/explicit`.
        id: String,
        /// For example `pornography`.
        category: String,
        /// Where the thresholds come from.
        pack: PackRef,
        /// The model, by name, version and SHA-256 of its file.
        model: PackRef,
        /// The model whose agreement is enough; none when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        second: Option<PackRef>,
        /// Score at which a picture counts towards `pictures_min`.
        threshold_permille: u16,
        /// Score that both models must reach to speak of one picture.
        together_permille: u16,
        /// Different pictures that must count.
        pictures_min: u16,
        /// Minutes within which they were shown.
        within_minutes: u16,
    },
    /// Something of the device itself: speaks when it is on the list and not among what the order declares.
    Machine {
        /// For example `machine/hidden-connection`.
        id: String,
        /// For example `hidden-connection`.
        category: String,
        /// Where the list comes from.
        pack: PackRef,
        /// The list.
        things: Vec<MachineThing>,
        /// What the order declares and so allows: names or serial numbers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        declared: Vec<String>,
    },
    /// Names that were declared: speaks of any other under which something was done on a page, once the days to declare it have
    /// run out.
    Names {
        /// For example `names/declared`.
        id: String,
        /// For example `undeclared-name`.
        category: String,
        /// Where the list comes from; fingerprints are made with its hash.
        pack: PackRef,
        /// Fingerprints of the declared names, sorted: the list is sensitive, and need only be compared with.
        declared: Vec<Digest>,
        /// Days within which a name may be declared; 0 where the order gives none.
        within_days: u16,
    },
    /// People with whom contact is prohibited: speaks of a conversation or a page that one of their accounts is of, and of a message
    /// to one of their addresses.
    Contacts {
        /// For example `contact/listed`.
        id: String,
        /// For example `listed-contact`.
        category: String,
        /// Where the list comes from; fingerprints are made with its hash.
        pack: PackRef,
        /// The people, in the order's own order.
        contacts: Vec<ContactFingerprints>,
    },
    /// A state: a private window, monitoring software switched off, or a browser's history that shrinks or is not kept.
    State {
        /// For example `state/private-window`.
        id: String,
        /// For example `private-window`.
        category: String,
        /// Where the rule comes from.
        pack: PackRef,
    },
}

/// A pack by name, version and hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackRef {
    /// Name; `order` for what the order itself names.
    pub name: String,
    /// Version.
    pub version: String,
    /// SHA-256 of the pack file's bytes (of the order's words for `order`).
    pub sha256: Digest,
}
