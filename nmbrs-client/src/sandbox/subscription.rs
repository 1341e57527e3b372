//! The two subscription keys of the application, as the gateway in front of the API knows them.

use serde::Deserialize;

/// Two keys of equal worth, of which one can be switched off.
pub(super) struct Subscription {
    primary: String,
    secondary: String,
    disabled: Disabled,
}

/// Which key the gateway no longer takes.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Disabled {
    /// Both keys open the API.
    None,
    /// Only the secondary key does.
    Primary,
    /// Only the primary key does.
    Secondary,
}

impl Subscription {
    pub(super) fn new(primary: String, secondary: String) -> Self {
        Self { primary, secondary, disabled: Disabled::None }
    }

    pub(super) fn primary(&self) -> &str {
        &self.primary
    }

    pub(super) fn secondary(&self) -> &str {
        &self.secondary
    }

    /// Switches this key off and the other one on.
    pub(super) fn disable(&mut self, key: Disabled) {
        self.disabled = key;
    }

    /// Whether the gateway lets a request with this key through.
    pub(super) fn admits(&self, key: &str) -> bool {
        (key == self.primary && self.disabled != Disabled::Primary)
            || (key == self.secondary && self.disabled != Disabled::Secondary)
    }

    /// Whether this is one of the two keys, in use or not.
    pub(super) fn is_key(&self, text: &str) -> bool {
        text == self.primary || text == self.secondary
    }
}
