//! What officers ask for, with a short history and with a long one: `cargo xtask bench growth`.
//!
//! A force of 280 people and four officers, on both stores. The last month is the same at every size, so a page shows the same; what
//! grows is what lies before. One device in ten is one with which something may be the matter. `PROVISO_BENCH_FINDINGS` says which sizes
//! (10000,1000000; 5000000 too where there is the disk), `PROVISO_BENCH_BODIES=0` leaves out the sealed bodies of records, which no page
//! reads and which take half of the disk, and cuts what is sealed of observations and findings older than the last month to 256 bytes.
//! Leaves and nodes of the log are left out, too.

#[allow(dead_code, reason = "also of the bench of load")]
#[path = "../server/device.rs"]
mod device;
#[allow(dead_code, reason = "also of the bench of load")]
#[path = "../server/force.rs"]
mod force;
mod rows;

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use proviso_model::AlertState;
use proviso_model::ids::{CaseId, OfficerId};
use proviso_server::app::Clock as _;
use proviso_server::app::force::{case, officer};
use proviso_server::app::officer::session::{self, Credentials, Entered};
use proviso_server::{jobs, web};
use proviso_store::{AlertFilter, OfficerRole, Stretch};
use proviso_testkit::postgres::Cluster;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tower::ServiceExt as _;

use device::Device;
use force::{Force, SystemClock};
use rows::Writing;

const PEOPLE: usize = 280;
const OFFICERS: usize = 4;
const PASSWORD: &str = "a long test password";
/// How often each is asked, and how often before it counts.
const ASKED: usize = 60;
const WARM: usize = 6;
/// Rows added in one go.
const STEP: i64 = 100_000;
const P95_MS_MAX: f64 = 100.0;
const GROWTH_MAX: f64 = 2.0;

