//! `sync export`: files that hold what they should and nobody else sees, and salaries that are read for their list only.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;

use nmbrs_client::sandbox::{Employee, Story, World};
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::process::Ran;
use crate::stage::{BY_ACCESS_FIELD, Stage, account_of, ordinary, path};

const ROSTER: &str = "alleo_employees_all.csv";

/// Limits that no test of another rule runs into.
const UNLIMITED: &str = "[policy.limits.deactivations]\npercent = 100\nat_least = 1000\nat_most = 1000\n\
                         [policy.limits.creations]\npercent = 100\nat_least = 1000\nat_most = 1000\n\
                         [policy.limits.updates]\npercent = 100\nat_least = 1000\nat_most = 1000\n\
                         [policy.limits.email_changes]\npercent = 100\nat_least = 1000\nat_most = 1000\n\
                         [policy.limits.activations]\npercent = 100\nat_least = 1000\nat_most = 1000\n";

const SALARIES: &str = "[policy.salaries]\nprimary = [\"gross_fulltime\", \"gross_parttime\"]\nhourly_wage = [\"gross_hourly\"]\n";

async fn stage(policy: &str) -> Stage {
    let stage = Stage::of(60).await;
    stage.write_config(&format!("{BY_ACCESS_FIELD}{policy}"));
    stage
}

/// `sync export roster --json`, with more arguments.
async fn roster(stage: &Stage, out: &Folder, more: &[&str]) -> Ran {
    let (config, out) = (path(&stage.config()), path(&out.path("")));
    let arguments = ["export", "roster", "--config", &config, "--out", &out, "--json"];
    stage.sync(&[arguments.as_slice(), more].concat()).await
}

/// `sync export flex-salary --json` of this column.
async fn salaries(stage: &Stage, out: &Folder, column: &str, more: &[&str]) -> Ran {
    let (config, out) = (path(&stage.config()), path(&out.path("salaries.csv")));
    let arguments =
        ["export", "flex-salary", "--config", &config, "--out", &out, "--column", column, "--json"];
    stage.sync(&[arguments.as_slice(), more].concat()).await
}

