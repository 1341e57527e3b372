//! When to refresh, and what to believe when it fails.
//!
//! Whoever needs an access token comes here. One that lasts another minute is handed out at once; otherwise all who
//! ask share one *flight*: a task of its own that re-reads the store, spends the refresh token, stores the new pair,
//! and only then wakes them. What can never happen: two flights at once, a token used before it is stored, a stored
//! token overwritten by a failed refresh, a second try with a refresh token the server has called invalid.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

use super::identity::{IdentityServer, Refusal, TOKEN};
use super::store::{Replaced, StoreError, StoredTokens, TokenStore};
use super::{AccessToken, AppCredentials, TokenSet};
use crate::clock::{Clock, SystemClock, jitter, later, until};
use crate::error::{Error, ErrorKind, Result};
use crate::retry::{RetryPolicy, Verdict, decide, retry_after};
use crate::transport::{Base, Timeouts, Transport, TransportSettings};

/// How many different refresh tokens one flight tries: ours, and those other processes put in its place meanwhile.
const MAX_ROUNDS: u32 = 3;

/// Gives access tokens for one credential. Cheap to clone; make **one** per credential and process, and share it.
#[derive(Clone)]
pub struct Authorizer(Arc<Inner>);

struct Inner {
    identity: IdentityServer,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    token_calls: AtomicU64,
    state: Mutex<State>,
}

type Flight = Shared<BoxFuture<'static, Result<AccessToken>>>;

#[derive(Default)]
struct State {
    /// The last token a flight brought home.
    current: Option<AccessToken>,
    /// The refresh under way.
    flight: Option<Flight>,
    /// New tokens the store would not take: the old refresh token is spent, so these are all we have.
    unstored: Option<StoredTokens>,
    /// The refresh token the server has called invalid.
    lost: Option<SecretString>,
}

impl Authorizer {
    /// Starts a set-up: the app, and the store that holds the credential's grant.
    pub fn builder(app: AppCredentials, store: Arc<dyn TokenStore>) -> AuthorizerBuilder {
        AuthorizerBuilder {
            app,
            store,
            identity_url: "https://identityservice.nmbrs.com".to_owned(),
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::default(),
            settings: TransportSettings::default(),
        }
    }

    /// A token that lasts for another minute at least, refreshed if need be.
    ///
    /// # Errors
    /// [`ErrorKind::ConsentLost`] when a person must consent again; [`ErrorKind::TokenStore`] when the store fails;
    /// the identity server's trouble under its own kind, most of it retryable.
    pub async fn access_token(&self) -> Result<AccessToken> {
        self.obtain(None).await
    }

    /// How many requests the identity server got.
    pub fn token_calls(&self) -> u64 {
        self.0.token_calls.load(Ordering::Relaxed)
    }

    /// A token other than the one the API has refused. Refreshes only if nobody else has meanwhile.
    pub(crate) async fn replace(&self, refused: &AccessToken) -> Result<AccessToken> {
        let token = self.obtain(Some(refused)).await?;
        if !token.is_same(refused) {
            return Ok(token);
        }
        // We joined a flight that somebody else had begun before the refusal was known.
        self.obtain(Some(refused)).await
    }

    async fn obtain(&self, refused: Option<&AccessToken>) -> Result<AccessToken> {
        let flight = {
            let mut state = self.0.state();
            if let Some(current) = &state.current
                && self.0.is_usable(current, refused)
            {
                return Ok(current.clone());
            }
            // A flight that has ended without clearing itself has panicked; it is no flight to join.
            match state.flight.take().filter(|flight| flight.peek().is_none()) {
                Some(flight) => state.flight.insert(flight).clone(),
                None => state.flight.insert(self.take_off(refused.cloned())).clone(),
            }
        };
        flight.await
    }

    /// The flight is a task: it goes on when all who wait for it are gone.
    fn take_off(&self, refused: Option<AccessToken>) -> Flight {
        let inner = Arc::clone(&self.0);
        let task = async move {
            let result = inner.fly(refused.as_ref()).await;
            let mut state = inner.state();
            state.flight = None;
            if let Ok(token) = &result {
                state.current = Some(token.clone());
            }
            result
        };
        let task = tokio::spawn(task.in_current_span());
        let ended = || Error::new(ErrorKind::Interrupted, TOKEN).detail("the refresh task was ended");
        async move { task.await.unwrap_or_else(|_| Err(ended())) }.boxed().shared()
    }
}

impl Inner {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_usable(&self, token: &AccessToken, refused: Option<&AccessToken>) -> bool {
        token.is_fresh(self.clock.now()) && !refused.is_some_and(|refused| token.is_same(refused))
    }

