//! How free text is compared: after trimming and in Unicode normal form C, and names without case.
//!
//! In: text as either side wrote it. Out: one spelling per meaning. Never: a locale; the same bytes
//! come out on every machine.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Trims and composes; `None` when nothing is left, so that null, missing and blank are one.
pub fn clean(raw: &str) -> Option<String> {
    as_clean(raw).map(Cow::into_owned)
}

/// The same, borrowed where the text is clean already.
pub(crate) fn as_clean(raw: &str) -> Option<Cow<'_, str>> {
    let trimmed = trim(raw);
    (!trimmed.is_empty()).then(|| composed(trimmed.into()))
}

/// The form in which two spellings of one name are equal: clean and without case.
pub fn fold(raw: &str) -> String {
    as_folded(raw).into_owned()
}

/// The same, borrowed where the text has that form already.
pub(crate) fn as_folded(raw: &str) -> Cow<'_, str> {
    let trimmed = trim(raw);
    if trimmed.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        trimmed.into()
    } else {
        composed(trimmed.to_lowercase().into())
    }
}

/// Without blanks around it. Nearly nothing has any, and then a look at both ends is enough.
pub(crate) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

fn composed(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(&text) { text } else { text.nfc().collect() }
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
    fn blanks_of_every_kind_are_trimmed() {
        for text in ["ab", " ab", "ab\u{a0}", "\u{3000}a", "é", "\u{85}é ", "a", " ", ""] {
            assert_eq!(trim(text), text.trim());
        }
    }

    #[test]
    fn composed_and_decomposed_are_one() {
        assert_eq!(clean("Zo\u{65}\u{308} "), Some("Zoë".to_owned()));
        assert_eq!(fold("ZOE\u{308}"), fold("zoë"));
    }
}
