//! What an accepted write does: to the account, to the counters, to the log.

use serde_json::json;
use yourcampus_client::sandbox::MailKind;

use crate::asking::{Stage, two_companies};

#[tokio::test]
async fn a_create_is_a_201_with_the_employee_and_would_have_mailed() {
    let stage = Stage::of(two_companies()).await;
    let body = json!({
        "email": "dirk@eerste.example", "first_name": "Dirk", "last_name": "Dam", "prefix": null, "language": "nl",
        "company_group_id": 11, "birthday": "1990-02-01", "work_anniversary": null, "private_email": null,
        "external_id": "x-4",
    });
    let reply = stage.send("POST", "/companies/10/employees", &body).await;
    assert_eq!(reply.status, 201);
    assert_eq!(
        reply.body,
        json!({
            "id": 4, "is_active": true, "email": "dirk@eerste.example", "first_name": "Dirk", "last_name": "Dam",
            "prefix": null, "language": "nl", "company_group_id": 11, "group_name": "Kantoor", "birthday": "1990-02-01",
            "work_anniversary": null, "private_email": null, "external_id": "x-4",
            "registration_date": "2026-03-02T09:00:00", "offboarding_date": null, "last_active_date": null,
        })
    );
    assert_eq!(stage.get("/companies/10/employees/4").await.body, reply.body);
    let after = stage.sandbox.state();
    assert_eq!(after.created_count, 1);
    assert_eq!((after.mails[0].account, after.mails[0].kind), (4, MailKind::Invitation));
}

#[tokio::test]
async fn a_create_without_a_language_gets_english_and_one_with_null_none() {
    let stage = Stage::of(two_companies()).await;
    let mut body = json!({ "email": "dirk@eerste.example", "first_name": "Dirk", "last_name": "Dam" });
    assert_eq!(stage.send("POST", "/companies/10/employees", &body).await.body["language"], "en");
    body["email"] = json!("eva@eerste.example");
    body["language"] = json!(null);
    assert_eq!(stage.send("POST", "/companies/10/employees", &body).await.body["language"], json!(null));
}

#[tokio::test]
async fn an_edit_keeps_absent_fields_and_clears_null_ones() {
    let stage = Stage::of(two_companies()).await;
    let reply = stage
        .send("PATCH", "/companies/10/employees/1", &json!({ "prefix": null, "last_name": "Dijk" }))
        .await;
    assert_eq!(reply.status, 200);
    let account = stage.sandbox.state().account(1).unwrap().clone();
    assert_eq!((account.prefix, account.last_name.as_deref()), (None, Some("Dijk")));
    assert_eq!((account.first_name.as_deref(), account.external_id.as_deref()), (Some("Anna"), Some("x-1")));
}

#[tokio::test]
async fn an_edit_to_the_same_values_or_of_nothing_is_logged_as_no_change() {
    let stage = Stage::of(two_companies()).await;
    for (body, changed) in
        [(json!({}), false), (json!({ "first_name": "Anna" }), false), (json!({ "first_name": "An" }), true)]
    {
        stage.sandbox.clear_requests();
        assert_eq!(stage.send("PATCH", "/companies/10/employees/1", &body).await.status, 200);
        let logged = &stage.sandbox.requests()[0];
        assert_eq!((logged.is_write, logged.changed), (true, changed), "{body}");
    }
    assert!(stage.sandbox.state().mails.is_empty());
}

#[tokio::test]
async fn a_changed_address_would_have_mailed() {
    let stage = Stage::of(two_companies()).await;
    stage.send("PATCH", "/companies/10/employees/1", &json!({ "email": "an@eerste.example" })).await;
    let mails = stage.sandbox.state().mails;
    assert_eq!((mails[0].account, mails[0].kind), (1, MailKind::EmailChange));
}

#[tokio::test]
async fn the_switches_answer_the_employee_and_would_have_mailed() {
    let stage = Stage::of(two_companies()).await;
    let off = stage.post("/companies/10/employees/1/deactivate").await;
    assert_eq!((off.status, &off.body["is_active"]), (200, &json!(false)));
    assert_eq!(off.body["offboarding_date"], "2026-03-02T09:00:00");
    let on = stage.post("/companies/10/employees/1/activate").await;
    assert_eq!((on.status, &on.body["is_active"]), (200, &json!(true)));
    let kinds: Vec<MailKind> = stage.sandbox.state().mails.iter().map(|mail| mail.kind).collect();
    assert_eq!(kinds, [MailKind::Deactivation, MailKind::Activation]);
}

#[tokio::test]
async fn every_answer_has_its_own_request_id_which_the_log_knows() {
    let stage = Stage::of(two_companies()).await;
    let ids = [stage.get("/companies").await, stage.get("/nowhere").await]
        .map(|reply| reply.header("X-Request-ID").unwrap().to_owned());
    let logged: Vec<String> =
        stage.sandbox.requests().into_iter().map(|request| request.request_id).collect();
    assert_ne!(ids[0], ids[1]);
    assert_eq!(logged, ids);
}
