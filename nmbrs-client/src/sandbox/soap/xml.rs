//! XML as it leaves: a small tree, and the many ways to write it that mean the same.
//!
//! In: elements by their local names. Out: text. Prefixes, quotes, blanks between elements and the form of an empty
//! element are a matter of style; which elements there are, in which order, is not.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::sandbox::variation::Variation;

/// An element of the service's namespace.
#[derive(Clone)]
pub(super) struct Element {
    pub(super) name: Cow<'static, str>,
    pub(super) content: Content,
}

/// What is in an element.
#[derive(Clone)]
pub(super) enum Content {
    /// `xsi:nil`: nothing, and said so.
    Nil,
    Text(String),
    Children(Vec<Element>),
}

impl Element {
    pub(super) fn new(name: impl Into<Cow<'static, str>>, content: Content) -> Self {
        Self { name: name.into(), content }
    }

    pub(super) fn text(name: &'static str, text: impl Into<String>) -> Self {
        Self::new(name, Content::Text(text.into()))
    }

    pub(super) fn nil(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name, Content::Nil)
    }

    pub(super) fn with(name: impl Into<Cow<'static, str>>, children: Vec<Self>) -> Self {
        Self::new(name, Content::Children(children))
    }
}

/// The version of SOAP that an envelope is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::sandbox) enum Version {
    Soap11,
    Soap12,
}

impl Version {
    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::Soap11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::Soap12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Soap11 => "text/xml; charset=utf-8",
            Self::Soap12 => "application/soap+xml; charset=utf-8",
        }
    }
}

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// How an answer is written.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a way of writing of its own")]
pub(super) struct Style {
    version: Version,
    envelope: &'static str,
    body: Option<&'static str>,
    xsi: &'static str,
    quote: char,
    indented: bool,
    declared: bool,
    empty: Empty,
    /// Whether `xsi` and `xsd` are declared before the envelope's own prefix.
    xsi_first: bool,
    /// Whether nothing says of which type it would have been.
    typed_nil: bool,
    truth: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Spaced,
    Closed,
    InTwo,
}

impl Style {
    /// The style of the answer to this question; the plainest is that of the vendor's own help pages.
    pub(super) fn of(version: Version, vary: Variation, question: &str) -> Self {
        let pick = |place, sides| vary.roll(question, place, sides);
        Self {
            version,
            envelope: match pick("envelope", 4) {
                1 => "s",
                2 => "SOAP-ENV",
                _ => "soap",
            },
            body: (pick("body", 3) == 1).then_some("n"),
            xsi: if pick("xsi", 4) == 1 { "i" } else { "xsi" },
            quote: if pick("quote", 4) == 1 { '\'' } else { '"' },
            indented: pick("indented", 2) == 1,
            declared: pick("declared", 5) != 1,
            empty: match pick("empty", 4) {
                1 => Empty::Closed,
                2 => Empty::InTwo,
                _ => Empty::Spaced,
            },
            xsi_first: pick("order", 2) == 1,
            typed_nil: pick("typed nil", 4) == 1,
            truth: if pick("truth", 5) == 1 { "1" } else { "true" },
        }
    }

    /// A whole answer: this element of this namespace in the body.
    pub(super) fn answer(self, namespace: &str, response: &Element) -> String {
        let mut page = Page::new(self);
        let (prefix, declaration) = match self.body {
            Some(prefix) => (format!("{prefix}:"), format!("xmlns:{prefix}")),
            None => (String::new(), "xmlns".to_owned()),
        };
        page.around(|page| page.element(response, &prefix, &[(&declaration, namespace)], 2));
        page.text
    }

