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

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::row::{Fault, Why};

/// Reads the one element of a frame.
pub(crate) fn read<'x, T>(
    frame: &'x str,
    read: impl FnOnce(&mut Node<'_, 'x>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let broken = || Fault::new(".", Why::WrongShape);
    let mut events = Reader::from_str(frame);
    let (start, open) = match events.read_event() {
        Ok(Event::Start(start)) => (start, true),
        Ok(Event::Empty(start)) => (start, false),
        _ => return Err(broken()),
    };
    let mut node = Node { events: &mut events, start: &start, open };
    let value = read(&mut node)?;
    node.skip()?;
    match events.read_event() {
        Ok(Event::Eof) => Ok(value),
        _ => Err(broken()),
    }
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
    events: &'n mut Reader<&'x [u8]>,
    start: &'n BytesStart<'x>,
    /// Whether its end tag is still to come.
    open: bool,
}

impl<'n, 'x> Node<'n, 'x> {
    /// Its name, without prefix.
    pub(crate) fn name(&self) -> &'n str {
        self.start.local_name().into_inner()
    }

    /// Whether it says of itself that it holds nothing.
    pub(crate) fn is_nil(&self) -> bool {
        !self.start.attributes_raw().is_empty() && says_nil(self.start)
    }

    /// Hands each child to `each`, in order. A child that is not read is skipped.
    pub(crate) fn children(
        &mut self,
        mut each: impl FnMut(&str, &mut Node<'_, 'x>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        while self.open {
            let (start, open) = match self.next()? {
                Event::Start(start) => (start, true),
                Event::Empty(start) => (start, false),
                Event::Text(text) if is_blank(&text) => continue,
                Event::CData(text) if is_blank(&text) => continue,
                Event::Comment(_) | Event::PI(_) => continue,
                Event::End(_) => {
                    self.open = false;
                    break;
                }
                _ => return Err(self.misshapen()),
            };
            let mut child = Node { events: self.events, start: &start, open };
            each(start.local_name().into_inner(), &mut child)?;
            child.skip()?;
        }
        Ok(())
    }

    /// Its text, without blanks around it.
    pub(crate) fn text(&mut self) -> Result<Option<Cow<'x, str>>, Fault> {
        if self.is_nil() {
            self.skip()?;
            return Ok(None);
        }
        let mut text = Cow::Borrowed("");
        while self.open {
            match self.next()? {
                Event::Text(piece) => append(&mut text, piece.xml10_content()),
                Event::CData(piece) => append(&mut text, piece.xml10_content()),
                Event::GeneralRef(reference) => match character(&reference) {
                    Some(Character::Named(piece)) => append(&mut text, Cow::Borrowed(piece)),
                    Some(Character::Numbered(character)) => text.to_mut().push(character),
                    None => return Err(self.misshapen()),
                },
                Event::Comment(_) | Event::PI(_) => {}
                Event::End(_) => self.open = false,
                _ => return Err(self.misshapen()),
            }
        }
        Ok(trimmed(text))
    }

    /// The text of the first element of this name, however deep below.
    pub(crate) fn find(&mut self, wanted: &str) -> Result<Option<Cow<'x, str>>, Fault> {
        let (mut found, mut depth) = (None, 0_usize);
        while self.open {
            match self.next()? {
                Event::Start(start) if found.is_none() && start.local_name().into_inner() == wanted => {
                    found = Node { events: self.events, start: &start, open: true }.text()?;
                }
                Event::Start(_) => depth += 1,
                Event::End(_) if depth > 0 => depth -= 1,
                Event::End(_) => self.open = false,
                Event::DocType(_) | Event::Decl(_) | Event::Eof => return Err(self.misshapen()),
                _ => {}
            }
        }
        Ok(found)
    }

    /// What is left of it.
    fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 0_usize;
        while self.open {
            match self.next()? {
                Event::Start(_) => depth += 1,
                Event::End(_) if depth > 0 => depth -= 1,
                Event::End(_) => self.open = false,
                Event::DocType(_) | Event::Decl(_) | Event::Eof => return Err(self.misshapen()),
                _ => {}
            }
        }
        Ok(())
    }

    /// The parser's own error may hold a name or a value, so nothing of it is kept.
    fn next(&mut self) -> Result<Event<'x>, Fault> {
        self.events.read_event().map_err(|_| self.misshapen())
    }

    fn misshapen(&self) -> Fault {
        Fault::new(self.name(), Why::WrongShape)
    }
}

/// Whether a start tag holds `nil="true"` under any prefix.
pub(crate) fn says_nil(start: &BytesStart<'_>) -> bool {
    start.attributes().with_checks(false).flatten().any(|attribute| {
        attribute.key.local_name().into_inner() == "nil" && matches!(attribute.value.trim(), "true" | "1")
    })
}

/// Whether it is made of what XML takes for blanks.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

enum Character {
    Named(&'static str),
    Numbered(char),
}

/// What a reference stands for: one of XML's own five entities, or a character by number.
fn character(reference: &BytesRef<'_>) -> Option<Character> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten().map(Character::Numbered);
    }
    quick_xml::escape::resolve_xml_entity(reference).map(Character::Named)
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
