//! The packs that policies are made with: those built in (or of the settings' folder) and the force's own, each checked
//! against the pack key whenever it is read.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_engine::Pack;
use proviso_ledger::hash::sha256;
use proviso_ledger::sign::VerifyKey;
use proviso_model::Digest;
use proviso_model::wire::{ForceKeys, ForceKeysStatement, SignedPack, signed_pack};
use proviso_store::{PackRow, StoreError};

use super::AppContext;
use super::device::DeviceRefusal;
use super::hash_sets::HashSetFault;
use super::in_use::OnTrial;
use super::site_lists::SiteListFault;

/// What a pack on trial is sealed for, under the master key.
pub(super) const TRIAL_PURPOSE: &str = "pack-trial";
/// What packs are sealed for, under the master key.
pub(in crate::app) const PURPOSE: &str = "pack";

/// Why a pack or a list of sites of the force cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackFault {
    /// Changed since it was signed.
    #[error(
        "pack {name} version {version} was changed after it was imported: its seal or its signature does not hold. No policy is made with \
         it; find out who changed the database, then import the list again"
    )]
    Signature {
        /// Its name.
        name: String,
        /// Its version.
        version: u32,
    },
    /// Signed, and no pack that this program reads.
    #[error(
        "pack {name} version {version} cannot be read: {why}; import the list again, or retire it with admin pack-remove"
    )]
    Unreadable {
        /// Its name.
        name: String,
        /// Its version.
        version: u32,
        /// Why.
        why: String,
    },
    /// A list of sites cannot be used.
    #[error(transparent)]
    SiteList(#[from] SiteListFault),
    /// A hash set cannot be used.
    #[error(transparent)]
    HashSet(#[from] HashSetFault),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PackFault> for DeviceRefusal {
    fn from(fault: PackFault) -> Self {
        match fault {
            PackFault::Store(error)
            | PackFault::SiteList(SiteListFault::Store(error))
            | PackFault::HashSet(HashSetFault::Store(error)) => error.into(),
            other => Self::NoAuthority(other.to_string()),
        }
    }
}

/// The packs that policies are made with now; without the one that is about to be retired.
///
/// # Errors
/// [`PackFault`]; then no policy is made, for one without the force's words would look as if it had them.
pub async fn in_use(ctx: &AppContext, but: Option<&str>) -> Result<Vec<Arc<Pack>>, PackFault> {
    let mut packs = ctx.packs.to_vec();
    let rows = ctx.store.pack_list().await?;
    for row in rows.iter().filter(|row| row.retired_at.is_none() && but != Some(row.name.as_str())) {
        packs.push(one(ctx, row)?);
    }
    Ok(packs)
}

/// The packs that policies were ever made with: what a record may rest on. One that was changed since is left out: it makes no
/// policy any more, and what it would say is nobody's word.
///
/// # Errors
/// [`PackFault`].
pub async fn ever(ctx: &AppContext) -> Result<Vec<Arc<Pack>>, PackFault> {
    let mut packs = ctx.packs.to_vec();
    for row in ctx.store.pack_list().await? {
        match one(ctx, &row) {
            Ok(pack) => packs.push(pack),
            Err(fault @ (PackFault::Signature { .. } | PackFault::Unreadable { .. })) => {
                tracing::error!(%fault, "a pack of the force is left out");
            }
            Err(other) => return Err(other),
        }
    }
    Ok(packs)
}

/// The pack that devices try out now. It makes no policy by itself; one that was changed since is left out.
///
/// # Errors
/// The store's.
pub async fn on_trial(ctx: &AppContext) -> Result<Option<OnTrial>, PackFault> {
    let rows = ctx.store.trial_list().await?;
    let Some(row) = rows.into_iter().find(|row| row.runs(ctx.now())) else { return Ok(None) };
    let text = ctx.open_for_force(TRIAL_PURPOSE, &row.sealed).ok();
    let pack = text.and_then(|text| Pack::from_toml(&String::from_utf8_lossy(&text)).ok());
    match pack.filter(|pack| pack.name == row.name) {
        Some(pack) => Ok(Some(OnTrial { id: row.id, until: row.until, pack: Arc::new(pack) })),
        None => {
            tracing::error!(trial = %row.id, "a pack on trial is left out: it was changed in the database");
            Ok(None)
        }
    }
}

/// One pack of the force, checked.
///
/// # Errors
/// [`PackFault`].
pub fn one(ctx: &AppContext, row: &PackRow) -> Result<Arc<Pack>, PackFault> {
    let (text, _) = opened(ctx, row)?;
    let pack = ctx.pack_read_once(Digest(sha256(text.as_bytes())), || {
        Pack::from_toml(&text).map_err(|error| PackFault::Unreadable {
            name: row.name.clone(),
            version: row.version,
            why: error.to_string(),
        })
    })?;
    // The signature is over a text, which another row of the database may hold.
    if pack.name != row.name || pack.version != row.version.to_string() {
        return Err(PackFault::Signature { name: row.name.clone(), version: row.version });
    }
    Ok(pack)
}

/// The text of a pack, once its signature was checked, and the keys that certify the key which made it.
fn opened<'c>(ctx: &'c AppContext, row: &PackRow) -> Result<(String, &'c ForceKeys), PackFault> {
    let changed = || PackFault::Signature { name: row.name.clone(), version: row.version };
    let text = ctx.open_for_force(PURPOSE, &row.sealed).map_err(|_| changed())?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let keys = signed_by(ctx, &text, &row.signature).ok_or_else(changed)?;
    Ok((text, keys))
}

/// A pack as handed out: with its signature and what certifies the key that made it.
///
/// # Errors
/// [`PackFault`].
pub fn signed(ctx: &AppContext, row: &PackRow) -> Result<SignedPack, PackFault> {
    let (pack, keys) = opened(ctx, row)?;
    Ok(SignedPack { pack, signature: STANDARD.encode(row.signature), keys: keys.clone() })
}

/// The keys, in use or retired, of which the pack key made this signature over a pack's text.
#[must_use]
pub fn signed_by<'c>(ctx: &'c AppContext, text: &str, signature: &[u8; 64]) -> Option<&'c ForceKeys> {
    key_that_signed(ctx, &signed_pack(text), signature)
}

/// The keys, in use or retired, of which the pack key made this signature over these bytes.
pub(super) fn key_that_signed<'c>(
    ctx: &'c AppContext,
    bytes: &[u8],
    signature: &[u8; 64],
) -> Option<&'c ForceKeys> {
    std::iter::once(&ctx.keys.statement).chain(ctx.keys.retired.iter().rev()).find(|keys| {
        serde_json::from_str::<ForceKeysStatement>(&keys.statement)
            .ok()
            .and_then(|says| VerifyKey::from_hex(&says.pack_key?).ok())
            .is_some_and(|key| key.verify(bytes, signature).is_ok())
    })
}

/// Signs and seals the text of a pack: signature, and text as kept.
#[must_use]
pub fn sign_and_seal(ctx: &AppContext, text: &str) -> ([u8; 64], Vec<u8>) {
    (ctx.keys.pack.sign(&signed_pack(text)), ctx.seal_for_force(PURPOSE, text.as_bytes()))
}
