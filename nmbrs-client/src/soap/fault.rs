//! The number that hides in the text of a fault.
//!
//! A `Fault` element comes in, of SOAP 1.1 or 1.2; a [`SoapFault`] goes out: a number or none. The text itself can
//! name a person, a table, a file of the server, so nothing of it is kept. A fault that cannot be read is still a fault.

use std::borrow::Cow;

use super::node::{self, Node};

/// What stands between the runtime's own words and the vendor's.
const ARROW: &str = "--->";

/// A fault, told in place of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the server answered with a fault{}", .code.map(|code| format!(", number {code}")).unwrap_or_default())]
#[non_exhaustive]
pub struct SoapFault {
    /// The vendor's number of it, for example 1001 for wrong credentials. Open: the vendor's list has gaps.
    pub code: Option<u32>,
}

impl SoapFault {
    /// Reads a whole `Fault` element.
    pub fn understand(xml: &str) -> Self {
        let text = node::read(xml, |fault| {
            let mut text = None;
            fault.children(|name, child| {
                match name {
                    "faultstring" => text = child.text()?,
                    "Reason" => text = last_text(child)?,
                    _ => {}
                }
                Ok(())
            })?;
            Ok(text)
        });
        Self { code: text.ok().flatten().and_then(|text| number(&text)) }
    }
}

/// SOAP 1.2 says the reason once per language.
fn last_text<'x>(reason: &mut Node<'_, 'x>) -> Result<Option<Cow<'x, str>>, crate::row::Fault> {
    let mut text = None;
    reason.children(|name, child| {
        if name == "Text" {
            text = child.text()?;
        }
        Ok(())
    })?;
    Ok(text)
}

/// The number after the last arrow that has one; where there is no arrow, the number that the text begins with.
fn number(text: &str) -> Option<u32> {
    if !text.contains(ARROW) {
        return number_at_start(text, 4..=4);
    }
    text.rmatch_indices(ARROW)
        .filter_map(|(at, _)| text.get(at + ARROW.len()..))
        .find_map(|rest| number_at_start(rest, 3..=5))
}

/// A number of so many digits, followed by a colon.
fn number_at_start(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let text = text.trim_start();
    let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let number = text.strip_suffix(rest)?;
    let fits = digits.contains(&number.len()) && rest.trim_start().starts_with(':');
    number.parse().ok().filter(|_| fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<u32> {
        SoapFault::understand(&format!(
            "<s:Fault><faultcode>x</faultcode><faultstring>{text}</faultstring></s:Fault>"
        ))
        .code
    }

    #[test]
    fn the_number_is_what_follows_the_last_arrow() {
        for (text, number) in [
            ("Server was unable to process request. ---&gt; 1001: Invalid Authentication", Some(1001)),
            ("Server was unable to process request. ---> 1002:Unauthorized access", Some(1002)),
            ("a ---&gt; 1001: b ---&gt; 2003 : c\n   at D() in E:line 12", Some(2003)),
            ("a ---&gt; 1001: b ---&gt; something without a number", Some(1001)),
            ("a ---&gt;\n 9999: Unknown", Some(9999)),
            ("<![CDATA[a ---> 12345: b]]>", Some(12345)),
            ("a ---&gt; 123456: b", None),
            ("a ---&gt; 12: b", None),
            ("a ---&gt; Invalid combination email/password", None),
            ("1003: Unauthorized access", Some(1003)),
            ("  1003: Unauthorized access", Some(1003)),
            ("100: something", None),
            ("Server did not recognize the value of HTTP Header SOAPAction: 1001:", None),
            ("1001", None),
            ("", None),
        ] {
            assert_eq!(code(text), number, "{text}");
        }
    }

    #[test]
    fn soap_1_2_tells_it_in_its_reason() {
        let fault = "<e:Fault><e:Code><e:Value>e:Receiver</e:Value></e:Code><e:Reason><e:Text xml:lang=\"en\">\
                     Server was unable to process request. ---&gt; 1001: Invalid Authentication</e:Text></e:Reason>\
                     <e:Detail/></e:Fault>";
        assert_eq!(SoapFault::understand(fault).code, Some(1001));
    }

    #[test]
    fn a_fault_that_cannot_be_read_is_one_without_a_number_and_shows_nothing() {
        for fault in
            ["", "<Fault>", "<Fault/>", "<Fault><faultstring><b>---&gt; 1001: x</b></faultstring></Fault>"]
        {
            assert_eq!(SoapFault::understand(fault).code, None, "{fault}");
        }
        let secret = SoapFault::understand("<Fault><faultstring>---> 1001: Seeded</faultstring></Fault>");
        assert!(!format!("{secret:?} {secret}").contains("Seeded"));
        assert_eq!(secret.to_string(), "the server answered with a fault, number 1001");
    }
}
