//! Parameters of a request to the identity service, in which every name occurs once.

use super::exchange::Request;
use super::identity::OAuthError;

/// The parameters of a form or of a query.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// The form in a request's body.
    pub(super) fn in_body(request: &Request) -> Result<Self, OAuthError> {
        let media_type =
            request.content_type.as_deref().and_then(|text| text.split(';').next()).unwrap_or("");
        if !media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::new("invalid_request", "the body is not a form"));
        }
        Self::without_repeats(url::form_urlencoded::parse(&request.body).into_owned().collect())
    }

    /// The parameters of a request's query.
    pub(super) fn in_query(request: &Request) -> Result<Self, OAuthError> {
        Self::without_repeats(request.query.clone())
    }

    fn without_repeats(pairs: Vec<(String, String)>) -> Result<Self, OAuthError> {
        let repeated = |(index, (name, _)): (usize, &(String, String))| {
            pairs.iter().take(index).any(|(earlier, _)| earlier == name)
        };
        if pairs.iter().enumerate().any(repeated) {
            return Err(OAuthError::new("invalid_request", "a parameter occurs twice"));
        }
        Ok(Self(pairs))
    }

    /// How many parameters there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or(OAuthError::new("invalid_request", "a required parameter is missing"))
    }
}
