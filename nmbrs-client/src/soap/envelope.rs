//! The body of a request: SOAP 1.1, spelt as the vendor spells it.
//!
//! An operation, its parameters and who asks come in; the text goes out as a secret, because it holds the token. Every
//! element stands in the namespace of the service that is called; a parameter is a number or it is not sent.

use secrecy::SecretString;

use super::credentials::Credentials;
use super::domain::Domain;
use super::operation::{Operation, Parameters};

/// What every envelope begins with.
const BEGIN: &str = concat!(
    r#"<?xml version="1.0" encoding="utf-8"?>"#,
    r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">"#
);

/// The numbers that a call is about. Which of them an operation takes, and under which name, the list of operations says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arguments {
    pub(super) id: i32,
    pub(super) employee_type: i32,
}

impl Arguments {
    /// For operations without parameters.
    pub(super) const NONE: Self = Self { id: 0, employee_type: 0 };
}

/// Writes the request. Without a `domain` the header is the one that `Environment_Get` takes, and no other operation.
pub(super) fn write(
    operation: Operation,
    arguments: Arguments,
    credentials: &Credentials,
    domain: Option<&Domain>,
) -> SecretString {
    let namespace = operation.service().namespace();
    let header = if domain.is_some() { "AuthHeaderWithDomain" } else { "AuthHeader" };

    let mut text = String::with_capacity(1024);
    text.push_str(BEGIN);
    text.push_str("<soap:Header>");
    open(&mut text, header, namespace);
    element(&mut text, "Username", credentials.username());
    element(&mut text, "Token", credentials.token());
    if let Some(domain) = domain {
        element(&mut text, "Domain", domain.as_str());
    }
    close(&mut text, header);
    text.push_str("</soap:Header><soap:Body>");
    open(&mut text, operation.name(), namespace);
    match operation.parameters() {
        Parameters::None => {}
        Parameters::Id(name) => element(&mut text, name, &arguments.id.to_string()),
        Parameters::IdAndType(name) => {
            element(&mut text, name, &arguments.id.to_string());
            element(&mut text, "EmployeeType", &arguments.employee_type.to_string());
        }
    }
    close(&mut text, operation.name());
    text.push_str("</soap:Body></soap:Envelope>");
    SecretString::from(text)
}

fn open(text: &mut String, name: &str, namespace: &str) {
    for part in ["<", name, " xmlns=\"", namespace, "\">"] {
        text.push_str(part);
    }
}

fn close(text: &mut String, name: &str) {
    for part in ["</", name, ">"] {
        text.push_str(part);
    }
}

fn element(text: &mut String, name: &str, content: &str) {
    for part in ["<", name, ">"] {
        text.push_str(part);
    }
    for character in content.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&apos;"),
            other => text.push(other),
        }
    }
    close(text, name);
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn request(operation: Operation, domain: Option<&str>) -> String {
        let credentials = Credentials::new("api.user@example.com", "a&b<c>\"d'e");
        let domain = domain.map(|text| Domain::new(text).unwrap());
        let arguments = Arguments { id: 90_011, employee_type: 2 };
        write(operation, arguments, &credentials, domain.as_ref()).expose_secret().to_owned()
    }

    #[test]
    fn the_header_stands_in_the_namespace_of_the_service_and_holds_name_token_domain() {
        assert_eq!(
            request(Operation::Employees, Some("bg")),
            concat!(
                r#"<?xml version="1.0" encoding="utf-8"?>"#,
                r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>"#,
                r#"<AuthHeaderWithDomain xmlns="https://api.nmbrs.nl/soap/v3/EmployeeService">"#,
                "<Username>api.user@example.com</Username><Token>a&amp;b&lt;c&gt;&quot;d&apos;e</Token>",
                "<Domain>bg</Domain></AuthHeaderWithDomain></soap:Header><soap:Body>",
                r#"<List_GetByCompany xmlns="https://api.nmbrs.nl/soap/v3/EmployeeService">"#,
                "<CompanyId>90011</CompanyId><EmployeeType>2</EmployeeType></List_GetByCompany>",
                "</soap:Body></soap:Envelope>"
            )
        );
    }

    #[test]
    fn the_environment_is_asked_for_without_a_domain() {
        let text = request(Operation::Environment, None);
        assert!(
            text.contains(r#"<AuthHeader xmlns="https://api.nmbrs.nl/soap/v3/DebtorService">"#),
            "{text}"
        );
        assert!(!text.contains("Domain>"), "{text}");
    }

    #[test]
    fn each_parameter_is_spelt_as_its_operation_spells_it() {
        for operation in Operation::ALL {
            let text = request(*operation, Some("bg"));
            let (_, body) = text.split_once("<soap:Body>").unwrap();
            let expected = match operation.parameters() {
                Parameters::None => "></".to_owned(),
                Parameters::Id(name) => format!("><{name}>90011</{name}></"),
                Parameters::IdAndType(name) => {
                    format!("><{name}>90011</{name}><EmployeeType>2</EmployeeType></")
                }
            };
            let expected = format!(
                "<{name} xmlns=\"{namespace}\"{expected}{name}></soap:Body></soap:Envelope>",
                name = operation.name(),
                namespace = operation.service().namespace()
            );
            assert_eq!(body, expected, "{operation}");
        }
    }
}
