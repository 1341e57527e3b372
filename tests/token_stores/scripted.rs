//! An identity server and a store that do what a test has written down for them.

use async_trait::async_trait;
use chrono::TimeDelta;
use nmbrs_client::auth::{
    Generation, Grant, GrantState, MemoryTokenStore, Replaced, StoreError, StoredGrant, TokenSet, TokenStore,
};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::stage::start;

/// The grant these servers renew.
pub(crate) fn expired() -> TokenSet {
    TokenSet::new("access-0", start()).with_refresh("refresh-0").with_issued_at(start() - TimeDelta::days(3))
}

pub(crate) async fn stored(store: &dyn TokenStore) -> StoredGrant {
    store.load().await.unwrap().unwrap()
}

/// An identity server that does something before it answers with a new pair.
pub(crate) async fn server(meanwhile: impl Fn() + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    let answer = move |_: &wiremock::Request| {
        meanwhile();
        let body = json!({ "access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 3600 });
        ResponseTemplate::new(200).set_body_json(body)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

pub(crate) async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// Takes no new tokens, and perhaps no claims either.
#[derive(Debug)]
pub(crate) struct Refusing {
    pub(crate) store: MemoryTokenStore,
    pub(crate) claims_too: bool,
}

#[async_trait]
impl TokenStore for Refusing {
    async fn load(&self) -> Result<Option<StoredGrant>, StoreError> {
        self.store.load().await
    }

    async fn replace(&self, expected: Option<Generation>, grant: &Grant) -> Result<Replaced, StoreError> {
        let is_claim = matches!(grant.state, GrantState::Refreshing { .. });
        if is_claim && !self.claims_too {
            return self.store.replace(expected, grant).await;
        }
        Err(StoreError::new("the disk is full"))
    }

    async fn remove(&self, expected: Generation) -> Result<Replaced, StoreError> {
        self.store.remove(expected).await
    }
}
