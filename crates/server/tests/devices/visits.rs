//! Visits: what a pass says of time that the force had explained beforehand, and the record that comes back and is filed.

use std::path::Path;

use proviso_agent::Clock;
use proviso_agent::visit::pass::Given;
use proviso_agent::visit::{PAGE_FILE, Place, RECORD_FILE, Since, TOUCHED_FILE, VisitParts, visit};
use proviso_engine::Pack;
use proviso_model::Timestamp;
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_model::visit::{SignedVisitRecord, VisitPass};
use proviso_server::app::device_acts;
use proviso_server::app::late::order_end::{self, NewEnd};
use proviso_server::app::visit::{self as app, Beside, NewFiled, NewVisit, Prepared};

use crate::device::Device;
use crate::facts::watched;
use crate::late::{ACTOR, at, send};
use crate::rig::Rig;

/// A clock that stands.
struct At(Timestamp);

impl Clock for At {
    fn wall(&self) -> Timestamp {
        self.0
    }
    fn since_boot_ms(&self) -> u64 {
        0
    }
    fn awake_ms(&self) -> u64 {
        0
    }
    fn boot_id(&self) -> String {
        String::new()
    }
}

async fn prepare(rig: &Rig) -> Prepared {
    let new = NewVisit { case: rig.case, officer: "test.officer.014", days: 7, since: None, device: None };
    app::prepare(&rig.ctx, &new).await.expect("prepared")
}

/// Makes a visit with what was prepared, in the person's own account, which cannot read which device it is.
fn made(prepared: Prepared, pass: &VisitPass, folder: &Path, now: Timestamp) -> (SignedVisitRecord, Beside) {
    let home = folder.join("sam");
    std::fs::create_dir_all(&home).expect("a home");
    let home = home.canonicalize().expect("a home");
    let out = folder.join("out");
    let place =
        Place { root: "/".into(), account: "sam".to_owned(), uid: 4_294, home, state: folder.join("none") };
    let given =
        Given { order: pass.order.clone(), pass: Some((prepared.signed, pass.clone())), key: prepared.key };
    let since = Since { at: pass.since.unwrap_or(now.plus_days(-30)), of: None };
    let parts = VisitParts {
        given: &given,
        place: &place,
        out: &out,
        since,
        seconds: 60,
        packs: &Pack::built_in().expect("packs"),
        clock: &At(now),
        say: &mut |_| {},
    };
    let signed = visit(parts).expect("a visit").signed;
    assert!(out.join(RECORD_FILE).exists());
    let read = |name| Some(std::fs::read(out.join(name)).expect(name));
    (signed, Beside { page: read(PAGE_FILE), touched: read(TOUCHED_FILE) })
}

#[tokio::test]
async fn a_pass_says_what_was_planned_apart_from_other_gaps_and_the_next_visit_goes_on_from_the_filed_one() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let seen = device.seal(watched(at("2026-11-24T10:00:00Z"), 60));
    rig.clock.forward_seconds(6 * 86_400);
    send(&rig, &mut device, vec![seen]).await;
    // Two days of custody; and a paragraph that a court had paused for a day.
    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    let (from, until) = (at("2026-11-25T08:00:00Z"), Some(at("2026-11-27T08:00:00Z")));
    let custody = DeviceAct { kind: DeviceActKind::InCustody, from, until };
    device_acts::enter(&rig.ctx, ACTOR, &row, custody, "An invented station rang.").await.expect("entered");
    let paragraph = prepare(&rig).await.pass.order.conditions.first().map(|one| one.paragraph.clone());
    let day = "2026-11-28".parse().expect("a day");
    let end =
        OrderEnd { kind: OrderEndKind::Paused, paragraph: paragraph.clone(), from: day, until: Some(day) };
    let new = NewEnd { end, reason: "An invented court.".to_owned() };
    order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");

    let prepared = prepare(&rig).await;
    let pass = prepared.pass.clone();
    assert_eq!((pass.since, pass.since_of), (None, None), "no visit is filed yet");
    let known = pass.devices.first().expect("the device");
    assert_eq!(known.planned, 2 * 1_440, "{known:?}");
    let because: Vec<_> = known.because.iter().map(|gap| gap.why.as_str()).collect();
    assert_eq!(because, ["the supervised person was in custody"]);
    assert!(known.gaps.iter().all(|gap| gap.why == "nothing was received from the device"), "{known:?}");
    let gaps: u64 = known.gaps.iter().map(|gap| gap.minutes).sum();
    assert_eq!(known.watched + known.planned + gaps, known.minutes, "every minute is one of the three");
    assert_eq!(known.acts, [custody]);
    let pauses: Vec<_> =
        pass.pauses.iter().map(|pause| (pause.paragraph.clone(), pause.from, pause.until)).collect();
    assert_eq!(pauses, [(paragraph, at("2026-11-28T00:00:00Z"), at("2026-11-29T00:00:00Z"))]);

    let folder = tempfile::tempdir().expect("a folder");
    let began = at("2026-11-30T10:00:00Z");
    let (signed, beside) = made(prepared, &pass, folder.path(), began);
    let page = String::from_utf8(beside.page.clone().expect("a page")).expect("text");
    for words in [
        "Not watched because of what the force had entered: 2 days.",
        "<td>the supervised person was in custody</td>",
        "A court had paused this from 28 November 2026, 00:00 to 29 November 2026, 00:00",
    ] {
        assert!(page.contains(words), "missing: {words}: {page}");
    }

    let without = NewFiled { signed: &signed, beside: &beside, device: None };
    let refused = app::file(&rig.ctx, &without).await.err().expect("the record does not say which device");
    assert!(refused.to_string().contains("--device DEVICE"), "{refused}");
    let with = NewFiled { device: Some(Some(device.id)), ..without };
    let log = rig.ctx.store.log_size().await.expect("read");
    let filed = app::file(&rig.ctx, &with).await.expect("filed").expect("every check holds");
    assert!(filed.is_new);
    assert!(rig.ctx.store.log_size().await.expect("read") > log, "the act is a leaf of the log");
    let said = rig.ctx.store.audit_about(rig.case, &filed.row.hash.to_string(), 10).await.expect("read");
    assert_eq!(said.iter().map(|row| row.entry.act.as_str()).collect::<Vec<_>>(), ["visit-file"]);
    rig.clock.forward_seconds(60);
    let again = app::file(&rig.ctx, &with).await.expect("known").expect("every check holds");
    assert!(!again.is_new && again.row == filed.row, "filed once, it stays as it is");
    let clear = [b"custody".as_slice(), b"monitoring program"];
    assert!(clear.iter().all(|word| !filed.row.sealed.windows(word.len()).any(|at| at == *word)), "sealed");

    let next = prepare(&rig).await.pass;
    assert_eq!((next.since, next.since_of), (Some(began), Some(device.id)), "from the visit before");
    rig.stop().await;
}
