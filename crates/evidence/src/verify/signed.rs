//! What the force has signed: from the root down to the keys of devices.

use std::collections::{BTreeMap, BTreeSet};

use proviso_ledger::VerifyKey;
use proviso_ledger::hash::{policy_hash, sha256};
use proviso_model::policy::POLICY_FORMAT;
use proviso_model::wire::{
    ForceKeys, ForceKeysStatement, RootRotation, TrustFile, newest_root, signed_keys, signed_policy,
};
use proviso_model::{Digest, Policy};

use super::facts::{Facts, Keys, found, parse};
use super::threads::over_threads;
use super::{Found, Trouble};
use crate::format::{
    BUNDLE_FORMAT, DeviceStatement, Manifest, SignedDevice, device_statement_signed, manifest_signed,
};
use crate::{layout, signature_of};

pub(super) fn key(text: &str, what: &str) -> Result<VerifyKey, Trouble> {
    VerifyKey::from_hex(text).map_err(|error| format!("{what} cannot be used: {error}.").into())
}

pub(super) fn signed(key: &VerifyKey, bytes: &[u8], signature: &str, what: &str) -> Result<(), Trouble> {
    let good = signature_of(signature).is_some_and(|signature| key.verify(bytes, &signature).is_ok());
    if good { Ok(()) } else { Err(format!("The signature on {what} does not hold.").into()) }
}

fn holds(key: &str, bytes: &[u8], signature: &str) -> bool {
    VerifyKey::from_hex(key).is_ok_and(|key| signed(&key, bytes, signature, "").is_ok())
}

/// The bundle's root is the one given or one that it handed over to, or there is none to compare with.
pub(super) fn root(facts: &mut Facts<'_>) -> Found {
    let own: TrustFile = facts.json(layout::ROOT)?;
    let own_key = key(&own.root_key, "The bundle's own root key")?;
    let Some(trust) = &facts.trust else {
        facts.root = Some(own_key);
        return Ok("No key file was given: all of it could have been made by somebody else.".to_owned());
    };
    let given = key(&trust.root_key, "The root key in the key file")?;
    facts.root = Some(given);
    // A statement of keys that cannot be read is the next check's to say.
    let rotations =
        facts.json::<ForceKeys>(layout::FORCE_KEYS).map(|keys| keys.rotations).unwrap_or_default();
    let newest = handed_over(Some(trust), &own_key, &rotations)?;
    if newest != own_key || trust.force != own.force {
        return Err("The bundle was made under another root key than the one in the key file.".into());
    }
    let trust = trust.clone();
    facts.root = Some(own_key);
    if given != own_key {
        return Ok(format!(
            "Made under a root key of {} to which the one that was given has handed over, signed by it.",
            trust.force_name
        ));
    }
    Ok(format!("Made under the root key of {} that was given.", trust.force_name))
}

/// The root to which the one given has handed over, as far as `rotations` say; without one, the bundle's own.
pub(super) fn handed_over(
    trust: Option<&TrustFile>,
    own: &VerifyKey,
    rotations: &[RootRotation],
) -> Result<VerifyKey, Trouble> {
    let Some(trust) = trust else { return Ok(*own) };
    let newest = newest_root(&trust.root_key, trust.force, rotations, holds)
        .map_err(|why| format!("The root key given does not lead to the bundle's: {why}."))?;
    key(&newest, "The root key that was handed over to")
}

/// Every file is listed and unchanged, and none is there besides.
pub(super) fn files_listed(facts: &mut Facts<'_>) -> Found {
    let mut manifest: Manifest = facts.json(layout::MANIFEST)?;
    if manifest.format != BUNDLE_FORMAT {
        return Err(format!(
            "The bundle is of format {}; this program knows {BUNDLE_FORMAT}. Use a newer one.",
            manifest.format
        )
        .into());
    }
    let mut listed = BTreeSet::from([layout::MANIFEST, layout::MANIFEST_SIGNATURE]);
    over_threads(&manifest.files, |entry| {
        let bytes = facts.file(&entry.path)?;
        if bytes.len() as u64 != entry.bytes || sha256(&bytes) != entry.sha256.0 {
            return Err(format!("The file {} is not the one that the manifest lists.", entry.path).into());
        }
        Ok(())
    })?;
    for entry in &manifest.files {
        if !layout::is_known(&entry.path) || !listed.insert(&entry.path) {
            return Err(format!("The manifest lists {}, which has no place there.", entry.path).into());
        }
    }
    if let Some(extra) = facts.paths().find(|path| !listed.contains(path)) {
        return Err(format!("The file {extra} is not in the manifest: it was added.").into());
    }
    let says = format!("{} files, each as listed.", manifest.files.len());
    manifest.files = Vec::new();
    facts.manifest = Some(manifest);
    Ok(says)
}

