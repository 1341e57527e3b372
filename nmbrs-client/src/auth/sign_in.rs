//! From a fresh attempt to the first tokens: the authorization code flow.
//!
//! [`SignIn::begin`] gives a URL for the browser; [`SignIn::finish`] takes what the browser brings back and gives the
//! tokens. What can never happen: a callback that is not the answer to this very attempt sends anything; a code goes out
//! a second time when it may have arrived the first time; a right to change data is asked for; a secret is printed.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::callback::Callback;
use super::credentials::percent_encoded;
use super::identity::{AUTHORIZE, IdentityServer, Refusal};
use super::{AppCredentials, Discovery, TokenSet, pkce};
use crate::clock::{Clock, SystemClock, jitter, later, until};
use crate::error::{Error, Result};
use crate::observer::{Observer, Watch};
use crate::retry::{Outcome, RetryPolicy, Verdict, decide};
use crate::scope::Scope;
use crate::transport::{Base, Timeouts, Transport, TransportSettings};

/// Signs users in for one app: asks for consent, and exchanges the code for tokens.
pub struct SignIn {
    identity: IdentityServer,
    client_id: SecretString,
    redirect_uri: String,
    scopes: Vec<Scope>,
    has_pkce: bool,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
}

impl SignIn {
    /// Starts a set-up: the app, one of its registered redirect URIs exactly as registered, and the scopes to ask for
    /// ([`Scope::least_for`] knows which). `offline_access` is always asked for as well.
    pub fn builder(
        app: AppCredentials,
        redirect_uri: impl Into<String>,
        scopes: impl IntoIterator<Item = Scope>,
    ) -> SignInBuilder {
        SignInBuilder {
            app,
            redirect_uri: redirect_uri.into(),
            scopes: scopes.into_iter().collect(),
            identity_url: "https://identityservice.nmbrs.com".to_owned(),
            has_pkce: true,
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::default(),
            settings: TransportSettings::default(),
            observer: None,
        }
    }

    /// A fresh attempt, whose URL holds the whole request. Nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the machine gives no random numbers.
    pub fn begin(&self) -> Result<Attempt> {
        let (state, verifier) = self.fresh_secrets()?;
        let url = self.browser_url(&self.request(&state, verifier.as_ref()));
        Ok(Attempt { url, state, verifier })
    }

    /// A fresh attempt, whose request goes to the server directly (PAR, RFC 9126), so that the URL shows the client id
    /// and a reference only. The reference works once, and for ten minutes.
    ///
    /// # Errors
    /// As [`SignIn::begin`]; [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the server refuses the
    /// request; its trouble and the connection's under their own kinds, after as many attempts as the policy allows.
    pub async fn begin_pushed(&self) -> Result<Attempt> {
        let (state, verifier) = self.fresh_secrets()?;
        let request = self.request(&state, verifier.as_ref());
        // A request that was pushed twice leaves a reference that nobody ever uses.
        let reference = self.patiently(|_| true, |attempt| self.identity.push(&request, attempt)).await?;
        let client_id = percent_encoded(self.client_id.expose_secret());
        let url =
            self.browser_url(&format!("client_id={client_id}&request_uri={}", percent_encoded(&reference)));
        Ok(Attempt { url, state, verifier })
    }

    /// Exchanges the code that `callback` holds for tokens. `callback` is the whole URL the browser was redirected to,
    /// or its query. The state in it is compared first; the code is sent only if it is this attempt's. The tokens carry
    /// the *granted* scopes, which may be fewer than were asked for.
    ///
    /// # Errors
    /// | kind | what it means |
    /// |---|---|
    /// | [`ForeignCallback`](crate::ErrorKind::ForeignCallback) | not the answer to this attempt; nothing was sent |
    /// | [`ConsentDenied`](crate::ErrorKind::ConsentDenied) | the user said no; nothing was sent |
    /// | [`CodeRefused`](crate::ErrorKind::CodeRefused) | the code is spent or older than five minutes; begin again |
    /// | [`Configuration`](crate::ErrorKind::Configuration) | the app, its redirect URI or a scope is not accepted |
    /// | any other | [`Error::may_have_been_sent`] tells whether the code may be spent; if so, begin again |
    pub async fn finish(&self, attempt: Attempt, callback: &str) -> Result<TokenSet> {
        let Callback { code, scopes } = Callback::read(callback, &attempt.state)?;
        let redeem = |number| {
            let verifier = attempt.verifier.as_ref();
            self.identity.redeem(&code, &self.redirect_uri, verifier, self.clock.now(), number)
        };
        let mut tokens =
            self.patiently(|error| !error.may_have_been_sent(), redeem).await.map_err(|error| {
                if error.may_have_been_sent() {
                    error.detail("the code may be spent: start again in the browser").retryable(false)
                } else {
                    error
                }
            })?;
        tokens.scopes = tokens.scopes.or(scopes);
        if tokens.refresh.is_none() {
            tracing::warn!("no refresh token was granted: access ends with the access token");
        }
        Ok(tokens)
    }

