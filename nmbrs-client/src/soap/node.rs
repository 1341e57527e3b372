//! One record, element by element.
//!
//! In comes a frame: one whole element as it stood in the answer. Out come its children in order, each with its local
//! name and, if asked for, its text. What nobody asks for is passed over and never held. An element that is missing,
//! empty, blank or `nil` has no text: all four are `None`.
//!
//! A frame has lost the declarations of the envelope around it, so names are compared without their prefixes, and
//! `nil` is any attribute of that local name.
//!
//! What can never happen: a document type or an entity of its own is followed, text is taken from below a child, or a
//! frame that is not well-formed passes for a record.

use std::borrow::Cow;

use memchr::{memchr, memchr2};
use quick_xml::escape::unescape;
use quick_xml::events::BytesText;

use super::answer::is_blank;
use super::token::{self, Tag, Token};
use crate::row::{Fault, Why};

/// As deep as elements may stand in each other; what we read has five levels.
const DEEPEST: usize = 64;

/// Reads the one element of a frame.
pub(crate) fn read<'x, T>(
    frame: &'x str,
    read: impl FnOnce(&mut Node<'_, 'x>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let broken = || Fault::new(".", Why::WrongShape);
    let mut rest = frame;
    let Some(Token::Start(tag)) = take(&mut rest) else { return Err(broken()) };
    let mut node = Node::new(tag, &mut rest, 1).ok_or_else(broken)?;
    let value = read(&mut node)?;
    node.skip()?;
    if rest.is_empty() { Ok(value) } else { Err(broken()) }
}

/// Puts the value of an element in its place. An element that is said twice says two things; neither can be believed.
pub(crate) fn once<T>(place: &mut Option<T>, name: &str, value: Option<T>) -> Result<(), Fault> {
    if value.is_some() {
        if place.is_some() {
            return Err(Fault::new(name, Why::WrongShape));
        }
        *place = value;
    }
    Ok(())
}

/// An element, of which the start tag has been read.
pub(crate) struct Node<'n, 'x> {
    /// What follows in the frame.
    rest: &'n mut &'x str,
    tag: Tag<'x>,
    nil: bool,
    /// Whether its end tag is still to come.
    open: bool,
    depth: usize,
}

impl<'n, 'x> Node<'n, 'x> {
    fn new(tag: Tag<'x>, rest: &'n mut &'x str, depth: usize) -> Option<Self> {
        let nil = tag.says_nil().ok()?;
        (depth <= DEEPEST).then_some(Self { rest, tag, nil, open: !tag.empty, depth })
    }

