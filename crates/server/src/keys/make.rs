//! Making and changing the server's keys: the server proposes, the root signs, the server installs what was signed.

use std::path::{Path, PathBuf};

use proviso_ledger::sign::{SignKey, VerifyKey};
use proviso_model::Timestamp;
use proviso_model::wire::{ForceKeys, ForceKeysStatement, TrustFile, newest_root, signed_keys};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::certificates;
use super::files::{self, json, read_json};
use super::force::{self, ForceFile, KeyFiles, trust_path};
use super::root::{RootPublic, certify};
use super::{KeyError, MasterKey, sealed_file};

/// Days for which a statement of keys is good.
pub const KEYS_DAYS: i64 = 730;

/// What `admin init` is told.
pub struct ForceInit<'a> {
    /// The force's name.
    pub name: &'a str,
    /// Names and addresses under which the server is reached.
    pub hosts: &'a [String],
    /// Now.
    pub now: Timestamp,
}

/// Keys made and not yet in use.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pending {
    statement: ForceKeysStatement,
    files: KeyFiles,
    /// The root that the force begins with; absent when keys are changed.
    root: Option<RootPublic>,
}

fn pending_path(data_dir: &Path) -> PathBuf {
    sealed_file::folder(data_dir).join("pending.json")
}

/// A host-like word made of the force's name, for the origin line of checkpoints.
fn origin(name: &str) -> String {
    let word: String = name
        .to_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    format!("proviso.{}.example/log", word.trim_matches('-'))
}

fn new_key(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    name: &str,
) -> Result<String, KeyError> {
    let key = SignKey::generate(rng);
    sealed_file::write(data_dir, master, rng, name, key.seed().as_slice())?;
    Ok(key.public().to_hex())
}

/// Makes the server's keys and certificates in an empty data folder, and says what the root is to sign.
///
/// # Errors
/// [`KeyError`]; keys that exist are never overwritten.
pub fn prepare(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    init: &ForceInit<'_>,
    root: &RootPublic,
) -> Result<ForceKeysStatement, KeyError> {
    let files = KeyFiles::first();
    let mut server_secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(server_secret.as_mut());
    sealed_file::write(data_dir, master, rng, force::SERVER_SECRET, server_secret.as_slice())?;
    let made = certificates::authority(&root.force_name, init.now)?;
    let server = certificates::server(&made, init.hosts, init.now)?;
    let statement = ForceKeysStatement {
        force: root.force,
        force_name: root.force_name.clone(),
        version: 1,
        issued_at: init.now,
        policy_key: new_key(data_dir, master, rng, &files.policy)?,
        checkpoint_key: new_key(data_dir, master, rng, &files.checkpoint)?,
        pack_key: Some(new_key(data_dir, master, rng, &files.pack)?),
        valid_until: Some(init.now.plus_days(KEYS_DAYS)),
        checkpoint_origin: origin(&root.force_name),
        ca_pem: made.certificate_pem.clone(),
    };
    sealed_file::write(data_dir, master, rng, force::AUTHORITY_KEY, made.key_pem.as_bytes())?;
    sealed_file::write(data_dir, master, rng, force::SERVER_KEY, server.key_pem.as_bytes())?;
    let folder = sealed_file::folder(data_dir);
    files::write_new(&folder.join(force::AUTHORITY), made.certificate_pem.as_bytes())?;
    files::write_new(&folder.join(force::SERVER), server.certificate_pem.as_bytes())?;
    let pending = Pending { statement: statement.clone(), files, root: Some(root.clone()) };
    let path = pending_path(data_dir);
    files::write_new(&path, &json(&path, &pending)?)?;
    Ok(statement)
}

/// Makes a new TLS key and certificate of the server, in the place of those in use; started again, the server shows them. With no hosts
/// it is for those of the certificate in use. Broken off in between, it is to be run again.
///
/// # Errors
/// [`KeyError`].
pub fn server_certificate(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    hosts: &[String],
    now: Timestamp,
) -> Result<Vec<String>, KeyError> {
    let keys = force::ForceKeyRing::load(data_dir, master)?;
    let hosts =
        if hosts.is_empty() { certificates::hosts(&keys.server_certificate_pem) } else { hosts.to_vec() };
    let server = certificates::server(&keys.authority, &hosts, now)?;
    sealed_file::replace(data_dir, master, rng, force::SERVER_KEY, server.key_pem.as_bytes())?;
    let path = sealed_file::folder(data_dir).join(force::SERVER);
    files::replace(&path, server.certificate_pem.as_bytes())?;
    Ok(hosts)
}

/// Which keys are to be changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Renew {
    /// The key that signs policies.
    pub policy: bool,
    /// The key that signs checkpoints.
    pub checkpoint: bool,
    /// The key that signs packs.
    pub pack: bool,
}

