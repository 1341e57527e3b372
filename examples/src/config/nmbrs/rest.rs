//! The keys of REST below `[nmbrs]`: which application asks, by which grant, and how fast.

use std::time::Duration;

use secrecy::SecretString;

use crate::config::document::Section;
use crate::config::tokens::{Tokens, tokens};

/// Keys that only somebody writes who means REST. Addresses and limits alone mean nothing.
const KEYS: [&str; 7] = [
    "client_id",
    "client_secret",
    "redirect_uri",
    "subscription_key",
    "secondary_subscription_key",
    "access_token",
    "tokens",
];

/// How to reach Nmbrs over REST.
#[derive(Debug)]
#[non_exhaustive]
pub struct NmbrsRest {
    /// Where the API is.
    pub rest_url: String,
    /// Where tokens come from.
    pub identity_url: String,
    /// Through which proxy; none unless given.
    pub proxy: Option<SecretString>,
    /// The application's id.
    pub client_id: SecretString,
    /// The application's secret.
    pub client_secret: SecretString,
    /// Where the browser goes after the consent, as registered with the application. Only `sync sign-in` needs it.
    pub redirect_uri: Option<String>,
    /// The key of the application's subscription.
    pub subscription_key: SecretString,
    /// Its other key, tried when the first is refused.
    pub secondary_subscription_key: Option<SecretString>,
    /// Where the grant lives.
    pub tokens: Tokens,
    /// How fast and how patient.
    pub limits: NmbrsLimits,
}

/// How fast to ask Nmbrs over REST, and how patiently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NmbrsLimits {
    /// Requests in flight at once.
    pub in_flight: usize,
    /// Time between the starts of two requests.
    pub spacing: Duration,
    /// Attempts of one call in all.
    pub attempts: u32,
    /// Attempts of one call in all when the answer is 429.
    pub throttled_attempts: u32,
    /// Time for one call, waits included.
    pub deadline: Duration,
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// Until one answer is read.
    pub request_timeout: Duration,
    /// The most pages of one list.
    pub max_pages: u32,
}

impl Default for NmbrsLimits {
    fn default() -> Self {
        Self {
            in_flight: 4,
            spacing: Duration::ZERO,
            attempts: 3,
            throttled_attempts: 5,
            deadline: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            max_pages: 1000,
        }
    }
}

/// Reads the keys; `None` if REST is neither required nor meant, or if something is missing, which has then been told.
pub(super) fn rest(
    section: &mut Section<'_>,
    proxy: Option<&SecretString>,
    is_required: bool,
) -> Option<NmbrsRest> {
    let rest_url = section.address("rest_url", "https://api.nmbrsapp.com");
    let identity_url = section.address("identity_url", "https://identityservice.nmbrs.com");
    section.retired(
        "refresh_token_env",
        "it works once, so `sync sign-in` gets it and keeps its successors in `tokens`",
    );
    section.retired("in_flight", "write it below [nmbrs.limits]");
    let limits = limits(section.section("limits"));
    let is_meant = KEYS.map(|key| section.has(key)).contains(&true);
    if !is_required && !is_meant {
        return None;
    }
    let client_id = section.text("client_id");
    let client_secret = section.secret("client_secret", "NMBRS_CLIENT_SECRET");
    let redirect_uri = section.optional_address("redirect_uri");
    let subscription_key = section.secret("subscription_key", "NMBRS_SUBSCRIPTION_KEY");
    let secondary_subscription_key = section.optional_secret("secondary_subscription_key");
    let tokens = tokens(section);
    Some(NmbrsRest {
        rest_url: rest_url?,
        identity_url: identity_url?,
        proxy: proxy.cloned(),
        client_id: client_id?.into(),
        client_secret: client_secret?,
        redirect_uri,
        subscription_key: subscription_key?,
        secondary_subscription_key,
        tokens: tokens?,
        limits,
    })
}

fn limits(mut section: Section<'_>) -> NmbrsLimits {
    let defaults = NmbrsLimits::default();
    let limits = NmbrsLimits {
        in_flight: section.number("in_flight", 1, 32).unwrap_or(defaults.in_flight),
        spacing: section.milliseconds("spacing_ms", 0, 60_000).unwrap_or(defaults.spacing),
        attempts: section.number("attempts", 1, 10).unwrap_or(defaults.attempts),
        throttled_attempts: section
            .number("throttled_attempts", 1, 20)
            .unwrap_or(defaults.throttled_attempts),
        deadline: section.seconds("deadline_s", 1, 3600).unwrap_or(defaults.deadline),
        connect_timeout: section.seconds("connect_timeout_s", 1, 300).unwrap_or(defaults.connect_timeout),
        request_timeout: section.seconds("request_timeout_s", 1, 600).unwrap_or(defaults.request_timeout),
        max_pages: section.number("max_pages", 1, 100_000).unwrap_or(defaults.max_pages),
    };
    section.close();
    limits
}
