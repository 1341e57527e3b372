//! The identity service's memory: clients, codes, tokens and their families, on a clock of its own.
//!
//! In: the form of a token or revocation request and how the client proved itself. Out: tokens, or an error of
//! RFC 6749. A refresh token works once; showing it again ends every token of the same consent. Time only passes when
//! told to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Lifetime of an access token in seconds, unless a test wants another.
const ACCESS_LIFETIME: u64 = 3600;

/// Lifetime of a refresh token in seconds: thirty days.
const REFRESH_LIFETIME: u64 = 30 * 24 * 3600;

/// Lifetime of an authorization code in seconds.
const CODE_LIFETIME: u64 = 300;

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

/// One consent: all tokens that descend from it share its fate.
type Family = u64;

struct AccessToken {
    family: Family,
    expires_at: u64,
}

struct RefreshToken {
    family: Family,
    expires_at: u64,
    used: bool,
}

struct Code {
    family: Family,
    redirect_uri: String,
    expires_at: u64,
    used: bool,
}

/// The service.
pub(super) struct Identity {
    /// Seconds since the sandbox started, by its own clock.
    now: u64,
    rng: Rng,
    credentials: Credentials,
    access_tokens: BTreeMap<String, AccessToken>,
    refresh_tokens: BTreeMap<String, RefreshToken>,
    codes: BTreeMap<String, Code>,
    ended: BTreeSet<Family>,
    families: Family,
    access_lifetime: u64,
}

impl Identity {
    /// A service with one client and one consent, for which tokens are issued.
    pub(super) fn new(seed: u64, scopes: &[String]) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x1d);
        let credentials = Credentials {
            client_id: CLIENT_ID.to_owned(),
            client_secret: format!("p+q/r=s t%{}", random_text(&mut rng)),
            subscription_key: random_text(&mut rng),
            access_token: String::new(),
            refresh_token: String::new(),
        };
        let mut identity = Self {
            now: 0,
            rng,
            credentials,
            access_tokens: BTreeMap::new(),
            refresh_tokens: BTreeMap::new(),
            codes: BTreeMap::new(),
            ended: BTreeSet::new(),
            families: 0,
            access_lifetime: ACCESS_LIFETIME,
        };
        let family = identity.new_family();
        identity.issue(family, scopes);
        identity
    }

    pub(super) fn credentials(&self) -> Credentials {
        self.credentials.clone()
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

    pub(super) fn knows_subscription(&self, key: &str) -> bool {
        self.credentials.subscription_key == key
    }

    pub(super) fn knows_client(&self, id: &str, secret: &str) -> bool {
        self.credentials.client_id == id && self.credentials.client_secret == secret
    }

    /// Whether the API lets this access token in.
    pub(super) fn accepts(&self, token: &str) -> bool {
        self.access_tokens
            .get(token)
            .is_some_and(|access| access.expires_at > self.now && !self.ended.contains(&access.family))
    }

    /// Whether a text is one of the secrets this service handed out or knows.
    pub(super) fn is_secret(&self, text: &str) -> bool {
        [&self.credentials.client_secret, &self.credentials.subscription_key]
            .iter()
            .any(|known| *known == text)
            || self.access_tokens.contains_key(text)
            || self.refresh_tokens.contains_key(text)
            || self.codes.contains_key(text)
    }

    /// A code as the browser would bring it back after a new consent.
    pub(super) fn new_code(&mut self, redirect_uri: &str) -> String {
        let code = format!("code-{}", random_text(&mut self.rng));
        let family = self.new_family();
        let expires_at = self.now + CODE_LIFETIME;
        let redirect_uri = redirect_uri.to_owned();
        self.codes.insert(code.clone(), Code { family, redirect_uri, expires_at, used: false });
        code
    }

    /// Grant `authorization_code`.
    pub(super) fn exchange(
        &mut self,
        code: &str,
        redirect_uri: &str,
        scopes: &[String],
    ) -> Result<Value, OAuthError> {
        let refused = |description| Err(OAuthError::new("invalid_grant", description));
        let Some(known) = self.codes.get_mut(code) else { return refused("the code is unknown") };
        if known.used {
            self.ended.insert(known.family);
            return refused("the code was used before");
        }
        if known.expires_at <= self.now {
            return refused("the code has expired");
        }
        if known.redirect_uri != redirect_uri {
            return refused("the redirect_uri is not the one of the consent");
        }
        known.used = true;
        let family = known.family;
        Ok(self.issue(family, scopes))
    }

    /// Grant `refresh_token`.
    pub(super) fn refresh(&mut self, token: &str, scopes: &[String]) -> Result<Value, OAuthError> {
        let refused = |description| Err(OAuthError::new("invalid_grant", description));
        let Some(known) = self.refresh_tokens.get_mut(token) else {
            return refused("the refresh token is unknown");
        };
        if known.used {
            self.ended.insert(known.family);
            return refused("the refresh token was used before");
        }
        if self.ended.contains(&known.family) {
            return refused("the consent has ended");
        }
        if known.expires_at <= self.now {
            return refused("the refresh token has expired");
        }
        known.used = true;
        let family = known.family;
        Ok(self.issue(family, scopes))
    }

    /// Revokes a refresh token with all its relatives, or one access token; an unknown token is no error.
    pub(super) fn revoke(&mut self, token: &str) {
        if let Some(refresh) = self.refresh_tokens.get(token) {
            self.ended.insert(refresh.family);
        }
        self.access_tokens.remove(token);
    }

    fn new_family(&mut self) -> Family {
        self.families += 1;
        self.families
    }

    fn issue(&mut self, family: Family, scopes: &[String]) -> Value {
        let access = format!("access-{}", random_text(&mut self.rng));
        let expires_at = self.now.saturating_add(self.access_lifetime);
        self.access_tokens.insert(access.clone(), AccessToken { family, expires_at });
        let mut answer = Map::from_iter([
            ("access_token".to_owned(), json!(access)),
            ("expires_in".to_owned(), json!(self.access_lifetime)),
            ("token_type".to_owned(), json!("Bearer")),
            ("scope".to_owned(), json!(scopes.join(" "))),
        ]);
        self.credentials.access_token = access;
        self.credentials.refresh_token.clear();
        if scopes.iter().any(|scope| scope == "offline_access") {
            let refresh = format!("refresh-{}", random_text(&mut self.rng));
            let expires_at = self.now + REFRESH_LIFETIME;
            self.refresh_tokens.insert(refresh.clone(), RefreshToken { family, expires_at, used: false });
            answer.insert("refresh_token".to_owned(), json!(refresh));
            self.credentials.refresh_token = refresh;
        }
        Value::Object(answer)
    }
}

fn random_text(rng: &mut Rng) -> String {
    format!("{:032x}", rng.u128(..))
}
