//! What officers entered about devices.

use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::ids::DeviceActId;
use proviso_store::{DeviceActRow, Store, StoreError};

use crate::fixtures::{at, case_id, device_id, policy};

fn version(version: u32) -> DeviceActRow {
    DeviceActRow {
        id: DeviceActId::random([53; 16]),
        version,
        device: device_id(),
        case: case_id(),
        act: DeviceAct { kind: DeviceActKind::InRepair, from: at(513), until: None },
        withdrawn: false,
        entered_at: at(513 + i64::from(version)),
        entered_by: "command-line".to_owned(),
        sealed: b"a sealed reason".to_vec(),
    }
}

pub async fn what_is_entered_about_a_device_is_corrected_by_another_version(store: &dyn Store) {
    let serial = store.policy_current(device_id()).await.expect("read").expect("a policy").serial;
    let stale =
        store.device_act_add(&[version(1)], &[policy(serial)]).await.expect_err("its serial does not rise");
    assert!(matches!(stale, StoreError::Conflict(_)), "{stale}");
    assert_eq!(store.device_act_list(case_id()).await.expect("read"), [], "both or neither");
    store.device_act_add(&[version(1)], &[policy(serial + 1)]).await.expect("entered");
    let ended = DeviceActRow { act: DeviceAct { until: Some(at(600)), ..version(2).act }, ..version(2) };
    store.device_act_add(std::slice::from_ref(&ended), &[]).await.expect("corrected");
    let raced = store.device_act_add(&[version(2)], &[]).await.expect_err("somebody was quicker");
    assert!(matches!(raced, StoreError::Conflict(_)), "{raced}");
    let rows = store.device_act_list(case_id()).await.expect("read");
    assert_eq!(rows, [version(1), ended.clone()]);
    assert_eq!(DeviceActRow::standing(&rows), [&ended]);
    let withdrawn = DeviceActRow { withdrawn: true, ..version(3) };
    store.device_act_add(&[withdrawn], &[]).await.expect("withdrawn");
    assert!(DeviceActRow::standing(&store.device_act_list(case_id()).await.expect("read")).is_empty());
}
