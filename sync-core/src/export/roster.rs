//! The roster: everybody, for the platform's integration by file (channel A, reference §3.2 to 3.4).
//!
//! In: what [`plan()`](crate::plan()) takes. Out: a row for everybody whom the plan wants to have an active account, or
//! who has one. Never: a rule of its own about who comes and goes.
//!
//! | the plan says | the row says |
//! |---|---|
//! | onboard | what a new account would get |
//! | update, or nothing to do | what the account holds, and over it what payroll knows otherwise; but the account's own address |
//! | offboard | what the account holds, and the last day as offboarding date |
//! | held, or waiting for a day, with an active account | what the account holds |
//! | no record for a managed active account | what the account holds |
//! | anything else | there is no row |
//!
//! What an empty cell or a missing row means to the platform is not known. So each row says all that is known, and nobody
//! who has an account disappears because of a doubt. An inactive account has no row, for that could bring it back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;

use super::brakes::{RosterBrake, brakes};
use super::reason::{ExportReason, Note, Subject, Why};
use crate::account::Account;
use crate::calendar::amsterdam_date;
use crate::change::{AccountChange, NewAccount};
use crate::decision::{Decision, NothingReason, Payload, SkipReason};
use crate::email::EmailKey;
use crate::fingerprint::FingerprintKey;
use crate::guard::{Brake, most_deactivations};
use crate::id::AccountId;
use crate::ledger::LedgerView;
use crate::matching::{AccountIndex, Level};
use crate::person::{Person, clean, people};
use crate::pii::Pii;
use crate::plan::{Entry, Plan, Run, plan};
use crate::policy::{Placement, Policy};
use crate::service::{Service, running_since};
use crate::snapshot::{Complete, SourceSnapshot, TargetSnapshot};

/// One row. `Debug` prints whom it is about and no value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RosterRow {
    /// Whom it is about.
    pub about: Subject,
    /// The account that it is about; `None` for somebody who is to get one.
    pub account: Option<AccountId>,
    /// The address by which the platform knows the person.
    pub email: Pii<String>,
    /// First name.
    pub first_name: Pii<String>,
    /// Last name without infix.
    pub last_name: Pii<String>,
    /// Name infix.
    pub prefix: Option<Pii<String>>,
    /// The first day of the employment that goes on, where payroll's word is taken.
    pub onboarding: Option<NaiveDate>,
    /// The last day with access, of somebody who left.
    pub offboarding: Option<NaiveDate>,
    /// Date of birth.
    pub birthday: Option<Pii<NaiveDate>>,
    /// Day from which anniversaries count.
    pub work_anniversary: Option<Pii<NaiveDate>>,
}

impl RosterRow {
    /// What makes its address another's, or not.
    pub fn key(&self) -> EmailKey {
        EmailKey::of(self.email.expose())
    }

    /// What the account holds; `None` if it lacks what a row must have.
    fn of_account(about: Subject, account: &Account) -> Option<Self> {
        let owned = |text| clean(text).map(|text| Pii::new(text.into_exposed().into_owned()));
        Some(Self {
            about,
            account: Some(account.id),
            email: owned(account.email.as_ref())?,
            first_name: owned(account.first_name.as_ref())?,
            last_name: owned(account.last_name.as_ref())?,
            prefix: owned(account.prefix.as_ref()),
            onboarding: None,
            offboarding: None,
            birthday: account.birthday.clone(),
            work_anniversary: account.work_anniversary.clone(),
        })
    }

    fn of_new(about: Subject, new: &NewAccount) -> Self {
        Self {
            about,
            account: None,
            email: Pii::new(new.email.expose().to_owned()),
            first_name: new.first_name.clone(),
            last_name: new.last_name.clone(),
            prefix: new.prefix.clone(),
            onboarding: None,
            offboarding: None,
            birthday: new.birthday.clone(),
            work_anniversary: new.work_anniversary.clone(),
        }
    }

    /// What payroll knows otherwise. The address stays: a file channel would take another one for another person.
    fn brought_up_to_date(mut self, change: &AccountChange) -> Self {
        let take = |into: &mut Pii<String>, from: &Option<Pii<String>>| {
            if let Some(value) = from {
                into.clone_from(value);
            }
        };
        take(&mut self.first_name, &change.first_name);
        take(&mut self.last_name, &change.last_name);
        self.prefix = change.prefix.clone().or(self.prefix);
        self.birthday = change.birthday.clone().or(self.birthday);
        self.work_anniversary = change.work_anniversary.clone().or(self.work_anniversary);
        self
    }
}

impl fmt::Debug for RosterRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RosterRow").field("about", &self.about).finish_non_exhaustive()
    }
}

/// Names exactly these rows, under the customer's key: what a person says yes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterId(String);

impl RosterId {
    /// Reads an id as somebody typed it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_id = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_id.then(|| Self(text.to_owned()))
    }

    /// Its 32 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RosterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everybody, as of one instant.
