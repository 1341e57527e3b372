//! The rules of token rotation, one test each (rule 7 is in `lifecycle`).

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use nmbrs_client::auth::{GrantState, MemoryTokenStore, TokenStore};
use nmbrs_client::sandbox::{Effect, Fault};
use nmbrs_client::{ErrorKind, NmbrsClient, SystemClock};
use secrecy::ExposeSecret;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::scripted::{Refusing, expired, server, stored};
use crate::stage::{
    FakeClock, authorizer, authorizer_at, consent, issued, sandbox, short_lived, start, token_requests,
};

#[tokio::test]
async fn rule_1_the_end_is_kept_as_an_instant_counted_from_before_the_request() {
    let (sandbox, clock) = (sandbox().await, FakeClock::new());
    let slow = clock.clone();
    let server = server(move || slow.advance(TimeDelta::seconds(40))).await;
    let store = Arc::new(MemoryTokenStore::new(expired()));
    authorizer_at(&server.uri(), &sandbox, store.clone(), clock).access_token().await.unwrap();
    let tokens = stored(&*store).await.grant.tokens;
    assert_eq!(tokens.expires_at, start() + TimeDelta::hours(1));
    assert_eq!(tokens.issued_at, Some(start()));
}

#[tokio::test]
async fn rule_2_a_token_is_renewed_a_minute_before_its_end_and_once_more_on_a_401() {
    let sandbox = sandbox().await;
    let clock = FakeClock::new();
    let mut tokens = issued(&sandbox);
    tokens.expires_at = start() + TimeDelta::seconds(61);
    let authorizer = authorizer(&sandbox, Arc::new(MemoryTokenStore::new(tokens)), clock.clone());
    authorizer.access_token().await.unwrap();
    assert_eq!(consent(&sandbox, 0).1, 0);
    clock.advance(TimeDelta::seconds(1));
    authorizer.access_token().await.unwrap();
    assert_eq!(consent(&sandbox, 0).1, 1);

    let key = sandbox.credentials().subscription_key;
    let client =
        NmbrsClient::builder(key, authorizer).rest_url(sandbox.rest_url()).clock(clock).build().unwrap();
    for refreshes in [2, 3] {
        sandbox.advance_clock(Duration::from_secs(3600));
        client.debtors().all().await.unwrap();
        assert_eq!(consent(&sandbox, 0), ("live".to_owned(), refreshes));
    }
}

