//! One-time enrolment codes: ten characters that an officer types at a visit; only a keyed hash is kept.

use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::code;
use proviso_model::limits::ENROL_CODE_MINUTES;
use proviso_store::{EnrolmentCodeRow, Permit, StoreError};

use crate::app::AppContext;

const CODE_CHARS: usize = 10;

/// Brings a code as typed into the form that is hashed. `None` when it cannot be a code.
#[must_use]
pub fn normalise(typed: &str) -> Option<String> {
    code::normalise(typed, CODE_CHARS)
}

/// The hash under which a code is kept: without the server's secret a stolen database does not give 50 bits away.
#[must_use]
pub fn hash(ctx: &AppContext, code: &str) -> [u8; 32] {
    domain_hash("proviso/enrolment-code/v1", &[ctx.keys.server_secret.as_slice(), code.as_bytes()])
}

/// A new code: as it is hashed, and as it is shown, `XXXXX-XXXXX`.
#[must_use]
pub fn fresh(ctx: &AppContext) -> (String, String) {
    let random: [u8; CODE_CHARS] = ctx.random();
    let code = code::letters(&random);
    let shown = code::grouped(&code, CODE_CHARS / 2);
    (code, shown)
}

/// Makes a code for a case, shown once as `XXXXX-XXXXX`, and says until when it works. The caller has logged the act.
///
/// # Errors
/// [`StoreError`].
pub async fn issue(ctx: &AppContext, permit: &Permit) -> Result<(String, Timestamp), StoreError> {
    let case = permit.id;
    let (code, shown) = fresh(ctx);
    let now = ctx.now();
    let expires_at = now.plus_millis(ENROL_CODE_MINUTES * 60_000);
    let row =
        EnrolmentCodeRow { code_hash: hash(ctx, &code), case, issued_at: now, expires_at, used_at: None };
    ctx.store.enrolment_code_add(&row).await?;
    Ok((shown, expires_at))
}
