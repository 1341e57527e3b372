//! The token endpoint and the check of what it issued: OAuth 2 client credentials, one form with exactly three fields.
//!
//! In: the token call, or the `Authorization` header of any other. Out: a token that lives for the state's lifetime by the
//! sandbox's stopwatch, or a refusal that never repeats a key.

use std::fmt;
use std::time::Duration;

use serde_json::json;

use super::answer::{Answer, Complaint, Refusal};
use super::call::Call;

const ACCESS_KEY: &str = "sandbox-access-key";
const SECRET_KEY: &str = "sandbox-secret-key";

/// The keys that the sandbox accepts. They open nothing but a sandbox; `Debug` hides them all the same, as a client's must.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The access key (`client_id`).
    pub access_key: String,
    /// The secret key (`client_secret`).
    pub secret_key: String,
}

impl Credentials {
    pub(super) fn of_every_sandbox() -> Self {
        Self { access_key: ACCESS_KEY.to_owned(), secret_key: SECRET_KEY.to_owned() }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// The tokens issued so far; each is worth something until its time.
#[derive(Default)]
pub(super) struct Tokens {
    issued: Vec<(String, Duration)>,
}

impl Tokens {
    /// Answers the token call.
    pub(super) fn issue(&mut self, call: &Call, lifetime: u64, now: Duration) -> Result<Answer, Refusal> {
        if call.method != "POST" {
            return Err(Refusal::MethodNotAllowed);
        }
        call.expect_query_of(&[])?;
        if call.authorization.is_some() {
            return Err(Refusal::BadRequest("the token call carries no Authorization header"));
        }
        check_form(&call.form()?)?;
        let token = format!("sandbox-token-{}", self.issued.len() + 1);
        self.issued.push((token.clone(), now.saturating_add(Duration::from_secs(lifetime))));
        Ok(Answer::json(
            200,
            &json!({ "access_token": token, "token_type": "Bearer", "expires_in": lifetime }),
        ))
    }

    /// Lets a call with a living token pass.
    pub(super) fn check(&self, authorization: Option<&str>, now: Duration) -> Result<(), Refusal> {
        let token = authorization
            .and_then(|header| header.strip_prefix("Bearer "))
            .ok_or(Refusal::Unauthorized("Not authenticated"))?;
        match self.issued.iter().find(|(issued, _)| issued == token) {
            Some((_, expiry)) if now < *expiry => Ok(()),
            Some(_) => Err(Refusal::Unauthorized("Token expired")),
            None => Err(Refusal::Unauthorized("Invalid token")),
        }
    }
}

fn check_form(form: &[(String, String)]) -> Result<(), Refusal> {
    const FIELDS: [&str; 3] = ["grant_type", "client_id", "client_secret"];
    let mut complaints = Vec::new();
    for field in FIELDS {
        match form.iter().filter(|(name, _)| name == field).count() {
            0 => complaints.push(Complaint::new(&["body", field], "field required", "value_error.missing")),
            1 => {}
            _ => complaints.push(Complaint::new(&["body", field], "given twice", "value_error.extra")),
        }
    }
    if form.iter().any(|(name, _)| !FIELDS.contains(&name.as_str())) {
        complaints.push(Complaint::new(&["body"], "a field that does not belong here", "value_error.extra"));
    }
    Refusal::unless_empty(complaints)?;

    let is = |field, expected| form.iter().any(|(name, value)| name == field && value == expected);
    if !is("grant_type", "client_credentials") {
        return Err(Refusal::BadRequest("unsupported_grant_type"));
    }
    if is("client_id", ACCESS_KEY) && is("client_secret", SECRET_KEY) {
        Ok(())
    } else {
        Err(Refusal::Unauthorized("invalid_client"))
    }
}
