//! Signing TUF's metadata files with the force's keys. The files are made from JSON, so that their library's own types for times and keys
//! stay its own.

use std::num::NonZeroU64;

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::Ed25519KeyPair;
use proviso_ledger::sign::SignKey;
use proviso_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tough::editor::signed::SignedRole;
use tough::key_source::KeySource;
use tough::schema::key::Key;
use tough::schema::{KeyHolder, Role, Root, Signed};
use tough::sign::Sign;

use super::UpdateError;

/// The version of TUF that the files are of.
const SPEC: &str = "1.0.0";

/// A key of the force, as TUF's library takes it.
pub(super) struct ForceKey(pub(super) SignKey);

impl std::fmt::Debug for ForceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ForceKey({})", self.0.public().to_hex())
    }
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

#[async_trait]
impl KeySource for ForceKey {
    async fn as_sign(&self) -> Result<Box<dyn Sign>, Fault> {
        let pair = Ed25519KeyPair::from_seed_unchecked(self.0.seed().as_slice())?;
        Ok(Box::new(pair))
    }

    async fn write(&self, _: &str, _: &str) -> Result<(), Fault> {
        Err("keys of the force are not written by the library".into())
    }
}

/// Signs a file of a role; its exact text.
pub(super) async fn sign<R: Role + Serialize + DeserializeOwned>(
    file: Value,
    root: &Root,
    key: &SignKey,
) -> Result<Vec<u8>, UpdateError> {
    let role: R = serde_json::from_value(file)?;
    let keys: [Box<dyn KeySource>; 1] = [Box::new(ForceKey(SignKey::from_seed(*key.seed())))];
    let signed = SignedRole::new(role, &KeyHolder::Root(root.clone()), &keys, &SystemRandom::new()).await?;
    Ok(signed.buffer().clone())
}

/// Reads a file that the force signed.
pub(super) fn open<R: Role + DeserializeOwned>(text: &[u8]) -> Result<R, UpdateError> {
    Ok(serde_json::from_slice::<Signed<R>>(text)?.signed)
}

/// A public key (hexadecimal) as it stands in a root file, and its id.
fn key(public: &str) -> Result<(String, Value), UpdateError> {
    let value = json!({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": public}});
    let key: Key = serde_json::from_value(value.clone())?;
    Ok((hex::encode(key.key_id()?), value))
}

/// To the second, as TUF writes times.
pub(super) fn days_on(now: Timestamp, days: i64) -> String {
    let then = now.plus_millis(days.saturating_mul(86_400_000));
    let second = then.as_micros() - then.as_micros().rem_euclid(1_000_000);
    let text = Timestamp::from_micros(second).to_string();
    text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
}

/// A root file: the force's root signs it and what is released; the server's checkpoint key signs what is current.
pub(super) fn root(
    version: u64,
    expires: &str,
    (root_key, online_key): (&str, &str),
) -> Result<Value, UpdateError> {
    let ((root_id, root_key), (online_id, online_key)) = (key(root_key)?, key(online_key)?);
    let by = |id: &str| json!({"keyids": [id], "threshold": 1});
    Ok(json!({
        "_type": "root", "spec_version": SPEC, "consistent_snapshot": false, "version": version, "expires": expires,
        "keys": {&root_id: root_key, &online_id: online_key},
        "roles": {"root": by(&root_id), "targets": by(&root_id), "snapshot": by(&online_id), "timestamp": by(&online_id)},
    }))
}

/// What of a file stands in the one that vouches for it.
fn vouched(name: &str, text: &[u8], version: NonZeroU64) -> Value {
    let sha256 = hex::encode(proviso_ledger::hash::sha256(text));
    json!({name: {"length": text.len(), "hashes": {"sha256": sha256}, "version": version}})
}

/// `snapshot.json`.
pub(super) fn snapshot(version: NonZeroU64, expires: &str, targets: (&[u8], NonZeroU64)) -> Value {
    let meta = vouched("targets.json", targets.0, targets.1);
    json!({"_type": "snapshot", "spec_version": SPEC, "version": version, "expires": expires, "meta": meta})
}

/// `timestamp.json`.
pub(super) fn timestamp(version: NonZeroU64, expires: &str, snapshot: (&[u8], NonZeroU64)) -> Value {
    let meta = vouched("snapshot.json", snapshot.0, snapshot.1);
    json!({"_type": "timestamp", "spec_version": SPEC, "version": version, "expires": expires, "meta": meta})
}

/// `targets.json`.
pub(super) fn targets(version: NonZeroU64, expires: &str, targets: &Value) -> Value {
    json!({"_type": "targets", "spec_version": SPEC, "version": version, "expires": expires, "targets": targets})
}
