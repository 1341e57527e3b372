//! The identity service's endpoints: token, revocation, discovery.
//!
//! In: a request. Out: tokens or an error of RFC 6749, never the error shape of the REST API. A client proves itself
//! either with a Basic header whose halves are percent-encoded, or with its id and secret in the form; never with both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::exchange::{Answer, Request};
use super::identity::{Identity, OAuthError};

/// Path of the token endpoint.
pub(super) const TOKEN_PATH: &str = "/connect/token";

const REVOCATION_PATH: &str = "/connect/revocation";
const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";

/// Answers a request if its path belongs to the identity service.
pub(super) fn answer(
    identity: &mut Identity,
    scopes: &[String],
    origin: &str,
    request: &Request,
) -> Option<Answer> {
    let answered = match (request.method.as_str(), request.path.as_str()) {
        ("POST", TOKEN_PATH) => form(request).and_then(|form| token(identity, scopes, request, &form)),
        ("POST", REVOCATION_PATH) => form(request).and_then(|form| revocation(identity, request, &form)),
        ("GET", DISCOVERY_PATH) => Ok(discovery(origin)),
        (_, TOKEN_PATH | REVOCATION_PATH) => Ok(Answer::empty(405).with_header("allow", "POST")),
        (_, DISCOVERY_PATH) => Ok(Answer::empty(405).with_header("allow", "GET")),
        _ => return None,
    };
    Some(answered.unwrap_or_else(|error| refusal(&error)))
}

/// The `grant_type` of a token request, for the log.
pub(super) fn grant_type(request: &Request) -> Option<String> {
    if request.path != TOKEN_PATH {
        return None;
    }
    form(request).ok()?.required("grant_type").ok().map(str::to_owned)
}

fn token(
    identity: &mut Identity,
    scopes: &[String],
    request: &Request,
    form: &Form,
) -> Result<Answer, OAuthError> {
    authenticate(identity, request, form)?;
    let tokens = match form.required("grant_type")? {
        "refresh_token" => identity.refresh(form.required("refresh_token")?, scopes)?,
        "authorization_code" => {
            identity.exchange(form.required("code")?, form.required("redirect_uri")?, scopes)?
        }
        _ => {
            return Err(OAuthError::new("unsupported_grant_type", "only codes and refresh tokens are taken"));
        }
    };
    Ok(Answer::json(200, &tokens).with_header("cache-control", "no-store"))
}

fn revocation(identity: &mut Identity, request: &Request, form: &Form) -> Result<Answer, OAuthError> {
    authenticate(identity, request, form)?;
    identity.revoke(form.required("token")?);
    Ok(Answer::empty(200))
}

fn discovery(origin: &str) -> Answer {
    Answer::json(
        200,
        &json!({
            "issuer": origin,
            "token_endpoint": format!("{origin}{TOKEN_PATH}"),
            "revocation_endpoint": format!("{origin}{REVOCATION_PATH}"),
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
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

/// A form in which every parameter occurs once.
struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or(OAuthError::new("invalid_request", "a required parameter is missing"))
    }
}

fn form(request: &Request) -> Result<Form, OAuthError> {
    let media_type = request.content_type.as_deref().and_then(|text| text.split(';').next()).unwrap_or("");
    if !media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(OAuthError::new("invalid_request", "the body is not a form"));
    }
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let repeated = |(index, (name, _)): (usize, &(String, String))| {
        pairs.iter().take(index).any(|(earlier, _)| earlier == name)
    };
    if pairs.iter().enumerate().any(repeated) {
        return Err(OAuthError::new("invalid_request", "a parameter occurs twice"));
    }
    Ok(Form(pairs))
}

fn authenticate(identity: &Identity, request: &Request, form: &Form) -> Result<(), OAuthError> {
    const UNKNOWN: OAuthError =
        OAuthError::new("invalid_client", "the client is unknown or its secret is wrong");
    let in_form = form.get("client_secret");
    let (id, secret) = match (&request.authorization, in_form) {
        (Some(_), Some(_)) => {
            return Err(OAuthError::new("invalid_request", "the client proves itself in two ways"));
        }
        (Some(header), None) => basic(header).ok_or(UNKNOWN)?,
        (None, Some(secret)) => (form.required("client_id")?.to_owned(), secret.to_owned()),
        (None, None) => return Err(UNKNOWN),
    };
    if form.get("client_id").is_some_and(|named| named != id) {
        return Err(OAuthError::new("invalid_request", "the form names another client than the header"));
    }
    if identity.knows_client(&id, &secret) { Ok(()) } else { Err(UNKNOWN) }
}

/// Id and secret of a Basic header.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = joined.split_once(':')?;
    Some((form_decoded(id)?, form_decoded(secret)?))
}

/// Decodes one half of a Basic header; a half that was not encoded at all is refused.
fn form_decoded(half: &str) -> Option<String> {
    let encoded = half.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%+".contains(&byte));
    if !encoded {
        return None;
    }
    percent_decode_str(&half.replace('+', " ")).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::basic;

    /// The vector of the vendor reference: `*`, `$`, `+`, `/`, `=`, a blank and `%` in one header.
    #[test]
    fn a_basic_header_with_reserved_characters_is_decoded_by_halves() {
        let header = "Basic N3hyN05WOXlxY1V6JTJBcjJDJTI0ZXk2OnAlMkJxJTJGciUzRHMlMjB0JTI1";
        assert_eq!(basic(header), Some(("7xr7NV9yqcUz*r2C$ey6".to_owned(), "p+q/r=s t%".to_owned())));
    }

    #[test]
    fn a_basic_header_that_is_not_percent_encoded_is_refused() {
        // base64 of `7xr7NV9yqcUz*r2C$ey6:geheim`
        assert_eq!(basic("Basic N3hyN05WOXlxY1V6KnIyQyRleTY6Z2VoZWlt"), None);
    }
}
