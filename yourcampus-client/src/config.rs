//! Everything the client has to be told. Takes explicit values and a lookup, gives a checked configuration.
//!
//! The process environment is never read here: whoever wants it passes `|name| std::env::var(name).ok()`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::base_url::{self, BaseUrl};
use crate::observer::Observer;
use crate::pace::{Pace, PacePolicy};
use crate::retry::RetryPolicy;

/// Name of the access key (`client_id`) for [`CustomerApiConfigBuilder::lookup`].
pub const ACCESS_KEY: &str = "ALLEO_ACCESS_KEY";
/// Name of the secret key (`client_secret`).
pub const SECRET_KEY: &str = "ALLEO_SECRET_KEY";
/// Name of the base URL, which may be missing.
pub const BASE_URL: &str = "ALLEO_BASE_URL";

/// A checked configuration: keys, address, limits.
#[derive(Clone)]
pub struct CustomerApiConfig {
    pub(crate) access_key: SecretString,
    pub(crate) secret_key: SecretString,
    pub(crate) base_url: BaseUrl,
    pub(crate) limits: Limits,
    pub(crate) proxy: Option<SecretString>,
    pub(crate) retry: RetryPolicy,
    pub(crate) pace: Pace,
    pub(crate) observer: Option<Arc<dyn Observer>>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connect_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) max_answer_bytes: usize,
}

/// Why a configuration cannot be. It names the setting, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No access key was given, or an empty one.
    #[error("no access key: give one or set {ACCESS_KEY}")]
    MissingAccessKey,
    /// No secret key was given, or an empty one.
    #[error("no secret key: give one or set {SECRET_KEY}")]
    MissingSecretKey,
    /// The base URL cannot be used.
    #[error("{BASE_URL}: {0}")]
    BaseUrl(&'static str),
}

impl CustomerApiConfig {
    /// Starts from nothing; see [`CustomerApiConfigBuilder`].
    pub fn builder() -> CustomerApiConfigBuilder {
        CustomerApiConfigBuilder::default()
    }

    /// A configuration from named settings alone: `ALLEO_ACCESS_KEY`, `ALLEO_SECRET_KEY`, `ALLEO_BASE_URL`.
    ///
    /// # Errors
    /// If a key is missing or empty, or the base URL cannot be used.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        Self::builder().lookup(lookup).build()
    }
}

impl fmt::Debug for CustomerApiConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerApiConfig")
            .field("base_url", &self.base_url)
            .field("limits", &self.limits)
            .field("has_proxy", &self.proxy.is_some())
            .field("retry", &self.retry)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

/// Collects settings. What is set explicitly wins over what a lookup gives; an empty text counts as not set.
#[derive(Clone)]
pub struct CustomerApiConfigBuilder {
    access_key: Option<SecretString>,
    secret_key: Option<SecretString>,
    base_url: Option<String>,
    limits: Limits,
    proxy: Option<SecretString>,
    retry: RetryPolicy,
    pace: Pace,
    observer: Option<Arc<dyn Observer>>,
}

impl Default for CustomerApiConfigBuilder {
    fn default() -> Self {
        Self {
            access_key: None,
            secret_key: None,
            base_url: None,
            limits: Limits {
                connect_timeout: Duration::from_secs(10),
                request_timeout: Duration::from_secs(30),
                max_answer_bytes: 32 * 1024 * 1024,
            },
            proxy: None,
            retry: RetryPolicy::default(),
            pace: Pace::new(PacePolicy::default()),
            observer: None,
        }
    }
}

impl CustomerApiConfigBuilder {
    /// The access key and the secret key of the customer.
    pub fn keys(mut self, access: impl Into<SecretString>, secret: impl Into<SecretString>) -> Self {
        self.access_key = Some(access.into());
        self.secret_key = Some(secret.into());
        self
    }

    /// The base URL, version included (default `https://api.yourcampus.co/customer_api/v1`).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Fills what is not set yet from named settings, usually the environment's.
    pub fn lookup(mut self, lookup: impl Fn(&str) -> Option<String>) -> Self {
        let given = |secret: &SecretString| !secret.expose_secret().is_empty();
        self.access_key = self.access_key.filter(given).or_else(|| lookup(ACCESS_KEY).map(Into::into));
        self.secret_key = self.secret_key.filter(given).or_else(|| lookup(SECRET_KEY).map(Into::into));
        self.base_url = self.base_url.filter(|url| !url.is_empty()).or_else(|| lookup(BASE_URL));
        self
    }

