//! The checks that stand between bytes from outside and anything that is obeyed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_engine::{Engine, Pack};
use proviso_ledger::hash::policy_hash;
use proviso_ledger::seal::CasePublicKey;
use proviso_ledger::sign::VerifyKey;
use proviso_model::Digest;
use proviso_model::hash_set::{HashSetDelivery, SignedHashSetDelivery, signed_hash_set_delivery};
use proviso_model::ids::DeviceId;
use proviso_model::limits::POLICY_BYTES_MAX;
use proviso_model::policy::{POLICY_FORMAT, Policy};
use proviso_model::wire::{
    ForceKeys, ForceKeysStatement, SignedPack, SignedPolicy, TrustFile, newest_root, signed_keys,
    signed_pack, signed_policy,
};

use super::{CheckedKeys, KeptPolicy, PolicyError};
use crate::fetched::FetchedError;

/// Checks the force's keys against the pinned root, or the one that it handed over to.
///
/// # Errors
/// [`PolicyError`].
pub fn verify_keys(trust: &TrustFile, keys: &ForceKeys) -> Result<CheckedKeys, PolicyError> {
    const WHAT: &str = "the force's key statement";
    key(&trust.root_key, "the trust file's root key")?;
    let holds = |key: &str, bytes: &[u8], signature: &str| {
        VerifyKey::from_hex(key).is_ok_and(|key| verify(&key, bytes, signature, WHAT).is_ok())
    };
    let root = newest_root(&trust.root_key, trust.force, &keys.rotations, holds)
        .map_err(|why| PolicyError::Shape(WHAT, why))?;
    let root = key(&root, "the root key that was handed over to")?;
    verify(&root, &signed_keys(&keys.statement), &keys.signature, WHAT)?;
    let statement: ForceKeysStatement =
        serde_json::from_str(&keys.statement).map_err(|error| PolicyError::Shape(WHAT, error.to_string()))?;
    if statement.force != trust.force {
        return Err(PolicyError::Stranger(WHAT, "force"));
    }
    let policy_key = key(&statement.policy_key, "the policy key")?;
    let checkpoint_key = key(&statement.checkpoint_key, "the checkpoint key")?;
    Ok(CheckedKeys { statement, root_key: root, policy_key, checkpoint_key })
}

/// Checks a policy: signature over its exact bytes, force, device, format, and that the engine can obey it.
///
/// # Errors
/// [`PolicyError`].
pub fn verify_policy(
    trust: &TrustFile,
    keys: &CheckedKeys,
    signed: &SignedPolicy,
    device: DeviceId,
) -> Result<KeptPolicy, PolicyError> {
    const WHAT: &str = "the policy";
    if signed.policy.len() > POLICY_BYTES_MAX {
        return Err(PolicyError::Shape(WHAT, format!("it is longer than {POLICY_BYTES_MAX} bytes")));
    }
    verify(&keys.policy_key, &signed_policy(&signed.policy), &signed.signature, WHAT)?;
    let policy: Policy =
        serde_json::from_str(&signed.policy).map_err(|error| PolicyError::Shape(WHAT, error.to_string()))?;
    if policy.force != trust.force {
        return Err(PolicyError::Stranger(WHAT, "force"));
    }
    if policy.device != device {
        return Err(PolicyError::Stranger(WHAT, "device"));
    }
    if keys.statement.valid_until.is_some_and(|until| policy.issued_at > until) {
        return Err(PolicyError::Lapsed);
    }
    if policy.format != POLICY_FORMAT {
        return Err(PolicyError::Engine(format!(
            "its format is {}, and this version knows {POLICY_FORMAT}",
            policy.format
        )));
    }
    let hash = policy_hash(signed.policy.as_bytes());
    let engine =
        Engine::new(&policy, Digest(hash)).map_err(|error| PolicyError::Engine(error.to_string()))?;
    let case_key = CasePublicKey::from_hex(&policy.case_key.public)
        .map_err(|error| PolicyError::Shape("the case key", error.to_string()))?;
    // A trial that cannot be run is not run: what the order asks for is obeyed all the same.
    let tried = policy.on_trial().and_then(|tried| match Engine::new(&tried, Digest(hash)) {
        Ok(engine) => Some(engine),
        Err(error) => {
            tracing::warn!(%error, "words on trial cannot be used");
            None
        }
    });
    Ok(KeptPolicy { policy, hash, engine, tried, case_key })
}

/// Checks a pack of the force: that its root certified the keys, that the pack key signed the exact text, and that the text is
/// a pack.
///
/// # Errors
/// [`PolicyError`].
pub fn verify_pack(trust: &TrustFile, signed: &SignedPack) -> Result<Pack, PolicyError> {
    const WHAT: &str = "the pack";
    let keys = verify_keys(trust, &signed.keys)?;
    let says = keys.statement.pack_key.as_deref();
    let pack_key =
        key(says.ok_or(PolicyError::Stranger("the force's key statement", "pack key"))?, "the pack key")?;
    verify(&pack_key, &signed_pack(&signed.pack), &signed.signature, WHAT)?;
    Pack::from_toml(&signed.pack).map_err(|error| PolicyError::Shape(WHAT, error.to_string()))
}

/// Checks what the force says of a hash set's files for devices: that the pack key signed it, and that it is of this set.
///
/// # Errors
/// [`FetchedError::Signature`].
pub fn verify_delivery(
    keys: &CheckedKeys,
    set: &Digest,
    signed: &SignedHashSetDelivery,
) -> Result<HashSetDelivery, FetchedError> {
    let read = || {
        let pack_key = VerifyKey::from_hex(keys.statement.pack_key.as_deref()?).ok()?;
        let statement = signed_hash_set_delivery(&signed.statement);
        pack_key.verify(&statement, &decode_signature(&signed.signature)?).ok()?;
        let delivery: HashSetDelivery = serde_json::from_str(&signed.statement).ok()?;
        (delivery.force == keys.statement.force && delivery.set == *set).then_some(delivery)
    };
    read().ok_or(FetchedError::Signature)
}

fn key(hexadecimal: &str, what: &'static str) -> Result<VerifyKey, PolicyError> {
    VerifyKey::from_hex(hexadecimal).map_err(|error| PolicyError::Shape(what, error.to_string()))
}

fn verify(key: &VerifyKey, bytes: &[u8], signature: &str, what: &'static str) -> Result<(), PolicyError> {
    let signature = decode_signature(signature).ok_or(PolicyError::Signature(what))?;
    key.verify(bytes, &signature).map_err(|_| PolicyError::Signature(what))
}

/// 64 bytes from base64; `None` for anything else.
#[must_use]
pub(crate) fn decode_signature(text: &str) -> Option<[u8; 64]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
