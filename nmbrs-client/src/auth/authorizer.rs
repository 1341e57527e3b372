//! Tokens for one credential, shared by everybody in the process.
//!
//! Whoever needs an access token comes here. One that lasts another minute is handed out at once; otherwise all who
//! ask share one flight. Everything that changes the grant runs in a task of its own, so that a caller who gives up
//! loses nothing. What can never happen: two refreshes for one need, a token used before it is stored, a refresh per
//! call because the API refuses every token.

use std::fmt;
use std::future::Future;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tracing::Instrument;

use super::builder::AuthorizerBuilder;
use super::flight::{Landing, Need, Pilot};
use super::identity::TOKEN;
use super::store::TokenStore;
use super::{AccessToken, AppCredentials, SignIn, TokenSet};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;

/// Gives access tokens for one credential. Cheap to clone; make **one** per credential and process, and share it.
#[derive(Clone)]
pub struct Authorizer(Arc<Inner>);

struct Inner {
    pilot: Pilot,
    state: Mutex<State>,
}

type Flight = Shared<BoxFuture<'static, Result<AccessToken>>>;

#[derive(Default)]
struct State {
    /// The last token a flight brought home.
    current: Option<AccessToken>,
    /// The flight under way.
    flight: Option<Flight>,
    /// Counts the consents. What a flight brings home for an earlier one concerns nobody.
    consent: u64,
    /// A refused token has been refreshed, and no call has succeeded since: it is not the token that is refused.
    is_futile: bool,
}

/// What became of [`Authorizer::keep_alive`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeptAlive {
    /// The refresh token is young enough; come back then.
    NotDue {
        /// When it should be renewed.
        due: DateTime<Utc>,
    },
    /// There is a new one, and it is stored.
    Refreshed,
}

impl Authorizer {
    /// Starts a set-up: the app, and the store that holds the credential's grant.
    pub fn builder(app: AppCredentials, store: Arc<dyn TokenStore>) -> AuthorizerBuilder {
        AuthorizerBuilder::new(app, store)
    }

    pub(super) fn of(pilot: Pilot) -> Self {
        Self(Arc::new(Inner { pilot, state: Mutex::default() }))
    }

    /// Prepares sign-ins over the same identity server: with one of the app's registered redirect URIs, exactly as
    /// registered, and the scopes to ask for ([`Scope::least_for`] knows which). `offline_access` is always asked for
    /// as well. What a sign-in gives, [`install`](Self::install) puts into the store.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: a redirect address that is not https (or http on loopback); no scope to read with,
    /// or one that is not read-only.
    pub fn sign_in(
        &self,
        redirect_uri: impl Into<String>,
        scopes: impl IntoIterator<Item = Scope>,
    ) -> Result<SignIn> {
        SignIn::new(self.clone(), redirect_uri.into(), scopes.into_iter().collect())
    }

    /// A token that lasts for another minute at least, refreshed if need be.
    ///
    /// # Errors
    /// [`ErrorKind::ConsentLost`] when a person must consent again; [`ErrorKind::TokenStore`] when the store fails;
    /// [`ErrorKind::Deadline`] when another process has been refreshing all the time that one call may take;
    /// the identity server's trouble under its own kind, most of it retryable.
    pub async fn access_token(&self) -> Result<AccessToken> {
        self.obtain(None).await
    }

    /// Puts the tokens of a new consent in the place of whatever grant the store holds. What cannot be read as a grant
    /// is not overwritten: whoever put it there may need it.
    ///
    /// # Errors
    /// [`ErrorKind::TokenStore`], [`ErrorKind::Conflict`]: they may not be stored; call again with the same tokens.
    pub async fn install(&self, tokens: TokenSet) -> Result<()> {
        let inner = Arc::clone(&self.0);
        outlive(async move {
            inner.pilot.claims.install(tokens.clone()).await?;
            inner.begin_anew(Some(AccessToken::of(&tokens)));
            Ok(())
        })
        .await
    }

