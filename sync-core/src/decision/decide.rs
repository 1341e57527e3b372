//! The order in which the rules are asked (reference §5.1). The first that applies decides.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::access::{access, takes_part};
use super::fields::{Fingerprints, NoName, Wanted, creation, difference, marking};
use super::route::{home, is_unanswered};
use super::{Decision, HoldReason, NothingReason, Offboard, Payload, Planned, Proposal, SkipReason};
use crate::account::{Account, Ownership};
use crate::change::AccountChange;
use crate::email::EmailKey;
use crate::evidence::{Leaving, leaving};
use crate::external_id::ExternalId;
use crate::extra_fields::Reading;
use crate::fingerprint::FingerprintKey;
use crate::id::{AccountId, TargetCompanyId};
use crate::ledger::Failures;
use crate::likeness::{Likenesses, Returning, is_like};
use crate::matching::{Level, Match};
use crate::person::{Address, Person};
use crate::policy::Policy;
use crate::quarantine::set_aside_until;
use crate::record::{EmployeeRecord, EmployeeType};
use crate::service::Service;
use crate::snapshot::SourceSnapshot;

/// All that a decision may look at besides the person and the account.
pub(crate) struct Facts<'a> {
    pub(crate) source: &'a SourceSnapshot,
    /// Some account could not be read, so that "there is no account" is not known for sure.
    pub(crate) some_account_unreadable: bool,
    /// Who may be whom although no id and no address says so.
    pub(crate) likenesses: &'a Likenesses<'a>,
    /// Accounts that the ledger ties to a record of which the source says nothing any more.
    pub(crate) linked_to_gone: &'a BTreeSet<AccountId>,
    /// Whom the target refused, and how often.
    pub(crate) failures: &'a BTreeMap<ExternalId, Failures>,
    pub(crate) policy: &'a Policy,
    pub(crate) key: &'a FingerprintKey,
    pub(crate) as_of: DateTime<Utc>,
    /// The date that it is then in Amsterdam.
    pub(crate) today: NaiveDate,
}

/// A decision with what travels beside it.
pub(crate) struct Decided<'a> {
    pub(crate) decision: Decision,
    pub(crate) payload: Option<Payload>,
    /// The last day of somebody in service, if it is known.
    pub(crate) leaves_on: Option<NaiveDate>,
    /// The account that a relink would give to somebody who was matched with none.
    pub(crate) likely: Option<&'a Account>,
}

impl From<Decision> for Decided<'_> {
    fn from(decision: Decision) -> Self {
        Self { decision, payload: None, leaves_on: None, likely: None }
    }
}

impl From<HoldReason> for Decided<'_> {
    fn from(reason: HoldReason) -> Self {
        Decision::hold(reason).into()
    }
}

/// An account, and how it was found.
type Found<'a> = (&'a Account, Level);

/// What happens to this person?
pub(crate) fn decide<'a>(person: &Person<'_>, found: &Match<'a>, facts: &Facts<'a>) -> Decided<'a> {
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
    if is_unanswered(person, facts) {
        return HoldReason::NoRoute.into();
    }
    let decided = if person.is_in_service() {
        in_service(person, account, facts)
    } else if person.records().iter().any(|record| is_former(record)) {
        former(person, account, facts)
    } else {
        of_another_type(person, account).into()
    };
    unless_set_aside(decided, person, account, facts)
}

fn in_service<'a>(person: &Person<'_>, account: Option<Found<'a>>, facts: &Facts<'a>) -> Decided<'a> {
    let active = certain(account).filter(|account| account.active);
    match (takes_part(person, facts), active) {
        (Ok(true), _) => {}
        (Ok(false), Some(account)) => {
            return Decision::propose(HoldReason::AccessWithdrawn, account.id, Proposal::Deactivate).into();
        }
        (Ok(false), None) => return Decision::skip(SkipReason::AccessNo).into(),
        (Err(reason), _) => return reason.into(),
    }
    let home = match home(person, facts) {
        Ok(home) => home,
        Err(reason) => return reason.into(),
    };
    let Some((record, standing)) = person.in_force(facts.as_of) else {
        return HoldReason::MissingStart.into();
    };
    let leaves_on = match standing {
        Service::Running(end) => end,
        Service::Ahead(on) => return ahead(on, person, account, facts),
        Service::Over(_) => return HoldReason::EndedOnPayroll.into(),
        Service::Unknown if active.is_none() => return HoldReason::MissingStart.into(),
        Service::Unknown => None,
    };
    let email = match person.address() {
        Address::Valid(email) => email,
        Address::Missing => return HoldReason::MissingEmail.into(),
        Address::Malformed(_) => return HoldReason::MalformedEmail.into(),
    };
    let wanted = match Wanted::of(record, email, facts.policy, facts.today) {
        Ok(wanted) => wanted,
        Err(NoName) => return HoldReason::MissingName.into(),
    };
    let decided = match account {
        Some(found) => with_account(&wanted, person, found, home, facts),
        None => without_account(&wanted, person, home, facts),
    };
    Decided { leaves_on, ..decided }
}

