//! The identity service's endpoints: authorize, pushed requests, token, revocation, discovery.
//!
//! In: a request. Out: tokens, a redirect, a page, or an error of RFC 6749; never the error shape of the REST API.

use serde_json::json;

use super::authorize;
use super::client_proof::authenticate;
use super::exchange::{Answer, Request};
use super::form::Form;
use super::identity::{Identity, OAuthError};
use super::scopes;

/// Path of the token endpoint.
pub(super) const TOKEN_PATH: &str = "/connect/token";

const AUTHORIZE_PATH: &str = "/connect/authorize";
const PUSH_PATH: &str = "/connect/par";
const REVOCATION_PATH: &str = "/connect/revocation";
const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";

/// Answers a request if its path belongs to the identity service. `world` are the scopes of consents that have none of
/// their own.
pub(super) fn answer(
    identity: &mut Identity,
    world: &[String],
    origin: &str,
    request: &Request,
) -> Option<Answer> {
    let answered = match (request.method.as_str(), request.path.as_str()) {
        ("GET", AUTHORIZE_PATH) => Ok(authorize::authorize(identity, request)),
        ("POST", PUSH_PATH) => proven(identity, request).and_then(|form| authorize::push(identity, &form)),
        ("POST", TOKEN_PATH) => proven(identity, request).and_then(|form| token(identity, world, &form)),
        ("POST", REVOCATION_PATH) => proven(identity, request).and_then(|form| revocation(identity, &form)),
        ("GET", DISCOVERY_PATH) => Ok(discovery(origin)),
        (_, TOKEN_PATH | REVOCATION_PATH | PUSH_PATH) => Ok(Answer::empty(405).with_header("allow", "POST")),
        (_, DISCOVERY_PATH | AUTHORIZE_PATH) => Ok(Answer::empty(405).with_header("allow", "GET")),
        _ => return None,
    };
    Some(answered.unwrap_or_else(|error| refusal(&error)))
}

/// The `grant_type` of a token request, for the log.
pub(super) fn grant_type(request: &Request) -> Option<String> {
    if request.path != TOKEN_PATH {
        return None;
    }
    Form::in_body(request).ok()?.required("grant_type").ok().map(str::to_owned)
}

/// The form of a client that has proved itself.
fn proven(identity: &Identity, request: &Request) -> Result<Form, OAuthError> {
    let form = Form::in_body(request)?;
    authenticate(identity, request, &form)?;
    Ok(form)
}

fn token(identity: &mut Identity, world: &[String], form: &Form) -> Result<Answer, OAuthError> {
    let tokens = match form.required("grant_type")? {
        "refresh_token" => identity.refresh(form.required("refresh_token")?, world)?,
        "authorization_code" => {
            let (code, redirect_uri) = (form.required("code")?, form.required("redirect_uri")?);
            identity.exchange(code, redirect_uri, form.get("code_verifier"), world)?
        }
        "client_credentials" | "password" => {
            return Err(OAuthError::new("unauthorized_client", "this grant is for other products"));
        }
        _ => {
            return Err(OAuthError::new("unsupported_grant_type", "only codes and refresh tokens are taken"));
        }
    };
    Ok(Answer::json(200, &tokens).with_header("cache-control", "no-store"))
}

fn revocation(identity: &mut Identity, form: &Form) -> Result<Answer, OAuthError> {
    identity.revoke(form.required("token")?);
    Ok(Answer::empty(200))
}

/// As the vendor's, it names more than a partner application gets: other grants, `plain` challenges, scopes of other
/// products. A client that takes it at its word is refused.
fn discovery(origin: &str) -> Answer {
    Answer::json(
        200,
        &json!({
            "issuer": origin,
            "authorization_endpoint": format!("{origin}{AUTHORIZE_PATH}"),
            "pushed_authorization_request_endpoint": format!("{origin}{PUSH_PATH}"),
            "token_endpoint": format!("{origin}{TOKEN_PATH}"),
            "revocation_endpoint": format!("{origin}{REVOCATION_PATH}"),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials", "password"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "scopes_supported": scopes::advertised(),
        }),
    )
}

fn refusal(error: &OAuthError) -> Answer {
    let body = json!({ "error": error.error, "error_description": error.description });
    if error.error == "invalid_client" {
        Answer::json(401, &body).with_header("www-authenticate", "Basic")
    } else {
        Answer::json(400, &body)
    }
}