    async fn fly(&self, refused: Option<&AccessToken>) -> Result<AccessToken> {
        let unstored = self.state().unstored.take();
        if let Some(unstored) = unstored {
            self.persist(unstored).await?;
        }
        let mut refusal = None;
        for _ in 0..MAX_ROUNDS {
            let stored = self.load().await?;
            let token = AccessToken::of(&stored.tokens);
            if self.is_usable(&token, refused) {
                return Ok(token);
            }
            let refresh = stored.tokens.refresh.as_ref().ok_or_else(|| lost("there is no refresh token"))?;
            if self.is_lost(refresh) {
                let known = || lost("the refresh token is spent, expired or withdrawn");
                return Err(refusal.unwrap_or_else(known));
            }
            match self.spend(refresh, &stored.tokens).await {
                Ok(fresh) => {
                    let token = AccessToken::of(&fresh);
                    if self.persist(StoredTokens::new(fresh, stored.generation)).await? {
                        return Ok(token);
                    }
                }
                // Another process may have rotated first: look into the store again before giving up.
                Err(Refusal::InvalidGrant(error)) => {
                    self.state().lost = Some(refresh.clone());
                    refusal = Some(error);
                }
                Err(Refusal::Ambiguous(error) | Refusal::Other { error, .. }) => return Err(error),
            }
        }
        Err(Error::new(ErrorKind::Conflict, TOKEN).detail("the token store keeps changing").retryable(true))
    }

    /// Sends the refresh token: once more if it is not known whether it arrived, and by the policy if it surely
    /// changed nothing.
    async fn spend(&self, refresh: &SecretString, old: &TokenSet) -> Result<TokenSet, Refusal> {
        let deadline = later(self.clock.now(), self.retry.deadline);
        let (mut attempt, mut doubted) = (1, false);
        loop {
            self.token_calls.fetch_add(1, Ordering::Relaxed);
            let (error, outcome, wish) = match self.identity.refresh(refresh, old, self.clock.now()).await {
                Err(Refusal::Other { error, outcome, retry_after }) => (error, outcome, retry_after),
                Err(Refusal::Ambiguous(_)) if !doubted => {
                    doubted = true;
                    continue;
                }
                settled => return settled,
            };
            let now = self.clock.now();
            let wish = wish.and_then(|header| retry_after(&header, now));
            match decide(&self.retry, attempt, outcome, wish, jitter(), until(deadline, now)) {
                Verdict::After(wait) => {
                    tracing::debug!(attempt, kind = ?error.kind(), "token refresh is repeated");
                    self.clock.sleep(wait).await;
                    attempt += 1;
                }
                verdict => {
                    let wait = if let Verdict::TooLate(wait) = verdict { Some(wait) } else { wish };
                    let error = error.retry_from(wait.map(|wait| later(now, wait)));
                    return Err(Refusal::Other { error, outcome, retry_after: None });
                }
            }
        }
    }

    async fn load(&self) -> Result<StoredTokens> {
        self.store.load().await.map_err(store_failed)?.ok_or_else(|| lost("there is no grant"))
    }

    /// Whether the tokens are stored now; `false` if another writer came first, and then they are void.
    async fn persist(&self, tokens: StoredTokens) -> Result<bool> {
        match self.store.replace(tokens.generation, &tokens.tokens).await {
            Ok(Replaced::Done(_)) => Ok(true),
            Ok(Replaced::Moved) => Ok(false),
            Err(error) => {
                self.state().unstored = Some(tokens);
                Err(store_failed(error))
            }
        }
    }

    fn is_lost(&self, refresh: &SecretString) -> bool {
        self.state().lost.as_ref().is_some_and(|lost| lost.expose_secret() == refresh.expose_secret())
    }
}

fn lost(why: &str) -> Error {
    Error::new(ErrorKind::ConsentLost, TOKEN).detail(why)
}

fn store_failed(error: StoreError) -> Error {
    Error::new(ErrorKind::TokenStore, TOKEN).retryable(true).caused_by(error)
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizer").finish_non_exhaustive()
    }
}

/// Sets up an [`Authorizer`].
pub struct AuthorizerBuilder {
    app: AppCredentials,
    store: Arc<dyn TokenStore>,
    identity_url: String,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    settings: TransportSettings,
}

impl AuthorizerBuilder {
    /// The identity server: https, or http on loopback. Default `https://identityservice.nmbrs.com`.
    pub fn identity_url(mut self, url: impl Into<String>) -> Self {
        self.identity_url = url.into();
        self
    }

    /// Where the time comes from. Default [`SystemClock`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How a refresh that surely changed nothing is repeated. Default: as for reads.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long one exchange may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.settings.timeouts = timeouts;
        self
    }

    /// Sends everything through this proxy. Default: none, whatever the environment says.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.settings.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// Checks the set-up.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: empty credentials, or an address that is not https (or http on loopback).
    pub fn build(self) -> Result<Authorizer> {
        if self.app.are_empty() {
            return Err(Error::configuration("client id and client secret must not be empty"));
        }
        let base = Base::parse(&self.identity_url, "identity_url")?;
        let identity = IdentityServer::new(Transport::new(&self.settings)?, base, &self.app)?;
        Ok(Authorizer(Arc::new(Inner {
            identity,
            store: self.store,
            clock: self.clock,
            retry: self.retry,
            token_calls: AtomicU64::new(0),
            state: Mutex::default(),
        })))
    }
}

impl fmt::Debug for AuthorizerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address that has not been checked yet may hold credentials.
        f.debug_struct("AuthorizerBuilder").finish_non_exhaustive()
    }
}
