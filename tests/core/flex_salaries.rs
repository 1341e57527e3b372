//! The list of salaries: only what payroll has, for whom there is no doubt, and never a zero (reference §3.7).

use std::collections::BTreeMap;

use sync_core::export::{FlexSalaryList, SalariesInForce, flex_salaries};
use sync_core::policy::{PolicyError, Salaries, SalaryColumn};
use sync_core::record::{EmployeeType, Unreadable};
use sync_core::salary::{Salary, SalaryType};
use sync_core::snapshot::{Listing, Row};
use sync_core::{ExternalId, Participation, Policy, Run};

use crate::world::{HOME, World, account, customer, id, key, person, world};

fn parttime(amount: &str) -> Salary {
    Salary::new(Some(SalaryType::GrossParttime), Some(amount.parse().unwrap()))
}

/// The policy fills the primary source with part-time salaries, and the hourly wage with hourly ones.
fn salaried() -> World {
    let salaries = Salaries::filling(SalaryColumn::Primary, [SalaryType::GrossParttime])
        .and(SalaryColumn::HourlyWage, [SalaryType::GrossHourly]);
    world().policy(|policy| policy.with_salaries(salaries))
}

fn in_force(rows: &[(&str, Result<Option<Salary>, ()>)]) -> SalariesInForce {
    let row = |(name, content): &(&str, Result<Option<Salary>, ()>)| match content {
        Ok(salary) => Row::readable(id(name), salary.clone()),
        Err(()) => Row::unreadable(id(name), Unreadable::new("salaries", "not an amount")),
    };
    let rows: Vec<Row<ExternalId, Option<Salary>>> = rows.iter().map(row).collect();
    let total = rows.len() as u64;
    let mut salaries = SalariesInForce::default();
    salaries.put(Listing::new(rows, Some(total))).unwrap();
    salaries
}

fn list(world: &World, column: SalaryColumn, salaries: &SalariesInForce) -> FlexSalaryList {
    let (customer, key) = (customer(), key());
    let run = Run::new(&customer, world.now, &key);
    flex_salaries(&world.source(), &world.target(), &world.ledger, &world.policy, &run, (column, salaries))
}

fn rows(list: &FlexSalaryList) -> Vec<String> {
    list.rows.iter().map(|row| format!("{},{}", row.email.expose(), row.amount.to_decimal())).collect()
}

fn left_out(list: &FlexSalaryList) -> BTreeMap<String, &'static str> {
    let about = |about: String| about.replace("nmbrs:rest:", "");
    list.notes.iter().map(|note| (about(note.about.to_string()), note.why.code())).collect()
}

#[test]
fn an_active_account_that_is_somebodys_for_certain_gets_the_exact_amount() {
    let world = salaried().synced("jan", 1).synced("kim", 2);
    let hourly = Salary::new(Some(SalaryType::GrossHourly), Some("14.4375".parse().unwrap()));
    let salaries = in_force(&[("jan", Ok(Some(parttime("2480.5")))), ("kim", Ok(Some(hourly)))]);
    let primary = list(&world, SalaryColumn::Primary, &salaries);
    assert_eq!(rows(&primary), ["jan@acme.example,2480.50"]);
    assert_eq!(left_out(&primary), BTreeMap::from([("kim".to_owned(), "other_salary_type")]));
    let hourly = list(&world, SalaryColumn::HourlyWage, &salaries);
    assert_eq!(rows(&hourly), ["kim@acme.example,14.4375"]);
    assert!(!format!("{primary:?}{hourly:?}{salaries:?}").contains("2480"), "no amount is printed");
    assert!(!format!("{primary:?}").contains("jan@"), "no address is printed");
}

