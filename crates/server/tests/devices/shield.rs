//! Contacts that are never captured: asked for by the person, decided by somebody else, in every policy of the case.

use proviso_model::Policy;
use proviso_model::record::RecordBody;
use proviso_model::statement::{Statement, StatementKind};
use proviso_model::wire::SignedPolicy;
use proviso_server::app::force::ForceError;
use proviso_server::app::officer::{alert, person};
use proviso_server::app::shield;
use proviso_server::jobs;
use proviso_store::AlertFilter;
use reqwest::Method;

use crate::destruction::who;
use crate::device::Device;
use crate::facts::finding;
use crate::rig::Rig;

const WHY: &str = "The invented solicitor of this person, on the firm's own letter.";

async fn shielded(rig: &Rig, device: &mut Device) -> Vec<String> {
    let answer = device.ask(rig, Method::GET, "/v1/policy", Vec::new()).await;
    let signed: SignedPolicy = serde_json::from_slice(&answer.body).expect("a policy");
    serde_json::from_str::<Policy>(&signed.policy).expect("a policy").shield
}

#[tokio::test]
async fn invariant_04_a_contact_on_the_shield_list_is_in_the_policy_of_every_device_until_it_is_taken_off() {
    let rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    assert!(shielded(&rig, &mut device).await.is_empty());
    let add = async |contact| shield::add(&rig.ctx, "officer:two", &rig.permit().await, contact, WHY).await;
    let id = add("Solicitor.example").await.expect("on the list");
    add("k.vale@surgery.example").await.expect("on the list");
    for (contact, why) in
        [("solicitor.example", "already"), ("https://solicitor.example/", "without https://")]
    {
        let refused = add(contact).await.expect_err(why);
        assert!(matches!(&refused, ForceError::Refused(said) if said.contains(why)), "{refused}");
    }
    let expected = ["k.vale@surgery.example", "solicitor.example"];
    assert_eq!(shielded(&rig, &mut device).await, expected);
    let mut second = Device::enrol(&rig).await;
    assert_eq!(shielded(&rig, &mut second).await, expected, "a device that comes later has them too");

    shield::end(&rig.ctx, "officer:two", &rig.permit().await, id, "The mandate has ended.")
        .await
        .expect("taken off");
    for device in [&mut device, &mut second] {
        assert_eq!(shielded(&rig, device).await, expected[..1]);
    }
    let again = shield::end(&rig.ctx, "officer:two", &rig.permit().await, id, "Once more.").await;
    assert!(again.is_err(), "it is off");
}

#[tokio::test]
async fn whom_the_person_asks_to_protect_is_no_matter_of_the_officer_in_charge() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let text = "My solicitor writes from solicitor.example.".to_owned();
    let statement = Statement { written_at: at, of: StatementKind::Protect, about: None, text };
    let records = [device.seal(finding(&device, at)), device.seal(RecordBody::Statement { statement })];
    device.send(&rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");

    let who = who(&rig.ctx).await;
    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let view = alert::view(&rig.ctx, &who, alerts[0].id).await.expect("an alert");
    assert!(view.statements.is_empty(), "beside an alert it is not shown");
    let view = person::view(&rig.ctx, &who, rig.case).await.expect("a person");
    assert!(view.statements.is_empty(), "nor on the person's page");
    rig.stop().await;
}
