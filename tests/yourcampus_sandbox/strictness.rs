//! What the sandbox refuses, row by row. A refused request never changes anything.

use serde_json::{Value, json};
use yourcampus_client::sandbox::Reading;

use crate::asking::{Stage, read, two_companies};

const EMPLOYEES: &str = "/companies/10/employees";

fn create_with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = json!({ "email": "dirk@eerste.example", "first_name": "Dirk", "last_name": "Dam" });
    change(&mut body);
    body
}

/// An address of this length with nothing else to complain about.
fn address_of(length: usize) -> String {
    let address = format!("{}@eerste.example{}", "a".repeat(64), "n".repeat(length - 79));
    assert_eq!(address.len(), length);
    address
}

#[tokio::test]
async fn every_body_that_breaks_a_rule_is_a_422_that_names_the_field() {
    let stage = Stage::of(two_companies()).await;
    let before = stage.sandbox.state();
    let (long_text, long_address) = ("ë".repeat(1001), address_of(101));
    for (field, values) in [
        (
            "email",
            vec![json!(null), json!("anna"), json!("anna@eerste"), json!(""), json!(7), json!(long_address)],
        ),
        ("private_email", vec![json!("anna"), json!("a@b@c.nl"), json!(long_address)]),
        ("first_name", vec![json!(null), json!(1), json!(long_text)]),
        ("last_name", vec![json!(null), json!(["Dam"]), json!(long_text)]),
        ("prefix", vec![json!(true), json!(long_text)]),
        ("language", vec![json!(1), json!(long_text)]),
        ("external_id", vec![json!(12), json!(long_text)]),
        ("company_group_id", vec![json!("11"), json!(11.5), json!(99), json!(21)]),
        ("birthday", vec![json!("1990-2-1"), json!("1990-02-30"), json!("1990-02-01T00:00:00"), json!(1990)]),
        ("work_anniversary", vec![json!("01-02-1990"), json!("")]),
        ("is_active", vec![json!(true)]),
        ("offboarding_date", vec![json!("2026-01-01")]),
        ("Email", vec![json!("dirk@eerste.example")]),
    ] {
        for value in values {
            let create = create_with(|body| body[field] = value.clone());
            for (method, path, body) in [
                ("POST", EMPLOYEES.to_owned(), create),
                ("PATCH", format!("{EMPLOYEES}/1"), json!({ field: value })),
            ] {
                let reply = stage.send(method, &path, &body).await;
                assert_eq!(reply.status, 422, "{method} {field}: {}", reply.body);
                assert_eq!(reply.complaints(), [format!("body.{field}")], "{method}");
            }
        }
    }
    assert_eq!(stage.sandbox.state(), before);
}

#[tokio::test]
async fn a_create_without_its_required_fields_names_them_all() {
    let stage = Stage::of(two_companies()).await;
    let reply = stage.send("POST", EMPLOYEES, &json!({ "prefix": "de" })).await;
    assert_eq!(reply.status, 422);
    assert_eq!(reply.complaints(), ["body.email", "body.first_name", "body.last_name"]);
}

#[tokio::test]
async fn lengths_count_code_points_and_their_maximum_passes() {
    let stage = Stage::of(two_companies()).await;
    let longest_address = address_of(100);
    let body = create_with(|body| {
        body["email"] = json!(longest_address);
        body["first_name"] = json!("ë".repeat(1000));
        body["external_id"] = json!("€".repeat(1000));
    });
    assert_eq!(stage.send("POST", EMPLOYEES, &body).await.status, 201);
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let stage = Stage::of(two_companies()).await;
    assert_eq!(stage.send("POST", EMPLOYEES, &json!([])).await.complaints(), ["body"]);
    let torn = stage.signed("POST", EMPLOYEES).header("Content-Type", "application/json").body("{\"email\":");
    assert_eq!(read(torn).await.unwrap().complaints(), ["body"]);
    for content_type in [None, Some("text/plain"), Some("application/jsonp")] {
        let mut request = stage.signed("POST", EMPLOYEES).body(create_with(|_| {}).to_string());
        if let Some(value) = content_type {
            request = request.header("Content-Type", value);
        }
        assert_eq!(read(request).await.unwrap().status, 415, "{content_type:?}");
    }
    let with_charset =
        stage.signed("POST", EMPLOYEES).header("Content-Type", "application/json; charset=utf-8");
    assert_eq!(read(with_charset.body(create_with(|_| {}).to_string())).await.unwrap().status, 201);
}

