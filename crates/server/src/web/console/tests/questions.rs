//! How often pages ask the store: as often for thirty people as for one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use proviso_model::ids::OfficerId;
use proviso_model::observation::Act;
use proviso_model::order::ConditionKind;
use proviso_store::Priority;
use tracing::field::{Field, Visit};
use tracing::{Event, Instrument as _, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use super::client::{Client, force};
use super::seed::{self, Raise};

const HOUR: i64 = 3_600_000;
/// The span of a page that is counted; other tests of this process have none of this name.
const COUNTED: &str = "a page whose questions are counted";

static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// What the driver says of each statement. It runs them in the span of whoever asked.
struct Questions;

struct Statement(String);

impl Visit for Statement {
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "summary" | "db.statement") {
            self.0.push_str(value);
        }
    }
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Questions {
    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let is_counted =
            ctx.event_scope(event).is_some_and(|mut scope| scope.any(|span| span.name() == COUNTED));
        if event.metadata().target() == "sqlx::query" && is_counted {
            let mut statement = Statement(String::new());
            event.record(&mut statement);
            asked().push(statement.0);
        }
    }
}

fn asked() -> MutexGuard<'static, Vec<String>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a page reads to be made, one statement after the other. What it writes is logged by tasks of their own.
async fn questions(client: &mut Client, path: &str) -> Vec<String> {
    asked().clear();
    let page = client.get(path).instrument(tracing::info_span!(COUNTED)).await;
    assert!(page.status.is_success(), "{}", page.body);
    let mut asked = std::mem::take(&mut *asked());
    // What a connection says when it is opened, which is by chance, is no question.
    asked.retain(|one| !one.starts_with("PRAGMA"));
    asked
}

fn raised(paragraph: &'static str) -> Raise {
    let (condition, priority) = (ConditionKind::SpecifiedWords, Priority::ThisWeek);
    Raise { paragraph, condition, priority, act: Act::Opened, ago_millis: HOUR }
}

#[tokio::test]
async fn an_inbox_of_thirty_people_asks_the_store_as_often_as_one_of_a_single_person() {
    // The only test of this process with a log of its own.
    tracing::subscriber::set_global_default(Registry::default().with(Questions)).expect("the first");
    let mut force = force().await;
    let ctx = force.seed.ctx.clone();
    let om1: OfficerId = ctx.store.officer_by_username("om1").await.expect("read").expect("one").id;
    // Something is the matter with each device, so that each part of the page has something to ask.
    force.seed.watched(5 * HOUR, HOUR).await;
    ctx.store.device_seen(force.seed.device, ctx.now(), false, 1).await.expect("seen");
    let mut officer = Client::signed_in(&force, "om1").await;
    questions(&mut officer, "/").await;
    let one = questions(&mut officer, "/").await;
    assert!((10..40).contains(&one.len()), "{} questions: {one:#?}", one.len());

    questions(&mut officer, "/planner").await;
    let plan = questions(&mut officer, "/planner").await;
    let (first_case, first_device) = (force.seed.case, force.seed.device);
    for nth in 0..29 {
        let (name, number) = (format!("Test Person 1{nth:02}"), format!("TEST/2026/1{nth:02}"));
        let (case, device) = seed::person(&ctx, om1, &name, &number, "Debian 12 laptop").await;
        force.seed.turn_to(case, device);
        force.seed.watched(5 * HOUR, HOUR).await;
        force.seed.raise(&raised("3")).await;
        force.seed.raise(&raised("5")).await;
        force.seed.fork().await;
        ctx.store.device_seen(device, ctx.now(), false, 1).await.expect("seen");
    }
    let page = officer.get("/").await.body;
    assert_eq!(page.matches("data-alert=").count(), 59);
    assert!(page.contains("Test Person 014") && page.contains("Test Person 128"));
    let thirty = questions(&mut officer, "/").await;
    assert_eq!(thirty, one, "the same questions, whatever the caseload");

    assert_eq!(questions(&mut officer, "/planner").await, plan, "nor does the plan of visits ask more");

    // A person's page, and what is taken along to a visit: with more devices, notices and decisions than before.
    let path = format!("/people/{first_case}");
    force.seed.turn_to_again(first_case, first_device, 2);
    let decide = async |officer: &mut Client, alert: &str| {
        officer.get(alert).await;
        let form = [("outcome", "no-concern"), ("reason", "Read it.")];
        officer.post(&format!("{alert}/decision"), &form).await;
    };
    decide(&mut officer, &format!("/alerts/{}", force.seed.alert)).await;
    let before = questions(&mut officer, &path).await;
    let pack = format!("{path}/visit-pack");
    let packed = questions(&mut officer, &pack).await;
    for paragraph in ["3", "5", "6"] {
        let alert = force.seed.raise(&raised(paragraph)).await;
        decide(&mut officer, &format!("/alerts/{alert}")).await;
    }
    for system in ["Windows 11 PC", "Debian 12 laptop"] {
        let device = seed::device(&ctx, first_case, system).await;
        force.seed.turn_to(first_case, device);
        force.seed.watched(5 * HOUR, HOUR).await;
        force.seed.fork().await;
    }
    assert_eq!(questions(&mut officer, &path).await, before, "the same questions, whatever the person has");
    assert_eq!(questions(&mut officer, &pack).await, packed, "and of a pack");
}
