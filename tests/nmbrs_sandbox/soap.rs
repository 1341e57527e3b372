//! The SOAP services: who gets in, what is refused with which number, and what the answers look like.

use nmbrs_client::sandbox::Sandbox;

use crate::asking::sandbox;
use crate::soap_asking::{Asking, ask, every_question};

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