#[derive(Debug, Clone)]
pub struct Roster {
    pub(super) rows: Vec<RosterRow>,
    notes: Vec<Note>,
    pub(super) plan_brakes: Vec<Brake>,
    /// How many people may be missing that the last roster had.
    pub(super) most_missing: u64,
    /// How many may get an account that the last roster did not have.
    pub(super) most_new: u64,
}

/// Why there is no roster at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoRoster {
    /// The file has no column that says in which company somebody belongs.
    #[error("the policy divides people over several companies, and a roster is of one")]
    SeveralCompanies,
    /// Something has to be set right first.
    #[error("a guard blocks the plan, and a roster carries a plan out")]
    Blocked(Vec<Brake>),
}

/// Who is in the roster, with which values?
///
/// # Errors
/// [`NoRoster`] when no roster could be right.
pub fn roster(
    source: &Complete<SourceSnapshot>,
    target: &Complete<TargetSnapshot>,
    ledger: &LedgerView,
    policy: &Policy,
    run: &Run<'_>,
) -> Result<Roster, NoRoster> {
    if !matches!(policy.placement, Placement::One(_)) {
        return Err(NoRoster::SeveralCompanies);
    }
    let plan = plan(source, target, ledger, policy, run);
    let document = plan.document();
    if document.is_blocked() {
        let is_final = |brake: &&Brake| brake.is_final();
        return Err(NoRoster::Blocked(document.brakes.iter().filter(is_final).cloned().collect()));
    }
    let mut writing =
        Writing { target, plan: &plan, run, rows: Vec::new(), notes: Vec::new(), seen: BTreeSet::new() };
    // The plan has an entry for each person, in their order.
    let people = people(source, &ledger.aliases, policy, run.as_of);
    for (person, entry) in people.iter().zip(&document.entries) {
        writing.person(person, entry);
    }
    let index = AccountIndex::new(target, ledger);
    for account in target.accounts().iter().filter(|account| account.active && index.is_managed(account)) {
        writing.account(account, policy);
    }
    let totals = &document.totals;
    let mut roster = Roster {
        rows: writing.rows,
        notes: writing.notes,
        plan_brakes: document.brakes.clone(),
        most_missing: most_deactivations(&policy.limits, totals.managed_active + totals.recent_deactivations),
        most_new: policy.limits.creations.of(totals.managed_active),
    };
    roster.hold_out_shared_addresses();
    Ok(roster)
}

struct Writing<'a> {
    target: &'a TargetSnapshot,
    plan: &'a Plan,
    run: &'a Run<'a>,
    rows: Vec<RosterRow>,
    notes: Vec<Note>,
    /// Accounts that are spoken for.
    seen: BTreeSet<AccountId>,
}

impl Writing<'_> {
    fn person(&mut self, person: &Person<'_>, entry: &Entry) {
        let about = || Subject::Person(entry.person.clone());
        // One that only looks like this person's is somebody else's until a person says so.
        let active = entry.account.filter(|note| note.active && note.found_by != Level::Likeness);
        let account = active.and_then(|note| self.target.account(note.id));
        let payload = self.plan.payloads().get(&entry.person);
        match (&entry.decision, account) {
            (Decision::Onboard { .. }, _) => {
                if let Some(Payload::Create(new)) = payload {
                    let since = self.first_day(person);
                    self.rows.push(RosterRow { onboarding: since, ..RosterRow::of_new(about(), new) });
                }
            }
            (
                Decision::Update { .. } | Decision::Nothing { reason: NothingReason::UpToDate },
                Some(account),
            ) => {
                let change = match payload {
                    Some(Payload::Change(change)) => change.clone(),
                    _ => AccountChange::default(),
                };
                let since = self.first_day(person);
                let put = self.put(about(), account, |row| RosterRow {
                    onboarding: since,
                    ..row.brought_up_to_date(&change)
                });
                if put && change.email.is_some() {
                    self.notes.push(Note::on_row(about(), Why::Export(ExportReason::AddressStays)));
                }
            }
            (Decision::Offboard(offboard), Some(account)) => {
                let last_day = offboard.evidence().last_day();
                let on = last_day.unwrap_or_else(|| amsterdam_date(self.run.as_of));
                let put = self.put(about(), account, |row| RosterRow { offboarding: Some(on), ..row });
                if put && last_day.is_none() {
                    self.notes.push(Note::on_row(about(), Why::Export(ExportReason::UndatedLeaver)));
                }
            }
            (Decision::Hold { reason, .. }, account) => self.kept(about(), account, Why::Held(*reason)),
            (Decision::Planned { what, .. }, account) => self.kept(about(), account, Why::Waits(*what)),
            (Decision::Skip { reason }, account) => {
                self.seen.extend(account.filter(|_| *reason == SkipReason::Protected).map(|it| it.id));
                self.notes.push(Note::left_out(about(), Why::Skipped(*reason)));
            }
            (Decision::Update { .. } | Decision::Nothing { .. } | Decision::Offboard(_), _) => {}
        }
    }

    /// A row that says what the account holds, if there is an active one.
    fn kept(&mut self, about: Subject, account: Option<&Account>, why: Why) {
        match account {
            None => self.notes.push(Note::left_out(about, why)),
            Some(account) => {
                if self.put(about.clone(), account, |row| row) {
                    self.notes.push(Note::on_row(about, why));
                }
            }
        }
    }

    /// An account of ours that is nobody's of payroll, or whose person cannot be told, keeps its row.
    fn account(&mut self, account: &Account, policy: &Policy) {
        let is_protected = account
            .email
            .as_ref()
            .is_some_and(|email| policy.protected.contains(&EmailKey::of(email.expose())));
        if self.seen.contains(&account.id) || is_protected {
            return;
        }
        self.kept(Subject::Account(account.id), Some(account), Why::Export(ExportReason::Absent));
    }

    /// Adds the account's row with what `with` makes of it; says whether there is one.
    fn put(&mut self, about: Subject, account: &Account, with: impl FnOnce(RosterRow) -> RosterRow) -> bool {
        self.seen.insert(account.id);
        let row = RosterRow::of_account(about.clone(), account);
        let has_row = row.is_some();
        match row {
            Some(row) => self.rows.push(with(row)),
            None => self.notes.push(Note::left_out(about, Why::Export(ExportReason::Incomplete))),
        }
        has_row
    }

    /// The first day of the employment that goes on.
    fn first_day(&self, person: &Person<'_>) -> Option<NaiveDate> {
        match person.in_force(self.run.as_of) {
            Some((record, Service::Running(_))) => running_since(record, self.run.as_of),
            _ => None,
        }
    }
}

