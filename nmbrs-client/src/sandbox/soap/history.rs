//! The lists of a whole company with what there was and will be of each person.

use super::answering::{Answer, Answering, Row, before};
use super::debtors::{DEPARTMENTS, FUNCTIONS};
use super::xml::Element;
use crate::sandbox::numbers::row_number;
use crate::sandbox::salary::Salary;
use crate::sandbox::world::{Contract, Employee, Employment, Period};

pub(super) fn employments(asked: &Answering<'_>) -> Answer {
    asked.by_employee("EmployeeEmploymentItem", "EmployeeEmployments", |employee| {
        employee.employments.iter().map(|employment| employment_row(asked, employment)).collect()
    })
}

fn employment_row(asked: &Answering<'_>, employment: &Employment) -> Element {
    let id = &employment.employment_id;
    let mut row = asked.row("Employment", id);
    row.number("EmploymentId", row_number(id));
    row.moment("CreationDate", Some(employment.created_at));
    row.day("StartDate", employment.start_date);
    row.day_or_none("EndDate", employment.end_date);
    row.day("InitialStartDate", employment.seniority_date);
    row.unexpected();
    row.done()
}

pub(super) fn contracts(asked: &Answering<'_>) -> Answer {
    asked.by_employee("EmployeeContractItemGlobal", "EmployeeContracts", |employee| {
        employee.contracts.iter().flat_map(|contract| versions_of(asked, contract)).collect()
    })
}

/// A contract; before it, sometimes, what it was before it was corrected, under the same id.
fn versions_of(asked: &Answering<'_>, contract: &Contract) -> Vec<Element> {
    let mut rows = Vec::new();
    if asked.vary.one_in(4, &contract.contract_id, "version") {
        let mut former = contract.clone();
        former.created_at = before(contract.created_at);
        former.end_date = former.start_date.and_then(|day| day.checked_add_months(chrono::Months::new(6)));
        former.indefinite = false;
        former.hours_per_week = 8;
        rows.push(contract_row(asked, &former));
    }
    rows.push(contract_row(asked, contract));
    rows
}

pub(super) fn contract_row(asked: &Answering<'_>, contract: &Contract) -> Element {
    let id = &contract.contract_id;
    let mut row = asked.row("EmployeeContract", id);
    row.number("ContractID", row_number(id));
    row.moment("CreationDate", Some(contract.created_at));
    row.day("StartDate", contract.start_date);
    row.day("TrialPeriod", contract.trial_period);
    row.day_or_none("EndDate", contract.end_date);
    row.number("EmployementType", 1);
    row.number("EmploymentSequenceTaxId", 1);
    row.flag("Indefinite", contract.indefinite);
    row.nillable("PhaseClassification", None);
    row.flag("WrittenContract", true);
    row.decimal("HoursPerWeek", f64::from(contract.hours_per_week));
    row.unexpected();
    row.done()
}

/// Salaries up to the current period; a raise that is still to come is not told.
pub(super) fn salaries(asked: &Answering<'_>) -> Answer {
    let now = asked.now();
    asked.by_employee("EmployeeSalaryItem", "EmployeeSalaries", |employee| {
        let told = employee.salaries.iter().filter(|salary| Period::of(salary.start_date) <= now);
        told.map(|salary| salary_row(asked, salary)).collect()
    })
}

fn salary_row(asked: &Answering<'_>, salary: &Salary) -> Element {
    let id = &salary.salary_id;
    let mut row = asked.row("Salary_V2", id);
    row.number("ID", row_number(id));
    row.decimal("Value", salary.value);
    row.number("Type", salary_type(&salary.salary_type));
    if asked.vary.one_in(3, id, "table") {
        row.children.push(salary_table(asked, salary));
    }
    row.required_day("StartDate", Some(salary.start_date));
    row.moment("CreationDate", Some(salary.created_at));
    row.unexpected();
    row.done()
}

fn salary_table(asked: &Answering<'_>, salary: &Salary) -> Element {
    let mut scale = asked.row("Schaal", &salary.salary_id);
    scale.text("Scale", Some("D"));
    scale.text("SchaalDescription", Some("Functiegroep D"));
    scale.decimal("ScaleValue", 0.0);
    scale.decimal("ScalePercentageMax", 0.0);
    scale.decimal("ScalePercentageMin", 0.0);
    let mut step = asked.row("Trede", &salary.salary_id);
    step.text("Step", Some("4"));
    step.text("StepDescription", Some("Trede 4"));
    step.decimal("StepValue", salary.value);
    let mut table = asked.row("SalaryTable", &salary.salary_id);
    table.number("Code", 3);
    table.text("Description", Some("Loontabel bakkerij & winkel"));
    table.children.push(scale.done());
    table.children.push(step.done());
    table.done()
}

