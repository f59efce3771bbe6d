//! Invented things that a device records.

use proviso_engine::Engine;
use proviso_model::gap::{Gap, GapCause};
use proviso_model::observation::{Act, Attribution, Fact, Observation, Passage, Source};
use proviso_model::policy::Capture;
use proviso_model::record::{Generated, Liveness, RecordBody};
use proviso_model::{Digest, Timestamp};

use crate::device::Device;

/// An address that must be found nowhere in a stolen database.
pub const ADDRESS: &str = "https://boats.example/planted-address-5281";
/// A text with one of the order's words, and one that must be found nowhere in a stolen database.
pub const TEXT: &str = "An old brass compass, planted-excerpt-5281, for a small boat.";

pub fn page(at: Timestamp, act: Act) -> Observation {
    let background = act == Act::Background;
    Observation {
        listed: Vec::new(),
        picture: None,
        id: None,
        observed_at: at,
        source: Source::Browser,
        account: "test-account-014".to_owned(),
        attribution: Attribution {
            act,
            foreground: !background,
            visible_ms: if background { 0 } else { 4_000 },
            since_input_ms: None,
            circumstances: None,
        },
        fact: Fact::Page {
            url: ADDRESS.to_owned(),
            title: "A page".to_owned(),
            text: Passage::whole(TEXT),
            cut: false,
            search: None,
        },
    }
}

/// What the device's own engine says of a page, as it seals it.
pub fn finding(device: &Device, at: Timestamp) -> RecordBody {
    sealed(device, &page(at, Act::Opened))
}

/// What the device's own engine says of an observation, as it seals it.
pub fn sealed(device: &Device, seen: &Observation) -> RecordBody {
    let engine = Engine::new(&device.policy, Digest(device.policy_hash)).expect("an engine");
    let (captured, findings) = engine.evaluate_and_reduce(seen).expect("a rule speaks");
    RecordBody::Finding { captured, generated: Generated { findings } }
}

pub fn watched(at: Timestamp, observed: u64) -> RecordBody {
    RecordBody::Liveness {
        liveness: Liveness {
            from: at.plus_millis(-60_000),
            until: at,
            capture: Capture { pages: true, ..Capture::default() },
            sources: vec![Source::Browser],
            observed,
            dropped: observed,
            shielded: 0,
            pictures: 0,
            pictures_unreadable: 0,
            trial: None,
        },
    }
}

pub fn gap(at: Timestamp) -> RecordBody {
    RecordBody::Gap {
        gap: Gap {
            from: at,
            until: Some(at.plus_millis(30_000)),
            source: Source::Browser,
            cause: GapCause::ExtensionStopped,
            detail: "planted-detail-5281".to_owned(),
        },
    }
}
