//! Every route, asked by every role.

use axum::http::StatusCode;

use super::client::{Client, force};
use super::routes::walk;
use crate::web::console::routes::Route;

/// The roles of the seed, a letter for each.
const ROLES: [(char, &str); 8] = [
    ('o', "om1"),
    ('s', "sup"),
    ('d', "dpo"),
    ('p', "priv"),
    ('a', "admin"),
    ('u', "auditor"),
    ('g', "digital"),
    ('c', "disclosure"),
];

/// The roles that a route is for; `None` for those that are every officer's own, and for those that ask for no session. A new route
/// has to be entered here.
fn for_roles(route: Route) -> Option<&'static str> {
    use Route as R;
    match route {
        R::Asset | R::SignInForm | R::SignIn | R::SignInCode | R::SignInProvider | R::SignInProviderBack => {
            None
        }
        R::SignInPasskey | R::SignInPasskeyAnswer | R::SignOut | R::Confirm | R::Confirmed => None,
        R::ConfirmProvider | R::ConfirmPasskey | R::ConfirmedPasskey | R::Passkeys | R::PasskeyBegin => None,
        R::PasskeyAdd | R::PasskeyRemove | R::SecondFactor | R::SecondFactorBegin | R::SecondFactorCode => {
            None
        }
        R::Account | R::Notifications | R::NotificationsChange | R::NotificationsTrial | R::Conflicts => None,
        // For a role without an inbox it leads to the page that the role has.
        R::Inbox => None,
        R::InboxHandle | R::InboxHandlePreview | R::InboxRowDecide => Some("os"),
        R::InboxExport => Some("osc"),
        R::InboxHelp | R::InboxKeys | R::InboxFilterSave | R::InboxFilterForget => Some("osgc"),
        R::InboxRow | R::InboxRowContent => Some("osgc"),
        R::InboxFragment | R::Events | R::People | R::Person | R::Visit | R::Coverage | R::Received => {
            Some("osgc")
        }
        R::VisitPack | R::VisitPackPaper | R::VisitRecorded | R::CaseText | R::Duties => Some("osgc"),
        R::VisitForm | R::VisitRecord | R::Planner | R::DutyEnter | R::DutyChange => Some("os"),
        R::Alert | R::AlertContent | R::AlertNames | R::AlertDecided | R::AlertPicture => Some("osgc"),
        R::AlertUnveil | R::AlertUnveiled | R::AlertUnveiledPicture => Some("osgc"),
        R::AlertBundle | R::ReceivedBundle => Some("osc"),
        R::AlertDecide | R::DeviceAct | R::DeviceActChange | R::OtherAdultApprove => Some("os"),
        R::OtherAdultWithdraw | R::EnrolmentCode | R::PaperNotice | R::PersonalLink | R::PersonalLinkEnd => {
            Some("os")
        }
        R::DeviceNoticeSeen => Some("os"),
        R::Quarantine | R::PersonQuarantine | R::QuarantineReview => Some("sd"),
        R::ShieldList | R::Shield | R::ShieldChange => Some("sd"),
        R::Privilege => Some("pa"),
        R::PrivilegeItem | R::PrivilegeContent | R::PrivilegeDecide => Some("p"),
        R::ConflictDeclareOwn => Some("osdpgc"),
        R::ConflictDeclare | R::ConflictEnd => Some("s"),
        R::Caseload | R::CaseloadPreview | R::CaseloadMove | R::CaseloadWithdraw => Some("s"),
        R::Audit => Some("sua"),
        R::Updates => Some("a"),
        R::Workload => Some("s"),
        R::Rules => Some("sua"),
        R::BlindReviews | R::AlertReview | R::AlertReviewDecline => Some("s"),
        R::Why | R::WhyGiven => Some("osgc"),
        R::Cover | R::CoverAdd | R::CoverEnd => Some("s"),
        R::Orders | R::OrderBegin | R::OrderChangeBegin | R::OrderEndBegin | R::OrderDraft => Some("os"),
        R::OrderAct | R::OrderHead | R::OrderHeadSave | R::OrderChange | R::OrderChangeSave => Some("os"),
        R::OrderEnd | R::OrderEndSave | R::OrderPreview | R::OrderCheck => Some("os"),
        R::OrderParagraph | R::OrderParagraphSave | R::OrderParagraphRemove => Some("os"),
        R::PersonRights | R::RightsEnter | R::RightsRequest => Some("osd"),
        R::Rights | R::RightsDone => Some("sd"),
        R::Retention | R::Certificate | R::PersonRetention => Some("sd"),
        R::RetentionDecide | R::RetentionSecond => Some("sd"),
    }
}

#[tokio::test]
async fn every_route_refuses_every_role_that_it_is_not_for() {
    let force = force().await;
    for (letter, username) in ROLES {
        let mut client = Client::signed_in(&force, username).await;
        for route in Route::ALL {
            let Some(roles) = for_roles(route) else { continue };
            if route == Route::Events && roles.contains(letter) {
                // A stream that stays open; the story of the live inbox has it.
                continue;
            }
            let page = walk(&mut client, &force, route, false).await;
            let is_refused = page.status == StatusCode::FORBIDDEN;
            assert_eq!(
                is_refused,
                !roles.contains(letter),
                "{route:?} {username}: {} {}",
                page.status,
                page.body
            );
        }
    }
}