/// The root certifies the force's keys.
pub(super) fn force_keys(facts: &mut Facts<'_>) -> Found {
    let root = *found(&facts.root, "trust")?;
    let keys = keys_of(&root, &facts.json(layout::FORCE_KEYS)?)?;
    let own: TrustFile = facts.json(layout::ROOT)?;
    if keys.statement.force != own.force {
        return Err("The root's statement names another force.".into());
    }
    let says = format!("Keys of {}, certified by its root.", keys.statement.force_name);
    facts.keys = Some(keys);
    Ok(says)
}

/// A force's keys, when its root certified them.
pub(super) fn keys_of(root: &VerifyKey, keys: &ForceKeys) -> Result<Keys, Trouble> {
    signed(root, &signed_keys(&keys.statement), &keys.signature, "the force's keys (by its root)")?;
    let statement: ForceKeysStatement = parse(layout::FORCE_KEYS, keys.statement.as_bytes())?;
    let policy = key(&statement.policy_key, "The force's policy key")?;
    let checkpoint = key(&statement.checkpoint_key, "The force's checkpoint key")?;
    Ok(Keys { statement, policy, checkpoint })
}

/// The force signed the manifest, and so every file.
pub(super) fn manifest_signature(facts: &mut Facts<'_>) -> Found {
    let keys = found(&facts.keys, "force-keys")?;
    let json = facts.file(layout::MANIFEST)?;
    let signature = facts.text(layout::MANIFEST_SIGNATURE)?;
    let signature = signature.strip_suffix('\n').unwrap_or_default();
    signed(&keys.checkpoint, &manifest_signed(&json), signature, "the manifest (by the force)")?;
    let manifest = found(&facts.manifest, "manifest")?;
    if manifest.force != keys.statement.force {
        return Err("The manifest names another force than its keys.".into());
    }
    if keys.statement.valid_until.is_some_and(|until| manifest.created_at > until) {
        return Err("The bundle was made after the force's keys had lapsed.".into());
    }
    Ok("The force signed the list of files.".to_owned())
}

/// Policies are the force's, for this case, and unchanged.
pub(super) fn policies(facts: &mut Facts<'_>) -> Found {
    let keys = found(&facts.keys, "force-keys")?;
    let manifest = found(&facts.manifest, "manifest")?;
    let mut policies = BTreeMap::new();
    for path in facts.under(layout::POLICIES).filter(|path| path.ends_with(".json")) {
        let bytes = facts.file(path)?;
        let hash = Digest(policy_hash(&bytes));
        if path != layout::policy(&hash) {
            return Err(
                format!("The order as the device obeyed it was changed: {path} has another hash.").into()
            );
        }
        let signature = facts.text(&layout::policy_signature(&hash))?;
        let signature = signature.strip_suffix('\n').unwrap_or_default();
        signed(
            &keys.policy,
            &signed_policy(&String::from_utf8_lossy(&bytes)),
            signature,
            "a policy (by the force)",
        )?;
        let policy: Policy = parse(path, &bytes)?;
        if policy.format != POLICY_FORMAT || policy.force != manifest.force || policy.case != manifest.case {
            return Err(format!("{path} is of another force, case or format.").into());
        }
        policies.insert(hash, policy);
    }
    if facts.under(layout::POLICIES).count() != 2 * policies.len() {
        return Err("There is a signature in policies/ without its policy.".into());
    }
    if !policies.values().any(|policy| policy.order_reference == manifest.order_reference) {
        return Err(
            format!("No policy is of order {}, which the manifest names.", manifest.order_reference).into()
        );
    }
    let says = format!(
        "{} as the devices obeyed them, signed by the force.",
        count(policies.len(), "policy", "policies")
    );
    facts.policies = Some(policies);
    Ok(says)
}

/// Device keys are the force's, for this case.
pub(super) fn devices(facts: &mut Facts<'_>) -> Found {
    let keys = found(&facts.keys, "force-keys")?;
    let manifest = found(&facts.manifest, "manifest")?;
    let mut devices = BTreeMap::new();
    for path in facts.under(layout::DEVICES) {
        let device: SignedDevice = facts.json(path)?;
        let bytes = device_statement_signed(&device.statement);
        signed(&keys.policy, &bytes, &device.signature, &format!("{path} (by the force)"))?;
        let statement: DeviceStatement = parse(path, device.statement.as_bytes())?;
        let place = layout::device(&statement.device);
        if path != place || statement.force != manifest.force || statement.case != manifest.case {
            return Err(format!("{path} is of another device, case or force.").into());
        }
        devices.insert(statement.device, key(&statement.record_key, "A device's record key")?);
    }
    let says = format!("{}, enrolled by the force for this case.", count(devices.len(), "device", "devices"));
    facts.devices = Some(devices);
    Ok(says)
}

/// "1 record", "2 records".
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
