//! `sync` over SOAP: from the check to a run that has nothing left to do, and what it says when the login may not.

use std::collections::BTreeMap;

use nmbrs_client::sandbox::World;
use serde_json::json;

use crate::binaries::binaries;
use crate::command_line::assert_fit_for_people;
use crate::folder::Folder;
use crate::process::{self, Ran};
use crate::stage::{BY_ACCESS_FIELD, Stage, path};

/// A stage on which nothing of REST is configured, and all accounts carry the ids of SOAP.
async fn stage(people: usize) -> Stage {
    let stage = Stage::of(people).await;
    let line = &stage.sandbox.line;
    let (nmbrs, yourcampus) = (&line["nmbrs"], &line["yourcampus"]);
    let text = format!(
        "customer = \"voorbeeld\"\n[store]\npath = \"ledger.sqlite\"\n[nmbrs]\ninterface = \"soap\"\n\
         [nmbrs.soap]\nurl = {}\nusername = {}\n[nmbrs.soap.limits]\nspacing_ms = 0\n\
         [yourcampus]\ncompany = {}\nbase_url = {}\n[policy]\n{BY_ACCESS_FIELD}",
        nmbrs["soap_url"], nmbrs["soap_username"], yourcampus["company"], yourcampus["base_url"],
    );
    std::fs::write(stage.config(), text).unwrap();
    let (world, domain) = (stage.world().await, nmbrs["soap_domain"].as_str().unwrap());
    for account in stage.target().await.accounts {
        let guid = account.external_id.as_deref().and_then(|id| id.strip_prefix("nmbrs:rest:"));
        if let Some(number) = guid.and_then(|guid| world.soap_number(guid)) {
            let id = format!("nmbrs:soap:{domain}:{number}");
            stage.change_account(account.id, json!({ "external_id": id })).await;
        }
    }
    stage.forget_requests().await;
    stage
}

/// The operations that were asked for over SOAP; nothing may have been asked for over REST.
async fn operations(stage: &Stage) -> Vec<String> {
    assert!(stage.source_requests().await.is_empty(), "nothing goes to REST");
    let log = stage.get("/nmbrs/requests").await;
    let asked = log.as_array().unwrap().iter().filter_map(|request| request["operation"].as_str());
    asked.map(str::to_owned).collect()
}

/// How many calls a run takes: see the operator's page.
fn formula(world: &World) -> usize {
    let in_service = world.employees().filter(|(_, one)| one.employee_type == "payroll").count();
    3 + (4 + 2) * world.companies.len() + in_service
}