impl Roster {
    /// The rows, people by their id, then accounts.
    pub fn rows(&self) -> &[RosterRow] {
        &self.rows
    }

    /// Who has no row, or not the one that payroll would want, and why; sorted by reason.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Without the rows at these places, which the file cannot take as they are.
    pub fn without(mut self, places: impl IntoIterator<Item = usize>) -> Self {
        let places: BTreeSet<usize> = places.into_iter().collect();
        self.leave_out(&places, ExportReason::Unwritable);
        self
    }

    /// Names exactly these rows. The same rows have the same id, whenever they are made.
    pub fn id(&self, key: &FingerprintKey) -> RosterId {
        let date = |date: Option<NaiveDate>| date.map_or(String::new(), |date| date.to_string());
        let exposed = |date: &Option<Pii<NaiveDate>>| date.as_ref().map(|date| *date.expose());
        let mut parts: Vec<String> = Vec::with_capacity(self.rows.len() * 8);
        for row in &self.rows {
            parts.extend([
                row.email.expose().clone(),
                row.first_name.expose().clone(),
                row.last_name.expose().clone(),
                row.prefix.as_ref().map_or(String::new(), |prefix| prefix.expose().clone()),
                date(row.onboarding),
                date(row.offboarding),
                date(exposed(&row.birthday)),
                date(exposed(&row.work_anniversary)),
            ]);
        }
        let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
        RosterId(key.of("sync-core/roster/v1", &parts))
    }

    /// What stops it from taking the place of the last one, unless a person said yes to exactly this one: the limits of
    /// its plan, and people who would be missing. `last` are the addresses of the last roster; `None` if there is none
    /// to compare with.
    pub fn brakes(&self, last: Option<&BTreeSet<EmailKey>>) -> Vec<RosterBrake> {
        brakes(self, last)
    }

    fn leave_out(&mut self, places: &BTreeSet<usize>, reason: ExportReason) {
        let mut at = 0..;
        let out: Vec<RosterRow> =
            self.rows.extract_if(.., |_| at.next().is_some_and(|at| places.contains(&at))).collect();
        for RosterRow { about, .. } in out {
            self.notes.retain(|note| note.about != about);
            self.notes.push(Note::left_out(about, Why::Export(reason)));
        }
        self.notes.sort();
    }

    /// An address stands in the file once. One account that has it keeps its row; whoever else would get it is held out.
    fn hold_out_shared_addresses(&mut self) {
        let mut by_key: BTreeMap<EmailKey, Vec<usize>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            by_key.entry(row.key()).or_default().push(at);
        }
        let is_new = |at: &usize| self.rows.get(*at).is_some_and(|row| row.account.is_none());
        let mut out = BTreeSet::new();
        for places in by_key.into_values().filter(|places| places.len() > 1) {
            let (new, old): (Vec<usize>, Vec<usize>) = places.into_iter().partition(is_new);
            out.extend(new);
            if old.len() > 1 {
                out.extend(old);
            }
        }
        self.leave_out(&out, ExportReason::AddressTwice);
    }
}
