//! What a test can do to the SOAP services, and what it sees of the calls.

use nmbrs_client::sandbox::{Effect, Fault, Sandbox};
use serde_json::json;

use crate::asking::{HTTP, sandbox};
use crate::soap_asking::{Asking, SOAP_12, ask};

const EXTRA_FIELDS: &str = "EmployeeService.ExtraFields_GetList";

fn people(sandbox: &Sandbox) -> Vec<i32> {
    let world = sandbox.world();
    world.employees().map(|(_, it)| world.soap_number(&it.employee_id).unwrap()).collect()
}

fn company_of(sandbox: &Sandbox) -> i32 {
    let world = sandbox.world();
    world.soap_number(&world.companies[0].company_id).unwrap()
}

#[tokio::test]
async fn a_numbered_fault_hits_the_operation_and_the_person_it_was_meant_for() {
    let sandbox = sandbox(5).await;
    let people = people(&sandbox);
    sandbox.inject(Fault::soap(2003).on_operation(EXTRA_FIELDS).about(people[1]).times(2));
    let mut numbers = Vec::new();
    for (operation, person) in [
        ("ExtraFields_GetList", people[0]),
        ("ExtraFields_GetList", people[1]),
        ("Service_GetList", people[1]),
        ("ExtraFields_GetList", people[1]),
        ("ExtraFields_GetList", people[1]),
    ] {
        numbers.push(ask(&sandbox, "EmployeeService", operation, &[("EmployeeId", person)]).await.number());
    }
    assert_eq!(numbers, [None, Some(2003), None, Some(2003), None]);
}

#[tokio::test]
async fn any_number_can_be_sent_in_the_version_that_was_asked_in() {
    let sandbox = sandbox(1).await;
    let right = Asking::new(&sandbox, "CompanyService", "List_GetAll", &[]);
    let newer = Asking {
        envelope: SOAP_12.to_owned(),
        content_type: "application/soap+xml".to_owned(),
        action: None,
        ..right.clone()
    };
    for number in [1001, 1002, 1003, 1004, 1006, 2003, 2046, 2055, 9999] {
        for asked in [&right, &newer] {
            sandbox.inject(Fault::soap(number));
            let answer = asked.send(&sandbox).await;
            assert_eq!((answer.status, answer.number()), (500, Some(number)), "{}", answer.text);
            assert_eq!(answer.text.contains(SOAP_12), asked.envelope == SOAP_12);
        }
    }
    sandbox.inject(Fault::soap(1001));
    let other = HTTP.get(format!("{}/api/companies", sandbox.rest_url())).send().await.unwrap();
    assert_eq!(other.status().as_u16(), 401, "REST has faults of its own");
}

#[tokio::test]
async fn the_faults_of_every_protocol_hit_soap_as_well() {
    let sandbox = sandbox(1).await;
    let right = Asking::new(&sandbox, "CompanyService", "List_GetAll", &[]);
    sandbox.inject(Fault::html(503).on_path("/soap/"));
    let answer = right.send(&sandbox).await;
    assert_eq!((answer.status, answer.content_type.as_deref()), (503, Some("text/html")));
    sandbox.inject(
        Fault::body(200, "text/xml; charset=utf-8", "<a/>").on_operation("CompanyService.List_GetAll"),
    );
    assert_eq!(right.send(&sandbox).await.text, "<a/>");

    sandbox.inject(Fault::new(Effect::CutBody));
    let response = right.request(&sandbox).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    assert!(response.text().await.is_err());
    sandbox.inject(Fault::new(Effect::Reset));
    assert!(right.request(&sandbox).send().await.is_err());
    sandbox.inject(Fault::new(Effect::Latency { millis: 600_000 }));
    let impatient = std::time::Duration::from_millis(50);
    assert!(tokio::time::timeout(impatient, right.request(&sandbox).send()).await.is_err());
    assert_eq!(right.send(&sandbox).await.status, 200);
}

#[tokio::test]
async fn a_row_can_lose_its_id_or_hold_what_nobody_can_read() {
    let sandbox = sandbox(60).await;
    let (company, person) = (company_of(&sandbox), people(&sandbox)[0]);
    let of_company = [("CompanyID", company)];
    for (service, operation, parameters) in [
        ("CompanyService", "List_GetAll", vec![]),
        ("EmployeeService", "List_GetByCompany", vec![("CompanyId", company), ("EmployeeType", 2)]),
        ("EmployeeService", "PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany", of_company.to_vec()),
        ("EmployeeService", "Employment_GetAll_AllEmployeesByCompany", of_company.to_vec()),
        ("EmployeeService", "Contract_GetAll_AllEmployeesByCompany", of_company.to_vec()),
        ("EmployeeService", "Salary_GetAll_AllEmployeesByCompany", of_company.to_vec()),
        ("EmployeeService", "ExtraFields_GetList", vec![("EmployeeId", person)]),
    ] {
        let ids = |answer: &crate::soap_asking::Answered| answer.rows(&["EmployeeId", "ID", "Id"]);
        let right = ask(&sandbox, service, operation, &parameters).await;
        sandbox.inject(Fault::new(Effect::DropRowId));
        let lost = ask(&sandbox, service, operation, &parameters).await;
        assert_eq!(ids(&lost)[0], [None, None, None], "{operation}");
        assert_eq!(ids(&lost)[1..], ids(&right)[1..], "{operation}");
        sandbox.inject(Fault::new(Effect::UnreadableRow));
        let unreadable = ask(&sandbox, service, operation, &parameters).await;
        assert_eq!(ids(&unreadable), ids(&right), "{operation}");
        assert_eq!(unreadable.text.matches("Unexpected>2026-99-99").count(), 1, "{operation}");
    }
}

