//! A second case, for what the first did not need: a device that comes back and is told of, what devices tell of time, a
//! conversation, a branch, backups that count, bundles.

use proviso_model::claim::{Claim, Said};
use proviso_model::ids::{BackupId, BundleId, CaseId, DeviceId, RestoreId, TrialId};
use proviso_model::policy::TrialCount;
use proviso_model::{GapCause, Source, Timestamp};
use proviso_store::{
    AppendBatch, AuditClose, AuditEntry, BundleRow, CheckedBackup, DeviceNoticeKind, DeviceRun, GapRow,
    NewDeviceNotice, NewRecord, NoticeRow, OpenedRecord, OpenedWhat, Position, Priority, RestoredRow,
    StatementRow, Stop, Store, StoreError, Stretch, TrialSum, WatchedRow,
};

use crate::fixtures::{
    alert_id, at, audit_id, case, device, device_id, job_id, officer_id, opened, order, policy, record,
    record_hash,
};

const VARIANT: u8 = 88;

fn case_two() -> CaseId {
    CaseId::random([62; 16])
}

fn device_two() -> DeviceId {
    DeviceId::random([63; 16])
}

fn hash(seq: u64) -> [u8; 32] {
    record_hash(seq, VARIANT)
}

fn stretch(from: i64, until: i64) -> Stretch {
    Stretch { from: at(from), until: at(until) }
}

pub async fn a_device_that_comes_back_after_a_restore_is_taken_and_told_of(store: &dyn Store) {
    let (mut other, mut first) = (case(), order(70));
    (other.id, other.officer, first.case) = (case_two(), Some(officer_id()), case_two());
    store.case_add(&other, &first).await.expect("opened");
    let (mut back, mut own) = (device(), policy(3));
    (back.id, back.case, back.enrolled_at) = (device_two(), case_two(), at(1_000));
    (own.device, own.hash.0) = (back.id, [61; 32]);
    store.device_return(&back, &own, at(1_001)).await.expect("taken");
    let twice = store.device_return(&back, &own, at(1_001)).await.expect_err("known");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    assert!(!store.policy_return(&own, at(1_002)).await.expect("read"), "it is known");
    let mut newer = own.clone();
    (newer.serial, newer.hash.0) = (4, [60; 32]);
    assert!(store.policy_return(&newer, at(1_002)).await.expect("taken"));
    let current = store.policy_current(device_two()).await.expect("read").expect("a policy");
    assert_eq!(current.hash, newer.hash);
    let all = store.device_list(None).await.expect("read");
    assert_eq!(
        all.iter().map(|device| device.id).collect::<Vec<_>>(),
        [device_id(), device_two()],
        "the oldest first"
    );
    assert_eq!(store.device_list(Some(case_two())).await.expect("read"), all[1..]);

    let run = |run: u8, machine: u8, now: i64| DeviceRun {
        device: device_two(),
        run: [run; 16],
        machine: Some([machine; 32]),
        asked_at: at(now),
        now: at(now + 1),
    };
    for (seen, tells) in [
        (run(1, 5, 1_010), false),
        (run(1, 5, 1_020), false),
        (run(2, 5, 1_030), false),
        (run(1, 5, 1_040), true),
        (run(3, 6, 1_050), true),
        (run(3, 6, 1_060), false),
    ] {
        assert_eq!(store.device_run_seen(seen).await.expect("noted"), tells, "{seen:?}");
    }
    let event = NewDeviceNotice {
        device: device_two(),
        kind: DeviceNoticeKind::NewEpoch,
        at: at(1_070),
        epoch: Some(1),
        seq: None,
        mark: [1; 32],
    };
    assert!(store.device_notice_add(event).await.expect("added"));
    assert!(!store.device_notice_add(event).await.expect("known"));
    let told = store.device_notice_list(Some(case_two()), Some(officer_id()), true).await.expect("read");
    let kinds: Vec<_> = told.iter().map(|notice| notice.kind).collect();
    assert_eq!(
        kinds,
        [DeviceNoticeKind::NewEpoch, DeviceNoticeKind::OtherMachine, DeviceNoticeKind::TwoAtOnce]
    );
    let newest = told[0].id;
    assert_eq!(store.device_notice_get(newest).await.expect("read").as_ref(), told.first());
    store.device_notice_seen(newest, officer_id(), at(1_080), b"a sealed reason").await.expect("seen");
    let twice = store
        .device_notice_seen(newest, officer_id(), at(1_081), b"another")
        .await
        .expect_err("seen already");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    assert_eq!(store.device_notice_list(Some(case_two()), None, true).await.expect("read"), told[1..]);
}

async fn append(store: &dyn Store, records: Vec<NewRecord>) -> Option<Stop> {
    let batch = AppendBatch {
        device: device_two(),
        epoch: 0,
        epoch_start: (0, [0; 32]),
        records,
        job: job_id(77),
        received_at: at(1_300),
    };
    store.record_append(batch).await.expect("an answer").stop
}

