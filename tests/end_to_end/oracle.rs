//! What the target must look like after an apply, worked out by hand from why each person is in the source.
//!
//! In: the source, the target before. Out: the accounts after. Shares no rule with the core: it knows the stories,
//! and the core does not.

use chrono::NaiveDate;
use nmbrs_client::sandbox::{Employee, PersonalInfo, Story, World};
use yourcampus_client::sandbox::{Account, State};

use crate::stage::{account_of, external_id};

/// What is expected of the accounts.
pub(crate) struct Expected {
    /// Every account that was there, as it must be now. `offboarding_date` is the target's own and left out.
    pub(crate) kept: Vec<Account>,
    /// Every new account, with the id 0, by external id.
    pub(crate) new: Vec<Account>,
    /// How many of the kept ones were active and must not be any more.
    pub(crate) deactivated: usize,
    /// How many of the kept ones must have other values in their fields.
    pub(crate) changed: usize,
}

/// The accounts after the approved plan was applied.
pub(crate) fn expected(world: &World, before: &State, company: i64) -> Expected {
    let mut kept = before.accounts.clone();
    let mut new = Vec::new();
    for (_, employee) in world.employees() {
        let id = external_id(&employee.employee_id);
        let account = kept.iter_mut().find(|account| account.external_id.as_deref() == Some(&id));
        match (employee.story, account) {
            (Story::Leaver | Story::LeaverNoEndDate, Some(account)) => account.is_active = false,
            // An update completes what is missing and never touches the language.
            (Story::Ordinary | Story::NameChanged | Story::EmailChanged, Some(account)) => {
                fill(account, employee);
            }
            (Story::TwoCompaniesA, Some(account)) => {
                account.work_anniversary = anniversary(oldest_of(world, employee));
            }
            (Story::Ordinary | Story::SentinelBirthday, None) => {
                let mut account = Account::new(0, company).with_language("nl").with_external_id(id);
                fill(&mut account, employee);
                new.push(account);
            }
            _ => {}
        }
    }
    new.sort_by(|a, b| a.external_id.cmp(&b.external_id));
    let was = |account: &Account| before.account(account.id).unwrap().clone();
    let deactivated = kept.iter().filter(|account| was(account).is_active != account.is_active).count();
    let changed = kept
        .iter()
        .filter(|account| {
            Account::clone(account) != {
                let mut was = was(account);
                was.is_active = account.is_active;
                was
            }
        })
        .count();
    Expected { kept, new, deactivated, changed }
}

fn fill(account: &mut Account, employee: &Employee) {
    let info = newest(employee);
    account.email.clone_from(&info.business_email);
    account.first_name.clone_from(&info.first_name);
    account.prefix.clone_from(&info.prefix);
    account.last_name = Some(info.last_name.clone());
    account.birthday = info.birth_date.filter(|_| employee.story != Story::SentinelBirthday);
    account.work_anniversary = anniversary(employee);
}

/// The entry of the greatest period, and of those the one made last.
fn newest(employee: &Employee) -> &PersonalInfo {
    employee.personal_infos.iter().max_by_key(|info| (info.period, info.created_at)).unwrap()
}

fn anniversary(employee: &Employee) -> Option<NaiveDate> {
    let employment = employee.employments.first()?;
    employment.seniority_date.or(employment.start_date)
}

/// Of the two records in service, the one that began first.
fn oldest_of<'w>(world: &'w World, employee: &'w Employee) -> &'w Employee {
    let other = world.telling(Story::TwoCompaniesB).next().unwrap();
    let start = |one: &Employee| one.employments.first().and_then(|first| first.start_date);
    if start(other) < start(employee) { other } else { employee }
}

/// Who has an account that must be deactivated.
pub(crate) fn leavers<'w>(world: &'w World, before: &State) -> Vec<&'w Employee> {
    let leavers = world.telling(Story::Leaver).chain(world.telling(Story::LeaverNoEndDate));
    leavers.filter(|employee| account_of(before, &employee.employee_id).is_some()).collect()
}
