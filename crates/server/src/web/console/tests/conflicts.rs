//! Declared conflicts of interest, and cases that go from one officer to another.

use axum::http::StatusCode;
use proviso_store::{ConflictFilter, CoverRow};

use super::client::{Client, Force, acts, between, force};
use super::routes::{of_a_case, walk};
use crate::app::caseload;

async fn officer(force: &Force, username: &str) -> proviso_model::ids::OfficerId {
    force.seed.ctx.store.officer_by_username(username).await.expect("read").expect("an officer").id
}

/// A force in which the first officer has declared that they know the person of their case.
async fn declared() -> (Force, Client) {
    let force = force().await;
    let mut first = Client::signed_in(&force, "om1").await;
    let person = format!("/people/{}", force.seed.case);
    assert!(first.get(&person).await.body.contains("I know this person"));
    let empty = first.post(&format!("{person}/conflict"), &[("reason", " ")]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST, "{}", empty.body);
    let done = first.post(&format!("{person}/conflict"), &[("reason", "My sister’s neighbour.")]).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/conflicts"));
    (force, first)
}

#[tokio::test]
async fn who_knows_a_person_opens_nothing_of_the_case_and_each_try_is_in_the_log() {
    let (force, mut first) = declared().await;
    let case = force.seed.case;
    let own = first.get("/conflicts").await.body;
    assert!(own.contains(&case.to_string()) && !own.contains("Test Person 014"), "{own}");

    // Every page and form of the case, each try in the log, and no list shows it.
    let before = acts(&force).await.len();
    let (mut walked, mut refused) = (0, 0);
    for route in of_a_case() {
        let page = walk(&mut first, &force, route, false).await;
        // Pages that the role never has (quarantine, protected contacts, retention, answers about data, second looks) say so before anything of the case is looked up.
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{route:?}: {}", page.body);
        assert!(!page.body.contains("Test Person"), "{route:?}");
        walked += 1;
        refused += usize::from(page.body.contains("This case is closed to you"));
    }
    assert!(walked > 25 && refused >= walked - 10, "{refused} of {walked}");
    let log = acts(&force).await;
    assert_eq!(log.get(before..).map(<[String]>::len), Some(refused));
    assert!(log.iter().skip(before).all(|act| act == "conflict-barred"), "{log:?}");
    for list in ["/", "/inbox", "/people"] {
        assert!(!first.get(list).await.body.contains("Test Person 014"), "{list}");
    }

    let mut supervisor = Client::signed_in(&force, "sup").await;
    // The supervisor sees it, and that the case needs another officer.
    assert!(supervisor.get("/").await.body.contains("One case needs another officer"));
    let page = supervisor.get("/conflicts").await.body;
    assert!(
        page.contains("DC Test Officer 01 knows Test Person 014") && page.contains("My sister’s neighbour."),
        "{page}"
    );
    assert!(page.contains("is in charge and cannot open the case"), "{page}");
}

