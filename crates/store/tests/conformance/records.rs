//! Records, jobs, and the log.

use proviso_store::{
    AppendBatch, Appended, CheckpointRow, DeviceNoticeKind, JobState, NewRecord, Stop, Store,
};

use crate::fixtures::{at, case_id, device_id, job_id, record, record_hash};

async fn append(store: &dyn Store, epoch: u32, job: u8, records: Vec<NewRecord>) -> Appended {
    let batch = AppendBatch {
        device: device_id(),
        epoch,
        epoch_start: (0, [epoch as u8; 32]),
        records,
        job: job_id(job),
        received_at: at(20),
    };
    store.record_append(batch).await.expect("an answer")
}

pub async fn a_batch_is_taken_as_far_as_it_is_good(store: &dyn Store) {
    let (first, second, third) =
        (record(0, 0, [0; 32]), record(1, 0, record_hash(0, 0)), record(2, 0, record_hash(1, 0)));
    let taken = append(store, 0, 1, vec![first.clone(), second.clone()]).await;
    assert_eq!((taken.durable_seq, taken.durable_leaf, taken.added, taken.stop), (Some(1), Some(1), 2, None));
    assert_eq!(taken.checkpoint.as_ref().map(|checkpoint| checkpoint.size), Some(2));

    let again = append(store, 0, 2, vec![first.clone(), second, third.clone()]).await;
    assert_eq!((again.added, again.known, again.durable_seq, again.stop), (1, 2, Some(2), None));
    let nothing_new = append(store, 0, 3, vec![third]).await;
    assert_eq!((nothing_new.added, nothing_new.known, nothing_new.durable_seq), (0, 1, Some(2)));

    let gap = append(store, 0, 4, vec![record(3, 0, record_hash(2, 0)), record(5, 0, [9; 32])]).await;
    assert_eq!((gap.added, gap.durable_seq), (1, Some(3)), "the good part is kept");
    assert_eq!(gap.stop, Some(Stop::Gap { sent: 5, expected: 4 }));
    let wrong = append(store, 0, 5, vec![record(4, 0, [99; 32])]).await;
    assert_eq!((wrong.added, wrong.stop), (0, Some(Stop::WrongPrevious { seq: 4 })));

    let other_branch = vec![record(1, 77, record_hash(0, 0)), record(2, 77, record_hash(1, 77))];
    let fork = append(store, 0, 6, other_branch).await;
    assert_eq!((fork.added, fork.stop), (0, Some(Stop::Fork { seq: 1 })));
    let forks = store.fork_list(device_id()).await.expect("read");
    let forks: Vec<_> = forks.iter().map(|fork| (fork.epoch, fork.seq, fork.hash)).collect();
    let apart = [(0, 1, record_hash(1, 77)), (0, 2, record_hash(2, 77))];
    assert_eq!(forks, apart, "the other record is kept apart, and so is what follows it");
    assert_eq!(store.record_get(&record_hash(1, 77)).await.expect("read"), None);

    let whole = store.branch_record_get(&record_hash(2, 77)).await.expect("read").expect("kept apart");
    assert_eq!((whole.case, whole.body), (case_id(), Some(record(2, 77, [0; 32]).body)), "and can be opened");
    let told = store.device_notice_list(Some(case_id()), None, true).await.expect("read");
    let told: Vec<_> = told.iter().map(|notice| (notice.kind, notice.epoch, notice.seq)).collect();
    assert_eq!(told, [(DeviceNoticeKind::Fork, Some(0), Some(1))], "an officer is told once");
    let again = vec![record(1, 77, record_hash(0, 0))];
    assert_eq!(append(store, 0, 9, again).await.stop, Some(Stop::Fork { seq: 1 }));
    assert_eq!(store.device_notice_list(None, None, true).await.expect("read").len(), 1);

    let fresh = append(store, 1, 7, vec![record(0, 1, [1; 32])]).await;
    assert_eq!((fresh.epoch, fresh.durable_seq, fresh.stop), (1, Some(0), None), "a new epoch");
    let old = append(store, 0, 8, vec![record(4, 0, record_hash(3, 0))]).await;
    assert_eq!((old.added, old.stop), (0, Some(Stop::OldEpoch { epoch: 1 })));

    let kept = store.record_get(&first.hash).await.expect("read").expect("the record");
    assert_eq!((kept.header, kept.body, kept.seq), (first.header, Some(first.body), 0));
    let range = store.record_range(device_id(), 0, 1, 9).await.expect("read");
    assert_eq!(range.iter().map(|record| record.seq).collect::<Vec<_>>(), [1, 2, 3]);
    let position = store.record_position(device_id()).await.expect("read");
    assert_eq!((position.epoch, position.durable_seq, position.durable_leaf), (1, Some(0), Some(4)));
}

