//! The force changes its keys, or its root, while a device obeys a policy signed with the old ones.

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_agent::PolicyKeep;
use proviso_agent::policy_keep::PolicyError;
use proviso_ledger::SignKey;
use proviso_model::Timestamp;
use proviso_model::wire::{
    ForceKeys, ForceKeysStatement, RootRotation, RootRotationStatement, SignedPolicy, signed_keys,
    signed_policy, signed_root_rotation,
};
use support::TestForce;

const DAY: i64 = 24 * 3_600;
/// Signs policies from version 2 on.
const NEW_POLICY_KEY: [u8; 32] = [42; 32];

/// A statement with a changed policy key, signed by `root`.
fn changed(force: &TestForce, root: &SignKey, version: u64, valid_until: Option<Timestamp>) -> ForceKeys {
    let mut says: ForceKeysStatement = serde_json::from_str(&force.keys.statement).expect("a statement");
    says.version = version;
    says.policy_key = SignKey::from_seed(NEW_POLICY_KEY).public().to_hex();
    says.valid_until = valid_until;
    let statement = serde_json::to_string(&says).expect("JSON");
    let signature = STANDARD.encode(root.sign(&signed_keys(&statement)));
    ForceKeys { statement, signature, rotations: Vec::new() }
}

fn hand_over(force: &TestForce, from: &SignKey, to: &SignKey) -> RootRotation {
    let statement = serde_json::to_string(&RootRotationStatement {
        force: force.force,
        from_key: from.public().to_hex(),
        to_key: to.public().to_hex(),
        issued_at: force.now(),
    })
    .expect("JSON");
    let signature = STANDARD.encode(from.sign(&signed_root_rotation(&statement)));
    RootRotation { statement, signature }
}

fn with_new_key(force: &TestForce, serial: u64) -> SignedPolicy {
    let policy = serde_json::to_string(&force.policy(serial, DAY)).expect("JSON");
    let signature = STANDARD.encode(SignKey::from_seed(NEW_POLICY_KEY).sign(&signed_policy(&policy)));
    SignedPolicy { policy, signature }
}

#[test]
fn the_policy_obeyed_stays_until_one_signed_with_the_new_key_comes() {
    let force = TestForce::new();
    let keep = force.enrol(DAY);
    let (pinned, new_root) = (SignKey::from_seed([1; 32]), SignKey::from_seed([41; 32]));
    for stranger in [SignKey::from_seed([40; 32]), SignKey::from_seed([41; 32])] {
        let refused = keep.offer_keys(&changed(&force, &stranger, 2, None)).expect_err("not the pinned root");
        assert!(matches!(refused, PolicyError::Signature(_)), "{refused}");
    }
    let mut handed_over = changed(&force, &new_root, 3, None);
    handed_over.rotations.push(hand_over(&force, &new_root, &new_root));
    assert!(keep.offer_keys(&handed_over).is_err(), "a root does not hand over to itself");
    handed_over.rotations = vec![hand_over(&force, &pinned, &new_root)];
    keep.offer_keys(&handed_over).expect("the pinned root handed over");
    let older = keep.offer_keys(&force.keys).expect_err("versions only rise");
    assert!(matches!(older, PolicyError::Older { offered: 1, known: 3, .. }), "{older}");

    let again = PolicyKeep::load(&force.dir(), force.device).expect("a restart");
    assert_eq!((again.serial(), again.keys().statement.version), (1, 3), "still obeyed: no gap");
    let retired = again.offer(&force.sign(&force.policy(2, DAY))).expect_err("a retired key");
    assert!(matches!(retired, PolicyError::Signature(_)), "{retired}");
    assert!(again.offer(&with_new_key(&force, 2)).expect("the key in use"));
    let last = PolicyKeep::load(&force.dir(), force.device).expect("a restart");
    assert_eq!((last.serial(), last.fault()), (2, None));
}

#[test]
fn a_policy_made_after_the_keys_lapsed_is_not_taken() {
    let force = TestForce::new();
    let keep = force.enrol(DAY);
    let yesterday = force.now().plus_millis(-DAY * 1_000);
    keep.offer_keys(&changed(&force, &SignKey::from_seed([1; 32]), 2, Some(yesterday))).expect("keys");
    let lapsed = keep.offer(&with_new_key(&force, 2)).expect_err("made today");
    assert!(matches!(lapsed, PolicyError::Lapsed), "{lapsed}");
    assert_eq!(keep.serial(), 1, "the one obeyed stays");
}