/// What lies in the folder.
fn names(out: &Folder) -> Vec<String> {
    let entries = std::fs::read_dir(out.path("")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The rows of a file by address, without its header. Names of the sandbox hold no comma.
fn rows(out: &Folder, name: &str) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(out.path(name)).unwrap();
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    text.lines().skip(1).map(cells).map(|row| (row[0].clone(), row)).collect()
}

/// Why this one has no row, or another than payroll would want.
fn told(export: &Value, employee_id: &str) -> Option<(String, bool)> {
    let notes = export["notes"].as_array().unwrap().iter();
    let mut of_them = notes.filter(|note| note["about"] == format!("nmbrs:rest:{employee_id}"));
    of_them.next().map(|note| (note["why"].as_str().unwrap().to_owned(), note["has_row"] == true))
}

async fn requests_for_salaries(stage: &Stage) -> usize {
    let requests = stage.source_requests().await;
    requests.iter().filter(|request| request["path"].as_str().unwrap().contains("salaries")).count()
}

/// An ordinary person of ours with this type of salary now.
fn paid<'w>(world: &'w World, ours: &[&'w Employee], salary_type: &str) -> &'w Employee {
    let now = |employee: &Employee| {
        let begun = employee.salaries.iter().filter(|salary| salary.start_date <= world.today);
        begun
            .max_by_key(|salary| (salary.start_date, salary.created_at))
            .map(|salary| salary.salary_type.clone())
    };
    ours.iter().find(|employee| now(employee).as_deref() == Some(salary_type)).unwrap()
}

#[tokio::test]
async fn salaries_are_read_for_their_list_only_and_only_if_the_policy_asks() {
    let (stage, out) = (stage("").await, Folder::new());
    let refused = salaries(&stage, &out, "primary", &[]).await.ends_with_code(64);
    assert!(refused.stderr.contains("policy.salaries: is missing"), "{}", refused.stderr);
    assert_eq!(stage.source_requests().await.len(), 0, "nothing at all is asked");

    for policy in ["", SALARIES] {
        stage.write_config(&format!("{BY_ACCESS_FIELD}{policy}"));
        let config = path(&stage.config());
        stage.sync(&["check", "--config", &config]).await.ends_with_code(0);
        stage.plan(2).await;
        stage.sync(&["run", "--config", &config]).await.ends_with_code(2);
        roster(&stage, &out, &[]).await.ends_with_code(2);
        assert!(!stage.source_requests().await.is_empty());
        assert_eq!(requests_for_salaries(&stage).await, 0, "with {policy:?}");
    }
    stage.forget_requests().await;
    salaries(&stage, &out, "primary", &[]).await.ends_with_code(0);
    assert_eq!(requests_for_salaries(&stage).await, 3, "one page of each company");
    assert_eq!(stage.writes().await, 0);
}

#[tokio::test]
async fn a_roster_waits_for_a_person_once_and_then_takes_the_place_of_the_last() {
    let (stage, out) = (stage(UNLIMITED).await, Folder::new());
    let first = roster(&stage, &out, &[]).await.ends_with_code(2).json();
    assert_eq!((&first["became"], names(&out)), (&Value::Null, vec![]));
    assert_eq!(first["waits_for"].as_array().unwrap().len(), 1, "{first}");
    let id = first["roster_id"].as_str().unwrap();
    roster(&stage, &out, &["--accept", &"0".repeat(32)]).await.ends_with_code(2);
    let accepted = roster(&stage, &out, &["--accept", id]).await.ends_with_code(0).json();
    assert_eq!((accepted["became"].as_str(), names(&out)), (Some("new"), vec![ROSTER.to_owned()]));
    let mode = std::fs::metadata(out.path(ROSTER)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let (world, target) = (stage.world().await, stage.target().await);
    let written = rows(&out, ROSTER);
    assert_eq!(written.len() as u64, accepted["rows"].as_u64().unwrap());
    let (ours, new) = ordinary(&world, &target);
    for employee in ours.iter().chain(&new) {
        let info = employee.current_info(world.today).unwrap();
        let row = &written[info.business_email.as_ref().unwrap()];
        assert_eq!((Some(&row[1]), &row[2]), (info.first_name.as_ref(), &info.last_name));
        assert_eq!(row[4], employee.employments.last().unwrap().start_date.unwrap().to_string());
        assert_eq!((row[5].as_str(), &row[6]), ("", &info.birth_date.unwrap().to_string()));
    }
    for leaver in world.telling(Story::Leaver) {
        let account = account_of(&target, &leaver.employee_id).unwrap();
        let last_day = leaver.employments.last().unwrap().end_date.unwrap().to_string();
        assert_eq!(written[account.email.as_ref().unwrap()][5], last_day);
    }
    assert_eq!(roster(&stage, &out, &[]).await.ends_with_code(0).json()["became"], "the same as before");
    assert_eq!(stage.writes().await, 0, "both sides are only read");
}

#[tokio::test]
async fn nobody_vanishes_from_a_roster_without_a_persons_word() {
    let (stage, out) = (stage("").await, Folder::new());
    // Whoever runs the first roster looked at it; from then on fewer people are a question.
    let first = roster(&stage, &out, &[]).await.ends_with_code(2).json();
    roster(&stage, &out, &["--accept", first["roster_id"].as_str().unwrap()]).await.ends_with_code(0);
    let before = std::fs::read(out.path(ROSTER)).unwrap();
    let (world, target) = (stage.world().await, stage.target().await);
    let (ours, _) = ordinary(&world, &target);
    for employee in ours.iter().take(8) {
        let account = account_of(&target, &employee.employee_id).unwrap();
        stage.change_account(account.id, json!({ "is_active": false })).await;
    }
    let shorter = roster(&stage, &out, &[]).await.ends_with_code(2).json();
    let because = shorter["waits_for"].to_string();
    assert!(because.contains("8 people of the last roster are missing"), "{because}");
    assert_eq!(std::fs::read(out.path(ROSTER)).unwrap(), before);
    roster(&stage, &out, &["--accept", first["roster_id"].as_str().unwrap()]).await.ends_with_code(2);
    roster(&stage, &out, &["--accept", shorter["roster_id"].as_str().unwrap()]).await.ends_with_code(0);
    assert_ne!(std::fs::read(out.path(ROSTER)).unwrap(), before);
}

#[tokio::test]
async fn a_formula_in_a_name_never_reaches_a_file() {
    let (stage, out) = (stage(UNLIMITED).await, Folder::new());
    let (world, target) = (stage.world().await, stage.target().await);
    let somebody = ordinary(&world, &target).0[0].employee_id.clone();
    stage.change_person(&somebody, json!({ "last_name": "=HYPERLINK(\"https://evil\")" })).await;
    let first = roster(&stage, &out, &[]).await.ends_with_code(2).json();
    assert_eq!(told(&first, &somebody), Some(("unwritable".to_owned(), false)));
    roster(&stage, &out, &["--accept", first["roster_id"].as_str().unwrap()]).await.ends_with_code(0);
    let text = std::fs::read_to_string(out.path(ROSTER)).unwrap();
    assert!(!text.contains("HYPERLINK"), "it is left out, and not changed to fit");
}

#[tokio::test]
async fn another_roster_in_the_folder_stops_the_export_before_anything_is_read() {
    let (stage, out) = (stage(UNLIMITED).await, Folder::new());
    std::fs::write(out.path("alleo_employees_20240101.csv"), "old").unwrap();
    let ran = roster(&stage, &out, &[]).await.ends_with_code(1);
    assert!(ran.stderr.contains("alleo_employees_20240101.csv would be picked up too"), "{}", ran.stderr);
    assert_eq!(stage.source_requests().await.len(), 0);
}

#[tokio::test]
async fn a_list_of_salaries_holds_exact_amounts_and_never_a_zero() {
    let (stage, out) = (stage(SALARIES).await, Folder::new());
    let (world, target) = (stage.world().await, stage.target().await);
    let (ours, _) = ordinary(&world, &target);
    let is_settled = |employee: &&&Employee| told_address(&world, &target, employee);
    let ours: Vec<_> = ours.iter().filter(is_settled).copied().collect();
    let [exact, zero, net, hourly] = [ours[0], ours[1], ours[2], ours[3]].map(|one| one.employee_id.clone());
    for (id, salary_type, value) in [
        (&exact, "grossParttimeSalary", 2987.31),
        (&zero, "grossFulltimeSalary", 0.0),
        (&net, "netHourlyWageInclWageComp", 19.5),
        (&hourly, "grossHourlyWage", 14.4375),
    ] {
        stage.change_person(id, json!({ "salary": { "type": salary_type, "value": value } })).await;
    }
    let address = |id: &str| account_of(&target, id).unwrap().email.clone().unwrap();
    let primary = salaries(&stage, &out, "primary", &[]).await.ends_with_code(0).json();
    let written = rows(&out, "salaries.csv");
    assert_eq!(written[&address(&exact)], [address(&exact), "2987.31".to_owned()]);
    assert!(written.values().all(|row| row.len() == 2 && row[1].parse::<f64>().unwrap() > 0.0));
    for (id, why) in [(&zero, "zero_salary"), (&net, "other_salary_type"), (&hourly, "other_salary_type")] {
        assert_eq!(told(&primary, id), Some((why.to_owned(), false)));
        assert!(!written.contains_key(&address(id)));
    }
    let accounts: BTreeSet<_> = target
        .accounts
        .iter()
        .filter(|account| account.is_active)
        .filter_map(|it| it.email.clone())
        .collect();
    assert!(
        written.keys().all(|address| accounts.contains(address)),
        "only accounts that exist and are active"
    );

    salaries(&stage, &out, "hourly-wage", &[]).await.ends_with_code(0);
    assert_eq!(rows(&out, "salaries.csv")[&address(&hourly)][1], "14.4375");
    let mode = std::fs::metadata(out.path("salaries.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Is the address that payroll has the account's?
fn told_address(world: &World, target: &yourcampus_client::sandbox::State, employee: &Employee) -> bool {
    let info = employee.current_info(world.today).unwrap();
    account_of(target, &employee.employee_id)
        .is_some_and(|it| it.is_active && it.email == info.business_email)
}

#[tokio::test]
async fn salaries_that_cannot_be_read_whole_leave_no_file() {
    let (stage, out) = (stage(SALARIES).await, Folder::new());
    stage
        .source_fault(json!({ "path_contains": "/salaries", "effect": { "kind": "status", "status": 500 } }))
        .await;
    salaries(&stage, &out, "primary", &[]).await.ends_with_code(1);
    assert_eq!(names(&out), [] as [&str; 0]);
    stage.source_fault(json!({ "path_contains": "/salaries", "effect": { "kind": "change_total", "total_records": 4711 } })).await;
    let again = salaries(&stage, &out, "primary", &[]).await.ends_with_code(0);
    assert!(
        again.json()["rows"].as_u64().unwrap() > 0,
        "a list that disagrees with itself is read once more"
    );
}

#[tokio::test]
async fn r23_names_and_salaries_are_nowhere_but_in_the_files() {
    let (stage, out) = (stage(&format!("{SALARIES}{UNLIMITED}")).await, Folder::new());
    let (world, target) = (stage.world().await, stage.target().await);
    let (ours, _) = ordinary(&world, &target);
    let somebody = &paid(&world, &ours, "grossFulltimeSalary").employee_id;
    let salary = json!({ "salary": { "type": "grossFulltimeSalary", "value": 7_531.59 } });
    stage.change_person(somebody, salary).await;
    stage.remember(&["7531.59", "75315900"]);
    let mut texts = Vec::new();
    let first = roster(&stage, &out, &["--log", "trace"]).await.ends_with_code(2);
    let id = first.json()["roster_id"].as_str().unwrap().to_owned();
    let accepted = roster(&stage, &out, &["--accept", &id, "--log", "trace"]).await.ends_with_code(0);
    let paid = salaries(&stage, &out, "primary", &["--log", "trace"]).await.ends_with_code(0);
    for ran in [first, accepted, paid] {
        assert!(ran.stderr.contains("TRACE"), "the level was reached");
        texts.extend(ran.streams().map(|(name, text)| (name.to_owned(), text.to_owned())));
    }
    stage.search_every_form(&texts).await;
    assert!(std::fs::read_to_string(out.path("salaries.csv")).unwrap().contains("7531.59"));
}
