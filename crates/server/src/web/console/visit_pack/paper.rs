//! The visit pack in words. Never what was captured: an alert is its paragraph, what happened in a line, when and how often.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use proviso_model::Outcome;
use proviso_model::observation::Act;
use proviso_report::{Block, Document};
use proviso_store::AlertRow;

use crate::app::device_tasks;
use crate::app::officer::clock;
use crate::app::officer::duties::{DutyState, ShownDuty};
use crate::app::officer::visit_note::ShownAction;
use crate::app::officer::visit_pack::{GapToAsk, VisitPack};
use crate::web::console::outside;
use crate::web::console::people;
use crate::web::console::{coverage, device_notice, duties, words};

/// Where to stop.
pub const STOP: &str = "Stop where an answer, or something that is seen, may be about an offence, or about what a paragraph forbids: no \
     more questions. Caution the person; the questions belong to an interview, where legal advice comes first.";

/// The whole pack. The same pack gives the same document.
pub fn document(pack: &VisitPack) -> Document {
    let view = &pack.person;
    let zone = words::zone(&view.order.timezone);
    let today = clock::day_of(&view.order, view.now);
    let mut blocks = begin(pack, &zone);
    alerts(pack, &zone, &mut blocks);
    left_to_do(&view.agreed, today, &zone, &mut blocks);
    to_notify(pack, today, &mut blocks);
    gaps(pack, &zone, &mut blocks);
    devices(pack, &zone, &mut blocks);
    order(pack, today, &mut blocks);
    blocks.push(Block::Heading("After the visit".to_owned()));
    blocks.push(Block::Paragraph(
        "Record it on the person’s page, from a phone too: who was there, what was seen and agreed, which devices were looked at, and the \
         answers to the gaps above."
            .to_owned(),
    ));
    let made = words::when(view.now, &zone);
    Document {
        title: format!("Visit pack: {}", view.person.name),
        foot: format!(
            "{} · {} · visit pack of {} {}",
            view.person.name, view.order.reference, made.local, made.zone
        ),
        language: "en-GB".to_owned(),
        blocks,
    }
}

fn begin(pack: &VisitPack, zone: &TimeZone) -> Vec<Block> {
    let view = &pack.person;
    let made = words::when(view.now, zone);
    let met = match pack.last_met {
        Some(at) => {
            let when = words::when(at, zone);
            format!("Last met on {}, {} ago.", when.date, words::span(view.now.millis_since(at)))
        }
        None => "No visit is on record.".to_owned(),
    };
    vec![
        Block::Paragraph(format!("Order {}. In charge: {}. {met}", view.order.reference, view.officer)),
        Block::Paragraph(format!(
            "As the server knew it on {} {} ({}). What a machine raised is an opinion, and says nothing about who used a device.",
            made.local, made.zone, made.utc
        )),
        Block::Heading("Where to stop".to_owned()),
        Block::Strong(STOP.to_owned()),
        Block::Paragraph(
            "About gaps and devices ask how things are arranged: where the device was, who has it, whether it works. Do not put an open \
             alert to the person here."
                .to_owned(),
        ),
    ]
}

fn alerts(pack: &VisitPack, zone: &TimeZone, blocks: &mut Vec<Block>) {
    let view = &pack.person;
    blocks.push(Block::Heading("Open alerts".to_owned()));
    let open: Vec<&AlertRow> = view.open.iter().filter(|alert| !alert.is_outside()).collect();
    if open.is_empty() {
        blocks.push(Block::Paragraph(nothing_open(pack)));
    } else {
        let lines = open.iter().map(|alert| alert_line(pack, alert, zone)).collect();
        blocks.push(Block::List(lines));
        blocks.push(Block::Paragraph(
            "Nobody has decided on these. Where one is urgent, decide or ask a supervisor before the visit."
                .to_owned(),
        ));
    }
    let outside = view.open.len() - open.len();
    if outside > 0 {
        let count = words::counted(outside, "alert is", "alerts are");
        blocks.push(Block::Paragraph(format!(
            "{count} outside the order as it is known now, and not listed. {}",
            outside::BEFORE_REVIEW
        )));
    }
    let to_discuss = view.decisions.iter().filter(|(row, _)| {
        row.outcome == Outcome::DiscussAtVisit && pack.last_met.is_none_or(|met| row.decided_at > met)
    });
    let to_discuss: Vec<String> = to_discuss
        .filter_map(|(row, officer)| {
            let alert = view.alerts.iter().find(|alert| alert.id == row.alert)?;
            let decided = words::when(row.decided_at, zone);
            Some(format!(
                "Paragraph {} ({}): {}. {officer} decided on {} to discuss it at this visit.",
                alert.paragraph,
                alert.condition.in_words(),
                words::seen(alert.findings, alert.first_at, alert.last_at, zone),
                decided.date
            ))
        })
        .collect();
    if !to_discuss.is_empty() {
        blocks.push(Block::Subheading("Decided: to discuss at this visit".to_owned()));
        blocks.push(Block::List(to_discuss));
    }
}

