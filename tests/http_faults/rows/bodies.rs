//! Every kind of body that comes with a 200 and is not the answer.

use std::io::Write as _;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Row;
use crate::act::{Answer, Framing};
use crate::class::Class::{Broken, Unreadable};
use crate::server::LARGEST_BODY;
use crate::subject::Subject::{
    self, NmbrsRead, NmbrsToken, YourCampusRead, YourCampusToken, YourCampusWrite,
};

const GOOD: Answer = Answer::ok(|good| good.into());
const HTML: Answer = Answer::ok(|_| b"<!doctype html><title>Down</title>".to_vec());
const GZIP: &[(&str, &str)] = &[("Content-Encoding", "gzip")];
const LISTS: &[Subject] = &[NmbrsRead, YourCampusRead];
/// All whose limit on answers is the one of these tests. The answer to a refresh has the default limit of 32 MiB.
const LIMITED: &[Subject] = &[NmbrsRead, YourCampusRead, YourCampusWrite, YourCampusToken];

pub(crate) fn rows() -> Vec<Row> {
    vec![
        says("the answer as text/html", GOOD.of_type("text/html")),
        says("the answer as text/plain", GOOD.of_type("text/plain")),
        says("the answer without a type", GOOD.of_type("")),
        says("HTML", HTML.of_type("text/html")),
        says("HTML as JSON", HTML),
        says("nothing", Answer::ok(|_| Vec::new())),
        says("blanks", Answer::ok(|_| b"  \r\n".to_vec())),
        says("`null`", Answer::ok(|_| b"null".to_vec())),
        says("`true`", Answer::ok(|_| b"true".to_vec())),
        says("a number", Answer::ok(|_| b"7".to_vec())),
        says("a text", Answer::ok(|_| b"\"done\"".to_vec())),
        says("an array", Answer::ok(|_| b"[]".to_vec())),
        says("an empty object", Answer::ok(|_| b"{}".to_vec())),
        says(
            "an error in the vendor's shape",
            Answer::ok(|_| br#"{"code":50001,"title":"Unkown"}"#.to_vec()),
        ),
        says("half of the JSON", Answer::ok(|good| good[..good.len() / 2].into())),
        says(
            "JSON that the end of the connection cuts",
            Answer::ok(|good| good[..good.len() - 1].into()).framed(Framing::End),
        ),
        says("the answer twice", Answer::ok(|good| format!("{good}{good}").into_bytes())),
        says("the answer and a word", Answer::ok(|good| format!("{good} done").into_bytes())),
        says("a byte order mark before it", Answer::ok(|good| format!("\u{feff}{good}").into_bytes())),
        says("UTF-16", Answer::ok(utf16)),
        says("a key that is not UTF-8", Answer::ok(|good| with_first(b"\"\xff\xfe\":0,", good))),
        says("four thousand arrays in each other", Answer::ok(|_| vec![b'['; LARGEST_BODY - 1])),
        says("its first key again, with null before it", Answer::ok(twice)),
        says("its values as an array, without their keys", Answer::ok(positional)).only(&[
            NmbrsRead,
            NmbrsToken,
            YourCampusRead,
        ]),
        says("a list that is `null`", Answer::ok(|good| good.replace("[]", "null").into())).only(LISTS),
        says("a list that is an object", Answer::ok(|good| good.replace("[]", "{}").into())).only(LISTS),
        says("a list that is a number", Answer::ok(|good| good.replace("[]", "0").into())).only(LISTS),
        says("a list that is empty text", Answer::ok(|good| good.replace("[]", "\"\"").into())).only(LISTS),
        says("an account without an id", Answer::ok(|_| br#"{"is_active":true}"#.to_vec()))
            .only(&[YourCampusWrite]),
        says("an account whose id is an object", Answer::ok(|_| br#"{"id":{},"is_active":true}"#.to_vec()))
            .only(&[YourCampusWrite]),
        says("an empty token", Answer::ok(|_| br#"{"access_token":"","expires_in":3600}"#.to_vec()))
            .only(Subject::TOKENS),
        says("a token that is a number", Answer::ok(|_| br#"{"access_token":7,"expires_in":3600}"#.to_vec()))
            .only(Subject::TOKENS),
        says(
            "a token with a line break",
            Answer::ok(|_| br#"{"access_token":"a\nb","expires_in":3600}"#.to_vec()),
        )
        .only(&[YourCampusToken]),
        too_large("more than is allowed", Answer::ok(padded)).only(LIMITED),
        too_large("more than is allowed, in chunks", Answer::ok(padded).framed(Framing::Chunked))
            .only(LIMITED),
        too_large("a gzip bomb", Answer::ok(|_| BOMB.clone()).with(GZIP)),
        too_large("the announcement of a terabyte", GOOD.framed(Framing::Announced(1 << 40))),
        cut("gzip that ends too early", Answer::ok(|good| gzip(good.as_bytes())[..20].into()).with(GZIP)),
        cut("gzip without its checksum", Answer::ok(gzip_without_its_end).with(GZIP)),
        cut("what it calls gzip and is not", GOOD.with(GZIP)),
    ]
}

fn says(what: &str, answer: Answer) -> Row {
    Row::answered(what, answer, Unreadable, "Decode")
}

fn too_large(what: &str, answer: Answer) -> Row {
    Row::answered(what, answer, Unreadable, "TooLarge")
}

/// A compressed body that ends too early, in an HTTP body that does not: as good as a broken connection.
fn cut(what: &str, answer: Answer) -> Row {
    Row::answered(what, answer, Broken, "Interrupted")
}

fn padded(good: &str) -> Vec<u8> {
    format!("{}{good}", " ".repeat(LARGEST_BODY)).into_bytes()
}

fn utf16(good: &str) -> Vec<u8> {
    good.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// `member` before the others of the object `good`.
fn with_first(member: &[u8], good: &str) -> Vec<u8> {
    [b"{", member, &good.as_bytes()[1..]].concat()
}

/// Whoever takes the last of two values sees nothing wrong.
fn twice(good: &str) -> Vec<u8> {
    let (key, _) = good[1..].split_once(':').unwrap();
    with_first(format!("{key}:null,").as_bytes(), good)
}

/// What a reader that counts instead of looking at keys would take for the answer.
fn positional(good: &str) -> Vec<u8> {
    if good.contains("access_token") { br#"["t","r",3600]"#.to_vec() } else { b"[[]]".to_vec() }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn gzip_without_its_end(good: &str) -> Vec<u8> {
    let mut bytes = gzip(good.as_bytes());
    bytes.truncate(bytes.len() - 8);
    bytes
}

/// 40 KiB that become 40 MiB.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| gzip(&vec![b' '; 40 << 20]));
