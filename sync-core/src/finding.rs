//! What is worth telling although it stops nobody's decision.
//!
//! In: oddities seen while planning. Out: a list in a fixed order. Never: a value; a finding names the
//! record, the account, the company or the field.

use serde::Serialize;

use crate::external_id::ExternalId;
use crate::id::{AccountId, CompanyId, DebtorId};
use crate::record::Unreadable;

/// One oddity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// A row of the source could not be read.
    UnreadableRecord {
        /// Whose.
        record: ExternalId,
        /// Where, and why.
        unreadable: Unreadable,
    },
    /// A row of the target could not be read.
    UnreadableAccount {
        /// Which.
        account: AccountId,
        /// Where, and why.
        unreadable: Unreadable,
    },
    /// An extra field's name looks like one of ours and is not.
    NearMiss {
        /// The company that defines it.
        company: CompanyId,
        /// The name as typed.
        field: String,
    },
    /// A budget field's category is not one of the policy's; nothing of it is granted (U-9).
    UnlistedCategory {
        /// The company that defines it.
        company: CompanyId,
        /// The name of the field.
        field: String,
    },
    /// A managed active account of whom the source says nothing. Absence is no evidence (R2).
    Absent {
        /// Which.
        account: AccountId,
    },
    /// The birthday is a placeholder and was read as missing.
    PlaceholderBirthday {
        /// Whose.
        record: ExternalId,
    },
    /// In service, and the employment goes on, but the latest contract is over. No contract ends access by itself (U-10).
    ContractOver {
        /// Whose.
        record: ExternalId,
    },
    /// The policy chooses debtors, and this company takes no part: its debtor is another one, or unknown.
    LeftOut {
        /// Which.
        company: CompanyId,
        /// Its debtor, if told.
        debtor: Option<DebtorId>,
    },
}
