//! The director's paths.

use serde_json::{Value, json};

use crate::asking::{Stage, two_companies};

const NOTHING: Value = Value::Null;

#[tokio::test]
async fn the_state_and_the_log_can_be_read_and_the_log_cleared() {
    let stage = Stage::of(two_companies()).await;
    let (status, shown) = stage.control("GET", "state", &NOTHING);
    assert_eq!(status, 200);
    assert_eq!(shown, serde_json::to_value(stage.sandbox.state()).unwrap());

    stage.get("/companies/10/employees?skip=0&limit=100").await;
    let (status, log) = stage.control("GET", "/requests/", &NOTHING);
    assert_eq!(status, 200);
    assert_eq!(log[0]["path"], "/companies/10/employees");
    assert_eq!(log[0]["query"], json!([["skip", "0"], ["limit", "100"]]));
    assert_eq!((&log[0]["status"], &log[0]["changed"]), (&json!(200), &json!(false)));
    assert_eq!(stage.control("DELETE", "requests", &NOTHING), (200, json!({ "cleared": 1 })));
    assert!(stage.sandbox.requests().is_empty());
}

#[tokio::test]
async fn faults_can_be_injected_and_removed_and_a_malformed_one_is_refused_with_the_reason() {
    let stage = Stage::of(two_companies()).await;
    let order = json!({ "times": null, "effect": { "kind": "status", "status": 503 } });
    let (status, understood) = stage.control("POST", "faults", &order);
    assert_eq!((status, &understood["nth"], &understood["times"]), (201, &json!(1), &json!(null)));
    assert_eq!(stage.get("/companies").await.status, 503);
    assert_eq!(stage.get("/companies").await.status, 503);
    assert_eq!(stage.control("DELETE", "faults", &NOTHING), (200, json!({ "cleared": 1 })));
    assert_eq!(stage.get("/companies").await.status, 200);

    let (status, reason) = stage.control("POST", "faults", &json!({ "effect": { "kind": "explode" } }));
    assert_eq!(status, 422);
    assert!(reason["detail"].as_str().unwrap().contains("explode"));
}

#[tokio::test]
async fn accounts_can_be_made_changed_and_removed_behind_the_apis_back() {
    let stage = Stage::of(two_companies()).await;
    let (status, made) =
        stage.control("POST", "accounts", &json!({ "company": 10, "email": "hand@eerste.example" }));
    assert_eq!((status, &made["id"], &made["is_active"]), (201, &json!(4), &json!(true)));
    let (status, changed) =
        stage.control("PATCH", "accounts/4", &json!({ "is_active": false, "birthday": "1990-02-01" }));
    assert_eq!((status, &changed["is_active"]), (200, &json!(false)));
    assert_eq!(changed["email"], "hand@eerste.example");
    assert_eq!(stage.get("/companies/10/employees/4").await.body["birthday"], "1990-02-01");
    assert_eq!(stage.control("DELETE", "accounts/4", &NOTHING).0, 200);
    assert_eq!(stage.get("/companies/10/employees/4").await.status, 404);

    let after = stage.sandbox.state();
    assert_eq!((after.created_count, after.mails.len()), (0, 0), "the director leaves no traces of the API");
    assert!(stage.sandbox.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused_and_does_nothing() {
    let stage = Stage::of(two_companies()).await;
    let before = stage.sandbox.state();
    for (method, path, body, status) in [
        ("POST", "accounts", json!({}), 422),
        ("POST", "accounts", json!([]), 422),
        ("POST", "accounts", json!({ "company": 99 }), 422),
        ("POST", "accounts", json!({ "company": 10, "id": 1 }), 422),
        ("POST", "accounts", json!({ "company": 10, "shoe_size": 43 }), 422),
        ("PATCH", "accounts/1", json!({ "id": 9 }), 422),
        ("PATCH", "accounts/1", json!({ "is_active": "perhaps" }), 422),
        ("PATCH", "accounts/99", json!({}), 404),
        ("DELETE", "accounts/99", json!(null), 404),
        ("DELETE", "accounts/one", json!(null), 404),
        ("POST", "clock", json!({ "advance_seconds": -1 }), 422),
        ("POST", "clock", json!({}), 422),
        ("POST", "state", json!({}), 404),
        ("GET", "budgets", json!(null), 404),
        ("GET", "", json!(null), 404),
    ] {
        assert_eq!(stage.control(method, path, &body).0, status, "{method} {path} {body}");
    }
    assert_eq!(stage.sandbox.state(), before);
}

#[tokio::test]
async fn the_clock_moves_the_stamps_on_accounts() {
    let stage = Stage::of(two_companies()).await;
    let moved = stage.control("POST", "clock", &json!({ "advance_seconds": 60 }));
    assert_eq!(moved, (200, json!({ "now": "2026-03-02T09:01:00" })));
    let off = stage.post("/companies/10/employees/1/deactivate").await;
    assert_eq!(off.body["offboarding_date"], "2026-03-02T09:01:00");
}

#[tokio::test]
async fn a_stopped_sandbox_takes_no_more_requests() {
    let stage = Stage::of(two_companies()).await;
    let request = stage.signed("GET", "/companies");
    let Stage { sandbox, .. } = stage;
    sandbox.stop();
    assert!(request.send().await.is_err());
}

#[tokio::test]
async fn no_id_is_given_out_twice() {
    let stage = Stage::of(two_companies()).await;
    assert_eq!(stage.control("DELETE", "accounts/3", &NOTHING).0, 200);
    assert_eq!(stage.control("POST", "accounts", &json!({ "company": 10 })).1["id"], 4);
    stage.sandbox.edit(|state| state.accounts.clear());
    let create = json!({ "email": "dirk@eerste.example", "first_name": "Dirk", "last_name": "Dam" });
    assert_eq!(stage.send("POST", "/companies/10/employees", &create).await.body["id"], 5);
}
