//! Answers that are one text.

use super::SoapRecord;
use crate::row::Fault;
use crate::soap::node::Node;

/// The text of the result, if it has one.
#[derive(Debug)]
pub(in crate::soap) struct Text(pub(in crate::soap) Option<String>);

impl SoapRecord for Text {
    const ID: Option<&'static str> = None;

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        Ok(Self(node.string()?))
    }
}
