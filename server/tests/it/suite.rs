//! Every case on both engines.

use crate::{
    accounts, api, authorisation, backup,
    bench::Bench,
    changes::{self, search as change_log},
    ends, factors, forgotten, hosts,
    hub::{enrol, freeze, greet, push, report},
    imports, mails,
    members::{self, list as member_list},
    passkeys, people,
    postgres::Postgres,
    races, renewal, roles, scopes, search, sending, sites, suspension, verify, viewing,
};
use std::{future::Future, pin::Pin};

type Case = fn(Bench) -> Pin<Box<dyn Future<Output = ()> + Send>>;

macro_rules! suite {
    ($($module:ident::$case:ident,)*) => {
        mod sqlite {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    $module::$case(Bench::new(None).await).await;
                }
            )*
        }

        const CASES: &[(&str, Case)] = &[$((stringify!($case), |bench| Box::pin($module::$case(bench)))),*];
    };
}

suite! {
    accounts::provisioning_writes_everything_at_once,
    accounts::names_uids_and_hosts_are_given_once,
    accounts::the_least_loaded_host_is_chosen,
    accounts::a_frozen_host_takes_no_account,
    accounts::life_from_active_to_erased,
    accounts::strangers_see_nothing_and_owners_cannot_act_as_admins,
    accounts::a_plan_that_changes_reaches_its_accounts,
    accounts::lists_search_and_page,
    accounts::what_would_be_above_a_plan_is_said_first,
    accounts::lists_come_in_the_order_asked,
    api::a_member_adds_names_and_deletes_a_site,
    api::refusals_are_problems_in_both_languages,
    api::only_the_panels_pages_act_by_cookie,
    api::a_creation_sent_twice_happens_once,
    api::admins_provision_over_the_api,
    api::open_pages_hear_what_moves,
    authorisation::everybody_gets_what_the_table_says,
    authorisation::a_session_that_ended_opens_nothing,
    authorisation::time_tells_nothing,
    changes::undo_brings_back_what_was,
    changes::undo_is_refused_with_the_reason,
    changes::states_sum_up_and_become_events,
    changes::equal_bytes_are_no_step,
    changes::history_shows_when_it_was_touched,
    changes::an_act_removed_at_the_end_shows,
    changes::another_process_hears_the_wake,
    change_log::words_and_filters_find_the_same_before_and_after_indexing,
    change_log::times_are_filtered_with_and_without_words,
    change_log::a_log_is_filtered_within_what_one_may_see,
    change_log::an_export_proves_the_chain_to_an_outsider,
    change_log::a_csv_is_safe_to_open_and_longer_than_a_page,
    change_log::the_head_is_mailed_once_a_week,
    change_log::an_open_filter_is_the_whole_log,
    backup::agents_know_a_restored_panel,
    backup::a_uid_given_after_the_backup_is_not_given_again,
    backup::a_restoration_is_whole_and_overwrites_nothing,
    backup::every_table_is_in_it_or_left_out_on_purpose,
    enrol::a_token_works_once_in_time_and_for_one,
    enrol::only_a_good_certificate_opens_the_door,
    ends::a_sign_in_under_way_ends_with_what_it_was_right_against,
    ends::one_time_links_end_with_the_password_and_with_a_suspension,
    ends::a_changed_password_ends_the_rest_at_once,
    ends::a_removed_grant_ends_streams_at_once,
    ends::a_suspended_user_is_out_at_once,
    ends::a_reset_factor_ends_everything_at_once,
    ends::a_revoked_token_ends_its_stream_alone,
    ends::one_signs_out_one_session_or_all_others,
    factors::a_code_is_asked_after_the_password_and_works_once,
    factors::tries_at_codes_are_limited_without_locking_the_owner_out,
    factors::the_api_asks_for_a_factor_too,
    factors::factors_are_replaced_removed_and_reset,
    factors::the_policy_leads_to_setting_up_and_opens_nothing_else,
    factors::dangerous_acts_take_a_fresh_proof,
    scopes::each_route_takes_its_scope_and_no_other,
    scopes::a_token_works_from_its_range_alone,
    push::a_host_gets_its_own_resources_and_no_others,
    report::reports_become_states,
    greet::an_agent_that_misbehaves_is_sent_away,
    greet::one_connection_per_host_the_newest,
    freeze::a_host_that_knows_more_is_frozen_until_adopted,
    freeze::refusals_of_the_agent_are_answered,
    report::drift_waits_for_a_decision,
    push::five_thousand_resources_come_and_are_reported,
    hosts::hosts_are_admins_only_and_their_acts_are_recorded,
    forgotten::the_newest_link_works_once_and_ends_all_of_before,
    forgotten::asking_is_limited_and_tells_nobody_anything,
    forgotten::known_and_unknown_take_the_same_time,
    mails::acts_tell_the_people_concerned,
    mails::an_invitation_brings_the_link_by_mail_alone,
    sending::what_is_refused_is_tried_again_and_given_up,
    sending::nothing_is_said_to_a_server_without_the_wanted_encryption,
    sending::an_authority_that_is_none_is_refused_when_the_panel_starts,
    sending::two_processes_send_each_mail_once_and_not_too_fast,
    mails::the_api_does_what_pages_do,
    sending::the_job_sends_until_it_is_stopped,
    imports::two_thousand_members_come_in_as_they_were_shown,
    imports::one_wrong_row_of_two_thousand_and_nothing_comes_in,
    imports::each_cell_is_judged_and_duplicates_are_named,
    imports::what_is_imported_is_what_was_shown,
    imports::what_is_exported_can_be_imported,
    imports::the_api_takes_a_file_and_no_more_than_it_should,
    imports::imported_owners_are_invited_at_the_cooperatives_pace,
    members::numbers_are_given_once,
    members::every_field_is_refused_with_the_reason,
    members::statuses_are_a_history,
    members::changes_are_recorded_and_undone_part_by_part,
    members::a_members_people_see_it_without_notes_and_correct_contacts,
    members::once_a_year_they_are_asked,
    member_list::members_are_found_filtered_and_put_in_order,
    member_list::the_list_is_answered_by_indexes,
    passkeys::a_passkey_is_added_and_shown_after_the_password,
    passkeys::a_passkey_shown_wrongly_opens_nothing,
    passkeys::tries_at_passkeys_are_limited_as_codes_are,
    passkeys::a_passkey_proves_to_be_there,
    passkeys::a_passkey_signs_in_alone,
    passkeys::the_api_takes_passkeys,
    passkeys::passkeys_stand_beside_an_app,
    passkeys::a_factor_is_renamed_by_its_user,
    people::sign_in_and_out,
    people::tries_are_limited_without_locking_the_owner_out,
    people::links_work_once_and_for_an_hour,
    people::tokens_work_until_revoked,
    people::grants_that_end_end_at_once,
    people::an_idempotency_key_makes_one_thing,
    races::one_name_two_accounts_one_winner,
    races::limits_hold_under_parallel_requests,
    races::generations_never_skip_and_never_double,
    renewal::a_certificate_is_renewed_with_itself,
    renewal::nobody_else_renews,
    renewal::who_is_shut_out_while_asking_gets_nothing,
    roles::an_invitation_holds_once_it_is_accepted,
    roles::nobody_gives_what_they_do_not_have,
    roles::the_last_owner_cannot_vanish,
    roles::ownership_is_handed_over_by_both,
    roles::roles_run_out_and_close_what_is_open,
    roles::one_user_over_many,
    roles::an_admin_is_made_by_two,
    roles::staff_does_its_own_and_no_more,
    roles::no_admin_becomes_another,
    roles::lesser_roles_undo_nothing_of_greater_ones,
    roles::roles_leave_their_trace,
    search::everything_is_found_by_the_beginnings_of_its_words,
    search::others_things_are_not_even_counted,
    search::pages_bring_each_thing_once,
    search::what_was_there_before_is_found_too,
    sites::a_site_is_created_renamed_and_deleted,
    sites::names_are_refused_with_the_reason,
    sites::a_domain_belongs_to_one_account,
    sites::limits_of_the_plan,
    sites::stale_versions_are_refused,
    viewing::a_view_shows_what_the_member_sees_and_changes_nothing,
    viewing::an_owner_lets_staff_act,
    viewing::a_view_belongs_to_one_session,
    suspension::each_reason_is_kept_told_and_listed,
    suspension::contacts_are_told_at_once,
    suspension::suspensions_of_before_have_no_code_and_still_come_back,
    verify::a_site_is_verified_by_every_name,
    verify::what_is_gone_is_verified_too,
    verify::a_name_taken_off_a_site_must_be_gone,
    verify::a_site_is_verified_at_every_address,
    verify::what_is_held_meanwhile_stays_held,
    verify::what_a_killed_panel_left_applied_is_verified_by_the_next,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let postgres = Postgres::start().await;
    for (name, case) in CASES {
        let begun = std::time::Instant::now();
        println!("{name}");
        case(Bench::new(Some(&postgres)).await).await;
        println!("{name}: {:.1?}", begun.elapsed());
    }
}
