//! What a person of the seeded world is there to show.
//!
//! The label travels in the sandbox's state and never on the API wire, so that whoever seeds the other side of a
//! synchronisation can match it while the system under test has to find out by itself.

use serde::{Deserialize, Serialize};

/// The situation an employee record was seeded to show.
///
/// Stories ending in `A`/`B` or `Old`/`New` come in pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Story {
    /// On payroll, in service, everything filled in.
    Ordinary,
    /// Former payroll; the employment ended in the past.
    Leaver,
    /// On payroll; the target knows the person by an account somebody made by hand.
    AccountByHand,
    /// One record on payroll with two employments and a gap between them.
    RehireSameId,
    /// The access field says no.
    AccessNo,
    /// On payroll with an end date still ahead.
    FutureLeaver,
    /// On payroll, first day still ahead.
    FutureStarter,
    /// On payroll without a business address.
    MissingEmail,
    /// The last name changed; the older history entry holds the former one.
    NameChanged,
    /// The business address changed; the older history entry holds the former one.
    EmailChanged,
    /// Former payroll although the end date is still ahead.
    LeaverEndsAhead,
    /// Former payroll without any end date.
    LeaverNoEndDate,
    /// One of two different people who share a business address.
    SharedAddressA,
    /// The other of two different people who share a business address.
    SharedAddressB,
    /// A person on payroll of two companies: the record in the first.
    TwoCompaniesA,
    /// A person on payroll of two companies: the record in the second.
    TwoCompaniesB,
    /// A person on payroll in one company and former payroll in another: the active record.
    ActiveAndFormerA,
    /// A person on payroll in one company and former payroll in another: the former record.
    ActiveAndFormerB,
    /// A person re-hired by the same company under a new id: the old record, former payroll.
    RehireOld,
    /// A person re-hired by the same company under a new id: the new record, on payroll.
    RehireNew,
    /// The access field is defined but not answered.
    AccessEmpty,
    /// The access field holds a text that is neither yes nor no.
    AccessUnreadable,
    /// The old brand's access field says yes, the new brand's says no.
    AccessConflict,
    /// The access field says no; the target still has an active account.
    AccessWithdrawn,
    /// Former payroll, and the access field says no.
    LeaverWithoutAccess,
    /// The filter field names a company of the target.
    FilterFilled,
    /// On payroll although the only employment ended in the past.
    EndedButOnPayroll,
    /// On payroll without any employment row.
    NoEmployment,
    /// The business address is no address.
    MalformedEmail,
    /// The last name is an empty text.
    MissingLastName,
    /// The birth date is the platform's "no date", in year 1.
    SentinelBirthday,
    /// An employee type the vendor's documents do not know.
    UnknownType,
    /// The target's account carries the id of another system.
    ForeignExternalId,
    /// About to start, not on payroll yet.
    NewHire,
    /// Applied for a job.
    Applicant,
    /// Works for the customer, not on payroll.
    External,
    /// Worked for the customer, never on payroll.
    FormerExternal,
    /// Applied for a job and was turned down.
    RejectedApplicant,
}

impl Story {
    /// Every story in the order in which a small world tells them; pairs stand together.
    pub const BY_IMPORTANCE: [Self; 38] = [
        Self::Ordinary,
        Self::Leaver,
        Self::AccountByHand,
        Self::RehireSameId,
        Self::AccessNo,
        Self::FutureLeaver,
        Self::FutureStarter,
        Self::MissingEmail,
        Self::NameChanged,
        Self::EmailChanged,
        Self::LeaverEndsAhead,
        Self::LeaverNoEndDate,
        Self::SharedAddressA,
        Self::SharedAddressB,
        Self::TwoCompaniesA,
        Self::TwoCompaniesB,
        Self::ActiveAndFormerA,
        Self::ActiveAndFormerB,
        Self::RehireOld,
        Self::RehireNew,
        Self::AccessEmpty,
        Self::AccessUnreadable,
        Self::AccessConflict,
        Self::AccessWithdrawn,
        Self::LeaverWithoutAccess,
        Self::FilterFilled,
        Self::EndedButOnPayroll,
        Self::NoEmployment,
        Self::MalformedEmail,
        Self::MissingLastName,
        Self::SentinelBirthday,
        Self::UnknownType,
        Self::ForeignExternalId,
        Self::NewHire,
        Self::Applicant,
        Self::External,
        Self::FormerExternal,
        Self::RejectedApplicant,
    ];

    /// The other half of a pair, given its first half.
    pub(super) const fn second_half(self) -> Option<Self> {
        match self {
            Self::SharedAddressA => Some(Self::SharedAddressB),
            Self::TwoCompaniesA => Some(Self::TwoCompaniesB),
            Self::ActiveAndFormerA => Some(Self::ActiveAndFormerB),
            Self::RehireOld => Some(Self::RehireNew),
            _ => None,
        }
    }

    /// Whether this is the second record of a pair.
    pub(super) const fn is_second_half(self) -> bool {
        matches!(self, Self::SharedAddressB | Self::TwoCompaniesB | Self::ActiveAndFormerB | Self::RehireNew)
    }
}
