//! A force that writes its log anew, with its own keys: a bundle made afterwards is in order by itself, and is caught by what
//! others were given before.

use proviso_evidence::{Beside, CheckState, Report, Shown, Verdict, verify, verify_beside};
use proviso_model::order::Person;
use proviso_server::app::bundle::{self, Asker, Scope};
use proviso_server::app::witness;
use proviso_server::jobs;
use proviso_server::keys::case::Purpose;
use proviso_testkit::rewrite_log::rewrite_log;

use crate::device::Device;
use crate::facts::{finding, watched};
use crate::rig::Rig;

/// A case to which records come, and bundles of it.
struct Story {
    rig: Rig,
    device: Device,
}

impl Story {
    async fn begin() -> Self {
        let rig = Rig::with_workers(0).await;
        let device = Device::enrol(&rig).await;
        let mut story = Self { rig, device };
        story.more_records().await;
        story
    }

    async fn more_records(&mut self) {
        let at = self.rig.ctx.now();
        let records = [finding(&self.device, at), watched(at, 3)].map(|body| self.device.seal(body));
        self.device.send(&self.rig, &records.iter().collect::<Vec<_>>()).await.receipt();
        jobs::drain(&self.rig.ctx).await.expect("worked");
    }

    async fn bundle(&self) -> Vec<u8> {
        let asker = Asker::machine("command-line".to_owned(), "Test Officer 014".to_owned());
        let scope = Scope::Case(self.rig.case);
        let made = bundle::make(&self.rig.ctx, &asker, scope, &Shown::Everything).await.expect("made");
        let report = verify(&made.bytes, Some(&self.rig.trust)).expect("a bundle");
        assert_eq!(report.verdict, Verdict::Verified, "by itself it is in order: {report:#?}");
        made.bytes
    }

    async fn witness(&self, since: u64) -> (Vec<u8>, u64) {
        let mut file = Vec::new();
        let done = witness::export(&self.rig.ctx, "command-line", since, &mut file).await.expect("written");
        (file, done.last)
    }

    async fn rewrite_log(&self) {
        rewrite_log(&self.rig.ctx, &self.rig.config.database()).await;
    }

    /// The verdict on a bundle beside what somebody else holds, and the state and sentence of that check.
    fn beside(&self, bundle: &[u8], other: Beside<'_>) -> (Verdict, CheckState, String) {
        let report: Report = verify_beside(&bundle, Some(&self.rig.trust), &[other]).expect("a bundle");
        let check = report.checks.last().expect("checks");
        let name = if matches!(other, Beside::Bundle { .. }) { "earlier" } else { "witness" };
        assert_eq!(check.name, name);
        (report.verdict, check.state, check.says.clone())
    }
}

fn earlier<'a>(bytes: &'a &'a [u8]) -> Beside<'a> {
    Beside::Bundle { name: "earlier.zip", source: bytes }
}

fn held(bytes: &[u8]) -> Beside<'_> {
    Beside::Witness { name: "witness.jsonl", bytes }
}

#[tokio::test]
async fn a_log_rewritten_after_a_bundle_was_issued_fails_beside_that_bundle() {
    let mut story = Story::begin().await;
    let first = story.bundle().await;
    story.more_records().await;
    let second = story.bundle().await;
    for (bundle, other) in [(&second, &first), (&first, &second), (&first, &first)] {
        let (verdict, state, says) = story.beside(bundle, earlier(&other.as_slice()));
        assert_eq!((verdict, state), (Verdict::Verified, CheckState::Passed), "{says}");
    }

    story.rewrite_log().await;
    story.more_records().await;
    let third = story.bundle().await;
    for other in [&first, &second] {
        for (bundle, other) in [(&third, other), (other, &third)] {
            let (verdict, state, says) = story.beside(bundle, earlier(&other.as_slice()));
            assert_eq!((verdict, state), (Verdict::Failed, CheckState::Failed), "{says}");
            assert!(says.contains("was rewritten"), "{says}");
        }
    }
    story.rig.stop().await;
}

#[tokio::test]
async fn a_log_rewritten_after_a_witness_was_given_it_fails_beside_the_witness_s_file() {
    let mut story = Story::begin().await;
    let (file, size) = story.witness(0).await;
    let text = String::from_utf8(file.clone()).expect("text");
    let (rig, device) = (&story.rig, &story.device);
    let sealed = rig.ctx.store.case_get(rig.case).await.expect("read").expect("the case").sealed;
    let person: Person = rig.ctx.unseal_json(rig.case, Purpose::Case, &sealed).expect("opened");
    for secret in [rig.case.to_string(), device.id.to_string(), person.name, "test.officer.014".to_owned()] {
        assert!(!text.contains(&secret), "a witness holds nothing of a case: {secret}");
    }

    story.more_records().await;
    let honest = story.bundle().await;
    let (next, _) = story.witness(size).await;
    for other in [&file, &next] {
        let (verdict, state, says) = story.beside(&honest, held(other));
        assert_eq!((verdict, state), (Verdict::Verified, CheckState::Passed), "{says}");
    }

    story.rewrite_log().await;
    let rewritten = story.bundle().await;
    for other in [&file, &next] {
        let (verdict, state, says) = story.beside(&rewritten, held(other));
        assert_eq!((verdict, state), (Verdict::Failed, CheckState::Failed), "{says}");
        assert!(says.contains("was rewritten"), "{says}");
    }
    story.rig.stop().await;
}

#[tokio::test]
async fn what_cannot_be_compared_is_said_to_be_undecided_and_never_passes() {
    let mut story = Story::begin().await;
    let first = story.bundle().await;
    story.more_records().await;
    let size = story.rig.ctx.store.log_size().await.expect("read");
    let (late, _) = story.witness(size).await;
    let other = Story::begin().await;
    let (theirs, others) = (other.witness(0).await.0, other.bundle().await);
    let (others, letter) = (others.as_slice(), b"a letter".as_slice());
    let mut cut = late.clone();
    cut.truncate(late.len() / 2);
    let cases: [(&str, Beside<'_>, &str); 6] = [
        ("a witness that begins later", held(&late), "Ask the witness"),
        ("another force's witness", held(&theirs), "of another force"),
        ("another force's bundle", earlier(&others), "cannot be compared with"),
        ("half a witness file", held(&cut), "cannot be read"),
        ("no witness file", held(letter), "cannot be read"),
        ("no bundle", earlier(&letter), "cannot be compared with"),
    ];
    for (what, other, words) in cases {
        let (verdict, state, says) = story.beside(&first, other);
        assert_eq!((verdict, state), (Verdict::Undecided, CheckState::NotDone), "{what}: {says}");
        assert!(says.contains(words), "{what}: {says}");
    }

    // A state that nobody was known to hold: the force is asked for a bundle that proves from it.
    let (whole, _) = story.witness(0).await;
    let lines = String::from_utf8(whole).expect("text");
    let part: String = lines.split_inclusive('\n').take(3).collect();
    let (verdict, _, says) = story.beside(&story.bundle().await, held(part.as_bytes()));
    assert_eq!(verdict, Verdict::Undecided, "{says}");
    let (_, asked) = says.split_once("--prove-from ").expect("whom to ask for what");
    let size: u64 = asked.trim_end_matches('.').parse().expect("a size");
    story.rig.ctx.store.checkpoint_given_add(size, story.rig.ctx.now()).await.expect("noted");
    let (verdict, _, says) = story.beside(&story.bundle().await, held(part.as_bytes()));
    assert_eq!(verdict, Verdict::Verified, "{says}");
    story.rig.stop().await;
}
