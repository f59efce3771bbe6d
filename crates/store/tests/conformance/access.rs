//! Who may see which case, as the store decides it, and what a permit is good for.

use proviso_model::ids::{CaseGuestId, CaseId, ConflictId, CoverId, OfficerId, TeamId, TeamMemberId};
use proviso_model::{Outcome, Timestamp};
use proviso_store::{
    Access, AlertFilter, CaseGuestRow, CaseRow, ConflictEnd, ConflictRow, CoverRow, DecisionRow, OfficerRole,
    OfficerRow, OrderVersionRow, Permit, Permitted, Store, StoreError, TeamMemberRow, TeamPart, TeamRow, Tie,
};

use crate::fixtures::{alert_id, at, case, case_id, decision_id, device_id, officer, order, record_hash};

fn officer_of(nth: u8) -> OfficerId {
    OfficerId::random([nth; 16])
}

fn team_of(nth: u8) -> TeamId {
    TeamId::random([nth; 16])
}

/// A case of this chapter; the story's own is another officer's.
fn own_case() -> CaseId {
    CaseId::random([201; 16])
}

const MANAGER: u8 = 211;
const COLLEAGUE: u8 = 212;
const SERGEANT: u8 = 213;
const OTHER_SERGEANT: u8 = 214;
const SPECIALIST: u8 = 215;
const PROTECTION: u8 = 216;
const ADMINISTRATOR: u8 = 217;
const GONE: u8 = 218;

/// What an officer has to do with a case, in a word.
async fn tie(store: &dyn Store, nth: u8, case: CaseId, at: Timestamp) -> &'static str {
    match store.case_access(officer_of(nth), case, at).await.expect("asked") {
        Access::Permitted(permit) => {
            assert_eq!(
                (permit.id, permit.officer()),
                (case, Some(officer_of(nth))),
                "a permit is its asker's"
            );
            permit.tie().as_str()
        }
        Access::Barred => "barred",
        Access::Refused { .. } => "refused",
    }
}

/// That the list of an officer says the same as asking for the case.
async fn is_listed(store: &dyn Store, nth: u8, case: CaseId, at: Timestamp) -> bool {
    let listed = store.case_access_list(officer_of(nth), at).await.expect("listed");
    let is_listed = listed.iter().any(|permit| permit.id == case);
    let told = tie(store, nth, case, at).await;
    assert_eq!(is_listed, !matches!(told, "barred" | "refused"), "{nth}: {told}");
    is_listed
}

async fn people(store: &dyn Store) {
    for (nth, role) in [
        (MANAGER, OfficerRole::OffenderManager),
        (COLLEAGUE, OfficerRole::OffenderManager),
        (SERGEANT, OfficerRole::Supervisor),
        (OTHER_SERGEANT, OfficerRole::Supervisor),
        (SPECIALIST, OfficerRole::DigitalSpecialist),
        (PROTECTION, OfficerRole::DataProtection),
        (ADMINISTRATOR, OfficerRole::Administrator),
        (GONE, OfficerRole::Supervisor),
    ] {
        let row = OfficerRow {
            id: officer_of(nth),
            username: format!("access.{nth}"),
            role,
            disabled_at: (nth == GONE).then(|| at(4_000)),
            ..officer()
        };
        store.officer_add(&row).await.expect("added");
    }
    let row = CaseRow { id: own_case(), officer: Some(officer_of(MANAGER)), ..case() };
    let order = OrderVersionRow { case: own_case(), ..order(201) };
    store.case_add(&row, &order).await.expect("opened");
}

fn cover(id: u8, (officer, covered_by): (u8, u8), (from, until): (i64, i64)) -> CoverRow {
    CoverRow {
        id: CoverId::random([id; 16]),
        officer: officer_of(officer),
        covered_by: officer_of(covered_by),
        from: at(from),
        until: at(until),
        is_away: true,
        made_at: at(5_000),
        made_by: "command-line".to_owned(),
        ended_at: None,
    }
}