/// Somebody whose next day in service is still to come.
fn ahead<'a>(
    on: NaiveDate,
    person: &Person<'_>,
    account: Option<Found<'a>>,
    facts: &Facts<'a>,
) -> Decided<'a> {
    let planned = |what| Decision::Planned { what, on }.into();
    match account {
        Some((account, level)) if level.is_certain() && account.active => planned(Planned::Begin),
        Some(_) => planned(Planned::Onboard),
        None => match facts.likenesses.returning(person) {
            Some(returning) => returned(returning, person, facts),
            None => planned(Planned::Onboard),
        },
    }
}

/// Somebody in service for whom no account was found.
fn without_account<'a>(
    wanted: &Wanted<'_>,
    person: &Person<'_>,
    home: TargetCompanyId,
    facts: &Facts<'a>,
) -> Decided<'a> {
    if facts.some_account_unreadable {
        return HoldReason::TargetRowUnreadable.into();
    }
    if let Some(returning) = facts.likenesses.returning(person) {
        return returned(returning, person, facts);
    }
    let (fields, payload) =
        creation(wanted, person.external_id(), facts.policy, &Fingerprints::of(person, facts.key));
    let decision = Decision::Onboard { company: home, fields };
    Decided { payload: Some(payload), ..decision.into() }
}

/// Somebody in service for whom an account was found.
fn with_account<'a>(
    wanted: &Wanted<'_>,
    person: &Person<'_>,
    (account, level): Found<'a>,
    home: TargetCompanyId,
    facts: &Facts<'a>,
) -> Decided<'a> {
    let prints = Fingerprints::of(person, facts.key);
    let of_gone = !level.is_certain() && facts.stands_for_gone(account);
    if of_gone && !is_like(person, account) {
        Decision::hold_on(HoldReason::AddressReused, vec![account.id]).into()
    } else if account.company != home {
        Decision::hold_on(HoldReason::MoveCompany, vec![account.id]).into()
    } else if of_gone {
        former_account(person, account, facts)
    } else if !level.is_certain() {
        let (fields, change) = marking(person.external_id(), account, &prints);
        proposed(HoldReason::Adoption, account, Proposal::Adopt { fields }, change)
    } else if !account.active {
        let (fields, change) = difference(wanted, account, &prints);
        proposed(HoldReason::Rehire, account, Proposal::Activate { fields }, change)
    } else {
        match difference(wanted, account, &prints) {
            (_, change) if change.is_empty() => Decision::nothing(NothingReason::UpToDate).into(),
            (fields, change) => {
                Decided { payload: Some(Payload::Change(change)), ..Decision::Update { fields }.into() }
            }
        }
    }
}

fn former<'a>(person: &Person<'_>, account: Option<Found<'a>>, facts: &Facts<'a>) -> Decided<'a> {
    // What has the address of this person and stands for another who is gone is no account of this person.
    let of_another = |(account, level): &Found<'_>| {
        !level.is_certain() && facts.stands_for_gone(account) && !is_like(person, account)
    };
    let Some((account, level)) = account.filter(|found| !of_another(found)) else {
        return Decision::nothing(NothingReason::LeftWithoutAccount).into();
    };
    if !account.active {
        return Decision::nothing(NothingReason::AlreadyInactive).into();
    }
    if level.is_certain() {
        leaver(person, account, facts).into()
    } else if facts.stands_for_gone(account) {
        former_account(person, account, facts)
    } else {
        Decision::hold_on(HoldReason::LeaverNotManaged, vec![account.id]).into()
    }
}

/// Somebody of the type former payroll whose own account is active.
fn leaver(person: &Person<'_>, account: &Account, facts: &Facts<'_>) -> Decision {
    let ask = |reason| Decision::propose(reason, account.id, Proposal::Deactivate);
    let evidence = match leaving(person, facts.as_of) {
        Leaving::Left(evidence) => evidence,
        Leaving::LeavesAfter(on) => return Decision::Planned { what: Planned::Offboard, on },
        Leaving::OtherRecordOpen | Leaving::NoEvidence => return ask(HoldReason::OtherRecordOpen),
        Leaving::BeginsAgain => return Decision::hold(HoldReason::BeginsAgain),
    };
    for record in person.records() {
        match access(record, facts) {
            Reading::Value(false) => return ask(HoldReason::LeaverWithoutAccess),
            Reading::Unreadable => return Decision::hold(HoldReason::AccessUnreadable),
            Reading::Conflict => return Decision::hold(HoldReason::AccessConflict),
            Reading::Value(true) | Reading::Empty | Reading::NotInUse => {}
        }
    }
    if facts.linked_to_gone.contains(&account.id) || !person.gone().is_empty() {
        return ask(HoldReason::LinkedRecordGone);
    }
    if facts.likenesses.maybe_still_here(person) {
        return Decision::hold(HoldReason::MaybeStillHere);
    }
    let records = facts.likenesses.newcomers(person, account);
    if !records.is_empty() {
        let (reason, accounts) = (HoldReason::MaybeReturned, vec![account.id]);
        return Decision::Hold { reason, accounts, records, proposal: None };
    }
    Decision::Offboard(Offboard::on(evidence))
}

