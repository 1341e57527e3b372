//! The control paths: what a scenario changes shows on the wire, and nonsense is refused.

use nmbrs_client::sandbox::{Fault, Story, World};
use serde_json::{Value, json};

use crate::asking::{HTTP, company, read, rows, sandbox, today};

fn somebody(world: &World) -> (String, String) {
    let ordinary = world.employees().find(|(company, employee)| {
        employee.story == Story::Ordinary && company.company_id == world.companies[0].company_id
    });
    let (company, employee) = ordinary.unwrap();
    (company.company_id.clone(), employee.employee_id.clone())
}

#[tokio::test]
async fn the_state_is_the_world_with_its_stories() {
    let sandbox = sandbox(40).await;
    let (status, state) = sandbox.control("GET", "state", b"");
    assert_eq!(status, 200);
    let world: World = serde_json::from_value(state.clone()).unwrap();
    assert!(world == sandbox.world());
    assert!(state.to_string().contains(r#""story":"rehire_same_id""#));
}

#[tokio::test]
async fn a_changed_person_is_a_new_entry_in_the_history() {
    let sandbox = sandbox(60).await;
    let (company, id) = somebody(&sandbox.world());
    let entries = sandbox.world().employee(&id).unwrap().personal_infos.len();
    let change = json!({
        "employee_type": "formerPayroll",
        "business_email": null,
        "last_name": "Nieuwenaam",
        "end_date": "2026-02-27",
        "extra_fields": { "yourcampus_access": "false", "yourcampus_filter": "Utrecht" },
    });
    let (status, person) = sandbox.control("PATCH", &format!("people/{id}"), change.to_string().as_bytes());
    assert_eq!((status, &person["employee_type"]), (200, &json!("formerPayroll")));

    let world = sandbox.world();
    let changed = world.employee(&id).unwrap();
    assert_eq!(changed.personal_infos.len(), entries + 1);
    assert_eq!(changed.personal_infos[entries - 1].employee_type, "payroll");
    let now = changed.current_info(today()).unwrap();
    assert_eq!((&*now.last_name, &now.business_email), ("Nieuwenaam", &None));
    assert_eq!(changed.employments.last().unwrap().end_date.unwrap().to_string(), "2026-02-27");
    assert_eq!(changed.extra_field("yourcampus_filter").unwrap().value.as_deref(), Some("Utrecht"));

    let (_, page) = read(&sandbox, &format!("/api/companies/{company}/employees?employeeId={id}")).await;
    let basic = &rows(&page)[0]["employeeBasicInfo"];
    assert_eq!((&basic["employeeType"], &basic["lastName"]), (&json!("formerPayroll"), &json!("Nieuwenaam")));
}

#[tokio::test]
async fn a_removed_person_or_company_is_gone() {
    let sandbox = sandbox(60).await;
    let (company, id) = somebody(&sandbox.world());
    assert_eq!(sandbox.control("DELETE", &format!("people/{id}"), b""), (204, Value::Null));
    assert_eq!(sandbox.control("DELETE", &format!("people/{id}"), b"").0, 404);
    let (_, page) = read(&sandbox, &format!("/api/companies/{company}/employees?employeeId={id}")).await;
    assert_eq!(rows(&page), [] as [Value; 0]);

    assert_eq!(sandbox.control("DELETE", &format!("companies/{company}"), b"").0, 204);
    assert_eq!(sandbox.control("DELETE", &format!("companies/{company}"), b"").0, 404);
    assert_eq!(read(&sandbox, &format!("/api/companies/{company}/employees")).await.0, 404);
    assert_eq!(rows(&read(&sandbox, "/api/companies").await.1).len(), 2);
}

#[tokio::test]
async fn a_fault_goes_in_as_json_and_comes_back_as_it_was_understood() {
    let sandbox = sandbox(1).await;
    let fault = json!({ "path_contains": "/companies", "effect": { "kind": "status", "status": 503, "code": 50301 } });
    let (status, understood) = sandbox.control("POST", "faults", fault.to_string().as_bytes());
    assert_eq!((status, &understood["times"], &understood["skip"]), (201, &json!(1), &json!(0)));
    assert_eq!(read(&sandbox, "/api/companies").await.0, 503);
    assert_eq!(read(&sandbox, "/api/companies").await.0, 200);

    let forever = json!({ "times": null, "effect": { "kind": "status", "status": 500 } });
    assert_eq!(sandbox.control("POST", "faults", forever.to_string().as_bytes()).0, 201);
    assert_eq!(read(&sandbox, "/api/companies").await, (500, Value::Null));
    assert_eq!(sandbox.control("DELETE", "faults", b"").0, 204);
    assert_eq!(read(&sandbox, "/api/companies").await.0, 200);
}

#[tokio::test]
async fn every_fault_survives_its_own_json() {
    let sandbox = sandbox(1).await;
    let faults = [
        Fault::too_many_calls(Some(3)).on_path("/x").on_page(2).after(1).times(4),
        Fault::quota_exceeded().always(),
        Fault::html(502),
    ];
    for fault in faults {
        let text = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault);
        assert_eq!(sandbox.control("POST", "faults", text.as_bytes()).0, 201);
    }
    for kind in [
        "reset",
        "cut_body",
        "wrong_content_type",
        "repeat_rows",
        "drop_row_id",
        "unreadable_row",
        "moved_rows",
        "token_answer_lost",
    ] {
        let fault = json!({ "effect": { "kind": kind } });
        assert_eq!(sandbox.control("POST", "faults", fault.to_string().as_bytes()).0, 201, "{kind}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_reason() {
    let sandbox = sandbox(60).await;
    let (_, id) = somebody(&sandbox.world());
    let person = format!("people/{id}");
    let table = [
        ("POST", "faults", "{}"),
        ("POST", "faults", "not json"),
        ("POST", "faults", r#"{"effect": {"kind": "flood"}}"#),
        ("POST", "faults", r#"{"effect": {"kind": "reset"}, "often": 2}"#),
        ("POST", "faults", r#"{"effect": {"kind": "status", "status": 99}}"#),
        ("POST", "faults", r#"{"effect": {"kind": "status", "status": 400, "code": 12345}}"#),
        ("POST", "faults", r#"{"effect": {"kind": "status", "status": 429, "headers": {"a b": "1"}}}"#),
        ("POST", "faults", r#"{"effect": {"kind": "status", "status": 429, "headers": {"a": "1\n2"}}}"#),
        ("PATCH", &*person, r#"{"shoe_size": 44}"#),
        ("PATCH", &*person, r#"{"end_date": "tomorrow"}"#),
        ("PATCH", &*person, r#"{"extra_fields": {"no such field": "1"}}"#),
        ("POST", "clock", r#"{"advance_seconds": -1}"#),
        ("POST", "codes", "{}"),
        ("POST", "tokens", r#"{"access_lifetime_seconds": -1}"#),
        ("POST", "redirect_uris", r#"{"redirect_uri": "callback"}"#),
        ("POST", "login", r#"{"login": "root"}"#),
    ];
    for (method, path, body) in table {
        let (status, answer) = sandbox.control(method, path, body.as_bytes());
        assert_eq!(status, 422, "{method} {path} {body}");
        assert!(answer["error"].as_str().is_some_and(|reason| !reason.is_empty()), "{body}");
    }
    for (method, path) in [("GET", ""), ("GET", "people"), ("POST", "state"), ("PATCH", "people/nobody")] {
        assert_eq!(sandbox.control(method, path, b"{}").0, 404, "{method} {path}");
    }
}

#[tokio::test]
async fn another_kind_of_login_takes_effect_at_once() {
    let sandbox = sandbox(1).await;
    for (login, debtors, companies) in
        [("company_only", 403, 200), ("multi_debtor", 200, 403), ("client", 200, 200)]
    {
        let body = json!({ "login": login }).to_string();
        assert_eq!(sandbox.control("POST", "login", body.as_bytes()), (204, Value::Null));
        let statuses = (read(&sandbox, "/api/debtors").await.0, read(&sandbox, "/api/companies").await.0);
        assert_eq!(statuses, (debtors, companies), "{login}");
    }
}

#[tokio::test]
async fn the_log_can_be_read_and_emptied() {
    let sandbox = sandbox(1).await;
    let path = format!("/api/companies/{}/employees?pageNumber=3", company(&sandbox, 0));
    read(&sandbox, &path).await;
    let (_, log) = sandbox.control("GET", "/requests", b"");
    assert_eq!(log[0]["page_number"], 3);
    assert_eq!(log[0]["query"], json!([["pageNumber", "3"]]));
    assert_eq!(sandbox.control("DELETE", "requests", b"").0, 204);
    assert_eq!(sandbox.control("GET", "requests", b""), (200, json!([])));
}

#[tokio::test]
async fn a_stopped_sandbox_takes_no_more_requests() {
    let sandbox = sandbox(1).await;
    let url = format!("{}/api/companies", sandbox.rest_url());
    assert!(HTTP.get(&url).send().await.is_ok());
    sandbox.stop();
    tokio::task::yield_now().await;
    assert!(HTTP.get(&url).send().await.is_err());
}