    /// The time to connect (default 10 s) and the time for one whole request (default 30 s).
    pub fn timeouts(mut self, connect: Duration, request: Duration) -> Self {
        self.limits.connect_timeout = connect;
        self.limits.request_timeout = request;
        self
    }

    /// The largest answer that is read, in bytes after decompression (default 32 MiB).
    pub fn max_answer_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_answer_bytes = bytes;
        self
    }

    /// Sends through this proxy, but what stays on this machine by plain http. Without it none is used, whatever the
    /// environment says.
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// How often and how long to try.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How fast to go: a [`PacePolicy`], or a [`Pace`] that other clients of the same keys share. Default: the default
    /// policy. Clones of this builder, and all clients made of one configuration, share it.
    pub fn pace(mut self, pace: impl Into<Pace>) -> Self {
        self.pace = pace.into();
        self
    }

    /// Is told of every exchange, token calls included.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Checks what was collected.
    ///
    /// # Errors
    /// If a key is missing or empty, or the base URL cannot be used.
    pub fn build(self) -> Result<CustomerApiConfig, ConfigError> {
        let given = |secret: &SecretString| !secret.expose_secret().is_empty();
        let base_url = self.base_url.as_deref().filter(|url| !url.is_empty()).unwrap_or(base_url::DEFAULT);
        Ok(CustomerApiConfig {
            access_key: self.access_key.filter(given).ok_or(ConfigError::MissingAccessKey)?,
            secret_key: self.secret_key.filter(given).ok_or(ConfigError::MissingSecretKey)?,
            base_url: BaseUrl::parse(base_url).map_err(ConfigError::BaseUrl)?,
            limits: self.limits,
            proxy: self.proxy,
            retry: self.retry,
            pace: self.pace,
            observer: self.observer,
        })
    }
}

impl fmt::Debug for CustomerApiConfigBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerApiConfigBuilder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(name: &str) -> Option<String> {
        match name {
            ACCESS_KEY => Some("looked-up-access".into()),
            SECRET_KEY => Some("looked-up-secret".into()),
            BASE_URL => Some("https://staging.example/customer_api/v1".into()),
            _ => None,
        }
    }

    #[test]
    fn named_settings_are_enough() {
        let config = CustomerApiConfig::from_lookup(settings).unwrap();
        assert_eq!(config.access_key.expose_secret(), "looked-up-access");
        assert_eq!(config.secret_key.expose_secret(), "looked-up-secret");
        assert_eq!(format!("{:?}", config.base_url), "https://staging.example/customer_api/v1");
    }

    #[test]
    fn explicit_values_win_over_looked_up_ones() {
        let config = CustomerApiConfig::builder()
            .keys("explicit-access", "")
            .base_url("https://other.example/v1")
            .lookup(settings)
            .build()
            .unwrap();
        assert_eq!(config.access_key.expose_secret(), "explicit-access");
        assert_eq!(config.secret_key.expose_secret(), "looked-up-secret", "an empty explicit value is none");
        assert_eq!(format!("{:?}", config.base_url), "https://other.example/v1");
    }

    #[test]
    fn a_missing_or_empty_key_is_refused() {
        let without = |missing: &'static str| move |name: &str| settings(name).filter(|_| name != missing);
        let empty = |emptied: &'static str| {
            move |name: &str| settings(name).map(|value| if name == emptied { String::new() } else { value })
        };
        let error = |result: Result<CustomerApiConfig, ConfigError>| result.unwrap_err();
        assert_eq!(error(CustomerApiConfig::from_lookup(without(ACCESS_KEY))), ConfigError::MissingAccessKey);
        assert_eq!(error(CustomerApiConfig::from_lookup(empty(ACCESS_KEY))), ConfigError::MissingAccessKey);
        assert_eq!(error(CustomerApiConfig::from_lookup(without(SECRET_KEY))), ConfigError::MissingSecretKey);
        assert_eq!(error(CustomerApiConfig::from_lookup(empty(SECRET_KEY))), ConfigError::MissingSecretKey);
    }

    #[test]
    fn without_a_base_url_the_vendors_is_used() {
        for base in [None, Some(String::new())] {
            let lookup = |name: &str| if name == BASE_URL { base.clone() } else { settings(name) };
            let config = CustomerApiConfig::from_lookup(lookup).unwrap();
            assert_eq!(format!("{:?}", config.base_url), base_url::DEFAULT);
        }
    }

    #[test]
    fn debug_prints_no_key() {
        let builder = CustomerApiConfig::builder().lookup(settings).proxy("http://me:pw@proxy.example");
        let printed = format!("{builder:?} {:?}", builder.clone().build().unwrap());
        for secret in ["looked-up", "me:pw"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