#[test]
fn no_amount_is_written_that_payroll_does_not_have_and_never_a_zero() {
    let names = ["none", "silent", "bare", "odd", "zero", "other", "paid"];
    let world = names.iter().zip(1..).fold(salaried(), |world, (name, number)| world.synced(name, number));
    let salaries = in_force(&[
        ("none", Ok(None)),
        ("bare", Ok(Some(Salary::new(Some(SalaryType::GrossParttime), None)))),
        ("odd", Err(())),
        ("zero", Ok(Some(parttime("0.00")))),
        (
            "other",
            Ok(Some(Salary::new(
                Some(SalaryType::Other("employerCosts".to_owned())),
                Some("9".parse().unwrap()),
            ))),
        ),
        ("paid", Ok(Some(parttime("1")))),
    ]);
    let list = list(&world, SalaryColumn::Primary, &salaries);
    assert_eq!(rows(&list), ["paid@acme.example,1.00"]);
    let expected = [
        ("bare", "no_salary"),
        ("none", "no_salary"),
        ("odd", "salary_unreadable"),
        ("other", "other_salary_type"),
        ("silent", "no_salary"),
        ("zero", "zero_salary"),
    ];
    assert_eq!(left_out(&list), expected.map(|(name, why)| (name.to_owned(), why)).into());
}

#[test]
fn who_is_in_doubt_or_has_no_active_account_is_left_out() {
    let names = ["new", "held", "back", "moved", "twice", "twice-b", "ahead", "left", "skipped"];
    let twin = |name: &str| person(name).email("twice@acme.example").last(Some("Twin"));
    let world = salaried()
        .with(person("new"))
        .with(person("held").without_email())
        .having(account(2).of("held"))
        .with(person("back"))
        .having(account(3).of("back").inactive())
        .with(person("moved"))
        .having(account(4).of("moved").email("old@acme.example"))
        .with(twin("twice"))
        .with(twin("twice-b"))
        .having(account(5).like(&twin("twice")))
        .with(person("ahead").employed("2026-09-01", None))
        .with(person("left").former())
        .having(account(6).of("left"))
        .with(person("skipped").of_type(Some(EmployeeType::Applicant)));
    let all: Vec<_> = names.iter().map(|name| (*name, Ok(Some(parttime("2000"))))).collect();
    let list = list(&world, SalaryColumn::Primary, &in_force(&all));
    assert_eq!(rows(&list), [] as [&str; 0]);
    let expected = [
        ("ahead", "starts_later"),
        ("back", "rehire"),
        ("held", "missing_email"),
        ("moved", "address_changes"),
        ("new", "no_active_account"),
        ("skipped", "other_type"),
        ("twice", "several_records"),
    ];
    assert_eq!(left_out(&list), expected.map(|(name, why)| (name.to_owned(), why)).into());
}

#[test]
fn a_policy_without_salaries_has_no_list_and_the_hash_it_always_had() {
    let plain = Policy::new(HOME, Participation::Everyone);
    assert!(!serde_json::to_string(&plain).unwrap().contains("salaries"));
    let salaries = in_force(&[("jan", Ok(Some(parttime("2000"))))]);
    let list = list(&world().synced("jan", 1), SalaryColumn::Primary, &salaries);
    assert_eq!((list.rows.len(), list.notes.len()), (0, 0));
}

#[test]
fn a_column_takes_gross_amounts_of_its_own_kind_only() {
    let other = || SalaryType::Other("netHourlyWageInclWageComp".to_owned());
    for (column, types, is_sound) in [
        (SalaryColumn::Primary, vec![SalaryType::GrossFulltime, SalaryType::GrossParttime], true),
        (SalaryColumn::Secondary, vec![SalaryType::GrossParttime], true),
        (SalaryColumn::HourlyWage, vec![SalaryType::GrossHourly], true),
        (SalaryColumn::HourlyWage, vec![SalaryType::GrossParttime], false),
        (SalaryColumn::Primary, vec![SalaryType::GrossHourly], false),
        (SalaryColumn::Primary, vec![other()], false),
        (SalaryColumn::Primary, vec![], false),
    ] {
        let policy =
            Policy::new(HOME, Participation::Everyone).with_salaries(Salaries::filling(column, types));
        let expected = if is_sound { Ok(()) } else { Err(PolicyError::Salaries) };
        assert_eq!(policy.validate(), expected, "{column:?}");
    }
}

#[test]
fn a_list_that_disagrees_with_itself_is_not_taken() {
    let short = Listing::new(vec![Row::readable(id("jan"), Some(parttime("2000")))], Some(2));
    assert!(SalariesInForce::default().put(short).is_err());
}
