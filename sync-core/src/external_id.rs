//! The id that an account of ours carries: which source record it stands for.
//!
//! In: a protocol and the source's own id. Out: `nmbrs:rest:<id>` or `nmbrs:soap:<domain>:<number>`.
//! Never: a string outside this grammar, so that "is this account ours?" is a question of type.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::text;

const REST: &str = "nmbrs:rest:";
const SOAP: &str = "nmbrs:soap:";
const LONGEST_PART: usize = 128;

/// An external id of our own grammar. It holds no personal data. Clones share one text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId(Arc<str>);

/// By which interface of the payroll system a record was read. One record has one id at each, and they tell nothing of
/// each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Interface {
    /// The REST interface.
    Rest,
    /// The SOAP interface, which the vendor ends.
    Soap,
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rest => "REST",
            Self::Soap => "SOAP",
        })
    }
}

/// The text is not one of our external ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an external id of the form nmbrs:rest:<id> or nmbrs:soap:<domain>:<number>")]
pub struct NotOurs;

impl ExternalId {
    /// The id of an employee read over REST.
    ///
    /// # Errors
    /// [`NotOurs`] when the id is empty, overlong or holds anything but letters, digits and `-`.
    pub fn rest(employee: &str) -> Result<Self, NotOurs> {
        if is_part(employee) { Ok(Self(format!("{REST}{employee}").into())) } else { Err(NotOurs) }
    }

    /// The id of an employee read over SOAP: its number is unique only within the domain.
    ///
    /// # Errors
    /// [`NotOurs`] when the domain is empty, overlong or holds anything but letters, digits and `-`.
    pub fn soap(domain: &str, employee: u64) -> Result<Self, NotOurs> {
        if is_part(domain) { Ok(Self(format!("{SOAP}{domain}:{employee}").into())) } else { Err(NotOurs) }
    }

    /// Reads what an account carries, blanks around it ignored.
    ///
    /// # Errors
    /// [`NotOurs`] when somebody else gave this id.
    pub fn parse(text: &str) -> Result<Self, NotOurs> {
        Self::text_of(text).map(|text| Self(text.into()))
    }

    /// The text of the id that [`parse`](Self::parse) would read; borrowed, unless it was spelled otherwise.
    pub(crate) fn text_of(carried: &str) -> Result<Cow<'_, str>, NotOurs> {
        let text = text::trim(carried);
        if let Some(employee) = text.strip_prefix(REST) {
            return if is_part(employee) { Ok(text.into()) } else { Err(NotOurs) };
        }
        let parts = text.strip_prefix(SOAP).and_then(|rest| rest.split_once(':'));
        let (domain, number) = parts.filter(|(domain, _)| is_part(domain)).ok_or(NotOurs)?;
        let number: u64 = number.parse().map_err(|_| NotOurs)?;
        let spelled = format!("{SOAP}{domain}:{number}");
        Ok(if spelled == text { text.into() } else { spelled.into() })
    }

    /// By which interface the record was read.
    pub fn interface(&self) -> Interface {
        if self.0.starts_with(REST) { Interface::Rest } else { Interface::Soap }
    }

    /// The whole id as it is stored in the target.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_part(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= LONGEST_PART
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ExternalId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ExternalId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_ids_come_back_as_they_went() {
        let rest = || ExternalId::rest("492f6362-79a3-4452-8e1d-a83fbe5437c2").unwrap();
        assert_eq!(ExternalId::parse(rest().as_str()), Ok(rest()));
        let soap = ExternalId::soap("voorbeeld", 77).unwrap();
        for text in [" nmbrs:soap:voorbeeld:77 ", "nmbrs:soap:voorbeeld:077"] {
            assert_eq!(ExternalId::parse(text), Ok(soap.clone()));
        }
        assert_eq!((rest().interface(), soap.interface()), (Interface::Rest, Interface::Soap));
    }

    #[test]
    fn anything_else_is_not_ours() {
        for text in
            ["", "nmbrs:", "nmbrs:rest:", "nmbrs:rest:a b", "nmbrs:soap:x", "nmbrs:soap:x:-1", "afas:1", "12"]
        {
            assert_eq!(ExternalId::parse(text), Err(NotOurs), "{text}");
        }
    }
}