/// Records 0 to 6 of the second device.
async fn append_all(store: &dyn Store) {
    let previous = |seq: u64| seq.checked_sub(1).map_or([0; 32], hash);
    let records = (0..7).map(|seq| record(seq, VARIANT, previous(seq))).collect();
    assert_eq!(append(store, records).await, None);
}

async fn open(store: &dyn Store, seq: u64, kind: &str, recorded_at: Timestamp, what: OpenedWhat) {
    let (hash, case, kind) = (hash(seq), case_two(), kind.to_owned());
    let opened = OpenedRecord { hash, case, kind, recorded_at: Some(recorded_at), what, at: at(1_310) };
    store.record_opened(opened).await.expect("kept");
}

pub async fn what_a_device_tells_of_time_is_read_back(store: &dyn Store) {
    append_all(store).await;
    let (case, device) = (case_two(), device_two());
    let watched = WatchedRow {
        record: hash(0),
        case,
        device,
        from: at(1_100),
        until: at(1_160),
        observed: 5,
        dropped: 4,
        shielded: 1,
        sources: vec![Source::Browser, Source::Files],
        trial: Some(TrialCount { trial: TrialId::from_bytes([31; 16]), observed: 3, also: 2, gone: 1 }),
    };
    let (source, cause) = (Source::Browser, GapCause::PowerOff);
    let (from, until) = (at(1_160), Some(at(1_200)));
    let gap = GapRow { record: hash(1), case, device, source, cause, from, until, sealed: vec![1] };
    let response = "shown".to_owned();
    let notice = NoticeRow { record: hash(2), case, device, shown_at: at(1_205), response, sealed: vec![2] };
    let (written_at, about) = (at(1_210), at(1_190));
    let statement = StatementRow { record: hash(3), case, device, written_at, about, sealed: vec![3] };
    open(store, 0, "liveness", at(1_160), OpenedWhat::Watched(watched.clone())).await;
    open(store, 1, "gap", at(1_200), OpenedWhat::Gap(gap.clone())).await;
    open(store, 2, "notice", at(1_205), OpenedWhat::Notice(notice.clone())).await;
    // The device's clock was put back in between.
    open(store, 3, "statement", at(1_150), OpenedWhat::Statement(statement.clone())).await;
    open(store, 4, "other", at(1_220), OpenedWhat::Other).await;

    assert_eq!(
        store.watched_list(case, stretch(1_150, 1_300)).await.expect("read"),
        std::slice::from_ref(&watched)
    );
    let sum = TrialSum { devices: 1, observed: 3, also: 2, gone: 1 };
    assert_eq!(store.trial_sum(TrialId::from_bytes([31; 16])).await.expect("read"), sum);
    assert_eq!(store.trial_sum(TrialId::from_bytes([32; 16])).await.expect("read"), TrialSum::default());
    assert_eq!(store.watched_list(case, stretch(1_160, 1_300)).await.expect("read"), []);
    assert_eq!(store.notice_list(case, stretch(1_200, 1_300)).await.expect("read"), [notice]);
    assert_eq!(store.statement_list(case, stretch(1_180, 1_195)).await.expect("read"), [statement]);
    let mut told = store.told_list(device, stretch(1_100, 1_300)).await.expect("read");
    told.sort_by_key(|told| told.claim.place);
    let claims: Vec<_> = told.into_iter().map(|told| told.claim).collect();
    let claim = |seq, recorded, said| Claim { place: (0, seq), recorded_at: Some(at(recorded)), said };
    let said = Said::Watched { from: watched.from, until: watched.until, sources: watched.sources };
    let expected = [
        claim(0, 1_160, said),
        claim(1, 1_200, Said::Gap { from, until, source, cause }),
        claim(3, 1_150, Said::Nothing),
        claim(4, 1_220, Said::Nothing),
    ];
    assert_eq!(
        claims, expected,
        "what was watched and not, the last record, and one written before the one before it"
    );
}

/// A finding of the second case, in one conversation.
fn in_conversation(seq: u64, fresh: u8) -> OpenedRecord {
    let mut opened = opened(seq, Priority::ThisWeek, alert_id(fresh));
    (opened.hash, opened.case) = (hash(seq), case_two());
    if let OpenedWhat::Finding { observation, findings, conversation, .. } = &mut opened.what {
        *conversation = Some([9; 32]);
        (observation.record, observation.case, observation.device) = (hash(seq), case_two(), device_two());
        for (finding, _, _) in findings {
            (finding.record, finding.case, finding.device) = (hash(seq), case_two(), device_two());
        }
    }
    opened
}

pub async fn a_conversation_is_one_alert_that_grows_and_is_told_once_until_somebody_looks(store: &dyn Store) {
    let told = async |since| store.notification_after(since, 20).await.expect("read").len();
    let last = store.notification_last().await.expect("read");
    assert_eq!(store.record_opened(in_conversation(5, 71)).await.expect("kept"), [alert_id(71)]);
    assert_eq!(told(last).await, 1);
    assert_eq!(store.record_opened(in_conversation(6, 72)).await.expect("kept"), [alert_id(71)], "it grows");
    assert_eq!(told(last).await, 1, "nobody has looked since they were told");
    let alert = store.alert_get(alert_id(71)).await.expect("read").expect("the alert");
    assert_eq!((alert.findings, alert.is_conversation, alert.looked_before), (2, true, None));
    assert_eq!((alert.first_at, alert.last_at), (at(105), at(106)));
    store.alert_looked(alert_id(71), at(1_400)).await.expect("looked");
    let again = store.alert_looked(alert_id(71), at(1_410)).await.expect("looked");
    assert_eq!(again.looked_before, Some(at(1_400)));
}

