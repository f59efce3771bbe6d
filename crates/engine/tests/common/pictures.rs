//! Pictures for the engine's tests: figures only, there is no picture.

use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_model::observation::{ListedHow, PictureElement, PictureFrom, PictureListed, PictureScore};
use proviso_model::policy::{HashSetRef, PackRef, Rule};
use proviso_model::{Act, Digest, Fact, Finding, Md5, Observation, PdqHash, Picture, PictureSeen, Policy};

use super::{order, seen};

pub const PORNOGRAPHY: &str = "
[[condition]]
paragraph = \"2\"
text = \"Must not view pornography.\"
kind = \"pornography\"
except = { sites = [\"clinic.example\"] }
";
pub const CHILD_IMAGES: &str = "
[[condition]]
paragraph = \"7\"
text = \"Must not view indecent images of children.\"
kind = \"child-images\"
";
pub const MINUTE_MS: i64 = 60_000;

pub fn set(number: u8, child_abuse: bool) -> HashSetRef {
    HashSetRef {
        set: PackRef { name: format!("set-{number}"), version: "3".to_owned(), sha256: Digest([number; 32]) },
        category: if child_abuse { "child-abuse" } else { "pornography" }.to_owned(),
        child_abuse,
        device_ok: false,
        tree: None,
    }
}

pub fn policy(conditions: &str, sets: &[HashSetRef]) -> Policy {
    let inputs = CompileInputs { hash_sets: sets.to_vec(), ..CompileInputs::offline() };
    compile(&order(conditions), &Pack::built_in().expect("packs"), &inputs).expect("a policy")
}

pub fn engine(conditions: &str, sets: &[HashSetRef]) -> Engine {
    with_second(&policy(conditions, sets), false)
}

/// An engine whose rule of scores knows a second model too, as a pack of a force that has one would say.
pub fn with_second(policy: &Policy, second_model: bool) -> Engine {
    let mut policy = policy.clone();
    for rule in policy.conditions.iter_mut().flat_map(|condition| &mut condition.rules) {
        if let Rule::PictureScore { second, .. } = rule {
            *second = second_model.then(|| model("second"));
        }
    }
    Engine::new(&policy, Digest([9; 32])).expect("an engine")
}

/// The model of the built-in pack, or another.
pub fn model(name: &str) -> PackRef {
    let policy = policy(PORNOGRAPHY, &[]);
    let models = policy.picture_models_at(seen_at(0).observed_at);
    let first = (*models.first().expect("the pack's model")).clone();
    match name {
        "first" => first,
        name => PackRef { name: name.to_owned(), version: "1".to_owned(), sha256: Digest([77; 32]) },
    }
}

pub fn score(name: &str, permille: u32) -> PictureScore {
    PictureScore {
        model: model(name),
        explicit_millionths: permille * 1000,
        runtime: "rten@0.27.0".to_owned(),
    }
}

pub fn listed(set: u8, how: ListedHow) -> PictureListed {
    PictureListed { set: Digest([set; 32]), how, category: 2, entry: Some(17) }
}

/// A picture whose look is all its own: hashes that have nothing to do with each other differ in about half of their bits.
pub fn looks(number: u8) -> PdqHash {
    let mut state = u64::from(number) + 1;
    PdqHash([(); 4].map(|()| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }))
}

pub fn seen_at(minute: i64) -> Observation {
    let mut observation = seen(Fact::PrivateWindow { browser: String::new() });
    observation.observed_at = observation.observed_at.plus_millis(minute * MINUTE_MS);
    observation
}

pub fn shown(number: u8, minute: i64, found: PictureSeen) -> Observation {
    let picture = Picture {
        url: "https://pictures.example/gallery?page=3".to_owned(),
        title: "Gallery".to_owned(),
        address: format!("https://cdn.example/{number}.jpg"),
        element: PictureElement::Img,
        width: 1200,
        height: 800,
        shown_width: 600,
        shown_height: 400,
        from: PictureFrom::Loaded,
        sha256: Digest([100 + number; 32]),
        md5: Md5([number; 16]),
        bytes: 4,
        file_type: "jpeg".to_owned(),
        window: None,
        file: None,
    };
    let mut observation = seen_at(minute);
    observation.attribution.act = Act::Shown;
    observation.fact = Fact::Picture(Box::new(picture));
    let found = PictureSeen {
        pdq: Some(found.pdq.unwrap_or_else(|| looks(number))),
        pdq_quality: 90,
        content: Some("AAAAAA==".to_owned()),
        ..found
    };
    observation.picture = Some(Box::new(found));
    observation
}

pub fn scored(number: u8, minute: i64, scores: Vec<PictureScore>) -> Observation {
    shown(number, minute, PictureSeen { scores, ..PictureSeen::default() })
}

pub fn found(number: u8, listed: Vec<PictureListed>) -> Observation {
    shown(number, 0, PictureSeen { listed, ..PictureSeen::default() })
}

pub fn picture(observation: &mut Observation) -> &mut Picture {
    let Fact::Picture(picture) = &mut observation.fact else { panic!("a picture") };
    picture
}

pub fn content(observation: &Observation) -> Option<&str> {
    observation.picture.as_deref()?.content.as_deref()
}

/// What the device would seal, after a trip through bytes, checked to replay.
pub fn sealed(engine: &Engine, observation: &Observation, findings: &[Finding]) -> Observation {
    let bytes = serde_json::to_vec(&engine.reduce(observation, findings)).expect("bytes");
    let opened: Observation = serde_json::from_slice(&bytes).expect("an observation");
    let again = engine.evaluate(&opened);
    assert_eq!(serde_json::to_vec(&again).expect("json"), serde_json::to_vec(findings).expect("json"));
    opened
}
