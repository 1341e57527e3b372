//! Where the Customer API is. Takes a text, gives a base that paths are joined to.
//!
//! A base can never be plain `http` unless it is on this machine, and never carries credentials, a query or a fragment.

use std::fmt;

use url::{Host, Url};

/// The vendor's production base.
pub(crate) const DEFAULT: &str = "https://api.yourcampus.co/customer_api/v1";

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl(Url);

impl BaseUrl {
    /// Reads a base; the error is a sentence without the text that was read.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text.trim()).map_err(|_| "the base URL is not a URL")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the base URL must not hold credentials");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("the base URL must have neither a query nor a fragment");
        }
        match url.scheme() {
            "https" if url.host().is_some() => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            "http" => Err("plain http is for loopback hosts only"),
            _ => Err("the base URL must be https"),
        }
    }

    /// The address of `path` below this base, joined with exactly one slash.
    pub(crate) fn join(&self, path: &str, query: &[(&str, String)]) -> Url {
        let mut url = self.0.clone();
        let base = self.0.path().trim_end_matches('/');
        url.set_path(&format!("{base}/{}", path.trim_start_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_and_path_are_joined_with_exactly_one_slash() {
        for base in ["https://staging.example/customer_api/v1", "https://staging.example/customer_api/v1//"] {
            for path in ["companies", "/companies", "//companies"] {
                assert_eq!(
                    BaseUrl::parse(base).unwrap().join(path, &[]).as_str(),
                    "https://staging.example/customer_api/v1/companies"
                );
            }
        }
    }

    #[test]
    fn a_query_is_form_encoded() {
        let url = BaseUrl::parse(DEFAULT).unwrap().join("x", &[("search", "a b+é@x".to_owned())]);
        assert_eq!(url.query(), Some("search=a+b%2B%C3%A9%40x"));
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for good in ["http://127.0.0.1:1/v1", "http://[::1]:1", "http://localhost:8080", DEFAULT] {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.yourcampus.co",
            "http://localhost.evil.nl",
            "http://127.0.0.1.nip.io",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "https://user:secret@api.yourcampus.co",
            "https://api.yourcampus.co/?a=b",
            "https://api.yourcampus.co/#a",
            "api.yourcampus.co",
            "",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
