//! Whole or nothing (R1): what disagrees with itself gives no snapshot.

use sync_core::account::Account;
use sync_core::record::{EmployeeType, Listed, SourceCompany, Unreadable};
use sync_core::snapshot::{
    AccountState, Disagreement, Incomplete, Listing, Resource, Row, SourceRows, SourceSnapshotBuilder,
    TargetSnapshotBuilder,
};
use sync_core::{AccountId, CompanyId};

use crate::world::{HOME, account, id, person, unreadable_account, world};

fn listed(names: &[&str], total: u64) -> SourceRows {
    let row = |name: &&str| Row::readable(id(name), Listed::new(None, Some(EmployeeType::Payroll)));
    SourceRows::Employees(Listing::new(names.iter().map(row).collect(), Some(total)))
}

fn acme() -> CompanyId {
    CompanyId::new("acme")
}

fn builder() -> SourceSnapshotBuilder {
    SourceSnapshotBuilder::announce(vec![
        SourceCompany::new(acme()),
        SourceCompany::new(CompanyId::new("beta")),
    ])
}

#[test]
fn r1_a_total_that_is_not_the_number_of_ids_is_refused() {
    for (names, total) in [(&["a", "b"][..], 3), (&["a", "b"], 1), (&["a", "a"], 2), (&[], 1)] {
        let told = builder().put(&acme(), listed(names, total)).unwrap_err();
        let Incomplete::Source { resource, disagreement: Disagreement::Total { .. }, .. } = told else {
            panic!("{told}")
        };
        assert_eq!(resource, Resource::Employees);
    }
    builder().put(&acme(), listed(&["a", "b", "a"], 2)).unwrap();
}

#[test]
fn r1_one_id_with_two_contents_is_refused() {
    let row = |employee_type| Row::readable(id("a"), Listed::new(None, Some(employee_type)));
    let unreadable = || Row::unreadable(id("a"), Unreadable::new("type", "unknown"));
    for rows in [
        vec![row(EmployeeType::Payroll), row(EmployeeType::FormerPayroll)],
        vec![row(EmployeeType::Payroll), unreadable()],
        vec![row(EmployeeType::Payroll), row(EmployeeType::Payroll), unreadable()],
    ] {
        let told = builder().put(&acme(), SourceRows::Employees(Listing::new(rows, Some(1)))).unwrap_err();
        assert!(matches!(told, Incomplete::Source { disagreement: Disagreement::Repeated, .. }));
    }
}

#[test]
fn r1_each_list_of_each_company_is_missed() {
    let whole = world().with(person("anna")).with(person("bob").at("beta"));
    for missing in Resource::ALL {
        for without in whole.companies.keys() {
            let companies = whole.companies.keys().cloned().map(SourceCompany::new).collect();
            let mut builder = SourceSnapshotBuilder::announce(companies);
            for company in whole.companies.keys() {
                for resource in Resource::ALL.into_iter().filter(|r| (*r, company) != (missing, without)) {
                    builder.put(company, whole.rows(company, resource)).unwrap();
                }
            }
            let expected = Incomplete::SourceListMissing { company: without.clone(), resource: missing };
            assert_eq!(builder.finish().unwrap_err(), expected);
        }
    }
}

#[test]
fn r1_one_employee_in_two_companies_is_refused() {
    let mut builder = builder();
    builder.put(&acme(), listed(&["a"], 1)).unwrap();
    let told = builder.put(&CompanyId::new("beta"), listed(&["a"], 1)).unwrap_err();
    assert_eq!(told, Incomplete::EmployeeInTwoCompanies(acme(), CompanyId::new("beta")));
}

#[test]
fn r1_a_list_of_a_company_that_nobody_announced_is_refused() {
    let other = CompanyId::new("gamma");
    assert_eq!(builder().put(&other, listed(&[], 0)).unwrap_err(), Incomplete::NotAnnounced);
    assert_eq!(builder().put_records(&other, vec![], vec![]).unwrap_err(), Incomplete::NotAnnounced);
}

fn accounts(numbers: &[i64], total: u64) -> Listing<Row<AccountId, Account>> {
    let row = |number: &i64| Row::readable(AccountId::new(*number), account(*number).0);
    Listing::new(numbers.iter().map(row).collect(), Some(total))
}

#[test]
fn r1_the_targets_lists_must_agree_too() {
    let builder = || TargetSnapshotBuilder::announce([HOME]);
    let told = builder().put(HOME, AccountState::Active, accounts(&[1, 2], 3)).unwrap_err();
    assert!(matches!(told, Incomplete::Target { disagreement: Disagreement::Total { .. }, .. }));
    let mut both = builder();
    both.put(HOME, AccountState::Active, accounts(&[1, 2], 2)).unwrap();
    let told = both.put(HOME, AccountState::Inactive, accounts(&[2], 1)).unwrap_err();
    assert_eq!(told, Incomplete::AccountInTwoLists(HOME));
    let mut half = builder();
    half.put(HOME, AccountState::Active, accounts(&[1], 1)).unwrap();
    let missing = Incomplete::TargetListMissing { company: HOME, state: AccountState::Inactive };
    assert_eq!(half.finish().unwrap_err(), missing);
}

#[test]
fn r1_a_row_that_cannot_be_read_holds_its_person_only() {
    let world = world().with(person("anna").unreadable()).with(person("bob")).synced("cleo", 7);
    let source = world.source();
    assert_eq!(source.records().iter().filter(|record| !record.unreadable.is_empty()).count(), 1);
    crate::world::check(&world, "anna", "hold/unreadable_row");
    crate::world::check(&world, "bob", "onboard");
    assert_eq!(crate::world::world().unreadable_account(8).target().unreadable(), [unreadable_account(8)]);
}

#[test]
fn a_snapshot_is_sorted_however_it_was_read() {
    let one = world().with(person("a")).with(person("b")).having(account(1)).having(account(2));
    let two = world().with(person("b")).with(person("a")).having(account(2)).having(account(1));
    assert_eq!((one.source(), one.target()), (two.source(), two.target()));
    let order: Vec<_> = one.source().records().iter().map(|record| record.id.clone()).collect();
    assert_eq!(order, [id("a"), id("b")]);
}
