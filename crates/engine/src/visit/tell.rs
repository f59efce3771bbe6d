//! From what was seen to what is told of each paragraph. A machine's words, for a person to judge.

mod browsers;
mod machine;

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use proviso_model::device_act::DeviceAct;
use proviso_model::order::Condition;
use proviso_model::visit::{AgentFacts, DeviceFacts, KnownPause, VisitFacts, VisitOrder, VisitTold};
use proviso_model::{ConditionKind, Timestamp};

use super::facts::{self, reads_of};
use super::words::{counted, date_in_words};
use super::{VisitError, VisitRead};
use crate::pack::Pack;

/// What is told from.
pub struct Told<'a> {
    /// What the order asks.
    pub order: &'a VisitOrder,
    /// What was seen.
    pub facts: &'a VisitFacts,
    /// What was read to its end.
    pub reached: &'a BTreeSet<VisitRead>,
    /// What the visit compares with.
    pub since: Timestamp,
    /// When it was made.
    pub now: Timestamp,
    /// What officers entered about this device or its person.
    pub acts: &'a [DeviceAct],
    /// When a court had paused the order, or a paragraph of it.
    pub pauses: &'a [KnownPause],
    /// Lists of things.
    pub packs: &'a [Pack],
    /// The order's time zone.
    pub zone: &'a TimeZone,
}

/// What a paragraph has so far.
#[derive(Default)]
struct Page {
    found: Vec<String>,
    care: Vec<String>,
    stop: bool,
}

impl Page {
    fn say(&mut self, words: impl Into<String>) {
        self.found.push(words.into());
    }

    /// Something that the paragraph may be about.
    fn stop(&mut self, words: impl Into<String>) {
        self.say(words);
        self.stop = true;
    }

    fn care(&mut self, words: &str) {
        if !words.is_empty() && !self.care.iter().any(|said| said == words) {
            self.care.push(words.to_owned());
        }
    }
}

/// What is told of every paragraph, in the order's own order.
///
/// # Errors
/// [`VisitError::Facts`], never in a build that passed its tests.
pub fn tell(of: &Told<'_>) -> Result<Vec<VisitTold>, VisitError> {
    let known = facts::facts().map_err(|error| VisitError::Facts(error.to_string()))?;
    let told = of.order.conditions.iter().map(|condition| {
        let reads = reads_of(&known, condition);
        let kind = known.iter().find(|facts| facts.kind == condition.kind);
        let page = of.paragraph(condition, &reads);
        let ask = kind.filter(|_| !page.stop && !reads.is_empty()).map(|kind| kind.ask.clone());
        VisitTold {
            paragraph: condition.paragraph.clone(),
            text: condition.text.clone(),
            kind: condition.kind.in_words().to_owned(),
            read: reads.iter().map(|read| read.in_words().to_owned()).collect(),
            found: page.found,
            care: page.care,
            cannot: kind.map(|kind| kind.cannot.clone()).unwrap_or_default(),
            ask: ask.unwrap_or_default(),
            stop: page.stop,
        }
    });
    Ok(told.collect())
}

impl Told<'_> {
    fn paragraph(&self, condition: &Condition, reads: &BTreeSet<VisitRead>) -> Page {
        let mut page = Page::default();
        self.pauses(&mut page, condition);
        for read in reads.iter().filter(|read| !self.reached.contains(read)) {
            page.say(format!("Not reached: {}.", read.in_words()));
        }
        let has = |read| reads.contains(&read) && self.reached.contains(&read);
        if has(VisitRead::Device)
            && let Some(device) = &self.facts.device
        {
            self.device(&mut page, device);
        }
        if has(VisitRead::Agent)
            && let Some(agent) = &self.facts.agent
        {
            self.agent(&mut page, agent);
        }
        if has(VisitRead::Accounts) {
            self.accounts(&mut page, condition);
        }
        if has(VisitRead::Browsers) {
            self.browsers(&mut page, condition);
        }
        let lists = [VisitRead::Programs, VisitRead::Connections, VisitRead::Mounts, VisitRead::Storage];
        if lists.into_iter().any(has) {
            self.machine(&mut page, condition);
        }
        page
    }

    /// What an officer entered because of which nothing may be captured now.
    fn stopped_now(&self) -> Option<&DeviceAct> {
        self.acts.iter().find(|act| act.stops(self.now))
    }

    /// When a court had paused the paragraph, within the time that is compared with.
    fn pauses(&self, page: &mut Page, condition: &Condition) {
        for pause in self.pauses.iter().filter(|pause| pause.is_about(&condition.paragraph)) {
            if pause.from < self.now && self.since < pause.until {
                page.care(&format!(
                    "A court had paused this from {} to {}: what happened then is no matter of this paragraph, and entries of sites \
                     from then are not counted.",
                    self.date(pause.from),
                    self.date(pause.until)
                ));
            }
        }
    }

    fn device(&self, page: &mut Page, device: &DeviceFacts) {
        let or =
            |text: &str, without: &str| if text.is_empty() { without.to_owned() } else { text.to_owned() };
        page.say(format!(
            "This device: {}, serial number {}, {}, known in a network as {}.",
            or(&device.model, "of no known make"),
            or(&device.serial, "not readable from this account"),
            or(&device.system, "system not known"),
            or(&device.host, "nothing"),
        ));
    }

    fn agent(&self, page: &mut Page, agent: &AgentFacts) {
        match (agent.is_installed || agent.has_state, agent.is_running, agent.is_watching) {
            (false, false, _) => page.stop("The monitoring program is not installed on this device."),
            (_, true, true) => {
                page.say(format!("The monitoring program runs and watches (version {}).", agent.version));
            }
            (_, true, false) if self.stopped_now().is_some() => {
                page.say(format!(
                    "The monitoring program runs and does not watch, as it should (version {}).",
                    agent.version
                ));
            }
            (_, true, false) => {
                page.stop(format!(
                    "The monitoring program runs (version {}) and does not watch.",
                    agent.version
                ));
                page.care("It also does not watch before its notice was shown, on a full disk, or when its order has ended.");
            }
            (true, false, _) => {
                page.stop("The monitoring program is installed and does not run now.");
                page.care(
                    "A fault, an update or a full disk also stops it: `proviso-agent doctor` says more.",
                );
            }
        }
        if let Some(act) = self.stopped_now() {
            page.care(&format!(
                "The force has entered that {}, from {}: nothing is captured meanwhile. Ask whether that entry still holds.",
                act.kind.in_words(),
                self.date(act.from)
            ));
        }
        if let Some(at) = agent.last_ran_at {
            page.say(format!("It last ran on {}.", self.date(at)));
        }
        if let Some(at) = agent.last_contact {
            page.say(format!("Last contact with the force's server: {}.", self.date(at)));
        }
        if let Some(waiting) = agent.waiting.filter(|waiting| *waiting > 0) {
            page.say(format!(
                "{} for the server.",
                counted(waiting, "sealed record waits", "sealed records wait")
            ));
        }
        for browser in &agent.without_manifest {
            page.say(format!("{browser} is not told where the monitoring program is."));
        }
    }

    fn accounts(&self, page: &mut Page, condition: &Condition) {
        let Some(accounts) = &self.facts.accounts else { return };
        let others = match accounts.others {
            0 => "No other person has an account on this device.".to_owned(),
            1 => "One other person's account is on this device; it was not looked into.".to_owned(),
            many => format!("{many} other people's accounts are on this device; they were not looked into."),
        };
        let own = if condition.kind == ConditionKind::DeclareNames {
            let known = if is_declared(condition, &accounts.account) { "is" } else { "is not" };
            format!(" Its name {known} on the declared list.")
        } else {
            String::new()
        };
        page.say(format!("The account that was looked at is \"{}\".{own} {others}", accounts.account));
    }

    fn date(&self, at: Timestamp) -> String {
        date_in_words(at, self.zone)
    }
}

