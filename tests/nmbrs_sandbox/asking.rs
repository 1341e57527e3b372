//! A bare HTTP client for these tests, so that no code of the client under judgement takes part.

use std::sync::LazyLock;

use chrono::NaiveDate;
use nmbrs_client::sandbox::{Credentials, Sandbox, World};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

/// One client for all tests; it keeps no connection, because each test has a runtime of its own.
pub(crate) static HTTP: LazyLock<Client> =
    LazyLock::new(|| Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap());

/// The day every world here is made for.
pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
}

/// A sandbox with this many people.
pub(crate) async fn sandbox(people: usize) -> Sandbox {
    Sandbox::start(World::dutch(people, 7, today())).await.unwrap()
}

/// A GET with all credentials.
pub(crate) fn get(sandbox: &Sandbox, path: &str) -> RequestBuilder {
    let credentials = sandbox.credentials();
    HTTP.get(format!("{}{path}", sandbox.rest_url()))
        .header("X-Subscription-Key", credentials.subscription_key)
        .bearer_auth(credentials.access_token)
}

/// Status and JSON of a GET with all credentials.
pub(crate) async fn read(sandbox: &Sandbox, path: &str) -> (u16, Value) {
    status_and_json(get(sandbox, path).send().await.unwrap()).await
}

/// Status and JSON of a response; null when the body is none.
pub(crate) async fn status_and_json(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// The rows of a page.
pub(crate) fn rows(page: &Value) -> &[Value] {
    page["data"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The id of the company at this position.
pub(crate) fn company(sandbox: &Sandbox, position: usize) -> String {
    sandbox.world().companies[position].company_id.clone()
}

/// The paths of every operation in the world of this sandbox.
pub(crate) fn all_paths(world: &World) -> Vec<(&'static str, String)> {
    let mut paths = vec![
        ("getDebtors", "/api/debtors".to_owned()),
        ("getDebtorInfo", "/api/debtors/info".to_owned()),
        ("getUserInfo", "/api/user/info".to_owned()),
        ("getCompanies", "/api/companies".to_owned()),
    ];
    for debtor in &world.debtors {
        paths.push(("getCompaniesByDebtor", format!("/api/debtors/{}/companies", debtor.debtor_id)));
    }
    for company in &world.companies {
        let below = format!("/api/companies/{}", company.company_id);
        paths.push(("getextrafieldSettings", format!("{below}/extrafieldSettings")));
        paths.push(("getEmployeesByCompany", format!("{below}/employees")));
        paths.push(("getEmployeePersonalInfoByCompany", format!("{below}/employees/personalinfo")));
        paths.push(("getEmploymentsByCompany", format!("{below}/employees/employments")));
        paths.push(("getContractsByCompany", format!("{below}/employees/contracts")));
        paths.push(("getSalariesByCompany", format!("{below}/employees/salaries")));
        paths.push(("getEmployeesExtraFields", format!("{below}/employees/extraFields")));
    }
    paths
}

/// A POST of a form with the client's id and secret in it.
pub(crate) async fn post(sandbox: &Sandbox, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let Credentials { client_id, client_secret, .. } = sandbox.credentials();
    let own = [("client_id", client_id.as_str()), ("client_secret", client_secret.as_str())];
    post_bare(sandbox, path, None, &[&own, fields].concat()).await
}

/// A POST of exactly this form, with or without an `Authorization` header.
pub(crate) async fn post_bare(
    sandbox: &Sandbox,
    path: &str,
    authorization: Option<&str>,
    fields: &[(&str, &str)],
) -> (u16, Value) {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = HTTP
        .post(format!("{}{path}", sandbox.identity_url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    status_and_json(request.send().await.unwrap()).await
}

/// A refresh with this token.
pub(crate) async fn refresh(sandbox: &Sandbox, token: &str) -> (u16, Value) {
    post(sandbox, "/connect/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

/// The status of an API call with this access token.
pub(crate) async fn api_status(sandbox: &Sandbox, access_token: &str) -> u16 {
    let request = HTTP
        .get(format!("{}/api/companies", sandbox.rest_url()))
        .header("X-Subscription-Key", sandbox.credentials().subscription_key)
        .bearer_auth(access_token);
    request.send().await.unwrap().status().as_u16()
}

/// The text under this name.
pub(crate) fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap()
}
