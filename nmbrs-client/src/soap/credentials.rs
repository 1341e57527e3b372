//! Who asks: a login and its API token.
//!
//! Two texts come in; out they go into the header of a request and nowhere else. `Debug` shows neither.

use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Result};

/// A login of the customer's environment and its API token. `Debug` shows neither.
///
/// The vendor's user template decides which operations the token opens. Switch on only those that are used: the vendor's
/// templates begin with all rights, also to change data.
#[derive(Debug, Clone)]
pub struct Credentials {
    username: SecretString,
    token: SecretString,
}

impl Credentials {
    /// The e-mail address of the login, and the token its profile shows.
    pub fn new(username: impl Into<SecretString>, token: impl Into<SecretString>) -> Self {
        Self { username: username.into(), token: token.into() }
    }

    pub(super) fn username(&self) -> &str {
        self.username.expose_secret()
    }

    pub(super) fn token(&self) -> &str {
        self.token.expose_secret()
    }

    /// Refuses what cannot be sent, or what no server can accept: repeated failures may lock a login.
    pub(super) fn check(&self) -> Result<()> {
        for (text, what) in [(self.username(), "user name"), (self.token(), "token")] {
            if text.trim().is_empty() || text.chars().any(char::is_control) {
                return Err(Error::configuration(format!(
                    "the {what} is empty or holds a control character"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r23_neither_half_is_shown() {
        let shown = format!("{:?}", Credentials::new("api.user@example.com", "0123456789abcdef"));
        assert!(!shown.contains("user@") && !shown.contains("0123"), "{shown}");
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for (username, token, allowed) in [
            ("a@example.com", "0123", true),
            ("a@example.com", "", false),
            ("a@example.com", " ", false),
            ("", "0123", false),
            ("a@example.com", "0123\n", false),
            ("a@example.com\u{0}", "0123", false),
        ] {
            assert_eq!(Credentials::new(username, token).check().is_ok(), allowed, "{username:?} {token:?}");
        }
    }
}
