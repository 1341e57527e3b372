//! A bare SOAP client for these tests: text out, and somebody else's XML parser on what comes back.

use nmbrs_client::sandbox::{Sandbox, SoapCredentials};
use reqwest::RequestBuilder;
use roxmltree::{Document, Node};

use crate::asking::HTTP;

/// Every operation, with the spelling of the parameter it takes, and the kind of id that goes into it.
pub(crate) const OPERATIONS: [(&str, &str, &str); 26] = [
    ("DebtorService", "Environment_Get", ""),
    ("DebtorService", "List_GetAll", ""),
    ("DebtorService", "Debtor_IsOwner", ""),
    ("DebtorService", "Department_GetList", "DebtorId"),
    ("DebtorService", "Function_GetList", "DebtorId"),
    ("DebtorService", "Manager_GetList", "DebtorId"),
    ("CompanyService", "List_GetAll", ""),
    ("CompanyService", "List_GetByDebtor", "DebtorId"),
    ("CompanyService", "Company_GetCurrentPeriod", "CompanyId"),
    ("CompanyService", "Company_GetCurrentByEmployeeId", "EmployeeId"),
    ("EmployeeService", "EmployeeType_GetList", ""),
    ("EmployeeService", "List_GetByCompany", "CompanyId"),
    ("EmployeeService", "List_GetByDebtor", "DebtorId"),
    ("EmployeeService", "PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany", "CompanyID"),
    ("EmployeeService", "Employment_GetAll_AllEmployeesByCompany", "CompanyID"),
    ("EmployeeService", "Contract_GetAll_AllEmployeesByCompany", "CompanyID"),
    ("EmployeeService", "Contract_GetCurrentPeriod", "EmployeeId"),
    ("EmployeeService", "Contract_GetAll", "EmployeeId"),
    ("EmployeeService", "Service_GetList", "EmployeeId"),
    ("EmployeeService", "Salary_GetAll_AllEmployeesByCompany", "CompanyID"),
    ("EmployeeService", "ExtraFields_GetList", "EmployeeId"),
    ("EmployeeService", "ExtraFieldsWithStartDate_GetList", "EmployeeId"),
    ("EmployeeService", "Department_GetAll_AllEmployeesByCompany", "CompanyID"),
    ("EmployeeService", "Function_GetAll_AllEmployeesByCompany_V2", "CompanyID"),
    ("EmployeeService", "Schedule_GetAll_AllEmployeesByCompany", "CompanyID"),
    ("EmployeeService", "Manager_GetCurrent", "EmployeeId"),
];

pub(crate) const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(crate) const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A request in the making; every part of it can be spoilt.
#[derive(Clone)]
pub(crate) struct Asking {
    pub(crate) path: String,
    pub(crate) namespace: String,
    pub(crate) operation: String,
    /// The header `SOAPAction`, if it is sent.
    pub(crate) action: Option<String>,
    pub(crate) content_type: String,
    pub(crate) envelope: String,
    pub(crate) header: String,
    pub(crate) parameters: String,
}

impl Asking {
    /// As the vendor's own help pages have it.
    pub(crate) fn new(sandbox: &Sandbox, service: &str, operation: &str, parameters: &[(&str, i32)]) -> Self {
        let namespace = format!("https://api.nmbrs.nl/soap/v3/{service}");
        let SoapCredentials { username, token, domain, .. } = sandbox.soap_credentials();
        let (username, token) = (escaped(&username), escaped(&token));
        let header = if operation == "Environment_Get" {
            format!(
                r#"<AuthHeader xmlns="{namespace}"><Username>{username}</Username><Token>{token}</Token></AuthHeader>"#
            )
        } else {
            format!(
                r#"<AuthHeaderWithDomain xmlns="{namespace}"><Username>{username}</Username><Token>{token}</Token><Domain>{domain}</Domain></AuthHeaderWithDomain>"#
            )
        };
        let written: Vec<_> =
            parameters.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
        Self {
            path: format!("/soap/v3/{service}.asmx"),
            action: Some(format!("\"{namespace}/{operation}\"")),
            namespace,
            operation: operation.to_owned(),
            content_type: "text/xml; charset=utf-8".to_owned(),
            envelope: SOAP_11.to_owned(),
            header,
            parameters: written.concat(),
        }
    }

    pub(crate) fn body(&self) -> String {
        let Self { envelope, header, namespace, operation, parameters, .. } = self;
        format!(
            r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{envelope}"><soap:Header>{header}</soap:Header><soap:Body><{operation} xmlns="{namespace}">{parameters}</{operation}></soap:Body></soap:Envelope>"#
        )
    }

