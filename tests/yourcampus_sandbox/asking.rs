//! A plain HTTP client for these tests: it sends what a test says and hides nothing of the answer.

use chrono::NaiveDate;
use serde_json::Value;
use yourcampus_client::sandbox::{Account, Sandbox, State};

/// A sandbox and a living token for it.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    http: reqwest::Client,
    token: String,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `loc` of each member of a 422's list, joined by dots, sorted.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let members = self.body["detail"].as_array().unwrap_or_else(|| panic!("no list: {}", self.body));
        let mut places: Vec<String> = members
            .iter()
            .map(|member| {
                assert!(member["msg"].is_string() && member["type"].is_string());
                let parts: Vec<&str> =
                    member["loc"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
                parts.join(".")
            })
            .collect();
        places.sort();
        places
    }

    /// The ids of a listing's rows.
    pub(crate) fn ids(&self) -> Vec<i64> {
        self.body["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    }
}

impl Stage {
    pub(crate) async fn of(world: State) -> Self {
        let sandbox = Sandbox::start(world).await.unwrap();
        let http = reqwest::Client::new();
        let mut stage = Self { sandbox, http, token: String::new() };
        stage.sign_in().await;
        stage.sandbox.clear_requests();
        stage
    }

    /// Fetches a new token for the calls that follow.
    pub(crate) async fn sign_in(&mut self) {
        let keys = self.sandbox.credentials();
        let reply = self.sign_in_with(&form(&keys.access_key, &keys.secret_key)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body["access_token"].as_str().unwrap().clone_into(&mut self.token);
    }

    pub(crate) async fn sign_in_with(&self, form: &str) -> Reply {
        let request = self.request("POST", "/oauth/token");
        read(request.header("Content-Type", "application/x-www-form-urlencoded").body(form.to_owned()))
            .await
            .unwrap()
    }

    /// A request without a token and without a body.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().unwrap(), format!("{}{path}", self.sandbox.base_url()))
    }

    /// A request with the token, without a body.
    pub(crate) fn signed(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.request(method, path).header("Authorization", format!("Bearer {}", self.token))
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        read(self.signed("GET", path)).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str) -> Reply {
        read(self.signed("POST", path)).await.unwrap()
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let request = self.signed(method, path).header("Content-Type", "application/json");
        read(request.body(body.to_string())).await.unwrap()
    }

    pub(crate) fn control(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.sandbox.control(method, path, body.to_string().as_bytes())
    }
}

/// Sends and reads to the end; the body is null if it is no JSON.
pub(crate) async fn read(request: reqwest::RequestBuilder) -> reqwest::Result<Reply> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await?;
    Ok(Reply { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() })
}

pub(crate) fn form(access_key: &str, secret_key: &str) -> String {
    format!("grant_type=client_credentials&client_id={access_key}&client_secret={secret_key}")
}

/// Two companies with a group each; in the first an active account 1 and an inactive account 2, in the second account 3.
pub(crate) fn two_companies() -> State {
    let now = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(9, 0, 0).unwrap();
    State::new(now)
        .with_company(10, Some("Eerste B.V."))
        .with_company(20, None)
        .with_group(11, 10, Some("Kantoor"))
        .with_group(21, 20, None)
        .with_account(
            Account::new(1, 10)
                .with_name("Anna", "van der", "Berg")
                .with_email("anna@eerste.example")
                .with_external_id("x-1")
                .with_group(11),
        )
        .with_account(
            Account::new(2, 10)
                .with_name("Bram", "", "Bos")
                .with_email("bram@eerste.example")
                .with_offboarding(None),
        )
        .with_account(Account::new(3, 20).with_name("Cato", "", "Cuyp").with_email("cato@tweede.example"))
}

/// One company (10) with this many active accounts, whose ids count from 1.
pub(crate) fn crowd(people: i64) -> State {
    State::default().with_company(10, None).with_accounts((1..=people).map(|id| Account::new(id, 10)))
}