#[tokio::test]
async fn a_wrong_subscription_key_costs_one_refresh_and_not_one_per_call() {
    let sandbox = sandbox().await;
    let clock = FakeClock::new();
    let authorizer = authorizer(&sandbox, Arc::new(MemoryTokenStore::new(issued(&sandbox))), clock.clone());
    authorizer.access_token().await.unwrap();
    let with_key = |key: &str| {
        let builder = NmbrsClient::builder(key.to_owned(), authorizer.clone()).rest_url(sandbox.rest_url());
        builder.clock(clock.clone()).build().unwrap()
    };
    let wrong = with_key("wrong");
    for _ in 0..4 {
        assert_eq!(wrong.debtors().all().await.unwrap_err().kind(), ErrorKind::Unauthorized);
    }
    let spent_on_it = consent(&sandbox, 0).1 - 1;
    assert!(spent_on_it <= 1, "{spent_on_it}");

    let right = with_key(&sandbox.credentials().subscription_key);
    right.debtors().all().await.unwrap();
    sandbox.advance_clock(Duration::from_secs(3600));
    right.debtors().all().await.unwrap();
    assert_eq!(consent(&sandbox, 0), ("live".to_owned(), spent_on_it + 2), "a 401 is worth a refresh again");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_3_one_refresh_at_a_time_per_grant_also_by_several_authorizers() {
    let sandbox = sandbox().await;
    let store: Arc<dyn TokenStore> = Arc::new(MemoryTokenStore::new(issued(&sandbox)));
    let several: Vec<_> =
        (0..4).map(|_| authorizer(&sandbox, Arc::clone(&store), Arc::new(SystemClock))).collect();
    let calls = (0..40).map(|n| several[n % 4].access_token());
    let tokens: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert!(tokens.iter().all(|t| t.secret().expose_secret() == tokens[0].secret().expose_secret()));
    assert_eq!(consent(&sandbox, 0), ("live".to_owned(), 1));
}

#[tokio::test]
async fn rule_4_a_pair_that_is_not_stored_is_not_used() {
    let sandbox = sandbox().await;
    let store = Arc::new(Refusing { store: MemoryTokenStore::new(issued(&sandbox)), claims_too: false });
    let authorizer = authorizer(&sandbox, store, FakeClock::new());
    let key = sandbox.credentials().subscription_key;
    let client = NmbrsClient::builder(key, authorizer).rest_url(sandbox.rest_url()).build().unwrap();
    assert_eq!(client.debtors().all().await.unwrap_err().kind(), ErrorKind::TokenStore);
    assert_eq!(consent(&sandbox, 0).1, 1);
    assert!(sandbox.requests().iter().all(|request| !request.is_api()));
}

#[tokio::test]
async fn rule_5_a_failed_refresh_overwrites_no_token_and_frees_it_only_if_it_surely_was_not_sent() {
    let status = |status| Effect::Status { status, code: None, headers: [].into(), body: None };
    let stated = |word: &str| Effect::Status {
        status: 400,
        code: None,
        headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
        body: Some(json!({ "error": word }).to_string()),
    };
    for (effect, kind, is_freed) in [
        (status(429), ErrorKind::RateLimited, true),
        (stated("invalid_client"), ErrorKind::Configuration, true),
        (status(500), ErrorKind::Server, false),
        (status(503), ErrorKind::Server, false),
        (status(302), ErrorKind::UnexpectedStatus, false),
    ] {
        let sandbox = sandbox().await;
        let store = Arc::new(MemoryTokenStore::new(issued(&sandbox)));
        sandbox.inject(Fault::new(effect.clone()).on_path("/connect/token").always());
        let error = authorizer(&sandbox, store.clone(), FakeClock::new()).access_token().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{effect:?}");
        let kept = stored(&*store).await.grant;
        assert_eq!(kept.tokens.access.expose_secret(), issued(&sandbox).access.expose_secret());
        assert_eq!(kept.state == GrantState::Ready, is_freed, "{effect:?}: {:?}", kept.state);
    }
    let sandbox = sandbox().await;
    let store = Arc::new(MemoryTokenStore::new(issued(&sandbox)));
    let nowhere = authorizer_at("http://127.0.0.1:9", &sandbox, store.clone(), FakeClock::new());
    assert_eq!(nowhere.access_token().await.unwrap_err().kind(), ErrorKind::Connect);
    assert_eq!(stored(&*store).await.grant.state, GrantState::Ready);
}

#[tokio::test]
async fn rule_6_an_answer_without_a_refresh_token_keeps_the_old_one() {
    let sandbox = sandbox().await;
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({ "access_token": "access-1" }));
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let store = Arc::new(MemoryTokenStore::new(expired()));
    authorizer_at(&server.uri(), &sandbox, store.clone(), FakeClock::new()).access_token().await.unwrap();
    let tokens = stored(&*store).await.grant.tokens;
    assert_eq!(tokens.refresh.unwrap().expose_secret(), "refresh-0");
    assert_eq!(tokens.issued_at, expired().issued_at, "its 30 days go on from where they were");
    assert_eq!(tokens.access.expose_secret(), "access-1");
}

#[tokio::test]
async fn rule_8_an_unanswered_refresh_is_sent_once_more_and_what_is_lost_then_is_lost_for_all() {
    let sandbox = short_lived().await;
    let first = issued(&sandbox).refresh.unwrap();
    let store: Arc<dyn TokenStore> = Arc::new(MemoryTokenStore::new(issued(&sandbox)));
    sandbox.inject(Fault::new(Effect::TokenAnswerLost));
    for _ in 0..2 {
        let process = authorizer(&sandbox, Arc::clone(&store), FakeClock::new());
        for _ in 0..2 {
            assert!(process.access_token().await.unwrap_err().is_consent_lost());
        }
    }
    assert_eq!(token_requests(&sandbox).0, 2);
    let grant = stored(&*store).await.grant;
    assert_eq!(grant.state, GrantState::ConsentLost { since: start() });
    assert_eq!(grant.tokens.refresh.unwrap().expose_secret(), first.expose_secret());
}
