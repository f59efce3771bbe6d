//! What the person reads while the force has paused capture on the device.

use proviso_model::device_act::{DeviceAct, DeviceActKind};

use super::support::TestForce;
use super::{client, machine_under, visit};

#[tokio::test]
async fn a_pause_is_told_to_the_person_with_its_reason_and_no_sign_says_that_it_watches() {
    let force = TestForce::new();
    let (from, until) = (force.now(), force.now().plus_millis(3_600_000));
    let act = DeviceAct { kind: DeviceActKind::Seized, from, until: Some(until) };
    let policy = force.policy(1, 86_400).under(&[act]);
    let machine = machine_under(force, &policy, true);
    let page = machine.page().await;
    let client = client();
    let details = format!("{page}/details");
    let visit = visit(&client, &details).await;
    let open = client.get(&details).header("cookie", &visit).send().await.expect("a page");
    let open = open.text().await.expect("text");
    for words in [
        "Nothing is being watched now.",
        "the force has entered that the device was held by police or a court",
        "in force until 25 November 2026",
    ] {
        assert!(open.contains(words), "missing: {words}: {open}");
    }
    assert!(!open.contains("no order in force was known"), "it is paused, and the order runs");
    let sign = client.get(&page).send().await.expect("a page").text().await.expect("text");
    assert!(sign.contains("not being monitored now"), "{sign}");
}
