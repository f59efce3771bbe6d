//! Pictures of an alert: which of them may be seen at all, their previews, and one at a time unveiled. Every way to a picture
//! leads through [`permitted`], and each is in the log before anything is decoded (invariants 11 and 14). Nothing that is made of
//! a picture is kept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use proviso_engine::image::set::Digests;
use proviso_inference::picture::View;
use proviso_ledger::hash::sha256;
use proviso_model::finding::Finding;
use proviso_model::ids::{AlertId, AuditId};
use proviso_model::judgement::PictureBasis;
use proviso_model::limits::PDQ_QUALITY_MIN;
use proviso_model::order::ConditionKind;
use proviso_model::policy::PackRef;
use proviso_model::{Digest, Fact, Observation, PdqHash};
use proviso_store::{AuditFilter, HashSetRow, Outside, Permit};
use sha1::{Digest as _, Sha1};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::alert::{self, AlertView, FINDINGS_MAX, ShownFinding};
use super::allowed::Action;
use super::context::{self, OfRecord};
use super::error::ActError;
use super::sealed;
use super::unveilings::{self, UNVEIL, Unveiling};
use super::who::Who;
use crate::app::AppContext;
use crate::app::hash_sets;
use crate::pictures::Unviewable;

/// The act of being shown a preview.
pub const PREVIEW: &str = "picture-preview";
/// After so long an unveiling that nobody looked at is none.
const UNVEIL_MILLIS_MAX: i64 = 60_000;
/// All pictures of a page are tried within this; what is not decoded by then is said to take too long.
const PAGE_TIME: Duration = Duration::from_secs(12);

/// A record's hash.
pub type RecordHash = [u8; 32];

/// Why a picture is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withheld {
    /// A list of child abuse has to do with it: when it was found, or now.
    ChildAbuse,
    /// Whether such a list has to do with it could not be looked up.
    ListsNotRead,
    /// It is of a window, and the order or a finding concerns children.
    Children,
    /// It is of a window, and a part of what was found there is privileged.
    Privileged,
    /// The order as known now does not cover what was found of it.
    Outside,
    /// Its bytes were not kept.
    NotKept,
    /// It cannot be decoded.
    Unviewable(Unviewable),
}

impl From<Withheld> for ActError {
    fn from(why: Withheld) -> Self {
        Self::Conflict(match why {
            Withheld::ChildAbuse => {
                "a list of child abuse has to do with this picture, and none such is ever shown"
            }
            Withheld::ListsNotRead => {
                "the lists of child abuse cannot be read, and no picture is shown without them"
            }
            Withheld::Children => {
                "the order or the finding concerns children, and no picture of a window is shown then"
            }
            Withheld::Privileged => "a part of what was found in this window is privileged",
            Withheld::Outside => "the order as known now does not cover this picture",
            Withheld::NotKept => "the bytes of this picture were not kept",
            Withheld::Unviewable(_) => "the picture cannot be decoded",
        })
    }
}

/// A picture as its alert's page shows it.
#[derive(Debug, Clone)]
pub struct SeenPicture {
    /// Whether there is a preview, or why not.
    pub preview: Result<(), Withheld>,
    /// Who unveiled it, newest first; at most [`unveilings::SHOWN_MAX`].
    pub unveilings: Vec<Unveiling>,
    /// How often in all.
    pub unveiled_times: u64,
    /// The act that unveils it on this page.
    pub unveiled: Option<AuditId>,
    /// The lists whose entries findings about it rest on, and whether a bundle proves that.
    pub lists: Vec<(PackRef, bool)>,
}

/// One picture that an act in the log unveils: its record, and the act.
pub type Unveil = (RecordHash, AuditId);

/// A picture of a page before it is tried.
pub(super) struct Cleared {
    /// Its record.
    pub record: RecordHash,
    /// Its bytes, where it may be seen.
    pub bytes: Result<Zeroizing<Vec<u8>>, Withheld>,
    /// The lists that findings about it rest on, and whether a bundle proves that.
    pub lists: Vec<(PackRef, bool)>,
}

