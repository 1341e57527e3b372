//! The shape of an answer: envelope, body, response, result, records.
//!
//! In comes the text that has arrived and not been used up. Out comes, step by step, how much of it is used up or is a
//! frame. Namespaces decide what is an envelope, a body, a fault and the response; everything else goes by its name
//! without prefix.
//!
//! What can never happen: an answer without the expected response, or a response whose content is not understood,
//! passes for an empty list.

use quick_xml::events::BytesStart;

use super::node::{is_blank, says_nil};
use super::operation::{Operation, Records};
use super::skeleton::Skeleton;
use super::splitter::Malformed;
use super::token::{self, CDATA, Token};

/// The namespaces of an envelope, of SOAP 1.1 and 1.2.
const ENVELOPES: [&str; 2] =
    ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"];

/// What may stand before everything else, and means nothing.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What stands at the beginning of the text that was given.
pub(super) enum Step {
    /// So many bytes that are of no more use.
    Over(usize),
    /// A frame of so many bytes.
    Frame { fault: bool, length: usize },
    /// Something whose end has not come yet.
    Wait,
}

/// An answer as far as it has come.
pub(super) struct Answer {
    operation: Operation,
    pub(super) longest: usize,
    begun: Begun,
    skeleton: Skeleton,
    envelope: Option<&'static str>,
    seen: Seen,
    /// The element whose end is being looked for, if one is.
    inside: Option<Inside>,
}

/// Only a mark may stand before the XML declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begun {
    Not,
    WithMark,
    Yes,
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the answer")]
struct Seen {
    body: bool,
    fault: bool,
    response: bool,
    result: bool,
    /// A record without a result around it.
    bare_record: bool,
    /// An element beside the result.
    stranger: bool,
    end: bool,
}

/// An element of which only the end is looked for.
struct Inside {
    what: What,
    /// How much of it has been looked at and not been used up.
    at: usize,
    /// How many elements are open in it, itself counted.
    depth: usize,
    nil: bool,
    /// Whether it has shown an element, or text that is not blank.
    holds_something: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Record,
    /// A result that is itself the record.
    Result,
    Fault,
    /// Of no interest.
    Stranger,
}

impl Answer {
    pub(super) fn to(operation: Operation, longest: usize) -> Self {
        Self {
            operation,
            longest,
            begun: Begun::Not,
            skeleton: Skeleton::default(),
            envelope: None,
            seen: Seen::default(),
            inside: None,
        }
    }

    /// Whether the end of the envelope was seen.
    pub(super) fn is_whole(&self) -> bool {
        self.seen.end
    }

    pub(super) fn step(&mut self, text: &str) -> Result<Step, Malformed> {
        match self.inside.take() {
            Some(inside) => self.look_for_end(inside, text),
            None => self.step_around_records(text),
        }
    }

    /// Goes on in an element until its end, or as far as the text goes.
    fn look_for_end(&mut self, mut inside: Inside, text: &str) -> Result<Step, Malformed> {
        while inside.depth > 0 {
            let rest = text.get(inside.at..).unwrap_or_default();
            let Some((token, length)) = token::first(rest)? else { return Ok(self.wait_inside(inside)) };
            match token {
                Token::Start => (inside.depth, inside.holds_something) = (inside.depth + 1, true),
                Token::Empty => inside.holds_something = true,
                Token::End => inside.depth -= 1,
                Token::Text | Token::CData if !inside.holds_something => {
                    inside.holds_something = !is_blank(content(token, rest, length));
                }
                _ => {}
            }
            inside.at += length;
            self.check_length(inside.at, token)?;
            if inside.what == What::Stranger && inside.depth > 0 {
                let used = std::mem::take(&mut inside.at);
                self.inside = Some(inside);
                return Ok(Step::Over(used));
            }
        }
        let length = inside.at;
        Ok(match inside.what {
            What::Stranger => Step::Over(length),
            What::Record if inside.nil && !inside.holds_something => Step::Over(length),
            What::Result if !inside.holds_something => Step::Over(length),
            What::Record | What::Result => Step::Frame { fault: false, length },
            What::Fault => Step::Frame { fault: true, length },
        })
    }

