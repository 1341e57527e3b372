//! The demo's stage: a YourCampus that matches a sandboxed Nmbrs.
//!
//! In: the people of the Nmbrs sandbox, each with the story that they are there for. Out: the accounts with
//! which such a customer would start. Never: a look at what the sync decides; the stage is set before it
//! begins, by hand, from the stories alone.

use chrono::{NaiveDate, NaiveTime};
use nmbrs_client::sandbox::{Employee, PersonalInfo, Story, World};
use yourcampus_client::sandbox::{Account, State};

/// The company of the staged YourCampus.
pub const COMPANY: i64 = 7;

/// Another one that the keys see, in which nobody has an account yet.
pub const OTHER_COMPANY: i64 = 9;

/// Of so many ordinary people in a row …
const ROW: usize = 10;
/// … the first ones have an account that agrees with payroll,
const SETTLED: usize = 6;
/// … and then these have one that lacks something. The rest have none yet.
const OUTDATED: usize = 7;

/// From this number of people on there is also an account of somebody whom payroll does not know.
const ENOUGH_FOR_AN_ABSENT_ONE: usize = 40;

/// The YourCampus in which the customer of this Nmbrs begins.
pub fn target_for(world: &World) -> State {
    let state = State::new(world.today.and_time(NaiveTime::MIN))
        .with_company(COMPANY, Some("Voorbeeld Groep"))
        .with_company(OTHER_COMPANY, Some("Voorbeeld Zuid"));
    let mut accounts = Vec::new();
    let mut ids = 100_i64..;
    let mut next_id = || ids.next().unwrap_or(i64::MAX);
    let mut ordinary = 0;
    for (_, employee) in world.employees() {
        let seat = ordinary % ROW;
        ordinary += usize::from(employee.story == Story::Ordinary);
        accounts.extend(account_of(employee, world.today, seat, next_id()));
    }
    accounts.push(
        Account::new(next_id(), COMPANY)
            .with_name("Beheer", "", "Voorbeeld")
            .with_email("beheer@voorbeeld.example.nl"),
    );
    if world.employees().count() >= ENOUGH_FOR_AN_ABSENT_ONE {
        let absent = Account::new(next_id(), COMPANY)
            .with_name("Niet", "", "Gevonden")
            .with_email("niet.gevonden@voorbeeld.example.nl")
            .with_external_id("nmbrs:rest:00000000-0000-4000-8000-000000000000");
        accounts.push(absent);
    }
    state.with_accounts(accounts)
}

fn account_of(employee: &Employee, today: NaiveDate, seat: usize, id: i64) -> Option<Account> {
    let now = employee.current_info(today)?;
    let before = employee.personal_infos.iter().rev().nth(1).unwrap_or(now);
    let ours = format!("nmbrs:rest:{}", employee.employee_id);
    match employee.story {
        Story::Ordinary if seat < SETTLED => Some(settled(employee, now, id).with_external_id(ours)),
        Story::Ordinary if seat < OUTDATED => Some(bare(now, id).with_external_id(ours)),
        Story::Leaver
        | Story::LeaverNoEndDate
        | Story::LeaverEndsAhead
        | Story::LeaverWithoutAccess
        | Story::FutureLeaver
        | Story::AccessWithdrawn
        | Story::TwoCompaniesA
        | Story::ActiveAndFormerA => Some(settled(employee, now, id).with_external_id(ours)),
        Story::NameChanged | Story::EmailChanged => {
            Some(settled(employee, before, id).with_external_id(ours))
        }
        Story::RehireOld | Story::RehireSameId => {
            let left = employee.employments.first()?.end_date?.and_time(NaiveTime::MIN);
            Some(settled(employee, now, id).with_external_id(ours).with_offboarding(Some(left)))
        }
        Story::AccountByHand => Some(bare(now, id)),
        Story::ForeignExternalId => Some(bare(now, id).with_external_id("afas:20391")),
        _ => None,
    }
}

/// An account with a name and an address.
fn bare(info: &PersonalInfo, id: i64) -> Account {
    let account = Account::new(id, COMPANY).with_name(
        info.first_name.as_deref().unwrap_or_default(),
        info.prefix.as_deref().unwrap_or_default(),
        &info.last_name,
    );
    match &info.business_email {
        Some(email) => account.with_email(email),
        None => account,
    }
}

/// An account with all that payroll knows.
fn settled(employee: &Employee, info: &PersonalInfo, id: i64) -> Account {
    let account = bare(info, id).with_language("nl");
    let account = match info.birth_date {
        Some(birthday) => account.with_birthday(birthday),
        None => account,
    };
    let first = employee.employments.first();
    match first.and_then(|first| first.seniority_date.or(first.start_date)) {
        Some(anniversary) => account.with_work_anniversary(anniversary),
        None => account,
    }
}
