//! Hash sets as devices use them: key and filter of those that the device's newest policy names, and its questions. A question that
//! finds nothing leaves nothing: it is in no table and no log.

use bytes::Bytes;
use proviso_engine::image::keyed::keyed_md5;
use proviso_engine::image::set::Digests;
use proviso_model::Digest;
use proviso_model::hash_set::{
    AskedDigest, HashSetAnswer, HashSetFile, HashSetQuestion, HashSetStatement, SignedHashSetDelivery,
};
use proviso_model::limits::SITE_LIST_PART_BYTES;
use proviso_store::{DeviceRow, HashSetRow};

use super::{DeviceRefusal, policy};
use crate::app::AppContext;
use crate::app::hash_sets::{self, HashSetFault, for_devices};

/// What the device gets of a set, signed by the pack key.
///
/// # Errors
/// [`DeviceRefusal::ListNotNamed`] for a set that its newest policy does not name.
pub async fn delivery(
    ctx: &AppContext,
    device: &DeviceRow,
    set: Digest,
) -> Result<SignedHashSetDelivery, DeviceRefusal> {
    let (row, says) = named(ctx, device, &set).await?;
    for_devices::delivery(ctx, &row, &says).map_err(not_held)
}

/// One part of a file of a set.
///
/// # Errors
/// As [`delivery`].
pub async fn part(
    ctx: &AppContext,
    device: &DeviceRow,
    set: Digest,
    file: HashSetFile,
    number: usize,
) -> Result<Bytes, DeviceRefusal> {
    let (row, says) = named(ctx, device, &set).await?;
    let part = apart(ctx, move |ctx| for_devices::part(ctx, &row, &says, file, number, SITE_LIST_PART_BYTES));
    let part = part.await?;
    let none = || {
        DeviceRefusal::RequestBad(format!(
            "hash set {set} has no such file for devices, or no part {number} of it"
        ))
    };
    part.map(Bytes::from).ok_or_else(none)
}

/// Answers whether a set has a keyed digest.
///
/// # Errors
/// As [`delivery`]; [`DeviceRefusal::TooManyQuestions`].
pub async fn ask(
    ctx: &AppContext,
    device: &DeviceRow,
    question: &HashSetQuestion,
) -> Result<HashSetAnswer, DeviceRefusal> {
    if !ctx.question_allowed(device.id) {
        return Err(DeviceRefusal::TooManyQuestions);
    }
    let (row, _) = named(ctx, device, &question.set).await?;
    let digests = match question.of {
        AskedDigest::Sha256 => Digests { sha256: Some(question.keyed.0), ..Digests::default() },
        AskedDigest::Md5 => Digests { md5: Some(keyed_md5(&question.keyed.0)), ..Digests::default() },
    };
    let look_up = move |ctx: &AppContext| Ok(for_devices::asked(ctx, &row)?.look_up(&digests));
    let found = apart(ctx, look_up).await?;
    Ok(HashSetAnswer { listed: found.first().map(|listed| listed.category) })
}

/// On a thread for what takes long: a file is read whole when it is first opened, and its pages come from the disk.
async fn apart<T: Send + 'static>(
    ctx: &AppContext,
    work: impl FnOnce(&AppContext) -> Result<T, HashSetFault> + Send + 'static,
) -> Result<T, DeviceRefusal> {
    hash_sets::apart(ctx, work).await.map_err(not_held)
}

/// The row of a set that the device's newest policy names, its signature checked.
async fn named(
    ctx: &AppContext,
    device: &DeviceRow,
    set: &Digest,
) -> Result<(HashSetRow, HashSetStatement), DeviceRefusal> {
    let newest = policy::newest(ctx, device).await?;
    if newest.hash_sets().iter().all(|named| named.set.sha256 != *set) {
        return Err(DeviceRefusal::ListNotNamed);
    }
    let rows = ctx.store.hash_set_list().await?;
    // The newest row of several that name one file.
    let row = rows
        .into_iter()
        .filter(|row| row.sha256 == *set)
        .max_by_key(|row| (row.retired_at.is_none(), row.imported_at));
    let row = row.ok_or(DeviceRefusal::ListNotHeld)?;
    let says = hash_sets::one(ctx, &row).map_err(not_held)?;
    Ok((row, says))
}

fn not_held(fault: HashSetFault) -> DeviceRefusal {
    match fault {
        HashSetFault::Store(error) => error.into(),
        other => {
            tracing::error!(fault = %other, "a device cannot be given a hash set that its policy names");
            DeviceRefusal::ListNotHeld
        }
    }
}
