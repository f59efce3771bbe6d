//! A policy: an order compiled for a device. The force signs its exact bytes; a device obeys nothing else.

use serde::{Deserialize, Serialize};

use crate::hash::Digest;
use crate::ids::{CaseId, CaseKeyId, DeviceId, ForceId};
use crate::order::{AuthorityBasis, ConditionKind, Exceptions, OrderKind};
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
    /// Hosts and addresses of people on the shield list: dropped on the device and counted.
    #[serde(default)]
    pub shield: Vec<String>,
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
}

impl Policy {
    /// Every list of sites that a rule names, each once.
    #[must_use]
    pub fn site_lists(&self) -> Vec<&SiteListRef> {
        Self::lists_of(self.conditions.iter())
    }

    /// The same of the conditions that run at `at`.
    #[must_use]
    pub fn site_lists_at(&self, at: Timestamp) -> Vec<&SiteListRef> {
        Self::lists_of(self.in_force(at))
    }

    fn lists_of<'p>(conditions: impl Iterator<Item = &'p PolicyCondition>) -> Vec<&'p SiteListRef> {
        let mut all: Vec<&SiteListRef> = Vec::new();
        for rule in conditions.flat_map(|condition| &condition.rules) {
            let Rule::SiteLists { lists, lowered_by, .. } = rule else { continue };
            for list in lists.iter().chain(lowered_by) {
                if all.iter().all(|known| known.list.sha256 != list.list.sha256) {
                    all.push(list);
                }
            }
        }
        all
    }

    /// The conditions that run at `at`.
    pub fn in_force(&self, at: Timestamp) -> impl Iterator<Item = &PolicyCondition> {
        self.conditions.iter().filter(move |condition| condition.in_force(at))
    }

    /// What the agent may capture at `at`: only what a condition in force needs (invariant 1).
    #[must_use]
    pub fn capture_at(&self, at: Timestamp) -> Capture {
        let mut capture = Capture::default();
        for condition in self.in_force(at) {
            match condition.kind {
                ConditionKind::SexualisedChat | ConditionKind::SpecifiedWords => {
                    capture.pages = true;
                    capture.typed = true;
                    capture.messages = true;
                }
                ConditionKind::Pornography => capture.pages = true,
                ConditionKind::ProhibitedSearches => {
                    capture.addresses = true;
                    capture.searches = true;
                }
                ConditionKind::NoPrivateBrowsing => capture.private_windows = true,
                ConditionKind::MonitoringSoftware => capture.software = true,
            }
        }
        capture
    }
}

/// What may be captured right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// Addresses, titles and visible text of pages shown.
    pub pages: bool,
    /// Addresses of pages shown, without their text.
    pub addresses: bool,
    /// Text typed into any field that may be captured.
    pub typed: bool,
    /// Text typed into search fields only.
    pub searches: bool,
    /// Conversations on pages shown, message by message.
    #[serde(default)]
    pub messages: bool,
    /// That a private window is open.
    pub private_windows: bool,
    /// The state of the monitoring software.
    pub software: bool,
}

impl Capture {
    /// What both name.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            pages: self.pages && other.pages,
            addresses: self.addresses && other.addresses,
            typed: self.typed && other.typed,
            searches: self.searches && other.searches,
            messages: self.messages && other.messages,
            private_windows: self.private_windows && other.private_windows,
            software: self.software && other.software,
        }
    }

    /// Whether nothing may be captured.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
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
    /// A state: a private window, or monitoring software switched off.
    State {
        /// For example `state/private-window`.
        id: String,
        /// For example `private-window`.
        category: String,
        /// Where the rule comes from.
        pack: PackRef,
    },
}

/// A word or phrase and its weight.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// As a careful reader would write it.
    pub text: String,
    /// 1 to 1000; a rule's threshold is reached by one strong term or several weak ones.
    pub weight_permille: u16,
    /// Which pack of the rule it comes from: 0 for `pack`, n for the n-th of `more_packs`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pack: u16,
    /// Whether it also counts within a longer word, as a compound or a script with attached articles needs.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inside_words: bool,
    /// Index of its context among the rule's `contexts`; without one it counts wherever it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
}

/// What must or must not stand near a term for it to count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermContext {
    /// How many words away still is near; 1 is the next word.
    pub within_words: u16,
    /// The term counts only where one of these stands near; anywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The term does not count where one of these stands near.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u16) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A list of sites by name, version and hash. It is too big for a policy: a device fetches the file and checks it against the
/// hash before use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteListRef {
    /// Name, version and SHA-256 of the file.
    pub list: PackRef,
    /// The category that the force gave it, for example `pornography` or `sexual_education`.
    pub category: String,
    /// Whether it is known to hold ordinary sites too, so that an explanation says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub coarse: bool,
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
