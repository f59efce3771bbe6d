//! The loopback page: sign, notice and, behind the PIN, the details. Without scripts; bound to 127.0.0.1 only.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use proviso_engine::notice::{capture_ever, watched};
use proviso_model::limits::STATEMENT_BYTES_MAX;
use proviso_model::record::NoticeResponse;
use proviso_model::{GapCause, Timestamp};
use rand_core::CryptoRng;
use serde::Deserialize;
use tokio::sync::watch;

use super::answer::{html, problem, see_other, with_cookie, with_headers};
use super::language::{Say, asked};
use super::pages::{DetailsPage, EndedPage, NoticePage, PinPage, SignPage};
use super::visits::{Visits, same};
use super::{data_request, other_adult, pages, paragraphs, statement};
use crate::clock::TrueTime;
use crate::daemon::core_thread::{Ask, Core};
use crate::gaps::OpenGap;
use crate::pin::{PinAnswer, PinKeep};
use crate::policy_keep::{KeptPolicy, PolicyKeep};
use crate::release::RELEASE_NOTE;
use crate::update::launch::OWN_VERSION;
use crate::uplink::UplinkState;

const COOKIE_NAME: &str = "proviso_visit";
/// A statement of the longest, each byte of it written as three, and the other fields.
const FORM_BYTES_MAX: usize = 3 * STATEMENT_BYTES_MAX + 1024;
const STYLE: &str = include_str!("../../templates/page.css");

/// What the page needs of the agent.
pub struct PageParts {
    /// The watch core.
    pub core: Core,
    /// The policy.
    pub keep: Arc<PolicyKeep>,
    /// The time.
    pub time: Arc<TrueTime>,
    /// What the uplink knows.
    pub uplink: watch::Receiver<UplinkState>,
    /// The person's PIN.
    pub pin: PinKeep,
    /// For session and form tokens.
    pub rng: Box<dyn CryptoRng + Send>,
    /// The port that it is bound to.
    pub port: u16,
    /// Since when this version of the program runs.
    pub running_since: Timestamp,
}

pub(super) struct Page {
    core: Core,
    keep: Arc<PolicyKeep>,
    time: Arc<TrueTime>,
    uplink: watch::Receiver<UplinkState>,
    pin: PinKeep,
    visits: Visits,
    hosts: [String; 2],
    running_since: Timestamp,
}

pub(super) type Shared = State<Arc<Page>>;

impl Page {
    pub(super) fn form_token(&self) -> &str {
        self.visits.form_token()
    }

    /// Whether who asks has shown the PIN, and not too long ago.
    pub(super) fn is_open_to(&self, headers: &HeaderMap) -> bool {
        visit_of(headers).is_some_and(|visit| self.visits.is_open(visit, self.now()))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.time.now()
    }

    pub(super) fn policy(&self) -> Option<Arc<KeptPolicy>> {
        self.keep.policy()
    }

    pub(super) fn policy_keep(&self) -> &PolicyKeep {
        &self.keep
    }

    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    pub(super) fn uplink(&self) -> UplinkState {
        self.uplink.borrow().clone()
    }

    pub(super) fn salt(&self) -> [u8; 16] {
        self.visits.salt()
    }
}

/// The page as a service.
pub fn router(parts: PageParts) -> Router {
    let hosts = [format!("127.0.0.1:{}", parts.port), format!("localhost:{}", parts.port)];
    let page = Arc::new(Page {
        core: parts.core,
        keep: parts.keep,
        time: parts.time,
        uplink: parts.uplink,
        pin: parts.pin,
        visits: Visits::new(parts.rng),
        hosts,
        running_since: parts.running_since,
    });
    Router::new()
        .route("/", get(sign))
        .route("/page.css", get(style))
        .route("/notice", get(notice).post(notice_answer))
        .route("/details", get(details).post(pin))
        .route("/details/close", post(close))
        .route("/other-adult", get(other_adult::show))
        .route("/other-adult/pin", post(other_adult::set_pin))
        .route("/other-adult/begin", post(other_adult::begin))
        .route("/other-adult/end", post(other_adult::end))
        .route("/details/statement", get(statement::show).post(statement::write))
        .route("/details/statement/kept", get(statement::kept))
        .route("/details/data", get(data_request::show).post(data_request::ask))
        .route("/details/data/kept", get(data_request::kept))
        .fallback(missing)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&page), guard))
        .with_state(page)
}

/// The page after the release: it says that the monitoring has ended, at every address.
pub fn farewell_router() -> Router {
    Router::new()
        .route("/page.css", get(style))
        .fallback(async |headers: HeaderMap| ended(asked(&headers)))
        .layer(middleware::map_response(async |response: Response| with_headers(response)))
}

fn ended(say: Say) -> Response {
    html(StatusCode::OK, &EndedPage { text: RELEASE_NOTE, say })
}

