//! Why a run ended without a plan, or without writing anything.

use chrono::{DateTime, Utc};

use crate::export::NoRoster;
use crate::external_id::Interface;
use crate::id::{DebtorId, TargetCompanyId};
use crate::policy::{PolicyError, SalaryColumn};
use crate::ports::PortError;
use crate::snapshot::Incomplete;

/// Why a run ended. In every case nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The policy contradicts itself.
    #[error("the policy contradicts itself")]
    Policy(#[from] PolicyError),
    /// One of the two sides, or the ledger, could not be read.
    #[error("{side} could not be read")]
    Read {
        /// `source`, `target` or `ledger`.
        side: &'static str,
        /// What follows from it.
        #[source]
        error: PortError,
    },
    /// A list disagreed with itself twice (R1).
    #[error("what was read is not complete, even after reading it once more")]
    Incomplete(#[from] Incomplete),
    /// The policy names a company of the target that the keys do not see.
    #[error("the keys do not see target company {0}")]
    NoTargetCompany(TargetCompanyId),
    /// The policy chooses a debtor of whom the sign-in sees no company. With a mistyped id every one of its people
    /// would look absent, so nobody is judged at all.
    #[error("the sign-in sees no company of the chosen debtor {0}")]
    NoCompanyOfDebtor(DebtorId),
    /// The policy chooses companies or debtors, and names none by the ids of one of the two interfaces of a migration.
    #[error(
        "the policy chooses companies or debtors, and names none by its {0} id; a migration needs both names"
    )]
    NotChosenBy(Interface),
    /// No roster could be right.
    #[error("there is no roster")]
    NoRoster(#[from] NoRoster),
    /// The policy does not ask for salaries in this column, so that none are read.
    #[error("the policy chooses no salaries for {}", .0.name())]
    SalariesNotChosen(SalaryColumn),
    /// Another run of this customer holds the lease (R24).
    #[error("another run of this customer goes on, until {} at the latest", until.format("%Y-%m-%dT%H:%M:%SZ"))]
    Busy {
        /// When its lease ends if it renews it no more.
        until: DateTime<Utc>,
    },
}

impl EngineError {
    pub(super) fn source_side(error: PortError) -> Self {
        Self::Read { side: "source", error }
    }

    pub(super) fn target_side(error: PortError) -> Self {
        Self::Read { side: "target", error }
    }

    pub(super) fn ledger_side(error: PortError) -> Self {
        Self::Read { side: "ledger", error }
    }
}
