//! One value, one sequence of bytes (RFC 8785).
//!
//! In: anything of ours that serialises. Out: canonical JSON: keys sorted by their UTF-16 units, no blanks.
//! None of our types holds a float, and integers are written in full, also above 2^53, where the RFC's
//! numbers would round two ids into one. Never: an order that depends on a feature flag of a JSON library or
//! on a hash map.

use serde::Serialize;
use serde_json::Value;

/// The canonical bytes of a value.
pub(crate) fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    #[expect(
        clippy::expect_used,
        reason = "plain structs and enums with text keys always serialise; hashing nothing instead would be worse"
    )]
    let value = serde_json::to_value(value).expect("our own types serialise");
    let mut bytes = Vec::new();
    write(&value, &mut bytes);
    bytes
}

fn write(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            between(bytes, (b'{', b'}'), members, |(key, value), bytes| {
                leaf(key, bytes);
                bytes.push(b':');
                write(value, bytes);
            });
        }
        Value::Array(items) => between(bytes, (b'[', b']'), items, write),
        other => leaf(other, bytes),
    }
}

fn between<I: IntoIterator>(
    bytes: &mut Vec<u8>,
    (open, close): (u8, u8),
    items: I,
    write: impl Fn(I::Item, &mut Vec<u8>),
) {
    bytes.push(open);
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        write(item, bytes);
    }
    bytes.push(close);
}

/// A text, an integer, a truth or a null; the library escapes texts as the RFC asks.
fn leaf<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) {
    #[expect(clippy::expect_used, reason = "writing into memory does not fail")]
    serde_json::to_writer(bytes, value).expect("memory takes all bytes");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        String::from_utf8(bytes(value)).unwrap()
    }

    #[test]
    fn keys_are_sorted_by_utf16_and_texts_escaped_as_the_rfc_asks() {
        let value =
            json!({ "\u{fb33}": 1, "\u{1f600}": 2, "b": [true, null, {}], "a": "é\"\\\u{8}\n\u{1}/\u{7f}" });
        let expected =
            "{\"a\":\"é\\\"\\\\\\b\\n\\u0001/\u{7f}\",\"b\":[true,null,{}],\"\u{1f600}\":2,\"\u{fb33}\":1}";
        assert_eq!(text(&value), expected);
    }

    #[test]
    fn large_ids_keep_every_digit() {
        let ids = json!([9_007_199_254_740_993_i64, 9_007_199_254_740_992_i64, i64::MIN, u64::MAX]);
        assert_eq!(
            text(&ids),
            "[9007199254740993,9007199254740992,-9223372036854775808,18446744073709551615]"
        );
    }
}