    /// Renews a refresh token that nobody has used for 20 days, so that it does not end after 30. For credentials
    /// that are used less than monthly; call it daily. A grant of unknown age is renewed at once.
    ///
    /// # Errors
    /// As [`access_token`](Self::access_token).
    pub async fn keep_alive(&self) -> Result<KeptAlive> {
        let inner = Arc::clone(&self.0);
        outlive(async move {
            let consent = inner.state().consent;
            let landing = inner.pilot.fly(&Need::Renewal).await?;
            inner.state().land(consent, &landing);
            let due = landing.token.tokens().renewal_due().filter(|_| !landing.is_new);
            Ok(due.map_or(KeptAlive::Refreshed, |due| KeptAlive::NotDue { due }))
        })
        .await
    }

    /// Ends the grant: its tokens are revoked at the server, then it is taken out of the store. Without a grant there
    /// is nothing to do. A grant that is installed meanwhile stays.
    ///
    /// # Errors
    /// Whatever keeps the server from revoking, or the store from forgetting; then the grant is still there, and
    /// calling again is safe.
    pub async fn revoke(&self) -> Result<()> {
        let inner = Arc::clone(&self.0);
        outlive(async move {
            if inner.pilot.revoke().await? {
                inner.begin_anew(None);
            }
            Ok(())
        })
        .await
    }

    /// How many requests the identity server got.
    pub fn token_calls(&self) -> u64 {
        self.0.pilot.calls.load(Ordering::Relaxed)
    }

    pub(super) fn pilot(&self) -> &Pilot {
        &self.0.pilot
    }

    /// A token other than the one the API has refused, refreshed only if nobody else has meanwhile. It is the refused
    /// one again if the last refresh for this reason helped nobody: then something else is refused, such as the
    /// subscription key.
    pub(crate) async fn replace(&self, refused: &AccessToken) -> Result<AccessToken> {
        let token = self.obtain(Some(refused)).await?;
        if !token.is_same(refused) {
            return Ok(token);
        }
        // We may have joined a flight that somebody else had begun before the refusal was known.
        self.obtain(Some(refused)).await
    }

    /// The API has let a call in: a later refusal is worth a refresh again.
    pub(crate) fn was_let_in(&self) {
        self.0.state().is_futile = false;
    }

    async fn obtain(&self, refused: Option<&AccessToken>) -> Result<AccessToken> {
        let flight = {
            let mut state = self.0.state();
            if let Some(current) = &state.current
                && current.tokens().is_fresh(self.0.pilot.clock.now())
                && !refused.is_some_and(|refused| current.is_same(refused))
            {
                return Ok(current.clone());
            }
            // A flight that has ended without clearing itself has panicked; it is no flight to join.
            let under_way = state.flight.take().filter(|flight| flight.peek().is_none());
            let flight = under_way.unwrap_or_else(|| self.take_off(&state, refused));
            state.flight.insert(flight).clone()
        };
        flight.await
    }

    fn take_off(&self, state: &State, refused: Option<&AccessToken>) -> Flight {
        let (consent, is_futile) = (state.consent, state.is_futile);
        let need = match refused {
            Some(refused) => Need::Other { refused: refused.clone(), is_futile },
            None => Need::Lasting,
        };
        let inner = Arc::clone(&self.0);
        let flight = outlive(async move {
            let landed = inner.pilot.fly(&need).await;
            let mut state = inner.state();
            if state.consent == consent {
                state.flight = None;
            }
            let landing = landed?;
            state.land(consent, &landing);
            state.is_futile |=
                landing.is_new && matches!(need, Need::Other { .. }) && state.consent == consent;
            Ok(landing.token)
        });
        flight.boxed().shared()
    }
}

/// Runs `work` in a task, which goes on when whoever waits for it is gone.
fn outlive<T, F>(work: F) -> impl Future<Output = Result<T>> + Send
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let task = tokio::spawn(work.in_current_span());
    let ended = || Error::new(ErrorKind::Interrupted, TOKEN).detail("the token task was ended");
    async move { task.await.unwrap_or_else(|_| Err(ended())) }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another consent, or none: nothing that was known of the last one holds any more.
    fn begin_anew(&self, current: Option<AccessToken>) {
        let mut state = self.state();
        *state = State { current, consent: state.consent + 1, ..State::default() };
    }
}

impl State {
    fn land(&mut self, consent: u64, landing: &Landing) {
        if self.consent == consent {
            self.current = Some(landing.token.clone());
        }
    }
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizer").finish_non_exhaustive()
    }
}