    /// What the server says about itself; see [`Discovery`]. No credential is sent.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if an endpoint is on another origin than the
    /// identity URL; [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the document cannot be read; trouble of the
    /// server and of the connection under their own kinds.
    pub async fn discover(&self) -> Result<Discovery> {
        self.patiently(|_| true, |attempt| self.identity.discover(self.retry.deadline, attempt)).await
    }

    fn fresh_secrets(&self) -> Result<(SecretString, Option<SecretString>)> {
        let verifier = if self.has_pkce { Some(pkce::fresh()?) } else { None };
        Ok((pkce::fresh()?, verifier))
    }

    /// The authorization request, as the query of a URL and as a form alike.
    fn request(&self, state: &SecretString, verifier: Option<&SecretString>) -> String {
        let scopes: Vec<_> = self.scopes.iter().map(Scope::as_str).collect();
        let challenge = verifier.map_or_else(String::new, |verifier| {
            format!("&code_challenge={}&code_challenge_method={}", pkce::challenge(verifier), pkce::METHOD)
        });
        format!(
            "client_id={}&redirect_uri={}&response_type=code&scope={}&state={}{challenge}",
            percent_encoded(self.client_id.expose_secret()),
            percent_encoded(&self.redirect_uri),
            percent_encoded(&scopes.join(" ")),
            percent_encoded(state.expose_secret()),
        )
    }

    fn browser_url(&self, query: &str) -> String {
        let mut url = self.identity.url(AUTHORIZE);
        url.set_query(Some(query));
        url.into()
    }

    /// Sends, with the number of the attempt, until the server settles it or the policy ends it. Only what `may_repeat`
    /// allows is sent again.
    async fn patiently<T, F>(&self, may_repeat: fn(&Error) -> bool, send: impl Fn(u32) -> F) -> Result<T>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        let deadline = later(self.clock.now(), self.retry.deadline);
        let mut attempt = 1;
        loop {
            let refusal = match send(attempt).await {
                Ok(done) => return Ok(done),
                Err(refusal) => refusal,
            };
            let (error, outcome, wish) = refusal.into_parts();
            if outcome == Outcome::Final || !may_repeat(&error) {
                return Err(error);
            }
            let now = self.clock.now();
            let wish = wish.wait(now);
            match decide(&self.retry, attempt, outcome, wish, jitter(), until(deadline, now)) {
                Verdict::After(wait) => {
                    tracing::debug!(operation = error.operation(), attempt, kind = ?error.kind(), "sign-in is repeated");
                    self.clock.sleep(wait).await;
                    attempt += 1;
                }
                Verdict::TooLate(wait) => return Err(error.retry_from(Some(later(now, wait)))),
                Verdict::Stop => return Err(error.retry_from(wish.map(|wait| later(now, wait)))),
            }
        }
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

/// One user's way through the browser. It ends with its callback, whatever that holds.
///
/// A web service keeps `state` and `verifier` in the session of the browser that it redirects, out of everybody else's
/// reach, and [resumes](Attempt::resume) the attempt when that browser returns. `Debug` shows none of them.
pub struct Attempt {
    url: String,
    state: SecretString,
    verifier: Option<SecretString>,
}

impl Attempt {
    /// An attempt as it was kept in a session: the values that [`Attempt::url`], [`Attempt::state`] and
    /// [`Attempt::verifier`] gave. A session must be resumed once only.
    pub fn resume(
        url: impl Into<String>,
        state: impl Into<SecretString>,
        verifier: Option<SecretString>,
    ) -> Self {
        Self { url: url.into(), state: state.into(), verifier }
    }

