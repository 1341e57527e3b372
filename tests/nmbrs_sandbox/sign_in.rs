//! The identity service: who may have tokens, how they rotate, and what ends a consent.

use std::time::Duration;

use nmbrs_client::sandbox::Credentials;
use serde_json::{Value, json};

use crate::asking::{HTTP, api_status, post, post_bare, refresh, sandbox, status_and_json, text};

#[tokio::test]
async fn a_refresh_gives_a_new_pair_and_the_granted_scopes() {
    let sandbox = sandbox(1).await;
    let before = sandbox.credentials();
    let (status, tokens) = refresh(&sandbox, &before.refresh_token).await;
    assert_eq!((status, &tokens["expires_in"], &tokens["token_type"]), (200, &json!(3600), &json!("Bearer")));
    assert_eq!(tokens["scope"], sandbox.world().granted_scopes.join(" "));
    assert_ne!(text(&tokens, "refresh_token"), before.refresh_token);
    assert_eq!(api_status(&sandbox, text(&tokens, "access_token")).await, 200);
    assert_eq!(sandbox.credentials().refresh_token, text(&tokens, "refresh_token"));
    assert_eq!(sandbox.requests()[0].grant_type.as_deref(), Some("refresh_token"));
}

#[tokio::test]
async fn a_refresh_token_shown_twice_ends_the_whole_family() {
    let sandbox = sandbox(1).await;
    let first = sandbox.credentials();
    let (_, tokens) = refresh(&sandbox, &first.refresh_token).await;
    assert_eq!(api_status(&sandbox, &first.access_token).await, 200);

    let (status, body) = refresh(&sandbox, &first.refresh_token).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    assert_eq!(api_status(&sandbox, &first.access_token).await, 401);
    assert_eq!(api_status(&sandbox, text(&tokens, "access_token")).await, 401);
    assert_eq!(refresh(&sandbox, text(&tokens, "refresh_token")).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn another_consent_outlives_the_end_of_the_first() {
    let sandbox = sandbox(1).await;
    let first = sandbox.credentials();
    let (status, made) = sandbox.control("POST", "codes", br#"{"redirect_uri": "http://localhost:1/cb"}"#);
    assert_eq!(status, 201);
    let exchange = [
        ("grant_type", "authorization_code"),
        ("code", text(&made, "code")),
        ("redirect_uri", "http://localhost:1/cb"),
    ];
    let (status, tokens) = post(&sandbox, "/connect/token", &exchange).await;
    assert_eq!(status, 200);
    post(&sandbox, "/connect/revocation", &[("token", &first.refresh_token)]).await;
    assert_eq!(api_status(&sandbox, &first.access_token).await, 401);
    assert_eq!(api_status(&sandbox, text(&tokens, "access_token")).await, 200);

    let (status, body) = post(&sandbox, "/connect/token", &exchange).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    assert_eq!(
        api_status(&sandbox, text(&tokens, "access_token")).await,
        401,
        "a code used twice ends its tokens"
    );
}

#[tokio::test]
async fn a_code_is_refused_with_another_redirect_or_after_five_minutes() {
    let sandbox = sandbox(1).await;
    let code = || {
        let (_, made) = sandbox.control("POST", "codes", br#"{"redirect_uri": "http://localhost:1/cb"}"#);
        text(&made, "code").to_owned()
    };
    let exchange = async |code: &str, redirect_uri: &str| {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)];
        post(&sandbox, "/connect/token", &fields).await.0
    };
    assert_eq!(exchange(&code(), "http://localhost:2/cb").await, 400);
    let (late, in_time) = (code(), code());
    sandbox.advance_clock(Duration::from_secs(299));
    assert_eq!(exchange(&in_time, "http://localhost:1/cb").await, 200);
    sandbox.advance_clock(Duration::from_secs(1));
    assert_eq!(exchange(&late, "http://localhost:1/cb").await, 400);
}

#[tokio::test]
async fn tokens_age_by_the_sandbox_clock() {
    let sandbox = sandbox(1).await;
    let first = sandbox.credentials();
    sandbox.advance_clock(Duration::from_secs(3599));
    assert_eq!(api_status(&sandbox, &first.access_token).await, 200);
    assert_eq!(
        sandbox.control("POST", "clock", br#"{"advance_seconds": 1}"#),
        (200, json!({ "now_seconds": 3600 }))
    );
    assert_eq!(api_status(&sandbox, &first.access_token).await, 401);

    let (status, tokens) = refresh(&sandbox, &first.refresh_token).await;
    assert_eq!(status, 200);
    sandbox.advance_clock(Duration::from_hours(30 * 24));
    assert_eq!(refresh(&sandbox, text(&tokens, "refresh_token")).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn access_tokens_issued_from_now_on_live_as_long_as_told() {
    let sandbox = sandbox(1).await;
    let first = sandbox.credentials();
    assert_eq!(sandbox.control("POST", "tokens", br#"{"access_lifetime_seconds": 90}"#), (204, Value::Null));
    let (_, tokens) = refresh(&sandbox, &first.refresh_token).await;
    assert_eq!(tokens["expires_in"], 90);
    sandbox.advance_clock(Duration::from_secs(89));
    assert_eq!(api_status(&sandbox, text(&tokens, "access_token")).await, 200);
    sandbox.advance_clock(Duration::from_secs(1));
    assert_eq!(api_status(&sandbox, text(&tokens, "access_token")).await, 401);
    assert_eq!(api_status(&sandbox, &first.access_token).await, 200, "issued before");
}

#[tokio::test]
async fn without_offline_access_no_refresh_token_is_issued() {
    let sandbox = sandbox(1).await;
    sandbox.edit(|world| world.granted_scopes.retain(|scope| scope != "offline_access"));
    let (_, tokens) = refresh(&sandbox, &sandbox.credentials().refresh_token).await;
    assert!(tokens.get("refresh_token").is_none());
}

#[tokio::test]
async fn a_client_proves_itself_in_one_of_two_ways() {
    let sandbox = sandbox(1).await;
    let Credentials { client_id, client_secret, .. } = sandbox.credentials();
    let refresh_token = || sandbox.credentials().refresh_token;
    let encoded = |text: &str| {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('*', "%2A")
    };
    let basic = |text: String| format!("Basic {}", base64_of(&text));
    let good = basic(format!("{}:{}", encoded(&client_id), encoded(&client_secret)));
    let raw = basic(format!("{client_id}:{client_secret}"));
    let wrong = basic(format!("{}:nope", encoded(&client_id)));

    let send = async |authorization: Option<&str>, extra: &[(&str, &str)]| {
        let token = refresh_token();
        let grant = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        post_bare(&sandbox, "/connect/token", authorization, &[&grant, extra].concat()).await
    };
    assert_eq!(send(Some(&good), &[]).await.0, 200);
    let in_form = [("client_id", client_id.as_str()), ("client_secret", client_secret.as_str())];
    assert_eq!(send(None, &in_form).await.0, 200);
    for (authorization, extra, status, error) in [
        (Some(&*raw), &[][..], 401, "invalid_client"),
        (Some(&*wrong), &[][..], 401, "invalid_client"),
        (None, &[][..], 401, "invalid_client"),
        (None, &[("client_id", &*client_id), ("client_secret", "nope")][..], 401, "invalid_client"),
        (Some(&*good), &in_form[..], 400, "invalid_request"),
        (Some(&*good), &[("client_id", "somebody else")][..], 400, "invalid_request"),
    ] {
        let (got, body) = send(authorization, extra).await;
        assert_eq!((got, &body["error"]), (status, &json!(error)), "{extra:?}");
    }
}

#[tokio::test]
async fn a_malformed_token_request_is_refused_as_rfc_6749_says() {
    let sandbox = sandbox(1).await;
    let refresh_token = sandbox.credentials().refresh_token;
    let table: [(&[(&str, &str)], &str); 7] = [
        (&[("refresh_token", &refresh_token)], "invalid_request"),
        (&[("grant_type", "refresh_token")], "invalid_request"),
        (&[("grant_type", "client_credentials")], "unauthorized_client"),
        (&[("grant_type", "password")], "unauthorized_client"),
        (&[("grant_type", "magic")], "unsupported_grant_type"),
        (&[("grant_type", "refresh_token"), ("grant_type", "refresh_token")], "invalid_request"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "unknown")], "invalid_grant"),
    ];
    for (fields, error) in table {
        let (status, body) = post(&sandbox, "/connect/token", fields).await;
        assert_eq!((status, &body["error"]), (400, &json!(error)), "{fields:?}");
    }
    let as_json = HTTP
        .post(format!("{}/connect/token", sandbox.identity_url()))
        .header("content-type", "application/json")
        .body("{}");
    assert_eq!(status_and_json(as_json.send().await.unwrap()).await.1["error"], "invalid_request");
    let as_get = HTTP.get(format!("{}/connect/token", sandbox.identity_url())).send().await.unwrap();
    assert_eq!(as_get.status().as_u16(), 405);
}

#[tokio::test]
async fn revocation_answers_with_an_empty_body_also_for_unknown_tokens() {
    let sandbox = sandbox(1).await;
    let credentials = sandbox.credentials();
    assert_eq!(post(&sandbox, "/connect/revocation", &[("token", "unknown")]).await, (200, Value::Null));
    let access = [("token", &*credentials.access_token), ("token_type_hint", "access_token")];
    assert_eq!(post(&sandbox, "/connect/revocation", &access).await, (200, Value::Null));
    assert_eq!(api_status(&sandbox, &credentials.access_token).await, 401);
    assert_eq!(refresh(&sandbox, &credentials.refresh_token).await.0, 200);
}

#[tokio::test]
async fn the_discovery_document_names_what_is_served_and_more_than_is_given() {
    let sandbox = sandbox(1).await;
    let url = format!("{}/.well-known/openid-configuration", sandbox.identity_url());
    let (status, document) = status_and_json(HTTP.get(url).send().await.unwrap()).await;
    assert_eq!(status, 200);
    for (name, path) in [
        ("issuer", ""),
        ("authorization_endpoint", "/connect/authorize"),
        ("pushed_authorization_request_endpoint", "/connect/par"),
        ("token_endpoint", "/connect/token"),
        ("revocation_endpoint", "/connect/revocation"),
    ] {
        assert_eq!(document[name], format!("{}{path}", sandbox.identity_url()));
    }
    assert_eq!(document["code_challenge_methods_supported"], json!(["plain", "S256"]));
    let scopes = document["scopes_supported"].as_array().unwrap();
    for scope in sandbox.world().granted_scopes.iter().map(String::as_str).chain(["openid"]) {
        assert!(scopes.contains(&json!(scope)), "{scope}");
    }
}

/// Base64 by hand: this crate has no such dependency, and the sandbox's is not to be trusted with its own test.
fn base64_of(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            (0..3).fold(0, |bits, index| bits << 8 | u32::from(chunk.get(index).copied().unwrap_or(0)));
        for place in 0..4 {
            let letter = char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]);
            out.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    out
}
