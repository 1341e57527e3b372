//! The body of a refusal: which fields, by which rule. Takes bytes, gives paths and codes.
//!
//! The server's sentences are dropped, and so is anything that does not look like a field name or a code: a refusal
//! quotes what it refuses, and that is personal data.

use serde_json::Value;

use crate::error::{Error, ErrorKind, FieldProblem};
use crate::operation::Operation;
use crate::transport::Answer;

/// The error that an answer with a status other than 2xx stands for.
pub(crate) fn refusal(operation: Operation, answer: &Answer) -> Error {
    let fields = if answer.is_json() { fields(&answer.body) } else { Vec::new() };
    Error::new(ErrorKind::of_status(answer.status), operation)
        .with_status(answer.status)
        .with_request_id(answer.request_id())
        .with_fields(fields)
}

/// The list form of `detail`: objects with `loc` and `type`. Any other form names no field.
fn fields(body: &[u8]) -> Vec<FieldProblem> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let Some(details) = body.get("detail").and_then(Value::as_array) else { return Vec::new() };
    details
        .iter()
        .filter_map(Value::as_object)
        .map(|detail| {
            let path = detail
                .get("loc")
                .and_then(Value::as_array)
                .map(|members| members.iter().map(segment).collect::<Vec<_>>().join("."));
            let code = detail.get("type").and_then(Value::as_str).map(plain);
            FieldProblem { path: path.unwrap_or_default(), code: code.unwrap_or_default() }
        })
        .collect()
}

fn segment(member: &Value) -> String {
    match member {
        Value::Number(index) => index.to_string(),
        Value::String(name) => plain(name),
        _ => "?".to_owned(),
    }
}

/// `text` if it looks like an identifier, else a question mark.
fn plain(text: &str) -> String {
    let is_identifier = !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    if is_identifier { text.to_owned() } else { "?".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> Vec<(String, String)> {
        fields(body.as_bytes()).into_iter().map(|field| (field.path, field.code)).collect()
    }

    #[test]
    fn a_list_gives_paths_and_codes_and_drops_the_sentences() {
        let body = r#"{"detail": [
            {"loc": ["body", "email"], "msg": "jan@acme.com is bad", "type": "value_error.email"},
            {"loc": ["body", "tags", 2], "msg": "field required"},
            "not an object",
            {"msg": "x", "type": "value_error"}
        ]}"#;
        let expected = [("body.email", "value_error.email"), ("body.tags.2", ""), ("", "value_error")];
        assert_eq!(found(body), expected.map(|(path, code)| (path.to_owned(), code.to_owned())));
    }

    #[test]
    fn what_is_not_an_identifier_is_masked() {
        let body = r#"{"detail": [{"loc": ["body", "jan@acme.com", null], "type": "Jan de Wit"}]}"#;
        assert_eq!(found(body), [("body.?.?".to_owned(), "?".to_owned())]);
    }

    #[test]
    fn any_other_body_names_no_field() {
        for body in [
            r#"{"detail": "jan@acme.com exists"}"#,
            r#"{"detail": {}}"#,
            r#"{"detail": []}"#,
            "[]",
            "<html>",
            "",
        ] {
            assert!(found(body).is_empty(), "{body}");
        }
    }
}