#[tokio::test]
async fn an_operation_that_the_template_leaves_out_is_1002_and_the_others_work() {
    let sandbox = sandbox(1).await;
    let status =
        async |body: serde_json::Value| sandbox.control("POST", "operations", body.to_string().as_bytes()).0;
    assert_eq!(status(json!({ "off": "CompanyService.List_GetAll" })).await, 204);
    let number = async |service| ask(&sandbox, service, "List_GetAll", &[]).await.number();
    assert_eq!((number("CompanyService").await, number("DebtorService").await), (Some(1002), None));
    assert_eq!(status(json!({ "on": "CompanyService.List_GetAll" })).await, 204);
    assert_eq!(number("CompanyService").await, None);
    for nonsense in [
        json!({ "off": "List_GetAll" }),
        json!({ "off": "EmployeeService.Contract_Insert" }),
        json!({ "dim": "CompanyService.List_GetAll" }),
        json!({}),
    ] {
        assert_eq!(status(nonsense.clone()).await, 422, "{nonsense}");
    }
    assert!(sandbox.switch_operation(EXTRA_FIELDS, false) && !sandbox.switch_operation("nothing", false));
}

#[tokio::test]
async fn a_wrong_token_is_told_before_the_template() {
    let sandbox = sandbox(1).await;
    sandbox.switch_operation("CompanyService.List_GetAll", false);
    let right = Asking::new(&sandbox, "CompanyService", "List_GetAll", &[]);
    let answer = Asking { header: right.header.replace("<Token>", "<Token>x"), ..right }.send(&sandbox).await;
    assert_eq!(answer.number(), Some(1001));
}

#[tokio::test]
async fn the_log_tells_service_operation_and_subject_and_no_credential() {
    let sandbox = sandbox(3).await;
    let company = company_of(&sandbox);
    ask(&sandbox, "EmployeeService", "List_GetByCompany", &[("CompanyId", company), ("EmployeeType", 4)])
        .await;
    ask(&sandbox, "DebtorService", "Environment_Get", &[]).await;
    ask(&sandbox, "EmployeeService", "Contract_Insert", &[]).await;
    let token = sandbox.soap_credentials().token;
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", &token).finish();
    let url = format!("{}/soap/v3/CompanyService.asmx?{query}", sandbox.soap_url());
    HTTP.post(url).body("nothing").send().await.unwrap();
    sandbox.inject(Fault::soap(9999));
    ask(&sandbox, "CompanyService", "List_GetAll", &[]).await;

    let log = sandbox.requests();
    assert!(log.iter().all(|one| one.is_soap() && !one.is_api()));
    let told: Vec<_> =
        log.iter().map(|one| (one.operation.as_deref(), one.about, one.employee_type, one.status)).collect();
    assert_eq!(
        told,
        [
            (Some("EmployeeService.List_GetByCompany"), Some(company), Some(4), 200),
            (Some("DebtorService.Environment_Get"), None, None, 200),
            (None, None, None, 500),
            (None, None, None, 415),
            (Some("CompanyService.List_GetAll"), None, None, 500),
        ]
    );
    assert_eq!(log[4].fault.as_deref(), Some("soap_fault"));
    let everything = format!(
        "{log:?} {:?} {sandbox:?} {}",
        sandbox.soap_credentials(),
        sandbox.control("GET", "requests", b"").1
    );
    assert!(!everything.contains(&token[..32]) && !everything.contains("koppeling"), "{everything}");
}

#[tokio::test]
async fn faults_of_soap_survive_their_own_json() {
    let sandbox = sandbox(1).await;
    let fault = json!({ "operation": EXTRA_FIELDS, "about": 500_101, "effect": { "kind": "soap_fault", "code": 2003 } });
    let (status, understood) = sandbox.control("POST", "faults", fault.to_string().as_bytes());
    assert_eq!(
        (status, &understood["operation"], &understood["about"]),
        (201, &json!(EXTRA_FIELDS), &json!(500_101))
    );
    let again: Fault = serde_json::from_value(understood).unwrap();
    assert_eq!(again, Fault::soap(2003).on_operation(EXTRA_FIELDS).about(500_101));
    for nonsense in [
        json!({ "operation": "ExtraFields_GetList", "effect": { "kind": "reset" } }),
        json!({ "effect": { "kind": "soap_fault" } }),
    ] {
        assert_eq!(sandbox.control("POST", "faults", nonsense.to_string().as_bytes()).0, 422, "{nonsense}");
    }
}