/// Refuses other names for this machine (DNS rebinding) and forms from other origins, and sets the headers.
async fn guard(State(page): Shared, request: Request, next: Next) -> Response {
    let host = text_of(request.headers(), &HOST);
    if !page.hosts.iter().any(|known| Some(known.as_str()) == host) {
        let text = "Open this page as http://127.0.0.1 with its port number. Another name was used for this machine.";
        return with_headers(problem(StatusCode::MISDIRECTED_REQUEST, "Wrong address", text));
    }
    if request.method() == Method::POST {
        let ours = text_of(request.headers(), &ORIGIN)
            .is_none_or(|origin| page.hosts.iter().any(|host| origin == format!("http://{host}")));
        let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
        if !ours || site.is_some_and(|site| site != "same-origin") {
            let text = "The form was not sent from this page. Open the page again and use its own button.";
            return with_headers(problem(StatusCode::FORBIDDEN, "Not sent from this page", text));
        }
    }
    with_headers(next.run(request).await)
}

async fn sign(State(page): Shared, headers: HeaderMap) -> Response {
    let view = page.core.view().borrow().clone();
    let (sign, other_adult) = (&view.sign, view.other_adult.approval.is_some());
    html(StatusCode::OK, &SignPage { sign, say: asked(&headers), other_adult })
}

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

async fn notice(State(page): Shared, headers: HeaderMap) -> Response {
    let Some(kept) = page.keep.policy() else { return no_policy(&page, &headers) };
    // Serving it is what "shown" means: without scripts there is no telling whether eyes were on it (docs/agent.md).
    let shown = page.core.ask(|reply| Ask::Notice {
        shown_on: "browser",
        response: NoticeResponse::Shown,
        by: String::new(),
        reply,
    });
    if shown.await != Some(true) {
        let text = "The notice could not be put on record, so nothing is watched. The device may have no room left; tell the force.";
        return problem(StatusCode::SERVICE_UNAVAILABLE, "The notice could not be recorded", text);
    }
    let text = paragraphs(&kept.policy, &page.keep.trust().force_name);
    let say = asked(&headers);
    let answered = answer_in_words(page.core.view().borrow().notice.as_ref().map(|note| note.response));
    html(
        StatusCode::OK,
        &NoticePage {
            paragraphs: text.iter().map(String::as_str).filter(|line| !line.starts_with("- ")).collect(),
            watched: watched(&capture_ever(&kept.policy)),
            form_token: page.form_token(),
            answered,
            translated: match say.language() {
                Some(_) => {
                    proviso_engine::notice::paragraphs_in(say, &kept.policy, &page.keep.trust().force_name)
                }
                None => Vec::new(),
            },
            say,
        },
    )
}

const ACKNOWLEDGED: &str = "It is on record that this notice was acknowledged.";
const REFUSED: &str =
    "It is on record that this notice was answered with a refusal. Monitoring under the order goes on.";
#[cfg(test)]
pub(super) const ANSWERS: [&str; 2] = [ACKNOWLEDGED, REFUSED];

fn answer_in_words(response: Option<NoticeResponse>) -> &'static str {
    match response {
        Some(NoticeResponse::Acknowledged) => ACKNOWLEDGED,
        Some(NoticeResponse::Refused) => REFUSED,
        _ => "",
    }
}

#[derive(Deserialize)]
struct AnswerForm {
    token: String,
    answer: String,
}

async fn notice_answer(State(page): Shared, Form(form): Form<AnswerForm>) -> Response {
    if !same(&form.token, page.form_token()) {
        return stale();
    }
    let response = match form.answer.as_str() {
        "acknowledge" => NoticeResponse::Acknowledged,
        "refuse" => NoticeResponse::Refused,
        _ => return stale(),
    };
    let by = "whoever used the browser in this account".to_owned();
    let kept = page.core.ask(|reply| Ask::Notice { shown_on: "browser", response, by, reply }).await;
    if kept == Some(true) {
        see_other("/notice")
    } else {
        let text = "The answer could not be put on record. Nothing has changed; try again later.";
        problem(StatusCode::SERVICE_UNAVAILABLE, "Not recorded", text)
    }
}

