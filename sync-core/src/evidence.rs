//! Positive evidence of leaving (R2), the only thing that a deactivation can be built from.
//!
//! In: a person of a complete snapshot. Out: [`LeavingEvidence`], if a readable record says "former
//! payroll", no record of the person says anything else that is open, and the last day, if there is one,
//! is over. Never: absence. A person who is not in the snapshot has no [`Person`], and without one
//! nothing here can be called.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::calendar::is_over;
use crate::external_id::ExternalId;
use crate::person::Person;
use crate::record::EmployeeType;
use crate::service::{begins_again, last_day};

/// Says which records show that somebody left.
///
/// ```compile_fail
/// use sync_core::evidence::LeavingEvidence;
/// let forged = LeavingEvidence { records: vec![], last_day: None };
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeavingEvidence {
    records: Vec<ExternalId>,
    last_day: Option<NaiveDate>,
}

/// What the records of somebody who is not in service say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the decision must have an answer to every case")]
pub enum Leaving {
    /// The person left.
    Left(LeavingEvidence),
    /// The person leaves after this day.
    LeavesAfter(NaiveDate),
    /// A record of another type is still open.
    OtherRecordOpen,
    /// An employment goes on or comes after the one that ended.
    BeginsAgain,
    /// No readable record says that the person was ever on payroll and left.
    NoEvidence,
}

impl LeavingEvidence {
    /// The records that say so.
    pub fn records(&self) -> &[ExternalId] {
        &self.records
    }

    /// The last day in service, if the source gives one.
    pub const fn last_day(&self) -> Option<NaiveDate> {
        self.last_day
    }
}

/// Has this person left, at this instant?
pub fn leaving(person: &Person<'_>, at: DateTime<Utc>) -> Leaving {
    let is_former = |employee_type: &EmployeeType| matches!(employee_type, EmployeeType::FormerPayroll);
    let former: Vec<_> = person
        .records()
        .iter()
        .filter(|record| {
            record.unreadable.is_empty() && record.listed.employee_type.as_ref().is_some_and(is_former)
        })
        .collect();
    if former.is_empty() || !person.is_readable() || person.is_in_service() {
        return Leaving::NoEvidence;
    }
    let all_closed = person
        .records()
        .iter()
        .all(|record| record.listed.employee_type.as_ref().is_some_and(EmployeeType::is_closed));
    if !all_closed {
        return Leaving::OtherRecordOpen;
    }
    if former.iter().any(|record| begins_again(record, at)) {
        return Leaving::BeginsAgain;
    }
    let last_day = former.iter().filter_map(|record| last_day(record)).max();
    match last_day {
        Some(day) if !is_over(day, at) => Leaving::LeavesAfter(day),
        _ => Leaving::Left(LeavingEvidence {
            records: former.iter().map(|record| record.id.clone()).collect(),
            last_day,
        }),
    }
}