/// What there is to see of the pictures of an alert, by the hash of their record.
///
/// # Errors
/// The store's.
pub async fn of_page(
    ctx: &AppContext,
    findings: &[ShownFinding],
    unveil: Option<Unveil>,
) -> Result<BTreeMap<RecordHash, SeenPicture>, ActError> {
    let mut of_record: BTreeMap<RecordHash, Vec<Found<'_>>> = BTreeMap::new();
    for one in findings.iter().filter(|one| matches!(one.captured.fact, Fact::Picture(_))) {
        let found = (&one.captured, &one.generated, one.outside);
        of_record.entry(one.record.hash).or_default().push(found);
    }
    let rows = ctx.store.hash_set_list().await?;
    let mut candidates = Vec::new();
    for (hash, found) in &of_record {
        let (bytes, lists) = (permitted(ctx, found).await, lists(ctx, &rows, found));
        candidates.push(Cleared { record: *hash, bytes, lists });
    }
    seen(ctx, candidates, unveil).await
}

/// What there is to see of these pictures. Each is decoded once, to say beforehand which cannot be: the page is made before its pictures
/// are asked for.
pub(super) async fn seen(
    ctx: &AppContext,
    candidates: Vec<Cleared>,
    unveil: Option<Unveil>,
) -> Result<BTreeMap<RecordHash, SeenPicture>, ActError> {
    let mut tried = JoinSet::new();
    let mut seen = BTreeMap::new();
    for Cleared { record: hash, bytes, lists } in candidates {
        let (unveilings, unveiled_times) = unveilings::of_picture(ctx, &hash).await?;
        let preview = match bytes {
            Ok(bytes) => {
                let viewer = Arc::clone(&ctx.viewer);
                tried.spawn(async move { (hash, viewer.view(&bytes, View::Veiled).await.map(|_| ())) });
                Err(Withheld::Unviewable(Unviewable::TooLong))
            }
            Err(why) => Err(why),
        };
        let unveiled = unveil.filter(|(record, _)| *record == hash).map(|(_, act)| act);
        seen.insert(hash, SeenPicture { preview, unveilings, unveiled_times, unveiled, lists });
    }
    let tries = async {
        while let Some(done) = tried.join_next().await {
            let Ok((hash, made)) = done else { continue };
            if let Some(picture) = seen.get_mut(&hash) {
                picture.preview = made.map_err(Withheld::Unviewable);
            }
        }
    };
    // What is late stays as it was put down: taking too long.
    let _ = tokio::time::timeout(PAGE_TIME, tries).await;
    Ok(seen)
}

