//! What a claim in the store is for: who may send, who waits, and whose new pair counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::FutureExt;
use nmbrs_client::auth::{
    Generation, Grant, GrantState, MemoryTokenStore, Replaced, StoreError, StoredGrant, TokenSet, TokenStore,
};
use nmbrs_client::{Clock, ErrorKind};
use secrecy::ExposeSecret;

use crate::scripted::{Refusing, expired, requests, server, stored};
use crate::stage::{FakeClock, authorizer, authorizer_at, issued, sandbox, start, token_requests};

#[tokio::test]
async fn a_refresh_is_claimed_in_the_store_before_it_is_sent() {
    let sandbox = sandbox().await;
    let store = Arc::new(MemoryTokenStore::new(expired()));
    let seen = Arc::clone(&store);
    let server = server(move || {
        let grant = seen.load().now_or_never().unwrap().unwrap().unwrap().grant;
        assert_eq!(grant.state, GrantState::Refreshing { until: start() + TimeDelta::seconds(90) });
        assert_eq!(grant.tokens.refresh.unwrap().expose_secret(), "refresh-0");
    })
    .await;
    let authorizer = authorizer_at(&server.uri(), &sandbox, store.clone(), FakeClock::new());
    authorizer.access_token().await.unwrap();
    assert_eq!(stored(&*store).await.grant.state, GrantState::Ready);
}

#[tokio::test]
async fn a_store_that_takes_no_claim_costs_no_token() {
    let sandbox = sandbox().await;
    let store = Arc::new(Refusing { store: MemoryTokenStore::new(issued(&sandbox)), claims_too: true });
    let error = authorizer(&sandbox, store, FakeClock::new()).access_token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::TokenStore, true));
    assert_eq!(token_requests(&sandbox), (0, 0));
}

#[tokio::test]
async fn anothers_claim_is_waited_for_to_its_end_and_then_taken_over() {
    let sandbox = sandbox().await;
    let clock = FakeClock::new();
    let until = start() + TimeDelta::seconds(70);
    let store = Arc::new(MemoryTokenStore::empty());
    store.replace(None, &Grant::ready(expired()).with_state(GrantState::Refreshing { until })).await.unwrap();
    let at_sending = clock.clone();
    let server = server(move || assert!(at_sending.now() >= until)).await;
    authorizer_at(&server.uri(), &sandbox, store, clock).access_token().await.unwrap();
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn a_claim_that_outlasts_the_call_is_an_error_that_says_when_to_come_back() {
    let sandbox = sandbox().await;
    let until = start() + TimeDelta::seconds(121);
    let store = Arc::new(MemoryTokenStore::empty());
    store
        .replace(None, &Grant::ready(issued(&sandbox)).with_state(GrantState::Refreshing { until }))
        .await
        .unwrap();
    let error = authorizer(&sandbox, store, FakeClock::new()).access_token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!((error.is_retryable(), error.retry_at()), (true, Some(until)));
    assert_eq!(token_requests(&sandbox), (0, 0));
}

#[tokio::test]
async fn nothing_is_sent_under_a_claim_without_time_for_one_exchange() {
    for (first_write, later_writes, sent) in [(60, 0, true), (61, 0, true), (61, 61, false)] {
        let sandbox = sandbox().await;
        let clock = FakeClock::new();
        let store = Arc::new(SlowlyClaimed {
            store: MemoryTokenStore::new(expired()),
            clock: clock.clone(),
            writes: [first_write, later_writes].map(TimeDelta::seconds),
            has_written: AtomicBool::new(false),
        });
        let (seen, now) = (Arc::clone(&store), clock.clone());
        let server = server(move || {
            let grant = seen.store.load().now_or_never().unwrap().unwrap().unwrap().grant;
            let GrantState::Refreshing { until } = grant.state else { panic!("{grant:?}") };
            assert!(until - now.now() >= TimeDelta::seconds(30));
        })
        .await;
        let result = authorizer_at(&server.uri(), &sandbox, store, clock).access_token().await;
        assert_eq!(result.is_ok(), sent, "{first_write} {later_writes}: {result:?}");
        assert_eq!(requests(&server).await, usize::from(sent));
    }
}

#[tokio::test]
async fn a_pair_takes_the_place_of_the_token_it_was_bought_with_whoever_has_claimed_that_since() {
    for state in [
        GrantState::Refreshing { until: start() + TimeDelta::hours(1) },
        GrantState::ConsentLost { since: start() },
        GrantState::Ready,
    ] {
        let sandbox = sandbox().await;
        let store = Arc::new(MemoryTokenStore::new(expired()));
        let others = Arc::clone(&store);
        let server = server(move || write(&others, &Grant::ready(expired()).with_state(state))).await;
        let authorizer = authorizer_at(&server.uri(), &sandbox, store.clone(), FakeClock::new());
        authorizer.access_token().await.unwrap();
        let grant = stored(&*store).await.grant;
        assert_eq!((grant.tokens.access.expose_secret(), grant.state), ("access-1", GrantState::Ready));
    }
}

#[tokio::test]
async fn a_pair_of_a_consent_that_has_been_replaced_meanwhile_is_void() {
    let sandbox = sandbox().await;
    let store = Arc::new(MemoryTokenStore::new(expired()));
    let others = Arc::clone(&store);
    let newer = TokenSet::new("access-9", start() + TimeDelta::hours(1)).with_refresh("refresh-9");
    let installed = Grant::ready(newer);
    let server = server(move || write(&others, &installed)).await;
    let authorizer = authorizer_at(&server.uri(), &sandbox, store.clone(), FakeClock::new());
    assert_eq!(authorizer.access_token().await.unwrap().secret().expose_secret(), "access-9");
    assert_eq!(stored(&*store).await.grant.tokens.access.expose_secret(), "access-9");
    assert_eq!(requests(&server).await, 1);
}

/// Another process writes, whatever stands there.
fn write(store: &MemoryTokenStore, grant: &Grant) {
    let generation = store.load().now_or_never().unwrap().unwrap().map(|stored| stored.generation);
    store.replace(generation, grant).now_or_never().unwrap().unwrap();
}

/// Takes its time for claims: so long for the first, and so long for each after it.
#[derive(Debug)]
struct SlowlyClaimed {
    store: MemoryTokenStore,
    clock: Arc<FakeClock>,
    writes: [TimeDelta; 2],
    has_written: AtomicBool,
}

#[async_trait]
impl TokenStore for SlowlyClaimed {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        self.store.load().await
    }

    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError> {
        if matches!(grant.state, GrantState::Refreshing { .. }) {
            let is_later = self.has_written.swap(true, Ordering::SeqCst);
            self.clock.advance(self.writes[usize::from(is_later)]);
        }
        self.store.replace(expected, grant).await
    }

    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError> {
        self.store.remove(expected).await
    }
}
