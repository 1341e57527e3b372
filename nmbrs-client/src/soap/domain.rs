//! The customer's environment, by the name that stands before `.nmbrs.nl`.
//!
//! What a person typed or the vendor answered comes in; the bare sub-domain goes out, in the one form the header takes.

use std::fmt;

/// What the address of an environment ends with, live and in the vendor's sandbox.
const HOSTS: [&str; 2] = [".nmbrs.nl", ".nmbrs-sandbox.nl"];

/// The longest a label of a host name can be.
const LONGEST: usize = 63;

/// The sub-domain of an environment, such as `voorbeeldpayroll` of `voorbeeldpayroll.nmbrs.nl`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

/// The text is not the sub-domain of an environment: 1 to 63 characters of `a-z 0-9 -`, with or without `.nmbrs.nl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sub-domain: expected 1 to 63 characters of a-z, 0-9 and '-', with or without .nmbrs.nl")]
#[non_exhaustive]
pub struct InvalidDomain;

impl Domain {
    /// Takes the sub-domain, also with blanks around it, in capitals, or with the vendor's host behind it.
    ///
    /// ```
    /// use nmbrs_client::soap::Domain;
    ///
    /// assert_eq!(Domain::new(" Voorbeeldpayroll.nmbrs.nl ")?.as_str(), "voorbeeldpayroll");
    /// # Ok::<_, nmbrs_client::soap::InvalidDomain>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidDomain`] when no environment can have that name.
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidDomain> {
        let text = text.as_ref().trim().to_ascii_lowercase();
        let bare = HOSTS.iter().find_map(|host| text.strip_suffix(host)).unwrap_or(&text);
        let fits = (1..=LONGEST).contains(&bare.len());
        let plain = bare.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits && plain { Ok(Self(bare.to_owned())) } else { Err(InvalidDomain) }
    }

    /// The bare sub-domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bare_sub_domain_is_left() {
        for (text, bare) in [
            ("bg", Some("bg")),
            (" BG ", Some("bg")),
            ("bg.nmbrs.nl", Some("bg")),
            ("Bg.Nmbrs.NL", Some("bg")),
            ("bg-2.nmbrs-sandbox.nl", Some("bg-2")),
            ("", None),
            (".nmbrs.nl", None),
            ("bg.nmbrs.nl.example.com", None),
            ("https://bg.nmbrs.nl", None),
            ("b g", None),
            ("bé", None),
            (&"x".repeat(64), None),
        ] {
            assert_eq!(Domain::new(text).ok().as_ref().map(Domain::as_str), bare, "{text:?}");
        }
    }
}