fn conflict(id: u8, officer: u8, declared_at: Timestamp) -> ConflictRow {
    ConflictRow {
        id: ConflictId::random([id; 16]),
        officer: officer_of(officer),
        case: own_case(),
        declared_at,
        declared_by: "command-line".to_owned(),
        sealed: b"why".to_vec(),
        ended: None,
    }
}

pub async fn a_case_is_seen_by_who_has_to_do_with_it_and_by_nobody_else(store: &dyn Store) {
    people(store).await;
    let now = at(5_000);
    for (nth, expected) in [
        (MANAGER, "in-charge"),
        (COLLEAGUE, "refused"),
        (SERGEANT, "supervises"),
        (OTHER_SERGEANT, "supervises"),
        (SPECIALIST, "refused"),
        (PROTECTION, "force-wide"),
        (ADMINISTRATOR, "refused"),
        (GONE, "refused"),
    ] {
        assert_eq!(tie(store, nth, own_case(), now).await, expected, "{nth}: a force without teams");
        is_listed(store, nth, own_case(), now).await;
    }
    assert_eq!(tie(store, MANAGER, CaseId::random([202; 16]), now).await, "refused", "there is no such case");

    let cover = cover(221, (MANAGER, COLLEAGUE), (5_100, 5_200));
    store.cover_add(&cover).await.expect("entered");
    for (seconds, expected) in
        [(5_099, "refused"), (5_100, "stands-in"), (5_199, "stands-in"), (5_200, "refused")]
    {
        assert_eq!(tie(store, COLLEAGUE, own_case(), at(seconds)).await, expected, "{seconds}");
        is_listed(store, COLLEAGUE, own_case(), at(seconds)).await;
    }
    store.cover_end(cover.id, at(5_150)).await.expect("ended");
    assert_eq!(tie(store, COLLEAGUE, own_case(), at(5_150)).await, "refused", "a cover that was ended");

    let guest = CaseGuestRow {
        id: CaseGuestId::random([222; 16]),
        case: own_case(),
        officer: officer_of(SPECIALIST),
        until: at(5_200),
        made_at: at(5_000),
        made_by: "command-line".to_owned(),
        sealed: b"why".to_vec(),
        ended_at: None,
    };
    store.case_guest_add(&guest).await.expect("let in");
    assert_eq!(tie(store, SPECIALIST, own_case(), at(5_199)).await, "let-in");
    assert_eq!(tie(store, SPECIALIST, case_id(), at(5_199)).await, "refused", "into that case alone");
    assert_eq!(tie(store, SPECIALIST, own_case(), at(5_200)).await, "refused", "the time is over");
    store.case_guest_end(guest.id, at(5_150)).await.expect("ended");
    assert_eq!(tie(store, SPECIALIST, own_case(), at(5_160)).await, "refused", "a guest who was let out");

    for (nth, id) in [(MANAGER, 223), (SERGEANT, 224), (PROTECTION, 225)] {
        let conflict = conflict(id, nth, now);
        store.conflict_add(&conflict).await.expect("declared");
        assert_eq!(tie(store, nth, own_case(), now).await, "barred", "{nth}: whatever else holds");
        assert!(!is_listed(store, nth, own_case(), now).await);
        let end = ConflictEnd { at: now, by: "command-line".to_owned(), sealed: Vec::new() };
        store.conflict_end(conflict.id, &end).await.expect("ended");
        assert!(is_listed(store, nth, own_case(), now).await);
    }
}

fn part(nth: u8, team: u8, officer: u8, part: TeamPart, from: i64) -> TeamMemberRow {
    TeamMemberRow {
        id: TeamMemberId::random([nth; 16]),
        team: team_of(team),
        officer: officer_of(officer),
        part,
        from: at(from),
        made_by: "command-line".to_owned(),
        ended: None,
    }
}

