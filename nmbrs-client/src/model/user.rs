//! The person who consented: a label for a connection, and a harmless test of it.

use serde::Deserialize;

use super::scalar::Scalar;
use crate::id::{DebtorId, RowId};
use crate::pii::Pii;
use crate::row::{Fault, Record};

/// The signed-in user, as one debtor knows them. A consent for several debtors may give several.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserInfo {
    /// The user's key.
    pub user: RowId,
    /// The debtor this row is about.
    pub debtor: DebtorId,
    /// The user's name.
    pub name: Option<Pii<String>>,
    /// The login's address.
    pub email: Option<Pii<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct UserInfoWire<'a> {
    #[serde(borrow)]
    user_id: Scalar<'a>,
    #[serde(borrow)]
    debtor_id: Scalar<'a>,
    #[serde(borrow)]
    name: Scalar<'a>,
    #[serde(borrow)]
    email: Scalar<'a>,
}

impl Record for UserInfo {
    const KEYS: &'static [&'static str] = &["userId", "debtorId"];
    type Wire<'a> = UserInfoWire<'a>;

    fn from_wire(wire: UserInfoWire<'_>) -> Result<Self, Fault> {
        Ok(Self {
            user: wire.user_id.id("userId", RowId::new)?,
            debtor: wire.debtor_id.id("debtorId", DebtorId::new)?,
            name: wire.name.personal("name")?,
            email: wire.email.personal("email")?,
        })
    }

    fn row_id(&self) -> RowId {
        RowId::of(&[self.user.as_str(), self.debtor.as_str()])
    }
}