async fn details(State(page): Shared, headers: HeaderMap) -> Response {
    if !page.is_open_to(&headers) {
        return ask_for_pin(&page, &headers);
    }
    let now = page.now();
    let Some(kept) = page.keep.policy() else { return no_policy(&page, &headers) };
    let view = page.core.view().borrow().clone();
    let uplink = page.uplink.borrow().clone();
    let policy = &kept.policy;
    let pause = pages::pause_in_words(policy, now);
    let zone = policy.timezone.as_str();
    let authority = match &policy.authority.paragraph {
        Some(paragraph) => format!("paragraph {paragraph} of the order ({})", policy.authority.legal_basis),
        None => format!("signed consent ({})", policy.authority.legal_basis),
    };
    // That nothing is obeyed meanwhile is what a pause is.
    let is_paused = pause.is_some();
    let is_told = |open: &&OpenGap| !is_paused || open.gap.cause != GapCause::NoPolicy;
    let say = asked(&headers);
    let gaps = view.open_gaps.iter().filter(is_told);
    let gaps = gaps.map(|open| pages::gap(open.gap.from, open.gap.cause, zone, say));
    let details = DetailsPage {
        state: match pause {
            Some(_) if !view.standing.watching => say.of(pages::NOTHING).to_owned(),
            _ => pages::state_in_words(&view, &uplink, say),
        },
        pause: pause.unwrap_or_default(),
        other_adult: pages::other_adult_in_words(&view.other_adult, zone).unwrap_or_default(),
        order_reference: &policy.order_reference,
        authority,
        conditions: pages::conditions(policy, now),
        site_lists: pages::site_lists(policy),
        hash_sets: pages::hash_sets(policy),
        trial: pages::trial(policy, now, say),
        last_contact: uplink
            .last_contact
            .map_or_else(|| "none since this program started".to_owned(), |at| pages::in_words(at, zone)),
        program: format!("{OWN_VERSION} ({})", pages::in_words(page.running_since, zone)),
        trouble: uplink.trouble.unwrap_or_default(),
        spooled: view.figures.records,
        totals: pages::totals(page.core.ask(Ask::Totals).await.unwrap_or_default(), say),
        looked: uplink.looked.map(|looked| pages::looked(&looked, zone, say)),
        gaps: gaps.collect(),
        answer: answer_in_words(view.notice.as_ref().map(|note| note.response)),
        form_token: page.form_token(),
        say,
    };
    html(StatusCode::OK, &details)
}

#[derive(Deserialize)]
struct PinForm {
    token: String,
    pin: String,
}

async fn pin(State(page): Shared, headers: HeaderMap, Form(form): Form<PinForm>) -> Response {
    if !same(&form.token, page.form_token()) {
        return stale();
    }
    let now = page.time.now();
    let keep = page.pin.clone();
    // Checking a PIN is slow on purpose, so it has a thread of its own.
    let answer = tokio::task::spawn_blocking(move || keep.check(&form.pin, now)).await;
    match answer {
        Ok(Ok(PinAnswer::Right)) => {
            let visit = page.visits.begin(now);
            let cookie = format!("{COOKIE_NAME}={visit}; Path=/; HttpOnly; SameSite=Strict; Max-Age=900");
            with_cookie(see_other("/details"), &cookie)
        }
        Ok(Ok(PinAnswer::Wrong { tries_left })) => {
            let problem = format!("That PIN is not right. {tries_left} more tries before a pause.");
            ask_again(&page, &headers, StatusCode::FORBIDDEN, &problem)
        }
        Ok(Ok(PinAnswer::Paused { until })) => {
            let seconds = until.millis_since(now).max(0) / 1_000 + 1;
            let problem = format!("Too many wrong PINs. Try again in {seconds} seconds.");
            ask_again(&page, &headers, StatusCode::TOO_MANY_REQUESTS, &problem)
        }
        Ok(Err(error)) => {
            let text = format!("{error}. An officer can set a new PIN.");
            problem(StatusCode::SERVICE_UNAVAILABLE, "The PIN cannot be checked", &text)
        }
        Err(_) => problem(StatusCode::SERVICE_UNAVAILABLE, "The PIN cannot be checked", "Try again."),
    }
}

pub(super) fn ask_for_pin(page: &Page, headers: &HeaderMap) -> Response {
    ask_again(page, headers, StatusCode::OK, "")
}

fn ask_again(page: &Page, headers: &HeaderMap, status: StatusCode, problem: &str) -> Response {
    html(status, &PinPage { form_token: page.form_token(), problem, say: asked(headers) })
}

#[derive(Deserialize)]
struct CloseForm {
    token: String,
}

async fn close(State(page): Shared, headers: HeaderMap, Form(form): Form<CloseForm>) -> Response {
    if !same(&form.token, page.form_token()) {
        return stale();
    }
    if let Some(visit) = visit_of(&headers) {
        page.visits.end(visit);
    }
    with_cookie(see_other("/"), &format!("{COOKIE_NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"))
}

async fn missing() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "Nothing here",
        "There are five pages: the sign, the notice, the details, one to write on, and one for another adult who is approved.",
    )
}

pub(super) fn stale() -> Response {
    let text = "The form is from before the program was started anew. Open the page again.";
    problem(StatusCode::FORBIDDEN, "The form is out of date", text)
}

pub(super) fn no_policy(page: &Page, headers: &HeaderMap) -> Response {
    if page.keep.released().is_some() {
        return ended(asked(headers));
    }
    let text = "No order in force is known to this device, so nothing is watched.";
    problem(StatusCode::OK, "Nothing is watched", text)
}

fn text_of<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn visit_of(headers: &HeaderMap) -> Option<&str> {
    text_of(headers, &COOKIE)?
        .split(';')
        .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}
