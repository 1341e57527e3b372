//! A change to one person as the payroll office would enter it.
//!
//! In: which values become what. Out: a new entry in the history of personal data, a changed employment, filled fields.
//! What is not named stays as it is.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Deserializer};

use super::salary::{Salary, derived_id};
use super::world::{Company, Employee, Employment, Period};

/// Body of `PATCH people/{employeeId}`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PersonChange {
    employee_type: Change<String>,
    first_name: Change<Option<String>>,
    prefix: Change<Option<String>>,
    last_name: Change<String>,
    birth_date: Change<Option<NaiveDate>>,
    business_email: Change<Option<String>>,
    private_email: Change<Option<String>>,
    start_date: Change<Option<NaiveDate>>,
    end_date: Change<Option<NaiveDate>>,
    seniority_date: Change<Option<NaiveDate>>,
    salary: Change<Option<NewSalary>>,
    extra_fields: BTreeMap<String, Option<String>>,
}

/// A salary from the day of the change on.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct NewSalary {
    r#type: String,
    value: f64,
}

/// What becomes of one value. A member left out keeps it; a given `null` is a value like any other.
#[derive(Default)]
enum Change<T> {
    #[default]
    Keep,
    To(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::deserialize(from).map(Self::To)
    }
}

impl<T: Clone> Change<T> {
    fn apply(&self, value: &mut T) {
        if let Self::To(new) = self {
            value.clone_from(new);
        }
    }

    fn is_given(&self) -> bool {
        matches!(self, Self::To(_))
    }
}

impl PersonChange {
    /// Whether the change can be entered for this person; otherwise the reason why not.
    pub(super) fn check(&self, company: &Company, employee: &Employee) -> Result<(), String> {
        if let Some(name) = self.extra_fields.keys().find(|name| company.extra_field(name).is_none()) {
            return Err(format!("the person's company has no extra field {name:?}"));
        }
        let has_start = matches!(self.start_date, Change::To(Some(_)));
        if self.is_about_employment() && employee.employments.is_empty() && !has_start {
            return Err("without an employment, a start_date is needed".to_owned());
        }
        Ok(())
    }

    /// Enters it on this day.
    pub(super) fn enter(&self, employee: &mut Employee, today: NaiveDate) {
        let at = today.and_time(NOON);
        self.enter_personal_data(employee, at);
        if self.is_about_employment() {
            self.enter_employment(employee, at);
        }
        match &self.salary {
            Change::Keep => {}
            Change::To(None) => employee.salaries.clear(),
            Change::To(Some(new)) => enter_salary(employee, new, at),
        }
        for (name, value) in &self.extra_fields {
            employee.set_extra_field(name, value.as_deref());
        }
    }

    fn is_about_employment(&self) -> bool {
        self.start_date.is_given() || self.end_date.is_given() || self.seniority_date.is_given()
    }

    /// Adds an entry to the history, as the vendor does for every mutation.
    fn enter_personal_data(&self, employee: &mut Employee, at: NaiveDateTime) {
        self.employee_type.apply(&mut employee.employee_type);
        let Some(before) = employee.personal_infos.last() else { return };
        let mut entry = before.clone();
        self.employee_type.apply(&mut entry.employee_type);
        self.first_name.apply(&mut entry.first_name);
        self.prefix.apply(&mut entry.prefix);
        self.last_name.apply(&mut entry.last_name);
        self.birth_date.apply(&mut entry.birth_date);
        self.business_email.apply(&mut entry.business_email);
        self.private_email.apply(&mut entry.private_email);
        if entry == *before {
            return;
        }
        entry.personal_info_id = numbered_guid(&employee.employee_id, employee.personal_infos.len());
        entry.period = before.period.max(Period::of(at.date()));
        entry.created_at = at.max(before.created_at + TimeDelta::seconds(1));
        employee.personal_infos.push(entry);
    }

    /// Changes the last employment and contract, or begins the first employment.
    fn enter_employment(&self, employee: &mut Employee, at: NaiveDateTime) {
        if let (true, Change::To(Some(first_day))) = (employee.employments.is_empty(), &self.start_date) {
            let id = numbered_guid(&employee.employee_id, 0x1000);
            employee.employments.push(Employment::new(id, *first_day, at));
        }
        if let Some(employment) = employee.employments.last_mut() {
            self.start_date.apply(&mut employment.start_date);
            self.end_date.apply(&mut employment.end_date);
            self.seniority_date.apply(&mut employment.seniority_date);
            employment.changed_at = at;
        }
        if let Some(contract) = employee.contracts.last_mut() {
            self.start_date.apply(&mut contract.start_date);
            self.end_date.apply(&mut contract.end_date);
            contract.indefinite = contract.end_date.is_none();
        }
    }
}

/// Adds an entry to the history, recorded after all that are there.
fn enter_salary(employee: &mut Employee, new: &NewSalary, at: NaiveDateTime) {
    let last = employee.salaries.iter().map(|entry| entry.created_at).max();
    let at = last.map_or(at, |last| at.max(last + TimeDelta::seconds(1)));
    let id = derived_id(&employee.employee_id, employee.salaries.len());
    employee.salaries.push(Salary::new(id, at.date(), new.r#type.clone(), new.value, at));
}

/// The time of day at which changes are entered.
const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

/// A GUID of the same family as the owner's, with a number at its end.
pub(super) fn numbered_guid(owner: &str, number: usize) -> String {
    let kept = owner.get(..owner.len().saturating_sub(6)).unwrap_or(owner);
    format!("{kept}{number:06x}")
}
