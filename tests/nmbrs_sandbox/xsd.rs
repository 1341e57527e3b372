//! A small validator of the part of XML Schema that the vendor's descriptions are written in: sequences of elements,
//! extensions, enumerations, and six simple types.
//!
//! There is no kept validator in Rust; libxml2 judges the same answers in `.ci/foreign`. What this one does not know it
//! does not let pass: it panics.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDateTime};
use roxmltree::{Document, Node};

use crate::soap_asking::{XSI, is_nil};

const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// The folder with the vendor's descriptions; nothing if it is not there and the tests are told to go without.
pub(crate) fn descriptions() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/reference/soap-v2.1");
    let folder = std::env::var_os("NMBRS_SOAP_XSD").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let skip = std::env::var_os("SKIP_OPENAPI").is_some_and(|value| value == "1");
    assert!(
        skip,
        "the vendor's SOAP descriptions are not in {}; set NMBRS_SOAP_XSD to their folder, or SKIP_OPENAPI=1",
        folder.display()
    );
    println!("SKIPPED: the vendor's SOAP descriptions are not in {}", folder.display());
    None
}

/// The description of a service of version 2.1, in the namespace of version 3.
pub(crate) fn description(folder: &std::path::Path, service: &str) -> String {
    let text = std::fs::read_to_string(folder.join(format!("{service}-wsdl.xml"))).unwrap();
    text.trim_start_matches('\u{feff}')
        .replace("https://api.nmbrs.nl/soap/v2.1/", "https://api.nmbrs.nl/soap/v3/")
}

/// The names of all operations in a description.
pub(crate) fn operations<'d>(document: &'d Document<'d>) -> Vec<&'d str> {
    let ports = document.descendants().find(|node| node.tag_name().name() == "portType").unwrap();
    let operations = ports.children().filter(|node| node.tag_name().name() == "operation");
    operations.map(|node| node.attribute("name").unwrap()).collect()
}

/// What is wrong with an answer: where, and what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) place: String,
    pub(crate) what: String,
}

/// The schema of one service.
pub(crate) struct Schema<'d> {
    namespace: &'d str,
    elements: BTreeMap<&'d str, Node<'d, 'd>>,
    types: BTreeMap<&'d str, Node<'d, 'd>>,
}

impl<'d> Schema<'d> {
    pub(crate) fn of(document: &'d Document<'d>) -> Self {
        let schema = document.descendants().find(|node| node.has_tag_name((XSD, "schema"))).unwrap();
        assert_eq!(schema.attribute("elementFormDefault"), Some("qualified"));
        let named = |kinds: &[&str]| {
            let of_kind = schema.children().filter(|node| kinds.contains(&node.tag_name().name()));
            of_kind.filter_map(|node| Some((node.attribute("name")?, node))).collect()
        };
        Self {
            namespace: schema.attribute("targetNamespace").unwrap(),
            elements: named(&["element"]),
            types: named(&["complexType", "simpleType"]),
        }
    }

    /// Everything that is wrong with this element, which has to be declared at the top.
    pub(crate) fn complaints(&self, element: Node<'_, '_>) -> Vec<Complaint> {
        let mut check = Check { schema: self, place: Vec::new(), complaints: Vec::new() };
        match self.elements.get(element.tag_name().name()) {
            Some(declared) if element.tag_name().namespace() == Some(self.namespace) => {
                check.element(element, *declared);
            }
            _ => check.complain("is not declared"),
        }
        check.complaints
    }
}

struct Check<'s, 'd> {
    schema: &'s Schema<'d>,
    place: Vec<String>,
    complaints: Vec<Complaint>,
}

