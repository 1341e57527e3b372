//! What the payroll office does from day to day. It knows the people by the stories they were seeded with, and nothing
//! of the sync.

use chrono::Days;
use nmbrs_client::sandbox::{Employee, Story, World};
use serde_json::json;
use yourcampus_client::sandbox::{Purse, State};

use super::theatre::Theatre;

/// The budget fields that the sandbox's payroll fills.
const MONTHLY: &str = "alleo_monthly_all_budget";
const ONE_OFF: &str = "alleo_oneoff_all_budget";

/// Somebody whom payroll does not know before the second day.
pub(super) struct Joiner {
    company_id: String,
    employee: Employee,
}

/// Takes the last ordinary person without an account out of the world, to join later.
pub(super) fn keep_somebody_back(world: &mut World, accounts: &State) -> Option<Joiner> {
    let has_account = |employee: &Employee| account_of(accounts, employee).is_some();
    let mut candidates: Vec<_> = world
        .employees()
        .filter(|(_, employee)| employee.story == Story::Ordinary && !has_account(employee))
        .map(|(company, employee)| Joiner {
            company_id: company.company_id.clone(),
            employee: employee.clone(),
        })
        .collect();
    let joiner = candidates.pop()?;
    world.remove_employee(&joiner.employee.employee_id);
    Some(joiner)
}

/// Enters somebody new, whose first day is today.
pub(super) fn join(theatre: &Theatre, joiner: Option<Joiner>) {
    let Some(Joiner { company_id, mut employee }) = joiner else { return };
    theatre.nmbrs.edit(|world| {
        for employment in &mut employee.employments {
            employment.start_date = Some(world.today);
            employment.seniority_date = None;
        }
        // The day after is to be one on which nothing happens.
        for name in [MONTHLY, ONE_OFF] {
            employee.set_extra_field(name, None);
        }
        let company = world.companies.iter_mut().find(|company| company.company_id == company_id);
        if let Some(company) = company {
            company.employees.push(employee);
        }
    });
}

/// Enters a new last name of the first of these.
pub(super) fn rename(theatre: &Theatre, people: &[String]) -> anyhow::Result<()> {
    let Some(person) = people.first() else { return Ok(()) };
    theatre.change_person(person, &json!({ "last_name": "Nieuwenaam" }))
}

/// Sets these out of service as of yesterday.
pub(super) fn leave(theatre: &Theatre, people: &[String]) -> anyhow::Result<()> {
    let yesterday = theatre.today() - Days::new(1);
    let left = json!({ "employee_type": "formerPayroll", "end_date": yesterday });
    people.iter().try_for_each(|person| theatre.change_person(person, &left))
}

/// Takes one of these back into service: leaving was a mistake.
pub(super) fn take_back(theatre: &Theatre, people: &[String]) -> anyhow::Result<()> {
    let Some(person) = people.first() else { return Ok(()) };
    theatre.change_person(person, &json!({ "employee_type": "payroll", "end_date": null }))
}

/// Fills a greater one-off for somebody who was given one.
pub(super) fn raise(theatre: &Theatre) -> anyhow::Result<()> {
    let accounts = theatre.yourcampus.state();
    let has_one_off = |id: &String| purse_of(&accounts, id).is_some_and(|purse| !purse.one_off.is_empty());
    let Some(person) = settled_people(theatre).into_iter().find(has_one_off) else { return Ok(()) };
    theatre.change_person(&person, &json!({ "extra_fields": { ONE_OFF: "200,00" } }))
}

/// The same people, those whom support gave something before the others.
pub(super) fn those_with_money_first(theatre: &Theatre, mut people: Vec<String>) -> Vec<String> {
    let accounts = theatre.yourcampus.state();
    people.sort_by_key(|id| purse_of(&accounts, id).is_none_or(|purse| purse.monthly.is_empty()));
    people
}

/// What the account of this employee has.
fn purse_of<'s>(accounts: &'s State, employee_id: &str) -> Option<&'s Purse> {
    let ours = format!("nmbrs:rest:{employee_id}");
    let account = accounts.accounts.iter().find(|account| account.external_id.as_deref() == Some(&ours))?;
    accounts.budgets.accounts.get(&account.id)
}

/// Ordinary people in service with an active account, by employee id.
pub(super) fn settled_people(theatre: &Theatre) -> Vec<String> {
    let (world, accounts) = (theatre.nmbrs.world(), theatre.yourcampus.state());
    let is_settled = |employee: &&Employee| {
        employee.employee_type == "payroll"
            && account_of(&accounts, employee).is_some_and(|is_active| is_active)
    };
    world.telling(Story::Ordinary).filter(is_settled).map(|employee| employee.employee_id.clone()).collect()
}

/// Whether the account of this person is active, if there is one.
fn account_of(accounts: &State, employee: &Employee) -> Option<bool> {
    let ours = format!("nmbrs:rest:{}", employee.employee_id);
    let account = accounts.accounts.iter().find(|account| account.external_id.as_deref() == Some(&ours));
    account.map(|account| account.is_active)
}
