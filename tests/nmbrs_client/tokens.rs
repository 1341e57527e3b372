//! Staying signed in: one refresh at a time, stored before use, and no guess when it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use futures_util::future::join_all;
use nmbrs_client::ErrorKind;
use nmbrs_client::auth::{
    Generation, Grant, GrantState, MemoryTokenStore, Replaced, StoreError, StoredGrant, TokenSet, TokenStore,
};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::sync::Notify;
use wiremock::matchers::{body_string, header, method};
use wiremock::{Mock, ResponseTemplate};

use crate::raw_server::{json_answer, serve};
use crate::stage::{
    Stage, authorizer, clock, expired_grant, grant, new_tokens, ok, only_page, refusal, start,
};

fn invalid_grant() -> ResponseTemplate {
    ResponseTemplate::new(400).set_body_json(json!({ "error": "invalid_grant" }))
}

async fn stored_access(store: &dyn TokenStore) -> String {
    store.load().await.unwrap().unwrap().grant.tokens.access.expose_secret().to_owned()
}

/// The API takes this token only.
async fn api_accepts(stage: &Stage, token: &str) {
    Mock::given(header("authorization", format!("Bearer {token}")))
        .respond_with(ok(&only_page(&[])))
        .with_priority(1)
        .mount(&stage.api)
        .await;
    Mock::given(method("GET"))
        .respond_with(refusal(401, 40102).insert_header("X-Request-Id", "r-401"))
        .mount(&stage.api)
        .await;
}

#[tokio::test]
async fn a_refresh_sends_the_encoded_pair_and_the_token_as_a_form() {
    let stage = Stage::with_grant(TokenSet::new("access-0", start()).with_refresh("re+fresh/0=")).await;
    Mock::given(method("POST"))
        .and(wiremock::matchers::path("/connect/token"))
        .and(header("authorization", "Basic YXBwLWlkOmFwcC1zZWNyZXQ="))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(body_string("grant_type=refresh_token&refresh_token=re%2Bfresh%2F0%3D"))
        .respond_with(new_tokens(1))
        .expect(1)
        .mount(&stage.identity)
        .await;
    let token = stage.authorizer().access_token().await.unwrap();
    assert_eq!(token.secret().expose_secret(), "access-1");
    assert_eq!(token.scopes().unwrap().len(), 2);
}

#[tokio::test]
async fn a_token_near_its_end_is_refreshed_before_the_call() {
    let stage = Stage::with_grant(
        TokenSet::new("access-0", start() + chrono::TimeDelta::seconds(60)).with_refresh("refresh-0"),
    )
    .await;
    stage.identity_says(1, new_tokens(1)).await;
    api_accepts(&stage, "access-1").await;
    stage.client().debtors().all().await.unwrap();
    assert_eq!((stage.api_requests().await, stored_access(&*stage.store).await), (1, "access-1".to_owned()));
}

#[tokio::test]
async fn a_401_is_refreshed_once_and_replayed() {
    let stage = Stage::new().await;
    stage.identity_says(1, new_tokens(1)).await;
    api_accepts(&stage, "access-1").await;
    let client = stage.client();
    client.debtors().all().await.unwrap();
    let stats = client.stats();
    assert_eq!((stats.requests, stats.retries, stats.token_calls), (1, 1, 1));
}

#[tokio::test]
async fn a_second_401_is_final_and_keeps_its_request_id() {
    let stage = Stage::new().await;
    stage.identity_says(5, new_tokens(1)).await;
    api_accepts(&stage, "never-issued").await;
    let error = stage.client().debtors().all().await.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::Unauthorized, Some("r-401")));
    assert_eq!((stage.api_requests().await, stage.token_forms().await.len()), (2, 1));
}

#[tokio::test]
async fn a_refused_token_that_was_replaced_meanwhile_is_not_refreshed() {
    let stage = Stage::new().await;
    api_accepts(&stage, "access-other").await;
    let client = stage.client();
    // The client takes access-0 from the store; then another process stores a new pair.
    let _ = client.debtors().all().await.unwrap_err();
    let mut rotated = grant();
    rotated.access = "access-other".into();
    let before = stage.token_forms().await.len();
    let generation = stage.store.load().await.unwrap().unwrap().generation;
    stage.store.replace(Some(generation), &Grant::ready(rotated)).await.unwrap();
    client.debtors().all().await.unwrap();
    assert_eq!(stage.token_forms().await.len(), before);
}

