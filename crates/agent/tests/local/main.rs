//! Stories on one machine: the loopback page, the PIN, and the browser's way through relay and socket.

mod other_adult;
mod paused;
mod pictures;
mod session;
#[path = "../support/mod.rs"]
mod support;
mod written;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proviso_agent::daemon::core_thread::{Ask, Core};
use proviso_agent::notice::page::{PageParts, router};
use proviso_agent::pictures::backlog::backlog;
use proviso_agent::pictures::{Contained, Strain};
use proviso_agent::pin::{PinAnswer, PinKeep, TRIES_MAX};
use proviso_agent::sources::browser::frames::write_frame;
use proviso_agent::sources::browser::relay::{RelayLine, relay};
use proviso_agent::sources::browser::server::{Gate, listen, serve};
use proviso_agent::sources::desktop::session::Sessions;
use proviso_agent::uplink::UplinkState;
use proviso_agent::{PolicyKeep, Spool, SpoolLimits, TrueTime};
use proviso_model::Policy;
use proviso_model::data_request::DataRequests;
use proviso_model::gap::GapCause;
use proviso_model::looked::{Looked, Looks};
use proviso_model::native::ToExtension;
use proviso_model::record::{NoticeResponse, RecordBody};
use support::browser::Browser;
use support::{LISTED, TestForce, kinds, rng};

struct Machine {
    force: TestForce,
    keep: Arc<PolicyKeep>,
    spool: Arc<Spool>,
    core: Core,
}

fn machine(notice_shown: bool) -> Machine {
    let force = TestForce::new();
    let policy = force.policy(1, 86_400);
    machine_under(force, &policy, notice_shown)
}

fn machine_under(force: TestForce, policy: &Policy, notice_shown: bool) -> Machine {
    let keep = force.enrol_under(policy);
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    if notice_shown {
        watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
    }
    let core = Core::start(watcher, Arc::clone(&spool)).expect("a thread");
    Machine { force, keep, spool, core }
}

impl Machine {
    /// The page, on a port of its own; returns its address.
    async fn page(&self) -> String {
        self.page_told(None).await
    }