pub async fn a_branch_is_read_back_whole(store: &dyn Store) {
    let stop = append(store, vec![record(1, VARIANT + 1, hash(0))]).await;
    assert_eq!(stop, Some(Stop::Fork { seq: 1 }));
    let branch = store.branch_range(device_two(), 0, 0, 9).await.expect("read");
    let whole: Vec<_> = branch.iter().map(|record| (record.seq, record.body.clone())).collect();
    assert_eq!(whole, [(1, Some(record(1, VARIANT + 1, [0; 32]).body))]);
}

pub async fn a_backup_counts_for_what_it_holds_and_a_restore_is_noted_once(store: &dyn Store) {
    let position = |seq, hash| Position { device: device_two(), epoch: 0, seq, hash };
    let backup = |nth: u8, made: i64, positions| CheckedBackup {
        id: BackupId::random([nth; 16]),
        made_at: at(made),
        checked_at: at(made + 5),
        positions,
    };
    for (checked, counted, held) in [
        (backup(1, 1_500, vec![position(4, hash(4))]), 1, Some(4)),
        (backup(2, 1_490, vec![position(3, hash(3))]), 1, Some(4)),
        (
            backup(3, 1_510, vec![position(2, hash(2)), Position { epoch: 7, ..position(2, hash(2)) }]),
            1,
            Some(2),
        ),
        (backup(4, 1_520, vec![position(5, [66; 32])]), 0, None),
    ] {
        assert_eq!(store.backup_checked(&checked).await.expect("noted"), counted, "{checked:?}");
        assert_eq!(store.backed_up_seq(device_two(), 0).await.expect("read"), held, "the newest counts");
    }
    let restored = RestoredRow {
        id: RestoreId::random([5; 16]),
        backup: BackupId::random([1; 16]),
        backup_made_at: at(1_500),
        restored_at: at(1_600),
    };
    assert!(store.restored_add(&restored).await.expect("noted"));
    assert!(!store.restored_add(&restored).await.expect("known"));
    let told = store.device_notice_list(Some(case_two()), None, true).await.expect("read");
    assert_eq!(told.iter().filter(|told| told.kind == DeviceNoticeKind::ServerRestored).count(), 1);
}

pub async fn bundles_and_acts_of_a_case_are_listed_and_a_device_is_revoked_from_the_earliest_time(
    store: &dyn Store,
) {
    let bundle = BundleRow {
        id: BundleId::random([6; 16]),
        case: case_two(),
        alert: Some(alert_id(71)),
        officer: None,
        made_at: at(1_700),
        sha256: [67; 32],
        bytes: 12_345,
        place: String::new(),
    };
    store.bundle_add(&bundle).await.expect("noted");
    assert_eq!(store.bundle_list(case_two()).await.expect("read"), [bundle]);
    for (nth, act, outcome) in
        [(81, "alert-view", "done"), (82, "alert-view", "done"), (83, "alert-view", "failed")]
    {
        let entry = AuditEntry {
            id: audit_id(nth),
            opened_at: at(1_700 + i64::from(nth)),
            actor: "officer:one".to_owned(),
            act: act.to_owned(),
            case: Some(case_two()),
            objects: format!("{} other-{nth}", alert_id(71)),
            sealed: Vec::new(),
        };
        store.audit_open(&entry).await.expect("logged");
        let close = AuditClose { id: entry.id, completed_at: at(1_800), outcome: outcome.to_owned() };
        store.audit_complete(&close).await.expect("completed");
    }
    for (object, found) in
        [(alert_id(71).to_string(), 3), ("other-82".to_owned(), 1), ("other".to_owned(), 0)]
    {
        let about = store.audit_about(case_two(), &object, 10).await.expect("read");
        assert_eq!(about.len(), found, "{object}");
    }
    let tally = store.audit_tally(case_two(), at(1_700), at(1_800)).await.expect("read");
    let tally: Vec<_> = tally.iter().map(|row| (row.act.as_str(), row.actor.as_str(), row.count)).collect();
    assert_eq!(tally, [("alert-view", "officer:one", 2)], "but for those that failed");

    for (from, stands) in [(2_000, 2_000), (1_900, 1_900), (1_950, 1_900)] {
        store.device_revoke(device_two(), at(from)).await.expect("revoked");
        let device = store.device_get(device_two()).await.expect("read").expect("the device");
        assert_eq!(device.revoked_at, Some(at(stands)));
    }
    let missing = store.device_revoke(DeviceId::random([99; 16]), at(1)).await.expect_err("no such device");
    assert!(matches!(missing, StoreError::Missing(_)), "{missing}");
}
