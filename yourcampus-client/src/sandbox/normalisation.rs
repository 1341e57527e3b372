//! How a target may store a value differently than it was sent. All of it is legal; a client that compares what it sent with
//! what it reads back must not take the difference for a change somebody made.

use serde::{Deserialize, Serialize};

/// Which liberties the target takes when it stores text. By default none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Normalisation {
    /// Blanks around a text go.
    pub trims: bool,
    /// The part of an address after the `@` is lower-cased.
    pub lower_cases_domains: bool,
    /// A letter followed by a combining mark becomes one code point, for the letters that occur in Dutch names.
    pub composes: bool,
    /// What becomes of texts that are empty or null.
    pub empty_text: EmptyText,
}

/// What becomes of a nullable text that is empty or null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmptyText {
    /// Stored as it was sent.
    #[default]
    AsSent,
    /// An empty text is stored as null.
    BecomesNull,
    /// A null is stored as an empty text.
    FromNull,
}

impl Normalisation {
    /// A target that takes every liberty, and stores empty texts as null.
    pub fn all() -> Self {
        Self { trims: true, lower_cases_domains: true, composes: true, empty_text: EmptyText::BecomesNull }
    }

    /// Trims.
    pub fn trimming(mut self) -> Self {
        self.trims = true;
        self
    }

    /// Lower-cases domains.
    pub fn lower_casing_domains(mut self) -> Self {
        self.lower_cases_domains = true;
        self
    }

    /// Composes letters and marks.
    pub fn composing(mut self) -> Self {
        self.composes = true;
        self
    }

    /// Chooses what becomes of empty texts.
    pub fn with_empty_text(mut self, empty_text: EmptyText) -> Self {
        self.empty_text = empty_text;
        self
    }

    /// A text that is never null, as it is stored.
    pub(super) fn text(self, sent: &str) -> String {
        let trimmed = if self.trims { sent.trim() } else { sent };
        if self.composes { composed(trimmed) } else { trimmed.to_owned() }
    }

    /// A nullable text as it is stored.
    pub(super) fn nullable(self, sent: Option<&str>) -> Option<String> {
        let stored = sent.map(|sent| self.text(sent));
        match self.empty_text {
            EmptyText::AsSent => stored,
            EmptyText::BecomesNull => stored.filter(|text| !text.is_empty()),
            EmptyText::FromNull => Some(stored.unwrap_or_default()),
        }
    }

    /// An address as it is stored.
    pub(super) fn address(self, sent: &str) -> String {
        let text = self.text(sent);
        match text.rsplit_once('@') {
            Some((local, domain)) if self.lower_cases_domains => format!("{local}@{}", domain.to_lowercase()),
            _ => text,
        }
    }
}

/// Combining marks, the letters they go on, and what comes out: column by column.
const COMPOSITIONS: [(char, &str, &str); 6] = [
    ('\u{300}', "AEIOUaeiou", "ÀÈÌÒÙàèìòù"),
    ('\u{301}', "AEIOUYaeiouy", "ÁÉÍÓÚÝáéíóúý"),
    ('\u{302}', "AEIOUaeiou", "ÂÊÎÔÛâêîôû"),
    ('\u{303}', "ANOano", "ÃÑÕãñõ"),
    ('\u{308}', "AEIOUaeiouy", "ÄËÏÖÜäëïöüÿ"),
    ('\u{327}', "Cc", "Çç"),
];

fn composed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for next in text.chars() {
        match out.pop() {
            None => out.push(next),
            Some(before) => match composition(before, next) {
                Some(one) => out.push(one),
                None => out.extend([before, next]),
            },
        }
    }
    out
}

fn composition(letter: char, mark: char) -> Option<char> {
    let (_, letters, results) = COMPOSITIONS.iter().find(|(known, ..)| *known == mark)?;
    let column = letters.chars().position(|known| known == letter)?;
    results.chars().nth(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_table_has_its_composition() {
        for (mark, letters, results) in COMPOSITIONS {
            assert_eq!(letters.chars().count(), results.chars().count(), "{mark:?}");
        }
        assert_eq!(composed("Zoe\u{308} Franc\u{327}ois"), "Zoë François");
    }

    #[test]
    fn a_mark_without_a_letter_it_goes_on_stays() {
        assert_eq!(composed("\u{308}x\u{308}"), "\u{308}x\u{308}");
    }

    #[test]
    fn only_the_domain_of_an_address_is_lower_cased() {
        let domains = Normalisation::default().lower_casing_domains();
        assert_eq!(domains.address("J.Doe@ACME.Com"), "J.Doe@acme.com");
    }
}
