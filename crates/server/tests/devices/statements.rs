//! What a supervised person wrote on the device, beside the alert of that time.

use proviso_model::record::RecordBody;
use proviso_model::statement::{Statement, StatementKind};
use proviso_server::app::destruction;
use proviso_server::app::officer::{alert, person};
use proviso_server::jobs;
use proviso_store::AlertFilter;

use crate::destruction::{grounds, who};
use crate::device::Device;
use crate::facts::finding;
use crate::rig::Rig;

#[tokio::test]
async fn the_person_s_own_words_stand_beside_the_alert_of_that_time_until_they_are_destroyed() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let said = |of, about: Option<i64>, text: &str| {
        let about = about.map(|millis| at.plus_millis(millis));
        RecordBody::Statement { statement: Statement { written_at: at, of, about, text: text.to_owned() } }
    };
    let records = [
        device.seal(finding(&device, at)),
        device.seal(said(StatementKind::Accident, Some(-3_600_000), "It came up by itself.")),
        device.seal(said(StatementKind::Fault, None, "The page does not open.")),
        device.seal(said(StatementKind::Explanation, Some(-5 * 86_400_000), "That was another day.")),
    ];
    device.send(&rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");

    let who = who(&rig.ctx).await;
    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let beside = async || {
        let view = alert::view(&rig.ctx, &who, alerts[0].id).await.expect("an alert");
        view.statements.into_iter().map(|one| one.text).collect::<Vec<_>>()
    };
    assert_eq!(beside().await, ["It came up by itself.", "The page does not open."]);
    let view = person::view(&rig.ctx, &who, rig.case).await.expect("a person");
    assert_eq!(view.statements.len(), 3, "all of them on the person's own page");

    destruction::record(&rig.ctx, records[1].record_hash(), &grounds()).await.expect("destroyed");
    assert_eq!(beside().await, ["The page does not open."]);
    rig.stop().await;
}