/// The vendor's number of a type; of one that no document knows, a number no document knows.
fn salary_type(name: &str) -> i32 {
    match name {
        "grossFulltimeSalary" => 1,
        "grossParttimeSalary" => 2,
        "grossHourlyWage" => 3,
        "netParttimeSalaryInclWageComp" => 4,
        "netParttimeSalaryExclWageComp" => 5,
        "netHourlyWageExclWageComp" => 6,
        "employerCosts" => 7,
        "netHourlyWageInclWageComp" => 8,
        _ => 9,
    }
}

pub(super) fn departments(asked: &Answering<'_>) -> Answer {
    asked.by_employee("EmployeeDepartmentItem", "EmployeeDepartments", |employee| {
        let stays = stays(asked, employee, DEPARTMENTS.len());
        let rows = stays.into_iter().filter_map(|(place, since)| {
            let (code, description) = DEPARTMENTS.get(place)?;
            let mut row = asked.row("Department_V2", &employee.employee_id);
            row.number("Id", 31_000 + code);
            row.number("Code", code);
            row.text("Description", Some(description));
            since.write(&mut row);
            Some(row.done())
        });
        rows.collect()
    })
}

/// One level deeper than departments.
pub(super) fn functions(asked: &Answering<'_>) -> Answer {
    asked.by_employee("EmployeeFunctionItem_V2", "EmployeeFunctions", |employee| {
        let stays = stays(asked, employee, FUNCTIONS.len());
        let rows = stays.into_iter().filter_map(|(place, since)| {
            let (code, description) = FUNCTIONS.get(place)?;
            let mut function = asked.row("Function", &employee.employee_id);
            function.number("Id", 41_000 + code);
            function.number("Code", code);
            function.text("Description", Some(description));
            let mut row = asked.row("EmployeeFunction", &employee.employee_id);
            row.number("RecordId", row_number(&format!("{} {}", employee.employee_id, since.period.year)));
            row.children.push(function.done());
            since.write(&mut row);
            Some(row.done())
        });
        rows.collect()
    })
}

/// Since when somebody is somewhere.
struct Since {
    period: Period,
    created_at: Option<chrono::NaiveDateTime>,
}

impl Since {
    fn write(&self, row: &mut Row<'_>) {
        row.moment("CreationDate", self.created_at);
        row.number("StartPeriod", self.period.period);
        row.number("StartYear", self.period.year);
    }
}

/// Where somebody is, one of so many places: since the first day, and for some another place from next year on.
fn stays(asked: &Answering<'_>, employee: &Employee, places: usize) -> Vec<(usize, Since)> {
    let Some(first) = employee.employments.first() else { return Vec::new() };
    let Some(begun) = first.start_date else { return Vec::new() };
    let sides = u64::try_from(places).unwrap_or(1);
    let place = usize::try_from(asked.vary.roll(&employee.employee_id, "place", sides)).unwrap_or(0);
    let mut stays = vec![(place, Since { period: Period::of(begun), created_at: Some(first.created_at) })];
    if asked.vary.one_in(4, &employee.employee_id, "moves") {
        let period = Period { year: asked.now().year + 1, ..asked.now() };
        stays.push(((place + 1) % places, Since { period, created_at: None }));
    }
    stays
}

pub(super) fn schedules(asked: &Answering<'_>) -> Answer {
    asked.by_employee("EmployeeScheduleItem", "EmployeeSchedules", |employee| {
        employee.contracts.iter().filter_map(|contract| schedule_row(asked, contract)).collect()
    })
}

const FIRST_WEEK: [&str; 7] = [
    "HoursMonday",
    "HoursTuesday",
    "HoursWednesday",
    "HoursThursday",
    "HoursFriday",
    "HoursSaturday",
    "HoursSunday",
];

const SECOND_WEEK: [&str; 7] = [
    "HoursMonday2",
    "HoursTuesday2",
    "HoursWednesday2",
    "HoursThursday2",
    "HoursFriday2",
    "HoursSaturday2",
    "HoursSunday2",
];

/// The hours of a contract over five days of a week; there is no second week.
fn schedule_row(asked: &Answering<'_>, contract: &Contract) -> Option<Element> {
    let start = contract.start_date?;
    let hours = f64::from(contract.hours_per_week);
    let mut row = asked.row("Schedule_V2", &contract.contract_id);
    // An id, but of a type with decimals.
    row.decimal("Id", f64::from(row_number(&contract.contract_id)));
    for (day, name) in FIRST_WEEK.into_iter().enumerate() {
        row.decimal(name, if day < 5 { hours / 5.0 } else { 0.0 });
    }
    for name in SECOND_WEEK {
        row.decimal(name, 0.0);
    }
    row.decimal("ParttimePercentage", hours / 40.0 * 100.0);
    row.required_day("StartDate", Some(start));
    row.moment("CreationDate", Some(contract.created_at));
    Some(row.done())
}
