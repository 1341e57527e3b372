//! The gateway's two subscription keys: each of them opens the API until it is switched off.

use nmbrs_client::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::asking::{HTTP, sandbox, status_and_json};

/// Status and message of an API call with the primary and with the secondary key.
async fn with_both_keys(sandbox: &Sandbox) -> [(u16, Value); 2] {
    let keys = sandbox.credentials();
    let ask = async |key: &str| {
        let request = HTTP
            .get(format!("{}/api/companies", sandbox.rest_url()))
            .header("X-Subscription-Key", key)
            .bearer_auth(&keys.access_token);
        let (status, body) = status_and_json(request.send().await.unwrap()).await;
        (status, body["message"].clone())
    };
    [ask(&keys.subscription_key).await, ask(&keys.secondary_subscription_key).await]
}

#[tokio::test]
async fn either_key_works_unless_it_is_switched_off() {
    let sandbox = sandbox(1).await;
    let taken = (200, Value::Null);
    let refused = (401, json!("Access denied due to invalid subscription key."));
    for (disabled, expected) in [
        ("none", [&taken, &taken]),
        ("primary", [&refused, &taken]),
        ("secondary", [&taken, &refused]),
        ("none", [&taken, &taken]),
    ] {
        let body = json!({ "disabled": disabled }).to_string();
        assert_eq!(sandbox.control("POST", "subscription", body.as_bytes()), (204, Value::Null));
        assert_eq!(with_both_keys(&sandbox).await.each_ref(), expected, "{disabled}");
    }
}

#[tokio::test]
async fn the_log_holds_no_key_in_use_or_not() {
    let sandbox = sandbox(1).await;
    sandbox.control("POST", "subscription", br#"{"disabled": "secondary"}"#);
    let keys = sandbox.credentials();
    for key in [&keys.subscription_key, &keys.secondary_subscription_key] {
        let url = format!("{}/api/companies?key={key}", sandbox.rest_url());
        HTTP.get(url).send().await.unwrap();
    }
    let log = sandbox.requests();
    assert!(log.iter().all(|request| request.parameter("key") == Some("[credential]")));
}

#[tokio::test]
async fn an_unknown_key_cannot_be_switched_off() {
    let sandbox = sandbox(1).await;
    assert_eq!(sandbox.control("POST", "subscription", br#"{"disabled": "both"}"#).0, 422);
}
