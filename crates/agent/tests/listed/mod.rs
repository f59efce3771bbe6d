//! Pictures on a force's lists, from the browser's word to what is sealed, with a server of memory that is asked and may be away.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use proviso_agent::daemon::core_thread::{Ask, Core};
use proviso_agent::pictures::backlog::{Backlog, Waiting, backlog};
use proviso_agent::pictures::{Contained, LookLimits, Strain};
use proviso_agent::sources::browser::presence::ConnectionId;
use proviso_agent::watch::PictureWanted;
use proviso_agent::{Observed, spool};
use proviso_engine::image::exact::DigestKind;
use proviso_engine::image::keyed::{KeyedFilter, keyed};
use proviso_ledger::hash::sha256;
use proviso_model::finding::Finding;
use proviso_model::gap::GapCause;
use proviso_model::hash_set::HASH_SET_ASK_PATH;
use proviso_model::native::{FileDigests, PictureShown, ToHost};
use proviso_model::observation::{ListedHow, PictureElement, PictureFile, PictureFrom};
use proviso_model::policy::Rule;
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::{Act, Attribution, Digest, Fact, Md5, Observation};

use super::support::server::Fault;
use super::support::sets::{KEY, TestSet, file, look};
use super::support::story::Story;
use super::support::{LISTED, browser, page, shown};

const HARMLESS: &[u8] = b"a harmless line of text that stands for a file";

/// An agent that watches, without its socket; the story steps its uplink.
pub struct Machine {
    pub story: Story,
    pub core: Core,
    pub pictures: Backlog,
    shown: u64,
}

impl Machine {
    /// Under a policy that names `sets`, which the server gives to who asks for them.
    pub async fn with(sets: impl FnOnce(&Story) -> Vec<TestSet>) -> Self {
        let story = Story::new();
        let sets = sets(&story);
        let named = sets.iter().map(|set| set.named.clone()).collect();
        let policy = story.force.sign(&story.force.policy_with_sets(5, 86_400, named));
        story.keep.offer(&policy).expect("newer");
        story.server.with(|memory| (memory.serial, memory.sets) = (5, sets));
        let machine = Self::started(story);
        machine.settle().await;
        machine
    }

    fn started(story: Story) -> Self {
        let mut watcher = story.force.watcher(&story.keep, &story.spool, &spool::Opened::Whole);
        watcher.notice_shown("terminal", NoticeResponse::Acknowledged, "the person").expect("on record");
        let core = Core::start(watcher, story.spool.clone()).expect("a thread");
        let program = PathBuf::from(env!("CARGO_BIN_EXE_proviso-agent"));
        let contained = Contained::new(program, vec!["picture-worker".into()], LookLimits::default());
        let nowhere = Path::new("/nowhere");
        let (pictures, looker) = backlog(contained, Strain::at(nowhere, nowhere, 1), story.keep.clone());
        tokio::spawn(looker.work(core.clone()));
        Self { story, core, pictures, shown: 0 }
    }

    /// The uplink does all that there is to do.
    async fn settle(&self) {
        let mut uplink = self.story.uplink();
        self.story.settle(&mut uplink).await;
    }

    /// A picture is shown; what its browser is told of it.
    async fn show(&mut self, bytes: &[u8]) -> Observed {
        self.show_as(bytes, |_, _| {}).await
    }

    /// The same, shown elsewhere or otherwise.
    async fn show_as(
        &mut self,
        bytes: &[u8],
        change: impl FnOnce(&mut PictureShown, &mut Attribution),
    ) -> Observed {
        self.shown += 1;
        let (n, now) = (self.shown, self.story.force.now());
        let said = browser::picture(n, now, bytes);
        let ToHost::Picture { observed_at, mut attribution, mut shown, .. } = said else {
            panic!("a picture")
        };
        change(&mut shown, &mut attribution);
        let comes = |reply| Ask::PictureComes {
            connection: Some(ConnectionId(1)),
            instance: "one".to_owned(),
            n,
            observed_at,
            reply,
        };
        let wanted = self.core.ask(comes).await;
        let Some(PictureWanted::Yes { models, shown_at }) = wanted else { panic!("wanted: {wanted:?}") };
        let (instance, bytes) = ("one".to_owned(), Bytes::copy_from_slice(bytes));
        let waiting = Waiting { instance, n, shown_at, attribution, shown, window: None, bytes, models };
        self.pictures.put(waiting).expect("room").await.expect("an answer")
    }

    /// Waits until what is on record satisfies `wanted`.
    pub async fn until(&self, wanted: impl Fn(&Self) -> bool) {
        let waited = tokio::time::timeout(Duration::from_secs(60), async {
            while !wanted(self) {
                tokio::task::yield_now().await;
            }
        });
        waited.await.expect("within a minute");
    }

