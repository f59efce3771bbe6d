//! Who was told of an alert, in words for its page.

use proviso_model::Timestamp;
use proviso_model::ids::AlertId;
use proviso_store::{Channel, DeliveryState, Priority, TellingRow, TellingStep};

use super::clock::{CONTACT, CONTACT_WEBHOOK, WEBHOOK};
use super::people::officer_of;
use crate::app::AppContext;
use crate::app::officer::error::ActError;
use crate::app::officer::history::officer_name;

/// One line: who was told, how, when, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When it was sent, or is due.
    pub at: Timestamp,
    /// Who, and how.
    pub text: String,
    /// What came of it; empty for nothing to say.
    pub then: String,
}

/// Everybody who was told of an alert or is to be, in the order of time, and last who is next.
///
/// # Errors
/// [`ActError`].
pub async fn of_alert(ctx: &AppContext, alert: AlertId) -> Result<Vec<Told>, ActError> {
    let clocks = ctx.store.clock_list(alert).await?;
    let tellings = ctx.store.telling_list(alert).await?;
    let mut told = Vec::new();
    for row in &tellings {
        let clock = clocks.iter().find(|clock| clock.priority == row.priority);
        let is_seen = clock.is_some_and(|clock| clock.seen_at.is_some());
        let went_on = tellings.iter().any(|other| went_on(row, other));
        told.push(line(ctx, row, &name(ctx, row).await?, (went_on, is_seen)));
    }
    if let Some(at) = clocks.iter().filter_map(|clock| clock.seen_at).min()
        && !told.is_empty()
    {
        let text = "Somebody opened the alert".to_owned();
        told.push(Told { at, text, then: String::new() });
    }
    told.sort_by_key(|one| one.at);
    let running = clocks.iter().filter(|clock| clock.seen_at.is_none()).filter_map(|clock| clock.next_at);
    if let Some(at) = running.min().filter(|at| *at > ctx.now()) {
        told.push(Told {
            at,
            text: "Whoever is next is told, unless somebody opens the alert before".to_owned(),
            then: String::new(),
        });
    }
    Ok(told)
}

async fn name(ctx: &AppContext, row: &TellingRow) -> Result<String, ActError> {
    Ok(match row.recipient.as_str() {
        WEBHOOK => "The force’s own program".to_owned(),
        CONTACT_WEBHOOK => "The program of the force’s 24-hour contact".to_owned(),
        contact if contact.starts_with(CONTACT) => "The force’s 24-hour contact".to_owned(),
        other => match officer_of(other) {
            Some(id) => {
                let name = officer_name(ctx, id).await?;
                match row.step {
                    TellingStep::Cover => format!("{name} (standing in)"),
                    TellingStep::Supervisor => format!("{name} (supervisor)"),
                    TellingStep::Officer | TellingStep::Contact => name,
                }
            }
            None => "Somebody".to_owned(),
        },
    })
}

/// Whether somebody else was told after `row`, because it was not opened.
fn went_on(row: &TellingRow, other: &TellingRow) -> bool {
    let is_next = matches!(other.step, TellingStep::Cover | TellingStep::Supervisor);
    is_next && other.priority == row.priority && other.step > row.step && other.told_at > row.told_at
}

fn line(ctx: &AppContext, row: &TellingRow, name: &str, (went_on, is_seen): (bool, bool)) -> Told {
    let now = ctx.now();
    let how = match row.channel {
        Channel::Console => "in the inbox alone; no e-mail is set",
        Channel::Email => "by e-mail",
        Channel::Webhook => "by a call",
    };
    let (at, state) = match &row.delivery {
        Some((DeliveryState::Sent, Some(at), _)) => (*at, format!("{name} was told {how}")),
        Some((DeliveryState::Withdrawn, Some(at), _)) => {
            return Told {
                at: *at,
                text: format!("{name} was not told {how}"),
                then: "The alert had been opened by then, or the case is somebody else’s.".to_owned(),
            };
        }
        Some((DeliveryState::Dead, Some(at), fault)) => {
            let fault = fault.clone().unwrap_or_default();
            return Told { at: *at, text: format!("{name} could not be told {how}"), then: sentence(&fault) };
        }
        Some((_, _, Some(fault))) => {
            let text = format!("{name} is to be told {how}; so far it did not go out");
            return Told { at: row.told_at, text, then: sentence(fault) };
        }
        Some(_) if row.told_at > now => {
            let text = format!("{name} is to be told {how}");
            return Told { at: row.told_at, text, then: waits(ctx, row) };
        }
        Some(_) => (row.told_at, format!("{name} is being told {how}")),
        None => (row.told_at, format!("{name} sees it {how}")),
    };
    // Programs and, outside the console, the contact open nothing.
    let opens = row.channel != Channel::Webhook && row.step != TellingStep::Contact;
    let then = match (went_on, is_seen) {
        _ if !opens => "",
        (true, _) => "Not opened in time.",
        (false, false) => "Not opened yet.",
        (false, true) => "",
    };
    Told { at, text: state, then: then.to_owned() }
}

fn waits(ctx: &AppContext, row: &TellingRow) -> String {
    let hold = ctx.telling.hold_millis(row.priority);
    let is_hold = row.told_at.millis_since(ctx.now()) <= hold;
    match (is_hold, row.priority) {
        (true, _) => "It waits some minutes, to tell of more at once.".to_owned(),
        (false, Priority::ThisWeek | Priority::NextVisit) => "Once a day, as the officer asked.".to_owned(),
        (false, _) => "It waits for the end of quiet hours.".to_owned(),
    }
}

fn sentence(fault: &str) -> String {
    let mut letters = fault.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
