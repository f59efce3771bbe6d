//! The audit log as a list, newest first.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words::{self, When};
use crate::app::officer::audit_log;
use crate::app::officer::history::act_in_words;

#[derive(Template)]
#[template(path = "console/audit.html")]
struct AuditPage {
    shell: Shell,
    chain: &'static str,
    caption: String,
    rows: Vec<Row>,
    older: Option<String>,
    newer: Option<String>,
}

struct Row {
    seq: u64,
    at: When,
    who: String,
    act: String,
    objects: String,
    ended: String,
    hash: String,
    hash_short: String,
}

/// Which page.
#[derive(Deserialize)]
pub struct Place {
    before: Option<u64>,
}

/// `GET /audit`.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(Place { before }): Query<Place>,
) -> Result<Response, Fault> {
    let log = audit_log::page(&console.app, &signed_in.session.who, before).await?;
    let zone = words::force_zone();
    let rows: Vec<_> = log
        .rows
        .iter()
        .map(|(row, who)| {
            let hash = hex::encode(row.hash);
            Row {
                seq: row.seq,
                at: words::when(row.entry.opened_at, &zone),
                who: who.clone(),
                act: act_in_words(&row.entry.act).to_owned(),
                objects: row.entry.objects.clone(),
                ended: row.completed.as_ref().map_or_else(|| "not completed".to_owned(), |end| end.1.clone()),
                hash_short: hash.get(..12).unwrap_or(&hash).to_owned(),
                hash,
            }
        })
        .collect();
    let (first, last) = (rows.last().map_or(0, |row| row.seq), rows.first().map_or(0, |row| row.seq));
    page(&AuditPage {
        shell: Shell::new("Audit log", Under::Audit, &signed_in),
        chain: if log.chained {
            "The entries on this page are chained as they should be."
        } else {
            "The entries on this page are NOT chained as they should be: tell the force administrator now."
        },
        caption: format!("Entries {first} to {last} of {}", log.last_seq),
        older: (first > 1).then(|| format!("/audit?before={first}")),
        newer: (last < log.last_seq).then(|| {
            format!("/audit?before={}", last.saturating_add(u64::from(audit_log::PAGE_ENTRIES) + 1))
        }),
        rows,
    })
}
