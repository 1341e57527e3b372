//! From a fresh attempt to the first tokens: the authorization code flow.
//!
//! [`SignIn::begin`] gives a URL for the browser; [`SignIn::finish`] takes what the browser brings back and gives the
//! tokens. What can never happen: a callback that is not the answer to this very attempt sends anything; a code goes out
//! a second time when it may have arrived the first time; a right to change data is asked for; a secret is printed.

use std::fmt;
use std::sync::atomic::Ordering;

use secrecy::{ExposeSecret, SecretString};

use super::callback::Callback;
use super::credentials::percent_encoded;
use super::flight::Pilot;
use super::identity::{AUTHORIZE, IdentityServer, Refusal};
use super::{Authorizer, Discovery, TokenSet, pkce};
use crate::clock::{jitter, later, until};
use crate::error::{Error, Result};
use crate::retry::{Outcome, Verdict, decide};
use crate::scope::Scope;
use crate::transport::Base;

/// Signs users in for one app: asks for consent, and exchanges the code for tokens. [`Authorizer::sign_in`] prepares it.
pub struct SignIn {
    authorizer: Authorizer,
    redirect_uri: String,
    scopes: Vec<Scope>,
    has_pkce: bool,
}

impl SignIn {
    pub(super) fn new(authorizer: Authorizer, redirect_uri: String, scopes: Vec<Scope>) -> Result<Self> {
        check_redirect_uri(&redirect_uri)?;
        Ok(Self { authorizer, redirect_uri, scopes: scopes_to_ask_for(scopes)?, has_pkce: true })
    }

    /// Binds codes to their attempt by PKCE (S256), or not. Default: yes.
    pub fn pkce(mut self, has_pkce: bool) -> Self {
        self.has_pkce = has_pkce;
        self
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
        let reference = self.patiently(|_| true, |attempt| self.identity().push(&request, attempt)).await?;
        let client_id = percent_encoded(self.identity().client_id.expose_secret());
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
            let now = self.authorizer.pilot().clock.now();
            self.identity().redeem(&code, &self.redirect_uri, verifier, now, number)
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
        let no_longer = self.authorizer.pilot().retry.deadline;
        self.patiently(|_| true, |attempt| self.identity().discover(no_longer, attempt)).await
    }

    fn identity(&self) -> &IdentityServer {
        &self.authorizer.pilot().identity
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
            percent_encoded(self.identity().client_id.expose_secret()),
            percent_encoded(&self.redirect_uri),
            percent_encoded(&scopes.join(" ")),
            percent_encoded(state.expose_secret()),
        )
    }

    fn browser_url(&self, query: &str) -> String {
        let mut url = self.identity().url(AUTHORIZE);
        url.set_query(Some(query));
        url.into()
    }

    /// Sends, with the number of the attempt, until the server settles it or the policy ends it. Only what `may_repeat`
    /// allows is sent again.
    async fn patiently<T, F>(&self, may_repeat: fn(&Error) -> bool, send: impl Fn(u32) -> F) -> Result<T>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        let Pilot { clock, retry, calls, .. } = self.authorizer.pilot();
        let deadline = later(clock.now(), retry.deadline);
        let mut attempt = 1;
        loop {
            calls.fetch_add(1, Ordering::Relaxed);
            let refusal = match send(attempt).await {
                Ok(done) => return Ok(done),
                Err(refusal) => refusal,
            };
            let (error, outcome, wish) = refusal.into_parts();
            if outcome == Outcome::Final || !may_repeat(&error) {
                return Err(error);
            }
            let now = clock.now();
            let wish = wish.wait(now);
            match decide(retry, attempt, outcome, wish, jitter(), until(deadline, now)) {
                Verdict::After(wait) => {
                    tracing::debug!(operation = error.operation(), attempt, kind = ?error.kind(), "sign-in is repeated");
                    clock.sleep(wait).await;
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
    use std::sync::Arc;

    use super::*;
    use crate::auth::{AppCredentials, MemoryTokenStore};

    const REDIRECT: &str = "https://app.example/callback?tenant=a%20b";

    fn signing_in(redirect_uri: &str, scopes: &[Scope]) -> Result<SignIn> {
        let app = AppCredentials::new("7xr7NV9yqcUz*r2C$ey6", "seeded-secret");
        let authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::empty())).build()?;
        authorizer.sign_in(redirect_uri, scopes.iter().cloned())
    }

    fn sign_in() -> SignIn {
        signing_in(REDIRECT, &[Scope::EMPLOYEE_INFO_READ, Scope::COMPANY_INFO_READ]).unwrap()
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
        let attempt = signing_in(REDIRECT, &[Scope::COMPANY_INFO_READ]).unwrap().pkce(false).begin().unwrap();
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
            assert_eq!(signing_in(uri, &[Scope::COMPANY_INFO_READ]).is_ok(), allowed, "{uri}");
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
            assert_eq!(signing_in(REDIRECT, scopes).is_ok(), allowed, "{scopes:?}");
        }
    }

    #[test]
    fn offline_access_is_asked_for_once_whether_named_or_not() {
        let named = signing_in(REDIRECT, &[Scope::OFFLINE_ACCESS, Scope::COMPANY_INFO_READ]).unwrap();
        let unnamed = signing_in(REDIRECT, &[Scope::COMPANY_INFO_READ]).unwrap();
        assert_eq!(named.scopes, unnamed.scopes);
        assert_eq!(named.scopes, [Scope::COMPANY_INFO_READ, Scope::OFFLINE_ACCESS]);
    }

    #[test]
    fn nothing_of_a_sign_in_prints_a_secret() {
        let sign_in = sign_in();
        let attempt = sign_in.begin().unwrap();
        let refused = signing_in("https://u:seeded@app.example", &[]).unwrap_err();
        let printed = format!("{attempt:?} {sign_in:?} {refused:?} {refused}");
        for secret in
            [attempt.state().expose_secret(), attempt.verifier().unwrap().expose_secret(), "seeded", "7xr7"]
        {
            assert!(!printed.contains(secret), "{printed}");
        }
        let challenge = pkce::challenge(attempt.verifier().unwrap());
        assert!(!printed.contains(&challenge), "{printed}");
    }
}
