//! Does somebody take part (U-4, U-5, U-25)?
//!
//! In: a person's access fields and the policy's word about who takes part. Out: yes, no, or why nobody can say.
//! Never: a guess; an empty answer is a question.

use super::HoldReason;
use super::decide::Facts;
use crate::extra_fields::{self, Reading};
use crate::person::Person;
use crate::policy::Participation;
use crate::record::EmployeeRecord;

/// Do the records in service agree that the person takes part?
pub(super) fn takes_part(person: &Person<'_>, facts: &Facts<'_>) -> Result<bool, HoldReason> {
    let mut answers =
        person.in_service().map(|record| participation(access(record, facts), facts.policy.participation));
    let Some(first) = answers.next() else { return Ok(false) };
    let first = first?;
    for answer in answers {
        if answer? != first {
            return Err(HoldReason::AccessConflict);
        }
    }
    Ok(first)
}

/// What the access field of one record says.
pub(super) fn access(record: &EmployeeRecord, facts: &Facts<'_>) -> Reading<bool> {
    let Some(definitions) = facts.source.definitions().get(&record.company) else { return Reading::NotInUse };
    extra_fields::access(record, definitions, facts.today)
}

fn participation(access: Reading<bool>, policy: Participation) -> Result<bool, HoldReason> {
    match (access, policy) {
        (Reading::Value(answer), _) => Ok(answer),
        (Reading::Empty, _) => Err(HoldReason::AccessUnanswered),
        (Reading::Unreadable, _) => Err(HoldReason::AccessUnreadable),
        (Reading::Conflict, _) => Err(HoldReason::AccessConflict),
        (Reading::NotInUse, Participation::Everyone) => Ok(true),
        (Reading::NotInUse, Participation::ByAccessField) => Err(HoldReason::AccessFieldMissing),
    }
}