    /// The same, of a device that the server told how requests about data stand.
    async fn page_told(&self, requests: Option<DataRequests>) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let lately = Looks { officers: 1, pages: 2, ..Looks::default() };
        let looked = Some(Looked { until: self.force.now(), all: lately, lately, requests });
        let said = UplinkState { looked, ..UplinkState::default() };
        let (_, uplink) = tokio::sync::watch::channel(said);
        let pin = PinKeep::new(self.force.dir());
        pin.set("4711", &mut *rng(70)).expect("a PIN");
        let service = router(PageParts {
            core: self.core.clone(),
            keep: Arc::clone(&self.keep),
            time: Arc::new(TrueTime::new(Box::new(self.force.clock.clone()), None)),
            uplink,
            pin,
            rng: rng(71),
            port,
            running_since: self.force.now(),
        });
        tokio::spawn(async move { axum::serve(listener, service).await });
        format!("http://127.0.0.1:{port}")
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

fn token(html: &str) -> String {
    let (_, after) = html.split_once("name=\"token\" value=\"").expect("a token");
    after.split('"').next().expect("its end").to_owned()
}

#[tokio::test]
async fn the_notice_served_starts_capture_and_its_answer_is_recorded_and_not_needed() {
    let machine = machine(false);
    let page = machine.page().await;
    let client = client();
    let sign = client.get(&page).send().await.expect("a page").text().await.expect("text");
    assert!(sign.contains("not being monitored"));
    assert!(!machine.core.view().borrow().standing.watching);

    let response = client.get(format!("{page}/notice")).send().await.expect("a page");
    let policy = response.headers().get("content-security-policy").expect("a policy").to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    let html = response.text().await.expect("text");
    assert!(html.contains("nobody need write anything") && html.contains("legal advice first"));
    assert!(!html.contains(LISTED) && !html.contains("Paragraph 5"), "a household may see it");
    assert!(machine.core.view().borrow().standing.watching);
    let sign = client.get(&page).send().await.expect("a page").text().await.expect("text");
    assert!(sign.contains("This account is monitored"));

    let answer = [("token", token(&html)), ("answer", "refuse".to_owned())];
    let response = client.post(format!("{page}/notice")).form(&answer).send().await.expect("an answer");
    assert_eq!(response.status(), 303);
    let said = machine.force.records(&machine.spool).into_iter().find_map(|body| match body {
        RecordBody::Notice { notice } if notice.response == NoticeResponse::Refused => Some(notice.shown_on),
        _ => None,
    });
    assert_eq!(said.as_deref(), Some("browser"));
    assert!(machine.core.view().borrow().standing.watching, "a refusal changes nothing but the record");
}

#[tokio::test]
async fn another_name_for_this_machine_and_forms_of_other_pages_are_refused() {
    let machine = machine(false);
    let page = machine.page().await;
    let client = client();
    for host in ["evil.example", "evil.example:47600", "127.0.0.1"] {
        let response =
            client.get(format!("{page}/notice")).header("host", host).send().await.expect("an answer");
        assert_eq!(response.status(), 421, "{host}");
    }
    assert!(!machine.core.view().borrow().standing.watching, "and the notice was not shown by it");
    let form = [("token", "0".repeat(64)), ("answer", "refuse".to_owned())];
    let post = || client.post(format!("{page}/notice")).form(&form);
    let cases = [
        post().header("origin", "https://evil.example"),
        post().header("sec-fetch-site", "cross-site"),
        post(),
    ];
    for request in cases {
        assert_eq!(request.send().await.expect("an answer").status(), 403);
    }
    assert!(!kinds(&machine.force.records(&machine.spool)).contains(&"notice"));
}

/// Opens the details with the PIN; the visit's cookie.
async fn visit(client: &reqwest::Client, details: &str) -> String {
    let closed = client.get(details).send().await.expect("a page").text().await.expect("text");
    let right = [("token", token(&closed)), ("pin", "4711".to_owned())];
    let response = client.post(details).form(&right).send().await.expect("an answer");
    assert_eq!(response.status(), 303);
    let cookie = response.headers().get("set-cookie").expect("a cookie").to_str().expect("text").to_owned();
    assert!(cookie.contains("SameSite=Strict") && cookie.contains("HttpOnly"));
    cookie.split(';').next().expect("a value").to_owned()
}

#[tokio::test]
async fn invariant_02_the_details_are_behind_the_pin_in_the_court_s_words_and_without_terms() {
    let machine = machine(true);
    let page = machine.page().await;
    let client = client();
    let details = format!("{page}/details");
    let closed = client.get(&details).send().await.expect("a page").text().await.expect("text");
    assert!(!closed.contains("Paragraph 5"));
    let wrong = [("token", token(&closed)), ("pin", "0000".to_owned())];
    let response = client.post(&details).form(&wrong).send().await.expect("an answer");
    assert_eq!(response.status(), 403);
    let visit = visit(&client, &details).await;
    let open = client.get(&details).header("cookie", &visit).send().await.expect("a page");
    let open = open.text().await.expect("text");
    assert!(
        open.contains("Paragraph 5: not to use the word") && open.contains("in force until 25 November 2026")
    );
    assert!(open.contains("is watching this account now") && open.contains("looked at 0 times: 0 dropped"));
    assert!(open.contains("Who looked") && open.contains("1 officer: 2 pages"), "{open}");
    assert!(open.contains("Version of this program, and since when it runs"), "{open}");
    assert!(!open.contains(LISTED), "never a list of terms");
    machine.force.clock.pass(16 * 60);
    let later = client.get(&details).header("cookie", &visit).send().await.expect("a page");
    assert!(!later.text().await.expect("text").contains("Paragraph 5"), "a visit ends by itself");
}

#[test]
fn wrong_pins_lead_to_pauses_that_a_restart_does_not_end() {
    let force = TestForce::new();
    let pin = PinKeep::new(force.dir());
    pin.set("4711", &mut *rng(3)).expect("a PIN");
    for left in (1..TRIES_MAX).rev() {
        let answer = pin.check("0000", force.now()).expect("an answer");
        assert_eq!(answer, PinAnswer::Wrong { tries_left: left });
    }
    assert!(matches!(pin.check("0000", force.now()), Ok(PinAnswer::Paused { .. })));
    let restarted = PinKeep::new(force.dir());
    assert!(
        matches!(restarted.check("4711", force.now()), Ok(PinAnswer::Paused { .. })),
        "not even looked at"
    );
    force.clock.pass(61);
    assert_eq!(restarted.check("4711", force.now()).expect("an answer"), PinAnswer::Right);
}

/// A browser with its relay, connected to the machine's socket.
fn browser(machine: &Machine) -> Browser {
    Browser::connect(machine.force.dir().socket())
}

/// Runs a browser's story on its own thread beside the machine's socket server.
async fn with_socket(machine: Machine, story: impl FnOnce(&Machine) + Send + 'static) -> Machine {
    with_worker(machine, pictures::worker(&["picture-worker"]), story).await
}

/// The same with this process for pictures.
async fn with_worker(
    machine: Machine,
    contained: Contained,
    story: impl FnOnce(&Machine) + Send + 'static,
) -> Machine {
    with_gate(machine, contained, Sessions::of("root", None), story).await
}

/// The same where the helper of this account is let in.
async fn with_gate(
    machine: Machine,
    contained: Contained,
    sessions: Sessions,
    story: impl FnOnce(&Machine) + Send + 'static,
) -> Machine {
    let listener = listen(&machine.force.dir().socket()).expect("a socket");
    let notice_url = "http://127.0.0.1:1/notice".to_owned();
    let gate = Gate { uids: Vec::new(), sessions, notice_url };
    let nowhere = Path::new("/nowhere");
    let (pictures, looker) = backlog(contained, Strain::at(nowhere, nowhere, 1), Arc::clone(&machine.keep));
    tokio::spawn(looker.work(machine.core.clone()));
    let server = tokio::spawn(serve(listener, machine.core.clone(), gate, pictures));
    let machine = tokio::task::spawn_blocking(move || {
        story(&machine);
        machine
    });
    let machine = machine.await.expect("the story went well");
    server.abort();
    machine
}

/// Waits until what is on record satisfies `wanted`: the core tells of every record.
async fn recorded(machine: &Machine, wanted: impl Fn(&[RecordBody]) -> bool) {
    let mut view = machine.core.view();
    let waited = tokio::time::timeout(Duration::from_secs(60), async {
        while !wanted(&machine.force.records(&machine.spool)) {
            view.changed().await.expect("the core lives");
        }
    });
    waited.await.expect("within a minute");
}

#[tokio::test]
async fn an_observation_is_acknowledged_once_it_is_durable_and_counted_once() {
    let machine = with_socket(machine(true), |machine| {
        let mut first = browser(machine);
        first.hello(1);
        let ToExtension::State { watching, acknowledged: 0, notice_url: None, .. } = first.hear() else {
            panic!("a state")
        };
        assert!(watching);
        first.observe(1, machine.force.now(), LISTED);
        assert_eq!(first.hear(), ToExtension::Ack { n: 1 });
        assert!(kinds(&machine.force.records(&machine.spool)).contains(&"finding"), "durable before the ack");
        drop((first.to, first.from));
        // The worker comes back and sends again what it does not know to be acknowledged.
        let mut second = browser(machine);
        second.hello(1);
        assert!(matches!(second.hear(), ToExtension::State { acknowledged: 1, .. }));
        second.observe(1, machine.force.now(), LISTED);
        assert_eq!(second.hear(), ToExtension::Ack { n: 1 });
    })
    .await;
    let findings = kinds(&machine.force.records(&machine.spool));
    assert_eq!(findings.iter().filter(|kind| **kind == "finding").count(), 1);
}

#[tokio::test]
async fn the_state_is_told_again_when_the_notice_has_been_shown() {
    let machine = machine(false);
    let core = machine.core.clone();
    with_socket(machine, move |machine| {
        let mut browser = browser(machine);
        browser.hello(1);
        let ToExtension::State { watching, capture, notice_url, .. } = browser.hear() else {
            panic!("a state")
        };
        assert!(!watching && capture.is_nothing());
        assert_eq!(notice_url.as_deref(), Some("http://127.0.0.1:1/notice"));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let shown = runtime.block_on(core.ask(|reply| Ask::Notice {
            shown_on: "browser",
            response: NoticeResponse::Shown,
            by: String::new(),
            reply,
        }));
        assert_eq!(shown, Some(true));
        let ToExtension::State { watching, capture, .. } = browser.hear() else { panic!("a state") };
        assert!(watching && capture.typed);
    })
    .await;
}

#[tokio::test]
async fn another_protocol_and_bytes_that_are_no_message_are_gaps() {
    let machine = with_socket(machine(true), |machine| {
        let mut other = browser(machine);
        other.hello(9);
        assert_eq!(other.hear(), ToExtension::Mismatch { protocol_min: 1, protocol_max: 1 });
        assert!(other.relay.join().expect("ended").is_ok());

        let mut broken = browser(machine);
        broken.hello(1);
        assert!(matches!(broken.hear(), ToExtension::State { .. }));
        std::io::Write::write_all(&mut broken.to, &2_000_000_000_u32.to_ne_bytes()).expect("sent");
        let refused = broken.relay.join().expect("ended").expect_err("a wrong length ends the relay");
        assert!(refused.to_string().contains("2000000000"), "{refused}");

        let mut unknown = browser(machine);
        unknown.hello(1);
        assert!(matches!(unknown.hear(), ToExtension::State { .. }));
        write_frame(&mut unknown.to, b"{\"type\":\"unheard-of\"}").expect("sent");
        assert!(unknown.relay.join().expect("ended").is_ok(), "the agent hangs up");
    })
    .await;
    recorded(&machine, |records| {
        let causes: Vec<GapCause> = records
            .iter()
            .filter_map(|body| match body {
                RecordBody::Gap { gap } => Some(gap.cause),
                _ => None,
            })
            .collect();
        causes.contains(&GapCause::ProtocolMismatch) && causes.contains(&GapCause::Unknown)
    })
    .await;
}

#[test]
fn without_a_running_agent_the_relay_says_so_in_plain_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = RelayLine { browser_pid: 1, executable: String::new() };
    let refused = relay(&folder.path().join("agent.sock"), &line, std::io::empty(), std::io::sink());
    let words = refused.expect_err("nobody listens").to_string();
    assert!(words.contains("not running") && words.contains("systemctl start"), "{words}");
}
