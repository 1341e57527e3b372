//! The shape of an answer: envelope, body, response, result, records.
//!
//! In comes the text that has arrived and not been used up. Out comes, step by step, how much of it is used up or is a
//! frame. Namespaces decide what is an envelope, a body, a fault and the response; everything else goes by its name
//! without prefix.
//!
//! What can never happen: an answer without the expected response, or a response whose content is not understood,
//! passes for an empty list.

use memchr::memchr2_iter;
use memchr::memmem::Finder;
use quick_xml::events::attributes::Attributes;

use super::operation::{Operation, Records};
use super::skeleton::Skeleton;
use super::splitter::Malformed;
use super::token::{self, Tag, Token};

/// The namespaces of an envelope, of SOAP 1.1 and 1.2.
const ENVELOPES: [&str; 2] =
    ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"];

/// What XML takes for blanks.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

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
    /// How records are called here: as a rule all the same.
    called: Option<Called>,
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
    /// The length of its name, which stands after the first `<`.
    name: usize,
    /// How much of it has been looked at and not been used up.
    at: usize,
    /// How many elements are open in it, itself counted.
    depth: usize,
    nil: bool,
    /// Whether it has shown an element, or text that is not blank.
    holds_something: bool,
    /// Whether the quick way to its end is worth a try.
    plain: bool,
}

/// The name of records, in the forms in which it is looked for.
struct Called {
    name: String,
    start: Finder<'static>,
    end: Finder<'static>,
}

impl Called {
    fn new(name: &str) -> Self {
        let finder = |text: String| Finder::new(&text).into_owned();
        Self { start: finder(format!("<{name}")), end: finder(format!("</{name}")), name: name.to_owned() }
    }
}

