//! A browser as the agent sees it: its relay, and what its extension says.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use proviso_agent::sources::browser::frames::{read_frame, write_frame};
use proviso_agent::sources::browser::relay::{RelayError, RelayLine, relay};
use proviso_agent::watch::PictureFound;
use proviso_ledger::hash::policy_hash;
use proviso_model::native::{PictureShown, ToExtension, ToHost};
use proviso_model::observation::{PictureElement, PictureFrom};

use proviso_model::order::ConditionKind;
use proviso_model::policy::{HashSetRef, PackRef, Policy, Rule};
use proviso_model::{Digest, Picture, PictureSeen, Timestamp};

use super::{TestForce, page, shown};

/// A browser with its relay, connected to a machine's socket.
pub struct Browser {
    pub to: UnixStream,
    pub from: UnixStream,
    pub relay: std::thread::JoinHandle<Result<(), RelayError>>,
}

impl Browser {
    pub fn connect(path: PathBuf) -> Self {
        let (to, relay_in) = UnixStream::pair().expect("a pipe");
        let (from, relay_out) = UnixStream::pair().expect("a pipe");
        from.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
        let line = RelayLine { browser_pid: std::process::id(), executable: "/usr/bin/browser".to_owned() };
        let relay = std::thread::spawn(move || relay(&path, &line, relay_in, relay_out));
        Self { to, from, relay }
    }

    pub fn say(&mut self, message: &ToHost) {
        write_frame(&mut self.to, &serde_json::to_vec(message).expect("json")).expect("sent");
    }

    pub fn hear(&mut self) -> ToExtension {
        let frame = read_frame(&mut self.from).expect("within a minute").expect("a message");
        serde_json::from_slice(&frame).expect("a message of the protocol")
    }

    pub fn hello(&mut self, protocol: u32) {
        self.say(&ToHost::Hello {
            protocol_min: protocol,
            protocol_max: protocol,
            instance: "one".to_owned(),
            browser: "chromium".to_owned(),
            browser_version: "1".to_owned(),
            extension_version: "1".to_owned(),
            private_allowed: true,
        });
    }

    pub fn observe(&mut self, n: u64, observed_at: Timestamp, text: &str) {
        let (attribution, fact) = (shown(), page(text));
        self.say(&ToHost::Observation { n, observed_at, attribution, fact });
    }
}

/// What a browser says of a picture with these bytes.
pub fn picture(n: u64, observed_at: Timestamp, bytes: &[u8]) -> ToHost {
    let shown_at = PictureShown {
        url: "https://site.example/".to_owned(),
        title: "Waves".to_owned(),
        address: format!("https://site.example/{n}.png"),
        element: PictureElement::Img,
        width: 160,
        height: 120,
        shown_width: 160,
        shown_height: 120,
        from: PictureFrom::FetchedAgain,
        without: None,
        file: None,
        digests: None,
    };
    let (attribution, data) = (shown(), Some(STANDARD.encode(bytes)));
    ToHost::Picture { n, observed_at, attribution, shown: Box::new(shown_at), data }
}

impl TestForce {
    /// A picture that was looked at and looked up under the policy obeyed now, and found on no list.
    pub fn found(&self, policy: &Policy, picture: Picture) -> PictureFound {
        PictureFound {
            shown_at: self.now(),
            picture,
            seen: PictureSeen::default(),
            bytes: Bytes::from_static(b"picture"),
            under: Some(Digest(policy_hash(self.sign(policy).policy.as_bytes()))),
            unreadable: false,
            unscored: false,
        }
    }

    /// The policy of all stories with a paragraph for which pictures are compared with a list that is not here, and judged by no model.
    pub fn policy_with_pictures(&self, seconds: i64) -> Policy {
        let set = PackRef { name: "set".to_owned(), version: "1".to_owned(), sha256: Digest([9; 32]) };
        let category = "test".to_owned();
        self.policy_with_sets(
            1,
            seconds,
            vec![HashSetRef { set, category, child_abuse: true, device_ok: false, tree: None }],
        )
    }

    /// The same with a paragraph for which the default model judges pictures.
    pub fn policy_with_picture_model(&self, seconds: i64) -> Policy {
        let mut policy = self.policy(1, seconds);
        let mut pictures = policy.conditions[0].clone();
        pictures.paragraph = "9".to_owned();
        pictures.kind = ConditionKind::Pornography;
        let pack = |name: &str| PackRef {
            name: name.to_owned(),
            version: "0.0.6".to_owned(),
            sha256: Digest([9; 32]),
        };
        pictures.rules = vec![Rule::PictureScore {
            id: "pictures/explicit".to_owned(),
            category: "pornography".to_owned(),
            pack: pack("settings"),
            model: pack("open-nsfw"),
            second: None,
            threshold_permille: 900,
            together_permille: 900,
            pictures_min: 3,
            within_minutes: 15,
        }];
        policy.conditions.push(pictures);
        policy
    }
}
