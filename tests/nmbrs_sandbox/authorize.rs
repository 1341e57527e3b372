//! The authorize page: only what is in order reaches the application, and a code is bound to what was asked.

use std::time::Duration;

use serde_json::{Value, json};

use crate::asking::{HTTP, sandbox};
use crate::browser::{CHALLENGE, REDIRECT, VERIFIER, exchange, open, request, sent_back};

const PKCE: [(&str, &str); 2] = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

#[tokio::test]
async fn the_browser_comes_back_with_a_code_the_scope_and_the_state() {
    let sandbox = sandbox(1).await;
    let callback = sent_back(&sandbox, &[("state", "a+b=c&d é")]).await;
    assert!(callback.0.as_str().starts_with("http://localhost:1/callback?code="));
    assert_eq!(callback.parameter("scope").as_deref(), Some("offline_access company.info.read"));
    assert_eq!(callback.parameter("state").as_deref(), Some("a+b=c&d é"));

    let (status, tokens) = exchange(&sandbox, &callback.code(), None).await;
    assert_eq!(status, 200);
    assert_eq!(tokens["scope"], "offline_access company.info.read");
    assert!(tokens["refresh_token"].is_string());
}

#[tokio::test]
async fn a_redirect_address_with_a_query_of_its_own_keeps_it() {
    let sandbox = sandbox(1).await;
    let callback = sent_back(&sandbox, &[("redirect_uri", "http://127.0.0.1:1/cb?tenant=7")]).await;
    assert_eq!(callback.parameter("tenant").as_deref(), Some("7"));
    assert!(callback.parameter("code").is_some());
}

