//! Records on the wire: what is taken, what is refused, and where to go on.

use proviso_ledger::chain::ChainLink;
use proviso_ledger::checkpoint::Checkpoint;
use proviso_ledger::merkle;
use proviso_ledger::sign::VerifyKey;
use proviso_model::limits::BATCH_BYTES_MAX;
use proviso_model::wire::{ForceKeysStatement, Receipt};
use reqwest::{Method, StatusCode};

use crate::device::{Device, batch};
use crate::facts::watched;
use crate::rig::Rig;

/// Checks a receipt as a device or an expert would: signature of the checkpoint, and that the record is in it.
fn assert_proves(device: &Device, receipt: &Receipt, record: &[u8; 32]) {
    let statement: ForceKeysStatement =
        serde_json::from_str(&device.response.keys.statement).expect("a statement");
    let key = VerifyKey::from_hex(&statement.checkpoint_key).expect("a key");
    let note = receipt.checkpoint.as_deref().expect("a checkpoint");
    let checkpoint = Checkpoint::parse_and_verify(note, &key).expect("signed");
    assert_eq!(checkpoint.origin, statement.checkpoint_origin);
    let proof = receipt.proof.as_ref().expect("a proof");
    let hashes: Vec<[u8; 32]> = proof.hashes.iter().map(|hash| hash.0).collect();
    let leaf = merkle::leaf(merkle::LeafKind::Record, record);
    merkle::verify_inclusion(&leaf, proof.index, checkpoint.size, &hashes, &checkpoint.root)
        .expect("the record is in the log");
}

#[tokio::test]
async fn a_batch_is_acknowledged_with_a_proof_and_sent_again_changes_nothing() {
    let mut rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let records: Vec<_> = (0..5).map(|nth| device.seal(watched(at, nth))).collect();
    let all: Vec<_> = records.iter().collect();
    let receipt = device.send(&rig, &all[..3]).await.receipt();
    assert_eq!((receipt.durable_seq, receipt.backed_up_seq), (Some(2), Some(2)));
    assert_proves(&device, &receipt, &records[2].record_hash());
    let again = device.send(&rig, &all).await.receipt();
    assert_eq!(again.durable_seq, Some(4));
    assert_proves(&device, &again, &records[4].record_hash());
    let whole = rig.ctx.store.record_by_case(rig.case).await.expect("read");
    assert_eq!(whole.len(), 5, "nothing twice");
    for (kept, sent) in whole.iter().zip(&records) {
        assert_eq!(kept.header, sent.header.encode(), "byte for byte");
        assert_eq!(kept.body.as_ref(), Some(&sent.sealed));
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_batch_with_a_broken_chain_keeps_the_good_part_and_says_where_to_go_on() {
    let mut rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let records: Vec<_> = (0..5).map(|nth| device.seal(watched(at, nth))).collect();

    let answer = device.send(&rig, &[&records[0], &records[1], &records[3]]).await;
    assert_eq!((answer.status, answer.refusal().code.as_str()), (StatusCode::CONFLICT, "chain-broken"));
    let receipt = answer.refusal().receipt.expect("where to go on");
    assert_eq!(receipt.durable_seq, Some(1));
    assert_proves(&device, &receipt, &records[1].record_hash());

    let mut damaged = records[3].clone();
    damaged.signature[0] ^= 1;
    let answer = device.send(&rig, &[&records[2], &damaged, &records[4]]).await;
    assert_eq!((answer.status, answer.refusal().code.as_str()), (StatusCode::BAD_REQUEST, "record-bad"));
    assert_eq!(answer.refusal().receipt.expect("where to go on").durable_seq, Some(2));
    let mut body = batch(&[&records[3]]);
    body.truncate(body.len() - 1);
    let cut = device.ask(&rig, Method::POST, "/v1/records", body).await;
    assert_eq!(cut.refusal().code, "record-bad");
    assert_eq!(device.send(&rig, &[&records[3], &records[4]]).await.receipt().durable_seq, Some(4));

    let large = device.ask(&rig, Method::POST, "/v1/records", vec![0; BATCH_BYTES_MAX + 1]).await;
    assert_eq!(
        (large.status, large.refusal().code.as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "batch-too-large")
    );
    rig.stop().await;
}

#[tokio::test]
async fn a_fork_is_kept_apart_and_the_device_goes_on_in_a_new_epoch() {
    let mut rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let start = device.link;
    let first = device.seal(watched(at, 1));
    let second = device.seal(watched(at, 2));
    device.send(&rig, &[&first, &second]).await.receipt();

    // A restored disk image: the same place in the chain, another record.
    let other = device.seal_at(&start, watched(at, 3));
    let answer = device.send(&rig, &[&other]).await;
    assert_eq!((answer.status, answer.refusal().code.as_str()), (StatusCode::CONFLICT, "fork"));
    let forks = rig.ctx.store.fork_list(device.id).await.expect("read");
    let forks: Vec<_> = forks.iter().map(|fork| (fork.epoch, fork.seq, fork.hash)).collect();
    assert_eq!(forks, [(0, 0, other.record_hash())]);

    device.link = ChainLink::first(start.force, start.device, 1);
    let fresh = device.seal(watched(at, 4));
    let receipt = device.send(&rig, &[&fresh]).await.receipt();
    assert_eq!((receipt.epoch, receipt.durable_seq), (1, Some(0)));
    let kept = rig.ctx.store.record_by_case(rig.case).await.expect("read");
    assert_eq!(
        kept.iter().map(|record| (record.epoch, record.seq)).collect::<Vec<_>>(),
        [(0, 0), (0, 1), (1, 0)]
    );
    rig.stop().await;
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_loses_nothing_acknowledged() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let pages = std::fs::metadata(rig.config.database()).expect("a file").len() / 4096;
    rig.restart(|config| config.database_pages_max = Some(u32::try_from(pages).expect("few") + 60)).await;

    let mut acknowledged = Vec::new();
    let refused = loop {
        let records: Vec<_> = (0..16).map(|nth| device.seal(watched(at, nth))).collect();
        let answer = device.send(&rig, &records.iter().collect::<Vec<_>>()).await;
        if answer.status != StatusCode::OK {
            break (answer, records);
        }
        acknowledged.extend(records.iter().map(|record| record.record_hash()));
        assert!(acknowledged.len() < 5_000, "the allowance must end at some point");
    };
    let (answer, unsent) = refused;
    assert_eq!((answer.status, answer.refusal().code.as_str()), (StatusCode::INSUFFICIENT_STORAGE, "full"));
    assert!(answer.refusal().message.contains("no room left"), "{}", answer.refusal().message);

    rig.restart(|config| config.database_pages_max = None).await;
    let receipt = device.send(&rig, &unsent.iter().collect::<Vec<_>>()).await.receipt();
    let kept: Vec<_> = rig
        .ctx
        .store
        .record_by_case(rig.case)
        .await
        .expect("read")
        .iter()
        .map(|record| record.hash)
        .collect();
    acknowledged.extend(unsent.iter().map(|record| record.record_hash()));
    assert_eq!(kept, acknowledged, "each once, in order");
    assert_eq!(receipt.durable_seq, Some(acknowledged.len() as u64 - 1));
    rig.stop().await;
}