#[tokio::test]
async fn a_cover_and_a_reviewer_who_know_the_person_open_nothing_either() {
    let force = force().await;
    let (case, ctx) = (force.seed.case, &force.seed.ctx);
    let person = format!("/people/{case}");
    let mut cover = Client::signed_in(&force, "om2").await;
    let mut supervisor = Client::signed_in(&force, "sup").await;
    let mut dpo = Client::signed_in(&force, "dpo").await;
    // A cover does not open what is barred for whoever stands in.
    supervisor.get("/conflicts").await;
    let now = ctx.now();
    let row = CoverRow {
        id: proviso_model::ids::CoverId::new(now, ctx.random()),
        officer: officer(&force, "om1").await,
        covered_by: officer(&force, "om2").await,
        from: now,
        until: now.plus_days(1),
        is_away: true,
        made_at: now,
        made_by: "command-line".to_owned(),
        ended_at: None,
    };
    ctx.store.cover_add(&row).await.expect("entered");
    assert_eq!(cover.get(&person).await.status, StatusCode::OK);
    let id = officer(&force, "om2").await.to_string();
    let form =
        [("officer", id.as_str()), ("case", &case.to_string()), ("reason", "Went to school together.")];
    assert_eq!(
        cover.post("/conflicts", &form).await.status,
        StatusCode::FORBIDDEN,
        "not for an offender manager"
    );
    assert_eq!(supervisor.post("/conflicts", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(supervisor.post("/conflicts", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "twice");
    assert_eq!(cover.get(&person).await.status, StatusCode::FORBIDDEN);
    assert!(!cover.get("/people").await.body.contains("Test Person 014"));

    // Reviewers have it too.
    assert!(dpo.get("/shield").await.body.contains("Test Person 014"));
    dpo.get(&format!("{person}/shield")).await;
    dpo.post(&format!("{person}/conflict"), &[("reason", "A cousin.")]).await;
    assert_eq!(dpo.get(&format!("{person}/shield")).await.status, StatusCode::FORBIDDEN);
    assert!(!dpo.get("/shield").await.body.contains("Test Person 014"));
}

#[tokio::test]
async fn a_conflict_is_ended_by_a_supervisor_alone_and_never_by_whom_it_is_about() {
    let (force, mut first) = declared().await;
    let (case, ctx) = (force.seed.case, &force.seed.ctx);
    let person = format!("/people/{case}");
    let mut supervisor = Client::supervising(&force).await;
    let conflicts = ctx.store.conflict_list(ConflictFilter::default()).await.expect("read");
    let mine = conflicts.first().expect("the first").id;
    first.get("/conflicts").await;
    assert_eq!(
        first.post(&format!("/conflicts/{mine}/end"), &[("reason", "r")]).await.status,
        StatusCode::FORBIDDEN
    );
    supervisor.get("/conflicts").await;
    let empty = supervisor.post(&format!("/conflicts/{mine}/end"), &[("reason", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.body);
    supervisor.post(&format!("/conflicts/{mine}/end"), &[("reason", "Another person of that name.")]).await;
    assert_eq!(first.get(&person).await.status, StatusCode::OK);
    let page = supervisor.get("/conflicts").await.body;
    assert!(page.contains("Another person of that name."), "{page}");
    supervisor.get(&person).await;
    supervisor.post(&format!("{person}/conflict"), &[("reason", "My brother’s colleague.")]).await;
    let page = supervisor.get("/conflicts").await.body;
    assert!(page.contains("These cases are closed to you") && !page.contains("Test Person 014"), "{page}");
    let own = ctx.store.conflict_list(ConflictFilter {
        officer: Some(officer(&force, "sup").await),
        ..ConflictFilter::default()
    });
    let own = own.await.expect("read").first().expect("the supervisor's").id;
    assert_eq!(
        supervisor.post(&format!("/conflicts/{own}/end"), &[("reason", "r")]).await.status,
        StatusCode::FORBIDDEN
    );
    let audit = supervisor.get("/audit").await.body;
    assert!(audit.contains("did something on a case that is not shown to you"), "{audit}");
    assert!(!audit.contains(&case.to_string()), "no entry of that case is shown");
}

#[tokio::test]
async fn a_caseload_goes_to_another_officer_in_one_act_but_not_what_that_one_knows() {
    let force = force().await;
    let (case, ctx) = (force.seed.case, &force.seed.ctx);
    let [from, to] = [officer(&force, "om1").await, officer(&force, "om2").await];
    let (second, _) =
        super::seed::person(ctx, from, "Test Person 033", "TEST/2026/033", "Debian 12 laptop").await;
    let mut supervisor = Client::signed_in(&force, "sup").await;
    let (mut first, mut other) =
        (Client::signed_in(&force, "om1").await, Client::signed_in(&force, "om2").await);
    let (from_text, to_text, second_text) = (from.to_string(), to.to_string(), second.to_string());

    assert_eq!(first.get("/caseload").await.status, StatusCode::FORBIDDEN);
    assert!(supervisor.get("/caseload").await.body.contains("DC Test Officer 01</a>, 2 cases"));
    let page = supervisor.get(&format!("/caseload?officer={from}")).await.body;
    assert!(page.contains("Test Person 014") && page.contains("Test Person 033"), "{page}");
    let form = [
        ("from", from_text.as_str()),
        ("to", &to_text),
        ("which", "all"),
        ("reason", "Moved to another team."),
    ];
    supervisor
        .post(
            "/conflicts",
            &[("officer", to_text.as_str()), ("case", &second_text), ("reason", "A neighbour.")],
        )
        .await;

    // The page between changes nothing, and says what does not go.
    let before = acts(&force).await;
    let preview = supervisor.post("/caseload/preview", &form).await.body;
    let barred = between(&preview, "id=\"barred\"", "id=\"can\"").expect("both parts");
    assert!(barred.contains("Test Person 033") && !barred.contains("Test Person 014"), "{preview}");
    assert_eq!(acts(&force).await, before);
    let whole = supervisor.post("/caseload", &form).await;
    assert_eq!(whole.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(whole.body.contains(&second_text), "it is told which: {}", whole.body);
    assert_eq!(ctx.store.case_list(Some(to)).await.expect("read").len(), 1, "nothing went");

    let tick = format!("case-{case}");
    let ticked =
        [("from", from_text.as_str()), ("to", &to_text), (tick.as_str(), "on"), ("reason", "Moved.")];
    for (field, value, status) in [
        ("reason", " ", StatusCode::UNPROCESSABLE_ENTITY),
        ("day", "2026-11-01", StatusCode::UNPROCESSABLE_ENTITY),
        ("day", "soon", StatusCode::UNPROCESSABLE_ENTITY),
        ("day", "2028-01-01", StatusCode::UNPROCESSABLE_ENTITY),
        ("to", from_text.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let mut wrong: Vec<_> = ticked.iter().copied().filter(|(name, _)| *name != field).collect();
        wrong.push((field, value));
        assert_eq!(supervisor.post("/caseload", &wrong).await.status, status, "{field} {value}");
    }
    let before = acts(&force).await.len();
    assert_eq!(supervisor.post("/caseload", &ticked).await.status, StatusCode::SEE_OTHER);
    assert_eq!(acts(&force).await.get(before..), Some(["case-assign".to_owned()].as_slice()));
    assert_eq!(first.get(&format!("/people/{case}")).await.status, StatusCode::NOT_FOUND);
    assert!(other.get("/").await.body.contains("Test Person 014"), "the inbox follows");
    assert_eq!(
        supervisor.post("/caseload", &ticked).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "not theirs any more"
    );
}

#[tokio::test]
async fn a_case_goes_on_a_later_day_unless_somebody_withdraws_it_or_a_conflict_comes_between() {
    let force = force().await;
    let (case, ctx) = (force.seed.case, &force.seed.ctx);
    let [from, to] = [officer(&force, "om1").await, officer(&force, "om2").await];
    let (from_text, to_text, tick) = (from.to_string(), to.to_string(), format!("case-{case}"));
    ctx.store.case_assign(case, to).await.expect("assigned");
    let mut supervisor = Client::signed_in(&force, "sup").await;
    let mut first = Client::signed_in(&force, "om1").await;
    supervisor.get("/caseload").await;
    // On a later day: nothing until then; a conflict that comes meanwhile keeps it where it is, which the supervisor sees.
    let back: Vec<_> = [
        ("from", to_text.as_str()),
        ("to", &from_text),
        (tick.as_str(), "on"),
        ("day", "2026-11-27"),
        ("reason", "Back."),
    ]
    .into();
    assert_eq!(supervisor.post("/caseload", &back).await.status, StatusCode::SEE_OTHER);
    caseload::turn(ctx).await.expect("a turn");
    assert_eq!(first.get(&format!("/people/{case}")).await.status, StatusCode::NOT_FOUND);
    let page = supervisor.get("/caseload").await.body;
    assert!(
        page.contains("Entered for a later day")
            && page.contains("from DC Test Officer 02 to DC Test Officer 01"),
        "{page}"
    );
    let entry = between(&page, "/caseload/", "/withdraw").expect("a form").to_owned();
    assert_eq!(
        supervisor.post(&format!("/caseload/{entry}/withdraw"), &[]).await.status,
        StatusCode::SEE_OTHER
    );
    force.clock.advance_millis(4 * 86_400_000);
    caseload::turn(ctx).await.expect("a turn");
    let mut supervisor = Client::signed_in(&force, "sup").await;
    let mut first = Client::signed_in(&force, "om1").await;
    assert_eq!(first.get(&format!("/people/{case}")).await.status, StatusCode::NOT_FOUND, "withdrawn");
    for (day, with_conflict) in [("2026-11-30", true), ("2026-12-02", false)] {
        let mut form: Vec<_> = back.iter().copied().filter(|(name, _)| *name != "day").collect();
        form.push(("day", day));
        supervisor.get("/caseload").await;
        assert_eq!(supervisor.post("/caseload", &form).await.status, StatusCode::SEE_OTHER, "{day}");
        if with_conflict {
            let known =
                [("officer", from_text.as_str()), ("case", &case.to_string()), ("reason", "A neighbour.")];
            supervisor.post("/conflicts", &known).await;
        }
        force.clock.advance_millis(3 * 86_400_000);
        caseload::turn(ctx).await.expect("a turn");
        let in_charge = ctx.store.case_get(case).await.expect("read").expect("the case").officer;
        assert_eq!(in_charge, Some(if with_conflict { to } else { from }), "{day}");
        supervisor = Client::signed_in(&force, "sup").await;
        if with_conflict {
            assert!(supervisor.get("/caseload").await.body.contains("Could not be done"));
            let filter = ConflictFilter { officer: Some(from), ..ConflictFilter::default() };
            let id = ctx.store.conflict_list(filter).await.expect("read").first().expect("it").id;
            supervisor.get("/conflicts").await;
            supervisor.post(&format!("/conflicts/{id}/end"), &[("reason", "A mistake.")]).await;
        }
    }
}
