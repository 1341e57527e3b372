//! `[nmbrs.soap]`: which login asks over SOAP, and what the types of its environment are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use nmbrs_client::soap::{Domain, ExtraFieldsCall, ExtraFieldsOf};
use secrecy::SecretString;
use sync_core::record::EmployeeType;

use crate::config::document::Section;

/// Numbers of types of employees in one environment, as far as a person told them.
pub type EmployeeTypeIds = BTreeMap<EmployeeType, i32>;

/// How to reach Nmbrs over SOAP.
#[derive(Debug)]
#[non_exhaustive]
pub struct NmbrsSoap {
    /// The host.
    pub url: String,
    /// Through which proxy; none unless given.
    pub proxy: Option<SecretString>,
    /// The login: an e-mail address, and therefore nothing to print.
    pub username: SecretString,
    /// The API token of that login.
    pub token: SecretString,
    /// The environment; asked for if it is not given.
    pub domain: Option<Domain>,
    /// The types that the environment's own list does not name in a way that can be understood.
    pub employee_types: EmployeeTypeIds,
    /// By which operation extra fields are read.
    pub extra_fields: ExtraFieldsCall,
    /// Whose extra fields are read.
    pub extra_fields_of: ExtraFieldsOf,
    /// How fast and how patient.
    pub limits: NmbrsSoapLimits,
}

/// How fast to ask Nmbrs over SOAP, and how patiently. One answer holds a whole company, so it may take its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NmbrsSoapLimits {
    /// Requests in flight at once.
    pub in_flight: usize,
    /// Time between the starts of two requests.
    pub spacing: Duration,
    /// Attempts of one call in all.
    pub attempts: u32,
    /// Attempts of one call in all when the answer is 429.
    pub throttled_attempts: u32,
    /// Time for one call, waits included.
    pub deadline: Duration,
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// Until one answer about one person, or about no person, is read.
    pub request_timeout: Duration,
    /// Until one list of a whole company is read.
    pub company_timeout: Duration,
}

impl Default for NmbrsSoapLimits {
    fn default() -> Self {
        Self {
            in_flight: 4,
            spacing: Duration::from_millis(200),
            attempts: 3,
            throttled_attempts: 5,
            deadline: Duration::from_secs(1200),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            company_timeout: Duration::from_secs(300),
        }
    }
}

/// Reads the section; `None` if something is missing, which has then been told.
pub(super) fn soap(mut section: Section<'_>, proxy: Option<&SecretString>) -> Option<NmbrsSoap> {
    let url = section.address("url", "https://api.nmbrs.nl");
    let username = section.text("username");
    let token = section.secret("token", "NMBRS_SOAP_TOKEN");
    let domain = section.optional_text("domain");
    let domain = domain
        .and_then(|text| section.checked("domain", Domain::new(text).map_err(|error| error.to_string())));
    let employee_types = employee_types(section.section("employee_types"));
    let calls = [("plain", ExtraFieldsCall::Plain), ("with_start_date", ExtraFieldsCall::WithStartDate)];
    let extra_fields = section.optional_choice("extra_fields", &calls).unwrap_or_default();
    let whose = [("in_service", ExtraFieldsOf::InService), ("everyone", ExtraFieldsOf::Everyone)];
    let extra_fields_of = section.optional_choice("extra_fields_of", &whose).unwrap_or_default();
    let limits = limits(section.section("limits"));
    section.close();
    Some(NmbrsSoap {
        url: url?,
        proxy: proxy.cloned(),
        username: username?.into(),
        token: token?,
        domain,
        employee_types,
        extra_fields,
        extra_fields_of,
        limits,
    })
}

fn employee_types(mut section: Section<'_>) -> EmployeeTypeIds {
    let types = [
        ("payroll", EmployeeType::Payroll),
        ("former_payroll", EmployeeType::FormerPayroll),
        ("applicant", EmployeeType::Applicant),
        ("external", EmployeeType::External),
        ("new_hire", EmployeeType::NewHire),
    ];
    let mut ids = EmployeeTypeIds::new();
    for (key, of) in types {
        let id: Option<i32> = section.number(key, 1, i32::MAX.into());
        ids.extend(id.map(|id| (of, id)));
    }
    let distinct: BTreeSet<_> = ids.values().collect();
    if distinct.len() < ids.len() {
        section.problem("", "two types have one number");
    }
    section.close();
    ids
}

fn limits(mut section: Section<'_>) -> NmbrsSoapLimits {
    let defaults = NmbrsSoapLimits::default();
    let limits = NmbrsSoapLimits {
        in_flight: section.number("in_flight", 1, 32).unwrap_or(defaults.in_flight),
        spacing: section.milliseconds("spacing_ms", 0, 60_000).unwrap_or(defaults.spacing),
        attempts: section.number("attempts", 1, 10).unwrap_or(defaults.attempts),
        throttled_attempts: section
            .number("throttled_attempts", 1, 20)
            .unwrap_or(defaults.throttled_attempts),
        deadline: section.seconds("deadline_s", 1, 7200).unwrap_or(defaults.deadline),
        connect_timeout: section.seconds("connect_timeout_s", 1, 300).unwrap_or(defaults.connect_timeout),
        request_timeout: section.seconds("request_timeout_s", 1, 600).unwrap_or(defaults.request_timeout),
        company_timeout: section.seconds("company_timeout_s", 1, 3600).unwrap_or(defaults.company_timeout),
    };
    section.close();
    limits
}
