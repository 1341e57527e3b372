//! Consents: what the user grants is what opens the API, and every end of a consent has its reason.

use nmbrs_client::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::asking::{HTTP, api_status, post, refresh, sandbox, status_and_json, text};
use crate::browser::{exchange, sent_back};

fn user(sandbox: &Sandbox, says: &Value) {
    assert_eq!(sandbox.control("POST", "consent", says.to_string().as_bytes()), (204, Value::Null), "{says}");
}

/// State, reason and number of refreshes of each grant.
fn grants(sandbox: &Sandbox) -> Value {
    let (status, grants) = sandbox.control("GET", "grants", b"");
    assert_eq!(status, 200);
    let row = |grant: &Value| json!([grant["state"], grant["ended_by"], grant["refreshes"]]);
    grants.as_array().unwrap().iter().map(row).collect()
}

/// The tokens of a consent given on the authorize page to these scopes.
async fn tokens_for(sandbox: &Sandbox, scope: &str) -> Value {
    let code = sent_back(sandbox, &[("scope", scope)]).await.code();
    let (status, tokens) = exchange(sandbox, &code, None).await;
    assert_eq!(status, 200);
    tokens
}

#[tokio::test]
async fn a_user_who_denies_sends_the_application_away() {
    let sandbox = sandbox(1).await;
    user(&sandbox, &json!({ "decision": "deny" }));
    let callback = sent_back(&sandbox, &[]).await;
    assert_eq!(callback.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(callback.parameter("state").as_deref(), Some("the state"));
    assert_eq!((callback.parameter("code"), callback.parameter("scope")), (None, None));

    user(&sandbox, &json!({ "decision": "grant" }));
    assert!(sent_back(&sandbox, &[]).await.parameter("code").is_some());
}

#[tokio::test]
async fn a_user_may_grant_less_than_is_asked() {
    let sandbox = sandbox(1).await;
    user(&sandbox, &json!({ "decision": "grant", "scopes": ["company.info.read", "employee.info.read"] }));
    let callback = sent_back(&sandbox, &[("scope", "offline_access company.info.read")]).await;
    assert_eq!(callback.parameter("scope").as_deref(), Some("company.info.read"));
    let (_, tokens) = exchange(&sandbox, &callback.code(), None).await;
    assert_eq!((&tokens["scope"], tokens.get("refresh_token")), (&json!("company.info.read"), None));

    let nothing = sent_back(&sandbox, &[("scope", "user.info.read")]).await;
    assert_eq!(nothing.parameter("error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn a_token_opens_what_was_granted_and_a_refresh_does_not_widen_it() {
    let sandbox = sandbox(1).await;
    let status_of = async |tokens: &Value, path: &str| {
        let request = HTTP
            .get(format!("{}{path}", sandbox.rest_url()))
            .header("X-Subscription-Key", sandbox.credentials().subscription_key)
            .bearer_auth(text(tokens, "access_token"));
        let (status, body) = status_and_json(request.send().await.unwrap()).await;
        (status, body["code"].as_u64())
    };
    let tokens = tokens_for(&sandbox, "offline_access user.info.read").await;
    let (_, refreshed) = refresh(&sandbox, text(&tokens, "refresh_token")).await;
    assert_eq!(refreshed["scope"], "offline_access user.info.read");
    for tokens in [tokens, refreshed] {
        assert_eq!(status_of(&tokens, "/api/user/info").await, (200, None));
        assert_eq!(status_of(&tokens, "/api/companies").await, (403, Some(40303)));
    }
}

#[tokio::test]
async fn each_end_of_a_consent_has_its_reason() {
    let sandbox = sandbox(1).await;
    let first = sandbox.credentials().refresh_token;
    refresh(&sandbox, &first).await;
    assert_eq!(grants(&sandbox), json!([["live", null, 1]]));
    refresh(&sandbox, &first).await;

    let code = sent_back(&sandbox, &[]).await.code();
    exchange(&sandbox, &code, None).await;
    exchange(&sandbox, &code, None).await;

    let revoked = tokens_for(&sandbox, "offline_access company.info.read").await;
    post(&sandbox, "/connect/revocation", &[("token", text(&revoked, "refresh_token"))]).await;

    let withdrawn = tokens_for(&sandbox, "offline_access company.info.read").await;
    let waiting = sent_back(&sandbox, &[]).await.code();
    assert_eq!(
        grants(&sandbox),
        json!([
            ["ended", "reused_refresh_token", 1],
            ["ended", "reused_code", 0],
            ["ended", "revoked", 0],
            ["live", null, 0],
            ["awaiting_exchange", null, 0],
        ])
    );

    assert_eq!(sandbox.control("DELETE", "consent", b""), (204, Value::Null));
    assert_eq!(grants(&sandbox)[3], json!(["ended", "withdrawn", 0]));
    assert_eq!(grants(&sandbox)[0][1], "reused_refresh_token", "the first reason stays");
    assert_eq!(api_status(&sandbox, text(&withdrawn, "access_token")).await, 401);
    assert_eq!(refresh(&sandbox, text(&withdrawn, "refresh_token")).await.1["error"], "invalid_grant");
    assert_eq!(exchange(&sandbox, &waiting, None).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_new_consent_works_after_a_withdrawal() {
    let sandbox = sandbox(1).await;
    sandbox.control("DELETE", "consent", b"");
    let tokens = tokens_for(&sandbox, "offline_access company.info.read").await;
    assert_eq!(api_status(&sandbox, text(&tokens, "access_token")).await, 200);
}

#[tokio::test]
async fn a_grant_names_its_scopes() {
    let sandbox = sandbox(1).await;
    tokens_for(&sandbox, "user.info.read").await;
    let (_, grants) = sandbox.control("GET", "grants", b"");
    assert_eq!(grants[0]["scopes"], json!(sandbox.world().granted_scopes));
    assert_eq!((&grants[1]["grant"], &grants[1]["scopes"]), (&json!(2), &json!(["user.info.read"])));
}

#[tokio::test]
async fn a_user_who_makes_no_sense_is_refused() {
    let sandbox = sandbox(1).await;
    for says in [
        json!({}),
        json!({ "decision": "perhaps" }),
        json!({ "decision": "grant", "scopes": ["company.read"] }),
        json!({ "decision": "grant", "often": true }),
    ] {
        assert_eq!(sandbox.control("POST", "consent", says.to_string().as_bytes()).0, 422, "{says}");
    }
}