#[tokio::test]
async fn what_is_not_in_order_ends_on_a_page_and_never_in_a_redirect() {
    let sandbox = sandbox(1).await;
    let client_id = sandbox.credentials().client_id;
    let short = "x".repeat(42);
    let table: [(&[(&str, &str)], &str); 20] = [
        (&[("client_id", "")], "Invalid request"),
        (&[("client_id", "somebody else")], "Unknown client"),
        (&[("redirect_uri", "")], "Invalid request"),
        (&[("redirect_uri", "https://attacker.example.nl/callback")], "Invalid request"),
        (&[("redirect_uri", "http://localhost@attacker.example.nl/")], "Invalid request"),
        (&[("redirect_uri", "https://localhost:1/callback")], "Invalid request"),
        (&[("redirect_uri", "http://localhost:1/callback#part")], "Invalid request"),
        (&[("redirect_uri", "http://localhost:1/\r\nset-cookie: a=b")], "Invalid request"),
        (&[("response_type", "")], "Invalid request"),
        (&[("response_type", "token")], "Invalid request"),
        (&[("scope", "")], "Invalid request"),
        (&[("scope", " ")], "Invalid scope"),
        (&[("scope", "company.info.read company.read")], "Invalid scope"),
        (&[("scope", "openid company.info.read")], "Invalid scope"),
        (&[("state", "")], "Invalid request"),
        (&[("code_challenge", CHALLENGE)], "Invalid request"),
        (&[("code_challenge", VERIFIER), ("code_challenge_method", "plain")], "Invalid request"),
        (&[("code_challenge_method", "S256")], "Invalid request"),
        (&[("code_challenge", &short), ("code_challenge_method", "S256")], "Invalid request"),
        (&[("request_uri", "urn:ietf:params:oauth:request_uri:unknown")], "Invalid request"),
    ];
    for (changes, title) in table {
        let response = open(&sandbox, &request(&client_id, changes)).await;
        assert_eq!(response.status().as_u16(), 400, "{changes:?}");
        assert!(!response.headers().contains_key("location"), "{changes:?}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let page = response.text().await.unwrap();
        assert!(page.contains(&format!("<title>{title}</title>")), "{changes:?}: {page}");
    }
    let twice = [request(&client_id, &[]), vec![("state", "another")]].concat();
    assert_eq!(open(&sandbox, &twice).await.status().as_u16(), 400);
}

#[tokio::test]
async fn a_page_repeats_nothing_of_what_was_asked() {
    let sandbox = sandbox(1).await;
    let client_id = sandbox.credentials().client_id;
    let response = open(&sandbox, &request(&client_id, &[("scope", "<script>alert(1)</script>")])).await;
    assert!(!response.text().await.unwrap().contains("script"));
}

#[tokio::test]
async fn every_loopback_address_is_registered_and_others_by_control() {
    let sandbox = sandbox(1).await;
    for redirect_uri in ["http://localhost:8080/cb", "http://127.0.0.1/cb", "http://[::1]:4000/"] {
        let callback = sent_back(&sandbox, &[("redirect_uri", redirect_uri)]).await;
        assert!(callback.0.as_str().starts_with(redirect_uri), "{redirect_uri}");
    }
    let client_id = sandbox.credentials().client_id;
    let registered = "https://app.example.nl/callback";
    let asked = request(&client_id, &[("redirect_uri", registered)]);
    assert_eq!(open(&sandbox, &asked).await.status().as_u16(), 400);
    let body = json!({ "redirect_uri": registered }).to_string();
    assert_eq!(sandbox.control("POST", "redirect_uris", body.as_bytes()), (204, Value::Null));
    assert_eq!(open(&sandbox, &asked).await.status().as_u16(), 302);

    let almost = request(&client_id, &[("redirect_uri", "https://app.example.nl/callback/")]);
    assert_eq!(open(&sandbox, &almost).await.status().as_u16(), 400, "byte for byte");
}

#[tokio::test]
async fn a_client_registers_five_absolute_addresses_at_most() {
    let sandbox = sandbox(1).await;
    let register = |redirect_uri: &str| {
        let body = json!({ "redirect_uri": redirect_uri }).to_string();
        sandbox.control("POST", "redirect_uris", body.as_bytes()).0
    };
    assert_eq!((register("/callback"), register("https://app.example.nl/#x")), (422, 422));
    let statuses: Vec<u16> = (0..6).map(|n| register(&format!("https://app.example.nl/{n}"))).collect();
    assert_eq!(statuses, [204, 204, 204, 204, 204, 422]);
}

#[tokio::test]
async fn a_code_with_a_challenge_takes_its_verifier_and_no_other() {
    let sandbox = sandbox(1).await;
    let code = async || sent_back(&sandbox, &PKCE).await.code();
    assert_eq!(exchange(&sandbox, &code().await, Some(VERIFIER)).await.0, 200);

    let wrong = VERIFIER.replace('d', "e");
    for verifier in [None, Some(""), Some(&*wrong), Some(CHALLENGE)] {
        let (status, body) = exchange(&sandbox, &code().await, verifier).await;
        assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")), "{verifier:?}");
    }
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let sandbox = sandbox(1).await;
    let code = sent_back(&sandbox, &[]).await.code();
    let (status, body) = exchange(&sandbox, &code, Some(VERIFIER)).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_code_from_the_page_lives_five_minutes_and_works_once() {
    let sandbox = sandbox(1).await;
    let (first, late) = (sent_back(&sandbox, &[]).await.code(), sent_back(&sandbox, &[]).await.code());
    assert_eq!(exchange(&sandbox, &first, None).await.0, 200);
    assert_eq!(exchange(&sandbox, &first, None).await.1["error"], "invalid_grant");
    sandbox.advance_clock(Duration::from_mins(5));
    assert_eq!(exchange(&sandbox, &late, None).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn the_page_is_only_for_browsers() {
    let sandbox = sandbox(1).await;
    let response = HTTP.post(format!("{}/connect/authorize", sandbox.identity_url())).send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"GET".parse().unwrap()));
}

#[tokio::test]
async fn the_log_of_a_sign_in_holds_neither_state_nor_code() {
    let sandbox = sandbox(1).await;
    let callback = sent_back(&sandbox, &PKCE).await;
    exchange(&sandbox, &callback.code(), Some(VERIFIER)).await;
    let log = sandbox.requests();
    assert_eq!(log[0].parameter("redirect_uri"), Some(REDIRECT));
    assert_eq!(log[0].parameter("state"), Some("[credential]"));
    let text = format!("{log:?}");
    assert!(!text.contains("the state") && !text.contains(&callback.code()) && !text.contains(VERIFIER));
}
