//! The set-up of an [`Authorizer`]: settings come in, one checked authorizer or a configuration error goes out.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use secrecy::SecretString;

use super::claim::Claims;
use super::flight::Pilot;
use super::identity::IdentityServer;
use super::{AppCredentials, Authorizer, TokenStore};
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::observer::{Observer, Watch};
use crate::retry::RetryPolicy;
use crate::transport::{Base, Timeouts, Transport, TransportSettings};

/// Sets up an [`Authorizer`].
pub struct AuthorizerBuilder {
    app: AppCredentials,
    store: Arc<dyn TokenStore>,
    identity_url: String,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    settings: TransportSettings,
    observer: Option<Arc<dyn Observer>>,
}

impl AuthorizerBuilder {
    pub(super) fn new(app: AppCredentials, store: Arc<dyn TokenStore>) -> Self {
        Self {
            app,
            store,
            identity_url: "https://identityservice.nmbrs.com".to_owned(),
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::default(),
            settings: TransportSettings::default(),
            observer: None,
        }
    }

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

    /// How a refresh that surely changed nothing is repeated, and how long one call may wait for another's refresh.
    /// Default: as for reads.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long one exchange may take. All processes that share a store should agree on it.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.settings.timeouts = timeouts;
        self
    }

    /// Sends everything through this proxy. Default: none, whatever the environment says.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.settings.proxy = Some(SecretString::from(url.into()));
        self
    }

    /// Is told of every exchange with the identity server.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Checks the set-up.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration): empty credentials, or an address that is not
    /// https (or http on loopback).
    pub fn build(self) -> Result<Authorizer> {
        if self.app.are_empty() {
            return Err(Error::configuration("client id and client secret must not be empty"));
        }
        let base = Base::parse(&self.identity_url, "identity_url")?;
        let watch = Watch::new(self.observer, Arc::clone(&self.clock));
        let identity = IdentityServer::new(Transport::new(&self.settings)?, base, &self.app, watch)?;
        let claims = Claims::new(self.store, Arc::clone(&self.clock), self.settings.timeouts.request);
        let calls = AtomicU64::new(0);
        Ok(Authorizer::of(Pilot { identity, claims, clock: self.clock, retry: self.retry, calls }))
    }
}

impl fmt::Debug for AuthorizerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address that has not been checked yet may hold credentials.
        f.debug_struct("AuthorizerBuilder").finish_non_exhaustive()
    }
}
