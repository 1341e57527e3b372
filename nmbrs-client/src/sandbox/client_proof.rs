//! How a client proves itself to the identity service: with a Basic header whose halves are percent-encoded, or with its
//! id and secret in the form; never with both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::exchange::Request;
use super::form::Form;
use super::identity::{Identity, OAuthError};

/// Lets a request of the one client pass.
pub(super) fn authenticate(identity: &Identity, request: &Request, form: &Form) -> Result<(), OAuthError> {
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
    if identity.is_client(&id) && identity.is_client_secret(&secret) { Ok(()) } else { Err(UNKNOWN) }
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
