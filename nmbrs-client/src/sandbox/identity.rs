//! The identity service's memory: the client, pushed requests, codes and tokens, on a clock of its own.
//!
//! In: what an endpoint has read from a request. Out: codes and tokens, or an error of RFC 6749. A code, a pushed request
//! and a refresh token work once; showing a code or a refresh token again ends every token of the same consent. Time only
//! passes when told to.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::authorize::{Asked, Redirects};
use super::consent::{ConsentId, Consents, End, User};
use super::subscription::Subscription;

/// Lifetime of an access token in seconds, unless a test wants another.
const ACCESS_LIFETIME: u64 = 3600;

/// Lifetime of a refresh token in seconds: thirty days.
const REFRESH_LIFETIME: u64 = 30 * 24 * 3600;

/// Lifetime of an authorization code in seconds.
const CODE_LIFETIME: u64 = 300;

/// Lifetime of a pushed request in seconds.
pub(super) const PUSHED_LIFETIME: u64 = 600;

/// Characters in ids and secrets that a careless client forgets to encode.
const CLIENT_ID: &str = "zand*bak$1";

/// What a client needs to get in. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// Value of `X-Subscription-Key`.
    pub subscription_key: String,
    /// The application's other subscription key, which works as well.
    pub secondary_subscription_key: String,
    /// The access token issued last.
    pub access_token: String,
    /// The refresh token issued last; empty when the consent lacks `offline_access`.
    pub refresh_token: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// An error of RFC 6749: its name and a description.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    pub(super) error: &'static str,
    pub(super) description: &'static str,
}

impl OAuthError {
    pub(super) const fn new(error: &'static str, description: &'static str) -> Self {
        Self { error, description }
    }
}

struct AccessToken {
    consent: ConsentId,
    expires_at: u64,
}

struct RefreshToken {
    consent: ConsentId,
    expires_at: u64,
    used: bool,
}

struct Code {
    consent: ConsentId,
    redirect_uri: String,
    challenge: Option<String>,
    expires_at: u64,
    used: bool,
}

struct Pushed {
    asked: Asked,
    expires_at: u64,
    used: bool,
}

/// The service.
pub(super) struct Identity {
    /// Seconds since the sandbox started, by its own clock.
    now: u64,
    rng: Rng,
    client_id: &'static str,
    client_secret: String,
    subscription: Subscription,
    redirects: Redirects,
    user: User,
    consents: Consents,
    pushed: BTreeMap<String, Pushed>,
    codes: BTreeMap<String, Code>,
    access_tokens: BTreeMap<String, AccessToken>,
    refresh_tokens: BTreeMap<String, RefreshToken>,
    access_lifetime: u64,
    latest_access: String,
    latest_refresh: String,
}

