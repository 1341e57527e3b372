//! Debtors. Their number is text.

use super::{SoapRecord, required};
use crate::id::DebtorId;
use crate::model::Debtor;
use crate::row::Fault;
use crate::soap::node::{Node, once};

impl SoapRecord for Debtor {
    const ID: Option<&'static str> = Some("Id");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut id, mut number, mut label) = (None, None, None);
        node.children(|name, child| match name {
            "Id" => once(&mut id, name, child.id(DebtorId::new)?),
            "Number" => once(&mut number, name, child.string()?),
            "Name" => once(&mut label, name, child.string()?),
            _ => Ok(()),
        })?;
        Ok(Self { id: required(id, "Id")?, number, name: label })
    }
}
