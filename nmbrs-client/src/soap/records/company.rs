//! Companies. Here, and only here, the key is `ID`.

use super::{SoapRecord, required};
use crate::id::CompanyId;
use crate::model::Company;
use crate::row::Fault;
use crate::soap::node::{Node, once};

impl SoapRecord for Company {
    const ID: Option<&'static str> = Some("ID");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut id, mut number, mut label) = (None, None, None);
        node.children(|name, child| match name {
            "ID" => once(&mut id, name, child.id(CompanyId::new)?),
            "Number" => once(&mut number, name, child.string()?),
            "Name" => once(&mut label, name, child.string()?),
            _ => Ok(()),
        })?;
        // No row says whose company it is.
        Ok(Self { id: required(id, "ID")?, number, name: label, debtor: None })
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn what_is_left_out_is_not_there_and_what_is_unknown_is_skipped() {
        let frame = "<Company><ID>90011</ID><Number>1</Number><LoonaangifteTijdvak>Month</LoonaangifteTijdvak>\
                     <New><Id>7</Id></New></Company>";
        let row = read::<Company>(frame).unwrap();
        let company = row.readable().unwrap();
        assert_eq!((company.id.as_str(), company.number.as_deref()), ("90011", Some("1")));
        assert_eq!((company.name.as_deref(), company.debtor.as_ref()), (None, None));
    }

    #[test]
    fn an_id_in_another_case_is_none() {
        assert!(read::<Company>("<Company><Id>90011</Id></Company>").is_none());
    }
}
