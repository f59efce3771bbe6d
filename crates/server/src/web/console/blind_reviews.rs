//! Decisions that come back to be looked at by somebody who is not told what was decided.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use proviso_model::Outcome;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words::{self, When};
use crate::app::officer::blind_review::{self, DAYS, Reviewed};

#[derive(Template)]
#[template(path = "console/blind_reviews.html")]
struct BlindReviewsPage {
    shell: Shell,
    percent: u32,
    days: i64,
    pending: Vec<PendingRow>,
    summary: String,
    reviewed: Vec<ReviewedRow>,
}

struct PendingRow {
    alert: String,
    person: String,
    paragraph: String,
    kind: &'static str,
    decided: When,
}

struct ReviewedRow {
    alert: String,
    person: String,
    decided: &'static str,
    decided_by: String,
    outcome: &'static str,
    reviewed_by: String,
    at: When,
    is_apart: bool,
}

/// `GET /blind-reviews`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let view = blind_review::list(&console.app, &signed_in.session.who).await?;
    let zone = words::force_zone();
    let pending = view.pending.iter().map(|one| PendingRow {
        alert: one.alert.id.to_string(),
        person: one.person.name.clone(),
        paragraph: one.alert.paragraph.clone(),
        kind: one.alert.condition.in_words(),
        decided: words::when(one.decided_at, &zone),
    });
    let reviewed = view.reviewed.iter().map(|one| ReviewedRow {
        alert: one.alert.to_string(),
        person: one.person.name.clone(),
        decided: one.decided.in_words(),
        decided_by: one.decided_by.clone(),
        outcome: one.outcome.map_or("Asked to see the decision", Outcome::in_words),
        reviewed_by: one.reviewed_by.clone(),
        at: words::when(one.at, &zone),
        is_apart: one.is_apart(),
    });
    page(&BlindReviewsPage {
        shell: Shell::new("Second looks", Under::Workload, &signed_in),
        percent: view.percent,
        days: DAYS,
        pending: pending.collect(),
        summary: summary(&view.reviewed),
        reviewed: reviewed.collect(),
    })
}

fn summary(reviewed: &[Reviewed]) -> String {
    let looked: Vec<_> = reviewed.iter().filter_map(|one| Some((one, one.outcome?))).collect();
    let same = looked.iter().filter(|(one, outcome)| one.decided == *outcome).count();
    let apart = reviewed.iter().filter(|one| one.is_apart()).count();
    let declined = reviewed.len() - looked.len();
    format!(
        "{}: {same} came to the same outcome; in {apart} one officer saw a concern where the other saw none. In {declined} the decision was shown instead.",
        words::counted(looked.len(), "second look", "second looks"),
    )
}
