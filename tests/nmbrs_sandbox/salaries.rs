//! Salaries in the sandbox: seeded with people who stay who they were, and entered as payroll would.

use std::collections::BTreeSet;

use nmbrs_client::sandbox::World;
use serde_json::{Value, json};

use crate::asking::{read, rows, sandbox, today};

/// The types of the vendor's documents.
const TYPES: [&str; 8] = [
    "grossFulltimeSalary",
    "grossParttimeSalary",
    "grossHourlyWage",
    "netParttimeSalaryInclWageComp",
    "netParttimeSalaryExclWageComp",
    "netHourlyWageExclWageComp",
    "netHourlyWageInclWageComp",
    "employerCosts",
];

#[test]
fn whoever_was_employed_has_a_history_that_begins_on_the_first_day() {
    let world = World::dutch(400, 9, today());
    let mut types = BTreeSet::new();
    for (_, employee) in world.employees() {
        let hired = employee.employments.first().and_then(|employment| employment.start_date);
        assert_eq!(employee.salaries.first().map(|salary| salary.start_date), hired);
        assert!(employee.salaries.is_sorted_by_key(|salary| salary.start_date));
        for salary in &employee.salaries {
            types.insert(salary.salary_type.clone());
            let plausible =
                if salary.salary_type.contains("Hourly") { 10.0..100.0 } else { 2000.0..15_000.0 };
            assert!(plausible.contains(&salary.value), "{}", salary.salary_type);
            // Exact to the hundredth of a cent, as an hourly wage is agreed.
            let text = salary.value.to_string();
            assert!(text.split_once('.').is_none_or(|(_, decimals)| decimals.len() <= 4), "{text}");
        }
    }
    let known = TYPES.map(str::to_owned);
    assert!(known.iter().all(|of| types.contains(of)) && types.len() == known.len() + 1, "{types:?}");
    let ahead = |world: &World| {
        world.employees().any(|(_, it)| it.salaries.iter().any(|salary| salary.start_date > world.today))
    };
    assert!(ahead(&world), "some raises are still to come");
}

#[tokio::test]
async fn a_salary_that_is_entered_is_the_newest_of_the_history_and_null_takes_all_away() {
    let sandbox = sandbox(40).await;
    let (company, id) = {
        let world = sandbox.world();
        let (company, employee) = world.employees().find(|(_, it)| it.salaries.len() > 1).unwrap();
        (company.company_id.clone(), employee.employee_id.clone())
    };
    let path = format!("/api/companies/{company}/employees/salaries?employeeId={id}");
    let change = json!({ "salary": { "type": "grossHourlyWage", "value": 14.4375 } }).to_string();
    assert_eq!(sandbox.control("PATCH", &format!("people/{id}"), change.as_bytes()).0, 200);
    let (_, page) = read(&sandbox, &path).await;
    let entries = rows(&page)[0]["salaries"].as_array().unwrap();
    let day = |entry: &Value| entry["startDate"].as_str().unwrap()[..10].to_owned();
    let entered: Vec<_> = entries.iter().filter(|entry| entry["type"] == "grossHourlyWage").collect();
    let entered = entered.iter().find(|entry| day(entry) == today().to_string()).unwrap();
    assert!(entered["value"] == json!(14.4375) || entered["value"] == json!("14.4375"));
    assert!(entries.iter().all(|entry| entry["createdAt"].as_str() <= entered["createdAt"].as_str()));

    let none = json!({ "salary": null }).to_string();
    assert_eq!(sandbox.control("PATCH", &format!("people/{id}"), none.as_bytes()).0, 200);
    assert_eq!(sandbox.world().employee(&id).unwrap().salaries, []);
    let nonsense = json!({ "salary": { "type": "grossHourlyWage" } }).to_string();
    assert_eq!(sandbox.control("PATCH", &format!("people/{id}"), nonsense.as_bytes()).0, 422);
}

#[tokio::test]
async fn created_from_asks_for_those_of_whom_a_salary_was_entered_since() {
    let sandbox = sandbox(60).await;
    let world = sandbox.world();
    let company = &world.companies[0];
    let path = format!("/api/companies/{}/employees/salaries", company.company_id);
    let count = async |query: &str| {
        let (_, page) = read(&sandbox, &format!("{path}{query}")).await;
        page["pagination"]["totalRecords"].as_u64().unwrap()
    };
    assert_eq!(count("?createdFrom=2999-01-01").await, 0);
    let paid = company.employees.iter().filter(|employee| !employee.salaries.is_empty()).count() as u64;
    assert_eq!(count("?createdFrom=1950-01-01").await, paid);
}
