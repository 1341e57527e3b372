//! Debtors: the customer's environments.

use serde::Deserialize;

use super::scalar::Scalar;
use crate::id::{DebtorId, RowId};
use crate::row::{Fault, Record};

/// A debtor the consent covers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Debtor {
    /// Its key.
    pub id: DebtorId,
    /// The number people use for it; text, for it is not always digits.
    pub number: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct DebtorWire<'a> {
    #[serde(borrow)]
    debtor_id: Scalar<'a>,
    #[serde(borrow)]
    number: Scalar<'a>,
    #[serde(borrow)]
    name: Scalar<'a>,
}

impl Record for Debtor {
    const KEYS: &'static [&'static str] = &["debtorId"];
    type Wire<'a> = DebtorWire<'a>;

    fn from_wire(wire: DebtorWire<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: wire.debtor_id.id("debtorId", DebtorId::new)?,
            number: wire.number.text("number")?,
            name: wire.name.text("name")?,
        })
    }

    fn row_id(&self) -> RowId {
        RowId::of(&[self.id.as_str()])
    }
}