    fn wait_inside(&mut self, inside: Inside) -> Step {
        self.inside = Some(inside);
        Step::Wait
    }

    /// Whether the text ends in the middle of a piece is chance, so plain text is not measured until more follows it.
    fn check_length(&self, length: usize, token: Token) -> Result<(), Malformed> {
        if length > self.longest && token != Token::Text { Err(Malformed::RecordTooLong) } else { Ok(()) }
    }

    /// One token of what stands around the records.
    fn step_around_records(&mut self, text: &str) -> Result<Step, Malformed> {
        if self.begun == Begun::Not && text.starts_with(BYTE_ORDER_MARK) {
            self.begun = Begun::WithMark;
            return Ok(Step::Over(BYTE_ORDER_MARK.len_utf8()));
        }
        let Some((token, length)) = token::first(text)? else { return Ok(Step::Wait) };
        self.check_length(length, token)?;
        let xml = text.get(..length).unwrap_or_default();
        match token {
            Token::Comment => {}
            Token::Text | Token::CData => self.text(token, xml)?,
            Token::Instruction => self.instruction(xml)?,
            Token::End => self.close(end_tag(xml))?,
            Token::Start | Token::Empty => {
                let tag = start_tag(xml);
                if let Some(what) = self.open(&tag, token == Token::Empty)? {
                    let (depth, nil) = (usize::from(token == Token::Start), says_nil(&tag));
                    self.inside = Some(Inside { what, at: length, depth, nil, holds_something: false });
                    return Ok(Step::Over(0));
                }
            }
        }
        self.begun = Begun::Yes;
        Ok(Step::Over(length))
    }

    /// Blanks may stand anywhere; other text would be content that nobody expects.
    fn text(&self, token: Token, xml: &str) -> Result<(), Malformed> {
        let outside = self.skeleton.depth() == 0;
        match self.skeleton.depth() {
            _ if is_blank(content(token, xml, xml.len())) && !(outside && token == Token::CData) => Ok(()),
            0 => Err(Malformed::NotXml),
            1 | 2 => Err(Malformed::NotAnEnvelope),
            _ => Err(Malformed::OtherResponse),
        }
    }

    /// The XML declaration stands first or nowhere, and names no other encoding.
    fn instruction(&self, xml: &str) -> Result<(), Malformed> {
        let content = xml.strip_prefix("<?").and_then(|xml| xml.strip_suffix("?>")).unwrap_or_default();
        let declaration = tag(content);
        if declaration.name().into_inner() != "xml" {
            return Ok(());
        }
        if self.begun == Begun::Yes {
            return Err(Malformed::NotXml);
        }
        for attribute in declaration.attributes() {
            let attribute = attribute.map_err(|_| Malformed::NotXml)?;
            let utf8 = ["utf-8", "us-ascii"].iter().any(|name| attribute.value.eq_ignore_ascii_case(name));
            if attribute.key.into_inner() == "encoding" && !utf8 {
                return Err(Malformed::NotUtf8);
            }
        }
        Ok(())
    }

    /// Opens an element of the skeleton, or says what the element is instead.
    fn open(&mut self, tag: &BytesStart<'_>, empty: bool) -> Result<Option<What>, Malformed> {
        let what = match self.skeleton.depth() {
            0 => self.open_root(tag)?,
            1 => self.open_in_envelope(tag)?,
            2 => self.open_in_body(tag)?,
            3 => self.open_in_response(tag)?,
            _ => Some(What::Record),
        };
        if what.is_none() && empty {
            self.close(tag.name().into_inner())?;
        }
        Ok(what)
    }

