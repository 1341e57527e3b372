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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use nmbrs_client::soap::Domain;
    use sync_core::record::EmployeeType;

    use super::*;
    use crate::config::{Config, Problems};

    const REST: &str = "client_id = \"app\"\naccess_token = { env = \"TOKEN\" }\n";
    const SOAP: &str = "[nmbrs.soap]\nusername = \"api.user@voorbeeld.example\"\n";

    fn text(nmbrs: &str) -> String {
        format!(
            "customer = \"c\"\n[yourcampus]\ncompany = 7\n[policy]\nparticipation = \"everyone\"\n[nmbrs]\n{nmbrs}"
        )
    }

    /// What comes of these keys, and which environment variables were looked up.
    fn parsed(nmbrs: &str) -> (Result<Config, Problems>, Vec<String>) {
        let asked = RefCell::new(Vec::new());
        let look_up = |name: &str| {
            asked.borrow_mut().push(name.to_owned());
            Some(format!("secret of {name}"))
        };
        let config = Config::parse("x", &text(nmbrs), look_up);
        (config, asked.into_inner())
    }

    #[track_caller]
    fn problems(nmbrs: &str) -> String {
        parsed(nmbrs).0.unwrap_err().to_string()
    }

    #[test]
    fn over_soap_nothing_of_rest_is_required_or_looked_up_and_the_other_way_round() {
        let (config, asked) = parsed(&format!("interface = \"soap\"\n{SOAP}"));
        let nmbrs = config.unwrap().nmbrs;
        assert_eq!(nmbrs.interface, Interface::Soap);
        assert!(nmbrs.soap().is_ok() && nmbrs.rest().is_err());
        assert!(asked.contains(&"NMBRS_SOAP_TOKEN".to_owned()));
        assert!(!asked.iter().any(|name| name.contains("NMBRS_CLIENT") || name.contains("SUBSCRIPTION")));

        let (config, asked) = parsed(REST);
        let nmbrs = config.unwrap().nmbrs;
        assert_eq!(nmbrs.interface, Interface::Rest);
        assert!(nmbrs.rest().is_ok() && nmbrs.soap().is_err());
        assert!(!asked.iter().any(|name| name.contains("SOAP")));
    }

    #[test]
    fn both_may_stand_side_by_side_and_one_is_read() {
        for interface in [Interface::Rest, Interface::Soap] {
            let name = interface.to_string().to_lowercase();
            let nmbrs = parsed(&format!("interface = \"{name}\"\n{REST}{SOAP}")).0.unwrap().nmbrs;
            assert!(nmbrs.interface == interface && nmbrs.rest().is_ok() && nmbrs.soap().is_ok());
        }
    }

    #[test]
    fn an_interface_that_was_begun_must_be_complete() {
        let told = problems(&format!("{REST}[nmbrs.soap]\nurl = \"http://elsewhere.example\"\n"));
        assert!(told.contains("nmbrs.soap.username: is missing"), "{told}");
        assert!(told.contains("nmbrs.soap.url: must be an https address"), "{told}");
        let told = problems(&format!("interface = \"soap\"\nclient_id = \"app\"\n{SOAP}"));
        assert!(told.contains("nmbrs.tokens: say exactly one of"), "{told}");
    }

    #[test]
    fn what_is_wrong_with_the_interface_that_is_named_is_told_at_once() {
        let told = problems("interface = \"carrier pigeon\"\n");
        assert!(told.contains("nmbrs.interface: must be one of: rest, soap"), "{told}");
        let told = problems(
            "interface = \"soap\"\nclientid = 1\n[nmbrs.soap]\ndomain = \"not a domain\"\n\
             employee_types = { payroll = 0, external = 3, applicant = 3, pay_roll = 2 }\n\
             extra_fields = \"all\"\ntoken = \"s3cret\"\nlimits = { in_flight = 99 }\n",
        );
        for part in [
            "nmbrs.soap.username: is missing",
            "nmbrs.soap.token: a secret must not stand in this file",
            "nmbrs.soap.domain: not a sub-domain",
            "nmbrs.soap.extra_fields: must be one of: plain, with_start_date",
            "nmbrs.soap.employee_types.payroll: must be a whole number from 1",
            "nmbrs.soap.employee_types: two types have one number",
            "nmbrs.soap.employee_types.pay_roll: is not a key here; did you mean payroll?",
            "nmbrs.soap.limits.in_flight: must be a whole number from 1 to 32",
            "nmbrs.clientid: is not a key here; did you mean client_id?",
        ] {
            assert!(told.contains(part), "missing «{part}» in\n{told}");
        }
        assert!(!told.contains("s3cret"), "{told}");
    }

    #[test]
    fn a_domain_is_taken_as_people_write_it_and_types_by_their_numbers() {
        let soap =
            format!("{SOAP}domain = \"VoorbeeldPayroll.nmbrs.nl\"\nemployee_types = {{ payroll = 12 }}\n");
        let nmbrs = parsed(&format!("interface = \"soap\"\n{soap}")).0.unwrap().nmbrs;
        let soap = nmbrs.soap().unwrap();
        assert_eq!(soap.domain.as_ref().map(Domain::as_str), Some("voorbeeldpayroll"));
        assert_eq!(soap.employee_types, EmployeeTypeIds::from([(EmployeeType::Payroll, 12)]));
    }

    #[test]
    fn r23_nothing_shows_the_login_or_its_token() {
        let nmbrs = parsed(&format!("interface = \"soap\"\n{SOAP}")).0.unwrap().nmbrs;
        let shown = format!("{nmbrs:?}");
        assert!(!shown.contains("api.user") && !shown.contains("secret of"), "{shown}");
    }
}
