//! The report on suitability and enforceability that a court hears before it makes a paragraph: which one can be watched on
//! this make, model and system, how, what would be seen of others, and what is left (domain: SOA 2003 s.103CA, Sentencing Act 2020 s.347A).

mod device;
mod facts;
mod words;

use proviso_model::ConditionKind;
use proviso_model::order::{AuthorityBasis, Condition, Order, OrderKind};
use serde::Serialize;

pub use device::{DEVICE_BYTES_MAX, Device, DeviceError, Display, Form, System};
pub use words::{device_in_words, text, whole_in_words};

use facts::{By, KindFacts, Needs};

/// Browsers that the extension runs in and is tested with.
const WITH_EXTENSION: [&str; 2] = ["chromium", "firefox"];

/// Said of every device that is watched, whatever its paragraphs.
const ALWAYS: [&str; 6] = [
    "Only the account named at enrolment is watched. Passwords, payment details, one-time codes, microphone, camera, location and contacts on the protected list are never captured.",
    "Others who use the device should have accounts of their own, which are not watched. Where another adult must use this one, an officer can approve short sessions that this adult begins with a PIN: nothing is captured in them, and each is a gap with the number of keys and buttons pressed. Who used it then cannot be seen.",
    "What concerns no paragraph in force is dropped on the device at once. Only how much was looked at, and when, goes on.",
    "One thing is asked of the force's server before anything is found: whether a picture that may be on a list is on it, by a keyed digest alone. An answer of no leaves nothing behind.",
    "Correspondence with a lawyer who is not on the protected list is recognised by its words, its sender's name and its site alone, so not all of it is. What is recognised the officers of the case see only if an independent reviewer finds that it is not privileged.",
    "Findings name a device and an account, never a person. The program gives no score of compliance, and silence is never a sign of it.",
];

/// Whether a paragraph can be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Watched {
    /// In every way that there is.
    Yes,
    /// In some ways, or not in every browser.
    InPart,
    /// Not at all.
    No,
}

/// One paragraph on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParagraphReport {
    /// Its number.
    pub paragraph: String,
    /// The court's words.
    pub text: String,
    /// Its kind, in words.
    pub kind: &'static str,
    /// First day.
    pub from: jiff::civil::Date,
    /// Last day.
    pub until: jiff::civil::Date,
    /// Whether it can be watched.
    pub watched: Watched,
    /// How.
    pub how: Vec<String>,
    /// What would be seen of other people.
    pub others: Vec<String>,
    /// What is left: what cannot be seen.
    pub left: Vec<String>,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SuitabilityReport {
    /// The order's reference.
    pub order: String,
    /// The device.
    pub device: Device,
    /// Whether anything can be watched on it.
    pub watched: bool,
    /// What stands in the way, and what has to be done first.
    pub remarks: Vec<String>,
    /// Every paragraph.
    pub paragraphs: Vec<ParagraphReport>,
    /// What holds for all of them.
    pub always: Vec<&'static str>,
    /// Which version of the program it speaks of.
    pub version: &'static str,
}

/// What a device has of what watching needs.
struct Has {
    agent: bool,
    extension: bool,
    /// Browsers without it.
    other_browsers: Vec<String>,
    windows: bool,
}

/// Reports on an order and a device.
///
/// # Errors
/// When the facts that come with the engine cannot be read; a test reads them, so never in a build that passed.
pub fn suitability(order: &Order, device: &Device) -> Result<SuitabilityReport, toml::de::Error> {
    let facts = facts::facts()?;
    let captures =
        order.kind != OrderKind::NotificationOnly && order.authority.consent_withdrawn_on.is_none();
    let has = has(device);
    let paragraphs: Vec<ParagraphReport> = order
        .conditions
        .iter()
        .map(|condition| {
            let facts = facts.iter().find(|facts| facts.kind == condition.kind);
            paragraph(order, condition, facts, captures.then_some(&has))
        })
        .collect();
    let watched = paragraphs.iter().any(|paragraph| paragraph.watched != Watched::No);
    Ok(SuitabilityReport {
        order: order.reference.clone(),
        device: device.clone(),
        watched,
        remarks: remarks(order, device, &has),
        paragraphs,
        always: if watched { ALWAYS.to_vec() } else { Vec::new() },
        version: env!("CARGO_PKG_VERSION"),
    })
}

fn has(device: &Device) -> Has {
    let agent = device.system == System::Linux && device.form == Form::Computer && device.own_account;
    let (with, other_browsers): (Vec<String>, Vec<String>) =
        device.browsers.iter().cloned().partition(|browser| WITH_EXTENSION.contains(&browser.as_str()));
    Has {
        agent,
        extension: agent && !with.is_empty(),
        other_browsers,
        windows: agent && device.display == Display::X11,
    }
}

