//! The order in which the rules are asked (reference §5.1). The first that applies decides.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::fields::{Fingerprints, NoName, Wanted, creation, difference, marking};
use super::{Decision, HoldReason, NothingReason, Offboard, Payload, Planned, Proposal, SkipReason};
use crate::account::Account;
use crate::calendar::amsterdam_date;
use crate::change::AccountChange;
use crate::email::EmailKey;
use crate::evidence::{Leaving, leaving};
use crate::extra_fields::{self, Reading};
use crate::fingerprint::FingerprintKey;
use crate::id::AccountId;
use crate::matching::{Level, Match};
use crate::person::{Address, Person};
use crate::policy::{Participation, Placement, Policy};
use crate::record::{EmployeeRecord, EmployeeType};
use crate::service::{Service, service};
use crate::snapshot::SourceSnapshot;

/// All that a decision may look at besides the person and the account.
pub(crate) struct Facts<'a> {
    pub(crate) source: &'a SourceSnapshot,
    /// Some account could not be read, so that "there is no account" is not known for sure.
    pub(crate) some_account_unreadable: bool,
    /// People in service who cannot be told from a leaver of the same name.
    pub(crate) unresolved: &'a [(Option<String>, Option<NaiveDate>)],
    /// Accounts that the ledger ties to a record of which the source says nothing any more.
    pub(crate) linked_to_gone: &'a BTreeSet<AccountId>,
    pub(crate) policy: &'a Policy,
    pub(crate) key: &'a FingerprintKey,
    pub(crate) as_of: DateTime<Utc>,
}

/// A decision with what travels beside it.
pub(crate) struct Decided {
    pub(crate) decision: Decision,
    pub(crate) payload: Option<Payload>,
    /// The last day of somebody in service, if it is known.
    pub(crate) leaves_on: Option<NaiveDate>,
}

impl From<Decision> for Decided {
    fn from(decision: Decision) -> Self {
        Self { decision, payload: None, leaves_on: None }
    }
}

impl From<HoldReason> for Decided {
    fn from(reason: HoldReason) -> Self {
        Decision::hold(reason).into()
    }
}

/// What happens to this person?
pub(crate) fn decide(person: &Person<'_>, found: &Match<'_>, facts: &Facts<'_>) -> Decided {
    if !person.is_readable() {
        return HoldReason::UnreadableRow.into();
    }
    if !person.shares_address_with().is_empty() {
        let records = person.shares_address_with().to_vec();
        let reason = HoldReason::SharedAddress;
        return Decision::Hold { reason, accounts: Vec::new(), records, proposal: None }.into();
    }
    let account = match found {
        Match::None => None,
        Match::One(account, level) => Some((*account, *level)),
        Match::Several(accounts) => {
            return Decision::hold_on(HoldReason::SeveralCandidates, accounts.clone()).into();
        }
        Match::Foreign(account) => {
            return Decision::hold_on(HoldReason::ForeignExternalId, vec![*account]).into();
        }
        Match::Gone(account) => {
            return Decision::hold_on(HoldReason::LinkedAccountGone, vec![*account]).into();
        }
        Match::Unreadable(account) => {
            return Decision::hold_on(HoldReason::AccountUnreadable, vec![*account]).into();
        }
    };
    if is_protected(person, account.map(|(account, _)| account), facts.policy) {
        return Decision::skip(SkipReason::Protected).into();
    }
    if person.records().iter().any(|record| is_routed(record, facts)) {
        return HoldReason::NoRoute.into();
    }
    if person.in_service().next().is_some() {
        in_service(person, account, facts)
    } else if person.records().iter().any(|record| is_former(record)) {
        former(person, account, facts).into()
    } else if person.records().iter().all(|record| record.listed.employee_type.is_none()) {
        Decision::skip(SkipReason::NoType).into()
    } else {
        Decision::skip(SkipReason::OtherType).into()
    }
}

fn in_service(person: &Person<'_>, account: Option<(&Account, Level)>, facts: &Facts<'_>) -> Decided {
    let active = account.filter(|(account, level)| account.active && *level != Level::Email);
    match takes_part(person, facts) {
        Ok(true) => {}
        Ok(false) => {
            return match active {
                Some((account, _)) => {
                    Decision::propose(HoldReason::AccessWithdrawn, account.id, Proposal::Deactivate).into()
                }
                None => Decision::skip(SkipReason::AccessNo).into(),
            };
        }
        Err(reason) => return reason.into(),
    }
    let Some((record, standing)) = record_in_force(person, facts.as_of) else {
        return HoldReason::MissingStart.into();
    };
    let leaves_on = match standing {
        Service::Running(end) => end,
        Service::Ahead(on) => return Decision::Planned { what: Planned::Onboard, on }.into(),
        Service::Over(_) => return HoldReason::EndedOnPayroll.into(),
        Service::Unknown if active.is_none() => return HoldReason::MissingStart.into(),
        Service::Unknown => None,
    };
    let email = match person.address() {
        Address::Valid(email) => email.clone(),
        Address::Missing => return HoldReason::MissingEmail.into(),
        Address::Malformed(_) => return HoldReason::MalformedEmail.into(),
    };
    let wanted = match Wanted::of(record, email, facts.policy, amsterdam_date(facts.as_of)) {
        Ok(wanted) => wanted,
        Err(NoName) => return HoldReason::MissingName.into(),
    };
    let prints = Fingerprints { key: facts.key, person: person.external_id() };
    let decided = match account {
        None if facts.some_account_unreadable => HoldReason::TargetRowUnreadable.into(),
        None => {
            let (fields, payload) = creation(wanted, person.external_id(), facts.policy, &prints);
            let Placement::One(company) = facts.policy.placement else { return HoldReason::NoRoute.into() };
            Decided { decision: Decision::Onboard { company, fields }, payload: Some(payload), leaves_on }
        }
        Some((account, Level::Email)) => {
            let (fields, change) = marking(person.external_id(), account, &prints);
            proposed(HoldReason::Adoption, account, Proposal::Adopt { fields }, change)
        }
        Some((account, _)) if !account.active => {
            let (fields, change) = difference(wanted, account, &prints);
            proposed(HoldReason::Rehire, account, Proposal::Activate { fields }, change)
        }
        Some((account, _)) => match difference(wanted, account, &prints) {
            (_, change) if change.is_empty() => Decision::nothing(NothingReason::UpToDate).into(),
            (fields, change) => Decided {
                decision: Decision::Update { fields },
                payload: Some(Payload::Change(change)),
                leaves_on,
            },
        },
    };
    Decided { leaves_on, ..decided }
}

