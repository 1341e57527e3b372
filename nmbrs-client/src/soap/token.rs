//! Where one piece of markup ends.
//!
//! Text comes in that begins with a tag, a comment, a CDATA section, a processing instruction or with plain text. Out
//! comes which of them it is and how long, or that its end has not come yet.

use memchr::{memchr, memchr3_iter, memmem};
use quick_xml::events::attributes::Attributes;

use super::splitter::Malformed;

/// A piece of markup, or the text up to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'x> {
    /// As it stands there, references and all. It may go on.
    Text(&'x str),
    /// What is between the brackets.
    CData(&'x str),
    Comment,
    /// What is between the question marks.
    Instruction(&'x str),
    Start(Tag<'x>),
    /// The name of the element that ends here.
    End(&'x str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'x> {
    /// As it stands there, with its prefix.
    pub(super) name: &'x str,
    attributes: &'x str,
    /// Whether it is its own end tag.
    pub(super) empty: bool,
}

impl<'x> Tag<'x> {
    pub(super) fn local_name(&self) -> &'x str {
        self.name.split_once(':').map_or(self.name, |(_, name)| name)
    }

    pub(super) fn attributes(&self) -> Attributes<'x> {
        Attributes::new(self.attributes, 0)
    }

    /// Whether it says that the element holds nothing: `nil="true"` under any prefix.
    pub(super) fn says_nil(&self) -> Result<bool, Malformed> {
        let mut nil = false;
        if !self.attributes.is_empty() {
            for attribute in self.attributes() {
                let attribute = attribute.map_err(|_| Malformed::NotXml)?;
                let says = || matches!(attribute.value.trim(), "true" | "1");
                nil |= attribute.key.local_name().into_inner() == "nil" && says();
            }
        }
        Ok(nil)
    }
}

const COMMENT: &str = "<!--";
const CDATA: &str = "<![CDATA[";

/// The token that `text` begins with, and its length; `None` if its end is missing.
pub(super) fn first(text: &str) -> Result<Option<(Token<'_>, usize)>, Malformed> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'<') {
        let length = memchr(b'<', bytes).unwrap_or(bytes.len());
        let text = text.get(..length).unwrap_or_default();
        return Ok((length > 0).then_some((Token::Text(text), length)));
    }
    match bytes.get(1) {
        None => Ok(None),
        Some(b'/') => {
            Ok(between(text, "</", ">").map(|(name, length)| (Token::End(name.trim_ascii_end()), length)))
        }
        Some(b'?') => {
            Ok(between(text, "<?", "?>").map(|(content, length)| (Token::Instruction(content), length)))
        }
        Some(b'!') => declaration(text),
        Some(_) => Ok(start_tag(text)?.map(|(tag, length)| (Token::Start(tag), length))),
    }
}

/// The name ends at the first byte that cannot be of one; then come attributes, in which quotes may hold anything.
fn start_tag(text: &str) -> Result<Option<(Tag<'_>, usize)>, Malformed> {
    let bytes = text.as_bytes().get(1..).unwrap_or_default();
    let Some(name) = bytes.iter().position(|byte| !can_be_in_a_name(*byte)) else { return Ok(None) };
    let well_begun = !matches!(bytes.first(), Some(b'0'..=b'9' | b'-' | b'.'));
    let end = match bytes.get(name) {
        _ if name == 0 || !well_begun => return Err(Malformed::NotXml),
        Some(b'>') => Some(name),
        Some(b'/' | b' ' | b'\t' | b'\r' | b'\n') => {
            end_of_attributes(bytes.get(name..).unwrap_or_default()).map(|it| name + it)
        }
        _ => return Err(Malformed::NotXml),
    };
    let Some(end) = end else { return Ok(None) };
    let attributes = text.get(1 + name..1 + end).unwrap_or_default();
    let (attributes, empty) = match attributes.strip_suffix('/') {
        Some(attributes) => (attributes, true),
        None => (attributes, false),
    };
    let name = text.get(1..=name).unwrap_or_default();
    Ok(Some((Tag { name, attributes, empty }, end + "<>".len())))
}

/// Close enough to XML: every letter outside ASCII passes.
fn can_be_in_a_name(byte: u8) -> bool {
    IN_NAMES.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Looked up and not computed, because a third of an answer is names.
#[expect(clippy::indexing_slicing, reason = "no byte is beyond 256 entries, and the compiler has seen it")]
static IN_NAMES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        let inside = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | 0x80..);
        table[byte as usize] = inside;
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

fn end_of_attributes(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    for at in memchr3_iter(b'>', b'"', b'\'', bytes) {
        let found = bytes.get(at).copied();
        match quote {
            None if found == Some(b'>') => return Some(at),
            None => quote = found,
            Some(_) if quote == found => quote = None,
            Some(_) => {}
        }
    }
    None
}

/// What begins with `<!`: a comment or CDATA. A document type could redefine everything that follows.
fn declaration(text: &str) -> Result<Option<(Token<'_>, usize)>, Malformed> {
    if text.starts_with(COMMENT) {
        Ok(between(text, COMMENT, "-->").map(|(_, length)| (Token::Comment, length)))
    } else if text.starts_with(CDATA) {
        Ok(between(text, CDATA, "]]>").map(|(content, length)| (Token::CData(content), length)))
    } else if COMMENT.starts_with(text) || CDATA.starts_with(text) {
        Ok(None)
    } else {
        Err(Malformed::Doctype)
    }
}

/// What stands between the two, and how long it is with them.
fn between<'x>(text: &'x str, opening: &str, closing: &str) -> Option<(&'x str, usize)> {
    let content = text.get(opening.len()..)?;
    let end = memmem::find(content.as_bytes(), closing.as_bytes())?;
    Some((content.get(..end)?, opening.len() + end + closing.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag<'x>(name: &'x str, attributes: &'x str, empty: bool) -> Token<'x> {
        Token::Start(Tag { name, attributes, empty })
    }

    #[test]
    fn a_token_ends_where_xml_says_and_not_at_what_only_looks_like_it() {
        for (text, token, length) in [
            ("text<a>", Token::Text("text"), 4),
            ("text", Token::Text("text"), 4),
            ("<a>b", tag("a", "", false), 3),
            ("<a b='>' c=\"/>'\">b", tag("a", " b='>' c=\"/>'\"", false), 17),
            ("<a b='/'>b", tag("a", " b='/'", false), 9),
            ("<a/>b", tag("a", "", true), 4),
            ("<é:a />b", tag("é:a", " ", true), 8),
            ("</a >b", Token::End("a"), 5),
            ("<!-- <a> -- > -->b", Token::Comment, 17),
            ("<!----->b", Token::Comment, 8),
            ("<![CDATA[</a>]]]>b", Token::CData("</a>]"), 17),
            ("<?a ?b>?>b", Token::Instruction("a ?b>"), 9),
        ] {
            assert_eq!(first(text), Ok(Some((token, length))), "{text}");
        }
    }

    #[test]
    fn a_token_whose_end_is_missing_waits_for_it() {
        for text in [
            "",
            "<",
            "<a",
            "<a/",
            "<a b='>",
            "</a",
            "<!",
            "<!-",
            "<!--",
            "<!-->",
            "<!--->",
            "<![CDA",
            "<![CDATA[]>",
            "<?",
            "<?>",
        ] {
            assert_eq!(first(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_is_no_markup_is_refused_at_once() {
        for text in ["<>", "< a>", "<1>", "<=", "<<", "<a<", "<a=", "<-a>"] {
            assert_eq!(first(text), Err(Malformed::NotXml), "{text}");
        }
        for text in ["<!DOCTYPE a>", "<!D", "<!d", "<!>", "<!ENTITY", "<![IGNORE["] {
            assert_eq!(first(text), Err(Malformed::Doctype), "{text}");
        }
    }

    #[test]
    fn nil_is_said_by_an_attribute_of_that_name_under_any_prefix() {
        for (text, nil) in [
            ("<a>", Ok(false)),
            ("<a xsi:nil=\"true\"/>", Ok(true)),
            ("<a b='true' i:nil = '1' >", Ok(true)),
            ("<a nil=' true '>", Ok(true)),
            ("<a xsi:nil=\"false\">", Ok(false)),
            ("<a b='nil=\"true\"'>", Ok(false)),
            ("<a nil>", Err(Malformed::NotXml)),
            ("<a / >", Err(Malformed::NotXml)),
        ] {
            let Ok(Some((Token::Start(tag), _))) = first(text) else { panic!("{text}") };
            assert_eq!(tag.says_nil(), nil, "{text}");
        }
    }
}
