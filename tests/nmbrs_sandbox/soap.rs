//! The SOAP services: who gets in, what is refused with which number, and what the answers look like.

use nmbrs_client::sandbox::Sandbox;

use crate::asking::{HTTP, sandbox};
use crate::soap_asking::{Asking, OPERATIONS, SOAP_11, SOAP_12, ask, every_question};
use crate::xsd::{description, descriptions, operations};

fn company_of(sandbox: &Sandbox) -> i32 {
    let world = sandbox.world();
    world.soap_number(&world.companies[0].company_id).unwrap()
}

#[tokio::test]
async fn every_operation_answers_every_question_about_the_world() {
    let sandbox = sandbox(60).await;
    for (service, operation, parameters) in every_question(&sandbox) {
        let answer = ask(&sandbox, service, operation, &parameters).await;
        assert_eq!(answer.status, 200, "{service}.{operation}: {}", answer.text);
        let namespace = format!("https://api.nmbrs.nl/soap/v3/{service}");
        answer.read(|response| {
            assert_eq!(response.tag_name().name(), format!("{operation}Response"));
            for element in response.descendants().filter(roxmltree::Node::is_element) {
                assert_eq!(element.tag_name().namespace(), Some(namespace.as_str()), "{}", answer.text);
            }
        });
        assert_eq!(answer.content_type.as_deref(), Some("text/xml; charset=utf-8"));
    }
}

#[tokio::test]
async fn who_is_not_known_gets_1001_and_nothing_else() {
    let sandbox = sandbox(1).await;
    let right = Asking::new(&sandbox, "CompanyService", "List_GetAll", &[]);
    assert_eq!(right.send(&sandbox).await.status, 200);
    let spoilt = [
        right.header.replace("<Token>", "<Token>0"),
        right.header.replace("<Username>", "<Username>x"),
        right.header.replace("<Domain>", "<Domain>x"),
        right.header.replace("</Domain>", ".nmbrs.nl</Domain>"),
        right.header.replace("<Domain>", "<domain>").replace("</Domain>", "</domain>"),
        right.header.replace("CompanyService", "EmployeeService"),
        right.header.replace("AuthHeaderWithDomain", "AuthHeader"),
        String::new(),
    ];
    for header in spoilt {
        let answer = Asking { header: header.clone(), ..right.clone() }.send(&sandbox).await;
        assert_eq!((answer.status, answer.number()), (500, Some(1001)), "{header}");
    }
    let environment = Asking::new(&sandbox, "DebtorService", "Environment_Get", &[]);
    let with_domain = Asking::new(&sandbox, "DebtorService", "List_GetAll", &[]).header;
    assert_eq!(environment.send(&sandbox).await.status, 200);
    let answer = Asking { header: with_domain, ..environment }.send(&sandbox).await;
    assert_eq!(answer.number(), Some(1001), "the environment is asked for without a domain");
}

#[tokio::test]
async fn an_unknown_or_misspelt_id_is_refused_by_the_number_of_its_kind() {
    let sandbox = sandbox(1).await;
    let company = company_of(&sandbox);
    for (service, operation, parameters, numbers) in [
        ("EmployeeService", "Employment_GetAll_AllEmployeesByCompany", [("CompanyID", 1)], [2004, 1003]),
        (
            "EmployeeService",
            "Employment_GetAll_AllEmployeesByCompany",
            [("CompanyId", company)],
            [2004, 1003],
        ),
        ("CompanyService", "Company_GetCurrentPeriod", [("CompanyID", company)], [2004, 1003]),
        ("CompanyService", "List_GetByDebtor", [("DebtorId", 1)], [2009, 1003]),
        ("EmployeeService", "ExtraFields_GetList", [("EmployeeId", 1)], [2003, 2003]),
        ("EmployeeService", "ExtraFields_GetList", [("EmployeeID", 500_101)], [2003, 2003]),
    ] {
        let answer = ask(&sandbox, service, operation, &parameters).await;
        assert!(numbers.contains(&answer.number().unwrap()), "{operation}: {}", answer.text);
        assert_eq!(answer.status, 500);
    }
}