fn former(person: &Person<'_>, account: Option<(&Account, Level)>, facts: &Facts<'_>) -> Decision {
    let Some((account, level)) = account else {
        return Decision::nothing(NothingReason::LeftWithoutAccount);
    };
    if !account.active {
        return Decision::nothing(NothingReason::AlreadyInactive);
    }
    if level == Level::Email {
        return Decision::hold_on(HoldReason::LeaverNotManaged, vec![account.id]);
    }
    let evidence = match leaving(person, facts.as_of) {
        Leaving::Left(evidence) => evidence,
        Leaving::LeavesAfter(on) => return Decision::Planned { what: Planned::Offboard, on },
        Leaving::OtherRecordOpen | Leaving::NoEvidence => return Decision::hold(HoldReason::OtherRecordOpen),
        Leaving::BeginsAgain => return Decision::hold(HoldReason::BeginsAgain),
    };
    for record in person.records() {
        match access(record, facts) {
            Reading::Value(false) => {
                return Decision::propose(HoldReason::LeaverWithoutAccess, account.id, Proposal::Deactivate);
            }
            Reading::Unreadable => return Decision::hold(HoldReason::AccessUnreadable),
            Reading::Conflict => return Decision::hold(HoldReason::AccessConflict),
            Reading::Value(true) | Reading::Empty | Reading::NotInUse => {}
        }
    }
    if facts.linked_to_gone.contains(&account.id) {
        return Decision::hold_on(HoldReason::LinkedRecordGone, vec![account.id]);
    }
    if maybe_still_here(person, facts) {
        return Decision::hold(HoldReason::MaybeStillHere);
    }
    Decision::Offboard(Offboard::on(evidence))
}

/// Do the records in service agree that the person takes part?
fn takes_part(person: &Person<'_>, facts: &Facts<'_>) -> Result<bool, HoldReason> {
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

/// Of the records in service, the one whose data count: running before coming before over, then the oldest.
fn record_in_force<'a>(person: &Person<'a>, at: DateTime<Utc>) -> Option<(&'a EmployeeRecord, Service)> {
    let order = |standing: &Service| match standing {
        Service::Running(_) => 0,
        Service::Ahead(_) => 1,
        Service::Over(_) => 2,
        Service::Unknown => 3,
    };
    person
        .in_service()
        .map(|record| (record, service(record, at)))
        .min_by_key(|(_, standing)| order(standing))
}

fn access(record: &EmployeeRecord, facts: &Facts<'_>) -> Reading<bool> {
    let Some(definitions) = facts.source.definitions().get(&record.company) else { return Reading::NotInUse };
    extra_fields::access(record, definitions, amsterdam_date(facts.as_of))
}

fn is_routed(record: &EmployeeRecord, facts: &Facts<'_>) -> bool {
    let Some(definitions) = facts.source.definitions().get(&record.company) else { return false };
    let filter = extra_fields::filter(record, definitions, amsterdam_date(facts.as_of));
    !matches!(filter, Reading::NotInUse | Reading::Empty)
}

fn is_former(record: &EmployeeRecord) -> bool {
    matches!(record.listed.employee_type, Some(EmployeeType::FormerPayroll))
}

fn is_protected(person: &Person<'_>, account: Option<&Account>, policy: &Policy) -> bool {
    let of_person = match person.address() {
        Address::Valid(address) => policy.protected.contains(address.key()),
        Address::Missing | Address::Malformed(_) => false,
    };
    let stored = account.and_then(|account| account.email.as_ref());
    of_person || stored.is_some_and(|stored| policy.protected.contains(&EmailKey::of(stored.expose())))
}

/// Is there somebody in service whose address is unknown, and whose name and birthday are not others? What
/// is unknown is not another.
fn maybe_still_here(leaver: &Person<'_>, facts: &Facts<'_>) -> bool {
    let (name, birthday) = leaver.traits();
    facts.unresolved.iter().any(|(other_name, other_birthday)| {
        let other_person = matches!((&name, other_name), (Some(a), Some(b)) if a != b);
        let other_day = matches!((birthday, other_birthday), (Some(a), Some(b)) if a != *b);
        !other_person && !other_day
    })
}

/// A proposal with the values to send when somebody approves it.
fn proposed(reason: HoldReason, account: &Account, proposal: Proposal, change: AccountChange) -> Decided {
    let decision = Decision::propose(reason, account.id, proposal);
    Decided { decision, payload: Some(Payload::Change(change)), leaves_on: None }
}
