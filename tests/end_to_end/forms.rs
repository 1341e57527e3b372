//! The forms in which a secret could come out of a program that does not mean to tell it.
//!
//! In: the secret. Out: what to look for: as it stands in a URL, in JSON, and in base64 with any text before and after it.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A shorter piece of base64 would be found by chance.
const SHORTEST: usize = 7;

/// Every form but the plain one. Those of base64 must be looked for as they are, the others in any case of letters.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![percent_encoded(secret), json_escaped(secret, false), json_escaped(secret, true)];
    forms.retain(|form| form != secret);
    for before in 0..3 {
        let piece = in_base64(secret.as_bytes(), before);
        if piece.len() >= SHORTEST {
            forms.push(piece.replace('+', "-").replace('/', "_"));
            forms.push(piece);
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn percent_encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn json_escaped(text: &str, is_ascii_only: bool) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    let inside = &quoted[1..quoted.len() - 1];
    if !is_ascii_only {
        return inside.to_owned();
    }
    let mut units = [0; 2];
    let mut escaped = String::new();
    for c in inside.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            escaped.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    escaped
}

/// That part of the base64 form which is the same whatever `before` bytes stand before the secret and whatever follows.
fn in_base64(secret: &[u8], before: usize) -> String {
    let bits: Vec<bool> = std::iter::repeat_n(0, before)
        .chain(secret.iter().copied())
        .flat_map(|byte: u8| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
        .collect();
    let sextet = |bits: &[bool]| bits.iter().fold(0_usize, |value, bit| value << 1 | usize::from(*bit));
    let all = bits.chunks_exact(6).map(|bits| char::from(STANDARD[sextet(bits)]));
    // The first of them hold bits of what stands before.
    all.skip((before * 8).div_ceil(6)).collect()
}

#[test]
fn the_encoder_is_right() {
    // RFC 4648, section 10.
    assert_eq!(in_base64(b"foobar", 0), "Zm9vYmFy");
    assert_eq!(percent_encoded("a b@c/é"), "a%20b%40c%2F%C3%A9");
    assert_eq!(json_escaped("a\"\\é", true), "a\\\"\\\\\\u00e9");
}
