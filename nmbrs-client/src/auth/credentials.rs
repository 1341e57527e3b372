//! Who the app is.
//!
//! The client id and secret come in; the Basic header of the identity server goes out. Each half is percent-encoded
//! before they are joined (RFC 6749, section 2.3.1): real client ids hold characters such as `*` and `$`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::transport::secret_header;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The registered app: its client id and its secret. `Debug` shows neither.
#[derive(Debug, Clone)]
pub struct AppCredentials {
    client_id: SecretString,
    client_secret: SecretString,
}

impl AppCredentials {
    /// The pair the developer portal gave.
    pub fn new(client_id: impl Into<SecretString>, client_secret: impl Into<SecretString>) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into() }
    }

    pub(super) fn client_id(&self) -> &SecretString {
        &self.client_id
    }

    pub(super) fn basic_header(&self) -> Option<HeaderValue> {
        let id = percent_encoded(self.client_id.expose_secret());
        let secret = percent_encoded(self.client_secret.expose_secret());
        secret_header(&format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
    }

    pub(super) fn are_empty(&self) -> bool {
        self.client_id.expose_secret().is_empty() || self.client_secret.expose_secret().is_empty()
    }
}

/// For the Basic header and for form bodies alike.
pub(super) fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_half_of_the_basic_header_is_percent_encoded() {
        let app = AppCredentials::new("7xr7NV9yqcUz*r2C$ey6", "p+q/r=s t%");
        let header = app.basic_header().unwrap();
        assert_eq!(
            header.to_str().unwrap(),
            "Basic N3hyN05WOXlxY1V6JTJBcjJDJTI0ZXk2OnAlMkJxJTJGciUzRHMlMjB0JTI1"
        );
        assert!(header.is_sensitive());
    }
}
