//! The force changes its keys and its root while a device is enrolled.

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use proviso_engine::image::lists::ListFormat;
use proviso_evidence::{Beside, Check, CheckState, Shown, verify_beside};
use proviso_ledger::hash::sha256;
use proviso_ledger::sign::VerifyKey;
use proviso_model::Digest;
use proviso_model::wire::{ForceKeys, ForceKeysStatement, SignedPolicy, signed_policy};
use proviso_server::app::bundle::{self, Asker, Scope};
use proviso_server::app::force::case::order_change;
use proviso_server::app::force::keys;
use proviso_server::app::witness;
use proviso_server::jobs;
use proviso_server::keys::make::{self, Renew};
use proviso_server::open;
use reqwest::Method;

use crate::device::Device;
use crate::enrolment::signature;
use crate::facts::{finding, sealed, watched};
use crate::hash_sets::{CONDITIONS, import};
use crate::list_proofs::of_harmless;
use crate::listed_pictures::{HARMLESS, claim};
use crate::rig::{ORDER, Rig};

#[tokio::test]
async fn changed_keys_reach_a_device_and_what_was_sealed_before_verifies_under_the_old_root() {
    let (mut rig, root, _medium) = Rig::with_root(0).await;
    order_change(&rig.ctx, rig.case, &format!("{ORDER}\n{CONDITIONS}"), "order.toml").await.expect("entered");
    let list = format!("{},2\n", Digest(sha256(HARMLESS)));
    import(&rig, "restricted", &list, ListFormat::Sha256, true, false).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let picture = claim(&rig, sha256(HARMLESS), &"1f".repeat(32), of_harmless(&device, "restricted"));
    let mut before = vec![device.seal(finding(&device, at)), device.seal(watched(at, 3))];
    before.push(device.seal(sealed(&device, &picture)));
    device.send(&rig, &before.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let asker = Asker::machine("command-line".to_owned(), "Test Officer 014".to_owned());
    let scope = Scope::Case(rig.case);
    let earlier = bundle::make(&rig.ctx, &asker, scope, &Shown::Everything).await.expect("made").bytes;

    let rng = &mut UnwrapErr(SysRng);
    let second = tempfile::tempdir().expect("a medium");
    let new_root = root.rotate(second.path(), "an invented passphrase", rng, at).expect("handed over");
    let master = open::master_key(&rig.config, None).expect("the master key");
    let change = Renew { policy: true, checkpoint: true, pack: true };
    let asked = make::renew(&rig.config.data_dir, &master, rng, change, at).expect("new keys");
    make::install(&rig.config.data_dir, &new_root.sign(&asked).expect("signed")).expect("installed");
    rig.restart(|_| {}).await;
    assert_eq!(keys::installed(&rig.ctx).await.expect("policies made anew"), 1);

    let answer = device.ask(&rig, Method::GET, "/v1/keys", Vec::new()).await;
    let held: ForceKeys = serde_json::from_slice(&answer.body).expect("keys");
    let says: ForceKeysStatement = serde_json::from_str(&held.statement).expect("a statement");
    assert_eq!((says.version, held.rotations.len()), (2, 1));
    let answer = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    let policy: SignedPolicy = serde_json::from_slice(&answer.body).expect("a policy");
    VerifyKey::from_hex(&says.policy_key)
        .expect("a key")
        .verify(&signed_policy(&policy.policy), &signature(&policy.signature))
        .expect("signed with the key in use");
    assert!(policy.policy.contains("\"serial\":2"), "a higher serial, so that the device asks for it");

    let made = bundle::make(&rig.ctx, &asker, scope, &Shown::Everything).await.expect("made");
    let mut witnessed = Vec::new();
    witness::export(&rig.ctx, "command-line", 0, &mut witnessed).await.expect("written");
    let (earlier, bundle) = (earlier.as_slice(), made.bytes.as_slice());
    let others = [
        Beside::Bundle { name: "earlier.zip", source: &earlier },
        Beside::Witness { name: "witness.jsonl", bytes: &witnessed },
    ];
    let report = verify_beside(&bundle, Some(&rig.trust), &others).expect("a bundle");
    assert_eq!(
        report.checks.iter().rev().take(2).map(|check| check.name).collect::<Vec<_>>(),
        ["witness", "earlier"]
    );
    assert!(report.checks.iter().all(|check| check.state == CheckState::Passed), "{:#?}", report.checks);
    let proven = |check: &Check| check.name == "lists" && check.says.contains("stood in list restricted");
    assert!(report.checks.iter().any(proven), "under the new keys too: {:#?}", report.checks);
    rig.stop().await;
}