pub async fn a_job_is_claimed_by_one_worker_and_comes_back_when_its_lease_ends(store: &dyn Store) {
    assert_eq!(
        store.job_count(JobState::Ready).await.expect("read"),
        5,
        "one for each batch that added records, and one for the branch kept apart"
    );
    let first = store.job_claim(at(30), at(90)).await.expect("read").expect("a job");
    assert_eq!((first.seq_first, first.seq_last, first.attempts), (0, 1, 1));
    let second = store.job_claim(at(30), at(90)).await.expect("read").expect("another");
    assert_ne!(first.id, second.id);
    store.job_done(second.id).await.expect("done");
    for _ in 0..3 {
        let job = store.job_claim(at(30), at(90)).await.expect("read").expect("another");
        store.job_done(job.id).await.expect("done");
    }
    assert_eq!(store.job_claim(at(89), at(120)).await.expect("read"), None, "the lease still holds");
    let back = store.job_claim(at(90), at(120)).await.expect("read").expect("the lease ended");
    assert_eq!((back.id, back.attempts), (first.id, 2));
    store.job_failed(back.id, "an invented fault", Some(at(200))).await.expect("noted");
    assert_eq!(store.job_claim(at(199), at(300)).await.expect("read"), None, "not before its time");
    let last = store.job_claim(at(200), at(300)).await.expect("read").expect("tried again");
    store.job_failed(last.id, "an invented fault", None).await.expect("given up");
    assert_eq!(store.job_count(JobState::Dead).await.expect("read"), 1);
    let dead = store.job_dead_list(10).await.expect("read");
    let told: Vec<_> =
        dead.iter().map(|dead| (dead.job.id, dead.job.attempts, dead.fault.as_str())).collect();
    assert_eq!(told, [(last.id, 3, "an invented fault")], "what was given up is seen, and why");
    store.job_revive(last.id, at(300)).await.expect("tried again");
    let revived = store.job_claim(at(300), at(400)).await.expect("read").expect("ready again");
    assert_eq!((revived.id, revived.attempts), (last.id, 1));
    store.job_done(revived.id).await.expect("done");
    store.job_failed(revived.id, "by a worker whose lease had ended", None).await.expect("too late");
    assert_eq!(store.job_count(JobState::Dead).await.expect("read"), 0, "what is done stays done");
    store.job_revive(revived.id, at(500)).await.expect_err("nothing was given up");
}

pub async fn the_log_holds_one_leaf_for_each_thing_accepted(store: &dyn Store) {
    // Five records, one decision, one completed audit entry.
    assert_eq!(store.log_size().await.expect("read"), 7);
    let wanted = [(0, 0), (0, 6), (1, 2), (2, 0), (1, 3)];
    let nodes = store.log_nodes(&wanted).await.expect("read");
    assert_eq!(nodes.len(), 4, "the last of them is not complete yet");
    let signed = store.checkpoint_add(at(500)).await.expect("signed").expect("a checkpoint");
    assert_eq!(signed.size, 7);
    assert_eq!(store.checkpoint_last().await.expect("read"), Some(signed.clone()));

    let sizes = |rows: Vec<CheckpointRow>| rows.into_iter().map(|row| row.size).collect::<Vec<_>>();
    let all = sizes(store.checkpoint_list(0, 100).await.expect("read"));
    assert!(all.len() > 1 && all.is_sorted() && all.last() == Some(&7), "every one that was signed: {all:?}");
    assert_eq!(sizes(store.checkpoint_list(0, 1).await.expect("read")), all[..1]);
    assert_eq!(store.checkpoint_list(7, 100).await.expect("read"), [signed]);
    for (size, given) in [(2, 510), (7, 500), (5, 505), (2, 400)] {
        store.checkpoint_given_add(size, at(given)).await.expect("noted");
    }
    assert_eq!(store.checkpoint_given_list().await.expect("read"), [2, 5, 7], "the latest given first");
}
