//! Which minutes a device watched, as the server tells it and as its bundles do.

use proviso_engine::coverage::Cause;
use proviso_evidence::container::unpack;
use proviso_evidence::format::CoverageFile;
use proviso_evidence::{CheckState, Part, Shown, layout, verify};
use proviso_model::{GapCause, Timestamp};
use proviso_server::app::bundle::{self, Scope};
use proviso_server::app::coverage::{minute_of, of_device};
use proviso_server::app::late;
use proviso_server::jobs;
use proviso_store::{AlertFilter, Stretch};

use crate::bundle::asker;
use crate::device::Device;
use crate::facts::{finding, gap, watched};
use crate::rig::Rig;

const MINUTE_MS: i64 = 60_000;

/// What a bundle's file says of the device, and what the verifier says of the file.
async fn in_bundle(
    rig: &Rig,
    device: &Device,
    scope: Scope,
    shown: &Shown,
) -> (Option<CoverageFile>, CheckState) {
    let made = bundle::make(&rig.ctx, &asker(), scope, shown).await.expect("made");
    let report = verify(&made.bytes, Some(&rig.trust)).expect("a bundle");
    assert_eq!(report.failed().count(), 0, "{report:#?}");
    let check = report.checks.iter().find(|check| check.name == "coverage").expect("the check");
    let files = unpack(&made.bytes).expect("a bundle");
    let file = files.get(&layout::coverage(&device.id));
    (file.map(|bytes| serde_json::from_slice(bytes).expect("a ledger")), check.state)
}

#[tokio::test]
async fn a_device_s_minutes_are_the_same_on_the_server_and_in_bundles_of_its_case_and_its_alert() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let enrolled = minute_of(rig.ctx.now());
    let at = |minute: i64| enrolled.plus_millis(minute * MINUTE_MS);
    // Two hours watched from the tenth minute on; in the middle a finding, and an extension that was silent for half a minute.
    let mut records = Vec::new();
    for minute in 10..130 {
        records.push(device.seal(watched(at(minute + 1), 1)));
        match minute + 1 {
            70 => records.push(device.seal(finding(&device, at(70)))),
            75 => records.push(device.seal(gap(at(75)))),
            _ => {}
        }
    }
    for part in records.chunks(40) {
        device.send(&rig, &part.iter().collect::<Vec<_>>()).await.receipt();
    }
    rig.clock.forward_seconds(300 * 60);
    jobs::drain(&rig.ctx).await.expect("worked");

    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    let always = Stretch { from: Timestamp::from_micros(i64::MIN), until: Timestamp::from_micros(i64::MAX) };
    let keys = rig.ctx.case_keys(rig.case).expect("keys");
    let known = late::known(&rig.ctx, &keys).await.expect("an order");
    let in_force = known.order.stretches().expect("its days");
    let ledger = of_device(&rig.ctx, &in_force, &row, always).await.expect("reckoned").ledger;
    assert_eq!((ledger.minutes(), ledger.watched(), ledger.in_gaps()), (300, 119, 181));
    let told: Vec<_> = ledger.entries.iter().map(|entry| (entry.minutes, entry.gap)).collect();
    let nothing = Some(Cause::NOTHING);
    let silent = Some(Cause::Device(GapCause::ExtensionStopped));
    assert_eq!(told, [(10, nothing), (65, None), (1, silent), (54, None), (170, nothing)]);

    let alert = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let scopes = [
        (Scope::Case(rig.case), ledger.clone()),
        (Scope::Alert(alert.first().expect("an alert").id), ledger.within(at(40), at(100))),
    ];
    for (scope, expected) in scopes {
        let (file, state) = in_bundle(&rig, &device, scope, &Shown::Everything).await;
        assert_eq!(file.expect("a ledger").entries, expected.entries, "{scope:?}");
        assert_eq!(state, CheckState::Passed);
    }
    let without = Shown::AllBut([Part::Times].into());
    let (file, state) = in_bundle(&rig, &device, Scope::Case(rig.case), &without).await;
    assert_eq!(
        (file, state),
        (None, CheckState::NotDone),
        "without times there is none, and that is no failure"
    );
    rig.stop().await;
}