    pub fn records(&self) -> Vec<RecordBody> {
        self.story.force.records(&self.story.spool)
    }

    /// What is sealed about pictures.
    pub fn findings(&self) -> Vec<(Observation, Vec<Finding>)> {
        let found = self.records().into_iter().filter_map(|body| match body {
            RecordBody::Finding { captured, generated } => Some((captured, generated.findings)),
            _ => None,
        });
        found.collect()
    }

    fn waits(&self) -> usize {
        let note: Option<Vec<(String, u64, proviso_model::Timestamp)>> =
            self.story.spool.note("pictures-asked").expect("a note");
        note.map_or(0, |waits| waits.len())
    }

    fn asked(&self) -> usize {
        self.story
            .server
            .with(|memory| memory.requests.iter().filter(|path| path.as_str() == HASH_SET_ASK_PATH).count())
    }

    /// The detail of the gap of pictures that were lost, once it has ended.
    fn lost(&self) -> Option<String> {
        self.records().into_iter().find_map(|body| match body {
            RecordBody::Gap { gap } if gap.cause == GapCause::PicturesDropped && gap.until.is_some() => {
                Some(gap.detail)
            }
            _ => None,
        })
    }
}

fn waves() -> Vec<u8> {
    std::fs::read(super::pictures().join("waves.png")).expect("a picture")
}

#[tokio::test]
async fn a_listed_picture_waits_while_the_server_is_away_and_then_raises_one_finding_with_its_digest_alone() {
    let sets =
        |story: &Story| vec![TestSet::new(&story.force, 1, &[file(&waves(), 2), file(HARMLESS, 3)], false)];
    let mut machine = Machine::with(sets).await;
    let seen_at = machine.story.force.now();
    assert_eq!(machine.show(&waves()).await, Observed::Waits, "the browser need not hold it");
    assert_eq!((machine.waits(), machine.findings().len()), (1, 0));

    // For an hour the server is not reached. What else is shown is judged meanwhile.
    machine.story.force.clock.pass(3_600);
    machine.story.server.with(|memory| memory.faults = vec![Fault::RequestLost; 5]);
    assert_eq!(machine.show(b"on no list").await, Observed::Dropped);
    assert_eq!(machine.show(HARMLESS).await, Observed::Waits);
    let observe = |reply| Ask::Observe {
        connection: ConnectionId(2),
        instance: "two".to_owned(),
        n: 1,
        observed_at: machine.story.force.now(),
        attribution: shown(),
        fact: Box::new(page(LISTED)),
        reply,
    };
    assert_eq!(machine.core.ask(observe).await, Some(Observed::Kept));

    machine.settle().await;
    machine.until(|machine| machine.findings().len() == 3).await;
    assert_eq!((machine.waits(), machine.asked()), (0, 2));
    let found = machine.findings();
    let (captured, findings) =
        found.iter().find(|(captured, _)| captured.observed_at == seen_at).expect("the first");
    let seen = captured.picture.as_deref().expect("a picture");
    let [listed] = &seen.listed[..] else { panic!("one look-up: {seen:?}") };
    assert_eq!((listed.how, listed.category), (ListedHow::Sha256, 2));
    assert_eq!(seen.content, None, "nobody need see it");
    let [finding] = &findings[..] else { panic!("one finding: {findings:?}") };
    assert!(
        finding.explanation.contains("same SHA-256 as an entry of list \"marina\""),
        "{}",
        finding.explanation
    );
    assert!(finding.picture.as_ref().is_some_and(|opinion| opinion.child_abuse));

    // Shown again it is known: nobody is asked.
    assert_eq!(machine.show(&waves()).await, Observed::Kept);
    assert_eq!((machine.asked(), machine.lost()), (2, None));
}

#[tokio::test]
async fn a_listed_video_that_arrives_is_found_by_the_digests_that_were_told_of_it() {
    let sets = |story: &Story| vec![TestSet::new(&story.force, 1, &[file(HARMLESS, 3)], false)];
    let mut machine = Machine::with(sets).await;
    for (name, sha256, expected) in [
        ("holiday.mp4", Digest([1; 32]), Observed::Dropped),
        ("sails.mp4", Digest(sha256(HARMLESS)), Observed::Waits),
    ] {
        let arrived = |shown: &mut PictureShown, attribution: &mut Attribution| {
            *attribution = Attribution::off_screen(Act::Received);
            (shown.element, shown.from) = (PictureElement::File, PictureFrom::Disk);
            shown.url.clear();
            (shown.width, shown.height) = (0, 0);
            shown.file = Some(PictureFile { name: name.to_owned(), folder: "~/Videos".to_owned() });
            let (md5, file_type) = (Md5([1; 16]), "mp4".to_owned());
            shown.digests = Some(FileDigests { sha256, md5, bytes: 9_000_000_000, file_type });
        };
        assert_eq!(machine.show_as(b"", arrived).await, expected, "{name}");
    }
    machine.settle().await;
    machine.until(|machine| machine.findings().len() == 1).await;
    let found = machine.findings();
    let [(captured, findings)] = found.as_slice() else { panic!("one finding: {found:?}") };
    let Fact::Picture(picture) = &captured.fact else { panic!("a picture") };
    assert_eq!((picture.bytes, picture.file_type.as_str()), (9_000_000_000, "mp4"));
    assert_eq!(captured.picture.as_ref().expect("what was found").content, None);
    let said = &findings.first().expect("a finding").explanation;
    assert!(
        said.contains("A video arrived as the file \"sails.mp4\"") && said.contains("same SHA-256"),
        "{said}"
    );
    assert!(said.contains("nobody need see the video"), "{said}");
}