/// Where the quick way leads.
enum Plain {
    End(usize),
    Wait,
    /// The end tag stands where markup may hide it, or another element of this name may end there.
    Unclear,
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
            called: None,
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
        if inside.plain {
            match self.plain_end(&inside, text) {
                Plain::End(length) => return self.frame(length),
                Plain::Wait => return Ok(self.wait_inside(inside)),
                Plain::Unclear => inside.plain = false,
            }
        }
        while inside.depth > 0 {
            let rest = text.get(inside.at..).unwrap_or_default();
            let Some((token, length)) = token::first(rest)? else { return Ok(self.wait_inside(inside)) };
            match token {
                Token::Start(tag) => {
                    inside.depth += usize::from(!tag.empty);
                    inside.holds_something = true;
                }
                Token::End(name) => {
                    inside.depth -= 1;
                    let cut_out = inside.what != What::Stranger;
                    if cut_out && inside.depth == 0 && text.get(1..=inside.name) != Some(name) {
                        return Err(Malformed::NotXml);
                    }
                }
                Token::Text(text) | Token::CData(text) if !inside.holds_something => {
                    inside.holds_something = !is_blank(text);
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

    /// A record ends at the first end tag of its name, unless something before that is a comment, CDATA or an
    /// instruction, or begins another element of its name. The answer does not depend on how much text there is.
    fn plain_end(&self, inside: &Inside, text: &str) -> Plain {
        let content = text.as_bytes().get(inside.at..).unwrap_or_default();
        let Some(called) = &self.called else { return Plain::Unclear };
        let Some(end) = called.end.find(content) else { return Plain::Wait };
        let (content, tag) = content.split_at(end);
        let follows = match tag.get("</".len() + called.name.len()) {
            None => return Plain::Wait,
            Some(byte) => *byte == b'>',
        };
        let hidden = memchr2_iter(b'!', b'?', content).any(|at| at > 0 && content.get(at - 1) == Some(&b'<'));
        if !follows || hidden || called.start.find(content).is_some() {
            return Plain::Unclear;
        }
        Plain::End(inside.at + end + "</>".len() + called.name.len())
    }

    fn frame(&self, length: usize) -> Result<Step, Malformed> {
        if length > self.longest {
            Err(Malformed::RecordTooLong)
        } else {
            Ok(Step::Frame { fault: false, length })
        }
    }

    fn wait_inside(&mut self, inside: Inside) -> Step {
        self.inside = Some(inside);
        Step::Wait
    }

    /// Whether the text ends in the middle of a piece is chance, so plain text is not measured until more follows it.
    fn check_length(&self, length: usize, token: Token<'_>) -> Result<(), Malformed> {
        let measured = !matches!(token, Token::Text(_));
        if measured && length > self.longest { Err(Malformed::RecordTooLong) } else { Ok(()) }
    }

    /// One token of what stands around the records.
    fn step_around_records(&mut self, text: &str) -> Result<Step, Malformed> {
        if self.begun == Begun::Not && text.starts_with(BYTE_ORDER_MARK) {
            self.begun = Begun::WithMark;
            return Ok(Step::Over(BYTE_ORDER_MARK.len_utf8()));
        }
        let Some((token, length)) = token::first(text)? else { return Ok(Step::Wait) };
        self.check_length(length, token)?;
        match token {
            Token::Comment => {}
            Token::Text(text) if is_blank(text) => {}
            Token::CData(text) if is_blank(text) && self.skeleton.depth() > 0 => {}
            Token::Text(_) | Token::CData(_) => return Err(self.out_of_place()),
            Token::Instruction(content) => self.instruction(content)?,
            Token::End(name) => self.close(name)?,
            Token::Start(tag) => {
                if let Some(what) = self.open(tag)? {
                    self.look_into(what, tag, length)?;
                    return Ok(Step::Over(0));
                }
            }
        }
        self.begun = Begun::Yes;
        Ok(Step::Over(length))
    }

    fn look_into(&mut self, what: What, tag: Tag<'_>, length: usize) -> Result<(), Malformed> {
        let (depth, nil) = (usize::from(!tag.empty), tag.says_nil()?);
        let plain = what == What::Record && !nil && !tag.empty;
        if plain && self.called.as_ref().is_none_or(|called| called.name != tag.name) {
            self.called = Some(Called::new(tag.name));
        }
        let name = tag.name.len();
        self.inside = Some(Inside { what, name, at: length, depth, nil, holds_something: false, plain });
        Ok(())
    }

    /// Text where only elements belong would be content that nobody expects.
    fn out_of_place(&self) -> Malformed {
        match self.skeleton.depth() {
            0 => Malformed::NotXml,
            1 | 2 => Malformed::NotAnEnvelope,
            _ => Malformed::OtherResponse,
        }
    }

    /// The XML declaration stands first or nowhere, and names no other encoding.
    fn instruction(&self, content: &str) -> Result<(), Malformed> {
        let Some(attributes) = content.strip_prefix("xml").filter(|rest| rest.starts_with(BLANKS)) else {
            return Ok(());
        };
        if self.begun == Begun::Yes {
            return Err(Malformed::NotXml);
        }
        for attribute in Attributes::new(attributes, 0) {
            let attribute = attribute.map_err(|_| Malformed::NotXml)?;
            let utf8 = ["utf-8", "us-ascii"].iter().any(|name| attribute.value.eq_ignore_ascii_case(name));
            if attribute.key.into_inner() == "encoding" && !utf8 {
                return Err(Malformed::NotUtf8);
            }
        }
        Ok(())
    }

    /// Opens an element of the skeleton, or says what the element is instead.
    fn open(&mut self, tag: Tag<'_>) -> Result<Option<What>, Malformed> {
        let what = match self.skeleton.depth() {
            0 => self.open_root(tag)?,
            1 => self.open_in_envelope(tag)?,
            2 => self.open_in_body(tag)?,
            3 => self.open_in_response(tag)?,
            _ => Some(What::Record),
        };
        if what.is_none() && tag.empty {
            self.close(tag.name)?;
        }
        Ok(what)
    }

    fn open_root(&mut self, tag: Tag<'_>) -> Result<Option<What>, Malformed> {
        if self.seen.end {
            return Err(Malformed::NotXml);
        }
        let (namespace, name) = self.skeleton.open(tag)?;
        let known = ENVELOPES.into_iter().find(|known| namespace == Some(known));
        self.envelope = known.filter(|_| name == "Envelope");
        if self.envelope.is_some() { Ok(None) } else { Err(Malformed::NotAnEnvelope) }
    }

    fn open_in_envelope(&mut self, tag: Tag<'_>) -> Result<Option<What>, Malformed> {
        if self.skeleton.open(tag)? != (self.envelope, "Body") {
            self.skeleton.forget();
            return Ok(Some(What::Stranger));
        }
        if std::mem::replace(&mut self.seen.body, true) { Err(Malformed::NotAnEnvelope) } else { Ok(None) }
    }

    /// The body holds one response or a fault. A fault is one wherever it stands.
    fn open_in_body(&mut self, tag: Tag<'_>) -> Result<Option<What>, Malformed> {
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

    fn open_in_response(&mut self, tag: Tag<'_>) -> Result<Option<What>, Malformed> {
        let records = self.operation.records();
        if tag.local_name() == self.operation.result_element() {
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

/// Whether it is made of what XML takes for blanks.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| BLANKS.contains(&char::from(byte)))
}