/// Makes new keys beside those in use, or with none chosen only a new date, and says what the root is to sign.
///
/// # Errors
/// [`KeyError::Request`] while an earlier change still waits for the root.
pub fn renew(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    change: Renew,
    now: Timestamp,
) -> Result<ForceKeysStatement, KeyError> {
    let path = pending_path(data_dir);
    if path.exists() {
        return Err(KeyError::Request(format!(
            "an earlier change still waits for the root; install it, or remove {}",
            path.display()
        )));
    }
    let file = force::read_file(data_dir)?;
    let mut statement: ForceKeysStatement = serde_json::from_str(&file.statement.statement)
        .map_err(|error| KeyError::Request(format!("the statement in use cannot be read: {error}")))?;
    statement.version = statement.version.saturating_add(1);
    statement.issued_at = now;
    statement.valid_until = Some(now.plus_days(KEYS_DAYS));
    let mut names = file.files;
    let version = statement.version;
    if change.policy {
        names.policy = format!("policy-{version}.key");
        statement.policy_key = new_key(data_dir, master, rng, &names.policy)?;
    }
    if change.checkpoint {
        names.checkpoint = format!("checkpoint-{version}.key");
        statement.checkpoint_key = new_key(data_dir, master, rng, &names.checkpoint)?;
    }
    if change.pack {
        names.pack = format!("pack-{version}.key");
        statement.pack_key = Some(new_key(data_dir, master, rng, &names.pack)?);
    }
    let pending = Pending { statement: statement.clone(), files: names, root: None };
    files::write_new(&path, &json(&path, &pending)?)?;
    Ok(statement)
}

fn holds(key: &str, bytes: &[u8], signature: &str) -> bool {
    let signature = proviso_evidence::signature_of(signature);
    match (VerifyKey::from_hex(key), signature) {
        (Ok(key), Some(signature)) => key.verify(bytes, &signature).is_ok(),
        _ => false,
    }
}

/// Puts keys to use that the root has signed. The server is to be started again after it. Gives the new hand-out.
///
/// # Errors
/// [`KeyError::Request`] when nothing waits, or what was signed is not what waits; nothing is changed then.
pub fn install(data_dir: &Path, signed: &ForceKeys) -> Result<TrustFile, KeyError> {
    let path = pending_path(data_dir);
    if !path.exists() {
        return Err(KeyError::Request("no keys wait for the root here".to_owned()));
    }
    let pending: Pending = read_json(&path)?;
    let pinned = match &pending.root {
        Some(root) => root.root_key.clone(),
        None => force::trust(data_dir)?.root_key,
    };
    let root =
        newest_root(&pinned, pending.statement.force, &signed.rotations, holds).map_err(KeyError::Request)?;
    if !holds(&root, &signed_keys(&signed.statement), &signed.signature) {
        return Err(KeyError::Request("it was not signed by this force's root".to_owned()));
    }
    if serde_json::from_str::<ForceKeysStatement>(&signed.statement).ok().as_ref() != Some(&pending.statement)
    {
        return Err(KeyError::Request("the root signed something else than what waits here".to_owned()));
    }
    let before = force::read_file(data_dir).ok();
    let mut retired = before.as_ref().map(|file| file.retired.clone()).unwrap_or_default();
    retired.extend(before.as_ref().map(|file| file.statement.clone()));
    let says = pending.statement;
    let file = ForceFile {
        force: says.force,
        name: says.force_name.clone(),
        origin: says.checkpoint_origin,
        statement: signed.clone(),
        retired,
        files: pending.files.clone(),
    };
    let trust =
        TrustFile { force_name: says.force_name, force: says.force, root_key: root, ca_pem: says.ca_pem };
    files::replace(&trust_path(data_dir), &json(&path, &trust)?)?;
    // From here on the new keys are the ones in use; what is left to do after a kill is to tidy up.
    files::replace(&force::file_path(data_dir), &json(&path, &file)?)?;
    for name in before.iter().flat_map(|file| file.files.names()) {
        if !pending.files.names().contains(&name) {
            files::destroy(&sealed_file::folder(data_dir).join(name))?;
        }
    }
    files::destroy(&path)?;
    Ok(trust)
}

/// Makes every key of a force in an empty data folder, with a root that is made on the spot, signs once, and is not kept:
/// for demonstrations and tests, whose force nobody goes on with. `admin init` keeps the root on its own medium.
///
/// # Errors
/// [`KeyError`]; keys that exist are never overwritten.
pub fn create(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    init: &ForceInit<'_>,
) -> Result<TrustFile, KeyError> {
    let mut random = [0; 16];
    rng.fill_bytes(&mut random);
    let root = SignKey::generate(rng);
    let public = RootPublic {
        force: proviso_model::ids::ForceId::random(random),
        force_name: init.name.to_owned(),
        root_key: root.public().to_hex(),
    };
    let request = prepare(data_dir, master, rng, init, &public)?;
    install(data_dir, &certify(&root, &request, Vec::new()))
}
