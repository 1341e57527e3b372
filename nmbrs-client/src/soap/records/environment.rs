//! `Environment_Get`: the sub-domain of the login's environment. How deep it stands in the answer is not documented.

use super::SoapRecord;
use crate::row::Fault;
use crate::soap::node::Node;

/// What the answer calls `SubDomain`. Its `Domain` is another thing.
#[derive(Debug)]
pub(in crate::soap) struct Environment(pub(in crate::soap) Option<String>);

impl SoapRecord for Environment {
    const ID: Option<&'static str> = None;

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        Ok(Self(node.find("SubDomain")?.map(Into::into)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn the_sub_domain_counts_and_not_the_domain() {
        let frame = "<R><Domain>nmbrs.nl</Domain><SubDomain> bg </SubDomain></R>";
        let row = read::<Environment>(frame).unwrap();
        assert_eq!(row.readable().unwrap().0.as_deref(), Some("bg"));
    }
}
