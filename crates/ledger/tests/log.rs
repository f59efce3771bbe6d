//! The log: equal to another implementation of RFC 6962, and signed in a form that others can read.

use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proviso_ledger::merkle::list::{KEPT_LEVEL, ListTree, kept_nodes};
use proviso_ledger::merkle::{self, LeafKind, MerkleError};
use proviso_ledger::{Checkpoint, CheckpointError, SignKey};
use sha2::Sha256;

const SIZE_MAX: u64 = 70;

fn leaf(n: u64) -> [u8; 33] {
    merkle::leaf(LeafKind::Record, &proviso_ledger::hash::sha256(&n.to_be_bytes()))
}

type Kept = BTreeMap<(u32, u64), [u8; 32]>;

/// Our nodes and the other implementation's tree, grown together.
fn grow(size: u64) -> (Kept, MemoryBackedTree<Sha256, [u8; 33]>) {
    let (mut nodes, mut theirs) = (Kept::new(), MemoryBackedTree::new());
    for n in 0..size {
        let new = merkle::append(n, &leaf(n), &|level, index| nodes.get(&(level, index)).copied());
        for (level, index, hash) in new.expect("the nodes below are kept") {
            assert_eq!(nodes.insert((level, index), hash), None, "a node is written once");
        }
        theirs.push(leaf(n));
    }
    (nodes, theirs)
}

/// The root as RFC 6962 defines it.
fn defined(leaves: &[[u8; 33]]) -> [u8; 32] {
    match leaves {
        [leaf] => proviso_ledger::hash::sha256(&[&[0], leaf.as_slice()].concat()),
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            proviso_ledger::hash::sha256(&[&[1], defined(left).as_slice(), &defined(right)].concat())
        }
    }
}

#[test]
fn a_list_that_is_there_whole_has_the_same_tree_though_few_of_its_nodes_are_kept() {
    let kept_one = 1 << KEPT_LEVEL;
    for size in [1, 2, 3, 7, 8, 9, 1_000, kept_one - 1, kept_one, kept_one + 1, 3 * kept_one + 70] {
        let hash = |index| (index < size).then(|| merkle::leaf_hash(&leaf(index)));
        let kept: Result<Vec<[u8; 32]>, MerkleError> = kept_nodes(size, &hash).collect();
        let kept = kept.expect("all leaves are there").concat();
        assert_eq!(kept.len() as u64, 32 * (size / kept_one), "{size}");
        let tree = ListTree::new(&kept, hash);
        let root = merkle::root(size, &tree).expect("a root");
        assert_eq!(root, defined(&(0..size).map(leaf).collect::<Vec<_>>()), "{size}");
        for index in [0, size / 3, size / 2, size - 1] {
            let proof = merkle::inclusion(index, size, &tree).expect("a proof");
            merkle::verify_inclusion(&leaf(index), index, size, &proof, &root).expect("it holds");
        }
        assert_eq!(merkle::inclusion(size, size, &tree), Err(MerkleError::Range));
    }
    let short = |index| (index < 5_000).then(|| merkle::leaf_hash(&leaf(index)));
    let missing = kept_nodes(2 * kept_one, &short).find_map(Result::err);
    assert_eq!(missing, Some(MerkleError::Missing { level: KEPT_LEVEL, index: 1 }), "a leaf is not there");
}

fn in_parts(bytes: &[u8]) -> Vec<[u8; 32]> {
    bytes.chunks(32).map(|part| part.try_into().expect("whole hashes")).collect()
}

#[test]
fn roots_and_proofs_equal_those_of_another_implementation_of_rfc_6962() {
    for size in 1..=SIZE_MAX {
        let (nodes, theirs) = grow(size);
        let kept = |level, index| nodes.get(&(level, index)).copied();
        let root = merkle::root(size, &kept).expect("a root");
        assert_eq!(root.as_slice(), theirs.root().as_bytes().as_slice(), "root of {size}");
        for index in 0..size {
            let proof = merkle::inclusion(index, size, &kept).expect("a proof");
            let theirs = theirs.prove_inclusion(usize::try_from(index).expect("small"));
            assert_eq!(proof, in_parts(theirs.as_bytes()), "leaf {index} of {size}");
            merkle::verify_inclusion(&leaf(index), index, size, &proof, &root).expect("it holds");
        }
        for old in 1..=size {
            let proof = merkle::consistency(old, size, &kept).expect("a proof");
            let theirs = theirs.prove_consistency(usize::try_from(size - old).expect("small"));
            assert_eq!(proof, in_parts(theirs.as_bytes()), "{old} to {size}");
            let old_root = merkle::root(old, &kept).expect("a root");
            merkle::verify_consistency(old, &old_root, size, &root, &proof).expect("it holds");
        }
    }
}