    fn open_root(&mut self, tag: &BytesStart<'_>) -> Result<Option<What>, Malformed> {
        if self.seen.end {
            return Err(Malformed::NotXml);
        }
        let (namespace, name) = self.skeleton.open(tag)?;
        let known = ENVELOPES.into_iter().find(|known| namespace == Some(known));
        self.envelope = known.filter(|_| name == "Envelope");
        if self.envelope.is_some() { Ok(None) } else { Err(Malformed::NotAnEnvelope) }
    }

    fn open_in_envelope(&mut self, tag: &BytesStart<'_>) -> Result<Option<What>, Malformed> {
        if self.skeleton.open(tag)? != (self.envelope, "Body") {
            self.skeleton.forget();
            return Ok(Some(What::Stranger));
        }
        if std::mem::replace(&mut self.seen.body, true) { Err(Malformed::NotAnEnvelope) } else { Ok(None) }
    }

    /// The body holds one response or a fault. A fault is one wherever it stands.
    fn open_in_body(&mut self, tag: &BytesStart<'_>) -> Result<Option<What>, Malformed> {
        let (namespace, name) = self.skeleton.open(tag)?;
        if namespace == self.envelope && name == "Fault" {
            self.skeleton.forget();
            self.seen.fault = true;
            return Ok(Some(What::Fault));
        }
        let expected = (Some(self.operation.service().namespace()), self.operation.response_element());
        let another = self.seen.fault || self.seen.response;
        if (namespace, name) != expected || another {
            return Err(Malformed::OtherResponse);
        }
        self.seen.response = true;
        Ok(None)
    }

    fn open_in_response(&mut self, tag: &BytesStart<'_>) -> Result<Option<What>, Malformed> {
        let records = self.operation.records();
        if tag.local_name().into_inner() == self.operation.result_element() {
            // A second result, or one beside bare records: nobody knows which counts.
            if std::mem::replace(&mut self.seen.result, true) || self.seen.bare_record {
                return Err(Malformed::OtherResponse);
            }
            if records == Records::Whole {
                return Ok(Some(What::Result));
            }
            self.skeleton.open(tag)?;
            return Ok(None);
        }
        if records == Records::ChildrenWithOrWithoutResult && !self.seen.result {
            self.seen.bare_record = true;
            return Ok(Some(What::Record));
        }
        self.seen.stranger = true;
        Ok(Some(What::Stranger))
    }

    fn close(&mut self, name: &str) -> Result<(), Malformed> {
        self.skeleton.close(name)?;
        let seen = &mut self.seen;
        match self.skeleton.depth() {
            0 if !seen.body => Err(Malformed::NotAnEnvelope),
            0 => {
                seen.end = true;
                Ok(())
            }
            1 if !seen.fault && !seen.response => Err(Malformed::OtherResponse),
            // No result is an empty one; but then nothing else stands there either.
            2 if seen.stranger && !seen.result => Err(Malformed::OtherResponse),
            _ => Ok(()),
        }
    }
}

/// The characters of a text or CDATA token.
fn content(token: Token, text: &str, length: usize) -> &str {
    let (before, after) = if token == Token::CData { (CDATA.len(), "]]>".len()) } else { (0, 0) };
    text.get(before..length.saturating_sub(after)).unwrap_or_default()
}

fn start_tag(xml: &str) -> BytesStart<'_> {
    let content = xml.strip_prefix('<').and_then(|xml| xml.strip_suffix('>')).unwrap_or_default();
    tag(content.strip_suffix('/').unwrap_or(content))
}

fn tag(content: &str) -> BytesStart<'_> {
    let name = content.find(|character: char| character.is_ascii_whitespace()).unwrap_or(content.len());
    BytesStart::from_content(content, name)
}

fn end_tag(xml: &str) -> &str {
    let name = xml.strip_prefix("</").and_then(|xml| xml.strip_suffix('>')).unwrap_or_default();
    name.trim_ascii_end()
}
