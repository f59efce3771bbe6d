//! Suspected privilege: what of packs a policy carries to recognise it, and what a finding says of it. It raises nothing and drops
//! nothing: what is marked waits for an independent reviewer before an officer of the case sees any of it.

use serde::{Deserialize, Serialize};

use crate::finding::Span;
use crate::policy::PackRef;

/// How text between somebody and a lawyer is recognised. Signs of different kinds add up; of one kind only the heaviest counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivilegeRule {
    /// For example `lawyer`.
    pub name: String,
    /// For the reviewer: `it reads as between somebody and a lawyer`.
    pub reason: String,
    /// Where it comes from.
    pub pack: PackRef,
    /// Sum of weights that marks a message, typed text, text in another program, and a page of a mail site.
    pub needs_permille: u16,
    /// Sum of weights that marks any other page: what is published is not what somebody was told in confidence.
    pub page_needs_permille: u16,
    /// How far from what the finding rests on a sign in the text may stand, in bytes of the original.
    pub within_bytes: u32,
    /// Words and phrases.
    pub signs: Vec<PrivilegeSign>,
    /// Sites and addresses of such people.
    pub hosts: PrivilegeHosts,
}

/// Words of one kind and weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivilegeSign {
    /// Its kind: of one kind only the heaviest counts.
    pub kind: String,
    /// For the reviewer, after the words: `as letters of lawyers are headed`.
    pub says: String,
    /// Where it is looked for.
    pub look_in: LookIn,
    /// 1 to 1000.
    pub weight_permille: u16,
    /// The terms.
    pub terms: Vec<String>,
}

/// Where a sign is looked for. Titles, and names of files and windows, belong to both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LookIn {
    /// Near what the finding rests on.
    Text,
    /// Names of a conversation and of who writes in it.
    Names,
}

/// Host names that belong to such people, and those that only sound like it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivilegeHosts {
    /// Kind of sign that such a host is.
    pub kind: String,
    /// For the reviewer, after the host.
    pub says: String,
    /// 1 to 1000.
    pub weight_permille: u16,
    /// A part of a host between dots that holds one of these, in lower case, belongs to such people.
    pub holds: Vec<String>,
    /// A host that ends so, with the dot, belongs to such people.
    pub ends: Vec<String>,
    /// Mail sites: their pages are read as messages. Sub-domains are included.
    pub mail: Vec<String>,
    /// A host that begins with one of these, with the dot, is a mail site.
    pub mail_begins: Vec<String>,
    /// Courts, news, law schools, registers: their pages are never marked, and their hosts are no sign. Sub-domains are included.
    pub published: Vec<String>,
    /// A host that ends so, with the dot, publishes too.
    pub published_ends: Vec<String>,
}

/// What a finding says of suspected privilege: a machine's opinion, for an independent reviewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspectedPrivilege {
    /// The rule, for example `lawyer`.
    pub rule: String,
    /// Where it comes from.
    pub pack: PackRef,
    /// In plain words, with the words that it rests on.
    pub reason: String,
    /// What it rests on in the text and title, of each kind of sign the first of the heaviest.
    pub spans: Vec<Span>,
    /// Numbers of the messages that it rests on, by their text or by who writes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<u32>,
}
