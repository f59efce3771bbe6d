//! What the person asks about their data on the device: a request with its clock, once, before those who answer.

use proviso_model::data_request::{DataRequest, DataRequestKind, DataRequestState};
use proviso_model::record::RecordBody;
use proviso_server::app::destruction;
use proviso_server::app::force::officer::{self, NewOfficer};
use proviso_server::app::force::permit;
use proviso_server::app::officer::rights::{list, view};
use proviso_server::app::officer::who::Who;
use proviso_server::app::rights;
use proviso_server::app::rights::act::{Done, act};
use proviso_server::jobs;
use proviso_store::{OfficerRole, RightsKind};
use reqwest::Method;

use crate::destruction::grounds;
use crate::device::Device;
use crate::rig::Rig;

async fn data_protection(rig: &Rig) -> Who {
    let new = NewOfficer {
        username: "test.dpo.014".to_owned(),
        display_name: "Test Data Protection 014".to_owned(),
        role: OfficerRole::DataProtection,
        password: "a long test password".to_owned(),
    };
    officer::add(&rig.ctx, new).await.expect("an officer");
    let row = rig.ctx.store.officer_by_username("test.dpo.014").await.expect("read").expect("the officer");
    Who::from(row)
}

#[tokio::test]
async fn what_is_asked_on_the_device_is_one_request_whose_month_begins_when_it_arrives() {
    told(Rig::with_workers(0).await).await;
}

#[tokio::test]
async fn the_same_on_postgresql() {
    told(Rig::on_postgres(0).await).await;
}

async fn told(mut rig: Rig) {
    let who = data_protection(&rig).await;
    let mut device = Device::enrol(&rig).await;
    let asks = |of, text: &str, at| {
        let request = DataRequest { asked_at: at, of, text: text.to_owned() };
        RecordBody::DataRequest { request }
    };
    // Written on 24 November; the device was off for a week.
    let at = rig.ctx.now();
    let records = [
        device.seal(asks(DataRequestKind::Access, "planted-request-3377", at)),
        device.seal(asks(DataRequestKind::WrongPerson, "It is not me.", at)),
    ];
    rig.clock.forward_seconds(7 * 86_400);
    // Its nonce is old by now; the refusal brings another.
    device.send(&rig, &[]).await;
    for _ in 0..2 {
        device.send(&rig, &records.iter().collect::<Vec<_>>()).await.receipt();
        jobs::drain(&rig.ctx).await.expect("worked");
    }

    let found = list(&rig.ctx, &who).await.expect("listed");
    let kinds: Vec<_> = found.iter().map(|one| (one.asked.row.kind, one.asked.is_urgent())).collect();
    assert_eq!(kinds, [(RightsKind::WrongPerson, true), (RightsKind::Access, false)], "twice sent is once");
    for one in &found {
        let row = &one.asked.row;
        assert_eq!((row.received_on.as_str(), row.due_on.as_str()), ("2026-12-01", "2027-01-01"));
        assert!(one.asked.is_from_the_device() && one.asked.is_from_the_page());
    }
    let asked = found.last().expect("one").asked.row.clone();
    let shown = view(&rig.ctx, &who, rig.case, asked.id).await.expect("shown");
    assert_eq!(shown.text, "planted-request-3377");
    let log = rig.ctx.store.audit_about(rig.case, &asked.id.to_string(), 10).await.expect("read");
    let acts: Vec<_> = log.iter().map(|row| (row.entry.actor.as_str(), row.entry.act.as_str())).collect();
    assert!(acts.contains(&("device", "rights-enter")), "{acts:?}");

    // What somebody claims stops nothing: the device may capture as before.
    device.fetch_policy(&rig).await;
    assert!(!device.policy.capture_at(rig.ctx.now()).is_nothing());
    assert!(device.policy.pauses.is_empty() && rig.ctx.now() < device.policy.expires_at);

    // The device's page is told how it stands, and no word; an older one is told what it can read.
    let case = permit(&rig.ctx, rig.case).await.expect("a case");
    act(&rig.ctx, &who.actor(), &case, asked.id, Done::Answer, "Here it is.").await.expect("answered");
    let answer = device.ask(&rig, Method::GET, "/v1/looked?with=requests", Vec::new()).await;
    let told: proviso_model::looked::Looked = serde_json::from_slice(&answer.body).expect("counts");
    let told = told.requests.expect("requests");
    assert_eq!(told.extension_months, 2);
    let states: Vec<_> = told.asked.iter().map(|one| (one.of, one.state)).collect();
    assert!(states.contains(&(DataRequestKind::Access, DataRequestState::Answered)), "{states:?}");
    assert!(states.contains(&(DataRequestKind::WrongPerson, DataRequestState::Open)), "{states:?}");
    assert!(!String::from_utf8_lossy(&answer.body).contains("Here it is"));
    let older = device.ask(&rig, Method::GET, "/v1/looked", Vec::new()).await;
    assert!(!String::from_utf8_lossy(&older.body).contains("requests"));

    // The words go with their record; that something was asked stays.
    let first = records.first().expect("a record").record_hash();
    destruction::record(&rig.ctx, first, &grounds()).await.expect("destroyed");
    let left = view(&rig.ctx, &who, rig.case, asked.id).await.expect("shown");
    assert_eq!((left.text.as_str(), left.listed.asked.state), ("", rights::State::Answered));
    rig.stop().await;
}
