//! Reading the audit log, newest entries first, all of it or what is looked for.

use std::collections::BTreeSet;

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_store::{AuditRow, AuditSearch};

use super::acts::ActKind;
use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::who::Who;
use crate::app::AppContext;
use crate::app::conflicts;
use crate::keys::case::Purpose;

/// Entries on one page.
pub const PAGE_ENTRIES: u32 = 50;
/// Bytes of an id, or of an actor, that a reader may look for.
const WORD_BYTES_MAX: usize = 128;

/// An entry as a reader sees it.
#[derive(Debug, Clone)]
pub struct ShownEntry {
    /// As kept.
    pub row: AuditRow,
    /// The name of who acted.
    pub who: String,
    /// What it is in the words of the statute.
    pub kind: ActKind,
    /// Why, in the officer's words or by their task.
    pub reason: Reason,
}

/// Why an act was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// None was asked.
    NotAsked,
    /// In words.
    Said(String),
    /// Kept sealed: it belongs to another page, or the case's key was destroyed.
    Sealed,
}

/// What stands in the place of an act on a case whose person the reader knows, or that is under another supervisor.
const WITHHELD: &str = "withheld-from-reader";

/// One page of the log.
#[derive(Debug, Clone)]
pub struct LogPage {
    /// Newest first.
    pub entries: Vec<ShownEntry>,
    /// The newest entry's number in the whole log.
    pub last_seq: u64,
    /// Whether each entry of this page names the hash of the one before it; `None` where a search leaves entries out.
    pub chained: Option<bool>,
    /// Whether there are older ones.
    pub has_older: bool,
}

/// What a reader looks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looked {
    /// As in the log: `officer:ID`, `command-line`, `worker`.
    pub actor: Option<String>,
    /// Acts of this kind.
    pub kind: Option<ActKind>,
    /// This act.
    pub act: Option<String>,
    /// The id of a case, or of anything that an act concerned.
    pub about: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

impl Looked {
    /// As the log keeps what was looked for: ids and words of this program only.
    fn in_log(&self) -> String {
        let kind = self.kind.map(|kind| kind.as_str().to_owned());
        let said = [
            ("actor", self.actor.clone()),
            ("kind", kind),
            ("act", self.act.clone()),
            ("about", self.about.clone()),
            ("from", self.from.map(|at| at.to_string())),
            ("until", self.until.map(|at| at.to_string())),
        ];
        let said = said.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        said.collect::<Vec<_>>().join(" ")
    }

    async fn search(&self, ctx: &AppContext, before_seq: Option<u64>) -> Result<AuditSearch, ActError> {
        let mut case: Option<CaseId> = self.about.as_deref().and_then(|about| about.parse().ok());
        if let Some(id) = case {
            case = ctx.store.case_get(id).await?.map(|row| row.id);
        }
        let acts = match (&self.act, self.kind) {
            (Some(act), _) => vec![act.clone()],
            (None, Some(kind)) => kind.acts().map(str::to_owned).collect(),
            (None, None) => Vec::new(),
        };
        let object = self.about.clone().filter(|_| case.is_none());
        let (from, until, actor) = (self.from, self.until, self.actor.clone());
        Ok(AuditSearch { case, actor, acts, object, from, until, before_seq })
    }
}

/// The cases of which a reader sees no entries. Auditors and administrators read the whole log, a supervisor that of the cases under them and of
/// those destroyed; nobody that of a person whom they know.
async fn hidden(ctx: &AppContext, who: &Who) -> Result<BTreeSet<CaseId>, ActError> {
    let mut hidden: BTreeSet<_> = conflicts::barred_for(ctx, who.id).await?.into_iter().collect();
    if who.sees_others() {
        hidden.extend(ctx.store.case_hidden_list(who.id, ctx.now()).await?);
    }
    Ok(hidden)
}

/// The page of the log, or of what is looked for, whose newest entry stands before `before_seq`, or the newest page. Reading the
/// log is logged too, with what was looked for, once per visit to its first page, so that paging does not fill it.
///
/// # Errors
/// [`ActError::Conflict`] for what is no id; [`ActError`].
pub async fn page(
    ctx: &AppContext,
    who: &Who,
    looked: &Looked,
    before_seq: Option<u64>,
) -> Result<LogPage, ActError> {
    who.require(Action::ReadAudit)?;
    let is_word = |word: &String| word.len() <= WORD_BYTES_MAX && word.chars().all(|c| c.is_ascii_graphic());
    if ![&looked.actor, &looked.act, &looked.about].into_iter().flatten().all(is_word) {
        return Err(ActError::Conflict("an id has no spaces, and 128 characters at most"));
    }
    if before_seq.is_none() {
        ctx.note(&who.actor(), "audit-read", None, &looked.in_log()).await?;
    }
    let last_seq = ctx.store.audit_last().await?;
    let hidden = hidden(ctx, who).await?;
    let search = looked.search(ctx, before_seq).await?;
    let mut rows = ctx.store.audit_search(&search, PAGE_ENTRIES.saturating_add(1)).await?;
    let has_older = rows.len() > PAGE_ENTRIES as usize;
    rows.truncate(PAGE_ENTRIES as usize);
    let chained = (*looked == Looked::default())
        .then(|| rows.iter().zip(rows.iter().skip(1)).all(|(later, earlier)| later.previous == earlier.hash));
    let mut entries = Vec::with_capacity(rows.len());
    for mut row in rows {
        if row.entry.case.is_some_and(|case| hidden.contains(&case)) {
            // Number and hash stay, so that the chain can be followed.
            row.entry.act = WITHHELD.to_owned();
            row.entry.objects = String::new();
            let (kind, reason) = (ActKind::Administration, Reason::Sealed);
            entries.push(ShownEntry { who: "Not shown to you".to_owned(), kind, reason, row });
            continue;
        }
        let who = history::actor_name(ctx, &row.entry.actor).await?;
        let kind = ActKind::of(&row.entry.act);
        entries.push(ShownEntry { who, kind, reason: reason(ctx, &row), row });
    }
    Ok(LogPage { entries, last_seq, chained, has_older })
}

fn reason(ctx: &AppContext, row: &AuditRow) -> Reason {
    let Some(case) = row.entry.case.filter(|_| !row.entry.sealed.is_empty()) else {
        return Reason::NotAsked;
    };
    match ctx.unseal(case, Purpose::Audit, &row.entry.sealed) {
        Ok(words) => Reason::Said(String::from_utf8_lossy(&words).into_owned()),
        Err(_) => Reason::Sealed,
    }
}
