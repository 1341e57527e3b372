//! Employee types besides payroll and former payroll (U-1), and that none of them is evidence of leaving (R2).

use serde_json::json;
use sync_core::record::EmployeeType;

use crate::world::{Person, World, account, check, decision_of, entry_of, person, world};

/// All types that are neither payroll nor former payroll.
fn others() -> [EmployeeType; 6] {
    [
        EmployeeType::Applicant,
        EmployeeType::NewHire,
        EmployeeType::External,
        EmployeeType::FormerExternal,
        EmployeeType::RejectedApplicant,
        EmployeeType::Other("intern".to_owned()),
    ]
}

fn typed(name: &str, employee_type: EmployeeType) -> Person {
    person(name).of_type(Some(employee_type))
}

/// A second record of the plain `anna`.
fn again(employee_type: EmployeeType) -> Person {
    typed("anna-2", employee_type).email("anna@acme.example").last(Some("Last anna"))
}

fn with_externals(world: World) -> World {
    world.policy(|policy| policy.with_in_service([EmployeeType::External]))
}

#[test]
fn u1_another_type_without_an_active_account_of_ours_is_left_alone() {
    for other in others() {
        let anna = || world().with(typed("anna", other.clone()));
        check(&anna(), "anna", "skip/other_type");
        check(&anna().having(account(7).of("anna").inactive()), "anna", "skip/other_type");
        check(&anna().having(account(7).of("anna").carrying(None)), "anna", "skip/other_type");
    }
}

#[test]
fn u1_another_type_with_an_active_account_of_ours_is_asked_about_and_never_offboarded() {
    for other in others() {
        let world = world().crowd(12).with(typed("anna", other)).having(account(7).of("anna"));
        check(&world, "anna", "hold/other_type_active");
        let decision = serde_json::to_value(&entry_of(&world.plan(), "anna").decision).unwrap();
        assert_eq!(decision["proposal"], json!({"kind": "deactivate"}));
        assert_eq!(decision["accounts"], json!([7]));
    }
    let linked = world().with(typed("anna", EmployeeType::External)).having(account(7)).link("anna", 7);
    check(&linked, "anna", "hold/other_type_active");
}

#[test]
fn u1_who_has_no_type_at_all_is_not_even_asked_about() {
    let unlisted = world().with(person("anna").former().of_type(None)).having(account(7).of("anna"));
    check(&unlisted, "anna", "skip/no_type");
    let half = world().with(person("anna").of_type(None)).with(again(EmployeeType::External));
    check(&half.having(account(7).of("anna")), "anna", "hold/other_type_active");
}

#[test]
fn u1_a_type_that_the_policy_counts_as_in_service_is_treated_like_payroll() {
    let external = || with_externals(world()).with(typed("anna", EmployeeType::External));
    check(&external(), "anna", "onboard");
    check(&external().having(account(7).of("anna")), "anna", "nothing/up_to_date");
    check(&external().having(account(7).of("anna").inactive()), "anna", "hold/rehire");
    let started = typed("anna", EmployeeType::External).employed("2026-07-01", None);
    check(&with_externals(world()).with(started), "anna", "planned/onboard");
    let others = with_externals(world()).with(typed("anna", EmployeeType::NewHire));
    check(&others, "anna", "skip/other_type");
}

#[test]
fn u1_the_access_field_of_a_type_in_service_counts() {
    let external = typed("anna", EmployeeType::External).field("alleo_access", Some("no"));
    let world = with_externals(world()).company("acme", &["alleo_access"]).with(external);
    check(&world, "anna", "skip/access_no");
}

#[test]
fn r2_a_former_external_is_no_leaver_even_where_externals_are_in_service() {
    let world = with_externals(world()).crowd(12).with(typed("anna", EmployeeType::FormerExternal));
    check(&world.having(account(7).of("anna")), "anna", "hold/other_type_active");
}

#[test]
fn u2_a_leaver_with_an_external_record_is_in_service_only_where_the_policy_says_so() {
    let left = || world().crowd(12).with(person("anna").former()).having(account(7).of("anna"));
    let both = || left().with(again(EmployeeType::External).first(Some("First anna")));
    assert_eq!(decision_of(&left(), "anna"), "offboard");
    check(&both(), "anna", "hold/other_record_open");
    let decision = serde_json::to_value(&entry_of(&both().plan(), "anna").decision).unwrap();
    assert_eq!(decision["proposal"], json!({"kind": "deactivate"}));
    check(&with_externals(both()), "anna", "nothing/up_to_date");
}

#[test]
fn u2_an_external_who_is_unresolved_keeps_a_leaver_only_where_externals_are_in_service() {
    let unknown = typed("annie", EmployeeType::External).last(Some("Last anna")).without_email();
    let world = world().crowd(12).with(person("anna").former()).having(account(7).of("anna")).with(unknown);
    check(&world, "anna", "offboard");
    check(&with_externals(world), "anna", "hold/maybe_still_here");
}

#[test]
fn r17_an_external_comes_onto_payroll_under_a_new_id_without_a_second_account() {
    let was = typed("anna", EmployeeType::External).email("old@acme.example");
    let world = world().with(was).having(account(7).of("anna").email("old@acme.example"));
    let now = person("anna-2").last(Some("Last anna"));
    check(&world.with(now), "anna-2", "hold/maybe_returned");
}
