//! `[nmbrs]`: how to reach the source, over which of its two interfaces, as whom, and how fast.
//!
//! One interface is named, and must be complete; the other may stand beside it, complete too, for the migration.
//! Of an interface that is neither named nor begun nothing is required, and no secret is looked up.

mod rest;
mod soap;

pub use rest::{NmbrsLimits, NmbrsRest};
pub use soap::{EmployeeTypeIds, NmbrsSoap, NmbrsSoapLimits};

use std::fmt;

use super::document::Section;
use crate::exit::WrongUsage;

/// One of the two ways in which Nmbrs can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "every command must know what to do over each")]
pub enum Interface {
    /// The API with consents and pages.
    Rest,
    /// The API with a login's token, which the vendor switches off on 1 March 2027.
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

/// How to reach Nmbrs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Nmbrs {
    /// Which one the daily runs and all other commands read.
    pub interface: Interface,
    rest: Option<NmbrsRest>,
    soap: Option<NmbrsSoap>,
}

impl Nmbrs {
    /// What there is to know about REST.
    ///
    /// # Errors
    /// [`WrongUsage`] when it is not configured.
    pub fn rest(&self) -> Result<&NmbrsRest, WrongUsage> {
        self.rest.as_ref().ok_or(WrongUsage(
            "nmbrs.client_id: is missing; this needs REST, and only SOAP is configured ([nmbrs.soap])",
        ))
    }

    /// What there is to know about SOAP.
    ///
    /// # Errors
    /// [`WrongUsage`] when it is not configured.
    pub fn soap(&self) -> Result<&NmbrsSoap, WrongUsage> {
        self.soap
            .as_ref()
            .ok_or(WrongUsage("nmbrs.soap: is missing; this needs SOAP, and only REST is configured"))
    }
}

/// Reads the section; `None` if something is missing, which has then been told.
pub(super) fn nmbrs(mut section: Section<'_>) -> Option<Nmbrs> {
    let interfaces = [("rest", Interface::Rest), ("soap", Interface::Soap)];
    let is_said = section.has("interface");
    let interface =
        section.optional_choice("interface", &interfaces).or((!is_said).then_some(Interface::Rest));
    let proxy = section.proxy("proxy");
    let rest = rest::rest(&mut section, proxy.as_ref(), interface == Some(Interface::Rest));
    let is_soap_meant = section.has("soap") || interface == Some(Interface::Soap);
    let soap_section = section.section("soap");
    let soap = if is_soap_meant { soap::soap(soap_section, proxy.as_ref()) } else { None };
    section.close();
    Some(Nmbrs { interface: interface?, rest, soap })
}
