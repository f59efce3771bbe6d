//! One-time enrolment codes: ten characters that an officer types at a visit; only a keyed hash is kept.

use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_model::limits::ENROL_CODE_MINUTES;
use proviso_store::{EnrolmentCodeRow, StoreError};

use crate::app::AppContext;

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_CHARS: usize = 10;

/// Brings a code as typed into the form that is hashed: upper case, without dashes and spaces, I and L as 1, O as 0.
/// `None` when it cannot be a code.
#[must_use]
pub fn normalise(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|letter| !matches!(letter, '-' | ' '))
        .take(CODE_CHARS + 1)
        .map(|letter| match letter.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            other => other,
        })
        .collect();
    let good = code.len() == CODE_CHARS && code.bytes().all(|letter| ALPHABET.contains(&letter));
    good.then_some(code)
}

/// The hash under which a code is kept: without the server's secret a stolen database does not give 50 bits away.
#[must_use]
pub fn hash(ctx: &AppContext, code: &str) -> [u8; 32] {
    domain_hash("proviso/enrolment-code/v1", &[ctx.keys.server_secret.as_slice(), code.as_bytes()])
}

/// A new code: as it is hashed, and as it is shown, `XXXXX-XXXXX`.
#[must_use]
pub fn fresh(ctx: &AppContext) -> (String, String) {
    let code = letters(ctx.random());
    let (first, second) = code.split_at(CODE_CHARS / 2);
    let shown = format!("{first}-{second}");
    (code, shown)
}

fn letters(random: [u8; CODE_CHARS]) -> String {
    random
        .into_iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect()
}

/// Makes a code for a case, shown once as `XXXXX-XXXXX`, and says until when it works. The caller has logged the act.
///
/// # Errors
/// [`StoreError`].
pub async fn issue(ctx: &AppContext, case: CaseId) -> Result<(String, Timestamp), StoreError> {
    let (code, shown) = fresh(ctx);
    let now = ctx.now();
    let expires_at = now.plus_millis(ENROL_CODE_MINUTES * 60_000);
    let row =
        EnrolmentCodeRow { code_hash: hash(ctx, &code), case, issued_at: now, expires_at, used_at: None };
    ctx.store.enrolment_code_add(&row).await?;
    Ok((shown, expires_at))
}

#[cfg(test)]
mod tests {
    use super::{letters, normalise};

    #[test]
    fn a_code_reads_the_same_however_it_is_typed() {
        let code = letters([0, 1, 9, 10, 31, 32, 17, 20, 255, 128]);
        assert_eq!(code, "019AZ0HMZ0");
        for typed in ["019AZ-0HMZ0", "o1 9az 0hmzO", "0L9AZ0HMZO", "0i9az-ohmz0"] {
            assert_eq!(normalise(typed).as_deref(), Some(code.as_str()), "{typed}");
        }
        for wrong in ["", "019AZ0HMZ", "019AZ0HMZ00", "U19AZ0HMZ0", "019AZ0HMZé"] {
            assert_eq!(normalise(wrong), None, "{wrong}");
        }
    }
}
