//! The route table. The router is built from it and from nothing else, so the tests that walk it miss no route.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware;
use axum::routing::{MethodRouter, get, post};
use proviso_model::limits::FORM_BYTES_MAX;

use super::fault::Fault;
use super::{
    Console, account, alert, assets, audit, bundle, confirm_self, coverage, device_notice, enrolment_code,
    events, fault, headers, inbox, notifications, people, person, personal_link, privilege, quarantine,
    second_factor, shield, sign_in, visit,
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

/// Every route of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    Asset,
    SignInForm,
    SignIn,
    SignInCode,
    SignOut,
    Confirm,
    Confirmed,
    SecondFactor,
    SecondFactorBegin,
    SecondFactorCode,
    Account,
    Notifications,
    NotificationsChange,
    NotificationsTrial,
    Inbox,
    InboxFragment,
    Events,
    Alert,
    AlertContent,
    AlertNames,
    AlertDecide,
    AlertDecided,
    AlertBundle,
    AlertPicture,
    AlertUnveil,
    AlertUnveiled,
    AlertUnveiledPicture,
    People,
    Person,
    Visit,
    Coverage,
    DeviceAct,
    DeviceActChange,
    OtherAdultApprove,
    OtherAdultWithdraw,
    EnrolmentCode,
    PersonalLink,
    PersonalLinkEnd,
    Quarantine,
    PersonQuarantine,
    QuarantineReview,
    ShieldList,
    Shield,
    ShieldChange,
    Privilege,
    PrivilegeItem,
    PrivilegeContent,
    PrivilegeDecide,
    DeviceNoticeSeen,
    Audit,
}

impl Route {
    /// Every route.
    pub const ALL: [Self; 50] = [
        Self::Asset,
        Self::SignInForm,
        Self::SignIn,
        Self::SignInCode,
        Self::SignOut,
        Self::Confirm,
        Self::Confirmed,
        Self::SecondFactor,
        Self::SecondFactorBegin,
        Self::SecondFactorCode,
        Self::Account,
        Self::Notifications,
        Self::NotificationsChange,
        Self::NotificationsTrial,
        Self::Inbox,
        Self::InboxFragment,
        Self::Events,
        Self::Alert,
        Self::AlertContent,
        Self::AlertNames,
        Self::AlertDecide,
        Self::AlertDecided,
        Self::AlertBundle,
        Self::AlertPicture,
        Self::AlertUnveil,
        Self::AlertUnveiled,
        Self::AlertUnveiledPicture,
        Self::People,
        Self::Person,
        Self::Visit,
        Self::Coverage,
        Self::DeviceAct,
        Self::DeviceActChange,
        Self::OtherAdultApprove,
        Self::OtherAdultWithdraw,
        Self::EnrolmentCode,
        Self::PersonalLink,
        Self::PersonalLinkEnd,
        Self::Quarantine,
        Self::PersonQuarantine,
        Self::QuarantineReview,
        Self::ShieldList,
        Self::Shield,
        Self::ShieldChange,
        Self::Privilege,
        Self::PrivilegeItem,
        Self::PrivilegeContent,
        Self::PrivilegeDecide,
        Self::DeviceNoticeSeen,
        Self::Audit,
    ];