impl<'d> Check<'_, 'd> {
    fn complain(&mut self, what: impl Into<String>) {
        self.complaints.push(Complaint { place: self.place.join("/"), what: what.into() });
    }

    fn element(&mut self, element: Node<'_, '_>, declared: Node<'d, 'd>) {
        self.place.push(element.tag_name().name().to_owned());
        for attribute in element.attributes() {
            match (attribute.namespace(), attribute.name()) {
                (Some(XSI), "nil") => {}
                (Some(XSI), "type") => {
                    let given = attribute.value().split(':').next_back();
                    let meant = declared.attribute("type").and_then(|name| name.split(':').next_back());
                    if given != meant {
                        self.complain("another type than declared");
                    }
                }
                (_, name) => self.complain(format!("unknown attribute {name}")),
            }
        }
        if is_nil(element) {
            if declared.attribute("nillable") != Some("true") {
                self.complain("nil");
            }
            if element.has_children() {
                self.complain("nil and not empty");
            }
        } else {
            self.content(element, declared);
        }
        self.place.pop();
    }

    fn content(&mut self, element: Node<'_, '_>, declared: Node<'d, 'd>) {
        let inline = declared.children().find(|node| node.has_tag_name((XSD, "complexType")));
        let Some(name) = declared.attribute("type") else {
            let complex = inline.expect("an element has a type by name or inside");
            return self.children(element, complex);
        };
        if let Some(built_in) = name.strip_prefix("s:") {
            return self.value(element, built_in);
        }
        let own = name.strip_prefix("tns:").unwrap_or_else(|| panic!("no type {name}"));
        let declared = *self.schema.types.get(own).unwrap_or_else(|| panic!("no type {own}"));
        if declared.has_tag_name((XSD, "complexType")) {
            self.children(element, declared);
        } else {
            let known: Vec<_> =
                declared.descendants().filter(|node| node.has_tag_name((XSD, "enumeration"))).collect();
            assert!(!known.is_empty(), "{own} enumerates");
            let text = self.text(element);
            if !known.iter().any(|node| node.attribute("value") == Some(&text)) {
                self.complain("not one of the values");
            }
        }
    }

    fn children(&mut self, element: Node<'_, '_>, complex: Node<'d, 'd>) {
        if element.children().any(|node| node.is_text() && !node.text().unwrap_or("").trim().is_empty()) {
            self.complain("text between elements");
        }
        let mut given = element.children().filter(Node::is_element).peekable();
        for declared in self.particles(complex) {
            let name = declared.attribute("name").unwrap();
            let most = match declared.attribute("maxOccurs") {
                Some("unbounded") => usize::MAX,
                number => number.map_or(1, |number| number.parse().unwrap()),
            };
            let least: usize = declared.attribute("minOccurs").map_or(1, |number| number.parse().unwrap());
            let mut found = 0;
            // An element that has no business here does not make the ones after it wrong.
            while let Some(child) = given.peek() {
                let declared_here = child.tag_name().namespace() == Some(self.schema.namespace);
                if found < most && declared_here && child.tag_name().name() == name {
                    self.element(*child, declared);
                    found += 1;
                    given.next();
                } else {
                    break;
                }
            }
            if found < least {
                self.complain(format!("without {name}"));
            }
        }
        for child in given {
            self.complain(format!("unknown {}", child.tag_name().name()));
        }
    }

    /// The elements of a type in their order, those of the type that it extends first.
    fn particles(&self, complex: Node<'d, 'd>) -> Vec<Node<'d, 'd>> {
        let mut particles = Vec::new();
        for part in complex.children().filter(Node::is_element) {
            match part.tag_name().name() {
                "sequence" => {
                    for element in part.children().filter(Node::is_element) {
                        assert!(element.has_tag_name((XSD, "element")), "only elements in a sequence");
                        particles.push(element);
                    }
                }
                "complexContent" => {
                    let extension = part.first_element_child().unwrap();
                    assert!(extension.has_tag_name((XSD, "extension")));
                    let base =
                        extension.attribute("base").and_then(|name| name.strip_prefix("tns:")).unwrap();
                    particles.extend(self.particles(self.schema.types[base]));
                    particles.extend(self.particles(extension));
                }
                "anyAttribute" => {}
                other => panic!("no part {other}"),
            }
        }
        particles
    }

    fn value(&mut self, element: Node<'_, '_>, built_in: &str) {
        let text = self.text(element);
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let right = match built_in {
            "string" => true,
            "int" => text.parse::<i32>().is_ok(),
            "decimal" => {
                let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
                digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(fraction)
            }
            "boolean" => matches!(&*text, "true" | "false" | "1" | "0"),
            "dateTime" => {
                NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").is_ok()
                    || DateTime::parse_from_rfc3339(&text).is_ok()
            }
            other => panic!("no simple type {other}"),
        };
        if !right {
            self.complain(format!("no {built_in}"));
        }
    }

    fn text(&mut self, element: Node<'_, '_>) -> String {
        if element.children().any(|child| child.is_element()) {
            self.complain("elements in a value");
        }
        element.text().unwrap_or("").to_owned()
    }
}