/// Whether an order declares a name.
fn is_declared(condition: &Condition, name: &str) -> bool {
    condition.declared.iter().any(|entry| entry.trim().to_lowercase() == name.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::order_for_visit;
    use proviso_model::Order;
    use proviso_model::device_act::DeviceActKind;
    use proviso_model::visit::{AccountFacts, ProfileFacts};

    const ORDER: &str = include_str!("../../../../testdata/orders/good/shpo-all-kinds.toml");

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("an instant")
    }

    #[test]
    fn what_the_force_entered_and_what_a_court_paused_is_said_and_is_nothing_to_stop_at() {
        let order = Order::from_toml(ORDER).expect("an order");
        let order =
            order_for_visit(&order, "2026-11-29".parse().expect("a day")).expect("paragraphs in force");
        let of = |kind| order.conditions.iter().find(|one| one.kind == kind).expect("in the order");
        let (software, deletion) =
            (of(ConditionKind::MonitoringSoftware), of(ConditionKind::NoHistoryDeletion));
        let agent =
            AgentFacts { is_installed: true, has_state: true, is_running: true, ..AgentFacts::default() };
        let cleared = format!("{}2026-11-22T10:00:00Z", "browser.last_clear_browsing_data_time = ");
        let profile = ProfileFacts {
            browser: "Chromium".to_owned(),
            settings: vec![cleared],
            ..ProfileFacts::default()
        };
        let facts = VisitFacts {
            agent: Some(agent),
            accounts: Some(AccountFacts::default()),
            profiles: Some(vec![profile]),
            ..VisitFacts::default()
        };
        let reached: BTreeSet<VisitRead> =
            [VisitRead::Agent, VisitRead::Browsers, VisitRead::HistorySettings, VisitRead::Histories].into();
        let repair =
            DeviceAct { kind: DeviceActKind::InRepair, from: at("2026-11-20T10:00:00Z"), until: None };
        let pause = KnownPause {
            paragraph: Some(deletion.paragraph.clone()),
            from: at("2026-11-22T00:00:00Z"),
            until: at("2026-11-23T00:00:00Z"),
        };
        let told = |acts: &[DeviceAct], pauses: &[KnownPause]| {
            let of = Told {
                order: &order,
                facts: &facts,
                reached: &reached,
                since: at("2026-11-01T00:00:00Z"),
                now: at("2026-11-29T10:00:00Z"),
                packs: &[],
                zone: &TimeZone::UTC,
                acts,
                pauses,
            };
            let told = tell(&of).expect("told");
            [software, deletion].map(|condition| {
                told.iter().find(|one| one.paragraph == condition.paragraph).expect("told").clone()
            })
        };
        let [without, found] = told(&[], &[]);
        assert!(
            without.stop && without.found.iter().any(|line| line.contains("does not watch")),
            "{without:?}"
        );
        assert!(found.stop && found.found.iter().any(|line| line.contains("last used")), "{found:?}");
        let [planned, paused] = told(&[repair], &[pause]);
        assert!(
            planned.found.iter().any(|line| line.contains("does not watch, as it should")),
            "{planned:?}"
        );
        assert!(planned.care.iter().any(|line| line.contains("the device was in repair")), "{planned:?}");
        assert!(!paused.stop && paused.found.iter().any(|line| line.contains("last used")), "{paused:?}");
        assert!(paused.care.iter().any(|line| line.contains("A court had paused this")), "{paused:?}");
    }
}