fn paragraph(
    order: &Order,
    condition: &Condition,
    facts: Option<&KindFacts>,
    has: Option<&Has>,
) -> ParagraphReport {
    let (all, mut left) = facts.map_or((&[][..], Vec::new()), |facts| (&facts.by[..], facts.left.clone()));
    let has_it = |needs| {
        has.is_some_and(|has| match needs {
            Needs::Agent | Needs::Text => has.agent,
            Needs::Extension => has.extension,
            Needs::Windows | Needs::TextInWindows => has.windows,
        })
    };
    let by: Vec<_> = all.iter().filter(|by| has_it(by.needs)).collect();
    let others: &[String] = has.map_or(&[], |has| &has.other_browsers);
    let is_of_browsers = all.iter().any(|by| by.needs == Needs::Extension);
    if !by.is_empty() && is_of_browsers && !others.is_empty() {
        let has = |needs| by.iter().any(|by| by.needs == needs);
        let what = match (has(Needs::Windows), has(Needs::Agent)) {
            _ if has(Needs::Text) => {
                "Of what is done there text in the window in front is read, as far as that browser tells it."
            }
            (true, _) => {
                "Of what is done there only pictures in the window in front, and picture files that are saved, are seen."
            }
            (false, true) => "Of what is done there only picture files that are saved are seen.",
            (false, false) => "What is done there is not seen.",
        };
        left.push(format!("The extension does not run in {}. {what}", others.join(", ")));
    }
    if !by.is_empty() && all.iter().any(|by| by.needs == Needs::Windows && !has_it(by.needs)) {
        left.push(
            "Pictures in programs other than the browser are not seen: this device's display lets no program look into another's windows, or it is not known to."
                .to_owned(),
        );
    }
    if !by.is_empty() && all.iter().any(|by| by.needs == Needs::TextInWindows && !has_it(by.needs)) {
        left.push(
            "Where words are found in another program, no picture of its window is taken to show what stood around them: this device's display lets no program look into another's windows, or it is not known to."
                .to_owned(),
        );
    }
    if condition.kind == ConditionKind::ChildImages && !by.is_empty() {
        left.push("Until the force has imported such a list, nothing is compared at all.".to_owned());
    }
    left.extend(parameters(condition));
    // A picture of the window adds to what was found; nothing is watched by it.
    let watches = |by: &&By| by.needs != Needs::TextInWindows;
    let watched = match by.iter().copied().filter(watches).count() {
        0 => Watched::No,
        some if some == all.iter().filter(watches).count() && (others.is_empty() || !is_of_browsers) => {
            Watched::Yes
        }
        _ => Watched::InPart,
    };
    ParagraphReport {
        paragraph: condition.paragraph.clone(),
        text: condition.text.clone(),
        kind: condition.kind.in_words(),
        from: condition.from.unwrap_or(order.made_on),
        until: condition.until.unwrap_or(order.expires_on),
        watched,
        how: by.iter().map(|by| by.how.clone()).collect(),
        others: by.iter().map(|by| by.others.clone()).collect(),
        left,
    }
}

/// What an order does not say, and what it declares.
fn parameters(condition: &Condition) -> Vec<String> {
    let mut said = Vec::new();
    match (condition.kind, condition.within_days) {
        (ConditionKind::DeclareDevices | ConditionKind::DeclareNames, Some(days)) => {
            said.push(format!("The police must be told within {days} days."))
        }
        (ConditionKind::DeclareNames, None) => {
            said.push(
                "The order file gives no number of days within which a name may be declared: one that is not declared is reported at once."
                    .to_owned(),
            );
        }
        (ConditionKind::DeclareDevices, None) => {
            said.push(
                "The order file gives no number of days within which the police must be told.".to_owned(),
            );
        }
        _ => {}
    }
    match (condition.kind, condition.under_age) {
        (ConditionKind::NoContactWithChildren, Some(age)) => {
            said.push(format!("It is about people under {age}."))
        }
        (ConditionKind::NoContactWithChildren, None) => {
            said.push("The order file does not say below which age contact is prohibited.".to_owned());
        }
        _ => {}
    }
    match condition.contacts.len() {
        0 => {}
        1 => said.push("The order names one person.".to_owned()),
        many => said.push(format!("The order names {many} people.")),
    }
    match condition.declared.len() {
        0 => {}
        1 => said.push("One entry has been declared and is allowed.".to_owned()),
        many => said.push(format!("{many} entries have been declared and are allowed.")),
    }
    said
}

fn remarks(order: &Order, device: &Device, has: &Has) -> Vec<String> {
    let mut said = Vec::new();
    if order.kind == OrderKind::NotificationOnly {
        said.push(
            "The order requires notification only: nothing is captured under it, on any device.".to_owned(),
        );
        return said;
    }
    if let Some(day) = order.authority.consent_withdrawn_on {
        said.push(format!("Consent was withdrawn on {day}: nothing is captured."));
        return said;
    }
    if order.authority.basis == AuthorityBasis::Consent {
        said.push("Monitoring rests on consent, and stops when it is withdrawn.".to_owned());
    }
    if device.system != System::Linux || device.form != Form::Computer {
        said.push("This version of the program runs on computers with Linux only: nothing can be watched on this device.".to_owned());
    } else if !device.own_account {
        said.push("The person has no account of their own on this device. Nothing may be watched until there is one: others would be watched too.".to_owned());
    } else if !has.extension {
        said.push("No browser on this device is one that the extension runs in (Chromium, Firefox): what is done on the web cannot be seen.".to_owned());
    }
    if device.used_by_others {
        said.push("Others use this device. Each needs an account of their own; theirs are not watched, and they are told so.".to_owned());
    }
    if has.agent && device.display == Display::Unknown {
        said.push("It is not said whether the display is X11 or Wayland: pictures in other programs are taken not to be seen.".to_owned());
    }
    said
}
