//! Whole or nothing (R1): what was read of either side, proved complete.
//!
//! In: the companies that a side announced, and for each company each list with the total that the side
//! gave. Out: [`Complete`] snapshots, sorted by id. Never: a snapshot of a list that disagrees with its
//! own total, of a company that was announced but not read, or of a row without an id. Only
//! [`SourceSnapshotBuilder::finish`] and [`TargetSnapshotBuilder::finish`] make a `Complete`.

mod listing;
mod source;
mod target;

pub use listing::{Disagreement, Listing, Row};
pub use source::{Resource, SourceRows, SourceSnapshot, SourceSnapshotBuilder};
pub use target::{AccountState, TargetSnapshot, TargetSnapshotBuilder};

use crate::id::{CompanyId, TargetCompanyId};

/// Proof that what is inside was read to its end. Cannot be made outside this module.
///
/// ```compile_fail
/// use sync_core::snapshot::Complete;
/// let forged = Complete(1); // the field is private
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete<T>(T);

impl<T> std::ops::Deref for Complete<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Why a snapshot cannot be made. Nothing may be written after one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Incomplete {
    /// A list of the source disagrees with itself.
    #[error("{resource} of source company {company}: {disagreement}")]
    Source {
        /// The company.
        company: CompanyId,
        /// Which of its lists.
        resource: Resource,
        /// How.
        disagreement: Disagreement,
    },
    /// A list of the target disagrees with itself.
    #[error("{state} accounts of target company {company}: {disagreement}")]
    Target {
        /// The company.
        company: TargetCompanyId,
        /// Which of its lists.
        state: AccountState,
        /// How.
        disagreement: Disagreement,
    },
    /// A list that was announced has not been read.
    #[error("{resource} of source company {company} was announced but not read")]
    SourceListMissing {
        /// The company.
        company: CompanyId,
        /// Which of its lists.
        resource: Resource,
    },
    /// A list that was announced has not been read.
    #[error("{state} accounts of target company {company} were announced but not read")]
    TargetListMissing {
        /// The company.
        company: TargetCompanyId,
        /// Which of its lists.
        state: AccountState,
    },
    /// A list came for a company that nobody announced.
    #[error("a list came for a company that was not announced")]
    NotAnnounced,
    /// One employee id stands in two companies, so that nobody can say which is meant.
    #[error("one employee id stands in companies {0} and {1}")]
    EmployeeInTwoCompanies(CompanyId, CompanyId),
    /// One account stands in two lists: it changed while being read.
    #[error("one account of target company {0} stands in two lists")]
    AccountInTwoLists(TargetCompanyId),
}
