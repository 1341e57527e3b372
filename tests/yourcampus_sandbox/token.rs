//! The token endpoint and the check of the token.

use serde_json::json;

use crate::asking::{Stage, form, read, two_companies};

#[tokio::test]
async fn the_right_keys_get_a_bearer_token_with_its_lifetime() {
    let stage = Stage::of(two_companies().with_token_lifetime(900)).await;
    let keys = stage.sandbox.credentials();
    let reply = stage.sign_in_with(&form(&keys.access_key, &keys.secret_key)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body["token_type"], "Bearer");
    assert_eq!(reply.body["expires_in"], 900);
}

#[tokio::test]
async fn a_token_call_that_is_not_exactly_right_is_refused() {
    let stage = Stage::of(two_companies()).await;
    let keys = stage.sandbox.credentials();
    let right = form(&keys.access_key, &keys.secret_key);
    for (what, form, status) in [
        ("wrong secret", form(&keys.access_key, "guess"), 401),
        ("wrong access key", form("guess", &keys.secret_key), 401),
        ("another grant", right.replace("client_credentials", "password"), 400),
        ("a field too many", format!("{right}&scope=all"), 422),
        ("a field twice", format!("{right}&client_id=guess"), 422),
        ("a field missing", "grant_type=client_credentials&client_id=x".to_owned(), 422),
        ("no field", String::new(), 422),
    ] {
        assert_eq!(stage.sign_in_with(&form).await.status, status, "{what}");
    }
    let reply = stage.sign_in_with(&form(&keys.access_key, "guess")).await;
    assert_eq!(reply.body, json!({ "detail": "invalid_client" }));
}

#[tokio::test]
async fn a_token_call_in_json_with_a_token_or_by_get_is_refused() {
    let stage = Stage::of(two_companies()).await;
    let keys = stage.sandbox.credentials();
    let json = json!({ "grant_type": "client_credentials", "client_id": keys.access_key, "client_secret": keys.secret_key });
    let as_json = stage
        .request("POST", "/oauth/token")
        .header("Content-Type", "application/json")
        .body(json.to_string());
    assert_eq!(read(as_json).await.unwrap().status, 415);
    let with_token = stage
        .signed("POST", "/oauth/token")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form(&keys.access_key, &keys.secret_key));
    assert_eq!(read(with_token).await.unwrap().status, 400);
    assert_eq!(read(stage.request("GET", "/oauth/token")).await.unwrap().status, 405);
}

#[tokio::test]
async fn a_call_without_a_living_token_is_a_401_and_does_nothing() {
    let stage = Stage::of(two_companies()).await;
    let before = stage.sandbox.state();
    for authorization in
        [None, Some("Bearer guess"), Some("Bearer "), Some("Basic sandbox-token-1"), Some("sandbox-token-1")]
    {
        let mut request = stage.request("POST", "/companies/10/employees/1/deactivate");
        if let Some(value) = authorization {
            request = request.header("Authorization", value);
        }
        assert_eq!(read(request).await.unwrap().status, 401, "{authorization:?}");
    }
    assert_eq!(stage.sandbox.state(), before);
}

#[tokio::test]
async fn a_token_ends_by_the_sandboxs_clock_and_a_new_one_works() {
    // Real time runs beside the skipped seconds, so the steps keep a wide distance from the hour.
    let mut stage = Stage::of(two_companies().with_token_lifetime(3600)).await;
    stage.control("POST", "clock", &json!({ "advance_seconds": 1800 }));
    assert_eq!(stage.get("/companies").await.status, 200);
    stage.control("POST", "clock", &json!({ "advance_seconds": 1800 }));
    let refused = stage.get("/companies").await;
    assert_eq!((refused.status, &refused.body["detail"]), (401, &json!("Token expired")));
    stage.sign_in().await;
    assert_eq!(stage.get("/companies").await.status, 200);
}

#[tokio::test]
async fn neither_keys_nor_tokens_nor_people_are_in_the_log_or_in_debug_output() {
    let stage = Stage::of(two_companies()).await;
    let keys = stage.sandbox.credentials();
    stage.sign_in_with(&form(&keys.access_key, &keys.secret_key)).await;
    stage.get("/companies/10/employees?search=Anna").await;
    let create = json!({ "email": "dirk@eerste.example", "first_name": "Dirk", "last_name": "Dam" });
    stage.send("POST", "/companies/10/employees", &create).await;

    let (_, log) = stage.control("GET", "requests", &json!(null));
    let shown = format!(
        "{log} {:?} {:?} {keys:?} {:?}",
        stage.sandbox.requests(),
        stage.sandbox,
        stage.sandbox.state()
    );
    for secret in
        [&*keys.access_key, &keys.secret_key, "sandbox-token-", "Anna", "Dirk", "dirk@", "anna@", "Dam"]
    {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let keys_sent: Vec<_> = stage.sandbox.requests().into_iter().map(|request| request.body_keys).collect();
    assert_eq!(keys_sent[0], ["client_id", "client_secret", "grant_type"]);
    assert_eq!(keys_sent[2], ["email", "first_name", "last_name"]);
}
