//! Publishing: the force's root, plugged in for the act, signs which releases there are and for how many devices; the server's checkpoint
//! key signs that this is what is current.

use std::num::NonZeroU64;

use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::update::{
    RELEASE_KEY, Release, ReleaseKind, STAGE_ALL, UPDATE_BYTES_MAX, compare_versions, version_numbers,
};
use serde_json::{Value, json};
use tough::schema;

use super::{FOLDER, TIMESTAMP_ANEW_MILLIS, TIMESTAMP_DAYS, UpdateError, signed};
use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::keys::root::Root;

/// How long root, targets and snapshot are good, in days. They are renewed by publishing; a force that publishes nothing for so long
/// publishes again before it can.
const SIGNED_DAYS: i64 = 3 * 365;
/// Longest name of a pack.
const NAME_CHARS_MAX: usize = 60;

/// What is to be published.
pub struct NewRelease {
    /// What it is.
    pub kind: ReleaseKind,
    /// Name of a pack; `proviso-agent` of the agent.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Which machines it runs on.
    pub platform: String,
    /// For how many thousandths of the devices.
    pub stage: u16,
    /// Versions below this take it whatever the stage.
    pub minimum: Option<String>,
    /// Versions that go back to it.
    pub back_from: Vec<String>,
    /// The file; none where only stage, minimum or way back of a release change.
    pub file: Option<Vec<u8>>,
}

/// What was published.
pub struct Published {
    /// Its name in the repository.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: Digest,
    /// Version of the list of releases.
    pub list_version: u64,
}

fn asked(what: impl Into<String>) -> UpdateError {
    UpdateError::Asked(what.into())
}

/// The newest root file.
fn newest_root(roots: &[String]) -> Result<schema::Root, UpdateError> {
    let newest =
        roots.last().ok_or_else(|| asked("there is no update root yet; run admin update-root first"))?;
    signed::open(newest.as_bytes())
}

fn same_force(ctx: &AppContext, root: &Root) -> Result<(), UpdateError> {
    if root.public.force != ctx.keys.force || root.public.root_key != ctx.keys.trust.root_key {
        return Err(asked("this medium holds the root of another force, or one that was handed over"));
    }
    Ok(())
}

/// Makes the first root file, or the next one: after the server's checkpoint key or the force's root was changed. Its version.
///
/// # Errors
/// [`UpdateError`].
pub async fn root(ctx: &AppContext, root: &Root) -> Result<u64, UpdateError> {
    same_force(ctx, root)?;
    let version = super::roots(ctx).await?.len() as u64 + 1;
    let objects = super::root_name(version);
    ctx.logged(COMMAND_LINE, "update-root", None, &objects, async {
        let keys = (root.public.root_key.as_str(), ctx.keys.checkpoint.public().to_hex());
        let expires = signed::days_on(ctx.now(), SIGNED_DAYS);
        let file = signed::root(version, &expires, (keys.0, &keys.1))?;
        let role: schema::Root = serde_json::from_value(file.clone())?;
        let bytes = signed::sign::<schema::Root>(file, &role, root.update_key()).await?;
        super::write(ctx, &super::metadata(&super::root_name(version)), bytes).await?;
        // What is current is signed by another key from now on.
        if let Some(targets) = super::read_text(ctx, "targets.json").await? {
            let list: Value = serde_json::from_str(&targets)?;
            let list = list.pointer("/signed/targets").cloned().unwrap_or_default();
            let targets: schema::Targets = signed::open(targets.as_bytes())?;
            write_list(ctx, root, &role, (&list, next(targets.version)?)).await?;
        }
        Ok(version)
    })
    .await
}

fn next(version: NonZeroU64) -> Result<NonZeroU64, UpdateError> {
    version.checked_add(1).ok_or_else(|| UpdateError::Tuf("there is no higher version".to_owned()))
}

/// Publishes a release, or changes how many devices one is for. Its file stays for ever.
///
/// # Errors
/// [`UpdateError::Asked`] for what cannot be published, in words.
pub async fn release(ctx: &AppContext, root: &Root, new: NewRelease) -> Result<Published, UpdateError> {
    same_force(ctx, root)?;
    check(&new)?;
    let role = newest_root(&super::roots(ctx).await?)?;
    let (mut list, version) = match super::read_text(ctx, "targets.json").await? {
        Some(text) => {
            let whole: Value = serde_json::from_str(&text)?;
            let targets: schema::Targets = signed::open(text.as_bytes())?;
            (whole.pointer("/signed/targets").cloned().unwrap_or_default(), next(targets.version)?)
        }
        None => (json!({}), NonZeroU64::MIN),
    };
    let name = format!("{}-{}-{}", new.name, new.version, new.platform);
    let (sha256, length) = file_of(&list, &name, new.file.as_deref())?;
    let says = Release {
        kind: new.kind,
        version: new.version,
        platform: new.platform,
        stage: new.stage,
        stage_key: stage_key(&list, &name).unwrap_or_else(|| Digest(ctx.random())),
        minimum: new.minimum,
        back_from: new.back_from,
        engine_semantics: proviso_engine::SEMANTICS,
    };
    let custom = json!({ RELEASE_KEY: says });
    let entry = json!({"length": length, "hashes": {"sha256": sha256}, "custom": custom});
    let Some(entries) = list.as_object_mut() else {
        return Err(UpdateError::Tuf("targets.json has no list of releases".to_owned()));
    };
    entries.insert(name.clone(), entry);
    let objects = format!("{name} stage {}", says.stage);
    ctx.logged(COMMAND_LINE, "update-publish", None, &objects, async {
        if let Some(file) = new.file {
            // Before what names it.
            super::write(ctx, &super::archive::place(&sha256), file).await?;
        }
        write_list(ctx, root, &role, (&list, version)).await
    })
    .await?;
    Ok(Published { name, sha256, list_version: version.get() })
}

