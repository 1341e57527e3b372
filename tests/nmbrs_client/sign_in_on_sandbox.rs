//! The whole sign-in against the sandbox: browser, callback, code, first tokens, first call.

use std::sync::Arc;

use nmbrs_client::auth::{AppCredentials, Attempt, Authorizer, MemoryTokenStore, SignIn};
use nmbrs_client::sandbox::{Sandbox, World};
use nmbrs_client::{ErrorKind, NmbrsClient, Operation, Scope};
use reqwest::redirect::Policy;
use serde_json::json;

async fn sandbox() -> Sandbox {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    Sandbox::start(World::dutch(1, 7, today)).await.unwrap()
}

fn authorizer(sandbox: &Sandbox, store: MemoryTokenStore) -> Authorizer {
    let keys = sandbox.credentials();
    let app = AppCredentials::new(keys.client_id, keys.client_secret);
    let builder = Authorizer::builder(app, Arc::new(store));
    builder.identity_url(sandbox.identity_url()).build().unwrap()
}

fn sign_in(sandbox: &Sandbox) -> SignIn {
    let scopes = Scope::least_for([Operation::Companies]);
    authorizer(sandbox, MemoryTokenStore::empty()).sign_in("http://localhost:1/callback", scopes).unwrap()
}

/// Where the browser is sent back to; `None` if it is left on a page of the server.
async fn visit(attempt: &Attempt) -> Option<String> {
    let browser = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    let response = browser.get(attempt.url()).send().await.unwrap();
    Some(response.headers().get("location")?.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_user_signs_in_and_the_app_reads() {
    let sandbox = sandbox().await;
    let sign_in = sign_in(&sandbox);
    for attempt in [sign_in.begin().unwrap(), sign_in.begin_pushed().await.unwrap()] {
        let callback = visit(&attempt).await.unwrap();
        let tokens = sign_in.finish(attempt, &callback).await.unwrap();
        assert_eq!(tokens.scopes.as_deref(), Some(&[Scope::COMPANY_INFO_READ, Scope::OFFLINE_ACCESS][..]));
        assert!(tokens.refresh.is_some() && tokens.issued_at.is_some());

        let authorizer = authorizer(&sandbox, MemoryTokenStore::empty());
        authorizer.install(tokens).await.unwrap();
        let client = NmbrsClient::builder(sandbox.credentials().subscription_key, authorizer);
        let client = client.rest_url(sandbox.rest_url()).build().unwrap();
        assert!(!client.companies_visible().await.unwrap().rows.is_empty());
    }
}

#[tokio::test]
async fn a_pushed_request_opens_the_browser_once() {
    let sandbox = sandbox().await;
    let attempt = sign_in(&sandbox).begin_pushed().await.unwrap();
    assert!(visit(&attempt).await.is_some());
    assert!(visit(&attempt).await.is_none());
}

#[tokio::test]
async fn a_stolen_code_is_of_no_use_without_its_verifier() {
    let sandbox = sandbox().await;
    let sign_in = sign_in(&sandbox);
    let attempt = sign_in.begin().unwrap();
    let callback = visit(&attempt).await.unwrap();
    let others = sign_in.begin().unwrap();
    let thief = Attempt::resume(attempt.url(), attempt.state().clone(), others.verifier().cloned());
    assert_eq!(sign_in.finish(thief, &callback).await.unwrap_err().kind(), ErrorKind::CodeRefused);
}

#[tokio::test]
async fn a_user_who_says_no_is_understood() {
    let sandbox = sandbox().await;
    let no = json!({ "decision": "deny" }).to_string();
    assert_eq!(sandbox.control("POST", "consent", no.as_bytes()).0, 204);
    let sign_in = sign_in(&sandbox);
    let attempt = sign_in.begin().unwrap();
    let callback = visit(&attempt).await.unwrap();
    assert_eq!(sign_in.finish(attempt, &callback).await.unwrap_err().kind(), ErrorKind::ConsentDenied);
}

#[tokio::test]
async fn a_revoked_grant_opens_nothing() {
    let sandbox = sandbox().await;
    let sign_in = sign_in(&sandbox);
    let attempt = sign_in.begin().unwrap();
    let callback = visit(&attempt).await.unwrap();
    let tokens = sign_in.finish(attempt, &callback).await.unwrap();
    let authorizer_of = |tokens| authorizer(&sandbox, MemoryTokenStore::new(tokens));
    authorizer_of(tokens.clone()).revoke().await.unwrap();
    let mut ended = tokens;
    ended.expires_at = chrono::DateTime::UNIX_EPOCH;
    let error = authorizer_of(ended).access_token().await.unwrap_err();
    assert!(error.is_consent_lost(), "{error}");
}

#[tokio::test]
async fn the_sandbox_lists_its_endpoints_where_this_client_sends_to() {
    let sandbox = sandbox().await;
    let discovery = sign_in(&sandbox).discover().await.unwrap();
    assert_eq!((discovery.moved.as_slice(), discovery.supports_s256), (&[][..], true));
}