#[test]
fn a_proof_for_another_leaf_place_size_or_root_does_not_hold() {
    for size in 2..=SIZE_MAX {
        let (nodes, _) = grow(size);
        let kept = |level, index| nodes.get(&(level, index)).copied();
        let root = merkle::root(size, &kept).expect("a root");
        let other_root = merkle::root(size - 1, &kept).expect("a root");
        for index in 0..size {
            let proof = merkle::inclusion(index, size, &kept).expect("a proof");
            let holds = |leaf: &[u8], index, proof: &[[u8; 32]], root| {
                merkle::verify_inclusion(leaf, index, size, proof, root).is_ok()
            };
            let other = (index + 1) % size;
            assert!(!holds(&leaf(other), index, &proof, &root));
            assert!(!holds(&leaf(index), other, &proof, &root));
            assert!(!holds(&leaf(index), index, &proof, &other_root));
            assert!(!holds(&leaf(index), index, &proof[1..], &root));
            assert!(!holds(&leaf(index), index, &[proof.as_slice(), &[[0; 32]]].concat(), &root));
            assert!(!holds(&leaf(index), size, &proof, &root));
        }
        for old in 1..size {
            let proof = merkle::consistency(old, size, &kept).expect("a proof");
            let old_root = merkle::root(old, &kept).expect("a root");
            let holds = |old_root, new_root, proof: &[[u8; 32]]| {
                merkle::verify_consistency(old, old_root, size, new_root, proof).is_ok()
            };
            assert!(!holds(&[7; 32], &root, &proof));
            assert!(!holds(&old_root, &[7; 32], &proof));
            assert!(!holds(&old_root, &root, &proof[1..]));
            assert!(!holds(&old_root, &root, &[proof.as_slice(), &[[0; 32]]].concat()));
        }
    }
}

#[test]
fn a_lost_node_is_an_error_and_not_a_wrong_root() {
    let lost = |_: u32, _: u64| None;
    assert_eq!(merkle::root(3, &lost), Err(MerkleError::Missing { level: 1, index: 0 }));
    assert_eq!(merkle::append(1, b"leaf", &lost), Err(MerkleError::Missing { level: 0, index: 0 }));
    assert_eq!(merkle::inclusion(3, 3, &lost), Err(MerkleError::Range));
    assert_eq!(merkle::consistency(0, 3, &lost), Err(MerkleError::Range));
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: "proviso.test-force.example/log".to_owned(),
        size: 3,
        root: [5; 32],
        at: "2026-11-24T08:30:00.000000Z".to_owned(),
    }
}

#[test]
fn a_checkpoint_is_text_that_reads_back_under_its_key_alone() {
    let key = SignKey::from_seed([6; 32]);
    let text = checkpoint().sign(&key, "proviso.test-force.example/log").expect("a checkpoint");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "proviso.test-force.example/log",
            "3",
            "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=",
            "time 2026-11-24T08:30:00.000000Z",
            ""
        ]
    );
    assert!(lines[5].starts_with("— proviso.test-force.example/log "));
    assert_eq!(Checkpoint::parse_and_verify(&text, &key.public()), Ok(checkpoint()));
    let other = SignKey::from_seed([7; 32]);
    assert_eq!(Checkpoint::parse_and_verify(&text, &other.public()), Err(CheckpointError::Unsigned));
    let cosigned = format!(
        "{text}{}\n",
        checkpoint().sign(&other, "witness.example").expect("a note").lines().last().expect("a line")
    );
    assert_eq!(Checkpoint::parse_and_verify(&cosigned, &key.public()), Ok(checkpoint()));
    assert_eq!(Checkpoint::parse_and_verify(&cosigned, &other.public()), Ok(checkpoint()));
}

#[test]
fn no_character_of_a_checkpoint_can_be_changed() {
    let key = SignKey::from_seed([6; 32]);
    let text = checkpoint().sign(&key, "log").expect("a checkpoint");
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(changed) = String::from_utf8(bytes) {
            assert!(Checkpoint::parse_and_verify(&changed, &key.public()).is_err(), "character {at}");
        }
    }
    for bad in ["two words", "a+b", ""] {
        assert!(checkpoint().sign(&key, bad).is_err(), "signer's name {bad:?}");
    }
    let split = Checkpoint { origin: "two\nlines".to_owned(), ..checkpoint() };
    assert!(split.sign(&key, "log").is_err());
}