    /// Where the browser has to go.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What tells this attempt's callback from everybody else's.
    pub fn state(&self) -> &SecretString {
        &self.state
    }

    /// What proves that whoever shows the code began the attempt; `None` without PKCE.
    pub fn verifier(&self) -> Option<&SecretString> {
        self.verifier.as_ref()
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("has_verifier", &self.verifier.is_some()).finish_non_exhaustive()
    }
}

/// Sets up a [`SignIn`].
pub struct SignInBuilder {
    app: AppCredentials,
    redirect_uri: String,
    scopes: Vec<Scope>,
    identity_url: String,
    has_pkce: bool,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    settings: TransportSettings,
    observer: Option<Arc<dyn Observer>>,
}

impl SignInBuilder {
    /// The identity server: https, or http on loopback. Default `https://identityservice.nmbrs.com`.
    pub fn identity_url(mut self, url: impl Into<String>) -> Self {
        self.identity_url = url.into();
        self
    }

    /// Whether codes are bound to their attempt by PKCE (S256). Default: yes.
    pub fn pkce(mut self, has_pkce: bool) -> Self {
        self.has_pkce = has_pkce;
        self
    }

    /// Where the time comes from. Default [`SystemClock`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How a request that surely changed nothing is repeated. Default: as for reads.
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

    /// Is told of every exchange with the identity server.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Checks the set-up.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration): empty credentials; an identity or redirect address
    /// that is not https (or http on loopback); no scope to read with, or one that is not read-only.
    pub fn build(self) -> Result<SignIn> {
        if self.app.are_empty() {
            return Err(Error::configuration("client id and client secret must not be empty"));
        }
        check_redirect_uri(&self.redirect_uri)?;
        let base = Base::parse(&self.identity_url, "identity_url")?;
        let watch = Watch::new(self.observer, Arc::clone(&self.clock));
        Ok(SignIn {
            identity: IdentityServer::new(Transport::new(&self.settings)?, base, &self.app, watch)?,
            client_id: self.app.client_id().clone(),
            redirect_uri: self.redirect_uri,
            scopes: scopes_to_ask_for(self.scopes)?,
            has_pkce: self.has_pkce,
            clock: self.clock,
            retry: self.retry,
        })
    }
}

impl fmt::Debug for SignInBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address that has not been checked yet may hold credentials.
        f.debug_struct("SignInBuilder").finish_non_exhaustive()
    }
}

/// The server compares it byte by byte, so nothing may be in it that a URL parser would quietly drop.
fn check_redirect_uri(uri: &str) -> Result<()> {
    if !uri.bytes().all(|b| b.is_ascii_graphic()) || uri.contains('#') {
        let why = "redirect_uri must be a URL as it was registered, without blanks and without a fragment";
        return Err(Error::configuration(why));
    }
    let address = uri.split_once('?').map_or(uri, |(address, _)| address);
    Base::parse(address, "redirect_uri").map(drop)
}