/// The lists that findings about a picture rest on, each once, and whether an entry of it can be proven.
fn lists(ctx: &AppContext, rows: &[HashSetRow], found: &[Found<'_>]) -> Vec<(PackRef, bool)> {
    let opinions = found.iter().filter_map(|(_, finding, _)| finding.picture.as_deref());
    let sets = opinions.flat_map(|opinion| match &opinion.rests_on {
        PictureBasis::SameSha256 { sets }
        | PictureBasis::SameMd5 { sets }
        | PictureBasis::LooksSimilar { sets, .. } => sets.as_slice(),
        PictureBasis::Scored { .. } => &[],
    });
    let mut lists: Vec<(PackRef, bool)> = Vec::new();
    for set in sets {
        if lists.iter().all(|(known, _)| known != set) {
            lists.push((set.clone(), hash_sets::proves(ctx, rows, set)));
        }
    }
    lists
}

/// The preview of a picture: small, grey and blurred. Being shown it is in the log first.
///
/// # Errors
/// [`ActError`].
pub async fn preview(
    ctx: &AppContext,
    who: &Who,
    alert: AlertId,
    record: RecordHash,
) -> Result<Vec<u8>, ActError> {
    let (_, case) = who.alert(ctx, Action::ViewEvidence, alert).await?;
    who.does(ctx, (Action::ViewEvidence, PREVIEW), &case, &hex::encode(record), async {
        made(ctx, &case, alert, &record, View::Veiled).await
    })
    .await
}

/// Writes down that an officer unveils a picture. It is shown once, within a minute, to who asked.
///
/// # Errors
/// [`ActError`].
pub async fn unveil(
    ctx: &AppContext,
    who: &Who,
    alert: AlertId,
    record: RecordHash,
) -> Result<AuditId, ActError> {
    let (_, case) = who.alert(ctx, Action::ViewEvidence, alert).await?;
    let objects = format!("{alert} {}", hex::encode(record));
    let allowed = async { bytes_of(ctx, &case, alert, &record).await.map(|_| ()) };
    let because = who.because(ctx, Action::ViewEvidence, &case)?;
    ctx.begin(&who.actor(), UNVEIL, (case.id, because), &objects, allowed).await
}

/// The page on which one picture is unveiled; nothing when it was shown already or the minute is over. The rest of the
/// captured content is opened with it, which is logged too.
///
/// # Errors
/// [`ActError`].
pub async fn page_with_unveiled(
    ctx: &AppContext,
    who: &Who,
    alert: AlertId,
    act: AuditId,
) -> Result<Option<AlertView>, ActError> {
    who.alert(ctx, Action::ViewEvidence, alert).await?;
    match unveiling(ctx, who, alert, act).await? {
        Some(record) => alert::open_content_with(ctx, who, alert, (record, act)).await.map(Some),
        None => Ok(None),
    }
}

/// The unveiled picture itself, once. The act is at its end before a byte is given out.
///
/// # Errors
/// [`ActError`]; [`ActError::NotFound`] when it was shown already or the minute is over.
pub async fn unveiled(
    ctx: &AppContext,
    who: &Who,
    alert: AlertId,
    act: AuditId,
) -> Result<Vec<u8>, ActError> {
    let (_, case) = who.alert(ctx, Action::ViewEvidence, alert).await?;
    let record = unveiling(ctx, who, alert, act).await?.ok_or(ActError::NotFound)?;
    let made = made(ctx, &case, alert, &record, View::Clear).await;
    // Of two that ask at once, one ends the act and the other finds no open one.
    ctx.end(act, made.is_ok()).await?;
    made
}

/// The record whose picture an act of this officer unveils, while it may still be shown.
async fn unveiling(
    ctx: &AppContext,
    who: &Who,
    alert: AlertId,
    act: AuditId,
) -> Result<Option<RecordHash>, ActError> {
    let filter = AuditFilter {
        act: UNVEIL.to_owned(),
        since: ctx.now().plus_millis(-UNVEIL_MILLIS_MAX),
        actor: Some(who.actor()),
        object: Some(alert.to_string()),
    };
    let rows = ctx.store.audit_of_act(&filter, FINDINGS_MAX).await?;
    let open = rows.iter().find(|row| row.entry.id == act && row.completed.is_none());
    let mut record = [0; 32];
    Ok(open
        .and_then(|row| row.entry.objects.split(' ').nth(1))
        .and_then(|digits| hex::decode_to_slice(digits, &mut record).ok())
        .map(|()| record))
}

async fn made(
    ctx: &AppContext,
    case: &Permit,
    alert: AlertId,
    record: &RecordHash,
    view: View,
) -> Result<Vec<u8>, ActError> {
    let bytes = bytes_of(ctx, case, alert, record).await?;
    let made = ctx.viewer.view(&bytes, view).await;
    made.map_err(|why| Withheld::Unviewable(why).into())
}

/// The bytes of the picture of a record among an alert's findings, or of the window of one, where they may be seen.
async fn bytes_of(
    ctx: &AppContext,
    case: &Permit,
    alert: AlertId,
    record: &RecordHash,
) -> Result<Zeroizing<Vec<u8>>, ActError> {
    let mut rows = ctx.of(case).alert_findings(alert, FINDINGS_MAX).await?;
    let is_own = rows.iter().any(|(finding, _)| finding.record == *record);
    rows.retain(|(finding, _)| !is_own || finding.record == *record);
    let keys = ctx.case_keys(case.id)?;
    let mut opened = Vec::new();
    for (finding, observation) in &rows {
        match ctx.of(case).record_key(finding).await? {
            Some(key) => {
                let columns = keys.of_record(&key);
                let both = sealed::captured_and_generated(&columns, observation, finding)?;
                opened.push((finding.record, both, finding.outside));
            }
            None if is_own => return Err(ActError::Conflict("what this record held was destroyed")),
            None => {}
        }
    }
    let found = opened.iter().map(|(_, (captured, generated), outside)| (captured, generated, *outside));
    if is_own {
        return Ok(permitted(ctx, &found.collect::<Vec<_>>()).await?);
    }
    let mut of_record = BTreeMap::new();
    for ((record, ..), found) in opened.iter().zip(found) {
        let reviewed = ctx.of(case).privilege_get(record).await?.map(|row| row.state);
        let of = of_record.entry(*record).or_insert(OfRecord { found: Vec::new(), reviewed });
        of.found.push(found);
    }
    context::bytes_of(ctx, case, &of_record, record).await
}

/// What was found of a picture: the fact, the opinion, and why the order as known now does not cover it.
type Found<'f> = (&'f Observation, &'f Finding, Option<Outside>);

/// The bytes of a picture, where nothing forbids that they are seen: no list of child abuse had to do with it when it was found,
/// none in use has now, the order covers it still, and they were kept.
async fn permitted(ctx: &AppContext, found: &[Found<'_>]) -> Result<Zeroizing<Vec<u8>>, Withheld> {
    let is_marked = |finding: &Finding| {
        finding.condition == ConditionKind::ChildImages
            || finding.picture.as_ref().is_some_and(|opinion| opinion.child_abuse)
    };
    if found.iter().any(|(_, finding, _)| is_marked(finding)) {
        return Err(Withheld::ChildAbuse);
    }
    let seen = found.first().and_then(|(captured, _, _)| captured.picture.as_deref());
    let Some((seen, content)) = seen.and_then(|seen| Some((seen, seen.content.as_ref()?))) else {
        return Err(Withheld::NotKept);
    };
    let pdq = seen.pdq.filter(|_| seen.pdq_quality >= PDQ_QUALITY_MIN);
    let named: Vec<_> = seen.listed.iter().map(|listed| listed.set).collect();
    let is_outside = found.iter().all(|(_, _, outside)| outside.is_some());
    cleared(ctx, content, pdq, &named, is_outside).await
}

/// The bytes of a picture that nothing else forbids: the order covers it still, and no list of child abuse in use has to do with it. `named`
/// are the sets that had to do with it when it was found.
pub(super) async fn cleared(
    ctx: &AppContext,
    content: &str,
    pdq: Option<PdqHash>,
    named: &[Digest],
    is_outside: bool,
) -> Result<Zeroizing<Vec<u8>>, Withheld> {
    if is_outside {
        return Err(Withheld::Outside);
    }
    let bytes = Zeroizing::new(STANDARD.decode(content).map_err(|_| {
        Withheld::Unviewable(Unviewable::Unreadable("its bytes are not as a device writes them".to_owned()))
    })?);
    // Of the bytes themselves: what a device says of them may be wrong.
    let digests = Digests {
        md5: Some(Md5::digest(&*bytes).into()),
        sha1: Some(Sha1::digest(&*bytes).into()),
        sha256: Some(sha256(&bytes)),
        pdq,
    };
    match hash_sets::child_abuse_knows(ctx, &digests, named).await {
        Ok(false) => Ok(bytes),
        Ok(true) => Err(Withheld::ChildAbuse),
        Err(fault) => {
            tracing::error!(%fault, "no picture is shown while a list of child abuse cannot be read");
            Err(Withheld::ListsNotRead)
        }
    }
}