pub async fn a_supervisor_sees_the_cases_of_their_teams_and_those_that_nobody_supervises(store: &dyn Store) {
    let (member, supervisor) = (TeamPart::Member, TeamPart::Supervisor);
    for (nth, name) in [(231, "North"), (232, "South")] {
        let row = TeamRow {
            id: team_of(nth),
            name: name.to_owned(),
            made_at: at(6_000),
            made_by: "command-line".to_owned(),
            ended: None,
        };
        store.team_add(&row).await.expect("made");
        let taken = store.team_add(&TeamRow { id: team_of(239), ..row }).await.expect_err("a name in use");
        assert!(matches!(taken, StoreError::Conflict(_)), "{taken}");
    }
    store.team_member_add(&part(241, 231, MANAGER, member, 6_000)).await.expect("in");
    let alone = tie(store, OTHER_SERGEANT, own_case(), at(6_001)).await;
    assert_eq!(alone, "supervises", "a team that nobody supervises is every supervisor's");
    store.team_member_add(&part(242, 231, GONE, supervisor, 6_010)).await.expect("in");
    let alone = tie(store, OTHER_SERGEANT, own_case(), at(6_011)).await;
    assert_eq!(alone, "supervises", "one whose account is switched off supervises nobody");

    store.team_member_add(&part(243, 231, SERGEANT, supervisor, 6_020)).await.expect("in");
    let twice = store.team_member_add(&part(244, 231, SERGEANT, supervisor, 6_021)).await.expect_err("twice");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    let ties = async |seconds| {
        (
            tie(store, SERGEANT, own_case(), at(seconds)).await,
            tie(store, OTHER_SERGEANT, own_case(), at(seconds)).await,
        )
    };
    assert_eq!(ties(6_030).await, ("supervises", "refused"), "the team's own supervisor, and no other");
    assert!(!is_listed(store, OTHER_SERGEANT, own_case(), at(6_030)).await);
    assert_eq!(tie(store, OTHER_SERGEANT, case_id(), at(6_030)).await, "supervises", "an officer in no team");
    assert_eq!(
        tie(store, PROTECTION, own_case(), at(6_030)).await,
        "force-wide",
        "teams are for supervisors"
    );
    let above = store.case_supervisors(own_case(), at(6_030)).await.expect("asked");
    assert_eq!(above, [officer_of(SERGEANT)]);
    assert_eq!(store.supervisors_of(officer_of(MANAGER), at(6_030)).await.expect("asked"), above);
    let under = store.officers_under(officer_of(OTHER_SERGEANT), at(6_030)).await.expect("asked");
    assert!(!under.contains(&officer_of(MANAGER)) && under.contains(&officer_of(COLLEAGUE)), "{under:?}");
    assert_eq!(ties(6_015).await, ("supervises", "supervises"), "what held before is known");

    // Whoever stands in for a supervisor has their teams; a supervisor who knows the person leaves the case to others.
    let cover = cover(245, (SERGEANT, OTHER_SERGEANT), (6_100, 6_110));
    store.cover_add(&cover).await.expect("entered");
    assert_eq!(ties(6_105).await, ("supervises", "supervises"));
    assert_eq!(ties(6_110).await, ("supervises", "refused"));
    let conflict = conflict(246, SERGEANT, at(6_120));
    store.conflict_add(&conflict).await.expect("declared");
    assert_eq!(ties(6_120).await, ("barred", "supervises"), "somebody has to be above the officer in charge");
    let end = ConflictEnd { at: at(6_121), by: "command-line".to_owned(), sealed: Vec::new() };
    store.conflict_end(conflict.id, &end).await.expect("ended");
}