#[tokio::test]
async fn an_address_is_unique_in_any_case_over_all_companies_and_inactive_accounts() {
    let stage = Stage::of(two_companies()).await;
    let before = stage.sandbox.state();
    for taken in ["anna@eerste.example", "ANNA@Eerste.Example", "bram@eerste.example", "Cato@tweede.example"]
    {
        let reply = stage.send("POST", EMPLOYEES, &create_with(|body| body["email"] = json!(taken))).await;
        assert_eq!(reply.status, 409, "{taken}");
        assert_eq!(reply.body, json!({ "detail": "Email address already exists" }));
    }
    assert_eq!(
        stage
            .send("PATCH", &format!("{EMPLOYEES}/1"), &json!({ "email": "CATO@tweede.example" }))
            .await
            .status,
        409
    );
    assert_eq!(stage.sandbox.state(), before);
    let own =
        stage.send("PATCH", &format!("{EMPLOYEES}/1"), &json!({ "email": "Anna@eerste.example" })).await;
    assert_eq!(own.status, 200, "an account does not stand in its own way");
}

#[tokio::test]
async fn what_does_not_exist_is_a_404_and_a_wrong_method_a_405() {
    let stage = Stage::of(two_companies()).await;
    for (method, path, status) in [
        ("GET", "/companies/99/groups", 404),
        ("GET", "/companies/99/employees", 404),
        ("GET", "/companies/10/employees/99", 404),
        ("GET", "/companies/10/employees/3", 404),
        ("POST", "/companies/20/employees/1/deactivate", 404),
        ("POST", "/companies/10/employees/1/delete", 404),
        ("GET", "/companies/10/budgets", 404),
        ("GET", "/companies/", 404),
        ("GET", "", 404),
        ("GET", "/companies/ten/employees", 422),
        ("DELETE", "/companies/10/employees/1", 405),
        ("PUT", "/companies/10/employees/1", 405),
        ("GET", "/companies/10/employees/1/activate", 405),
        ("POST", "/companies", 405),
    ] {
        let reply = read(stage.signed(method, path)).await.unwrap();
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_query_that_breaks_a_rule_is_a_422() {
    let stage = Stage::of(two_companies()).await;
    for query in [
        "limit=101",
        "limit=0",
        "limit=-1",
        "limit=many",
        "limit=",
        "skip=-1",
        "skip=x",
        "is_active=True",
        "is_active=1",
        "is_active=",
        "company_group_id=x",
        "search=",
        "sort=id",
        "external_id=x-1",
        "skip=0&skip=1",
    ] {
        assert_eq!(stage.get(&format!("{EMPLOYEES}?{query}")).await.status, 422, "{query}");
    }
    for path in ["/companies?skip=0", "/companies/10/groups?limit=1", "/companies/10/employees/1?fields=id"] {
        assert_eq!(stage.get(path).await.status, 422, "{path}");
    }
    assert_eq!(stage.get(&format!("{EMPLOYEES}?limit=100")).await.status, 200);
}

#[tokio::test]
async fn a_switch_takes_an_empty_body_and_no_other() {
    let stage = Stage::of(two_companies()).await;
    let path = "/companies/10/employees/1/deactivate";
    assert_eq!(stage.send("POST", path, &json!({ "date": "2026-04-01" })).await.status, 422);
    assert!(stage.sandbox.state().account(1).unwrap().is_active);
    assert_eq!(read(stage.signed("POST", path).header("Content-Length", "0")).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_repeated_switch_is_a_409_unless_the_state_says_otherwise() {
    for (reading, status) in [(Reading::Refused, 409), (Reading::Accepted, 200)] {
        let stage = Stage::of(two_companies().with_repeated_switch(reading)).await;
        assert_eq!(stage.post("/companies/10/employees/1/activate").await.status, status);
        assert_eq!(stage.post("/companies/10/employees/2/deactivate").await.status, status);
        assert!(stage.sandbox.requests().iter().all(|request| request.is_write && !request.changed));
    }
}

#[tokio::test]
async fn an_edit_of_an_inactive_account_is_a_409_unless_the_state_says_otherwise() {
    for (reading, status, prefix) in [(Reading::Refused, 409, None), (Reading::Accepted, 200, Some("de"))] {
        let stage = Stage::of(two_companies().with_inactive_edit(reading)).await;
        let reply = stage.send("PATCH", "/companies/10/employees/2", &json!({ "prefix": "de" })).await;
        assert_eq!(reply.status, status);
        assert_eq!(stage.sandbox.state().account(2).unwrap().prefix.as_deref(), prefix);
    }
}

#[tokio::test]
async fn nothing_answers_outside_the_base_path() {
    let stage = Stage::of(two_companies()).await;
    let base = stage.sandbox.base_url();
    let origin = base.strip_suffix("/customer_api/v1").unwrap();
    for path in
        ["/companies", "/customer_api/companies", "/customer_api/v1companies", "/customer_api/v2/companies"]
    {
        let http = reqwest::Client::new();
        let request = stage.signed("GET", "/companies").build().unwrap();
        let authorization = request.headers()["Authorization"].clone();
        let elsewhere = http.get(format!("{origin}{path}")).header("Authorization", authorization);
        assert_eq!(read(elsewhere).await.unwrap().status, 404, "{path}");
    }
    let logged: Vec<String> = stage.sandbox.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(logged[2], "/customer_api/v1companies");
}