#[tokio::main]
async fn main() -> Result<()> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let sizes = std::env::var("PROVISO_BENCH_FINDINGS").unwrap_or_else(|_| "10000,1000000".to_owned());
    let sizes: Vec<i64> = sizes.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let bodies = std::env::var("PROVISO_BENCH_BODIES").map_or(true, |said| said != "0");
    for name in ["SQLite", "PostgreSQL"] {
        if std::env::var("PROVISO_BENCH_STORE").is_ok_and(|only| only != name) {
            continue;
        }
        let cluster = if name == "PostgreSQL" { Some(Cluster::start()) } else { None };
        measure(name, cluster.as_ref(), &sizes, bodies).await?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn now() -> Instant {
    Instant::now()
}

fn print(bench: &str, ours: f64, unit: &str, most: f64) -> Result<()> {
    let ours = (ours * 100.0).round() / 100.0;
    let figure = serde_json::json!({ "bench": bench, "ours": ours, "unit": unit, "ours_max": most });
    Ok(writeln!(std::io::stdout(), "{figure}")?)
}

async fn measure(name: &str, cluster: Option<&Cluster>, sizes: &[i64], bodies: bool) -> Result<()> {
    let force = Force::make(cluster).await?;
    let (who, cases) = people(&force).await?;
    let database = force.database();
    let mut writing = match cluster {
        Some(_) => Writing::Postgres(PgConnection::connect(&database).await?),
        None => Writing::Sqlite(SqliteConnection::connect(&database).await?),
    };
    writing.name_templates().await?;
    let (mut there, mut first) = (0, Vec::new());
    for size in sizes {
        let start = now();
        while there < *size {
            let until = (there + STEP).min(*size);
            writing.grow((there, until), PEOPLE as i64, SystemClock.now().as_micros(), bodies).await?;
            there = until;
        }
        writing.settle().await?;
        let took = start.elapsed().as_secs_f64();
        writeln!(std::io::stderr(), "{name}: {size} findings are there after {took:.0} s")?;
        let found = ask(&force, who, &cases).await?;
        for (what, p95) in &found {
            print(&format!("{name}, {size} findings: {what}, p95"), *p95, "ms", P95_MS_MAX)?;
        }
        if first.is_empty() {
            first = found;
            continue;
        }
        for ((what, before), (_, after)) in first.iter().zip(&found) {
            print(&format!("{name}, {size} findings: {what}, growth"), after / before, "x", GROWTH_MAX)?;
        }
    }
    Ok(())
}

/// Officers, people, devices; of each device one finding and one minute watched, taken and opened by the server's own code.
async fn people(force: &Force) -> Result<(OfficerId, Vec<CaseId>)> {
    let ctx = &force.ctx;
    let mut officers = Vec::new();
    for nth in 0..OFFICERS {
        let new = officer::NewOfficer {
            username: format!("officer.{nth}"),
            display_name: format!("Test Officer {nth}"),
            role: OfficerRole::OffenderManager,
            password: PASSWORD.to_owned(),
        };
        officers.push(officer::add(ctx, new).await?);
    }
    for nth in 0..PEOPLE {
        let mut device = Device::enrol(ctx, nth, &force.ca_pem).await?;
        device.seal_findings(1, SystemClock.now())?;
        device.seal_watched(SystemClock.now())?;
        device.give(ctx).await?;
        // As its pings of every minute say it.
        ctx.store.device_seen(device.id(), SystemClock.now(), nth % 10 != 0, 1).await?;
    }
    jobs::drain(ctx).await?;
    let mut cases = Vec::new();
    let who = *officers.first().context("an officer")?;
    for (nth, row) in ctx.store.case_list(None).await?.into_iter().enumerate() {
        let officer = *officers.get(nth % OFFICERS).context("an officer")?;
        case::assign(ctx, row.id, officer).await?;
        if officer == who {
            cases.push(row.id);
        }
    }
    Ok((who, cases))
}

/// The 95th percentile of each question, in milliseconds.
async fn ask(force: &Force, who: OfficerId, cases: &[CaseId]) -> Result<Vec<(&'static str, f64)>> {
    let ctx = &force.ctx;
    let address = "192.0.2.14".to_owned();
    let credentials =
        Credentials { username: "officer.0".to_owned(), password: PASSWORD.to_owned(), address };
    let Entered::Session(token) = session::sign_in(ctx, credentials).await? else {
        bail!("a code is asked for")
    };
    let router = web::console::router(ctx.clone());
    let page = async |path: String| -> Result<()> {
        let request = Request::get(path).header("cookie", format!("__Host-proviso={token}"));
        let answer = router.clone().oneshot(request.body(Body::empty())?).await?;
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await?;
        anyhow::ensure!(status == StatusCode::OK, "{status}: {}", String::from_utf8_lossy(&body));
        Ok(())
    };
    let one_of = |nth: usize| *cases.get(nth * 7 % cases.len()).expect("an officer has cases");
    let mut found = Vec::new();
    let mut times = Times::default();
    for nth in 0..ASKED + WARM {
        times.take(nth, page("/".to_owned())).await?;
    }
    found.push(("inbox", times.p95()));
    for nth in 0..ASKED + WARM {
        times.take(nth, page(format!("/people/{}", one_of(nth)))).await?;
    }
    found.push(("person page", times.p95()));
    for nth in 0..ASKED + WARM {
        let filter =
            AlertFilter { officer: Some(who), state: Some(AlertState::New), ..AlertFilter::default() };
        times.take(nth, async { ctx.store.alert_list(filter).await.map(drop).map_err(Into::into) }).await?;
    }
    found.push(("alerts of an officer in one state", times.p95()));
    for nth in 0..ASKED + WARM {
        let until = ctx.now();
        let week = Stretch { from: until.plus_days(-7), until };
        times
            .take(nth, async {
                ctx.store.finding_list(one_of(nth), week).await.map(drop).map_err(Into::into)
            })
            .await?;
    }
    found.push(("findings of a person in a week", times.p95()));
    for nth in 0..ASKED + WARM {
        times.take(nth, page(format!("/people?name=test+person{:04}", nth * 7 % PEOPLE))).await?;
    }
    found.push(("a person by name", times.p95()));
    for nth in 0..ASKED + WARM {
        times.take(nth, page("/people?name=per".to_owned())).await?;
    }
    found.push(("a person by a beginning that all have", times.p95()));
    Ok(found)
}

#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    async fn take(&mut self, nth: usize, work: impl Future<Output = Result<()>>) -> Result<()> {
        let start = now();
        work.await?;
        if nth >= WARM {
            self.0.push(start.elapsed());
        }
        Ok(())
    }

    fn p95(&mut self) -> f64 {
        let mut times = std::mem::take(&mut self.0);
        times.sort();
        let place = (times.len() * 95).div_ceil(100).saturating_sub(1);
        times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}
