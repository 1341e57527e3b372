//! One value, one sequence of bytes (RFC 8785).
//!
//! In: anything of ours that serialises. Out: canonical JSON: keys sorted, no blanks, no floats in any of
//! our types. Never: an order that depends on a feature flag of a JSON library or on a hash map.

use serde::Serialize;

/// The canonical bytes of a value.
pub(crate) fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    #[expect(
        clippy::expect_used,
        reason = "plain structs and enums with text keys always serialise; hashing nothing instead would be worse"
    )]
    serde_json_canonicalizer::to_vec(value).expect("our own types serialise")
}