/// Somebody of whom no record is in service or former payroll. No type but that is evidence of leaving (U-1).
fn of_another_type(person: &Person<'_>, account: Option<Found<'_>>) -> Decision {
    if person.records().iter().all(|record| record.listed.employee_type.is_none()) {
        return Decision::skip(SkipReason::NoType);
    }
    match certain(account).filter(|account| account.active) {
        Some(account) => Decision::propose(HoldReason::OtherTypeActive, account.id, Proposal::Deactivate),
        None => Decision::skip(SkipReason::OtherType),
    }
}

/// Somebody in service who looks like one who left, or like the account of a record that is gone.
fn returned<'a>(returning: Returning<'a>, person: &Person<'_>, facts: &Facts<'a>) -> Decided<'a> {
    let Returning { records, accounts, only } = returning;
    let reason = if records.is_empty() { HoldReason::FormerAccount } else { HoldReason::MaybeReturned };
    let only = only.filter(|(account, _)| !protects(facts.policy, account));
    let (proposal, payload) = match &only {
        None => (None, None),
        Some((_, Some(old))) => {
            (Some(Proposal::Relink { fields: Vec::new(), same_as: Some(old.clone()) }), None)
        }
        Some((account, None)) => {
            let prints = Fingerprints::of(person, facts.key);
            let (fields, change) = marking(person.external_id(), account, &prints);
            (Some(Proposal::Relink { fields, same_as: None }), Some(Payload::Change(change)))
        }
    };
    let decision = Decision::Hold { reason, accounts, records, proposal };
    Decided { payload, likely: only.map(|(account, _)| account), ..decision.into() }
}

/// An account of ours that has the address, the last name and the birthday of this person, and stands for a record
/// that is gone.
fn former_account<'a>(person: &Person<'_>, account: &Account, facts: &Facts<'a>) -> Decided<'a> {
    let prints = Fingerprints::of(person, facts.key);
    let (fields, change) = marking(person.external_id(), account, &prints);
    proposed(HoldReason::FormerAccount, account, Proposal::Relink { fields, same_as: None }, change)
}

/// Only what would be written is set aside; whoever is held has not been refused for that.
fn unless_set_aside<'a>(
    decided: Decided<'a>,
    person: &Person<'_>,
    account: Option<Found<'_>>,
    facts: &Facts<'a>,
) -> Decided<'a> {
    let is_set_aside = || {
        let failures = person.ids().filter_map(|id| facts.failures.get(id));
        failures.filter_map(|failures| set_aside_until(*failures)).any(|until| facts.as_of < until)
    };
    let decision = match (&decided.decision, account) {
        (Decision::Onboard { .. } | Decision::Update { .. }, _) if is_set_aside() => Decision::hold_on(
            HoldReason::SetAside,
            account.into_iter().map(|(account, _)| account.id).collect(),
        ),
        (Decision::Offboard(_), Some((account, _))) if is_set_aside() => {
            Decision::propose(HoldReason::LeaverSetAside, account.id, Proposal::Deactivate)
        }
        _ => return decided,
    };
    Decided { decision, payload: None, ..decided }
}

impl Facts<'_> {
    /// Asked of an account that is nobody's for certain: does it stand for a record that is gone?
    fn stands_for_gone(&self, account: &Account) -> bool {
        matches!(account.ownership(), Ownership::Ours(_)) || self.linked_to_gone.contains(&account.id)
    }
}

fn certain(account: Option<Found<'_>>) -> Option<&Account> {
    account.filter(|(_, level)| level.is_certain()).map(|(account, _)| account)
}

fn is_former(record: &EmployeeRecord) -> bool {
    matches!(record.listed.employee_type, Some(EmployeeType::FormerPayroll))
}

fn is_protected(person: &Person<'_>, account: Option<&Account>, policy: &Policy) -> bool {
    let of_person = match person.address() {
        Address::Valid(address) => policy.protected.contains(address.key()),
        Address::Missing | Address::Malformed(_) => false,
    };
    of_person || account.is_some_and(|account| protects(policy, account))
}

fn protects(policy: &Policy, account: &Account) -> bool {
    if policy.protected.is_empty() {
        return false;
    }
    account.email.as_ref().is_some_and(|stored| policy.protected.contains(&EmailKey::of(stored.expose())))
}

/// A proposal with the values to send when somebody approves it.
fn proposed<'a>(
    reason: HoldReason,
    account: &Account,
    proposal: Proposal,
    change: AccountChange,
) -> Decided<'a> {
    let decision = Decision::propose(reason, account.id, proposal);
    Decided { payload: Some(Payload::Change(change)), ..decision.into() }
}
