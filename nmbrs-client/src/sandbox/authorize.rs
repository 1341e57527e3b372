//! The authorize page: an application asks, the user answers, and the browser is sent back with a code or a refusal.
//!
//! In: the query of a browser, or a form pushed beforehand. Out: a redirect to the application once everything it asks
//! for is in order; a page of the vendor's until then, so that nothing is ever sent to an address that is not registered.

use serde_json::json;
use url::{Host, Url};

use super::exchange::{Answer, Request};
use super::form::Form;
use super::identity::{Identity, OAuthError, PUSHED_LIFETIME};
use super::scopes::can_be_given;

/// Characters of a SHA-256 digest in base64url without padding.
const CHALLENGE_LENGTH: usize = 43;

/// How many redirect addresses a client can register.
const MOST_REDIRECTS: usize = 5;

/// What an application asks the user for.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) state: String,
    /// The S256 challenge of PKCE.
    pub(super) challenge: Option<String>,
}

impl Asked {
    /// Reads and checks everything but who asks.
    fn read(form: &Form, redirects: &Redirects) -> Result<Self, OAuthError> {
        let redirect_uri = form.required("redirect_uri")?;
        if !redirects.contain(redirect_uri) {
            return Err(OAuthError::new("invalid_request", "the redirect_uri is not registered"));
        }
        if form.required("response_type")? != "code" {
            return Err(OAuthError::new("unsupported_response_type", "only codes are given"));
        }
        let scopes: Vec<String> = form.required("scope")?.split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() || !scopes.iter().all(|scope| can_be_given(scope)) {
            return Err(OAuthError::new("invalid_scope", "a scope is unknown or not for this client"));
        }
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            scopes,
            state: form.required("state")?.to_owned(),
            challenge: challenge(form)?,
        })
    }
}

/// The challenge, if there is one; `plain`, which is also what a missing method means, protects nothing.
fn challenge(form: &Form) -> Result<Option<String>, OAuthError> {
    let refused = |description| Err(OAuthError::new("invalid_request", description));
    match (form.get("code_challenge"), form.get("code_challenge_method")) {
        (None, None) => Ok(None),
        (None, Some(_)) => refused("there is a method but no code_challenge"),
        (Some(challenge), Some("S256")) if is_challenge(challenge) => Ok(Some(challenge.to_owned())),
        (Some(_), Some("S256")) => refused("the code_challenge is not a digest in base64url"),
        (Some(_), _) => refused("the code_challenge_method is not S256"),
    }
}

fn is_challenge(text: &str) -> bool {
    text.len() == CHALLENGE_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The addresses a browser may be sent back to: those registered, and any of plain HTTP on loopback.
#[derive(Default)]
pub(super) struct Redirects(Vec<String>);

impl Redirects {
    /// Registers one more, or says why not.
    pub(super) fn register(&mut self, redirect_uri: &str) -> Result<(), &'static str> {
        if self.0.len() >= MOST_REDIRECTS {
            return Err("five are registered already");
        }
        read_address(redirect_uri).ok_or("it is not an absolute URL without a fragment")?;
        self.0.push(redirect_uri.to_owned());
        Ok(())
    }

    fn contain(&self, redirect_uri: &str) -> bool {
        self.0.iter().any(|registered| registered == redirect_uri) || is_loopback(redirect_uri)
    }
}

fn is_loopback(redirect_uri: &str) -> bool {
    let Some(url) = read_address(redirect_uri) else { return false };
    let on_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    on_loopback && url.scheme() == "http"
}

/// An absolute URL to which a query can be added, and which fits into a header as it is.
fn read_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| url.has_host() && url.fragment().is_none())?;
    text.bytes().all(|byte| byte.is_ascii_graphic()).then_some(url)
}

/// Takes what a browser would bring, and gives a handle to it.
pub(super) fn push(identity: &mut Identity, form: &Form) -> Result<Answer, OAuthError> {
    form.required("client_id")?;
    if form.get("request_uri").is_some() {
        return Err(OAuthError::new("invalid_request", "a pushed request cannot point to another one"));
    }
    let asked = Asked::read(form, identity.redirects())?;
    let body = json!({ "request_uri": identity.keep_pushed(asked), "expires_in": PUSHED_LIFETIME });
    Ok(Answer::json(201, &body).with_header("cache-control", "no-store"))
}

/// Asks the user, and sends the browser back.
pub(super) fn authorize(identity: &mut Identity, request: &Request) -> Answer {
    match asked(identity, request) {
        Ok(asked) => send_back(identity, &asked),
        Err(error) => page(&error),
    }
}

fn asked(identity: &mut Identity, request: &Request) -> Result<Asked, OAuthError> {
    let form = Form::in_query(request)?;
    if !identity.is_client(form.required("client_id")?) {
        return Err(OAuthError::new("unauthorized_client", "the client is unknown"));
    }
    let Some(request_uri) = form.get("request_uri") else {
        return Asked::read(&form, identity.redirects());
    };
    if form.len() > 2 {
        return Err(OAuthError::new("invalid_request", "there is more than a client_id and a request_uri"));
    }
    identity.take_pushed(request_uri)
}

fn send_back(identity: &mut Identity, asked: &Asked) -> Answer {
    let mut callback = url::form_urlencoded::Serializer::new(String::new());
    if let Some(granted) = identity.ask_user(&asked.scopes) {
        let scope = granted.join(" ");
        callback.append_pair("code", &identity.code_for(asked, granted)).append_pair("scope", &scope);
    } else {
        callback.append_pair("error", "access_denied");
        callback.append_pair("error_description", "The user did not consent.");
    }
    callback.append_pair("state", &asked.state);
    let separator = if asked.redirect_uri.contains('?') { '&' } else { '?' };
    let location = format!("{}{separator}{}", asked.redirect_uri, callback.finish());
    Answer::empty(302).with_header("location", &location).with_header("cache-control", "no-store")
}

/// The page on which the journey ends; the application never hears of it.
fn page(error: &OAuthError) -> Answer {
    let title = match error.error {
        "invalid_scope" => "Invalid scope",
        "unauthorized_client" => "Unknown client",
        _ => "Invalid request",
    };
    let html = format!(
        "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{}</p></body></html>",
        error.description
    );
    Answer::text(400, "text/html; charset=utf-8", &html)
}
