//! Teams: a supervisor of another team is refused everywhere, and told of nothing.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use proviso_model::ids::OfficerId;
use proviso_store::{OfficerRole, OfficerRow, TeamPart, TellingStep};

use super::client::{Client, Force, acts, force};
use super::routes::{of_a_case, walk};
use crate::app::force::team;
use crate::notify::people;
use crate::web::console::routes::Route;

/// The number of an officer of the seed.
pub async fn id(force: &Force, username: &str) -> OfficerId {
    force.seed.ctx.store.officer_by_username(username).await.expect("read").expect("an officer").id
}

/// The seed's officers in one team, and another supervisor, `sup2`, of another.
async fn teams() -> Force {
    let force = force().await;
    let ctx = &force.seed.ctx;
    let known = ctx.store.officer_by_username("sup").await.expect("read").expect("a supervisor");
    let row = OfficerRow {
        id: OfficerId::new(ctx.now(), ctx.random()),
        username: "sup2".to_owned(),
        display_name: "DS Test Officer 10".to_owned(),
        role: OfficerRole::Supervisor,
        ..known
    };
    ctx.store.officer_add(&row).await.expect("added");
    for name in ["North", "South"] {
        team::add(ctx, name).await.expect("made");
    }
    for (name, username, part) in [
        ("North", "om1", TeamPart::Member),
        ("North", "om2", TeamPart::Member),
        ("North", "sup", TeamPart::Supervisor),
        ("South", "sup2", TeamPart::Supervisor),
    ] {
        team::join(ctx, name, id(&force, username).await, part).await.expect("joined");
    }
    force
}

#[tokio::test]
async fn every_route_of_a_case_refuses_the_supervisor_of_another_team_and_does_nothing() {
    let force = teams().await;
    let mut other = Client::signed_in(&force, "sup2").await;
    let before = acts(&force).await.len();
    let mut walked = 0;
    for route in of_a_case() {
        for others in [false, true] {
            let page = walk(&mut other, &force, route, others).await;
            let is_refused = matches!(page.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN);
            assert!(is_refused, "{route:?}: {} {}", page.status, page.body);
            assert!(!page.body.contains("Test Person"), "{route:?} names the person");
        }
        walked += 1;
    }
    assert!(walked > 25, "{walked}");
    assert_eq!(acts(&force).await.len(), before);

    let mut own = Client::supervising(&force).await;
    for list in LISTS {
        let page = walk(&mut other, &force, list, false).await;
        assert_eq!(page.status, StatusCode::OK, "{list:?}: {}", page.body);
        assert!(!page.body.contains("Test Person"), "{list:?} names a person of another team: {}", page.body);
    }
    for list in [Route::Inbox, Route::InboxFragment, Route::People, Route::ShieldList, Route::Retention] {
        let page = walk(&mut own, &force, list, false).await.body;
        assert!(page.contains("Test Person 014") && page.contains("Test Person 027"), "{list:?}");
    }
    let page = walk(&mut own, &force, Route::Person, false).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
}

/// The lists that a supervisor has.
const LISTS: [Route; 10] = [
    Route::Inbox,
    Route::InboxFragment,
    Route::People,
    Route::Quarantine,
    Route::ShieldList,
    Route::Retention,
    Route::Rights,
    Route::Conflicts,
    Route::Caseload,
    Route::Cover,
];

