//! What the browser brings back.
//!
//! The redirected URL and the state of our own attempt go in; a code comes out, or why there is none. The state is
//! compared before anything else is believed, so that nobody can slip a stranger's code into somebody's sign-in
//! (RFC 6749, section 10.12). Nothing of the URL is kept but the code, the granted scopes and *known* error words.

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::identity::granted;
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;

/// What errors about a callback name as their operation.
const CALLBACK: &str = "callback";

/// A consent, given in the browser.
#[derive(Debug)]
pub(super) struct Callback {
    pub(super) code: SecretString,
    /// What was granted, if the callback says so.
    pub(super) scopes: Option<Vec<Scope>>,
}

impl Callback {
    /// Understands the answer to the attempt that has this `state`. `callback` is the whole URL or its query.
    pub(super) fn read(callback: &str, state: &SecretString) -> Result<Self> {
        let query = query_of(callback);
        let stated = only(query, "state")?;
        if let Some(stated) = &stated
            && !is_same(stated, state)
        {
            return Err(foreign("its state is another's"));
        }
        if let Some(word) = only(query, "error")? {
            // The one refusal of Nmbrs that is on record carries no state. It may be told: it opens nothing.
            return Err(refused(word.expose_secret()));
        }
        if stated.is_none() {
            return Err(foreign("it has no state"));
        }
        let code = only(query, "code")?.filter(|code| !code.expose_secret().is_empty());
        Ok(Self {
            code: code.ok_or_else(|| foreign("it has no code"))?,
            scopes: only(query, "scope")?.map(|scope| granted(scope.expose_secret())),
        })
    }
}

/// The query of a URL or of a request target (`/callback?…`); a text that is neither is a query itself.
fn query_of(callback: &str) -> &str {
    let callback = callback.split_once('#').map_or(callback, |(before, _)| before);
    let is_address = ["/", "?", "http://", "https://"].iter().any(|start| callback.starts_with(start));
    if is_address { callback.split_once('?').map_or("", |(_, query)| query) } else { callback }
}

/// The value of a parameter, which may come once at most (RFC 6749, section 3.1): of two, nobody can say which is
/// meant.
fn only(query: &str, name: &str) -> Result<Option<SecretString>> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    let value = values.next().map(|(_, value)| SecretString::from(value.into_owned()));
    match values.next() {
        None => Ok(value),
        Some(_) => Err(foreign("a parameter comes twice")),
    }
}

/// Takes the same time wherever the two differ, and whatever their lengths are.
fn is_same(stated: &SecretString, expected: &SecretString) -> bool {
    let expected = expected.expose_secret();
    let hash = hmac_sha256::Hash::hash(expected.as_bytes());
    !expected.is_empty() && hmac_sha256::Hash::verify(stated.expose_secret(), &hash)
}

fn foreign(why: &str) -> Error {
    Error::new(ErrorKind::ForeignCallback, CALLBACK).detail(why)
}

