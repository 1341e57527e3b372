//! Why a SOAP request is not answered, and what is said instead.
//!
//! A fault of the service has its number in its text and nowhere else. A request that the platform under the service
//! cannot make sense of is refused in the platform's words, which have no number.

use super::xml::{Style, Version};
use crate::sandbox::exchange::Answer;
use crate::sandbox::variation::Variation;

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Only POST exists.
    Method,
    /// No such service, or not in this version.
    NoSuchService,
    /// Neither of the two media types of SOAP.
    MediaType,
    /// The platform cannot read it, or knows no such operation.
    Unreadable(String),
    /// The envelope is of the other version.
    Version { given: Version },
    /// A numbered fault of the service.
    Number(u32),
}

impl Refusal {
    /// The answer, in the version of SOAP that was asked in.
    pub(super) fn answer(&self, version: Version, vary: Variation) -> Answer {
        match self {
            Self::Method => Answer::empty(405).with_header("allow", "POST"),
            Self::NoSuchService => Answer::text(
                404,
                "text/html",
                "<html><body><h1>404</h1>The resource cannot be found.</body></html>",
            ),
            Self::MediaType => Answer::empty(415),
            Self::Unreadable(says) => by_client(version, vary, says),
            Self::Version { given } => {
                let expected = match given {
                    Version::Soap11 => Version::Soap12,
                    Version::Soap12 => Version::Soap11,
                };
                let says = format!(
                    "Possible SOAP version mismatch: Envelope namespace {} was unexpected. Expecting {}.",
                    given.namespace(),
                    expected.namespace()
                );
                by_client(expected, vary, &says)
            }
            Self::Number(number) => numbered(*number, version, vary),
        }
    }
}

fn by_client(version: Version, vary: Variation, says: &str) -> Answer {
    let status = if version == Version::Soap12 { 400 } else { 500 };
    let body = Style::of(version, vary, "refusal").fault(true, says);
    Answer::text(status, version.content_type(), &body)
}

/// A fault of the service with this number; HTTP says 500, whatever it is.
pub(in crate::sandbox) fn numbered(number: u32, version: Version, vary: Variation) -> Answer {
    let title = title(number);
    let place = number.to_string();
    let mut says = format!("Server was unable to process request. ---> {number}: {title}");
    match vary.roll(&place, "wording", 4) {
        1 => says = says.replace("Unauthorized access", "Unauthorized Access"),
        // A server with full error pages tells where it was.
        2 => says.push_str(
            "\r\n   at Nmbrs.Soap.v3.Check(Login login) in Check.cs:line 1204\r\n   at lambda_method",
        ),
        3 => says = says.replace("---> ", "--->"),
        _ => {}
    }
    let body = Style::of(version, vary, &place).fault(false, &says);
    Answer::text(500, version.content_type(), &body)
}

/// The titles of the vendor's list, as far as a reader can meet them.
fn title(number: u32) -> &'static str {
    match number {
        1001 => "Invalid Authentication",
        1002 | 2003 | 2004 | 2009 => "Unauthorized access",
        1003 => "Unauthorized access Data",
        1004 => "Disabled, no valid subscription",
        1006 => "Generic Login Security Failure",
        2006 => "Invalid Period",
        2017 => "Invalid Labour Agreement ID",
        2018 => "Invalid Leave ID",
        2022 => "Invalid Leave Type",
        2030 => "Invalid Set of Values",
        2046 => "Not Found",
        _ => "Unknown",
    }
}
