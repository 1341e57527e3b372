//! The members of one object, put into canonical order once all are written.

use std::cmp::Ordering;
use std::ops::Range;

/// Where a member stands among the bytes that are written.
pub(super) struct Member {
    /// From its key's first quotation mark to the last byte of its value.
    pub(super) whole: Range<usize>,
    /// Its key, with both quotation marks.
    pub(super) key: Range<usize>,
}

/// Writes the members, from `start` on, anew in canonical order, commas between them. `spare` is only there to be used
/// again and again.
pub(super) fn arrange(bytes: &mut Vec<u8>, start: usize, members: &mut [Member], spare: &mut Vec<u8>) {
    members.sort_by(|one, other| order(slice(bytes, &one.key), slice(bytes, &other.key)));
    spare.clear();
    for member in members {
        if !spare.is_empty() {
            spare.push(b',');
        }
        spare.extend_from_slice(slice(bytes, &member.whole));
    }
    bytes.truncate(start);
    bytes.append(spare);
}

/// The order of two keys, each as it is written: by the UTF-16 units of what it means.
pub(super) fn order(one: &[u8], other: &[u8]) -> Ordering {
    match (plain(one), plain(other)) {
        (Some(one), Some(other)) => one.cmp(other),
        _ => meaning(one).encode_utf16().cmp(meaning(other).encode_utf16()),
    }
}

/// What stands between the quotation marks, where that means itself: in ASCII, bytes sort like UTF-16 units.
fn plain(key: &[u8]) -> Option<&[u8]> {
    let inner = key.get(1..key.len().saturating_sub(1))?;
    inner.iter().all(|byte| byte.is_ascii() && *byte != b'\\').then_some(inner)
}

fn meaning(key: &[u8]) -> String {
    #[expect(clippy::expect_used, reason = "it was written as a JSON text just now")]
    serde_json::from_slice(key).expect("a key is a text")
}

pub(super) fn slice<'a>(bytes: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    #[expect(
        clippy::indexing_slicing,
        reason = "members lie in the bytes; leaving one out instead would be worse"
    )]
    &bytes[range.clone()]
}
