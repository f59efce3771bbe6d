//! The route table. The router is built from it and from nothing else, so the tests that walk it miss no route.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware;
use axum::routing::{MethodFilter, MethodRouter, on};
use proviso_model::limits::FORM_BYTES_MAX;

use super::fault::Fault;
use super::{
    Console, account, alert, assets, audit, blind_reviews, bundle, case_text, caseload, confirm_self,
    conflicts, cover, coverage, device_notice, duties, enrolment_code, events, fault, fleet, headers, inbox,
    notifications, orders, passkeys, people, person, personal_link, planner, privilege, provider, quarantine,
    received, retention, rights, second_factor, shield, sign_in, visit, visit_note, visit_pack, why,
    workload,
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
    SignInProvider: GET "/sign-in/provider", Open => provider::leave;
    SignInProviderBack: GET "/sign-in/provider/back", Open => provider::back;
    SignInPasskey: GET "/sign-in/passkey", Open => passkeys::sign_in;
    SignInPasskeyAnswer: POST "/sign-in/passkey", Open => passkeys::enter;
    SignOut: POST "/sign-out", SignedIn => sign_in::leave;
    Confirm: GET "/confirm", SignedIn => confirm_self::show;
    Confirmed: POST "/confirm", SignedIn => confirm_self::enter;
    ConfirmProvider: GET "/confirm/provider", SignedIn => provider::confirm;
    ConfirmPasskey: GET passkeys::CONFIRM_PATH, SignedIn => passkeys::confirm;
    ConfirmedPasskey: POST passkeys::CONFIRM_PATH, SignedIn => passkeys::confirmed;
    Passkeys: GET passkeys::PATH, SignedIn => passkeys::show;
    PasskeyBegin: POST passkeys::BEGIN_PATH, SignedIn => passkeys::begin;
    PasskeyAdd: POST passkeys::ADD_PATH, SignedIn => passkeys::add;
    PasskeyRemove: POST "/passkeys/remove", SignedIn => passkeys::remove;
    SecondFactor: GET second_factor::PATH, SignedIn => second_factor::show;
    SecondFactorBegin: POST second_factor::PATH, SignedIn => second_factor::begin;
    SecondFactorCode: POST second_factor::CODE_PATH, SignedIn => second_factor::confirm;
    Account: GET "/account", SignedIn => account::show;
    Notifications: GET "/account/notifications", SignedIn => notifications::show;
    NotificationsChange: POST "/account/notifications", SignedIn => notifications::change;
    NotificationsTrial: POST "/account/notifications/trial", SignedIn => notifications::trial;
    Inbox: GET "/", SignedIn => inbox::show;
    InboxFragment: GET "/inbox", SignedIn => inbox::fragment;
    InboxHandlePreview: GET "/inbox/handle", SignedIn => inbox::preview;
    InboxHandle: POST "/inbox/handle", SignedIn => inbox::handle;
    InboxExport: POST "/inbox/export", SignedIn => inbox::export;
    InboxHelp: GET "/inbox/help", SignedIn => inbox::keys;
    InboxKeys: POST "/inbox/help", SignedIn => inbox::keys_change;
    InboxFilterSave: POST "/inbox/filters", SignedIn => inbox::save;
    InboxFilterForget: POST "/inbox/filters/forget", SignedIn => inbox::forget;
    InboxRow: GET "/inbox/rows/{id}", SignedIn => alert::row;
    InboxRowContent: POST "/inbox/rows/{id}/content", SignedIn => alert::row_content;
    InboxRowDecide: POST "/inbox/rows/{id}/decision", SignedIn => alert::row_decide;
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
    Planner: GET "/planner", SignedIn => planner::show;
    Person: GET "/people/{case}", SignedIn => person::show;
    Why: GET "/people/{case}/why", SignedIn => why::show;
    WhyGiven: POST "/people/{case}/why", SignedIn => why::enter;
    Visit: GET "/people/{case}/visits/{hash}", SignedIn => visit::show;
    Duties: GET "/people/{case}/duties", SignedIn => duties::show;
    DutyEnter: POST "/people/{case}/duties", SignedIn => duties::enter;
    DutyChange: POST "/people/{case}/duties/{entry}", SignedIn => duties::change;
    CaseText: GET "/people/{case}/text", SignedIn => case_text::show;
    VisitPack: GET "/people/{case}/visit-pack", SignedIn => visit_pack::show;
    VisitPackPaper: GET "/people/{case}/visit-pack.pdf", SignedIn => visit_pack::print;
    VisitForm: GET "/people/{case}/visit-record", SignedIn => visit_note::form;
    VisitRecord: POST "/people/{case}/visit-record", SignedIn => visit_note::enter;
    VisitRecorded: GET "/people/{case}/visit-records/{entry}", SignedIn => visit_note::show;
    Received: GET "/people/{case}/received/{hash}", SignedIn => received::show;
    ReceivedBundle: POST "/people/{case}/received/{hash}/bundle", SignedIn => received::bundle;
    Coverage: GET "/people/{case}/devices/{device}", SignedIn => coverage::show;
    DeviceAct: POST "/people/{case}/devices/{device}/acts", SignedIn => coverage::enter;
    DeviceActChange: POST "/people/{case}/devices/{device}/acts/{entry}", SignedIn => coverage::change;
    OtherAdultApprove: POST "/people/{case}/devices/{device}/other-adult", SignedIn => coverage::approve;
    OtherAdultWithdraw: POST "/people/{case}/devices/{device}/other-adult/{entry}", SignedIn => coverage::withdraw;
    EnrolmentCode: POST "/people/{case}/enrolment-code", SignedIn => enrolment_code::make;
    Orders: GET "/orders", SignedIn => orders::list;
    OrderBegin: POST "/orders", SignedIn => orders::begin;
    OrderChangeBegin: POST "/people/{case}/order-change", SignedIn => orders::begin_change;
    OrderEndBegin: POST "/people/{case}/order-end", SignedIn => orders::begin_end;
    OrderDraft: GET "/orders/{draft}", SignedIn => orders::show;
    OrderAct: POST "/orders/{draft}", SignedIn => orders::act;
    OrderHead: GET "/orders/{draft}/order", SignedIn => orders::head_show;
    OrderHeadSave: POST "/orders/{draft}/order", SignedIn => orders::head_save;
    OrderChange: GET "/orders/{draft}/change", SignedIn => orders::change_show;
    OrderChangeSave: POST "/orders/{draft}/change", SignedIn => orders::change_save;
    OrderEnd: GET "/orders/{draft}/end", SignedIn => orders::end_show;
    OrderEndSave: POST "/orders/{draft}/end", SignedIn => orders::end_save;
    OrderParagraph: GET "/orders/{draft}/paragraphs/{number}/{step}", SignedIn => orders::paragraph_show;
    OrderParagraphSave: POST "/orders/{draft}/paragraphs/{number}/{step}", SignedIn => orders::paragraph_save;
    OrderParagraphRemove: POST "/orders/{draft}/paragraphs/{number}", SignedIn => orders::paragraph_remove;
    OrderPreview: GET "/orders/{draft}/preview", SignedIn => orders::preview;
    OrderCheck: POST "/orders/{draft}/check", SignedIn => orders::check;
    PaperNotice: GET "/people/{case}/notice", SignedIn => enrolment_code::notice;
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
    Cover: GET "/cover", SignedIn => cover::show;
    CoverAdd: POST "/cover", SignedIn => cover::add;
    CoverEnd: POST "/cover/{cover}", SignedIn => cover::end;
    Rights: GET "/rights", SignedIn => rights::list;
    PersonRights: GET "/people/{case}/rights", SignedIn => rights::of_case;
    RightsEnter: POST "/people/{case}/rights", SignedIn => rights::enter;
    RightsRequest: GET "/people/{case}/rights/{entry}", SignedIn => rights::show;
    RightsDone: POST "/people/{case}/rights/{entry}", SignedIn => rights::done;
    Retention: GET "/retention", SignedIn => retention::list;
    Certificate: GET "/retention/certificates/{certificate}", SignedIn => retention::certificate;
    PersonRetention: GET "/people/{case}/retention", SignedIn => retention::show;
    RetentionDecide: POST "/people/{case}/retention", SignedIn => retention::decide;
    RetentionSecond: POST "/people/{case}/retention/{entry}", SignedIn => retention::second;
    Conflicts: GET "/conflicts", SignedIn => conflicts::show;
    ConflictDeclare: POST "/conflicts", SignedIn => conflicts::declare;
    ConflictEnd: POST "/conflicts/{entry}/end", SignedIn => conflicts::end;
    ConflictDeclareOwn: POST "/people/{case}/conflict", SignedIn => conflicts::declare_own;
    Caseload: GET "/caseload", SignedIn => caseload::show;
    CaseloadPreview: POST "/caseload/preview", SignedIn => caseload::preview;
    CaseloadMove: POST "/caseload", SignedIn => caseload::enter;
    CaseloadWithdraw: POST "/caseload/{entry}/withdraw", SignedIn => caseload::withdraw;
    Workload: GET "/workload", SignedIn => workload::show;
    BlindReviews: GET "/blind-reviews", SignedIn => blind_reviews::show;
    AlertReview: POST "/alerts/{id}/blind-review", SignedIn => alert::record_review;
    AlertReviewDecline: POST "/alerts/{id}/blind-review/decline", SignedIn => alert::decline_review;
    Rules: GET "/rules", SignedIn => workload::rules;
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