    /// Its name, without prefix.
    pub(crate) fn name(&self) -> &'x str {
        self.tag.local_name()
    }

    /// Whether it says of itself that it holds nothing.
    pub(crate) fn is_nil(&self) -> bool {
        self.nil
    }

    /// Hands each child to `each`, in order. A child that is not read is skipped.
    pub(crate) fn children(
        &mut self,
        mut each: impl FnMut(&str, &mut Node<'_, 'x>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        while let Some(token) = self.next()? {
            match token {
                Token::Start(tag) => {
                    let mut child = self.child(tag)?;
                    each(tag.local_name(), &mut child)?;
                    child.skip()?;
                }
                Token::Text(text) | Token::CData(text) if !is_blank(text) => return Err(self.misshapen()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Its text, without blanks around it.
    pub(crate) fn text(&mut self) -> Result<Option<Cow<'x, str>>, Fault> {
        if self.nil {
            self.skip()?;
            return Ok(None);
        }
        if let Some(text) = self.plain_content() {
            return Ok(trimmed(self.resolved(text)?));
        }
        let mut text = Cow::Borrowed("");
        while let Some(token) = self.next()? {
            match token {
                Token::Text(piece) => append(&mut text, self.resolved(piece)?),
                Token::CData(piece) => append(&mut text, one_kind_of_line_end(piece)),
                Token::Start(_) => return Err(self.misshapen()),
                _ => {}
            }
        }
        Ok(trimmed(text))
    }

    /// The text of the first element of this name that has one, however deep below.
    pub(crate) fn find(&mut self, wanted: &str) -> Result<Option<Cow<'x, str>>, Fault> {
        let mut found = None;
        while let Some(token) = self.next()? {
            if let Token::Start(tag) = token {
                let mut child = self.child(tag)?;
                if found.is_none() {
                    found = if child.name() == wanted { child.text()? } else { child.find(wanted)? };
                }
                child.skip()?;
            }
        }
        Ok(found)
    }

    /// What is left of it.
    fn skip(&mut self) -> Result<(), Fault> {
        if self.open && self.plain_content().is_none() {
            while let Some(token) = self.next()? {
                if let Token::Start(tag) = token {
                    self.child(tag)?.skip()?;
                }
            }
        }
        Ok(())
    }

    fn child(&mut self, tag: Tag<'x>) -> Result<Node<'_, 'x>, Fault> {
        let parent = self.tag;
        Node::new(tag, self.rest, self.depth + 1)
            .ok_or_else(|| Fault::new(parent.local_name(), Why::WrongShape))
    }

    /// The quick way through what most elements are: text, and the end tag without blanks in it.
    fn plain_content(&mut self) -> Option<&'x str> {
        if !self.open {
            return Some("");
        }
        let end = memchr(b'<', self.rest.as_bytes())?;
        let after =
            self.rest.get(end..)?.strip_prefix("</")?.strip_prefix(self.tag.name)?.strip_prefix('>')?;
        let content = self.rest.get(..end)?;
        *self.rest = after;
        self.open = false;
        Some(content)
    }

    /// The next token inside; `None` at its end tag, which must have its name.
    fn next(&mut self) -> Result<Option<Token<'x>>, Fault> {
        if !self.open {
            return Ok(None);
        }
        match take(self.rest) {
            Some(Token::End(name)) if name == self.tag.name => {
                self.open = false;
                Ok(None)
            }
            None | Some(Token::End(_)) => Err(self.misshapen()),
            Some(Token::Instruction(content)) if content.starts_with("xml ") => Err(self.misshapen()),
            token => Ok(token),
        }
    }

    /// With the five entities of XML and characters by number in place of their references. There are no others.
    fn resolved(&self, text: &'x str) -> Result<Cow<'x, str>, Fault> {
        if memchr2(b'&', b'\r', text.as_bytes()).is_none() {
            return Ok(Cow::Borrowed(text));
        }
        let text = one_kind_of_line_end(text);
        let resolved = unescape(&text).map_err(|_| self.misshapen())?;
        Ok(Cow::Owned(resolved.into_owned()))
    }

    fn misshapen(&self) -> Fault {
        Fault::new(self.tag.local_name(), Why::WrongShape)
    }
}

/// The next token of a text that will not go on; `None` where there is none.
fn take<'x>(rest: &mut &'x str) -> Option<Token<'x>> {
    let (token, length) = token::first(rest).ok()??;
    *rest = rest.get(length..)?;
    Some(token)
}

/// As XML has it: a line ends with `\n`.
fn one_kind_of_line_end(text: &str) -> Cow<'_, str> {
    BytesText::from_escaped(text).xml10_content()
}

fn append<'x>(text: &mut Cow<'x, str>, piece: Cow<'x, str>) {
    if text.is_empty() {
        *text = piece;
    } else {
        text.to_mut().push_str(&piece);
    }
}