fn check(new: &NewRelease) -> Result<(), UpdateError> {
    let plain = |text: &str| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        !text.is_empty() && text.chars().count() <= NAME_CHARS_MAX && text.chars().all(is_plain)
    };
    if !plain(&new.name) || !plain(&new.platform) {
        return Err(asked(
            "name and platform are small letters, digits, hyphens and underscores, 60 at most",
        ));
    }
    for version in [Some(&new.version), new.minimum.as_ref()].into_iter().flatten().chain(&new.back_from) {
        if version_numbers(version).is_none() {
            return Err(asked(format!("\"{version}\" is no version; write three numbers, such as 0.2.0")));
        }
    }
    if new.stage > STAGE_ALL {
        return Err(asked("a stage is 0 to 1000 thousandths of the devices"));
    }
    if new.file.as_ref().is_some_and(|file| file.is_empty() || file.len() as u64 > UPDATE_BYTES_MAX) {
        return Err(asked(format!("the file is empty, or longer than {UPDATE_BYTES_MAX} bytes")));
    }
    let forward = |from: &String| compare_versions(from, &new.version) == Some(std::cmp::Ordering::Less);
    if let Some(from) = new.back_from.iter().find(|from| forward(from)) {
        return Err(asked(format!(
            "{from} is older than {}: devices go on from it by themselves",
            new.version
        )));
    }
    Ok(())
}

/// Digest and length of a release's file: of the one given, which must be the one published before under this name, or of that one.
fn file_of(list: &Value, name: &str, file: Option<&[u8]>) -> Result<(Digest, u64), UpdateError> {
    let entry = list.get(name);
    let before = entry.and_then(|entry| {
        let sha256 = Digest::parse(entry.pointer("/hashes/sha256")?.as_str()?)?;
        Some((sha256, entry.get("length")?.as_u64()?))
    });
    match (before, file.map(|file| (Digest(sha256(file)), file.len() as u64))) {
        (Some(before), None) => Ok(before),
        (None, Some(given)) => Ok(given),
        (Some(before), Some(given)) if before == given => Ok(given),
        (Some(_), Some(_)) => Err(asked(format!(
            "{name} was published with another file; a version is published once: give this one a version of its own"
        ))),
        (None, None) => Err(asked(format!("{name} was never published; give its file"))),
    }
}

/// The key of a release's stages, which stays: who is in a small stage is in a larger one too.
fn stage_key(list: &Value, name: &str) -> Option<Digest> {
    let says = list.get(name)?.pointer(&format!("/custom/{RELEASE_KEY}"))?;
    serde_json::from_value::<Release>(says.clone()).ok().map(|says| says.stage_key)
}

/// Signs and writes the list of releases, and what vouches for it; the last file first that a device asks for last.
async fn write_list(
    ctx: &AppContext,
    root: &Root,
    role: &schema::Root,
    (list, version): (&Value, NonZeroU64),
) -> Result<(), UpdateError> {
    let expires = signed::days_on(ctx.now(), SIGNED_DAYS);
    let file = signed::targets(version, &expires, list);
    let targets = signed::sign::<schema::Targets>(file, role, root.update_key()).await?;
    let file = signed::snapshot(version, &expires, (&targets, version));
    let snapshot = signed::sign::<schema::Snapshot>(file, role, &ctx.keys.checkpoint).await?;
    super::write(ctx, &super::metadata("targets.json"), targets).await?;
    super::write(ctx, &super::metadata("snapshot.json"), snapshot.clone()).await?;
    sign_timestamp(ctx, role, &snapshot).await.map(|_| ())
}

/// `timestamp.json` of a snapshot: the one that is there, or another where that one is a day old or of another snapshot.
pub(super) async fn timestamp(
    ctx: &AppContext,
    roots: &[String],
    snapshot: &[u8],
) -> Result<String, UpdateError> {
    if let Some(text) = super::read_text(ctx, "timestamp.json").await? {
        let kept: Value = serde_json::from_str(&text)?;
        let of = kept.pointer("/signed/meta/snapshot.json/hashes/sha256").and_then(Value::as_str);
        let until = kept.pointer("/signed/expires").and_then(Value::as_str);
        let until = until.and_then(|until| proviso_model::Timestamp::parse(until).ok());
        let left = until.map_or(i64::MIN, |until| until.millis_since(ctx.now()));
        let whole = TIMESTAMP_DAYS * 86_400_000;
        if of == Some(&hex::encode(sha256(snapshot))) && left > whole - TIMESTAMP_ANEW_MILLIS && left <= whole
        {
            return Ok(text);
        }
    }
    sign_timestamp(ctx, &newest_root(roots)?, snapshot).await
}

async fn sign_timestamp(
    ctx: &AppContext,
    role: &schema::Root,
    snapshot: &[u8],
) -> Result<String, UpdateError> {
    let before = match super::read_text(ctx, "timestamp.json").await? {
        Some(text) => next(signed::open::<schema::Timestamp>(text.as_bytes())?.version)?,
        None => NonZeroU64::MIN,
    };
    let of: schema::Snapshot = signed::open(snapshot)?;
    let expires = signed::days_on(ctx.now(), TIMESTAMP_DAYS);
    let file = signed::timestamp(before, &expires, (snapshot, of.version));
    let bytes = signed::sign::<schema::Timestamp>(file, role, &ctx.keys.checkpoint).await?;
    super::write(ctx, &super::metadata("timestamp.json"), bytes.clone()).await?;
    String::from_utf8(bytes).map_err(|_| UpdateError::Tuf(format!("{FOLDER}/timestamp.json is not text")))
}