#[tokio::test]
async fn concurrent_callers_share_one_refresh() {
    let stage = Stage::with_grant(expired_grant()).await;
    stage.identity_says(9, new_tokens(1)).await;
    api_accepts(&stage, "access-1").await;
    let client = stage.client();
    let calls = (0..20).map(|_| client.debtors().all());
    assert!(join_all(calls).await.into_iter().all(|result| result.is_ok()));
    assert_eq!(stage.token_forms().await.len(), 1);
}

#[tokio::test]
async fn a_refresh_outlives_the_caller_who_asked_for_it() {
    let (arrived, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (server_arrived, server_release) = (Arc::clone(&arrived), Arc::clone(&release));
    let identity = serve(move |_| {
        let (arrived, release) = (Arc::clone(&server_arrived), Arc::clone(&server_release));
        async move {
            arrived.notify_one();
            release.notified().await;
            json_answer(
                &json!({ "access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 3600 }),
                0,
            )
        }
    })
    .await;
    let store = Arc::new(TellingStore::new(expired_grant()));
    let authorizer = authorizer(&identity, store.clone(), clock());

    let caller = tokio::spawn(async move { authorizer.access_token().await });
    arrived.notified().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    release.notify_one();

    let written = tokio::time::timeout(std::time::Duration::from_secs(30), store.written.notified()).await;
    written.expect("the refresh ended with its caller");
    assert_eq!(stored_access(&store.inner).await, "access-1");
}

#[tokio::test]
async fn a_lost_consent_is_asked_about_once_and_never_again_until_the_store_changes() {
    let stage = Stage::with_grant(expired_grant()).await;
    stage.identity_says(9, invalid_grant()).await;
    let authorizer = stage.authorizer();
    for _ in 0..3 {
        let error = authorizer.access_token().await.unwrap_err();
        assert!(error.is_consent_lost() && !error.is_retryable());
    }
    assert_eq!(stage.token_forms().await.len(), 1);
    assert_eq!(stored_access(&*stage.store).await, "access-0");

    authorizer.install(grant().with_refresh("refresh-9")).await.unwrap();
    assert!(authorizer.access_token().await.is_ok());
}

#[tokio::test]
async fn a_grant_without_a_refresh_token_ends_with_its_access_token() {
    let stage = Stage::with_grant(TokenSet::new("access-0", start())).await;
    assert!(stage.authorizer().access_token().await.unwrap_err().is_consent_lost());
    assert_eq!(stage.token_forms().await, Vec::<String>::new());
}

#[tokio::test]
async fn after_invalid_grant_a_pair_that_another_process_stored_is_used() {
    let store = Arc::new(RotatedMeanwhile::default());
    let stage = Stage::new().await;
    stage.identity_says(1, invalid_grant()).await;
    let token = authorizer(&stage.identity.uri(), store, clock()).access_token().await.unwrap();
    assert_eq!((token.secret().expose_secret(), stage.token_forms().await.len()), ("access-0", 1));
}

#[tokio::test]
async fn a_refresh_without_an_answer_is_sent_once_more_with_the_same_token() {
    for (second, kind) in [
        ("tokens", None),
        ("invalid_grant", Some(ErrorKind::ConsentLost)),
        ("nothing", Some(ErrorKind::Interrupted)),
    ] {
        let calls = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&calls);
        let identity = serve(move |_| {
            let is_second = count.fetch_add(1, Ordering::SeqCst) == 1;
            async move {
                match second {
                    "tokens" if is_second => json_answer(&json!({ "access_token": "access-1" }), 0),
                    "invalid_grant" if is_second => json_answer(&json!({ "error": "invalid_grant" }), 0),
                    _ => Vec::new(),
                }
            }
        })
        .await;
        let store = Arc::new(MemoryTokenStore::new(expired_grant()));
        let result = authorizer(&identity, store.clone(), clock()).access_token().await;
        assert_eq!(result.err().map(|error| error.kind()), kind, "{second}");
        assert_eq!(calls.load(Ordering::SeqCst), 2);
        let kept = store.load().await.unwrap().unwrap().grant.tokens;
        assert_eq!(kept.refresh.unwrap().expose_secret(), "refresh-0", "no answer names another");
    }
}

#[tokio::test]
async fn a_200_with_an_error_is_an_error_and_overwrites_nothing() {
    let stage = Stage::with_grant(expired_grant()).await;
    let body = json!({ "error": "invalid_client", "access_token": "access-1", "expires_in": 3600 });
    stage.identity_says(1, ok(&body)).await;
    let error = stage.authorizer().access_token().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Configuration, "connect/token"));
    assert_eq!(stored_access(&*stage.store).await, "access-0");
}

