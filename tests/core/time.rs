//! Days and instants as decisions see them (R19, U-10, U-14).

use serde_json::json;
use sync_core::Policy;
use sync_core::record::EmployeeType;

use crate::world::{Person, World, account, check, day, entry_of, id, person, world};

/// Starts on `start`, judged at `instant`.
#[track_caller]
fn check_start(start: &str, instant: &str, expected: &str) {
    check(&world().with(person("anna").employed(start, None)).now(instant), "anna", expected);
}

/// Left after `last_day`, judged at `instant`.
#[track_caller]
fn check_end(last_day: &str, instant: &str, expected: &str) {
    let anna = person("anna").former().employed("2020-01-01", Some(last_day));
    check(&leaver(anna).now(instant), "anna", expected);
}

fn leaver(anna: Person) -> World {
    world().crowd(12).with(anna).having(account(7).of("anna"))
}

#[test]
fn r19_a_start_date_is_reached_at_midnight_in_amsterdam() {
    for (start, before, from) in [
        ("2026-06-15", "2026-06-14T21:59:59Z", "2026-06-14T22:00:00Z"), // summer
        ("2026-01-15", "2026-01-14T22:59:59Z", "2026-01-14T23:00:00Z"), // winter
        ("2026-03-29", "2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z"), // the day that loses an hour
        ("2026-03-30", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"), // and the next
        ("2026-10-25", "2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z"), // the day that gains one
        ("2026-10-26", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"),
        ("2027-01-01", "2026-12-31T22:59:59Z", "2026-12-31T23:00:00Z"), // the year's end
    ] {
        check_start(start, before, "planned/onboard");
        check_start(start, from, "onboard");
    }
}

#[test]
fn r19_a_last_day_is_over_at_eleven_in_the_evening_utc() {
    for last_day in
        ["2026-06-14", "2026-01-14", "2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2026-12-31"]
    {
        check_end(last_day, &format!("{last_day}T22:00:00Z"), "planned/offboard");
        check_end(last_day, &format!("{last_day}T22:59:59Z"), "planned/offboard");
        check_end(last_day, &format!("{last_day}T23:00:00Z"), "offboard");
    }
    for late in ["2026-06-14T23:30:00Z", "2026-06-15T00:00:00Z", "2026-06-15T02:00:00Z"] {
        check_end("2026-06-14", late, "offboard");
    }
}

#[test]
fn r19_somebody_is_in_service_until_the_last_day_is_over() {
    let anna = || person("anna").employed("2020-01-01", Some("2026-06-15"));
    check(&world().with(anna()).now("2026-06-15T22:59:59Z"), "anna", "onboard");
    check(&world().with(anna()).now("2026-06-15T23:00:00Z"), "anna", "hold/ended_on_payroll");
}

#[test]
fn u10_a_last_day_ahead_is_shown_and_does_nothing() {
    let anna = person("anna").employed("2020-01-01", Some("2026-09-30"));
    let world = world().with(anna).having(account(7).of("anna"));
    check(&world, "anna", "nothing/up_to_date");
    assert_eq!(entry_of(&world.plan(), "anna").leaves_on, Some(day("2026-09-30")));
}

#[test]
fn r19_future_starters_and_leavers_show_their_day() {
    let starts = world().with(person("anna").employed("2026-09-01", Some("2027-08-31")));
    let planned = |world: &World| serde_json::to_value(&entry_of(&world.plan(), "anna").decision).unwrap();
    assert_eq!(planned(&starts), json!({"kind": "planned", "what": "onboard", "on": "2026-09-01"}));
    let leaves = leaver(person("anna").former().employed("2020-01-01", Some("2026-06-30")));
    assert_eq!(planned(&leaves), json!({"kind": "planned", "what": "offboard", "on": "2026-06-30"}));
    let first_of_two =
        person("anna").employed("2026-09-01", None).and_employed("2026-07-01", Some("2026-07-31"));
    assert_eq!(planned(&world().with(first_of_two))["on"], "2026-07-01");
}

#[test]
fn u10_who_begins_again_next_month_keeps_an_active_account_and_gets_nothing_new() {
    let between =
        || person("anna").employed("2020-01-01", Some("2026-05-31")).and_employed("2026-07-01", None);
    let world = world().crowd(12).with(between());
    let active = world.clone().having(account(7).of("anna"));
    check(&active, "anna", "planned/begin");
    let decision = serde_json::to_value(&entry_of(&active.plan(), "anna").decision).unwrap();
    assert_eq!(decision["on"], "2026-07-01");
    // What differs waits for that day too.
    check(&world.clone().having(account(7).of("anna").first(Some("Anne"))), "anna", "planned/begin");
    let then = world.clone().having(account(7).of("anna").first(Some("Anne"))).now("2026-06-30T22:00:00Z");
    check(&then, "anna", "update");
    // Whose account is inactive, or nobody's yet, starts like everybody.
    check(&world.clone().having(account(7).of("anna").inactive()), "anna", "planned/onboard");
    check(&world.clone().having(account(7).of("anna").carrying(None)), "anna", "planned/onboard");
    check(&world, "anna", "planned/onboard");
}

#[test]
fn u10_an_account_that_is_active_before_the_first_day_stays() {
    let early = person("anna").employed("2026-07-01", None);
    check(&world().with(early).having(account(7).of("anna")), "anna", "planned/begin");
}

#[test]
fn u10_access_can_still_be_withdrawn_before_a_new_beginning() {
    let no = person("anna").employed("2026-07-01", None).field("alleo_access", Some("no"));
    let world = world().company("acme", &["alleo_access"]).with(no).having(account(7).of("anna"));
    check(&world, "anna", "hold/access_withdrawn");
}

#[test]
fn r19_placeholders_are_no_days() {
    for placeholder in ["0001-01-01", "1900-01-01", "9999-12-31"] {
        // No first day.
        check(&world().with(person("anna").employed(placeholder, None)), "anna", "hold/missing_start");
        // No last day: of somebody in service, and of a leaver.
        let open = person("anna").employed("2020-01-01", Some(placeholder));
        let synced = world().with(open).having(account(7).of("anna"));
        check(&synced, "anna", "nothing/up_to_date");
        assert_eq!(entry_of(&synced.plan(), "anna").leaves_on, None);
        let left = person("anna").former().employed("2020-01-01", Some(placeholder));
        check(&leaver(left), "anna", "offboard");
        // No end of a contract, no birthday, no day of seniority.
        let contract = person("anna").contract("2020-01-01", Some(placeholder));
        let world = world().with(contract.born(Some(placeholder))).having(account(7).of("anna"));
        check(&world, "anna", "nothing/up_to_date");
        assert_eq!(entry_of(&world.plan(), "anna").leaves_on, None);
    }
}

#[test]
fn u10_on_payroll_with_a_last_day_in_the_past_is_reported_whatever_the_account() {
    let anna = || person("anna").employed("2020-01-01", Some("2026-03-31"));
    check(&world().with(anna()), "anna", "hold/ended_on_payroll");
    check(&world().with(anna()).having(account(7).of("anna").inactive()), "anna", "hold/ended_on_payroll");
}

#[test]
fn u10_a_contract_that_ended_while_the_employment_goes_on_is_told_and_changes_nothing() {
    let findings = |world: &World| serde_json::to_value(&world.plan().document().findings).unwrap();
    let told = json!([{"finding": "contract_over", "record": id("anna")}]);
    let anna = || person("anna").contract("2020-01-01", Some("2026-06-14"));
    let with = |anna| world().with(anna).having(account(7).of("anna"));
    check(&with(anna()), "anna", "nothing/up_to_date");
    assert_eq!(findings(&with(anna())), told);
    assert_eq!(entry_of(&with(anna()).plan(), "anna").leaves_on, None);
    // It is over when a last day is: at eleven in the evening UTC.
    let before = with(anna()).now("2026-06-14T22:59:59Z");
    assert_eq!(findings(&before), json!([]));
    assert_eq!(entry_of(&before.plan(), "anna").leaves_on, Some(day("2026-06-14")));
    assert_eq!(findings(&with(anna()).now("2026-06-14T23:00:00Z")), told);
    // Nobody else has to know: a newer contract, a known last day, a first day to come, or a leaver.
    for nothing_odd in [
        anna().contract("2026-06-15", None),
        person("anna").contract("2020-01-01", Some("2026-06-15")),
        anna().employed("2020-01-01", Some("2026-12-31")),
        anna().employed("2026-07-01", None),
        anna().former(),
        anna().of_type(Some(EmployeeType::External)),
    ] {
        assert_eq!(findings(&world().with(nothing_odd)), json!([]));
    }
    let externals = |policy: Policy| policy.with_in_service([EmployeeType::External]);
    let external = world().with(anna().of_type(Some(EmployeeType::External))).policy(externals);
    assert_eq!(findings(&external), told);
}

#[test]
fn u10_an_end_date_without_the_type_deactivates_nobody() {
    let anna = person("anna").employed("2020-01-01", Some("2026-03-31"));
    check(&world().crowd(12).with(anna).having(account(7).of("anna")), "anna", "hold/ended_on_payroll");
}

#[test]
fn u10_the_type_without_an_end_date_is_enough() {
    check(&leaver(person("anna").former().employed("2020-01-01", None)), "anna", "offboard");
    check(&leaver(person("anna").former().without_employment()), "anna", "offboard");
}

#[test]
fn u10_the_last_of_several_last_days_counts() {
    // The longer employment began earlier: the later one ending does not end it.
    let overlapping = person("anna")
        .former()
        .employed("2015-01-01", Some("2026-12-31"))
        .and_employed("2020-01-01", Some("2026-03-31"));
    check(&leaver(overlapping), "anna", "planned/offboard");
    let one_after_the_other = person("anna")
        .former()
        .employed("2015-01-01", Some("2019-12-31"))
        .and_employed("2020-01-01", Some("2026-06-15"));
    check(&leaver(one_after_the_other), "anna", "planned/offboard");
    let both_over = person("anna")
        .former()
        .employed("2015-01-01", Some("2026-03-31"))
        .and_employed("2020-01-01", Some("2026-02-28"));
    check(&leaver(both_over), "anna", "offboard");
}

#[test]
fn u10_an_open_employment_beside_one_that_ended_on_the_same_first_day_is_still_open() {
    let twice =
        person("anna").former().employed("2020-01-01", None).and_employed("2020-01-01", Some("2026-03-31"));
    check(&leaver(twice), "anna", "hold/begins_again");
}

#[test]
fn u10_the_contract_tells_the_last_day_only_where_the_employment_does_not() {
    let open = || person("anna").former().employed("2020-01-01", None);
    check(&leaver(open().contract("2020-01-01", Some("2026-12-31"))), "anna", "planned/offboard");
    check(&leaver(open().contract("2020-01-01", Some("2026-03-31"))), "anna", "offboard");
    let closed = person("anna").former().contract("2020-01-01", Some("2026-12-31"));
    check(&leaver(closed), "anna", "offboard");
}

#[test]
fn u14_an_active_account_is_kept_up_to_date_without_a_first_day() {
    let anna = || person("anna").without_employment();
    check(&world().with(anna()), "anna", "hold/missing_start");
    check(&world().with(anna().first(Some("Anne"))).having(account(7).of("anna")), "anna", "update");
}
