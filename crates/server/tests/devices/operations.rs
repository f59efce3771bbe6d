//! What an administrator's monitoring sees of a server at work.

use proviso_server::jobs;
use serde_json::Value;
use sqlx::Connection as _;

use crate::device::Device;
use crate::facts::finding;
use crate::rig::Rig;

pub async fn ask(rig: &Rig, path: &str) -> (u16, String) {
    let address =
        rig.running.as_ref().and_then(|running| running.operations_address).expect("the port is open");
    let answer = reqwest::get(format!("http://{address}{path}")).await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("its text"))
}

#[tokio::test]
async fn monitoring_sees_life_readiness_and_work_and_nothing_of_anybody() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    assert_eq!(ask(&rig, "/healthz").await.0, 200);
    let (status, said) = ask(&rig, "/readyz").await;
    assert_eq!(status, 200, "{said}");

    let sealed = device.seal(finding(&device, rig.ctx.now()));
    device.send(&rig, &[&sealed]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let (status, measures) = ask(&rig, "/metrics").await;
    assert_eq!(status, 200);
    for wanted in [
        "proviso_records_taken_total ",
        "proviso_alert_seconds_count ",
        "proviso_alert_seconds_bucket{le=\"2\"} ",
        "proviso_requests_total{port=\"device\",route=\"/v1/records\",status=\"200\"} ",
        "proviso_jobs{state=\"dead\"} 0\n",
        "proviso_deliveries{state=\"dead\"} 0\n",
        "proviso_jobs_ended_total{how=\"done\"} ",
    ] {
        assert!(measures.contains(wanted), "{wanted}: {measures}");
    }
    let (id, case) = (device.id.to_string(), rig.case.to_string());
    for personal in [id.as_str(), &case, "brass compass", "Test Officer", "test.officer"] {
        assert!(!measures.contains(personal), "{personal}: {measures}");
    }

    let database = format!("sqlite://{}", rig.config.database().display());
    let mut other = sqlx::SqliteConnection::connect(&database).await.expect("the database");
    sqlx::query("ALTER TABLE job RENAME TO job_moved").execute(&mut other).await.expect("moved");
    let (status, said) = ask(&rig, "/readyz").await;
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(
        (status, said["ready"].as_bool(), said["parts"]["blobs"].as_str()),
        (503, Some(false), Some("works"))
    );
    assert_eq!(said["parts"]["database"].as_str(), Some("cannot be read; see the log"));
    assert_eq!(
        ask(&rig, "/healthz").await.0,
        200,
        "a database that is away is no reason to start the server anew"
    );
    sqlx::query("ALTER TABLE job_moved RENAME TO job").execute(&mut other).await.expect("moved back");
    rig.stop().await;
}
