//! The route table. The router is built from it and from nothing else, so the tests that walk it miss no route.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware;
use axum::routing::{MethodFilter, MethodRouter, on};
use proviso_model::limits::FORM_BYTES_MAX;

use super::fault::Fault;
use super::{
    Console, account, alert, assets, audit, bundle, confirm_self, coverage, device_notice, enrolment_code,
    events, fault, fleet, headers, inbox, notifications, people, person, personal_link, privilege,
    quarantine, second_factor, shield, sign_in, visit,
};
use crate::app::AppContext;

/// Who may ask at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Officers with a session; what they see depends on role and case.
    SignedIn,
}

/// One line makes a route: its name, method, path, who may ask at all, and what answers.
macro_rules! routes {
    ($($name:ident: $method:ident $path:expr, $access:ident => $handler:path;)*) => {
        /// Every route of the console.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Route {
            $($name,)*
        }

        impl Route {
            /// Every route.
            pub const ALL: [Self; [$(stringify!($name)),*].len()] = [$(Self::$name),*];

            /// Method, path and access.
            pub fn entry(self) -> (Method, &'static str, Access) {
                match self {
                    $(Self::$name => (Method::$method, $path, Access::$access),)*
                }
            }

            fn handler(self) -> MethodRouter<Console> {
                match self {
                    $(Self::$name => on(MethodFilter::$method, $handler),)*
                }
            }
        }
    };
}

routes! {
    Asset: GET "/assets/{name}", Open => assets::serve;
    SignInForm: GET "/sign-in", Open => sign_in::show;
    SignIn: POST "/sign-in", Open => sign_in::enter;
    SignInCode: POST "/sign-in/code", Open => sign_in::enter_code;
    SignOut: POST "/sign-out", SignedIn => sign_in::leave;
    Confirm: GET "/confirm", SignedIn => confirm_self::show;
    Confirmed: POST "/confirm", SignedIn => confirm_self::enter;
    SecondFactor: GET second_factor::PATH, SignedIn => second_factor::show;
    SecondFactorBegin: POST second_factor::PATH, SignedIn => second_factor::begin;
    SecondFactorCode: POST second_factor::CODE_PATH, SignedIn => second_factor::confirm;
    Account: GET "/account", SignedIn => account::show;
    Notifications: GET "/account/notifications", SignedIn => notifications::show;
    NotificationsChange: POST "/account/notifications", SignedIn => notifications::change;
    NotificationsTrial: POST "/account/notifications/trial", SignedIn => notifications::trial;
    Inbox: GET "/", SignedIn => inbox::show;
    InboxFragment: GET "/inbox", SignedIn => inbox::fragment;
    Events: GET "/events", SignedIn => events::stream;
    Alert: GET "/alerts/{id}", SignedIn => alert::show;
    AlertContent: POST "/alerts/{id}/content", SignedIn => alert::open_content;
    AlertNames: POST "/alerts/{id}/names", SignedIn => alert::open_names;
    AlertDecide: POST "/alerts/{id}/decision", SignedIn => alert::decide;
    AlertDecided: GET "/alerts/{id}/decided", SignedIn => alert::decided;
    AlertBundle: POST "/alerts/{id}/bundle", SignedIn => bundle::prepare;
    AlertPicture: GET "/alerts/{id}/pictures/{record}", SignedIn => alert::preview;
    AlertUnveil: POST "/alerts/{id}/pictures/{record}/unveil", SignedIn => alert::unveil;
    AlertUnveiled: GET "/alerts/{id}/unveiled/{act}", SignedIn => alert::unveiled;
    AlertUnveiledPicture: GET "/alerts/{id}/unveiled/{act}/picture", SignedIn => alert::unveiled_picture;
    People: GET "/people", SignedIn => people::show;
    Person: GET "/people/{case}", SignedIn => person::show;
    Visit: GET "/people/{case}/visits/{hash}", SignedIn => visit::show;
    Coverage: GET "/people/{case}/devices/{device}", SignedIn => coverage::show;
    DeviceAct: POST "/people/{case}/devices/{device}/acts", SignedIn => coverage::enter;
    DeviceActChange: POST "/people/{case}/devices/{device}/acts/{entry}", SignedIn => coverage::change;
    OtherAdultApprove: POST "/people/{case}/devices/{device}/other-adult", SignedIn => coverage::approve;
    OtherAdultWithdraw: POST "/people/{case}/devices/{device}/other-adult/{entry}", SignedIn => coverage::withdraw;
    EnrolmentCode: POST "/people/{case}/enrolment-code", SignedIn => enrolment_code::make;
    PersonalLink: POST "/people/{case}/personal-link", SignedIn => personal_link::make;
    PersonalLinkEnd: POST "/people/{case}/personal-link/{link}", SignedIn => personal_link::end;
    Quarantine: GET "/quarantine", SignedIn => quarantine::list;
    PersonQuarantine: GET "/people/{case}/quarantine", SignedIn => quarantine::show;
    QuarantineReview: POST "/people/{case}/quarantine", SignedIn => quarantine::review;
    ShieldList: GET "/shield", SignedIn => shield::list;
    Shield: GET "/people/{case}/shield", SignedIn => shield::show;
    ShieldChange: POST "/people/{case}/shield", SignedIn => shield::change;
    Privilege: GET "/privilege", SignedIn => privilege::list;
    PrivilegeItem: GET "/privilege/{record}", SignedIn => privilege::show;
    PrivilegeContent: POST "/privilege/{record}/content", SignedIn => privilege::open;
    PrivilegeDecide: POST "/privilege/{record}", SignedIn => privilege::decide;
    DeviceNoticeSeen: POST "/people/{case}/device-notices/{notice}", SignedIn => device_notice::mark_seen;
    Audit: GET "/audit", SignedIn => audit::show;
    Updates: GET "/updates", SignedIn => fleet::show;
}

/// The console as a service. Serve it over TLS with `into_make_service_with_connect_info::<SocketAddr>()`.
pub fn router(app: AppContext) -> Router {
    let console = Console { app };
    Route::ALL
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.entry().1, route.handler()))
        .fallback(async || Fault::not_found())
        .method_not_allowed_fallback(async || Fault::not_found())
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn_with_state(console.clone(), fault::render))
        .layer(middleware::from_fn(headers::secure))
        .with_state(console)
}
