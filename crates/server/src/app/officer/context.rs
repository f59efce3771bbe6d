//! Pictures of the windows in which findings of an alert were raised: which there are, and which of them may be seen at all. They are shown
//! as other pictures are, veiled and unveiled one at a time (`picture`), and are forbidden by more than others (invariant 14).

use std::collections::BTreeMap;

use proviso_model::finding::Finding;
use proviso_model::limits::PDQ_QUALITY_MIN;
use proviso_model::order::{ConditionKind, Order};
use proviso_model::{ContextPicture, Fact, Observation};
use proviso_store::{ContextPictureRow, Outside, Permit, PrivilegeState};
use zeroize::Zeroizing;

use super::alert::AlertView;
use super::error::ActError;
use super::picture::{self, Cleared, RecordHash, SeenPicture, Unveil, Withheld};
use super::sealed;
use crate::app::AppContext;
use crate::keys::case::Purpose;

/// Categories of findings that are about children.
const OF_CHILDREN: [&str; 2] = ["grooming", "child-abuse"];

/// What a device said of the window of a finding, and what there is to see of it.
#[derive(Debug, Clone)]
pub struct SeenContext {
    /// What was said, without the picture's bytes.
    pub captured: ContextPicture,
    /// The record that it came in.
    pub record: RecordHash,
    /// What there is to see; nothing where there is no picture.
    pub seen: Option<SeenPicture>,
}

/// The findings of one record with what was captured, why the order as known now does not cover each, and what a reviewer of privilege
/// decided of the record.
pub(super) struct OfRecord<'f> {
    pub found: Vec<(&'f Observation, &'f Finding, Option<Outside>)>,
    pub reviewed: Option<PrivilegeState>,
}

/// What was said of the windows of an alert's findings, by the hash of the finding's record.
///
/// # Errors
/// [`ActError`].
pub async fn of_page(
    ctx: &AppContext,
    view: &AlertView,
    unveil: Option<Unveil>,
) -> Result<BTreeMap<RecordHash, SeenContext>, ActError> {
    let mut of_record: BTreeMap<RecordHash, OfRecord<'_>> = BTreeMap::new();
    for one in view.findings.iter().filter(|one| matches!(one.captured.fact, Fact::Text(_))) {
        let of = of_record
            .entry(one.record.hash)
            .or_insert(OfRecord { found: Vec::new(), reviewed: one.reviewed });
        of.found.push((&one.captured, &one.generated, one.outside));
    }
    let (mut contexts, mut candidates) = (BTreeMap::new(), Vec::new());
    for (finding, of) in &of_record {
        for row in ctx.of(&view.case).context_pictures_of(finding).await? {
            let Some(mut captured) = opened(ctx, &view.case, &row).await? else { continue };
            if captured.picture.is_some() {
                let allowed = permitted(ctx, &view.order, of, &captured).await;
                candidates.push(Cleared { record: row.record, bytes: allowed, lists: Vec::new() });
            }
            if let Some(picture) = captured.picture.as_mut() {
                picture.content.clear();
            }
            contexts.insert(*finding, SeenContext { captured, record: row.record, seen: None });
        }
    }
    let mut seen = picture::seen(ctx, candidates, unveil).await?;
    for context in contexts.values_mut() {
        context.seen = seen.remove(&context.record);
    }
    Ok(contexts)
}

/// The bytes of the picture in a record, where it is of the window of one of these findings, and may be seen.
pub(super) async fn bytes_of(
    ctx: &AppContext,
    case: &Permit,
    findings: &BTreeMap<RecordHash, OfRecord<'_>>,
    record: &RecordHash,
) -> Result<Zeroizing<Vec<u8>>, ActError> {
    let none = ActError::Conflict("no finding of this alert rests on that record");
    for (finding, of) in findings {
        let rows = ctx.of(case).context_pictures_of(finding).await?;
        let Some(row) = rows.into_iter().find(|row| row.record == *record) else { continue };
        let destroyed = ActError::Conflict("what this record held was destroyed");
        let captured = opened(ctx, case, &row).await?.ok_or(destroyed)?;
        let order = sealed::order(ctx, case).await?;
        return Ok(permitted(ctx, &order, of, &captured).await?);
    }
    Err(none)
}

/// What a device said; nothing where it was destroyed.
async fn opened(
    ctx: &AppContext,
    case: &Permit,
    row: &ContextPictureRow,
) -> Result<Option<ContextPicture>, ActError> {
    let Some(key) = ctx.of(case).record_key(row).await? else {
        return Ok(None);
    };
    let text = ctx.case_keys(case.id)?.of_record(&key).open(Purpose::ContextPicture, &row.sealed)?;
    let broken = |_| ActError::Broken("what was said of a window can no longer be read".to_owned());
    serde_json::from_slice(&text).map(Some).map_err(broken)
}

/// The bytes of a picture of a window, where nothing forbids that they are seen: neither the order nor the finding concerns children, no
/// part of the finding may be privileged, the order covers it still, and no list of child abuse has to do with the picture.
async fn permitted(
    ctx: &AppContext,
    order: &Order,
    of: &OfRecord<'_>,
    captured: &ContextPicture,
) -> Result<Zeroizing<Vec<u8>>, Withheld> {
    let concerns_children = order.conditions.iter().any(|condition| is_of_children(condition.kind))
        || of.found.iter().any(|(_, finding, _)| is_about_children(finding));
    if concerns_children {
        return Err(Withheld::Children);
    }
    if of.reviewed.is_some_and(|state| state != PrivilegeState::Released) {
        return Err(Withheld::Privileged);
    }
    let kept = captured.picture.as_ref().ok_or(Withheld::NotKept)?;
    let pdq = kept.pdq.filter(|_| kept.pdq_quality >= PDQ_QUALITY_MIN);
    let is_outside = of.found.iter().all(|(_, _, outside)| outside.is_some());
    picture::cleared(ctx, &kept.content, pdq, &[], is_outside).await
}

fn is_of_children(kind: ConditionKind) -> bool {
    matches!(kind, ConditionKind::ChildImages | ConditionKind::NoContactWithChildren)
}

fn is_about_children(finding: &Finding) -> bool {
    is_of_children(finding.condition)
        || finding.minor_reference.is_some()
        || OF_CHILDREN.contains(&finding.category.as_str())
        || finding.picture.as_ref().is_some_and(|opinion| opinion.child_abuse)
}
