//! Where one piece of markup ends.
//!
//! Text comes in that begins with a tag, a comment, a CDATA section, a processing instruction or with plain text. Out
//! comes which of them it is and how long, or that its end has not come yet. What is inside is judged by others.

use memchr::{memchr, memchr3_iter, memmem};

use super::splitter::Malformed;

/// A piece of markup, or the text up to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Text,
    CData,
    Comment,
    Instruction,
    Start,
    /// A start tag that is its own end tag.
    Empty,
    End,
}

const COMMENT: &str = "<!--";
pub(super) const CDATA: &str = "<![CDATA[";

/// The token that `text` begins with, and its length; `None` if its end is missing. Plain text may go on later.
pub(super) fn first(text: &str) -> Result<Option<(Token, usize)>, Malformed> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'<') {
        let length = memchr(b'<', bytes).unwrap_or(bytes.len());
        return Ok((length > 0).then_some((Token::Text, length)));
    }
    Ok(match bytes.get(1) {
        None => None,
        Some(b'/') => memchr(b'>', bytes).map(|end| (Token::End, end + 1)),
        Some(b'?') => up_to(text, "<?", "?>").map(|length| (Token::Instruction, length)),
        Some(b'!') => declaration(text)?,
        Some(begin) if begin.is_ascii_alphabetic() || matches!(begin, b'_' | 0x80..) => start_tag(bytes),
        Some(_) => return Err(Malformed::NotXml),
    })
}

fn start_tag(bytes: &[u8]) -> Option<(Token, usize)> {
    let mut quote = None;
    for at in memchr3_iter(b'>', b'"', b'\'', bytes) {
        let found = bytes.get(at).copied();
        match quote {
            None if found == Some(b'>') => {
                let empty = at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'/');
                return Some((if empty { Token::Empty } else { Token::Start }, at + 1));
            }
            None => quote = found,
            Some(_) if quote == found => quote = None,
            Some(_) => {}
        }
    }
    None
}

/// What begins with `<!`: a comment or CDATA. A document type could redefine everything that follows.
fn declaration(text: &str) -> Result<Option<(Token, usize)>, Malformed> {
    if text.starts_with(COMMENT) {
        Ok(up_to(text, COMMENT, "-->").map(|length| (Token::Comment, length)))
    } else if text.starts_with(CDATA) {
        Ok(up_to(text, CDATA, "]]>").map(|length| (Token::CData, length)))
    } else if COMMENT.starts_with(text) || CDATA.starts_with(text) {
        Ok(None)
    } else {
        Err(Malformed::Doctype)
    }
}

fn up_to(text: &str, opening: &str, closing: &str) -> Option<usize> {
    let content = text.as_bytes().get(opening.len()..)?;
    memmem::find(content, closing.as_bytes()).map(|at| opening.len() + at + closing.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_where_xml_says_and_not_at_what_only_looks_like_it() {
        for (text, token, length) in [
            ("text<a>", Token::Text, 4),
            ("text", Token::Text, 4),
            ("<a>b", Token::Start, 3),
            ("<a b='>' c=\"/>'\">b", Token::Start, 17),
            ("<a b='/'>b", Token::Start, 9),
            ("<a/>b", Token::Empty, 4),
            ("<é/>b", Token::Empty, 5),
            ("</a >b", Token::End, 5),
            ("<!-- <a> -- > -->b", Token::Comment, 17),
            ("<!----->b", Token::Comment, 8),
            ("<![CDATA[</a>]]]>b", Token::CData, 17),
            ("<?a ?b>?>b", Token::Instruction, 9),
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
        for text in ["<>", "< a>", "<1>", "<=", "<<"] {
            assert_eq!(first(text), Err(Malformed::NotXml), "{text}");
        }
        for text in ["<!DOCTYPE a>", "<!D", "<!d", "<!>", "<!ENTITY", "<![IGNORE["] {
            assert_eq!(first(text), Err(Malformed::Doctype), "{text}");
        }
    }
}