/// Bytes, beginning with some, of which the set's filter says "perhaps", and the set nothing.
fn perhaps(set: &TestSet, begin: &[u8]) -> Vec<u8> {
    let filter = KeyedFilter::open(set.filter.clone()).expect("a filter");
    let fits = |bytes: &Vec<u8>| filter.may_have(DigestKind::Sha256, &keyed(&KEY, &sha256(bytes)));
    (0..10_000_000_u64)
        .map(|number| [begin, &number.to_le_bytes()].concat())
        .find(fits)
        .expect("one in 65,536")
}

#[tokio::test]
async fn invariant_03_a_picture_that_only_may_be_listed_is_asked_about_once_with_a_keyed_digest_and_leaves_nothing()
 {
    let sets = |story: &Story| vec![TestSet::new(&story.force, 1, &[file(HARMLESS, 2)], false)];
    let mut machine = Machine::with(sets).await;
    let bytes = machine.story.server.with(|memory| perhaps(&memory.sets[0], &[]));
    let records = machine.records().len();
    assert_eq!(machine.show(&bytes).await, Observed::Waits);
    machine.settle().await;
    machine.until(|machine| machine.waits() == 0).await;
    assert_eq!(machine.show(&bytes).await, Observed::Dropped, "the answer is remembered");
    assert_eq!(machine.asked(), 1);
    let asked = machine.story.server.with(|memory| memory.bodies.concat());
    for digest in [sha256(&bytes).to_vec(), hex::encode(sha256(&bytes)).into_bytes()] {
        assert!(!asked.windows(digest.len()).any(|window| window == digest), "in the clear");
    }
    let said = format!("{:?}", machine.records().split_off(records));
    assert!(!said.contains("Finding") && !said.contains("Gap"), "{said}");
    let folder = std::fs::read_dir(machine.story.force.folder.path()).expect("readable");
    for path in folder.map(|entry| entry.expect("an entry").path()) {
        let kept = std::fs::read(&path).expect("readable");
        let keyed = hex::encode(keyed(&KEY, &sha256(&bytes))).into_bytes();
        assert!(!kept.windows(keyed.len()).any(|window| window == keyed), "{}", path.display());
    }
}

#[tokio::test]
async fn a_picture_that_looks_like_a_listed_one_is_found_here_and_sealed_for_two_people_to_look_at() {
    // Of another format of the same picture, a few bits away.
    let near = "ab3a2573ce4712fe7784f82dae0345fe3b48f096c5e41f23f0fee148838a8e80";
    for (device_ok, expected) in [(true, Observed::Kept), (false, Observed::Dropped)] {
        let sets = |story: &Story| vec![TestSet::new(&story.force, 1, &[look(near, 4)], device_ok)];
        let mut machine = Machine::with(sets).await;
        assert_eq!(machine.show(&waves()).await, expected, "its PDQ hashes are here: {device_ok}");
        assert_eq!(machine.asked(), 0);
        let found = machine.findings();
        assert_eq!(found.len(), usize::from(device_ok));
        for (captured, findings) in found {
            let seen = captured.picture.as_deref().expect("a picture");
            let [listed] = &seen.listed[..] else { panic!("one look-up: {seen:?}") };
            let ListedHow::Pdq { distance } = listed.how else { panic!("alike: {listed:?}") };
            assert!((1..=31).contains(&distance) && (listed.category, listed.entry) == (4, Some(0)));
            assert_eq!(
                seen.content.as_deref(),
                Some(STANDARD.encode(waves()).as_str()),
                "the bytes as they came"
            );
            let said = &findings.first().expect("a finding").explanation;
            assert!(said.contains("looks similar to entry 0 of list \"marina\""), "{said}");
            assert!(
                said.contains("only two people together") && !said.contains("Somebody has to look"),
                "{said}"
            );
        }
    }
}

