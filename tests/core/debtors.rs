//! Chosen debtors: whose companies take part, what is told of the others, and when nobody is judged at all.

use sync_core::DebtorId;
use sync_core::engine::EngineError;
use sync_core::finding::Finding;

use crate::memory_target::Stage;
use crate::world::{World, person, world};

/// `acme` of the north, `beta` of the south, `gamma` of nobody knows whom; one person in each, none with an account.
fn three_debtors() -> World {
    world()
        .with(person("anna"))
        .with(person("bob").at("beta"))
        .with(person("cleo").at("gamma"))
        .debtor("acme", "north")
        .debtor("beta", "south")
}

fn choosing(world: World, debtors: &[&str]) -> World {
    let debtors: Vec<_> = debtors.iter().map(|debtor| DebtorId::new(*debtor)).collect();
    world.policy(|policy| policy.with_debtors(debtors))
}

fn left_out(stage: &Stage) -> Vec<String> {
    let planned = stage.dry_run().unwrap();
    let told = planned.plan.document().findings.iter().filter_map(|finding| match finding {
        Finding::LeftOut { company, debtor } => {
            let debtor = debtor.as_ref().map_or("unknown", DebtorId::as_str);
            Some(format!("{company} of {debtor}"))
        }
        _ => None,
    });
    told.collect()
}

fn people(stage: &Stage) -> Vec<String> {
    let planned = stage.dry_run().unwrap();
    planned.plan.document().entries.iter().map(|entry| entry.person.to_string()).collect()
}

#[test]
fn with_chosen_debtors_only_their_companies_take_part_and_the_others_are_told() {
    let stage = Stage::of(choosing(three_debtors(), &["north"]));
    assert_eq!(people(&stage), ["nmbrs:rest:anna"]);
    assert_eq!(left_out(&stage), ["beta of south", "gamma of unknown"]);
}

#[test]
fn nothing_is_read_of_a_company_that_is_left_out() {
    let stage = Stage::of(choosing(three_debtors(), &["north"]));
    stage.dry_run().unwrap();
    let read = stage.calls("source ");
    assert!(read.iter().any(|call| call.ends_with(" of acme")), "{read:?}");
    assert!(!read.iter().any(|call| call.ends_with(" of beta") || call.ends_with(" of gamma")), "{read:?}");
}

#[test]
fn without_chosen_debtors_every_company_takes_part_and_nothing_is_told() {
    let stage = Stage::of(three_debtors());
    assert_eq!(people(&stage).len(), 3);
    assert_eq!(left_out(&stage), [""; 0]);
}

#[test]
fn a_chosen_debtor_of_whom_no_company_is_visible_ends_the_run_before_anybody_is_judged() {
    let stage = Stage::of(choosing(three_debtors(), &["north", "nroth"]));
    let error = stage.dry_run().unwrap_err();
    assert!(
        matches!(&error, EngineError::NoCompanyOfDebtor(debtor) if debtor.as_str() == "nroth"),
        "{error:?}"
    );
    assert_eq!(stage.calls("source "), ["source companies"], "no person was read");
}

#[test]
fn a_company_must_be_chosen_by_both_its_debtor_and_its_id() {
    let only = |company: &'static str| {
        let world = choosing(three_debtors(), &["north", "south"]);
        Stage::of(world.policy(|policy| policy.with_companies([sync_core::CompanyId::new(company)])))
    };
    assert_eq!(people(&only("beta")), ["nmbrs:rest:bob"]);
    assert_eq!(left_out(&only("beta")), [""; 0], "gamma was not asked for");
    let stage = only("gamma");
    assert_eq!(left_out(&stage), ["gamma of unknown"]);
    assert!(
        stage.dry_run().unwrap().plan.document().is_blocked(),
        "a company that is named and takes no part"
    );
}

#[test]
fn r26_a_company_whose_debtor_is_suddenly_unknown_brakes_and_one_of_another_debtor_does_not() {
    let blocked = |company: &str| {
        let world = choosing(three_debtors(), &["north"]).remembers(company, &[]);
        Stage::of(world).dry_run().unwrap().plan.document().is_blocked()
    };
    assert!(blocked("gamma"));
    assert!(!blocked("beta"), "the policy leaves it out, and its hash tells of that");
    assert!(!blocked("acme"));
}
