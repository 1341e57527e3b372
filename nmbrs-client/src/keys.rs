//! Which of the two subscription keys is sent.
//!
//! The vendor gives two keys so that one can be changed while the other is in use. Calls begin with the one that last
//! worked; a call that is refused may try the other one once. Nothing here sends.

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Result};
use crate::transport::secret_header;

/// The keys of one subscription, and which is in use.
#[derive(Debug)]
pub(crate) struct SubscriptionKeys {
    primary: HeaderValue,
    secondary: Option<HeaderValue>,
    is_secondary_in_use: AtomicBool,
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Primary,
    Secondary,
}

impl SubscriptionKeys {
    /// Begins with the primary key.
    pub(crate) fn new(primary: &SecretString, secondary: Option<&SecretString>) -> Result<Self> {
        Ok(Self {
            primary: header(primary)?,
            secondary: secondary.map(header).transpose()?,
            is_secondary_in_use: AtomicBool::new(false),
        })
    }

    /// The one that last worked.
    pub(crate) fn in_use(&self) -> Key {
        if self.is_secondary_in_use.load(Ordering::Relaxed) { Key::Secondary } else { Key::Primary }
    }

    /// The one that is not `key`, if there is one.
    pub(crate) fn other(&self, key: Key) -> Option<Key> {
        match key {
            Key::Primary => self.secondary.as_ref().map(|_| Key::Secondary),
            Key::Secondary => Some(Key::Primary),
        }
    }

    /// `key` has worked: further calls begin with it.
    pub(crate) fn keep(&self, key: Key) {
        self.is_secondary_in_use.store(key == Key::Secondary, Ordering::Relaxed);
    }

    pub(crate) fn value(&self, key: Key) -> HeaderValue {
        match (key, &self.secondary) {
            (Key::Secondary, Some(secondary)) => secondary.clone(),
            _ => self.primary.clone(),
        }
    }
}

fn header(key: &SecretString) -> Result<HeaderValue> {
    secret_header(key.expose_secret())
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Error::configuration("a subscription key is empty or cannot be sent"))
}