fn scopes_to_ask_for(mut scopes: Vec<Scope>) -> Result<Vec<Scope>> {
    if !scopes.iter().all(Scope::is_one_word) {
        return Err(Error::configuration("a scope is not a scope's name"));
    }
    if !scopes.iter().all(Scope::only_reads) {
        return Err(Error::configuration("only scopes that end in .read are asked for, and offline_access"));
    }
    scopes.push(Scope::OFFLINE_ACCESS);
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.len() == 1 {
        return Err(Error::configuration("no scope to read with is asked for"));
    }
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT: &str = "https://app.example/callback?tenant=a%20b";

    fn builder(redirect_uri: &str, scopes: &[Scope]) -> SignInBuilder {
        let app = AppCredentials::new("7xr7NV9yqcUz*r2C$ey6", "seeded-secret");
        SignIn::builder(app, redirect_uri, scopes.iter().cloned())
    }

    fn sign_in() -> SignIn {
        builder(REDIRECT, &[Scope::EMPLOYEE_INFO_READ, Scope::COMPANY_INFO_READ]).build().unwrap()
    }

    #[test]
    fn the_url_holds_the_whole_request() {
        let attempt = sign_in().begin().unwrap();
        let challenge = pkce::challenge(attempt.verifier().unwrap());
        let expected = format!(
            "https://identityservice.nmbrs.com/connect/authorize?client_id=7xr7NV9yqcUz%2Ar2C%24ey6\
             &redirect_uri=https%3A%2F%2Fapp.example%2Fcallback%3Ftenant%3Da%2520b&response_type=code\
             &scope=company.info.read%20employee.info.read%20offline_access&state={}\
             &code_challenge={challenge}&code_challenge_method=S256",
            attempt.state().expose_secret()
        );
        assert_eq!(attempt.url(), expected);
    }

    #[test]
    fn pkce_can_be_switched_off() {
        let attempt =
            builder(REDIRECT, &[Scope::COMPANY_INFO_READ]).pkce(false).build().unwrap().begin().unwrap();
        assert!(attempt.verifier().is_none() && !attempt.url().contains("code_challenge"));
    }

    #[test]
    fn every_attempt_has_secrets_of_its_own() {
        let sign_in = sign_in();
        let (one, other) = (sign_in.begin().unwrap(), sign_in.begin().unwrap());
        assert_ne!(one.state().expose_secret(), other.state().expose_secret());
        assert_ne!(one.verifier().unwrap().expose_secret(), other.verifier().unwrap().expose_secret());
        assert_ne!(one.state().expose_secret(), one.verifier().unwrap().expose_secret());
    }

    #[test]
    fn a_redirect_uri_is_https_or_on_loopback() {
        for (uri, allowed) in [
            ("https://app.example/callback", true),
            ("https://app.example", true),
            ("https://app.example/callback?tenant=7", true),
            ("http://localhost:8765/callback", true),
            ("http://127.0.0.1:8765/", true),
            ("http://[::1]:8765/", true),
            ("http://app.example/callback", false),
            ("http://localhost.example/callback", false),
            ("https://app.example/callback#top", false),
            ("https://app.example/callback?a=1#top", false),
            ("https://user:word@app.example/callback", false),
            (" https://app.example/callback", false),
            ("https://app.example/call\nback", false),
            ("app://callback", false),
            ("/callback", false),
            ("", false),
        ] {
            assert_eq!(builder(uri, &[Scope::COMPANY_INFO_READ]).build().is_ok(), allowed, "{uri}");
        }
    }

    #[test]
    fn only_scopes_that_read_are_asked_for_and_at_least_one() {
        for (scopes, allowed) in [
            (&[Scope::COMPANY_INFO_READ][..], true),
            (&[Scope::COMPANY_INFO_READ, Scope::COMPANY_INFO_READ, Scope::OFFLINE_ACCESS], true),
            (&[Scope::COMPANY_INFO], false),
            (&[Scope::COMPANY_INFO_READ, Scope::EMPLOYEE_EMPLOYMENT], false),
            (&[Scope::new("openid")], false),
            (&[Scope::new("a.read b.read")], false),
            (&[Scope::new("")], false),
            (&[Scope::OFFLINE_ACCESS], false),
            (&[], false),
        ] {
            assert_eq!(builder(REDIRECT, scopes).build().is_ok(), allowed, "{scopes:?}");
        }
    }

    #[test]
    fn offline_access_is_asked_for_once_whether_named_or_not() {
        let named = builder(REDIRECT, &[Scope::OFFLINE_ACCESS, Scope::COMPANY_INFO_READ]).build().unwrap();
        let unnamed = builder(REDIRECT, &[Scope::COMPANY_INFO_READ]).build().unwrap();
        assert_eq!(named.scopes, unnamed.scopes);
        assert_eq!(named.scopes, [Scope::COMPANY_INFO_READ, Scope::OFFLINE_ACCESS]);
    }

    #[test]
    fn nothing_of_a_sign_in_prints_a_secret() {
        let sign_in = sign_in();
        let attempt = sign_in.begin().unwrap();
        let builder = builder("https://u:seeded@app.example", &[]).proxy("http://u:seeded@127.0.0.1");
        let printed = format!("{attempt:?} {sign_in:?} {builder:?}");
        for secret in
            [attempt.state().expose_secret(), attempt.verifier().unwrap().expose_secret(), "seeded", "7xr7"]
        {
            assert!(!printed.contains(secret), "{printed}");
        }
        let challenge = pkce::challenge(attempt.verifier().unwrap());
        assert!(!printed.contains(&challenge), "{printed}");
    }
}
