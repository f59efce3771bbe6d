//! Error pages: what happened, what to do, where to go, and an operation id. One place decides status and words.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use proviso_model::ids::CaseId;
use proviso_store::StoreError;

use super::Console;
use super::page::Shell;
use super::why;
use crate::app::officer::error::ActError;

/// Why a page is not shown. Becomes a full page in [`render`], which knows the operation id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    status: StatusCode,
    title: &'static str,
    happened: Box<str>,
    next: &'static str,
    link: &'static str,
    link_label: &'static str,
    /// For the log only.
    detail: Box<str>,
    /// The case of which the officer has to say first why they open it. Boxed: a fault is moved about in every answer.
    say_why: Option<Box<CaseId>>,
}

impl Fault {
    fn new(status: StatusCode, title: &'static str, happened: &str, next: &'static str) -> Self {
        Self {
            status,
            title,
            happened: happened.into(),
            next,
            link: "/",
            link_label: "Go to the start page",
            detail: Box::default(),
            say_why: None,
        }
    }

    /// 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Page not found",
            "There is nothing at this address, or it belongs to a case that is not yours.",
            "Check the link. If a colleague sent it, ask your supervisor whether the case is assigned to you.",
        )
    }

    /// 403, for a form whose token does not belong to this session.
    #[must_use]
    pub fn stale_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This form is out of date",
            "The page that it was on belongs to another session, so nothing was done.",
            "Go back, reload the page and send the form again.",
        )
    }

    /// 403, for what a passkey or the provider did not do.
    fn not_shown(title: &'static str, happened: &str) -> Self {
        let next = "Go back and try again, or sign in another way.";
        Self::new(StatusCode::FORBIDDEN, title, happened, next)
    }

    /// 400.
    #[must_use]
    pub fn bad_request(happened: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This could not be read",
            happened,
            "Go back, reload the page and try again.",
        )
    }

    /// 403, for a case that is another officer's, until this one has said why they open it.
    fn say_why(case: CaseId) -> Self {
        let fault = Self::new(
            StatusCode::FORBIDDEN,
            "Say why first",
            "This case is another officer’s, so nothing was shown or done.",
            "Open the person’s page, say why, and go on.",
        );
        Self { say_why: Some(Box::new(case)), ..fault }
    }

    /// 500.
    #[must_use]
    pub fn broken(detail: String) -> Self {
        let fault = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something is wrong on our side",
            "The act was not completed. What was recorded before is safe.",
            "Try again in a minute. If it happens again, give the operation id below to whoever runs the service.",
        );
        Self { detail: detail.into(), ..fault }
    }
}

impl From<ActError> for Fault {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self::not_found(),
            ActError::Barred => Self::new(
                StatusCode::FORBIDDEN,
                "This case is closed to you",
                "Nothing was shown or done. It is on record that you know this person, or somebody of the household: a conflict of interest.",
                "The case is another officer’s work. If the entry is a mistake, ask a supervisor to end it.",
            ),
            ActError::NotYourRole => Self::new(
                StatusCode::FORBIDDEN,
                "Your role does not include this",
                "Nothing was shown or done.",
                "If you need it for your work, ask a supervisor or the force administrator.",
            ),
            ActError::Conflict(what) => Self::new(
                StatusCode::CONFLICT,
                "This cannot be done as things stand",
                &format!("Nothing was done: {what}."),
                "Go back and reload the page to see how things stand now.",
            ),
            ActError::TooManyTries => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many tries",
                "Sign-in is closed for this user name or place for a while.",
                "Wait ten minutes, then try again.",
            ),
            ActError::WrongNameOrPassword => Self::new(
                StatusCode::FORBIDDEN,
                "You are not signed in",
                "The user name or the password is wrong.",
                "Go back and try again.",
            ),
            ActError::WrongCode => Self::new(
                StatusCode::FORBIDDEN,
                "The code is not right",
                "It is wrong, or was used before.",
                "Go back and give the code that your app shows now.",
            ),
            ActError::ProviderRefused | ActError::NotLinked => {
                Self::not_shown("Your force account was not accepted", "Nothing was done.")
            }
            ActError::PasskeyRefused => Self::not_shown("The passkey was not accepted", "Nothing was done."),
            ActError::PasskeyAsked => Self::not_shown(
                "Use your passkey",
                "You have set up a passkey, so the password alone is not enough. Nothing was done.",
            ),
            ActError::ConfirmFirst => Self::new(
                StatusCode::FORBIDDEN,
                "Confirm that it is you",
                "Nothing was done. What you asked for leaves this service, so you are asked for your password again.",
                "Open your account page, confirm that it is you, and ask again.",
            ),
            ActError::SayWhy(case) => Self::say_why(case),
            ActError::Store(StoreError::Conflict(what)) => Self::from(ActError::Conflict(what)),
            ActError::Store(StoreError::Missing(_)) => Self::not_found(),
            ActError::Store(StoreError::Busy) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is busy",
                "The act was not completed.",
                "Wait a few seconds and try again.",
            ),
            ActError::Store(StoreError::Full) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server’s disk is full",
                "Nothing can be recorded, so nothing is shown or done: every act must be logged first.",
                "Tell whoever runs the service now; records wait safely on the devices meanwhile.",
            ),
            ActError::Store(error) => Self::broken(error.to_string()),
            ActError::Broken(detail) => Self::broken(detail),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        ActError::from(error).into()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "console/error.html")]
struct ErrorPage {
    shell: Shell,
    title: &'static str,
    happened: String,
    next: &'static str,
    link: &'static str,
    link_label: &'static str,
    operation: String,
}

/// Middleware: gives faults their page, with an operation id that the log has too.
pub async fn render(State(console): State<Console>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let fragment = is_fragment(request.headers());
    let asked = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let Some(fault) = response.extensions_mut().remove::<Fault>() else { return response };
    if let Some(case) = fault.say_why.as_deref().copied().filter(|_| !fragment) {
        // What a form would have done is not done after it: the officer sees first what they act on.
        let asked = if method == Method::GET { asked } else { format!("/people/{case}") };
        return why::first(case, &asked);
    }
    let operation = hex::encode(console.app.random::<6>());
    let status = fault.status.as_u16();
    if fault.status.is_server_error() {
        tracing::error!(operation, %method, status, detail = fault.detail, "an officer was shown an error");
    } else {
        tracing::info!(operation, %method, status, "an officer was refused");
    }
    if fragment {
        return (fault.status, format!("{}. {} ({operation})", fault.title, fault.happened)).into_response();
    }
    let page = ErrorPage {
        shell: Shell::anonymous(fault.title),
        title: fault.title,
        happened: fault.happened.into(),
        next: fault.next,
        link: fault.link,
        link_label: fault.link_label,
        operation,
    };
    match page.render() {
        Ok(html) => (fault.status, Html(html)).into_response(),
        Err(_) => fault.status.into_response(),
    }
}

/// Whether the page's own script asked, for a part of a page.
#[must_use]
pub fn is_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
        || headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream")
}