    /// Method, path and access.
    pub fn entry(self) -> (Method, &'static str, Access) {
        match self {
            Self::Asset => (Method::GET, "/assets/{name}", Access::Open),
            Self::SignInForm => (Method::GET, "/sign-in", Access::Open),
            Self::SignIn => (Method::POST, "/sign-in", Access::Open),
            Self::SignInCode => (Method::POST, "/sign-in/code", Access::Open),
            Self::Confirm => (Method::GET, "/confirm", Access::SignedIn),
            Self::Confirmed => (Method::POST, "/confirm", Access::SignedIn),
            Self::SecondFactor => (Method::GET, second_factor::PATH, Access::SignedIn),
            Self::SecondFactorBegin => (Method::POST, second_factor::PATH, Access::SignedIn),
            Self::SecondFactorCode => (Method::POST, second_factor::CODE_PATH, Access::SignedIn),
            Self::SignOut => (Method::POST, "/sign-out", Access::SignedIn),
            Self::Account => (Method::GET, "/account", Access::SignedIn),
            Self::Notifications => (Method::GET, "/account/notifications", Access::SignedIn),
            Self::NotificationsChange => (Method::POST, "/account/notifications", Access::SignedIn),
            Self::NotificationsTrial => (Method::POST, "/account/notifications/trial", Access::SignedIn),
            Self::Inbox => (Method::GET, "/", Access::SignedIn),
            Self::InboxFragment => (Method::GET, "/inbox", Access::SignedIn),
            Self::Events => (Method::GET, "/events", Access::SignedIn),
            Self::Alert => (Method::GET, "/alerts/{id}", Access::SignedIn),
            Self::AlertContent => (Method::POST, "/alerts/{id}/content", Access::SignedIn),
            Self::AlertNames => (Method::POST, "/alerts/{id}/names", Access::SignedIn),
            Self::AlertDecide => (Method::POST, "/alerts/{id}/decision", Access::SignedIn),
            Self::AlertDecided => (Method::GET, "/alerts/{id}/decided", Access::SignedIn),
            Self::AlertBundle => (Method::POST, "/alerts/{id}/bundle", Access::SignedIn),
            Self::AlertPicture => (Method::GET, "/alerts/{id}/pictures/{record}", Access::SignedIn),
            Self::AlertUnveil => (Method::POST, "/alerts/{id}/pictures/{record}/unveil", Access::SignedIn),
            Self::AlertUnveiled => (Method::GET, "/alerts/{id}/unveiled/{act}", Access::SignedIn),
            Self::AlertUnveiledPicture => {
                (Method::GET, "/alerts/{id}/unveiled/{act}/picture", Access::SignedIn)
            }
            Self::People => (Method::GET, "/people", Access::SignedIn),
            Self::Person => (Method::GET, "/people/{case}", Access::SignedIn),
            Self::Visit => (Method::GET, "/people/{case}/visits/{hash}", Access::SignedIn),
            Self::Coverage => (Method::GET, "/people/{case}/devices/{device}", Access::SignedIn),
            Self::DeviceAct => (Method::POST, "/people/{case}/devices/{device}/acts", Access::SignedIn),
            Self::DeviceActChange => {
                (Method::POST, "/people/{case}/devices/{device}/acts/{entry}", Access::SignedIn)
            }
            Self::OtherAdultApprove => {
                (Method::POST, "/people/{case}/devices/{device}/other-adult", Access::SignedIn)
            }
            Self::OtherAdultWithdraw => {
                (Method::POST, "/people/{case}/devices/{device}/other-adult/{entry}", Access::SignedIn)
            }
            Self::EnrolmentCode => (Method::POST, "/people/{case}/enrolment-code", Access::SignedIn),
            Self::PersonalLink => (Method::POST, "/people/{case}/personal-link", Access::SignedIn),
            Self::PersonalLinkEnd => (Method::POST, "/people/{case}/personal-link/{link}", Access::SignedIn),
            Self::Quarantine => (Method::GET, "/quarantine", Access::SignedIn),
            Self::PersonQuarantine => (Method::GET, "/people/{case}/quarantine", Access::SignedIn),
            Self::QuarantineReview => (Method::POST, "/people/{case}/quarantine", Access::SignedIn),
            Self::ShieldList => (Method::GET, "/shield", Access::SignedIn),
            Self::Shield => (Method::GET, "/people/{case}/shield", Access::SignedIn),
            Self::ShieldChange => (Method::POST, "/people/{case}/shield", Access::SignedIn),
            Self::Privilege => (Method::GET, "/privilege", Access::SignedIn),
            Self::PrivilegeItem => (Method::GET, "/privilege/{record}", Access::SignedIn),
            Self::PrivilegeContent => (Method::POST, "/privilege/{record}/content", Access::SignedIn),
            Self::PrivilegeDecide => (Method::POST, "/privilege/{record}", Access::SignedIn),
            Self::DeviceNoticeSeen => {
                (Method::POST, "/people/{case}/device-notices/{notice}", Access::SignedIn)
            }
            Self::Audit => (Method::GET, "/audit", Access::SignedIn),
        }
    }

    fn handler(self) -> MethodRouter<Console> {
        match self {
            Self::Asset => get(assets::serve),
            Self::SignInForm => get(sign_in::show),
            Self::SignIn => post(sign_in::enter),
            Self::SignInCode => post(sign_in::enter_code),
            Self::Confirm => get(confirm_self::show),
            Self::Confirmed => post(confirm_self::enter),
            Self::SecondFactor => get(second_factor::show),
            Self::SecondFactorBegin => post(second_factor::begin),
            Self::SecondFactorCode => post(second_factor::confirm),
            Self::SignOut => post(sign_in::leave),
            Self::Account => get(account::show),
            Self::Notifications => get(notifications::show),
            Self::NotificationsChange => post(notifications::change),
            Self::NotificationsTrial => post(notifications::trial),
            Self::Inbox => get(inbox::show),
            Self::InboxFragment => get(inbox::fragment),
            Self::Events => get(events::stream),
            Self::Alert => get(alert::show),
            Self::AlertContent => post(alert::open_content),
            Self::AlertNames => post(alert::open_names),
            Self::AlertDecide => post(alert::decide),
            Self::AlertDecided => get(alert::decided),
            Self::AlertBundle => post(bundle::prepare),
            Self::AlertPicture => get(alert::preview),
            Self::AlertUnveil => post(alert::unveil),
            Self::AlertUnveiled => get(alert::unveiled),
            Self::AlertUnveiledPicture => get(alert::unveiled_picture),
            Self::People => get(people::show),
            Self::Person => get(person::show),
            Self::Visit => get(visit::show),
            Self::Coverage => get(coverage::show),
            Self::DeviceAct => post(coverage::enter),
            Self::DeviceActChange => post(coverage::change),
            Self::OtherAdultApprove => post(coverage::approve),
            Self::OtherAdultWithdraw => post(coverage::withdraw),
            Self::EnrolmentCode => post(enrolment_code::make),
            Self::PersonalLink => post(personal_link::make),
            Self::PersonalLinkEnd => post(personal_link::end),
            Self::Quarantine => get(quarantine::list),
            Self::PersonQuarantine => get(quarantine::show),
            Self::QuarantineReview => post(quarantine::review),
            Self::ShieldList => get(shield::list),
            Self::Shield => get(shield::show),
            Self::ShieldChange => post(shield::change),
            Self::Privilege => get(privilege::list),
            Self::PrivilegeItem => get(privilege::show),
            Self::PrivilegeContent => post(privilege::open),
            Self::PrivilegeDecide => post(privilege::decide),
            Self::DeviceNoticeSeen => post(device_notice::mark_seen),
            Self::Audit => get(audit::show),
        }
    }
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