/// What a run over SOAP says on standard error, and nothing else.
#[track_caller]
fn assert_says_when_it_ends(ran: &Ran) {
    assert!(ran.stderr.contains("2027-03-01") && ran.stderr.contains("sync migrate"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert_fit_for_people(ran);
}

#[tokio::test]
async fn a_customer_is_kept_in_step_over_soap_alone() {
    let stage = stage(40).await;
    let plan = stage.plan(2).await;
    assert_says_when_it_ends(&plan.ran);
    let calls = formula(&stage.world().await);
    assert_eq!(operations(&stage).await.len(), calls);
    assert!(plan.ran.stdout.contains("1 for each person whose"), "{}", plan.ran.stdout);

    let first = stage.daily(2).await;
    assert_eq!(first["verdict"], "waits");
    stage.confirm(&first, &[]).await.ends_with_code(0);
    let run = stage.daily(2).await;
    assert_eq!(run["target_writes"], stage.writes().await);
    assert!(stage.writes().await > 0);
    assert_eq!(stage.daily(2).await["target_writes"], 0, "proposals wait, and nothing else is left");

    stage.forget_requests().await;
    let out = Folder::new();
    let (config, out) = (path(&stage.config()), path(&out.path("")));
    // A first roster waits for somebody to look at it.
    stage.sync(&["export", "roster", "--config", &config, "--out", &out]).await.ends_with_code(2);
    assert_eq!(operations(&stage).await.len(), calls);
}

#[tokio::test]
async fn a_check_over_soap_needs_nothing_of_rest_and_reads_nobody() {
    let stage = stage(12).await;
    let mut environment = stage.environment();
    environment.retain(|name, _| !name.starts_with("NMBRS_") || name == "NMBRS_SOAP_TOKEN");
    let arguments = ["check".to_owned(), "--config".to_owned(), path(&stage.config())];
    let ran = process::run(&binaries().sync, &arguments, &environment).await.ends_with_code(0);
    stage.search(&ran, &["check"]).await;
    assert_fit_for_people(&ran);
    for part in [
        "2027-03-01",
        "1 Applicant, 2 Payroll,",
        "its payroll period is 20",
        "EmployeeService.ExtraFields_GetList",
        "Nothing stands in the way of a run.",
    ] {
        assert!(ran.stdout.contains(part), "missing «{part}» in\n{}", ran.stdout);
    }
    for operation in operations(&stage).await {
        let is_about_types = operation == "EmployeeService.EmployeeType_GetList";
        assert!(is_about_types || !operation.starts_with("EmployeeService."), "{operation}");
    }
}

/// What is said, and what to do about it, when a run cannot read.
async fn refused(stage: &Stage, environment: &BTreeMap<String, String>) -> String {
    let arguments = ["plan".to_owned(), "--config".to_owned(), path(&stage.config())];
    let ran = process::run(&binaries().sync, &arguments, environment).await.ends_with_code(1);
    stage.search(&ran, &["plan"]).await;
    ran.stderr
}

#[tokio::test]
async fn a_login_that_may_not_is_told_what_to_switch_on_and_nothing_is_planned() {
    let stage = stage(12).await;
    let mut environment = stage.environment();
    for operation in
        ["EmployeeService.Contract_GetAll_AllEmployeesByCompany", "DebtorService.Environment_Get"]
    {
        stage.sandbox.control("POST", "/nmbrs/operations", &json!({ "off": operation })).await;
        let told = refused(&stage, &environment).await;
        assert!(told.contains(&format!("switch on {operation}")) && told.contains("1002"), "{told}");
        stage.sandbox.control("POST", "/nmbrs/operations", &json!({ "on": operation })).await;
    }
    let operation = "CompanyService.Company_GetCurrentPeriod";
    let effect = json!({ "kind": "soap_fault", "code": 1003 });
    stage.source_fault(json!({ "operation": operation, "effect": effect })).await;
    let told = refused(&stage, &environment).await;
    assert!(told.contains("tag filters in Nmbrs") && told.contains("1003"), "{told}");

    let wrong = "ffffffffffffffffffffffffffffffff";
    stage.remember(&[wrong]);
    environment.insert("NMBRS_SOAP_TOKEN".to_owned(), wrong.to_owned());
    stage.forget_requests().await;
    let told = refused(&stage, &environment).await;
    assert!(told.contains("nmbrs.soap.username, token and domain") && told.contains("1001"), "{told}");
    assert_eq!(operations(&stage).await.len(), 1, "a wrong token is not tried again");
}

#[tokio::test]
async fn what_only_rest_can_do_says_so() {
    let stage = stage(12).await;
    let config = path(&stage.config());
    for command in ["sign-in", "keep-alive", "sign-out", "rotate-key"] {
        let ran = stage.sync(&[command, "--config", &config]).await.ends_with_code(64);
        assert!(ran.stderr.contains("nmbrs.client_id: is missing; this needs REST"), "{}", ran.stderr);
    }
    let text = std::fs::read_to_string(stage.config()).unwrap();
    let salaries = "[policy.salaries]\nprimary = [\"gross_parttime\"]\n";
    std::fs::write(stage.config(), text + salaries).unwrap();
    let out = path(&stage.folder.path("salaries.csv"));
    let arguments = ["export", "flex-salary", "--config", &config, "--out", &out];
    let ran = stage.sync(&arguments).await.ends_with_code(64);
    assert!(ran.stderr.contains("salaries are read over REST only"), "{}", ran.stderr);
    assert!(operations(&stage).await.is_empty());
}