    /// A fault: the code without its prefix, in the words of SOAP 1.1, and what it says.
    pub(super) fn fault(self, by_client: bool, says: &str) -> String {
        let mut page = Page::new(self);
        let soap = self.envelope;
        let says = escaped(says);
        page.around(|page| {
            let text = match self.version {
                Version::Soap11 => {
                    let code = if by_client { "Client" } else { "Server" };
                    format!(
                        "<{soap}:Fault><faultcode>{soap}:{code}</faultcode><faultstring>{says}</faultstring>\
                         <detail /></{soap}:Fault>"
                    )
                }
                Version::Soap12 => {
                    let code = if by_client { "Sender" } else { "Receiver" };
                    let quote = self.quote;
                    format!(
                        "<{soap}:Fault><{soap}:Code><{soap}:Value>{soap}:{code}</{soap}:Value></{soap}:Code>\
                         <{soap}:Reason><{soap}:Text xml:lang={quote}en{quote}>{says}</{soap}:Text></{soap}:Reason>\
                         <{soap}:Detail /></{soap}:Fault>"
                    )
                }
            };
            page.line(2);
            page.text.push_str(&text);
        });
        page.text
    }
}

struct Page {
    style: Style,
    text: String,
}

impl Page {
    fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// The envelope and its body, around what is written in between.
    fn around(&mut self, inside: impl FnOnce(&mut Self)) {
        let Style { version, envelope: soap, xsi, xsi_first, declared, quote, .. } = self.style;
        if declared {
            // Writing to a text cannot fail.
            let _ = write!(self.text, "<?xml version={quote}1.0{quote} encoding={quote}utf-8{quote}?>");
            self.line(0);
        }
        let own = [(format!("xmlns:{soap}"), version.namespace())];
        let others = [(format!("xmlns:{xsi}"), XSI), ("xmlns:xsd".to_owned(), XSD)];
        let _ = write!(self.text, "<{soap}:Envelope");
        let order: Vec<_> =
            if xsi_first { others.iter().chain(&own).collect() } else { own.iter().chain(&others).collect() };
        for (name, value) in order {
            let _ = write!(self.text, " {name}={quote}{value}{quote}");
        }
        self.text.push('>');
        self.line(1);
        let _ = write!(self.text, "<{soap}:Body>");
        inside(self);
        self.line(1);
        let _ = write!(self.text, "</{soap}:Body>");
        self.line(0);
        let _ = write!(self.text, "</{soap}:Envelope>");
    }

    /// A new line at this depth, where the style has lines.
    fn line(&mut self, depth: usize) {
        if self.style.indented {
            self.text.push_str("\r\n");
            (0..depth).for_each(|_| self.text.push_str("  "));
        }
    }

    fn element(&mut self, element: &Element, prefix: &str, attributes: &[(&str, &str)], depth: usize) {
        let Style { quote, xsi, truth, typed_nil, .. } = self.style;
        let name = &*element.name;
        self.line(depth);
        let _ = write!(self.text, "<{prefix}{name}");
        for (attribute, value) in attributes {
            let _ = write!(self.text, " {attribute}={quote}{}{quote}", escaped(value));
        }
        match &element.content {
            Content::Nil => {
                if typed_nil && name.contains("Date") {
                    let _ = write!(self.text, " {xsi}:type={quote}xsd:dateTime{quote}");
                }
                let _ = write!(self.text, " {xsi}:nil={quote}{truth}{quote}");
                self.close_empty(prefix, name);
            }
            Content::Text(text) if text.is_empty() => self.close_empty(prefix, name),
            Content::Text(text) => {
                let _ = write!(self.text, ">{}</{prefix}{name}>", escaped(text));
            }
            Content::Children(children) if children.is_empty() => self.close_empty(prefix, name),
            Content::Children(children) => {
                self.text.push('>');
                for child in children {
                    self.element(child, prefix, &[], depth + 1);
                }
                self.line(depth);
                let _ = write!(self.text, "</{prefix}{name}>");
            }
        }
    }

    fn close_empty(&mut self, prefix: &str, name: &str) {
        match self.style.empty {
            Empty::Spaced => self.text.push_str(" />"),
            Empty::Closed => self.text.push_str("/>"),
            Empty::InTwo => {
                let _ = write!(self.text, "></{prefix}{name}>");
            }
        }
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            other => safe.push(other),
        }
    }
    safe
}
