//! People found by name or number: what `GET /people` answers when a name is asked for.

use askama::Template;
use axum::response::Response;

use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words;
use crate::app::AppContext;
use crate::app::officer::find::{self, FOUND_MAX, Found, FoundPerson};

#[derive(Template)]
#[template(path = "console/find.html")]
struct FindPage {
    shell: Shell,
    typed: String,
    problem: Option<&'static str>,
    summary: String,
    advice: String,
    rows: Vec<Row>,
}

struct Row {
    case: String,
    person: String,
    also: String,
    numbers: String,
    officer: String,
}

/// The page for what was typed.
///
/// # Errors
/// [`Fault`].
pub(super) async fn answer(ctx: &AppContext, signed_in: &SignedIn, typed: &str) -> Result<Response, Fault> {
    let found = find::find(ctx, &signed_in.session.who, typed).await?;
    let shell = Shell::new("Find a person", Under::People, signed_in);
    let typed = typed.trim().to_owned();
    let refused = |problem| FindPage {
        problem: Some(problem),
        summary: String::new(),
        advice: String::new(),
        rows: Vec::new(),
        shell: Shell::new("Find a person", Under::People, signed_in),
        typed: typed.clone(),
    };
    match found {
        Found::NothingTyped => page(&refused("Enter a name or a number, or the beginning of one")),
        Found::TooLong => page(&refused("Enter a shorter name: at most 200 letters and 12 words")),
        Found::TooShort => page(&refused("Enter at least 2 letters")),
        Found::People { people, more, is_short } => page(&FindPage {
            summary: match (people.len(), more) {
                (0, _) => "Nobody was found".to_owned(),
                (_, true) => {
                    format!("More than {FOUND_MAX} people were found; {FOUND_MAX} of them are listed")
                }
                (count, false) => format!("{} found", words::counted(count, "person", "people")),
            },
            advice: advice(people.is_empty(), more, is_short),
            rows: people.into_iter().map(row).collect(),
            problem: None,
            typed,
            shell,
        }),
    }
}

fn advice(is_nobody: bool, more: bool, is_short: bool) -> String {
    let mut says = Vec::new();
    if is_nobody {
        says.push(
            "Only people whose cases you may open are looked for. Check the spelling, or enter fewer words.",
        );
    }
    if is_short {
        says.push("A name of one or two letters is found only when it is entered in full.");
    }
    if more {
        says.push("Enter more of the name, or a number.");
    }
    says.join(" ")
}

fn row(found: FoundPerson) -> Row {
    let join = |texts: &std::collections::BTreeSet<String>| {
        texts.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    Row {
        case: found.case.to_string(),
        also: join(&found.names.others),
        numbers: join(&found.names.numbers),
        person: found.names.person.name,
        officer: format!("In charge: {}", found.officer),
    }
}
