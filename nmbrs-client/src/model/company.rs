//! Companies: the key for nearly everything else.

use serde::Deserialize;

use super::scalar::Scalar;
use crate::id::{CompanyId, DebtorId, RowId};
use crate::row::{Fault, Record};

/// A company the login may see.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Company {
    /// Its key.
    pub id: CompanyId,
    /// The number people use for it; text, for it is not always digits.
    pub number: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The debtor it belongs to.
    pub debtor: Option<DebtorId>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CompanyWire<'a> {
    #[serde(borrow)]
    company_id: Scalar<'a>,
    #[serde(borrow)]
    number: Scalar<'a>,
    #[serde(borrow)]
    name: Scalar<'a>,
    #[serde(borrow)]
    debtor_id: Scalar<'a>,
}

impl Record for Company {
    const KEYS: &'static [&'static str] = &["companyId"];
    type Wire<'a> = CompanyWire<'a>;

    fn from_wire(wire: CompanyWire<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: wire.company_id.id("companyId", CompanyId::new)?,
            number: wire.number.text("number")?,
            name: wire.name.text("name")?,
            debtor: wire.debtor_id.optional_id("debtorId", DebtorId::new)?,
        })
    }

    fn row_id(&self) -> RowId {
        RowId::of(&[self.id.as_str()])
    }
}