fn trimmed(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(frame: &str) -> Result<Vec<(String, Option<String>)>, Fault> {
        read(frame, |node| {
            let mut texts = Vec::new();
            node.children(|name, child| {
                texts.push((name.to_owned(), child.text()?.map(Cow::into_owned)));
                Ok(())
            })?;
            Ok(texts)
        })
    }

    fn text(content: &str) -> Option<String> {
        texts(&format!("<A><B>{content}</B></A>")).unwrap().remove(0).1
    }

    #[test]
    fn empty_blank_nil_and_missing_are_nothing() {
        let frame =
            "<A><B/><C></C><D> \n</D><E xsi:nil=\"true\"/><F x:nil='1'></F><G i:nil=\"true\">7</G></A>";
        assert!(texts(frame).unwrap().iter().all(|(_, text)| text.is_none()));
        assert_eq!(texts("<A/>"), Ok(vec![]));
        assert_eq!(texts("<A><B xsi:nil=\"false\">7</B></A>").unwrap().remove(0).1.as_deref(), Some("7"));
    }

    #[test]
    fn text_is_the_same_however_it_is_written() {
        for content in [
            "Bakkerij &amp; Zn",
            "  Bakkerij &#38; Zn\n",
            "Bakkerij &#x26; Zn",
            "<![CDATA[Bakkerij & Zn]]>",
            "Bakkerij <!-- no > -->&amp;<?x y?> Zn",
            "<![CDATA[Bakkerij ]]>&amp;<![CDATA[ Zn]]>",
        ] {
            assert_eq!(text(content).as_deref(), Some("Bakkerij & Zn"), "{content}");
        }
        assert_eq!(text("a\r\nb\rc").as_deref(), Some("a\nb\nc"));
        assert_eq!(text("<![CDATA[]]>"), None);
    }

    #[test]
    fn names_have_no_prefix_and_unread_children_are_skipped() {
        let frame = "<n:A xmlns:n=\"u\"><n:B><n:B>deep</n:B></n:B><C>c</C></n:A>";
        let mut last = None;
        let names = read(frame, |node| {
            assert_eq!(node.name(), "A");
            let mut names = Vec::new();
            node.children(|name, child| {
                names.push(name.to_owned());
                if name == "C" {
                    last = child.text()?;
                }
                Ok(())
            })?;
            Ok(names)
        });
        assert_eq!(names.unwrap(), ["B", "C"]);
        assert_eq!(last.as_deref(), Some("c"));
    }

    #[test]
    fn an_element_is_found_however_deep_it_stands() {
        for (frame, found) in [
            ("<A><W>w</W><x:S> bg </x:S><S>other</S></A>", Some("bg")),
            ("<A><B><C/><C><S>bg</S></C></B><D>d</D></A>", Some("bg")),
            ("<A><S/><B><S>bg</S></B></A>", Some("bg")),
            ("<A><SubS>bg</SubS></A>", None),
            ("<A/>", None),
        ] {
            let text = read(frame, |node| node.find("S")).unwrap();
            assert_eq!(text.as_deref(), found, "{frame}");
        }
        assert!(read("<A><S>bg</S><B></A>", |node| node.find("S")).is_err());
    }

    #[test]
    fn what_is_not_well_formed_is_no_record() {
        for frame in [
            "",
            "A",
            "<A>",
            "<A><B></A></B>",
            "<A><B></A>",
            "<A></A><A></A>",
            "<A></A>x",
            "<A><B>&other;</B></A>",
            "<A><B>&#0;</B></A>",
            "<A><B>&amp</B></A>",
            "<A>text</A>",
            "<A><B><C/></B></A>",
            "<A><B><![CDATA[x</B></A>",
            "<!DOCTYPE a><A></A>",
            "<A><!DOCTYPE a></A>",
        ] {
            assert!(texts(frame).is_err(), "{frame}");
        }
    }

    #[test]
    fn an_element_said_twice_is_believed_in_neither_saying() {
        let mut place = None;
        assert_eq!(once(&mut place, "A", None::<i32>), Ok(()));
        assert_eq!(once(&mut place, "A", Some(1)), Ok(()));
        assert_eq!(once(&mut place, "A", None), Ok(()));
        assert_eq!(once(&mut place, "A", Some(1)), Err(Fault::new("A", Why::WrongShape)));
    }
}
