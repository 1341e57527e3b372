//! How free text is compared: after trimming and in Unicode normal form C, and names without case.
//!
//! In: text as either side wrote it. Out: one spelling per meaning. Never: a locale; the same bytes
//! come out on every machine.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Trims and composes; `None` when nothing is left, so that null, missing and blank are one.
pub fn clean(raw: &str) -> Option<String> {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        None
    } else if trimmed.is_ascii() || is_nfc(trimmed) {
        Some(trimmed.to_owned())
    } else {
        Some(trimmed.nfc().collect())
    }
}

/// The form in which two spellings of one name are equal: clean and without case.
pub fn fold(raw: &str) -> String {
    let lower = raw.trim().to_lowercase();
    if lower.is_ascii() || is_nfc(&lower) { lower } else { lower.nfc().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_is_nothing() {
        assert_eq!(clean(" \t\n"), None);
        assert_eq!(clean(""), None);
    }

    #[test]
    fn composed_and_decomposed_are_one() {
        assert_eq!(clean("Zo\u{65}\u{308} "), Some("Zoë".to_owned()));
        assert_eq!(fold("ZOE\u{308}"), fold("zoë"));
    }
}
