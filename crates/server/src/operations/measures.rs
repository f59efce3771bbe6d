//! What is counted, under which names. A label is one of a few words that stand in the code: never an id, a name or an address.

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use proviso_model::Timestamp;
use proviso_store::{DeliveryTally, JobState};

use crate::app::AppContext;

const REQUESTS: &str = "proviso_requests_total";
const REQUEST_SECONDS: &str = "proviso_request_seconds";
const RECORDS: &str = "proviso_records_taken_total";
const ALERT_SECONDS: &str = "proviso_alert_seconds";
const JOBS: &str = "proviso_jobs";
const JOBS_ENDED: &str = "proviso_jobs_ended_total";
const DELIVERIES: &str = "proviso_deliveries";
const BUILD: &str = "proviso_build_info";

/// Upper ends of a histogram's buckets, in seconds: up to the two seconds that an alert may take, and what is worse.
const BUCKETS_SECONDS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0];
/// Route of a request that went to no route.
const NO_ROUTE: &str = "none";
/// How often numbers that nobody asked for are put together, so that memory stays bounded.
pub const UPKEEP: Duration = Duration::from_secs(5);

static INSTALLED: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Counting, switched on. Until it is, nothing is counted and nothing is kept.
#[derive(Clone)]
pub struct Measures {
    handle: PrometheusHandle,
}

impl Measures {
    /// Switches counting on for this process; again gives the same. None where something else counts in it already, which is a
    /// fault of the build.
    #[must_use]
    pub fn install() -> Option<Self> {
        let install = || {
            let buckets = |builder: PrometheusBuilder, name: &str| {
                builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), &BUCKETS_SECONDS).ok()
            };
            let builder = buckets(PrometheusBuilder::new(), REQUEST_SECONDS)?;
            let handle = buckets(builder, ALERT_SECONDS)?.install_recorder().ok()?;
            describe();
            Some(handle)
        };
        INSTALLED.get_or_init(install).clone().map(|handle| Self { handle })
    }

    /// Everything, in Prometheus's text format.
    #[must_use]
    pub fn text(&self) -> String {
        self.handle.render()
    }

    /// Puts together what came in; to be called every [`UPKEEP`].
    pub fn keep_up(&self) {
        self.handle.run_upkeep();
    }
}

fn describe() {
    describe_counter!(REQUESTS, "Requests answered, by port, route and status.");
    describe_histogram!(
        REQUEST_SECONDS,
        Unit::Seconds,
        "Time from a request to its answer, by port and route."
    );
    describe_counter!(RECORDS, "Records taken from devices and committed.");
    describe_histogram!(
        ALERT_SECONDS,
        Unit::Seconds,
        "Time from the taking of a record to the alert that an officer can see."
    );
    describe_gauge!(JOBS, "Jobs that wait or run (ready), and those given up (dead), which need somebody.");
    describe_counter!(JOBS_ENDED, "Attempts at jobs, by how they ended: done, failed (tried again) or dead.");
    describe_gauge!(
        DELIVERIES,
        "E-mails and calls that wait (waiting), of those the ones tried in vain (failing), and those given up (dead), which need somebody."
    );
    describe_gauge!(BUILD, "1, with the version of the program.");
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// Records of a device were committed.
pub(crate) fn records_taken(count: u64) {
    counter!(RECORDS).increment(count);
}

/// An alert can be seen that a record raised or joined, which was received at that time.
pub(crate) fn alert_raised(received_at: Timestamp, now: Timestamp) {
    histogram!(ALERT_SECONDS).record(seconds(received_at, now));
}

/// An attempt at a job ended.
pub(crate) fn job_ended(how: &'static str) {
    counter!(JOBS_ENDED, "how" => how).increment(1);
}

/// Jobs in a state now.
pub(crate) fn jobs(state: JobState, count: u64) {
    #[expect(clippy::cast_precision_loss, reason = "what is shown need not be exact above 2^53 jobs")]
    gauge!(JOBS, "state" => state.as_str()).set(count as f64);
}

/// Deliveries of notifications now.
pub(crate) fn deliveries(tally: &DeliveryTally) {
    for (state, count) in [("waiting", tally.waiting), ("failing", tally.failing), ("dead", tally.dead)] {
        #[expect(
            clippy::cast_precision_loss,
            reason = "what is shown need not be exact above 2^53 deliveries"
        )]
        gauge!(DELIVERIES, "state" => state).set(count as f64);
    }
}

/// Counts a request of a port. The route is the table's own text (`/alerts/{id}`), never what was asked for.
pub(crate) async fn request(
    State((ctx, port)): State<(AppContext, &'static str)>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let began = ctx.now();
    let route = path.map_or_else(|| NO_ROUTE.to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    counter!(REQUESTS, "port" => port, "route" => route.clone(), "status" => status).increment(1);
    histogram!(REQUEST_SECONDS, "port" => port, "route" => route).record(seconds(began, ctx.now()));
    response
}

/// Between two times of the machine's clock; 0 where it was set back meanwhile.
fn seconds(from: Timestamp, until: Timestamp) -> f64 {
    let micros = until.as_micros().saturating_sub(from.as_micros()).max(0);
    Duration::from_micros(micros.unsigned_abs()).as_secs_f64()
}