impl Identity {
    /// A service with one client and one consent, for which tokens are issued.
    pub(super) fn new(seed: u64, world: &[String]) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x1d);
        let client_secret = format!("p+q/r=s t%{}", random_text(&mut rng));
        let subscription = Subscription::new(random_text(&mut rng), random_text(&mut rng));
        let mut identity = Self {
            now: 0,
            rng,
            client_id: CLIENT_ID,
            client_secret,
            subscription,
            redirects: Redirects::default(),
            user: User::generous(),
            consents: Consents::default(),
            pushed: BTreeMap::new(),
            codes: BTreeMap::new(),
            access_tokens: BTreeMap::new(),
            refresh_tokens: BTreeMap::new(),
            access_lifetime: ACCESS_LIFETIME,
            latest_access: String::new(),
            latest_refresh: String::new(),
        };
        let consent = identity.consents.give(None);
        identity.consents.exchanged(consent);
        identity.issue(consent, world);
        identity
    }

    pub(super) fn credentials(&self) -> Credentials {
        Credentials {
            client_id: self.client_id.to_owned(),
            client_secret: self.client_secret.clone(),
            subscription_key: self.subscription.primary().to_owned(),
            secondary_subscription_key: self.subscription.secondary().to_owned(),
            access_token: self.latest_access.clone(),
            refresh_token: self.latest_refresh.clone(),
        }
    }

    /// Lets time pass; gives the seconds since the start.
    pub(super) fn advance(&mut self, seconds: u64) -> u64 {
        self.now = self.now.saturating_add(seconds);
        self.now
    }

    /// How many seconds access tokens live that are issued from now on.
    pub(super) fn set_access_lifetime(&mut self, seconds: u64) {
        self.access_lifetime = seconds;
    }

    /// The keys that the gateway takes.
    pub(super) fn subscription(&self) -> &Subscription {
        &self.subscription
    }

    pub(super) fn subscription_mut(&mut self) -> &mut Subscription {
        &mut self.subscription
    }

    /// Where browsers may be sent.
    pub(super) fn redirects(&self) -> &Redirects {
        &self.redirects
    }

    pub(super) fn redirects_mut(&mut self) -> &mut Redirects {
        &mut self.redirects
    }

    /// The consents so far.
    pub(super) fn consents(&self) -> &Consents {
        &self.consents
    }

    pub(super) fn consents_mut(&mut self) -> &mut Consents {
        &mut self.consents
    }

    /// Puts somebody else before the consent page.
    pub(super) fn seat(&mut self, user: User) {
        self.user = user;
    }

    /// What the user grants of these scopes; `None` for a refusal.
    pub(super) fn ask_user(&self, scopes: &[String]) -> Option<Vec<String>> {
        self.user.grants(scopes)
    }

    pub(super) fn is_client(&self, id: &str) -> bool {
        self.client_id == id
    }

    pub(super) fn is_client_secret(&self, secret: &str) -> bool {
        self.client_secret == secret
    }

    /// The scopes that the API opens to this access token; `None` when it lets it in nowhere.
    pub(super) fn opened_by<'a>(&'a self, token: &str, world: &'a [String]) -> Option<&'a [String]> {
        let access = self.access_tokens.get(token).filter(|access| access.expires_at > self.now)?;
        self.consents.scopes(access.consent, world)
    }

    /// Whether a text is one of the secrets this service handed out or knows.
    pub(super) fn is_secret(&self, text: &str) -> bool {
        self.is_client_secret(text)
            || self.subscription.is_key(text)
            || self.access_tokens.contains_key(text)
            || self.refresh_tokens.contains_key(text)
            || self.codes.contains_key(text)
            || self.pushed.contains_key(text)
    }

    /// Keeps what an application pushed; gives the handle to it.
    pub(super) fn keep_pushed(&mut self, asked: Asked) -> String {
        let request_uri = format!("urn:ietf:params:oauth:request_uri:{}", random_text(&mut self.rng));
        let expires_at = self.now.saturating_add(PUSHED_LIFETIME);
        self.pushed.insert(request_uri.clone(), Pushed { asked, expires_at, used: false });
        request_uri
    }

    /// What an application pushed; a second time it is not given. There is one client, so that nobody else's can be
    /// taken.
    pub(super) fn take_pushed(&mut self, request_uri: &str) -> Result<Asked, OAuthError> {
        let refused = |description| Err(OAuthError::new("invalid_request", description));
        let Some(pushed) = self.pushed.get_mut(request_uri) else {
            return refused("the request_uri is unknown");
        };
        if pushed.used {
            return refused("the request_uri was used before");
        }
        if pushed.expires_at <= self.now {
            return refused("the request_uri has expired");
        }
        pushed.used = true;
        Ok(pushed.asked.clone())
    }

    /// A code for what the user granted of what was asked.
    pub(super) fn code_for(&mut self, asked: &Asked, granted: Vec<String>) -> String {
        let consent = self.consents.give(Some(granted));
        self.new_code(consent, asked.redirect_uri.clone(), asked.challenge.clone())
    }

    /// A code as the browser would bring it back after a new consent, as wide as the world says.
    pub(super) fn code_without_asking(&mut self, redirect_uri: String) -> String {
        let consent = self.consents.give(None);
        self.new_code(consent, redirect_uri, None)
    }

    fn new_code(&mut self, consent: ConsentId, redirect_uri: String, challenge: Option<String>) -> String {
        let code = format!("code-{}", random_text(&mut self.rng));
        let expires_at = self.now.saturating_add(CODE_LIFETIME);
        self.codes.insert(code.clone(), Code { consent, redirect_uri, challenge, expires_at, used: false });
        code
    }

    /// Grant `authorization_code`.
    pub(super) fn exchange(
        &mut self,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        world: &[String],
    ) -> Result<Value, OAuthError> {
        let refused = |description| Err(OAuthError::new("invalid_grant", description));
        let Some(known) = self.codes.get_mut(code) else { return refused("the code is unknown") };
        if known.used {
            self.consents.end(known.consent, End::ReusedCode);
            return refused("the code was used before");
        }
        if known.expires_at <= self.now {
            return refused("the code has expired");
        }
        if known.redirect_uri != redirect_uri {
            return refused("the redirect_uri is not the one of the consent");
        }
        // A verifier nobody announced is a sign that somebody took the challenge out of the browser's request.
        if known.challenge != verifier.map(challenge_of) {
            return refused("the code_verifier does not belong to the challenge");
        }
        let Some(scopes) = self.consents.scopes(known.consent, world).map(<[String]>::to_vec) else {
            return refused("the consent has ended");
        };
        known.used = true;
        let consent = known.consent;
        self.consents.exchanged(consent);
        Ok(self.issue(consent, &scopes))
    }

    /// Grant `refresh_token`.
    pub(super) fn refresh(&mut self, token: &str, world: &[String]) -> Result<Value, OAuthError> {
        let refused = |description| Err(OAuthError::new("invalid_grant", description));
        let Some(known) = self.refresh_tokens.get_mut(token) else {
            return refused("the refresh token is unknown");
        };
        if known.used {
            self.consents.end(known.consent, End::ReusedRefreshToken);
            return refused("the refresh token was used before");
        }
        let Some(scopes) = self.consents.scopes(known.consent, world).map(<[String]>::to_vec) else {
            return refused("the consent has ended");
        };
        if known.expires_at <= self.now {
            return refused("the refresh token has expired");
        }
        known.used = true;
        let consent = known.consent;
        self.consents.refreshed(consent);
        Ok(self.issue(consent, &scopes))
    }

    /// Revokes a refresh token with all its relatives, or one access token; an unknown token is no error.
    pub(super) fn revoke(&mut self, token: &str) {
        if let Some(refresh) = self.refresh_tokens.get(token) {
            self.consents.end(refresh.consent, End::Revoked);
        }
        if let Some(access) = self.access_tokens.get_mut(token) {
            access.expires_at = 0;
        }
    }

    fn issue(&mut self, consent: ConsentId, scopes: &[String]) -> Value {
        let access = format!("access-{}", random_text(&mut self.rng));
        let expires_at = self.now.saturating_add(self.access_lifetime);
        self.access_tokens.insert(access.clone(), AccessToken { consent, expires_at });
        let mut answer = Map::from_iter([
            ("access_token".to_owned(), json!(access)),
            ("expires_in".to_owned(), json!(self.access_lifetime)),
            ("token_type".to_owned(), json!("Bearer")),
            ("scope".to_owned(), json!(scopes.join(" "))),
        ]);
        self.latest_access = access;
        self.latest_refresh.clear();
        if scopes.iter().any(|scope| scope == "offline_access") {
            let refresh = format!("refresh-{}", random_text(&mut self.rng));
            let expires_at = self.now.saturating_add(REFRESH_LIFETIME);
            self.refresh_tokens.insert(refresh.clone(), RefreshToken { consent, expires_at, used: false });
            answer.insert("refresh_token".to_owned(), json!(refresh));
            self.latest_refresh = refresh;
        }
        Value::Object(answer)
    }
}

/// The S256 challenge of RFC 7636 for a verifier.
fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac_sha256::Hash::hash(verifier.as_bytes()))
}

fn random_text(rng: &mut Rng) -> String {
    format!("{:032x}", rng.u128(..))
}

#[cfg(test)]
mod tests {
    use super::challenge_of;

    /// Appendix B of RFC 7636.
    #[test]
    fn a_challenge_is_the_digest_of_the_verifier_in_base64url() {
        assert_eq!(
            challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
