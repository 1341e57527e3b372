//! The API refuses what the vendor refuses, in the vendor's words.

use nmbrs_client::sandbox::{Login, Sandbox};
use serde_json::{Value, json};

use crate::asking::{HTTP, all_paths, company, get, read, sandbox, status_and_json};

const UNKNOWN_GUID: &str = "00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn a_wrong_request_gets_the_documented_status_and_code() {
    let sandbox = sandbox(30).await;
    let company = company(&sandbox, 0);
    let table = [
        ("/api/companies?pageSize=101".to_owned(), 400, 40033),
        ("/api/companies?pageSize=0".to_owned(), 400, 40033),
        ("/api/companies?pageSize=twenty".to_owned(), 400, 40033),
        ("/api/companies?pageNumber=0".to_owned(), 400, 40033),
        ("/api/companies?pageNumber=-1".to_owned(), 400, 40033),
        ("/api/companies/17/employees".to_owned(), 400, 40033),
        (format!("/api/companies/{company}/employees?employeeId=17"), 400, 40033),
        (format!("/api/companies/{company}/employees?createdFrom=2026-01-31%2009:30:00"), 400, 40033),
        (format!("/api/companies/{company}/employees/employments?changedFrom=soon"), 400, 40033),
        (format!("/api/companies/{company}/employees/extraFields?extraFieldType=bool"), 400, 40033),
        (format!("/api/companies/{UNKNOWN_GUID}/employees"), 404, 40404),
        (format!("/api/debtors/{UNKNOWN_GUID}/companies"), 404, 40401),
        ("/api/nothing".to_owned(), 404, 40401),
        (format!("/api/companies/{company}/employees/personalInfo"), 404, 40401),
        (format!("/api/companies/{company}/employees/privateInfos"), 404, 40401),
    ];
    for (path, status, code) in table {
        let (got, body) = read(&sandbox, &path).await;
        assert_eq!(
            (got, &body["code"], &body["httpStatus"]),
            (status, &json!(code), &json!(status)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_invalid_parameter_is_named_in_the_documented_shape() {
    let sandbox = sandbox(1).await;
    let (_, body) = read(&sandbox, "/api/companies?pageSize=101").await;
    assert_eq!(
        body,
        json!({
            "type": "validationError",
            "httpStatus": 400,
            "code": 40033,
            "title": "Parameter_Invalid",
            "detail": "Invalid parameter.",
            "invalid-params": [
                { "name": "pageSize", "reason": "The page size needs to be between 1 and 100." }
            ],
            "docUrl": "https://developer.nmbrs.com/docs/errors",
        })
    );
}

/// A GET with these two headers.
async fn with_headers(sandbox: &Sandbox, key: Option<&str>, authorization: Option<&str>) -> (u16, Value) {
    let mut request = HTTP.get(format!("{}/api/companies", sandbox.rest_url()));
    for (name, value) in [("X-Subscription-Key", key), ("Authorization", authorization)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    status_and_json(request.send().await.unwrap()).await
}

#[tokio::test]
async fn the_gateway_refuses_a_missing_or_wrong_subscription_key_in_its_own_shape() {
    let sandbox = sandbox(1).await;
    let bearer = format!("Bearer {}", sandbox.credentials().access_token);
    for key in [None, Some("nope")] {
        let (status, body) = with_headers(&sandbox, key, Some(&bearer)).await;
        assert_eq!((status, &body["statusCode"], &body["code"]), (401, &json!(401), &Value::Null));
    }
}

#[tokio::test]
async fn a_missing_token_and_a_wrong_token_have_their_own_codes() {
    let sandbox = sandbox(1).await;
    let credentials = sandbox.credentials();
    let key = Some(credentials.subscription_key.as_str());
    let basic = format!("Basic {}", credentials.access_token);
    let bare = credentials.access_token.clone();
    let table = [
        (None, 40101),
        (Some("Bearer "), 40101),
        (Some(&*basic), 40101),
        (Some(&*bare), 40101),
        (Some("Bearer x"), 40102),
    ];
    for (authorization, code) in table {
        let (status, body) = with_headers(&sandbox, key, authorization).await;
        assert_eq!((status, &body["code"]), (401, &json!(code)), "{authorization:?}");
    }
    let refresh = format!("Bearer {}", credentials.refresh_token);
    assert_eq!(with_headers(&sandbox, key, Some(&refresh)).await.1["code"], 40102);
}

#[tokio::test]
async fn nothing_but_get_is_taken() {
    let sandbox = sandbox(1).await;
    let credentials = sandbox.credentials();
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let request = HTTP
            .request(method.parse().unwrap(), format!("{}/api/companies", sandbox.rest_url()))
            .header("X-Subscription-Key", &credentials.subscription_key)
            .bearer_auth(&credentials.access_token);
        let response = request.send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["allow"]),
            (405, &"GET".parse().unwrap())
        );
    }
}

#[tokio::test]
async fn each_operation_needs_one_of_its_scopes() {
    let sandbox = sandbox(30).await;
    let opened_by = |operation: &str| match operation {
        "getDebtors" | "getCompanies" | "getCompaniesByDebtor" | "getextrafieldSettings" => "company.info",
        "getDebtorInfo" => "debtor.info",
        "getUserInfo" => "user.info",
        "getEmploymentsByCompany" | "getContractsByCompany" | "getSalariesByCompany" => "employee.employment",
        _ => "employee.info",
    };
    let families = ["company.info", "debtor.info", "user.info", "employee.employment", "employee.info"];
    for granted in families {
        for read_only in [true, false] {
            let scope = if read_only { format!("{granted}.read") } else { granted.to_owned() };
            sandbox.edit(|world| world.granted_scopes = vec![scope.clone()]);
            for (operation, path) in all_paths(&sandbox.world()) {
                let exists = read_only || !["debtor.info", "user.info"].contains(&granted);
                let expected = if exists && opened_by(operation) == granted { 200 } else { 403 };
                assert_eq!(read(&sandbox, &path).await.0, expected, "{operation} with {scope}");
            }
        }
    }
}

#[tokio::test]
async fn a_company_login_reaches_no_debtor() {
    let sandbox = sandbox(30).await;
    sandbox.edit(|world| world.login = Login::CompanyOnly);
    for (_, path) in all_paths(&sandbox.world()) {
        let (status, body) = read(&sandbox, &path).await;
        if path.starts_with("/api/debtors") {
            assert_eq!((status, &body["code"]), (403, &json!(40303)), "{path}");
        } else {
            assert_eq!(status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn a_consent_for_several_debtors_has_to_go_by_debtor() {
    let sandbox = sandbox(30).await;
    sandbox.edit(|world| world.login = Login::MultiDebtor);
    for (_, path) in all_paths(&sandbox.world()) {
        let (status, body) = read(&sandbox, &path).await;
        if path == "/api/companies" {
            assert_eq!((status, &body["code"]), (403, &json!(40306)));
        } else {
            assert_eq!(status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn the_log_holds_requests_and_no_credential() {
    let sandbox = sandbox(1).await;
    let credentials = sandbox.credentials();
    let stray = format!("/api/companies?pageNumber=2&token={}", credentials.access_token);
    get(&sandbox, &stray).send().await.unwrap();
    let [logged] = <[_; 1]>::try_from(sandbox.requests()).unwrap();
    assert_eq!((&*logged.method, &*logged.path, logged.page_number), ("GET", "/api/companies", Some(2)));
    assert_eq!(
        (logged.status, logged.answered, logged.parameter("token")),
        (200, true, Some("[credential]"))
    );

    let text = format!("{:?} {:?} {:?}", sandbox.requests(), sandbox, sandbox.credentials());
    for secret in [credentials.access_token, credentials.subscription_key, credentials.client_secret] {
        assert!(!text.contains(&secret));
    }
    sandbox.clear_requests();
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn debug_shows_nobody() {
    let world = sandbox(60).await.world();
    let people: Vec<_> = world.employees().map(|(_, employee)| employee).collect();
    let text = format!(
        "{world:?} {people:?} {:?}",
        people.iter().flat_map(|one| &one.personal_infos).collect::<Vec<_>>()
    );
    for employee in people {
        for info in &employee.personal_infos {
            let address = info.business_email.clone().unwrap_or_else(|| "@".to_owned());
            assert!(!text.contains(&address));
            assert!(info.last_name.is_empty() || !text.contains(&info.last_name), "{}", info.last_name);
        }
    }
}
