//! One value, one sequence of bytes (RFC 8785).
//!
//! In: anything of ours that serialises. Out: canonical JSON: keys sorted by their UTF-16 units, no blanks; in one
//! piece, or fed to a hash, so that a plan of a million people is never in memory as bytes. None of our types holds a
//! float, and integers are written in full, also above 2^53, where the RFC's numbers would round two ids into one.
//! Never: an order that depends on a feature flag of a JSON library or on a hash map.

mod members;
mod writer;

use serde::Serialize;

use crate::fingerprint::{self, Digesting};
use writer::Writer;

/// The canonical bytes of a value.
pub(crate) fn bytes<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut writer = Writer::keeping();
    #[expect(
        clippy::expect_used,
        reason = "plain structs and enums with text keys always serialise; hashing nothing instead would be worse"
    )]
    value.serialize(&mut writer).expect("our own types serialise");
    writer.into_bytes()
}

/// SHA-256 over the canonical bytes of a value that holds nothing personal.
///
/// An object whose members come in canonical order is hashed as it comes, its lists item by item; any other is
/// gathered first.
pub(crate) fn digest<T: Serialize + ?Sized>(domain: &str, value: &T) -> String {
    let mut digesting = Digesting::begin(domain);
    let mut feed = |bytes: &[u8]| digesting.feed(bytes);
    let mut writer = Writer::passing_to(&mut feed);
    if value.serialize(&mut writer).is_ok() {
        writer.pass_all();
        digesting.end()
    } else {
        fingerprint::digest(domain, &bytes(value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;

    fn text<T: Serialize>(value: &T) -> String {
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

    /// Every shape that serde knows, with keys in an order that is not the canonical one.
    #[derive(Serialize)]
    struct Shapes {
        unit: (),
        texts: BTreeMap<&'static str, char>,
        numbers: BTreeMap<i16, Option<bool>>,
        kinds: Vec<Kind>,
        tagged: Tagged,
        pair: (u8, Pair),
        empty: BTreeMap<String, String>,
    }

    #[derive(Serialize)]
    struct Pair(i8, &'static [u8]);

    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Unit,
        New(Box<Kind>),
        Tuple(u32, u64),
        Struct { zebra: i32, ant: u16 },
    }

    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Struct { b: Inner, a: u8 },
    }

    #[derive(Serialize)]
    struct Inner {
        zeta: Vec<u8>,
        alpha: f32,
    }

    fn shapes() -> Shapes {
        let kinds = vec![
            Kind::Unit,
            Kind::New(Box::new(Kind::Struct { zebra: -1, ant: 1 })),
            Kind::Tuple(1, u64::MAX),
            Kind::Struct { zebra: i32::MIN, ant: 0 },
        ];
        Shapes {
            unit: (),
            texts: BTreeMap::from([
                ("\"q", 'é'),
                ("", '"'),
                ("!", 'a'),
                ("a!", 'b'),
                ("a", 'c'),
                ("\u{7f}", 'd'),
            ]),
            numbers: BTreeMap::from([(-2, None), (10, Some(true)), (9, Some(false))]),
            kinds,
            tagged: Tagged::Struct { b: Inner { zeta: Vec::new(), alpha: 0.1 }, a: 7 },
            pair: (1, Pair(-1, &[0, 255])),
            empty: BTreeMap::new(),
        }
    }

    /// Through the JSON library's own tree, and with keys sorted there.
    fn by_the_tree(value: &Value) -> String {
        match value {
            Value::Object(object) => {
                let mut members: Vec<_> = object.iter().collect();
                members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
                let members: Vec<_> = members
                    .into_iter()
                    .map(|(key, value)| {
                        format!("{}:{}", serde_json::to_string(key).unwrap(), by_the_tree(value))
                    })
                    .collect();
                format!("{{{}}}", members.join(","))
            }
            Value::Array(items) => {
                format!("[{}]", items.iter().map(by_the_tree).collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }

    #[test]
    fn every_shape_is_written_as_the_json_library_would() {
        let tree = serde_json::to_value(shapes()).unwrap();
        assert_eq!(text(&shapes()), by_the_tree(&tree));
        assert_eq!(text(&tree), by_the_tree(&tree));
    }

    #[test]
    fn a_digest_is_over_the_same_bytes_whether_they_came_in_order_or_not() {
        #[derive(Serialize)]
        struct InOrder {
            a: Vec<Shapes>,
            b: u8,
        }
        let long = InOrder { a: (0..1000).map(|_| shapes()).collect(), b: 1 };
        assert_eq!(digest("x", &long), fingerprint::digest("x", &bytes(&long)));
        assert_eq!(digest("x", &shapes()), fingerprint::digest("x", &bytes(&shapes())));
        assert_eq!(digest("x", "text"), fingerprint::digest("x", b"\"text\""));
    }

    #[test]
    fn a_long_list_in_order_is_passed_on_in_pieces() {
        let long = BTreeMap::from([("list", (0..2_000).map(|_| shapes()).collect::<Vec<_>>())]);
        let mut pieces = Vec::new();
        let mut feed = |piece: &[u8]| pieces.push(piece.to_vec());
        let mut writer = Writer::passing_to(&mut feed);
        long.serialize(&mut writer).unwrap();
        writer.pass_all();
        assert!(pieces.len() > 10 && pieces.iter().all(|piece| piece.len() < 100_000));
        assert_eq!(pieces.concat(), bytes(&long));
    }
}
