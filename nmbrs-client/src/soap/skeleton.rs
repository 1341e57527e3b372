//! The open elements around the records: their names and the namespaces that hold there.
//!
//! Tags come in; out comes in which namespace a name stands. At most four elements are open at a time: envelope, body,
//! response, result.

use quick_xml::XmlVersion;

use super::splitter::Malformed;
use super::token::Tag;

/// The elements that are open, outermost first.
#[derive(Default)]
pub(super) struct Skeleton {
    open: Vec<Open>,
}

struct Open {
    /// As written, with its prefix.
    name: String,
    declared: Vec<Declared>,
}

/// A prefix, empty for the default, and what it stands for.
struct Declared {
    prefix: String,
    namespace: String,
}

impl Skeleton {
    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Opens an element and tells its namespace and its name without prefix.
    pub(super) fn open(&mut self, tag: Tag<'_>) -> Result<(Option<&str>, &str), Malformed> {
        let mut declared = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|_| Malformed::NotXml)?;
            let prefix = match attribute.key.into_inner() {
                "xmlns" => "",
                other => match other.strip_prefix("xmlns:") {
                    Some(prefix) => prefix,
                    None => continue,
                },
            };
            let namespace =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Malformed::NotXml)?;
            declared.push(Declared { prefix: prefix.to_owned(), namespace: namespace.into_owned() });
        }
        self.open.push(Open { name: tag.name.to_owned(), declared });
        self.innermost()
    }

    /// Closes the innermost element, which must have this name.
    pub(super) fn close(&mut self, name: &str) -> Result<(), Malformed> {
        let open = self.open.pop().ok_or(Malformed::NotXml)?;
        if open.name == name { Ok(()) } else { Err(Malformed::NotXml) }
    }

    /// Takes the innermost element back: somebody else looks for its end.
    pub(super) fn forget(&mut self) {
        self.open.pop();
    }

    fn innermost(&self) -> Result<(Option<&str>, &str), Malformed> {
        let name = self.open.last().map(|open| open.name.as_str()).unwrap_or_default();
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let declared = self.open.iter().rev().flat_map(|open| open.declared.iter().rev());
        let namespace = declared.map(|it| (it.prefix == prefix, &*it.namespace)).find(|(same, _)| *same);
        match namespace {
            Some((_, "")) | None if prefix.is_empty() => Ok((None, local)),
            Some((_, namespace)) => Ok((Some(namespace), local)),
            None => Err(Malformed::NotXml),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::token::{self, Token};

    fn open(skeleton: &mut Skeleton, tag: &str) -> Result<(Option<String>, String), Malformed> {
        let text = format!("<{tag}>");
        let Ok(Some((Token::Start(tag), _))) = token::first(&text) else { panic!("{text}") };
        let (namespace, name) = skeleton.open(tag)?;
        Ok((namespace.map(str::to_owned), name.to_owned()))
    }

    #[test]
    fn a_prefix_stands_for_what_the_nearest_declaration_says() {
        let mut skeleton = Skeleton::default();
        let is = |namespace: Option<&str>, name: &str| Ok((namespace.map(str::to_owned), name.to_owned()));
        assert_eq!(open(&mut skeleton, "a:A xmlns:a='1' xmlns=\"2\""), is(Some("1"), "A"));
        assert_eq!(open(&mut skeleton, "B"), is(Some("2"), "B"));
        assert_eq!(open(&mut skeleton, "a:C xmlns:a='3&amp;' xmlns=''"), is(Some("3&"), "C"));
        assert_eq!(open(&mut skeleton, "D"), is(None, "D"));
        assert_eq!(open(&mut skeleton, "b:E"), Err(Malformed::NotXml));
    }

    #[test]
    fn an_end_tag_closes_what_was_opened_last() {
        let mut skeleton = Skeleton::default();
        open(&mut skeleton, "A").unwrap();
        open(&mut skeleton, "B").unwrap();
        assert_eq!(skeleton.close("B"), Ok(()));
        assert_eq!(skeleton.depth(), 1);
        assert_eq!(skeleton.close("B"), Err(Malformed::NotXml));
        assert_eq!(skeleton.close("A"), Err(Malformed::NotXml));
    }

    #[test]
    fn attributes_that_are_none_are_refused() {
        for tag in ["A b", "A b=c", "A b='1' b='2'", "A xmlns='&x;'"] {
            assert_eq!(open(&mut Skeleton::default(), tag), Err(Malformed::NotXml), "{tag}");
        }
    }
}