/// With nothing open, whether that is quiet or silence.
fn nothing_open(pack: &VisitPack) -> String {
    let (under, watched) = pack.gaps.minutes;
    match (pack.person.devices.is_empty(), under, watched) {
        (true, ..) => "None. No device is enrolled, so nothing was watched: this says nothing.".to_owned(),
        (false, 0, _) => "None. No whole minute under the order has passed since then.".to_owned(),
        (false, _, 0) => {
            "None, and nothing was watched in this time: this is silence, and says nothing.".to_owned()
        }
        (false, ..) => format!(
            "None. Of {} under the order {} were watched; what happened in the rest is not known.",
            span(under),
            span(watched)
        ),
    }
}

fn alert_line(pack: &VisitPack, alert: &AlertRow, zone: &TimeZone) -> String {
    let view = &pack.person;
    let act = pack.acts.get(&alert.id).copied().unwrap_or(Act::Unknown);
    let device = view.devices.iter().find(|one| one.row.id == alert.device);
    let device = device.map_or_else(
        || "a device that is no longer enrolled".to_owned(),
        |one| format!("{}, account {}", words::device(&one.facts.system), one.facts.account),
    );
    let waits = words::span(view.now.millis_since(alert.raised_at));
    format!(
        "Paragraph {} ({}): {}. {}, on {device}. Waits for a decision for {waits}.",
        alert.paragraph,
        alert.condition.in_words(),
        words::happened(alert, act),
        words::seen(alert.findings, alert.first_at, alert.last_at, zone),
    )
}

fn left_to_do(agreed: &[ShownAction], today: Date, zone: &TimeZone, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading("Left to do from visits before".to_owned()));
    let open: Vec<String> =
        agreed.iter().filter(|one| one.is_open()).map(|one| action_line(one, today, zone)).collect();
    blocks.push(match open.is_empty() {
        true => Block::Paragraph("Nothing that was agreed is open.".to_owned()),
        false => Block::List(open),
    });
}

/// What must be notified and was not, or was not checked.
fn to_notify(pack: &VisitPack, today: Date, blocks: &mut Vec<Block>) {
    let is_open = |one: &&ShownDuty| {
        matches!(one.state(today), DutyState::Overdue | DutyState::Waits | DutyState::Unchecked)
    };
    let lines: Vec<String> = pack
        .person
        .duties
        .iter()
        .filter(is_open)
        .map(|one| {
            let kind = duties::kind_in_words(one.row.kind);
            format!("{kind}: {}. {}.", one.words.what, duties::state_in_words(one, today))
        })
        .collect();
    if !lines.is_empty() {
        blocks.push(Block::Heading("What must be notified".to_owned()));
        blocks.push(Block::List(lines));
    }
}

/// What was agreed, when, and by which day.
pub fn action_line(one: &ShownAction, today: Date, zone: &TimeZone) -> String {
    let due = match one.due_on {
        Some(day) if day < today => {
            let days = usize::try_from(clock::days_between(day, today)).unwrap_or_default();
            format!("was due on {}, {} ago", words::day(day), words::counted(days, "day", "days"))
        }
        Some(day) => format!("due on {}", words::day(day)),
        None => "no day was set".to_owned(),
    };
    format!("{} (agreed on {}; {due})", one.text, words::when(one.agreed_at, zone).date)
}