#[tokio::test]
async fn the_action_and_the_body_must_name_the_same_operation_of_this_service() {
    let sandbox = sandbox(1).await;
    let right = Asking::new(&sandbox, "CompanyService", "List_GetAll", &[]);
    let action = right.action.clone().unwrap();
    let accepted = [Some(action.clone()), Some(action.replace('"', "")), None];
    for action in accepted {
        let answer = Asking { action: action.clone(), ..right.clone() }.send(&sandbox).await;
        assert_eq!(answer.status, 200, "{action:?}");
    }
    let refused = [
        action.replace("List_GetAll", "list_getall"),
        action.replace("List_GetAll", "List_GetByDebtor"),
        action.replace("CompanyService", "DebtorService"),
        action.replace("api.nmbrs.nl", "api-sandbox.nmbrs.nl"),
        action.replace("/v3/", "/v2.1/"),
        "\"\"".to_owned(),
        "List_GetAll".to_owned(),
    ];
    for action in refused {
        let answer = Asking { action: Some(action.clone()), ..right.clone() }.send(&sandbox).await;
        assert_eq!((answer.status, answer.number()), (500, None), "{action}");
        assert!(answer.text.contains("Client</faultcode>"), "{action}: {}", answer.text);
    }
    for (operation, namespace) in [
        ("List_GetAll", "https://api-sandbox.nmbrs.nl/soap/v3/CompanyService"),
        ("List_GetAll", "https://api.nmbrs.nl/soap/v3/DebtorService"),
        ("List_GetAll", "https://api.nmbrs.nl/soap/v3/CompanyService/"),
        ("list_getall", "https://api.nmbrs.nl/soap/v3/CompanyService"),
    ] {
        for action in [right.action.clone(), None] {
            let (operation, namespace) = (operation.to_owned(), namespace.to_owned());
            let asked = Asking { namespace, operation, action, ..right.clone() };
            let answer = asked.send(&sandbox).await;
            assert!(
                answer.fault().is_some() && answer.number().is_none(),
                "{}: {}",
                asked.body(),
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn both_versions_of_soap_are_answered_in_their_own_and_not_mixed() {
    let sandbox = sandbox(1).await;
    let right = Asking::new(&sandbox, "CompanyService", "List_GetAll", &[]);
    let soap_12 = "application/soap+xml; charset=utf-8";
    let with_action = format!("{soap_12}; action={}", right.action.clone().unwrap());
    let with_another = with_action.replace("List_GetAll", "List_GetByDebtor");
    // Envelope, media type, whether SOAPAction is sent, status, version of the answer.
    for (envelope, content_type, action, status, answered) in [
        (SOAP_11, "text/xml; charset=utf-8", true, 200, SOAP_11),
        (SOAP_11, "text/xml", false, 200, SOAP_11),
        (SOAP_12, soap_12, false, 200, SOAP_12),
        (SOAP_12, &*with_action, false, 200, SOAP_12),
        (SOAP_12, &*with_another, false, 400, SOAP_12),
        (SOAP_12, "text/xml", false, 200, SOAP_12),
        (SOAP_12, "text/xml", true, 500, SOAP_11),
        (SOAP_11, soap_12, false, 400, SOAP_12),
    ] {
        let (envelope, content_type) = (envelope.to_owned(), content_type.to_owned());
        let asked = Asking {
            envelope,
            content_type,
            action: right.action.clone().filter(|_| action),
            ..right.clone()
        };
        let answer = asked.send(&sandbox).await;
        assert_eq!(answer.status, status, "{} {}: {}", asked.envelope, asked.content_type, answer.text);
        let document = roxmltree::Document::parse(&answer.text).unwrap();
        assert!(document.root_element().has_tag_name((answered, "Envelope")), "{}", answer.text);
        let media_type = if answered == SOAP_12 { soap_12 } else { "text/xml; charset=utf-8" };
        assert_eq!(answer.content_type.as_deref(), Some(media_type));
    }
}

#[tokio::test]
async fn what_is_no_soap_is_refused_before_anybody_is_asked_who_they_are() {
    let sandbox = sandbox(1).await;
    let right = Asking::new(&sandbox, "CompanyService", "List_GetAll", &[]);
    for (path, content_type, status) in [
        ("/soap/v3/CompanyService.asmx", "application/json", 415),
        ("/soap/v3/CompanyService.asmx", "text/xml; charset=iso-8859-1", 415),
        ("/soap/v3/CompanyService", "text/xml", 404),
        ("/soap/v3/companyservice.asmx", "text/xml", 404),
        ("/soap/v2.1/CompanyService.asmx", "text/xml", 404),
        ("/soap/v3/ReportService.asmx", "text/xml", 404),
        ("/soap/v3/SingleSignOn.asmx", "text/xml", 404),
        ("/soap/", "text/xml", 404),
    ] {
        let (path, content_type) = (path.to_owned(), content_type.to_owned());
        let asked = Asking { path, content_type, ..right.clone() };
        assert_eq!(asked.send(&sandbox).await.status, status, "{} {}", asked.path, asked.content_type);
    }
    let url = format!("{}{}", sandbox.soap_url(), right.path);
    assert_eq!(HTTP.get(format!("{url}?WSDL")).send().await.unwrap().status().as_u16(), 405);
    let body = right.body();
    let doctype = body.replacen("?>", "?><!DOCTYPE x [<!ENTITY e \"1\">]>", 1);
    let cut = &body[..body.len() - 5];
    for wrong in ["", "{}", cut, &doctype, &body.replace("soap:Body", "soap:body"), "<a/>"] {
        let answer = right.request(&sandbox).body(wrong.to_owned()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 500, "{wrong}");
        assert!(answer.text().await.unwrap().contains("Client</faultcode>"), "{wrong}");
    }
    let number = Asking {
        parameters: "<DebtorId>seventy</DebtorId>".to_owned(),
        ..Asking::new(&sandbox, "CompanyService", "List_GetByDebtor", &[])
    };
    let answer = number.send(&sandbox).await;
    assert!(answer.fault().unwrap().contains("not in a correct format") && answer.number().is_none());
}

#[tokio::test]
async fn a_misspelt_type_is_nobodys_type_and_a_foreign_parameter_is_not_seen() {
    let sandbox = sandbox(40).await;
    let company = company_of(&sandbox);
    let rows = async |parameters: &[(&str, i32)]| {
        ask(&sandbox, "EmployeeService", "List_GetByCompany", parameters).await.rows(&["Id"]).len()
    };
    assert!(rows(&[("CompanyId", company), ("EmployeeType", 2)]).await > 0);
    assert_eq!(rows(&[("CompanyId", company), ("employeeType", 2)]).await, 0);
    assert_eq!(rows(&[("CompanyId", company), ("active", 2)]).await, 0);
    assert_eq!(rows(&[("CompanyId", company)]).await, 0);
    let right = Asking::new(&sandbox, "EmployeeService", "List_GetByCompany", &[]);
    let parameters = format!("<CompanyId xmlns=\"\">{company}</CompanyId><EmployeeType>2</EmployeeType>");
    let answer = Asking { parameters, ..right }.send(&sandbox).await;
    assert!(matches!(answer.number(), Some(2004 | 1003)), "{}", answer.text);
}

/// Names of the vendor's that change something, or log somebody in, or carry the BSN: of the help pages and of our
/// reference. The vendor's descriptions, where they are at hand, add all others.
const NOT_OURS: [(&str, &str); 14] = [
    ("EmployeeService", "Contract_Insert"),
    ("EmployeeService", "WageComponentFixed_Insert_Batch_With_End"),
    ("EmployeeService", "HourComponentFixed_Stop"),
    ("EmployeeService", "Employment_UpdateEmploymentInitialStartDate"),
    ("EmployeeService", "Service_Insert2"),
    ("EmployeeService", "Employee_Transition"),
    ("EmployeeService", "PersonalInfo_GetAll_AllEmployeesByCompany"),
    ("EmployeeService", "PersonalInfo_GetCurrent"),
    ("EmployeeService", "PersonalInfoContractSalaryAddress_GetAll_AllEmployeesByCompany"),
    ("EmployeeService", "Absence_GetList"),
    ("CompanyService", "Company_Insert"),
    ("CompanyService", "SalaryDocuments_GetAnnualStatementPDF"),
    ("DebtorService", "Debtor_Update"),
    ("DebtorService", "AbsenceXML_Get"),
];

#[tokio::test]
async fn r10_nothing_that_changes_data_or_carries_the_bsn_is_answered() {
    let sandbox = sandbox(5).await;
    let before = sandbox.world();
    let mut names: Vec<_> =
        NOT_OURS.iter().map(|(service, name)| ((*service).to_owned(), (*name).to_owned())).collect();
    if let Some(folder) = descriptions() {
        for service in ["CompanyService", "EmployeeService"] {
            let text = description(&folder, service);
            let document = roxmltree::Document::parse(&text).unwrap();
            let all = operations(&document);
            assert!(all.len() > 50, "{service}");
            names.extend(all.into_iter().map(|name| (service.to_owned(), name.to_owned())));
        }
    }
    names.retain(|(service, name)| {
        !OPERATIONS.iter().any(|known| (known.0, known.1) == (&**service, &**name))
    });
    let person = before.employees().next().unwrap().1;
    let person = before.soap_number(&person.employee_id).unwrap();
    for (service, name) in names {
        let answer = ask(&sandbox, &service, &name, &[("EmployeeId", person)]).await;
        assert_eq!((answer.status, answer.number()), (500, None), "{service}.{name}: {}", answer.text);
        assert!(answer.fault().unwrap().contains("did not recognize"), "{service}.{name}");
    }
    assert!(sandbox.world() == before);
}
