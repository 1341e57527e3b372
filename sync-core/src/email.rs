//! E-mail addresses: what may be sent, and when two are the same.
//!
//! In: text from the source. Out: an address in the form in which it is sent (domain in lower case,
//! local part as typed) with the key by which addresses compare (all in lower case, no locale).
//! Never: a display name, an address literal, a domain without a dot or outside ASCII, or any part of
//! the address in `Debug` or in an error.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use email_address::{EmailAddress as Syntax, Options};
use serde::{Deserialize, Serialize};

use crate::text;

/// Most code points the target stores.
const LONGEST: usize = 100;

/// Top-level domains that lead nowhere and that the target's own client refuses.
const RESERVED: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];

/// An address that is fit to be sent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress {
    sent: Arc<str>,
    key: EmailKey,
}

/// What makes two addresses the same mailbox for us. `Debug` prints no content.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailKey(Arc<str>);

/// Why a text is no address we would send. Names no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmailProblem {
    /// Not of the form `local@domain`.
    #[error("not of the form local@domain")]
    Syntax,
    /// The domain has no dot, is reserved, or is an address literal.
    #[error("the domain is not a public host name")]
    Domain,
    /// The domain is not written in ASCII.
    #[error("the domain is not written in ASCII")]
    NotAscii,
    /// Longer than the target stores.
    #[error("longer than 100 characters")]
    TooLong,
}

impl EmailAddress {
    /// Reads an address, blanks around it ignored.
    ///
    /// # Errors
    /// What is wrong with it; never its text.
    pub fn parse(raw: &str) -> Result<Self, EmailProblem> {
        let raw = text::as_clean(raw).ok_or(EmailProblem::Syntax)?;
        if raw.len() > LONGEST && raw.chars().count() > LONGEST {
            return Err(EmailProblem::TooLong);
        }
        let (local, domain) = raw.rsplit_once('@').ok_or(EmailProblem::Syntax)?;
        if !domain.is_ascii() {
            return Err(EmailProblem::NotAscii);
        }
        if !is_host_name(domain) {
            return Err(EmailProblem::Domain);
        }
        if !is_plain(local) && !is_local_part(local, &raw) {
            return Err(EmailProblem::Syntax);
        }
        let sent: Arc<str> = if domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
            format!("{local}@{}", domain.to_ascii_lowercase()).into()
        } else {
            (*raw).into()
        };
        let key = match text::as_folded(&sent) {
            Cow::Borrowed(same) if same.len() == sent.len() => EmailKey(Arc::clone(&sent)),
            folded => EmailKey(folded.into()),
        };
        Ok(Self { sent, key })
    }

    /// The form to send. Whoever calls this must not print it.
    pub fn expose(&self) -> &str {
        &self.sent
    }

    /// The form to compare.
    pub const fn key(&self) -> &EmailKey {
        &self.key
    }

    /// Can it stand in a list that people open in a spreadsheet, as it is? Not if it could be taken for a formula, or if
    /// it holds what cannot be seen or turns around what follows.
    pub(crate) fn is_fit_for_lists(&self) -> bool {
        let begins_well = self.sent.starts_with(|first: char| first.is_alphanumeric() || first == '_');
        let is_odd = |char: char| {
            char.is_control()
                || char.is_whitespace()
                || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        };
        begins_well && !self.sent.contains(is_odd)
    }
}

impl EmailKey {
    /// The key of whatever an account stores, valid or not.
    pub fn of(stored: &str) -> Self {
        Self(text::as_folded(stored).into())
    }

    /// Is this the key of what an account stores?
    pub(crate) fn is_of(&self, stored: &str) -> bool {
        *text::as_folded(stored) == *self.0
    }

    /// The key's text. Whoever calls this must not print it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What nearly every local part is, and what is always one: dots between some of the letters that need no quotes.
fn is_plain(local: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+');
    local.len() <= 64 && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_letter))
}

fn is_local_part(local: &str, whole: &str) -> bool {
    let strict = Options::default().without_display_text().without_domain_literal().with_required_tld();
    !local.contains('"') && Syntax::parse_with_options(whole, strict).is_ok()
}

fn is_host_name(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let reserved = RESERVED
        .iter()
        .any(|end| domain.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(end)));
    domain.contains('.') && domain.split('.').all(label) && !reserved
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress([personal])")
    }
}

impl fmt::Debug for EmailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailKey([personal])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r23_an_address_that_a_spreadsheet_takes_for_a_formula_is_not_fit_for_lists() {
        for (address, fit) in [
            ("jan@acme.nl", true),
            ("_jan+list@acme.nl", true),
            ("élan@acme.nl", true),
            ("9jan@acme.nl", true),
            ("+jan@acme.nl", false),
            ("-jan@acme.nl", false),
            ("=jan@acme.nl", false),
            ("ja\u{202e}n@acme.nl", false),
        ] {
            let parsed = EmailAddress::parse(address).map(|address| address.is_fit_for_lists());
            // An address that cannot be read at all stands in no list either.
            assert_eq!(parsed.unwrap_or(false), fit, "{address}");
        }
    }

    #[test]
    fn the_domain_is_lowered_and_the_local_part_is_kept() {
        let address = EmailAddress::parse("  Jane.DOE@ACME.Example.NL ").unwrap();
        assert_eq!(address.expose(), "Jane.DOE@acme.example.nl");
        assert_eq!(address.key(), &EmailKey::of("jane.doe@acme.example.nl"));
    }

    #[test]
    fn what_we_would_not_send_is_refused_with_its_reason() {
        for (raw, problem) in [
            ("", EmailProblem::Syntax),
            ("anneke", EmailProblem::Syntax),
            ("a b@x.nl", EmailProblem::Syntax),
            ("a..b@x.nl", EmailProblem::Syntax),
            ("Anneke <a@x.nl>", EmailProblem::Domain),
            ("\"a b\"@x.nl", EmailProblem::Syntax),
            ("@x.nl", EmailProblem::Syntax),
            ("a@localhost", EmailProblem::Domain),
            ("a@[127.0.0.1]", EmailProblem::Domain),
            ("a@x_y.nl", EmailProblem::Domain),
            ("a@.nl", EmailProblem::Domain),
            ("a@voorbeeld.test", EmailProblem::Domain),
            ("a@käse.nl", EmailProblem::NotAscii),
        ] {
            assert_eq!(EmailAddress::parse(raw), Err(problem), "{raw}");
        }
        let long = format!("{}@x.nl", "a".repeat(96));
        assert_eq!(EmailAddress::parse(&long), Err(EmailProblem::TooLong));
    }

    #[test]
    fn a_plain_local_part_is_one() {
        for local in ["a", "first.last", "a-b_c+d.1", &"a".repeat(64)] {
            assert!(is_plain(local) && is_local_part(local, &format!("{local}@x.nl")), "{local}");
        }
        for local in ["", ".a", "a.", "a..b", "a b", "a\"b", "é", "a(b", &"a".repeat(65)] {
            assert!(!is_plain(local), "{local}");
        }
    }

    #[test]
    fn debug_shows_no_content() {
        let address = EmailAddress::parse("anneke@x.nl").unwrap();
        assert!(!format!("{address:?} {:?}", address.key()).contains("anneke"));
    }
}
