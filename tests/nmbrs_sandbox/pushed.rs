//! Pushed authorization requests: the same checks over the back channel, and a handle that works once.

use std::time::Duration;

use nmbrs_client::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::asking::{HTTP, post, post_bare, sandbox, text};
use crate::browser::{CHALLENGE, Callback, VERIFIER, exchange, open, request};

const PUSH: &str = "/connect/par";

/// Pushes a request in good order but for these changes.
async fn push(sandbox: &Sandbox, changes: &[(&str, &str)]) -> (u16, Value) {
    // The id is in the form already, as is the secret: it is how these tests prove themselves.
    let asked = request("", changes);
    post(sandbox, PUSH, &asked[1..]).await
}

async fn request_uri(sandbox: &Sandbox) -> String {
    let (status, pushed) =
        push(sandbox, &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]).await;
    assert_eq!((status, &pushed["expires_in"]), (201, &json!(600)));
    text(&pushed, "request_uri").to_owned()
}

async fn opens(sandbox: &Sandbox, request_uri: &str) -> bool {
    let client_id = sandbox.credentials().client_id;
    let response = open(sandbox, &[("client_id", &client_id), ("request_uri", request_uri)]).await;
    response.status().as_u16() == 302
}

#[tokio::test]
async fn a_pushed_request_opens_the_page_with_its_handle_alone() {
    let sandbox = sandbox(1).await;
    let client_id = sandbox.credentials().client_id;
    let request_uri = request_uri(&sandbox).await;
    assert!(request_uri.starts_with("urn:ietf:params:oauth:request_uri:"));
    let callback =
        Callback::of(&open(&sandbox, &[("client_id", &client_id), ("request_uri", &request_uri)]).await);
    assert_eq!(callback.parameter("state").as_deref(), Some("the state"));
    assert_eq!(exchange(&sandbox, &callback.code(), None).await.0, 400, "the challenge was pushed as well");
    assert_eq!(exchange(&sandbox, &callback.code(), Some(VERIFIER)).await.0, 200);
}

#[tokio::test]
async fn a_handle_works_once() {
    let sandbox = sandbox(1).await;
    let request_uri = request_uri(&sandbox).await;
    assert!(opens(&sandbox, &request_uri).await);
    assert!(!opens(&sandbox, &request_uri).await);
}

#[tokio::test]
async fn a_handle_lives_for_ten_minutes() {
    let sandbox = sandbox(1).await;
    let (first, second) = (request_uri(&sandbox).await, request_uri(&sandbox).await);
    sandbox.advance_clock(Duration::from_secs(599));
    assert!(opens(&sandbox, &first).await);
    sandbox.advance_clock(Duration::from_secs(1));
    assert!(!opens(&sandbox, &second).await);
}

#[tokio::test]
async fn a_handle_comes_with_its_client_and_nothing_else() {
    let sandbox = sandbox(1).await;
    let client_id = sandbox.credentials().client_id;
    let request_uri = request_uri(&sandbox).await;
    let handle = ("request_uri", request_uri.as_str());
    for parameters in [
        &[handle][..],
        &[("client_id", "somebody else"), handle],
        &[("client_id", &client_id), handle, ("state", "another")],
    ] {
        assert_eq!(open(&sandbox, parameters).await.status().as_u16(), 400, "{parameters:?}");
    }
    assert!(opens(&sandbox, &request_uri).await, "a refused attempt does not use it up");
}

#[tokio::test]
async fn a_push_is_checked_like_a_browsers_request() {
    let sandbox = sandbox(1).await;
    let table: [(&[(&str, &str)], &str); 7] = [
        (&[("redirect_uri", "https://attacker.example.nl/")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("scope", "openid")], "invalid_scope"),
        (&[("state", "")], "invalid_request"),
        (&[("code_challenge", VERIFIER), ("code_challenge_method", "plain")], "invalid_request"),
        (&[("request_uri", "urn:ietf:params:oauth:request_uri:x")], "invalid_request"),
        (&[("client_id", "somebody else")], "invalid_request"),
    ];
    for (changes, error) in table {
        let (status, body) = push(&sandbox, changes).await;
        assert_eq!((status, &body["error"]), (400, &json!(error)), "{changes:?}");
    }
}

#[tokio::test]
async fn only_a_proven_client_pushes() {
    let sandbox = sandbox(1).await;
    let client_id = sandbox.credentials().client_id;
    let (status, body) = post_bare(&sandbox, PUSH, None, &request(&client_id, &[])).await;
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    let as_get = HTTP.get(format!("{}{PUSH}", sandbox.identity_url())).send().await.unwrap();
    assert_eq!(as_get.status().as_u16(), 405);
}

#[tokio::test]
async fn the_log_does_not_hold_a_handle() {
    let sandbox = sandbox(1).await;
    let request_uri = request_uri(&sandbox).await;
    opens(&sandbox, &request_uri).await;
    assert!(!format!("{:?}", sandbox.requests()).contains(&request_uri));
}
