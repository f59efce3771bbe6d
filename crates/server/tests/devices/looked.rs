//! The person's page is told how often officers looked.

use proviso_model::looked::{LOOKED_PATH, Looked, Looks};
use reqwest::Method;

use crate::device::Device;
use crate::rig::Rig;

const DAY_SECONDS: i64 = 86_400;

async fn told(rig: &Rig, device: &mut Device) -> Looked {
    device.ask(rig, Method::GET, "/v1/nonce", Vec::new()).await;
    let answer = device.ask(rig, Method::GET, LOOKED_PATH, Vec::new()).await;
    serde_json::from_slice(&answer.body).expect("counts")
}

#[tokio::test]
async fn looks_of_officers_are_counted_up_to_the_last_midnight_without_names() {
    let rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    for (actor, act) in [
        ("officer:one", "case-view"),
        ("officer:one", "content-open"),
        ("officer:two", "names-open"),
        ("officer:two", "picture-unveil"),
        ("officer:two", "sign-in"),
        ("command-line", "bundle-export"),
    ] {
        rig.ctx.note(actor, act, Some(rig.case), "about it").await.expect("in the log");
    }
    assert_eq!(told(&rig, &mut device).await.all, Looks::default(), "today is told another day");
    rig.clock.forward_seconds(DAY_SECONDS);
    let looks = Looks { officers: 2, pages: 1, content: 2, pictures: 1, ..Looks::default() };
    let said = told(&rig, &mut device).await;
    assert_eq!((said.all, said.lately), (looks, looks));
    assert_eq!(said.until.as_micros() % (DAY_SECONDS * 1_000_000), 0, "a midnight");
    rig.clock.forward_seconds(31 * DAY_SECONDS);
    let said = told(&rig, &mut device).await;
    assert_eq!((said.all, said.lately), (looks, Looks::default()));
}