#[tokio::test]
async fn a_picture_that_waits_is_looked_up_in_the_version_of_the_set_that_took_the_place_of_its_own() {
    let sets = |story: &Story| vec![TestSet::new(&story.force, 1, &[file(HARMLESS, 2)], false)];
    let mut machine = Machine::with(sets).await;
    let bytes = machine.story.server.with(|memory| perhaps(&memory.sets[0], &[]));
    assert_eq!(machine.show(&bytes).await, Observed::Waits);
    // The force imports the next version, which has this file; the one before is out of use.
    let next = TestSet::new(&machine.story.force, 2, &[file(&bytes, 5)], false);
    let policy = machine.story.force.policy_with_sets(6, 86_400, vec![next.named.clone()]);
    let signed = machine.story.force.sign(&policy);
    machine
        .story
        .server
        .with(|memory| (memory.policy, memory.sets, memory.serial) = (Some(signed), vec![next], 6));
    machine.settle().await;
    assert_eq!(machine.story.keep.serial(), 6);
    machine.until(|machine| machine.story.keep.hash_sets().questions().next().is_some()).await;
    machine.settle().await;
    machine.until(|machine| machine.findings().len() == 1).await;
    let found = machine.findings();
    let said = &found[0].1[0].explanation;
    assert!(said.contains("list \"marina\" version 2") && said.contains("category 5 there"), "{said}");
    assert_eq!(machine.waits(), 0);
}

#[tokio::test]
async fn nobody_is_asked_about_a_picture_that_no_condition_may_speak_of_or_whose_digests_say_nothing() {
    let sets = |story: &Story| vec![TestSet::new(&story.force, 1, &[file(HARMLESS, 2)], false)];
    let mut machine = Machine::with(sets).await;
    let shielded = |shown: &mut PictureShown, _: &mut Attribution| {
        "https://solicitor.example/".clone_into(&mut shown.url);
    };
    assert_eq!(machine.show_as(HARMLESS, shielded).await, Observed::Shielded);
    let behind = |_: &mut PictureShown, attribution: &mut Attribution| {
        (attribution.act, attribution.foreground, attribution.visible_ms) = (Act::Background, false, 0);
    };
    assert_eq!(machine.show_as(HARMLESS, behind).await, Observed::Dropped);
    let drawn = |shown: &mut PictureShown, _: &mut Attribution| shown.from = PictureFrom::TabPixels;
    assert_eq!(machine.show_as(HARMLESS, drawn).await, Observed::Dropped);
    assert_eq!(machine.show(HARMLESS).await, Observed::Waits);
    machine.settle().await;
    machine.until(|machine| machine.findings().len() == 1).await;
    assert_eq!(machine.asked(), 1);
}

#[tokio::test]
async fn a_model_looks_at_what_may_be_listed_only_once_the_server_has_said_that_it_is_not() {
    let grey = std::fs::read(super::pictures().join("grey.png")).expect("a picture");
    let sets = |story: &Story| vec![TestSet::new(&story.force, 1, &[file(&waves(), 2)], false)];
    let mut machine = Machine::with(sets).await;
    let bytes = machine.story.server.with(|memory| perhaps(&memory.sets[0], &grey));
    let named = machine.story.server.with(|memory| memory.sets[0].named.clone());
    let mut policy = machine.story.force.policy_with_sets(6, 86_400, vec![named]);
    policy.conditions.extend(machine.story.force.policy_with_picture_model(86_400).conditions.pop());
    let rules = policy.conditions.last_mut().map(|condition| &mut condition.rules);
    if let Some(Rule::PictureScore { model, .. }) = rules.and_then(|rules| rules.first_mut()) {
        "on-no-device".clone_into(&mut model.name);
    }
    machine.story.keep.offer(&machine.story.force.sign(&policy)).expect("newer");
    machine.story.server.with(|memory| memory.serial = 6);
    // That a model was to look that is not here shows as a gap in part.
    let was_to_look = |machine: &Machine| {
        let is_lost = |body: &RecordBody| matches!(body, RecordBody::Gap { gap } if gap.cause == GapCause::PicturesDropped);
        machine.records().iter().filter(|body| is_lost(body)).count()
    };
    for (shown, expected) in [(1, Observed::Waits), (2, Observed::Kept)] {
        assert_eq!(machine.show(&waves()).await, expected);
        machine.settle().await;
        machine.until(|machine| machine.findings().len() == shown).await;
    }
    machine.core.tell(Ask::Tick).await;
    assert_eq!(machine.show(&bytes).await, Observed::Waits);
    assert_eq!(
        was_to_look(&machine),
        0,
        "of the very file a model has nothing to add, and this one may be it"
    );
    machine.settle().await;
    machine.until(|machine| machine.waits() == 0).await;
    machine.core.tell(Ask::Tick).await;
    machine.until(|machine| was_to_look(machine) == 1).await;
}