/// What an `error` in the callback means. An unknown word stays untold: it could hold anything.
fn refused(word: &str) -> Error {
    let (kind, word) = match word {
        "access_denied" => (ErrorKind::ConsentDenied, "access_denied"),
        "invalid_client" => (ErrorKind::Configuration, "invalid_client"),
        "invalid_request" => (ErrorKind::Configuration, "invalid_request"),
        "invalid_scope" => (ErrorKind::Configuration, "invalid_scope"),
        "unauthorized_client" => (ErrorKind::Configuration, "unauthorized_client"),
        "unsupported_response_type" => (ErrorKind::Configuration, "unsupported_response_type"),
        "server_error" => (ErrorKind::Server, "server_error"),
        "temporarily_unavailable" => (ErrorKind::Server, "temporarily_unavailable"),
        _ => (ErrorKind::Decode, "an unknown error word"),
    };
    Error::new(kind, CALLBACK).detail(word).never_sent()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(callback: &str) -> Result<Callback> {
        Callback::read(callback, &SecretString::from("our-state"))
    }

    fn kind_of(callback: &str) -> ErrorKind {
        read(callback).unwrap_err().kind()
    }

    #[test]
    fn the_whole_url_its_target_and_its_query_are_read_alike() {
        for callback in [
            "https://app.example/callback?code=c%2F1&scope=a.read+b.read&state=our-state",
            "https://app.example/callback?tenant=7&state=our-state&code=c%2F1&scope=a.read%20b.read#top",
            "http://localhost:8765/?state=our-state&scope=a.read+b.read&code=c/1",
            "/callback?code=c%2F1&scope=a.read+b.read&state=our-state",
            "?code=c%2F1&scope=a.read+b.read&state=our-state",
            "code=c%2F1&scope=a.read+b.read&state=our-state",
        ] {
            let callback = read(callback).unwrap();
            assert_eq!(callback.code.expose_secret(), "c/1");
            assert_eq!(callback.scopes.unwrap(), [Scope::new("a.read"), Scope::new("b.read")]);
        }
    }

    #[test]
    fn a_callback_without_our_state_is_foreign() {
        for callback in [
            "code=c",
            "code=c&state=",
            "code=c&state=other",
            "code=c&state=our-stat",
            "code=c&state=our-state-and-more",
            "code=c&state=OUR-STATE",
            "code=c&State=our-state",
            "code=c&state=our-state&state=our-state",
            "code=c&state=our-state&state=other",
            "error=access_denied&state=other",
            "https://app.example/code=c&state=our-state",
            "https://app.example/callback#code=c&state=our-state",
            "https://app.example/callback",
            "",
        ] {
            assert_eq!(kind_of(callback), ErrorKind::ForeignCallback, "{callback}");
        }
    }

    #[test]
    fn an_attempt_without_a_state_is_answered_by_nothing() {
        let error = Callback::read("code=c&state=", &SecretString::from("")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ForeignCallback);
    }

    #[test]
    fn a_callback_without_a_code_or_with_two_is_no_answer() {
        for callback in [
            "state=our-state",
            "state=our-state&code=",
            "state=our-state&code=c&code=c",
            "state=our-state&code=c&code=d",
            "state=our-state&code=c&scope=a&scope=b",
            "state=our-state&error=access_denied&error=access_denied",
        ] {
            assert_eq!(kind_of(callback), ErrorKind::ForeignCallback, "{callback}");
        }
    }

    #[test]
    fn an_error_in_the_callback_wins_over_a_code() {
        for (word, kind) in [
            ("access_denied", ErrorKind::ConsentDenied),
            ("invalid_scope", ErrorKind::Configuration),
            ("invalid_request", ErrorKind::Configuration),
            ("invalid_client", ErrorKind::Configuration),
            ("unauthorized_client", ErrorKind::Configuration),
            ("unsupported_response_type", ErrorKind::Configuration),
            ("server_error", ErrorKind::Server),
            ("temporarily_unavailable", ErrorKind::Server),
            ("what_is_this", ErrorKind::Decode),
            ("", ErrorKind::Decode),
        ] {
            let error = read(&format!("code=c&state=our-state&error={word}")).unwrap_err();
            assert_eq!((error.kind(), error.is_retryable()), (kind, false), "{word}");
            assert!(!error.may_have_been_sent(), "{word}");
        }
    }

    #[test]
    fn a_denial_is_understood_even_if_the_server_leaves_the_state_out_of_it() {
        assert_eq!(kind_of("error=access_denied&error_description=no"), ErrorKind::ConsentDenied);
    }

    #[test]
    fn an_error_about_a_callback_quotes_nothing_of_it() {
        for callback in [
            "code=Seeded&state=Seeded",
            "code=Seeded&code=Seeded&state=our-state",
            "error=Seeded&error_description=Seeded&state=our-state",
            "error=access_denied&error_description=Seeded&state=our-state",
        ] {
            let error = read(callback).unwrap_err();
            let printed = format!("{error} {error:?}");
            assert!(!printed.contains("Seeded") && !printed.contains("our-state"), "{printed}");
        }
        let callback = read("code=Seeded&state=our-state").unwrap();
        assert!(!format!("{callback:?}").contains("Seeded"));
    }
}
