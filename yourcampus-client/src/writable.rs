//! The values that may be sent: texts within their lengths, addresses in their normal form.
//!
//! Raw text comes in, a value that the API accepts goes out, or the name of the field with what is wrong. The rules
//! are those of the vendor's own SDK; the server may know more of them.

use std::fmt;

use email_address::{EmailAddress, Options};

/// Longest address, in code points.
pub const MAX_EMAIL: usize = 100;
/// Longest other text, in code points.
pub const MAX_TEXT: usize = 1000;

/// Top-level domains that never take mail from outside.
const RESERVED_DOMAINS: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];

/// A value that must not be sent. Names the field, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
#[non_exhaustive]
pub struct FieldError {
    /// The API's name of the field.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: FieldErrorKind,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldErrorKind {
    /// More code points than [`MAX_EMAIL`] or [`MAX_TEXT`] allow.
    TooLong,
    /// Not an e-mail address that can be delivered to from outside.
    NotAnEmail,
    /// An address at a reserved domain such as `.test` or `localhost`.
    ReservedDomain,
    /// An address at a domain written in other letters than ASCII. How the server stores those is not known.
    NonAsciiDomain,
}

impl fmt::Display for FieldErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "too long",
            Self::NotAnEmail => "not an e-mail address",
            Self::ReservedDomain => "an address at a reserved domain",
            Self::NonAsciiDomain => "an address at a domain that is not ASCII",
        })
    }
}

/// A text of at most [`MAX_TEXT`] code points, the empty one included.
pub(crate) fn text(field: &'static str, value: String) -> Result<String, FieldError> {
    within(field, value, MAX_TEXT)
}

/// An address, trimmed, its domain in lower case, its local part as given.
pub(crate) fn email(field: &'static str, value: &str) -> Result<String, FieldError> {
    let refuse = |problem| FieldError { field, problem };
    let not_an_email = || refuse(FieldErrorKind::NotAnEmail);
    let (local, domain) = value.trim().rsplit_once('@').ok_or_else(not_an_email)?;
    if !domain.is_ascii() {
        return Err(refuse(FieldErrorKind::NonAsciiDomain));
    }
    let domain = domain.to_ascii_lowercase();
    let top = domain.rsplit('.').next().unwrap_or_default();
    if RESERVED_DOMAINS.contains(&top) {
        return Err(refuse(FieldErrorKind::ReservedDomain));
    }
    let address = within(field, format!("{local}@{domain}"), MAX_EMAIL)?;
    let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
    let is_quoted = local.contains('"');
    if is_quoted || EmailAddress::parse_with_options(&address, options).is_err() {
        return Err(not_an_email());
    }
    Ok(address)
}

fn within(field: &'static str, value: String, longest: usize) -> Result<String, FieldError> {
    if value.chars().count() > longest {
        return Err(FieldError { field, problem: FieldErrorKind::TooLong });
    }
    Ok(value)
}