#[tokio::test]
async fn a_supervisor_covers_moves_and_reads_the_log_within_their_teams_alone() {
    let force = teams().await;
    let (om1, om2) = (id(&force, "om1").await.to_string(), id(&force, "om2").await.to_string());
    let case = force.seed.case.to_string();
    let mut officer = Client::signed_in(&force, "om1").await;
    officer.get(&format!("/people/{case}")).await;
    let mut other = Client::signed_in(&force, "sup2").await;
    let mut own = Client::supervising(&force).await;

    let cover = [
        ("officer", om1.as_str()),
        ("covered_by", &om2),
        ("from", "2026-11-23T08:00"),
        ("until", "2026-12-08T08:00"),
    ];
    let tick = format!("case-{case}");
    let ticked = [("from", om1.as_str()), ("to", &om2), (tick.as_str(), "on"), ("reason", "Moved.")];
    let conflict = [("officer", om2.as_str()), ("case", case.as_str()), ("reason", "A neighbour.")];
    let before = acts(&force).await.len();
    for (path, fields) in [
        ("/cover", cover.as_slice()),
        ("/caseload/preview", ticked.as_slice()),
        ("/caseload", ticked.as_slice()),
        ("/conflicts", conflict.as_slice()),
    ] {
        let page = other.post(path, fields).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}: {}", page.body);
    }
    assert_eq!(acts(&force).await.len(), before, "nothing was done");
    assert_eq!(own.post("/cover", &cover).await.location, "/cover");
    let standing = force.seed.ctx.store.cover_list(force.seed.ctx.now()).await.expect("read");
    let end = format!("/cover/{}", standing.first().expect("one").id);
    assert_eq!(other.post(&end, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!other.get("/cover").await.body.contains("Entered by DS Test Officer 03"));
    assert_eq!(own.post("/caseload", &ticked).await.status, StatusCode::SEE_OTHER);

    let viewed = ">viewed the person’s page</td>";
    assert!(own.get("/audit?act=case-view").await.body.contains(viewed));
    let page = other.get(&format!("/audit?about={case}")).await.body;
    assert!(page.contains("Not shown to you") && !page.contains(viewed), "{page}");
}

#[tokio::test]
async fn an_alert_goes_up_to_the_team_s_supervisor_and_to_any_where_the_team_has_none() {
    let force = teams().await;
    let ctx = &force.seed.ctx;
    let case = ctx.store.case_get(force.seed.case).await.expect("read").expect("a case");
    let (own, other) = (id(&force, "sup").await, id(&force, "sup2").await);
    let above = async || {
        let rungs = people::rungs(ctx, &case, ctx.now()).await.expect("asked");
        let rung = rungs.into_iter().find(|rung| rung.step == TellingStep::Supervisor).expect("a rung");
        rung.who.iter().map(|reach| reach.officer).collect::<Vec<_>>()
    };
    assert_eq!(above().await, [own]);
    assert!(people::concerns(ctx, own, force.seed.alert).await.expect("asked"));
    assert!(!people::concerns(ctx, other, force.seed.alert).await.expect("asked"));
    team::leave(ctx, "North", own, TeamPart::Supervisor).await.expect("left");
    assert_eq!(above().await, [own, other], "never nobody");
    assert!(people::concerns(ctx, other, force.seed.alert).await.expect("asked"), "who is told can open it");
}

#[tokio::test]
async fn a_team_is_made_and_changed_by_command_and_refused_in_words() {
    let force = teams().await;
    let ctx = &force.seed.ctx;
    let auditor = id(&force, "auditor").await;
    let om1 = id(&force, "om1").await;
    for refused in [
        team::add(ctx, " ").await.map(drop),
        team::add(ctx, "North").await.map(drop),
        team::join(ctx, "East", om1, TeamPart::Member).await.map(drop),
        team::join(ctx, "South", auditor, TeamPart::Member).await.map(drop),
        team::join(ctx, "South", om1, TeamPart::Supervisor).await.map(drop),
        team::leave(ctx, "South", om1, TeamPart::Member).await,
    ] {
        let said = refused.expect_err("refused").to_string();
        assert!(!said.contains("column"), "in words: {said}");
    }
    team::join(ctx, "South", om1, TeamPart::Member).await.expect("moved");
    let listed = team::list(ctx, false).await.expect("read");
    let names = |name: &str| {
        let of = listed.iter().find(|one| one.team.name == name).expect("a team");
        of.parts.iter().map(|(_, name)| name.as_str()).collect::<BTreeSet<_>>()
    };
    assert_eq!(names("North"), BTreeSet::from(["DC Test Officer 02", "DS Test Officer 03"]));
    assert_eq!(names("South"), BTreeSet::from(["DC Test Officer 01", "DS Test Officer 10"]));
    team::end(ctx, "South").await.expect("ended");
    let all = team::list(ctx, true).await.expect("read");
    let ended = all.iter().find(|one| one.team.name == "South").expect("kept");
    assert!(ended.parts.iter().all(|(row, _)| row.ended.is_some()) && ended.parts.len() == 2, "{ended:?}");
    assert!(acts(&force).await.iter().any(|act| act == "team-end"));
}
