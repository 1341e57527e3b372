//! What is sent: to the byte, and not at all where a number is none.

use nmbrs_client::soap::{EmployeeTypeId, Operation, Service, SoapClient};
use nmbrs_client::{CompanyId, DebtorId, EmployeeId, Error, ErrorKind};

use super::every_operation::send_all;
use super::server::Answer;
use super::stage::{Stage, company, response};

#[tokio::test]
async fn a_request_is_what_the_vendor_prints_to_the_byte() {
    let stage = Stage::new([Answer::xml(response(Operation::Employees, ""))]).await;
    stage.client().employees(&company(), EmployeeTypeId::new(2)).all().await.unwrap();
    let request = stage.server.requests().remove(0);
    assert!(request.head.starts_with("POST /soap/v3/EmployeeService.asmx HTTP/1.1\r\n"), "{}", request.head);
    assert_eq!(request.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(
        request.header("soapaction"),
        Some("\"https://api.nmbrs.nl/soap/v3/EmployeeService/List_GetByCompany\"")
    );
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
    for absent in ["authorization", "cookie", "x-subscription-key"] {
        assert_eq!(request.header(absent), None);
    }
    assert_eq!(
        request.body,
        concat!(
            r#"<?xml version="1.0" encoding="utf-8"?>"#,
            r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>"#,
            r#"<AuthHeaderWithDomain xmlns="https://api.nmbrs.nl/soap/v3/EmployeeService">"#,
            "<Username>api.user@example.com</Username><Token>Seeded-token</Token>",
            "<Domain>voorbeeldpayroll</Domain></AuthHeaderWithDomain></soap:Header><soap:Body>",
            r#"<List_GetByCompany xmlns="https://api.nmbrs.nl/soap/v3/EmployeeService">"#,
            "<CompanyId>90011</CompanyId><EmployeeType>2</EmployeeType></List_GetByCompany>",
            "</soap:Body></soap:Envelope>"
        )
    );
}

#[tokio::test]
async fn r10_each_function_sends_the_one_operation_it_names_under_the_header_of_its_service() {
    let stage = Stage::new([Answer::of(404, "text/html", "")]).await;
    let client = stage.client();
    let sent = send_all(&client).await;
    let requests = stage.server.requests();
    assert_eq!(sent.len(), requests.len());
    for (operation, request) in sent.iter().zip(&requests) {
        let (service, name) = (operation.service(), operation.name());
        let namespace = service.namespace();
        assert!(request.head.starts_with(&format!("POST {} ", service.path())), "{operation}");
        assert_eq!(request.header("soapaction"), Some(format!("\"{namespace}/{name}\"").as_str()));
        assert!(
            request.body.contains(&format!("<AuthHeaderWithDomain xmlns=\"{namespace}\">")),
            "{operation}"
        );
        assert!(request.body.contains(&format!("<soap:Body><{name} xmlns=\"{namespace}\">")), "{operation}");
    }
    // Only the domain is asked for in another way.
    let mut all: Vec<_> = Operation::ALL.iter().copied().filter(|it| *it != Operation::Environment).collect();
    let mut sent = sent;
    all.sort_unstable();
    sent.sort_unstable();
    assert_eq!(sent, all);
    let services: Vec<_> = [Service::Debtor, Service::Company, Service::Employee].map(Service::path).into();
    assert!(services.iter().all(|path| requests.iter().any(|request| request.head.contains(path))));
}

#[tokio::test]
async fn an_id_that_is_no_number_above_zero_is_refused_before_anything_is_sent() {
    let stage = Stage::new([Answer::of(404, "text/html", "")]).await;
    let client = stage.client();
    let refused = |error: Error| {
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(!error.may_have_been_sent() && !error.is_retryable());
    };
    let guid = "5b6a77c7-6abe-4f31-93dc-2692169e3ea4";
    for id in [guid, "0", "-1", "2147483648", "1_0", "e-1"] {
        refused(client.personal_info(&CompanyId::new(id).unwrap()).all().await.unwrap_err());
        refused(client.companies_of(&DebtorId::new(id).unwrap()).all().await.unwrap_err());
        refused(client.extra_fields(&EmployeeId::new(id).unwrap()).all().await.unwrap_err());
        refused(client.current_period(&CompanyId::new(id).unwrap()).await.unwrap_err());
        refused(
            client.employees(&CompanyId::new(id).unwrap(), EmployeeTypeId::new(2)).all().await.unwrap_err(),
        );
    }
    for number in [0, -1] {
        refused(client.employees(&company(), EmployeeTypeId::new(number)).all().await.unwrap_err());
    }
    assert_eq!((stage.server.sends(), client.stats().requests), (0, 0));
}

#[tokio::test]
async fn nothing_is_sent_before_a_reading_function_is_polled() {
    let stage = Stage::new([Answer::of(404, "text/html", "")]).await;
    let client = stage.client();
    drop(client.debtors().all());
    drop(client.debtors().stream());
    assert_eq!(client.stats().requests, 0);
}

#[test]
fn credentials_that_cannot_be_sent_and_addresses_that_are_not_safe_are_refused() {
    use nmbrs_client::soap::Credentials;
    let build = |username: &str, token: &str, url: &str| {
        SoapClient::builder(Credentials::new(username, token)).url(url).build().map(|_| ())
    };
    assert!(build("a@example.com", "0123", SoapClient::LIVE).is_ok());
    assert!(build("a@example.com", "0123", SoapClient::SANDBOX).is_ok());
    for (username, token, url) in [
        ("", "0123", SoapClient::LIVE),
        ("a@example.com", "", SoapClient::LIVE),
        ("a@example.com", "0123\n", SoapClient::LIVE),
        ("a@example.com", "0123", "http://api.nmbrs.nl"),
        ("a@example.com", "0123", "https://someone:word@api.nmbrs.nl"),
    ] {
        assert_eq!(
            build(username, token, url).unwrap_err().kind(),
            ErrorKind::Configuration,
            "{token:?} {url}"
        );
    }
}
