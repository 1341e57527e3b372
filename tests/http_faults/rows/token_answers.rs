//! What only a token endpoint says: the words of RFC 6749, with whatever status they come.

use super::Row;
use crate::act::Answer;
use crate::class::Class::{self, Refused, Unavailable, Unexpected};
use crate::subject::Subject::NmbrsToken;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (word, class, kind) in [
        ("invalid_grant", Refused, "ConsentLost"),
        ("invalid_client", Refused, "Configuration"),
        ("unauthorized_client", Refused, "Configuration"),
        ("invalid_scope", Refused, "Configuration"),
        ("invalid_request", Refused, "Configuration"),
        ("server_error", Unavailable, "Server"),
        ("temporarily_unavailable", Unavailable, "Server"),
        ("access_denied", Unexpected, "UnexpectedStatus"),
        ("a word nobody knows", Unexpected, "UnexpectedStatus"),
    ] {
        // A 200 that holds an error is an error too.
        rows.extend([200, 400].map(|status| row(status, word, class, kind)));
    }
    rows
}

fn row(status: u16, word: &str, class: Class, kind: &'static str) -> Row {
    let body: fn(&str) -> Vec<u8> = match word {
        "invalid_grant" => |_| br#"{"error":"invalid_grant"}"#.to_vec(),
        "invalid_client" => |_| br#"{"error":"invalid_client"}"#.to_vec(),
        "unauthorized_client" => |_| br#"{"error":"unauthorized_client"}"#.to_vec(),
        "invalid_scope" => |_| br#"{"error":"invalid_scope"}"#.to_vec(),
        "invalid_request" => |_| br#"{"error":"invalid_request"}"#.to_vec(),
        "server_error" => |_| br#"{"error":"server_error"}"#.to_vec(),
        "temporarily_unavailable" => |_| br#"{"error":"temporarily_unavailable"}"#.to_vec(),
        "access_denied" => |_| br#"{"error":"access_denied"}"#.to_vec(),
        _ => |_| br#"{"error":"jan@example.nl"}"#.to_vec(),
    };
    let answer = Answer::refusal(status, &[]).saying(body);
    Row::answered(format!("{status}, `{word}`"), answer, class, kind).only(&[NmbrsToken])
}
