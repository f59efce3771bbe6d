//! Codes of an officer's phone beside the password (RFC 6238): set up, asked for at sign-in, taken once each.

use proviso_ledger::hash::domain_hash;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;
use proviso_store::{OfficerRow, SecondFactorRow, SecondFactorState};
use qrcode::{Color, QrCode};
use totp_rs::{Builder, Totp};

use super::error::ActError;
use super::session::TRIES_MILLIS;
use super::who::Who;
use crate::app::AppContext;

/// Name in the list of the officer's app.
const ISSUER: &str = "Proviso";
/// Bytes of a secret, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// Wrong codes of one officer within [`TRIES_MILLIS`]: a guess succeeds one time in 300,000.
const CODE_TRIES_MAX: u32 = 10;
/// Letters that stand together where the secret is shown to be typed.
const GROUP_LETTERS: usize = 4;
/// Light modules around a QR code (ISO/IEC 18004).
const QUIET_MODULES: usize = 4;

/// What an officer's app needs, to be shown once.
#[derive(Debug)]
pub struct Shown {
    /// The secret to type, in groups of letters and digits.
    pub secret: String,
    /// The address that an app on the same phone opens (`otpauth:`).
    pub address: String,
    /// The same as a QR code: the path of its dark modules, each 1 by 1, as SVG writes it.
    pub qr_path: String,
    /// Modules each way, the light ones around it included.
    pub qr_modules: usize,
}

/// What a secret is sealed for.
pub(in crate::app) fn purpose(officer: OfficerId) -> String {
    format!("second-factor/{officer}")
}

fn of_secret(officer: &str, secret: Vec<u8>) -> Result<Totp, ActError> {
    let named = Builder::new().with_secret(secret).with_account_name(officer).with_issuer(Some(ISSUER));
    named.build().map_err(|error| ActError::Broken(format!("a second factor cannot be used: {error}")))
}

fn opened(ctx: &AppContext, username: &str, row: &SecondFactorRow) -> Result<Totp, ActError> {
    let secret = ctx
        .open_for_force(&purpose(row.officer), &row.sealed)
        .map_err(|error| ActError::Broken(format!("a second factor cannot be opened: {error}")))?;
    of_secret(username, secret.to_vec())
}

/// The step whose code this is, now or one step of 30 seconds beside it.
fn step_of(totp: &Totp, code: &str, now: Timestamp) -> Option<u64> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    totp.check(&code, u64::try_from(now.as_micros() / 1_000_000).ok()?)
}

/// Since when an officer's sign-in asks for codes.
///
/// # Errors
/// [`ActError::Store`].
pub async fn used_since(ctx: &AppContext, officer: OfficerId) -> Result<Option<Timestamp>, ActError> {
    let row = ctx.store.second_factor_get(officer, SecondFactorState::Used).await?;
    Ok(row.map(|row| row.confirmed_at.unwrap_or(row.begun_at)))
}

/// Makes a secret for the officer's app. One that is in use stays in use until a code of the new one comes.
///
/// # Errors
/// [`ActError`].
pub async fn begin(ctx: &AppContext, who: &Who) -> Result<Shown, ActError> {
    let secret = ctx.random::<SECRET_BYTES>().to_vec();
    let totp = of_secret(&who.username, secret.clone())?;
    let sealed = ctx.seal_for_force(&purpose(who.id), &secret);
    ctx.logged(&who.actor(), "second-factor-begin", None, "", async {
        Ok::<_, ActError>(ctx.store.second_factor_begin(who.id, &sealed, ctx.now()).await?)
    })
    .await?;
    shown(&totp)
}

/// What waits for its first code.
async fn begun(ctx: &AppContext, who: &Who) -> Result<SecondFactorRow, ActError> {
    let row = ctx.store.second_factor_get(who.id, SecondFactorState::Waiting).await?;
    row.ok_or(ActError::Conflict("no set-up of codes is under way"))
}

/// What was begun and waits for its first code, shown again.
///
/// # Errors
/// [`ActError::Conflict`] when nothing waits.
pub async fn waiting(ctx: &AppContext, who: &Who) -> Result<Shown, ActError> {
    let row = begun(ctx, who).await?;
    shown(&opened(ctx, &who.username, &row)?)
}

/// Takes the first code of the officer's app; from now on each sign-in asks for one.
///
/// # Errors
/// [`ActError::WrongCode`]; [`ActError::TooManyTries`]; [`ActError::Conflict`] when no set-up is under way.
pub async fn confirm(ctx: &AppContext, who: &Who, code: &str) -> Result<(), ActError> {
    let row = begun(ctx, who).await?;
    let tries = count_try(ctx, who.id).await?;
    let step = step_of(&opened(ctx, &who.username, &row)?, code, ctx.now()).ok_or(ActError::WrongCode)?;
    ctx.logged(&who.actor(), "second-factor-set", None, "", async {
        Ok::<_, ActError>(ctx.store.second_factor_confirm(who.id, step, ctx.now()).await?)
    })
    .await?;
    Ok(ctx.store.enrolment_try_forget(&tries).await?)
}

/// Checks a code of the factor in use, and takes it: the same code is not right a second time.
///
/// # Errors
/// [`ActError::WrongCode`], also for an officer without a second factor; [`ActError::TooManyTries`].
pub(super) async fn check(ctx: &AppContext, officer: &OfficerRow, code: &str) -> Result<(), ActError> {
    let row = ctx.store.second_factor_get(officer.id, SecondFactorState::Used).await?;
    let tries = count_try(ctx, officer.id).await?;
    let row = row.ok_or(ActError::WrongCode)?;
    let step = step_of(&opened(ctx, &officer.username, &row)?, code, ctx.now());
    let step = step.ok_or(ActError::WrongCode)?;
    if !ctx.store.second_factor_take(officer.id, step).await? {
        return Err(ActError::WrongCode);
    }
    Ok(ctx.store.enrolment_try_forget(&tries).await?)
}

/// Counts a try before the code is looked at, so that many at once gain nothing. Gives what forgets the count.
async fn count_try(ctx: &AppContext, officer: OfficerId) -> Result<[u8; 32], ActError> {
    let key = domain_hash("proviso/code-try/v1", &[officer.as_bytes()]);
    let now = ctx.now();
    if ctx.store.enrolment_try_add(&key, now, now.plus_millis(-TRIES_MILLIS)).await? > CODE_TRIES_MAX {
        return Err(ActError::TooManyTries);
    }
    Ok(key)
}

fn shown(totp: &Totp) -> Result<Shown, ActError> {
    let broken = |error: String| ActError::Broken(format!("a second factor cannot be shown: {error}"));
    let address = totp.to_url().map_err(|error| broken(error.to_string()))?;
    let code = QrCode::new(&address).map_err(|error| broken(error.to_string()))?;
    let (width, colours) = (code.width(), code.to_colors());
    let dark = colours.iter().enumerate().filter(|(_, colour)| **colour == Color::Dark);
    let square =
        |at: usize| format!("M{} {}h1v1h-1z", at % width + QUIET_MODULES, at / width + QUIET_MODULES);
    let letters: Vec<char> = totp.secret().to_base32().chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP_LETTERS).map(|group| group.iter().collect()).collect();
    Ok(Shown {
        secret: groups.join(" "),
        address,
        qr_path: dark.map(|(at, _)| square(at)).collect(),
        qr_modules: width + 2 * QUIET_MODULES,
    })
}
