//! One story of a force, told to every engine through the trait alone. A new engine is done when the story holds.

#![expect(clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod access;
mod acts;
mod another;
mod context_picture;
mod destruction;
mod fixtures;
mod handled;
mod late;
mod moved;
mod names;
mod order_draft;
mod other_adult;
mod packs;
mod people;
mod personal_link;
mod privilege;
mod received;
mod records;
mod retention;
mod review;
mod rights;
mod shield;
mod telling;
mod visit;

use std::sync::Arc;

use proviso_store::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore, Store};
use proviso_testkit::postgres;

use fixtures::ToyHasher;

/// The whole story. Each chapter rests on the ones before it.
async fn story(store: &dyn Store) {
    people::an_officer_signs_in_and_out(store).await;
    people::a_second_factor_waits_then_is_used_and_takes_each_code_once(store).await;
    people::a_subject_is_linked_to_one_officer(store).await;
    people::a_passkey_counts_upwards_only_and_a_ceremony_is_taken_once(store).await;
    people::a_case_is_opened_and_its_order_changes(store).await;
    names::the_first_key_of_the_index_stands(store).await;
    names::a_case_is_found_by_every_digest_that_was_set_last(store).await;
    people::somebody_is_let_into_a_case_for_a_while(store).await;
    people::a_conflict_bars_a_case_and_a_move_changes_who_is_in_charge(store).await;
    people::a_code_enrols_one_device_once(store).await;
    records::a_batch_is_taken_as_far_as_it_is_good(store).await;
    records::a_job_is_claimed_by_one_worker_and_comes_back_when_its_lease_ends(store).await;
    review::findings_join_an_open_alert_and_never_twice(store).await;
    review::an_alert_is_opened_then_decided_once(store).await;
    handled::an_alert_is_taken_rests_until_it_grows_and_stands_in_a_row_by_hand(store).await;
    handled::filters_are_an_officer_s_own_or_shared_within_a_role(store).await;
    review::a_gap_that_ends_replaces_itself(store).await;
    review::the_audit_log_is_chained(store).await;
    records::the_log_holds_one_leaf_for_each_thing_accepted(store).await;
    late::what_ended_an_order_is_kept_changed_and_withdrawn(store).await;
    late::what_is_held_waits_for_review_and_is_given_back_or_noted_as_erased(store).await;
    late::findings_seen_before_are_flagged_and_their_alert_comes_last(store).await;
    acts::what_is_entered_about_a_device_is_corrected_by_another_version(store).await;
    telling::an_officer_is_covered_for_a_while_and_keeps_settings(store).await;
    telling::a_clock_begins_once_goes_on_and_stops_when_somebody_looks(store).await;
    telling::a_delivery_takes_in_what_it_surely_has_not_told_and_ends_once(store).await;
    shield::a_contact_is_put_on_the_list_and_taken_off_with_the_policies_that_follow(store).await;
    retention::a_proposal_waits_alone_and_ends_once_and_every_decision_is_kept(store).await;
    rights::a_request_is_kept_with_all_that_was_done_about_it(store).await;
    personal_link::a_link_opens_one_visit_at_a_time_and_ends_with_the_next_or_when_somebody_ends_it(store)
        .await;
    other_adult::an_approval_is_made_and_withdrawn_with_the_policies_that_follow(store).await;
    visit::a_record_of_a_visit_is_filed_once_and_read_again(store).await;
    visit::a_visit_is_recorded_with_what_was_agreed_and_the_next_settles_it(store).await;
    visit::a_week_is_drawn_once(store).await;
    visit::a_duty_is_changed_by_another_version_and_by_one_officer_at_a_time(store).await;
    privilege::what_may_be_privileged_waits_and_is_decided_once(store).await;
    context_picture::a_window_is_kept_beside_its_finding_and_found_by_it(store).await;
    packs::a_list_has_one_version_in_use_and_keeps_those_before(store).await;
    packs::one_pack_at_a_time_is_on_trial_until_its_end(store).await;
    packs::a_list_of_sites_has_one_version_in_use_and_keeps_those_before(store).await;
    packs::a_hash_set_has_one_version_in_use_and_keeps_those_before(store).await;
    review::acts_of_a_kind_are_found_and_counted_but_for_those_that_failed(store).await;
    review::the_log_is_searched_by_case_actor_acts_object_and_time(store).await;
    access::a_case_is_seen_by_who_has_to_do_with_it_and_by_nobody_else(store).await;
    access::a_supervisor_sees_the_cases_of_their_teams_and_those_that_nobody_supervises(store).await;
    access::a_move_to_another_team_and_its_end_leave_what_held_before(store).await;
    access::a_permit_opens_its_own_case_whatever_id_it_is_given(store).await;
    order_draft::a_draft_is_changed_in_turn_and_becomes_a_case_with_its_order_or_nothing(store).await;
    destruction::a_destroyed_record_keeps_its_place_and_nothing_else(store).await;
    context_picture::what_was_said_of_a_window_goes_with_its_record(store).await;
    destruction::a_destroyed_case_leaves_ids_and_times(store).await;
    names::a_destroyed_case_is_in_the_index_no_more_and_does_not_come_back(store).await;
    another::a_device_that_comes_back_after_a_restore_is_taken_and_told_of(store).await;
    another::what_a_device_tells_of_time_is_read_back(store).await;
    another::a_conversation_is_one_alert_that_grows_and_is_told_once_until_somebody_looks(store).await;
    another::a_branch_is_read_back_whole(store).await;
    another::a_backup_counts_for_what_it_holds_and_a_restore_is_noted_once(store).await;
    received::a_case_of_another_force_is_entered_whole_and_once(store).await;
    another::bundles_and_acts_of_a_case_are_listed_and_a_device_is_revoked_from_the_earliest_time(store)
        .await;
    visit::of_a_destroyed_case_only_hash_and_times_are_left(store).await;
}

#[tokio::test]
async fn the_story_holds_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions::new(folder.path().join("story.db"));
    let store = SqliteStore::open(&options, Arc::new(ToyHasher)).await.expect("a new database");
    story(&store).await;
    store.close().await;
}

#[tokio::test]
async fn the_story_holds_on_postgresql() {
    let made = postgres::databases().await;
    let options = PostgresOptions {
        migrate: true,
        ..PostgresOptions::new(
            made.database.parse().expect("an address"),
            made.record_keys.parse().expect("an address"),
        )
    };
    let store = PostgresStore::open(&options, Arc::new(ToyHasher)).await.expect("a new database");
    story(&store).await;
    store.close().await;
}
