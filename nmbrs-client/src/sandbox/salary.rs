//! Salaries: what the payroll office entered, and what a seeded world has.
//!
//! They are seeded after everybody else is there, from a chance of their own, so that a world's people stay who they were.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

use super::story::Story;
use super::world::{Employee, World};

/// The types the vendor's documents know, most usual first.
pub(super) const TYPES: [&str; 8] = [
    "grossFulltimeSalary",
    "grossParttimeSalary",
    "grossHourlyWage",
    "netParttimeSalaryInclWageComp",
    "netParttimeSalaryExclWageComp",
    "netHourlyWageExclWageComp",
    "netHourlyWageInclWageComp",
    "employerCosts",
];

/// A salary as it stood from some day on.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Salary {
    /// GUID, lower case.
    pub salary_id: String,
    /// First day it counts.
    pub start_date: NaiveDate,
    /// What the amount is of, as on the wire.
    pub salary_type: String,
    /// How much.
    pub value: f64,
    /// When it was entered.
    pub created_at: NaiveDateTime,
}

impl Salary {
    /// A salary; `salary_type` as on the wire.
    pub fn new(
        salary_id: impl Into<String>,
        start_date: NaiveDate,
        salary_type: impl Into<String>,
        value: f64,
        created_at: NaiveDateTime,
    ) -> Self {
        Self { salary_id: salary_id.into(), start_date, salary_type: salary_type.into(), value, created_at }
    }
}

impl fmt::Debug for Salary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Salary").field("salary_id", &self.salary_id).finish_non_exhaustive()
    }
}

/// Gives everybody with an employment a history that begins with it.
pub(super) fn seed(world: &mut World) {
    let mut rng = Rng::with_seed(world.seed ^ 0x005a_1a71);
    let today = world.today;
    for employee in world.companies.iter_mut().flat_map(|company| &mut company.employees) {
        employee.salaries = history(employee, today, &mut rng);
    }
}

fn history(employee: &Employee, today: NaiveDate, rng: &mut Rng) -> Vec<Salary> {
    let Some(hired) = employee.employments.first().and_then(|employment| employment.start_date) else {
        return Vec::new();
    };
    let salary_type = match (employee.story, rng.u8(0..21)) {
        // An open enum: a type no document knows.
        (Story::UnknownType, _) => "pieceRate",
        (_, pick @ 0..16) => TYPES.get(usize::from(pick % 3)).copied().unwrap_or_default(),
        (_, pick) => TYPES.get(usize::from(pick - 13)).copied().unwrap_or_default(),
    };
    let by_the_hour = salary_type.contains("Hourly");
    let mut value = if by_the_hour { rng.u32(140_000..650_000) } else { rng.u32(22_000_000..78_000_000) };
    let mut entries = Vec::new();
    let mut from = hired;
    loop {
        // Months in cents; an hourly wage can have four decimals.
        let units = if by_the_hour { value } else { value - value % 100 };
        entries.push(Salary::new(
            derived_id(&employee.employee_id, entries.len()),
            from,
            salary_type,
            f64::from(units) / 10_000.0,
            entered(from),
        ));
        let Some(next) = from.checked_add_days(Days::new(rng.u64(200..900))) else { break };
        // The last raise may be one that is still to come.
        if entries.len() >= 4 || from > today {
            break;
        }
        value += value / 40;
        from = next;
    }
    entries
}

/// A moment at the office, somewhat before the day.
fn entered(from: NaiveDate) -> NaiveDateTime {
    let day = from.checked_sub_days(Days::new(u64::from(from.day()))).unwrap_or(from);
    day.and_time(NaiveTime::from_hms_opt(15, from.ordinal() % 60, 7).unwrap_or_default())
}

/// A GUID of the family of the employee's.
pub(super) fn derived_id(employee_id: &str, number: usize) -> String {
    let kept = employee_id.get(..employee_id.len().saturating_sub(6)).unwrap_or(employee_id);
    format!("{kept}5a{number:04x}")
}
