//! What the identity server says about itself.
//!
//! Its discovery document goes in; out come the endpoints, all of them on the server's own origin. A document that
//! names one elsewhere is an error as a whole: whoever believed it would send the app's secret there.

use serde_json::{Map, Value};
use url::Url;

use super::identity::{AUTHORIZE, DISCOVERY, PUSH, REVOCATION, TOKEN};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::transport::Base;

/// The endpoints this crate uses: the document's name of each, and where this crate expects it.
const USED: [(&str, &str); 4] = [
    ("authorization_endpoint", AUTHORIZE),
    ("token_endpoint", TOKEN),
    ("revocation_endpoint", REVOCATION),
    ("pushed_authorization_request_endpoint", PUSH),
];

/// What `.well-known/openid-configuration` says, for a look before going live. This crate sends to the paths that the
/// vendor documents, and to nowhere else; `moved` tells when the server has left them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discovery {
    /// Where the browser is sent.
    pub authorization_endpoint: String,
    /// Where codes and refresh tokens are exchanged.
    pub token_endpoint: String,
    /// Where tokens are revoked; `None` if the document has none.
    pub revocation_endpoint: Option<String>,
    /// Where authorization requests are pushed; `None` if the document has none.
    pub pushed_authorization_request_endpoint: Option<String>,
    /// The scopes the server offers. It is shared with other products: not all are for this API.
    pub scopes_supported: Vec<Scope>,
    /// Whether the server says that it checks PKCE by S256.
    pub supports_s256: bool,
    /// The document's names of those endpoints that it lists elsewhere on the server than this crate sends to.
    pub moved: Vec<&'static str>,
}

impl Discovery {
    /// Understands the document of the server at `base`.
    pub(super) fn read(body: &[u8], base: &Base) -> Result<Self> {
        let document: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| unreadable("it is not a JSON object"))?;
        let home = base.at("/");
        for (name, value) in &document {
            if name == "issuer" || name.ends_with("_endpoint") {
                stays_at_home(value, &home)?;
            }
        }
        let endpoint = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let needed = |name: &'static str| endpoint(name).ok_or_else(|| unreadable(name));
        let has_moved = |name: &str, path: &str| {
            endpoint(name).is_some_and(|url| !is_at(&url, &base.at(&format!("/{path}"))))
        };
        Ok(Self {
            authorization_endpoint: needed("authorization_endpoint")?,
            token_endpoint: needed("token_endpoint")?,
            revocation_endpoint: endpoint("revocation_endpoint"),
            pushed_authorization_request_endpoint: endpoint("pushed_authorization_request_endpoint"),
            scopes_supported: words(&document, "scopes_supported").map(Scope::new).collect(),
            supports_s256: words(&document, "code_challenge_methods_supported")
                .any(|method| method == "S256"),
            moved: USED.iter().filter(|(name, path)| has_moved(name, path)).map(|(name, _)| *name).collect(),
        })
    }
}

/// An absent endpoint (`null`) is nowhere else.
fn stays_at_home(value: &Value, home: &Url) -> Result<()> {
    let is_home = match value {
        Value::Null => true,
        Value::String(text) => Url::parse(text).is_ok_and(|url| url.origin() == home.origin()),
        _ => false,
    };
    if is_home {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::Configuration, DISCOVERY)
            .detail("an endpoint is not on the identity server"))
    }
}

fn is_at(url: &str, expected: &Url) -> bool {
    Url::parse(url).is_ok_and(|url| url == *expected)
}

fn words<'a>(document: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a str> {
    document.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn unreadable(what: &str) -> Error {
    Error::new(ErrorKind::Decode, DISCOVERY).detail(what)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HOME: &str = "https://identityservice.nmbrs.com";

    fn document() -> Value {
        json!({
            "issuer": HOME,
            "authorization_endpoint": format!("{HOME}/connect/authorize"),
            "token_endpoint": format!("{HOME}/connect/token"),
            "revocation_endpoint": format!("{HOME}/connect/revocation"),
            "pushed_authorization_request_endpoint": format!("{HOME}/connect/par"),
            "jwks_uri": "https://keys.example/jwks",
            "scopes_supported": ["openid", "employee.info.read"],
            "code_challenge_methods_supported": ["plain", "S256"],
        })
    }

    fn read(document: &Value) -> Result<Discovery> {
        Discovery::read(document.to_string().as_bytes(), &Base::parse(HOME, "identity_url").unwrap())
    }

    #[test]
    fn the_documented_server_is_where_this_crate_sends_to() {
        let discovery = read(&document()).unwrap();
        assert_eq!(discovery.moved, [""; 0]);
        assert!(discovery.supports_s256);
        assert_eq!(discovery.scopes_supported, [Scope::new("openid"), Scope::EMPLOYEE_INFO_READ]);
    }

    #[test]
    fn an_endpoint_on_another_origin_is_refused() {
        for elsewhere in [
            "https://evil.example/connect/token",
            "http://identityservice.nmbrs.com/connect/token",
            "https://identityservice.nmbrs.com:8443/connect/token",
            "https://identityservice.nmbrs.com@evil.example/connect/token",
            "https://identityservice.nmbrs.com.evil.example/connect/token",
            "//evil.example/connect/token",
            "/connect/token",
            "",
        ] {
            let used = USED.iter().map(|(name, _)| *name);
            for name in used.chain(["issuer", "introspection_endpoint", "a_future_endpoint"]) {
                let mut document = document();
                document[name] = json!(elsewhere);
                let error = read(&document).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Configuration, "{name} {elsewhere}");
                assert!(!format!("{error:?}").contains("evil"));
            }
        }
    }

    #[test]
    fn an_endpoint_that_moved_on_the_same_server_is_named() {
        let mut document = document();
        document["token_endpoint"] = json!(format!("{HOME}/v2/token"));
        assert_eq!(read(&document).unwrap().moved, ["token_endpoint"]);
    }

    #[test]
    fn a_document_without_the_endpoints_of_a_sign_in_is_unreadable() {
        for name in ["authorization_endpoint", "token_endpoint"] {
            let mut document = document();
            document[name] = Value::Null;
            assert_eq!(read(&document).unwrap_err().kind(), ErrorKind::Decode, "{name}");
        }
        for optional in ["revocation_endpoint", "pushed_authorization_request_endpoint"] {
            let mut document = document();
            document[optional] = Value::Null;
            assert!(read(&document).is_ok(), "{optional}");
        }
        assert_eq!(read(&json!([])).unwrap_err().kind(), ErrorKind::Decode);
    }
}