    pub(crate) fn request(&self, sandbox: &Sandbox) -> RequestBuilder {
        let url = format!("{}{}", sandbox.soap_url(), self.path);
        let request = HTTP.post(url).header("content-type", &self.content_type).body(self.body());
        match &self.action {
            Some(action) => request.header("soapaction", action),
            None => request,
        }
    }

    pub(crate) async fn send(&self, sandbox: &Sandbox) -> Answered {
        let response = self.request(sandbox).send().await.unwrap();
        let status = response.status().as_u16();
        let content_type = response.headers().get("content-type").map(|it| it.to_str().unwrap().to_owned());
        Answered { status, content_type, text: response.text().await.unwrap() }
    }
}

/// Asks as one should.
pub(crate) async fn ask(
    sandbox: &Sandbox,
    service: &str,
    operation: &str,
    parameters: &[(&str, i32)],
) -> Answered {
    Asking::new(sandbox, service, operation, parameters).send(sandbox).await
}

pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) text: String,
}

impl Answered {
    /// The number of the fault this is.
    pub(crate) fn number(&self) -> Option<u32> {
        let says = self.fault()?;
        let (_, last) = says.rsplit_once("--->")?;
        last.split_once(':')?.0.trim().parse().ok()
    }

    /// What the fault says, if this is one.
    pub(crate) fn fault(&self) -> Option<String> {
        let document = Document::parse(&self.text).ok()?;
        let body = document.root_element().first_element_child()?;
        let fault = body.first_element_child().filter(|it| it.tag_name().name() == "Fault")?;
        let text = fault.descendants().find(|it| matches!(it.tag_name().name(), "faultstring" | "Text"))?;
        Some(text.text()?.to_owned())
    }

    /// The result element, which has to be there.
    pub(crate) fn read<T>(&self, read: impl FnOnce(Node<'_, '_>) -> T) -> T {
        assert_eq!(self.status, 200, "{}", self.text);
        let document = Document::parse(&self.text).unwrap();
        let response = document.root_element().first_element_child().unwrap().first_element_child().unwrap();
        assert!(response.tag_name().name().ends_with("Response"), "{}", self.text);
        read(response)
    }

    /// The rows of a list, as text of the elements that are asked for.
    pub(crate) fn rows(&self, names: &[&str]) -> Vec<Vec<Option<String>>> {
        self.read(|response| {
            let Some(result) = response.first_element_child() else { return Vec::new() };
            let rows = result.children().filter(|row| row.is_element() && !is_nil(*row));
            rows.map(|row| names.iter().map(|name| text(row, name)).collect()).collect()
        })
    }
}

/// Whether an element says that it is nothing.
pub(crate) fn is_nil(node: Node<'_, '_>) -> bool {
    matches!(node.attribute((XSI, "nil")), Some("true" | "1"))
}

/// The text of the child of this name, without blanks around it; nothing when there is none.
pub(crate) fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    let child = node.children().find(|child| child.tag_name().name() == name)?;
    child.text().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Service, operation, parameters.
pub(crate) type Question = (&'static str, &'static str, Vec<(&'static str, i32)>);

/// Every question there is to this world: service, operation, parameters.
pub(crate) fn every_question(sandbox: &Sandbox) -> Vec<Question> {
    let world = sandbox.world();
    let number = |guid: &str| world.soap_number(guid).unwrap();
    let debtors: Vec<_> = world.debtors.iter().map(|it| number(&it.debtor_id)).collect();
    let companies: Vec<_> = world.companies.iter().map(|it| number(&it.company_id)).collect();
    let employees: Vec<_> = world.employees().map(|(_, it)| number(&it.employee_id)).collect();
    let mut questions = Vec::new();
    for (service, operation, parameter) in OPERATIONS {
        let ids = match parameter {
            "" => {
                questions.push((service, operation, Vec::new()));
                continue;
            }
            "DebtorId" => &debtors,
            "EmployeeId" => &employees,
            _ => &companies,
        };
        let typed = service == "EmployeeService" && operation.starts_with("List_");
        for id in ids {
            for employee_type in if typed { 1..=7 } else { 0..=0 } {
                let mut parameters = vec![(parameter, *id)];
                if typed {
                    parameters.push(("EmployeeType", employee_type));
                }
                questions.push((service, operation, parameters));
            }
        }
    }
    questions
}