#[tokio::test]
async fn an_unavailable_identity_server_is_tried_again() {
    let stage = Stage::with_grant(expired_grant()).await;
    stage.identity_says(2, ResponseTemplate::new(503).insert_header("Retry-After", "4")).await;
    stage.identity_says(1, new_tokens(1)).await;
    assert!(stage.authorizer().access_token().await.is_ok());
    assert_eq!(stage.clock.waits(), [std::time::Duration::from_secs(4); 2]);
}

#[tokio::test]
async fn new_tokens_the_store_would_not_take_are_stored_next_time_and_not_used_before() {
    let stage = Stage::new().await;
    stage.identity_says(1, new_tokens(1)).await;
    let store = Arc::new(Failing::new(expired_grant(), 5));
    let authorizer = authorizer(&stage.identity.uri(), store.clone(), stage.clock.clone());
    let error = authorizer.access_token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::TokenStore, true));
    assert_eq!(stored_access(&store.inner).await, "access-0");

    let token = authorizer.access_token().await.unwrap();
    assert_eq!(token.secret().expose_secret(), "access-1");
    assert_eq!(stored_access(&store.inner).await, "access-1");
    assert_eq!(stage.token_forms().await.len(), 1, "the spent refresh token is not sent again");
}

#[tokio::test]
async fn new_tokens_are_offered_to_a_failing_store_again_before_the_call_fails() {
    let stage = Stage::new().await;
    stage.identity_says(1, new_tokens(1)).await;
    let store = Arc::new(Failing::new(expired_grant(), 4));
    let authorizer = authorizer(&stage.identity.uri(), store.clone(), stage.clock.clone());
    assert!(authorizer.access_token().await.is_ok());
    assert_eq!(stored_access(&store.inner).await, "access-1");
}

/// Says when it was written.
#[derive(Debug)]
struct TellingStore {
    inner: MemoryTokenStore,
    written: Notify,
}

impl TellingStore {
    fn new(grant: TokenSet) -> Self {
        Self { inner: MemoryTokenStore::new(grant), written: Notify::new() }
    }
}

#[async_trait]
impl TokenStore for TellingStore {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        self.inner.load().await
    }

    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError> {
        let replaced = self.inner.replace(expected, grant).await;
        if grant.state == GrantState::Ready {
            self.written.notify_one();
        }
        replaced
    }

    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError> {
        self.inner.remove(expected).await
    }
}

/// Another process stores its new pair right after we have claimed.
#[derive(Debug, Default)]
struct RotatedMeanwhile(AtomicBool);

#[async_trait]
impl TokenStore for RotatedMeanwhile {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        let is_rotated = self.0.load(Ordering::SeqCst);
        let tokens = if is_rotated { grant().with_refresh("refresh-other") } else { expired_grant() };
        Ok(Some(StoredGrant::new(Grant::ready(tokens), Generation(if is_rotated { 3 } else { 1 }))))
    }

    async fn replace(&self, _: Option<Generation>, _: &Grant) -> Result<Replaced, StoreError> {
        let is_rotated = self.0.swap(true, Ordering::SeqCst);
        Ok(if is_rotated { Replaced::Moved } else { Replaced::Done(Generation(2)) })
    }

    async fn remove(&self, _: Generation) -> Result<Replaced, StoreError> {
        Ok(Replaced::Moved)
    }
}

/// Takes claims, and fails as many writes of a new pair as it is told.
#[derive(Debug)]
struct Failing {
    inner: MemoryTokenStore,
    failures: AtomicU32,
}

impl Failing {
    fn new(grant: TokenSet, failures: u32) -> Self {
        Self { inner: MemoryTokenStore::new(grant), failures: AtomicU32::new(failures) }
    }
}

#[async_trait]
impl TokenStore for Failing {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        self.inner.load().await
    }

    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError> {
        let is_claim = matches!(grant.state, GrantState::Refreshing { .. });
        let less = |left: u32| left.checked_sub(1);
        if !is_claim && self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            return Err(StoreError::new("the disk is full"));
        }
        self.inner.replace(expected, grant).await
    }

    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError> {
        self.inner.remove(expected).await
    }
}
