//! What the person asked about their data on the device's own page: put on record as a request, once. Its clock begins on the day on which the
//! record arrived here, whatever the device's clock said and however long it was off.

use proviso_model::data_request::DataRequest;
use proviso_model::ids::RightsRequestId;
use proviso_store::{OpenedWhat, RecordRow, RightsKind, RightsRequestRow};

use super::JobError;
use crate::app::AppContext;
use crate::app::retention::day_of;
use crate::app::rights::{ON_THE_DEVICE, act, due_on};
use crate::keys::case::{Purpose, RecordColumns};

/// What is kept of a request. Whoever answers such is told before it is committed: told twice after a kill is better than never.
pub(super) async fn opened(
    ctx: &AppContext,
    columns: &RecordColumns,
    record: &RecordRow,
    request: &DataRequest,
) -> Result<OpenedWhat, JobError> {
    // The same record is the same request, however often it comes.
    let id = RightsRequestId::from_bytes(record.hash.first_chunk().copied().unwrap_or_default());
    let kind = RightsKind::parse(request.of.as_str()).ok_or(JobError::Ended)?;
    let received_on = day_of(record.received_at);
    let known = ctx.store.rights_list(Some(record.case)).await?;
    if !known.iter().any(|(row, _)| row.id == id) {
        let objects = format!("{} {id} {}", record.case, kind.as_str());
        ctx.note(ON_THE_DEVICE, "rights-enter", Some(record.case), &objects).await?;
        act::tell(ctx, record.case).await.map_err(|error| JobError::Asked(error.to_string()))?;
    }
    Ok(OpenedWhat::DataRequest(RightsRequestRow {
        id,
        case: record.case,
        kind,
        received_on: received_on.to_string(),
        due_on: due_on(received_on).to_string(),
        entered_at: ctx.now(),
        entered_by: ON_THE_DEVICE.to_owned(),
        record: Some(record.hash),
        sealed: ctx.with_rng(|rng| columns.seal(rng, Purpose::Rights, request.text.as_bytes())),
    }))
}