/// After the story of the teams: an officer goes to another team, which is then ended.
pub async fn a_move_to_another_team_and_its_end_leave_what_held_before(store: &dyn Store) {
    let (member, supervisor) = (TeamPart::Member, TeamPart::Supervisor);
    let ties = async |seconds| {
        (
            tie(store, SERGEANT, own_case(), at(seconds)).await,
            tie(store, OTHER_SERGEANT, own_case(), at(seconds)).await,
        )
    };
    store.team_member_add(&part(247, 232, OTHER_SERGEANT, supervisor, 6_130)).await.expect("in");
    store.team_member_add(&part(248, 232, MANAGER, member, 6_140)).await.expect("moved in one act");
    assert_eq!(ties(6_141).await, ("refused", "supervises"));
    assert_eq!(ties(6_135).await, ("supervises", "refused"), "before the move it was the other's");
    let parts = store.team_member_list().await.expect("read");
    let first = parts.iter().find(|row| row.id == TeamMemberId::random([241; 16])).expect("kept");
    assert_eq!(first.ended, Some((at(6_140), "command-line".to_owned())), "the history stays");
    store.team_end(team_of(232), at(6_150), "command-line").await.expect("ended");
    assert_eq!(ties(6_151).await, ("supervises", "supervises"), "in no team any more");
    let gone = store.team_end(team_of(232), at(6_151), "command-line").await.expect_err("ended already");
    assert!(matches!(gone, StoreError::Conflict(_)), "{gone}");
    store
        .team_member_end(team_of(231), officer_of(SERGEANT), supervisor, at(6_160), "command-line")
        .await
        .expect("ended");
    assert!(store.team_list().await.expect("read").iter().any(|row| row.ended.is_some()));
}

async fn permit_of(store: &dyn Store, nth: u8, case: CaseId, at: Timestamp) -> Permit {
    match store.case_access(officer_of(nth), case, at).await.expect("asked") {
        Access::Permitted(permit) => *permit,
        other => panic!("{nth} has to do with it: {other:?}"),
    }
}

/// An act that forgot to ask whose the alert is, and has the permit of another case.
pub async fn a_permit_opens_its_own_case_whatever_id_it_is_given(store: &dyn Store) {
    let permit = permit_of(store, MANAGER, own_case(), at(7_000)).await;
    let within = Permitted::new(store, &permit);
    let alert = store.alert_get(alert_id(41)).await.expect("read").expect("an alert of another case");
    assert!(within.alert_get(alert.id).await.expect("asked").is_none());
    assert!(within.alert_findings(alert.id, 20).await.expect("asked").is_empty());
    assert!(within.decision_list(alert.id).await.expect("asked").is_empty());
    assert!(within.device_get(device_id()).await.expect("asked").is_none());
    let hash = record_hash(0, 0);
    let record = store.record_get(&hash).await.expect("read").expect("a record of another case");
    assert!(within.record_get(&hash).await.expect("asked").is_none());
    assert!(store.record_key(&hash).await.expect("read").is_some());
    assert!(within.record_key(&record).await.expect("asked").is_none(), "no key leaves by another’s permit");
    let asked = AlertFilter { case: Some(case_id()), ..AlertFilter::default() };
    assert!(within.alert_list(asked).await.expect("asked").is_empty(), "the filter’s case does not count");
    for refused in [
        within.alert_open(&alert, at(7_000)).await.map(drop),
        within.alert_looked(&alert, at(7_000)).await.map(drop),
        within.decision_add(&decision(case_id())).await,
        // Said to be of the permit's case, which it is not: the transaction sees it.
        within.decision_add(&decision(own_case())).await,
    ] {
        let refused = refused.expect_err("of another case");
        assert!(matches!(refused, StoreError::Missing(_)), "{refused}");
    }
    assert_eq!(store.alert_get(alert.id).await.expect("read"), Some(alert.clone()), "nothing was changed");

    let row = store.case_get(case_id()).await.expect("read").expect("the case");
    let server = Permit::of_server(row, "a test of the conformance suite");
    assert_eq!((server.tie(), server.officer()), (Tie::Server, None));
    assert_eq!(Permitted::new(store, &server).alert_get(alert.id).await.expect("asked"), Some(alert));
}

fn decision(case: CaseId) -> DecisionRow {
    DecisionRow {
        id: decision_id(),
        alert: alert_id(44),
        case,
        officer: officer_of(MANAGER),
        outcome: Outcome::DiscussAtVisit,
        decided_at: at(7_000),
        hash: [62; 32],
        leaf: 0,
        sealed: b"a sealed reason".to_vec(),
    }
}
