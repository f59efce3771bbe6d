//! An invented force with its keys, and the policy that its one device obeys.

use proviso_engine::SEMANTICS;
use proviso_ledger::hash::sha256;
use proviso_ledger::{CasePublicKey, SignKey};
use proviso_model::ids::{CaseId, CaseKeyId, DeviceId};
use proviso_model::order::{AuthorityBasis, Exceptions, OrderKind};
use proviso_model::policy::{
    CaseKeyRef, POLICY_FORMAT, PackRef, Policy, PolicyAuthority, PolicyCondition, Rule, Term,
};
use proviso_model::wire::{ForceKeys, ForceKeysStatement, SignedPolicy, TrustFile};
use proviso_model::{ConditionKind, Digest, Timestamp};

use super::seeded::{Seeded, base64};
use super::{at, force_id, id, signed_policy};

pub const ORIGIN: &str = "proviso.test-force.example/log";

pub struct Force {
    pub trust: TrustFile,
    pub keys: ForceKeys,
    pub root: SignKey,
    pub policy_key: SignKey,
    pub checkpoint_key: SignKey,
}

impl Force {
    pub fn new(rng: &mut Seeded) -> Self {
        let (root, policy_key, checkpoint_key) =
            (SignKey::generate(rng), SignKey::generate(rng), SignKey::generate(rng));
        let statement = ForceKeysStatement {
            force: force_id(),
            force_name: "Test Force".to_owned(),
            version: 1,
            issued_at: at(0, 0),
            policy_key: policy_key.public().to_hex(),
            checkpoint_key: checkpoint_key.public().to_hex(),
            pack_key: None,
            valid_until: None,
            checkpoint_origin: ORIGIN.to_owned(),
            ca_pem: String::new(),
        };
        let statement = serde_json::to_string(&statement).expect("JSON");
        let signature = base64(&root.sign(&proviso_model::wire::signed_keys(&statement)));
        let trust = TrustFile {
            force_name: "Test Force".to_owned(),
            force: force_id(),
            root_key: root.public().to_hex(),
            ca_pem: String::new(),
        };
        Self {
            trust,
            keys: ForceKeys { statement, signature, rotations: Vec::new() },
            root,
            policy_key,
            checkpoint_key,
        }
    }

    pub fn sign_policy(&self, policy: &Policy) -> SignedPolicy {
        signed_policy(policy, &self.policy_key)
    }
}

/// Paragraph 3 of an invented order: words that the order itself names.
pub fn policy(case_key: &CasePublicKey) -> Policy {
    let expires_at = Timestamp::parse("2031-01-12T00:00:00Z").expect("an instant");
    let words = ["harbour lantern", "brass compass"];
    let terms = words.map(|text| Term { text: text.to_owned(), weight_permille: 1_000, ..Term::default() });
    Policy {
        format: POLICY_FORMAT,
        serial: 1,
        force: force_id(),
        case: CaseId::from_bytes(id(3)),
        device: DeviceId::from_bytes(id(2)),
        issued_at: at(0, 0),
        expires_at,
        order_reference: "T20269014".to_owned(),
        order_kind: OrderKind::ShpoConviction,
        timezone: "Europe/London".to_owned(),
        authority: PolicyAuthority {
            basis: AuthorityBasis::Paragraph,
            paragraph: Some("7".to_owned()),
            legal_basis: "Paragraph 7 of the order requires monitoring software.".to_owned(),
        },
        engine_semantics: SEMANTICS,
        case_key: CaseKeyRef { id: CaseKeyId::from_bytes(id(4)), public: case_key.to_hex() },
        conditions: vec![PolicyCondition {
            paragraph: "3".to_owned(),
            text: "Not to view material concerning harbour lanterns or brass compasses.".to_owned(),
            kind: ConditionKind::SpecifiedWords,
            valid_from: Timestamp::parse("2026-01-12T00:00:00Z").expect("an instant"),
            valid_until: expires_at,
            rules: vec![Rule::Words {
                id: "words/order".to_owned(),
                category: "specified".to_owned(),
                pack: PackRef {
                    name: "order".to_owned(),
                    version: "2026-01-12".to_owned(),
                    sha256: Digest(sha256(words.join("\n").as_bytes())),
                },
                more_packs: Vec::new(),
                queries_only: false,
                query_threshold_permille: None,
                threshold_permille: 1_000,
                contexts: Vec::new(),
                terms: terms.into(),
            }],
            except: Exceptions::default(),
            wording: Vec::new(),
        }],
        contexts: Vec::new(),
        minor: None,
        shield: Vec::new(),
        privilege: Vec::new(),
        pauses: Vec::new(),
        other_adult: None,
        trial: None,
    }
}