fn gaps(pack: &VisitPack, zone: &TimeZone, blocks: &mut Vec<Block>) {
    let since = words::when(pack.since, zone);
    let gaps = &pack.gaps;
    blocks.push(Block::Heading("Gaps to ask about".to_owned()));
    if pack.person.devices.is_empty() {
        blocks.push(Block::Paragraph("No device is enrolled, so nothing was watched.".to_owned()));
        return;
    }
    let (under, watched) = gaps.minutes;
    blocks.push(Block::Paragraph(format!(
        "Since {} {}: {} under the order on all devices together, {} of it watched. A gap is an absence of watching with a cause, and says \
         nothing about what was done in it.",
        since.local,
        since.zone,
        span(under),
        span(watched)
    )));
    if !gaps.ask.is_empty() {
        blocks.push(Block::List(gaps.ask.iter().map(|gap| gap_line(gap, zone)).collect()));
    }
    let mut rest = Vec::new();
    match gaps.others {
        (0, _) => {}
        (count, minutes) => rest.push(format!(
            "Not asked about one by one: {}, {} in all, short or at night while a device was off.",
            words::counted(count, "other gap", "other gaps"),
            span(minutes)
        )),
    }
    if gaps.explained > 0 {
        rest.push(format!(
            "{} are explained by what officers entered, such as custody or a repair.",
            span(gaps.explained)
        ));
    }
    if gaps.ask.is_empty() {
        rest.insert(0, "None is long enough to ask about.".to_owned());
    }
    blocks.extend(rest.into_iter().map(Block::Paragraph));
}

/// A gap: when, for how long, where, why.
pub fn gap_line(gap: &GapToAsk, zone: &TimeZone) -> String {
    let from = words::when(gap.from, zone);
    format!(
        "{} {}, for {}, {}, account {}: {}.",
        from.local,
        from.zone,
        span(gap.minutes),
        words::device(&gap.system),
        gap.account,
        gap.why
    )
}

fn devices(pack: &VisitPack, zone: &TimeZone, blocks: &mut Vec<Block>) {
    let view = &pack.person;
    blocks.push(Block::Heading("Devices to check".to_owned()));
    if view.devices.is_empty() {
        blocks.push(Block::Paragraph("No device is enrolled.".to_owned()));
    }
    for (one, minutes) in view.devices.iter().zip(&view.coverage) {
        let line = people::device(one, view.now);
        blocks.push(Block::Subheading(format!("{}, account {}", line.name, one.facts.account)));
        let seen = words::when(one.row.seen_at, zone);
        let mut lines = vec![
            format!("{}. {} ({} {}).", words::sentence(&line.state), line.seen, seen.local, seen.zone),
            format!(
                "Monitoring program {}, enrolled on {}.",
                one.row.agent_version,
                words::when(one.row.enrolled_at, zone).date
            ),
        ];
        let tasks = device_tasks::tasks(minutes, &one.acts, view.now);
        lines.extend(tasks.iter().map(|task| {
            let task = coverage::task_line(task, zone);
            format!("{}: {}.", task.what, task.next)
        }));
        let of_it = view
            .about_devices
            .iter()
            .filter(|(notice, _)| notice.row.device == one.row.id && notice.seen.is_none());
        lines.extend(
            of_it.map(|(notice, facts)| {
                device_notice::in_words(&notice.row, words::device(&facts.system), zone)
            }),
        );
        blocks.push(Block::List(lines));
    }
    blocks.push(Block::Paragraph(
        "Look at each: does its sign say that the account is monitored? Is there a device that is not listed here?".to_owned(),
    ));
}

fn order(pack: &VisitPack, today: Date, blocks: &mut Vec<Block>) {
    let view = &pack.person;
    blocks.push(Block::Heading("The order, paragraph by paragraph".to_owned()));
    for end in view.ends.iter().filter(|row| row.withdrawn_at.is_none()) {
        blocks.push(Block::Strong(format!("{}.", outside::ended(&end.end))));
    }
    for one in &view.order.conditions {
        blocks.push(Block::Subheading(format!("Paragraph {}: {}", one.paragraph, one.kind.in_words())));
        blocks.push(Block::Quote(one.text.clone()));
        let state = clock::of(&view.order, one, &view.ends, today);
        let unwatched = if one.kind.is_watched() { "" } else { " No device watches for it: ask and look." };
        blocks.push(Block::Paragraph(format!("{}.{unwatched}", state.in_words(today))));
    }
}

/// Minutes in words.
pub fn span(minutes: u64) -> String {
    words::span(i64::try_from(minutes).unwrap_or(i64::MAX).saturating_mul(60_000))
}
