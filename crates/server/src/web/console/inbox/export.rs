//! A view of the inbox as a file that other programs read. It leaves the service, so it is logged with who, why, the filter and its hash.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::rows::groups;
use super::{address, read};
use crate::app::officer::allowed::Action;
use crate::app::officer::inbox::{self, Inbox};
use crate::app::officer::inbox_export;
use crate::app::officer::inbox_query::InboxQuery;
use crate::app::officer::who::Who;
use crate::web::console::fault::Fault;
use crate::web::console::signed_in::Posted;
use crate::web::console::words;
use crate::web::console::{Console, confirm_self};

/// The form as posted.
#[derive(Deserialize)]
pub struct Posting {
    #[serde(default)]
    q: String,
    #[serde(default)]
    reason: String,
}

/// `POST /inbox/export`.
pub async fn export(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    who.require(Action::Export)?;
    let (query, problem) = read(&form.q);
    if !problem.is_empty() || !query.person().is_empty() {
        return Err(Fault::bad_request("The filter is not as the page made it."));
    }
    if signed_in.session.must_be_fresh(console.app.now()).is_err() {
        return Ok(confirm_self::first(&address("/", &query.to_string())));
    }
    let inbox = inbox::inbox(&console.app, who, &query).await?;
    let file = csv(who, &inbox, &query);
    inbox_export::goes_out(&console.app, who, &inbox, (&query, &form.reason, file.as_bytes())).await?;
    let mut answer = file.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = HeaderValue::from_static("attachment; filename=\"inbox.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

/// The rows as the page lists them, under two lines that say of what they are.
fn csv(who: &Who, inbox: &Inbox, query: &InboxQuery) -> String {
    let query = query.to_string();
    let filter = if query.is_empty() { "none" } else { query.as_str() };
    let mut file = String::new();
    let made = words::when(inbox.now, &words::force_zone());
    line(&mut file, &["Made by", &who.name, "at", &made.utc, "filter", filter]);
    line(
        &mut file,
        &[
            "Urgency",
            "Person",
            "Paragraph",
            "Condition",
            "What",
            "Alerts",
            "Seen",
            "Time left",
            "Marks",
            "Why now",
            "Whose",
            "Device",
            "Account",
            "Numbers",
        ],
    );
    for group in groups(inbox, inbox.now) {
        for row in group.rows {
            let marks: Vec<_> = row.tags.iter().map(|(_, words)| words.as_str()).collect();
            line(
                &mut file,
                &[
                    group.title,
                    &row.person,
                    &row.paragraph,
                    row.kind,
                    row.happened,
                    &row.count.to_string(),
                    &row.seen,
                    &row.due,
                    &marks.join("; "),
                    &row.why,
                    &row.owner,
                    &row.device,
                    &row.account,
                    &row.alerts,
                ],
            );
        }
    }
    file
}

/// One line. What a spreadsheet would take for a formula begins with an apostrophe.
fn line(file: &mut String, cells: &[&str]) {
    for (nth, cell) in cells.iter().enumerate() {
        let is_formula =
            cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
        let guard = if is_formula || cell.starts_with(['\t', '\r', '\n']) { "'" } else { "" };
        file.push_str(if nth > 0 { ",\"" } else { "\"" });
        file.push_str(guard);
        file.push_str(&cell.replace('"', "\"\""));
        file.push('"');
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_cell_is_never_a_formula() {
        let mut file = String::new();
        line(&mut file, &["=1+1", "a \"b\", c", "+44 20", " -2", "@SUM(A1)", "plain", "", "\t=1", "＝1"]);
        let expected = "\"'=1+1\",\"a \"\"b\"\", c\",\"'+44 20\",\"' -2\",\"'@SUM(A1)\",\"plain\",\"\",\"'\t=1\",\"'＝1\"\r\n";
        assert_eq!(file, expected);
    }
}
