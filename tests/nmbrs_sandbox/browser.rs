//! The browser of these tests: it opens a page, and does not follow where it is sent.

use std::sync::LazyLock;

use nmbrs_client::sandbox::Sandbox;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

use serde_json::Value;

use crate::asking::post;

static BROWSER: LazyLock<Client> = LazyLock::new(|| {
    Client::builder().no_proxy().redirect(Policy::none()).pool_max_idle_per_host(0).build().unwrap()
});

/// Where the application of these tests waits.
pub(crate) const REDIRECT: &str = "http://localhost:1/callback";

/// Appendix B of RFC 7636.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An authorization request in good order, with some parameters put in the place of its own or added to them; an empty
/// text takes a parameter away.
pub(crate) fn request<'a>(client_id: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![
        ("client_id", client_id),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "offline_access company.info.read"),
        ("state", "the state"),
    ];
    for (name, value) in changes {
        parameters.retain(|(given, _)| given != name);
        if !value.is_empty() {
            parameters.push((name, value));
        }
    }
    parameters
}

/// Opens the authorize page with exactly these parameters.
pub(crate) async fn open(sandbox: &Sandbox, parameters: &[(&str, &str)]) -> Response {
    let url =
        Url::parse_with_params(&format!("{}/connect/authorize", sandbox.identity_url()), parameters).unwrap();
    BROWSER.get(url).send().await.unwrap()
}

/// Opens the authorize page with a request in good order but for these changes; gives where the browser is sent.
pub(crate) async fn sent_back(sandbox: &Sandbox, changes: &[(&str, &str)]) -> Callback {
    let client_id = sandbox.credentials().client_id;
    Callback::of(&open(sandbox, &request(&client_id, changes)).await)
}

/// Exchanges a code that was sent to [`REDIRECT`], with or without a verifier.
pub(crate) async fn exchange(sandbox: &Sandbox, code: &str, verifier: Option<&str>) -> (u16, Value) {
    let mut fields = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
    fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    post(sandbox, "/connect/token", &fields).await
}

/// Where a browser was sent, with what.
pub(crate) struct Callback(pub(crate) Url);

impl Callback {
    pub(crate) fn of(response: &Response) -> Self {
        assert_eq!(response.status().as_u16(), 302);
        Self(Url::parse(response.headers()["location"].to_str().unwrap()).unwrap())
    }

    /// The value of a parameter that comes once.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut found = self.0.query_pairs().filter(|(key, _)| key == name);
        let value = found.next().map(|(_, value)| value.into_owned());
        assert!(found.next().is_none(), "{name} comes twice");
        value
    }

    pub(crate) fn code(&self) -> String {
        self.parameter("code").unwrap()
    }
}
