//! The law, in terms of human beings, and what is judged by it after every run: the writes, and nothing that the core
//! says about them.
//!
//! In: the office and the platform as they were, the writes, the words that people gave. Out: nothing, or the first
//! law that was broken. It knows more than the core can (which records are of one human being), so each law says what
//! the core could have known.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::Value;
use sync_core::email::EmailAddress;
use sync_core::engine::{RunReport, Verdict};
use sync_core::plan::SavedPlan;
use sync_core::record::EmployeeType;
use sync_core::{AccountId, CompanyId, ExternalId, Placement, PlanId, Policy};

use crate::office::{Human, Office, Record, Shown, same_text};
use crate::platform::{Platform, Standing, What, Write, address_of, id_of_ours};
use crate::play::{Ended, PROTECTED};

/// Which law was broken, and how.
pub(crate) type Broken = String;

type Scope = BTreeMap<CompanyId, BTreeSet<String>>;

macro_rules! law {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}

/// An approval, with all that the person could see when it was given.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) plan: SavedPlan,
    pub(crate) people: BTreeSet<ExternalId>,
    pub(crate) smaller_scope: bool,
    pub(crate) given_at: DateTime<Utc>,
    pub(crate) office: Office,
    pub(crate) policy: Policy,
}

#[derive(Debug, Clone)]
struct Given {
    policy: Policy,
    scope: Scope,
}

/// What was said and seen so far.
#[derive(Debug, Default)]
pub(crate) struct Law {
    mandate: Option<Given>,
    words: Vec<Word>,
    spent: BTreeSet<PlanId>,
    /// What the last run that came to its end saw.
    last_scope: Option<Scope>,
    /// In which company the record of an account was when a run last came to its end.
    known: BTreeMap<AccountId, CompanyId>,
    deactivated: Vec<DateTime<Utc>>,
    scopes: BTreeMap<PlanId, Scope>,
    /// What happened, in a word each.
    pub(crate) classes: BTreeSet<String>,
}

/// One run as the law sees it.
struct Run<'a> {
    office: &'a Office,
    before: &'a Platform,
    policy: &'a Policy,
    now: DateTime<Utc>,
    today: NaiveDate,
    /// Records of which somebody said that they are of one human being: the later and the earlier.
    said_to_be_one: BTreeSet<(String, String)>,
}

impl Law {
    pub(crate) fn saw(&mut self, what: &str) {
        self.classes.insert(what.to_owned());
    }

    /// Accounts that a run saw with their records, and came to its end.
    pub(crate) fn known(&self) -> Vec<AccountId> {
        self.known.keys().copied().collect()
    }

    pub(crate) fn mandate_given(&mut self, policy: &Policy, plan: &SavedPlan) {
        self.mandate = Some(Given { policy: policy.clone(), scope: self.scopes[plan.id()].clone() });
    }

    pub(crate) fn mandate_revoked(&mut self) {
        self.saw("revoked");
        self.mandate = None;
    }

    pub(crate) fn approved(&mut self, word: Word) {
        self.words.retain(|other| other.plan.id() != word.plan.id());
        self.words.push(word);
    }

    /// Looks at one run.
    pub(crate) fn judges(
        &mut self,
        office: &Office,
        before: &Platform,
        after: &Platform,
        policy: &Policy,
        now: DateTime<Utc>,
        ended: &Ended,
    ) -> Result<(), Broken> {
        let run = Run {
            office,
            before,
            policy,
            now,
            today: now.date_naive(),
            said_to_be_one: self.words.iter().flat_map(relinked).collect(),
        };
        self.classify(&run, after, ended);
        let writes = &after.writes;
        match ended {
            Some(Err(error)) => law!(writes.is_empty(), "a run that failed ({error}) wrote: {writes:?}"),
            Some(Ok(RunReport { verdict: Verdict::Waits(refusal), .. })) => {
                law!(writes.is_empty(), "a run that waits ({refusal}) wrote: {writes:?}");
            }
            _ => {}
        }
        let mut relied_on = BTreeSet::new();
        let mut unworded: Vec<&Write> = Vec::new();
        for write in writes {
            run.r18_ownership(write)?;
            r18_protected(write)?;
            match self.word_for(&run, write) {
                None => unworded.push(write),
                Some(_) if self.mandate_covers(&run, write) => {}
                Some(word) => {
                    run.r8_as_it_was_seen(write, word)?;
                    relied_on.insert(word.plan.id().clone());
                }
            }
            let withdrawn = self.word_for(&run, write).is_some_and(|word| {
                entry_of(word, write).and_then(|(_, entry)| proposal_in(&entry))
                    == Some("deactivate".to_owned())
            });
            match &write.what {
                What::Create => run.r17_no_second_account(write)?,
                What::Update(_) => run.values_are_of_the_owner(write)?,
                What::Activate => run.only_who_works_is_activated(write)?,
                What::Deactivate if withdrawn => {}
                What::Deactivate => run.r2_positive_evidence(write)?,
            }
        }
        self.r3_empty_company(&run, writes)?;
        self.r7_authority(&run, &unworded)?;
        self.r26_scope(&run, writes)?;
        if !unworded.is_empty() {
            let proposed = |write: &&Write| {
                let word = self.word_for(&run, write);
                word.and_then(|word| entry_of(word, write))
                    .is_some_and(|(_, entry)| proposal_in(&entry).is_some())
            };
            let ordinary: Vec<&Write> = writes.iter().filter(|write| !proposed(write)).collect();
            self.r4_limits(&run, &ordinary)?;
        }
        self.remember(&run, after, ended, relied_on);
        Ok(())
    }

    fn remember(&mut self, run: &Run<'_>, after: &Platform, ended: &Ended, relied_on: BTreeSet<PlanId>) {
        let deactivations = after.writes.iter().filter(|write| write.what == What::Deactivate).count();
        self.deactivated.extend(std::iter::repeat_n(run.now, deactivations));
        let Some(Ok(report)) = ended else { return };
        self.scopes.insert(report.plan.id().clone(), run.office.scope());
        if report.applied().is_some_and(|applied| applied.stopped.is_none()) {
            self.spent.extend(relied_on);
            self.last_scope = Some(run.office.scope());
            for standing in after.accounts.values() {
                let record = id_of_ours(&standing.account).and_then(|id| run.record(&id));
                if let Some(record) = record.filter(|record| run.sees(record)) {
                    self.known.insert(standing.account.id, record.row.company.clone());
                }
            }
        }
    }

    fn mandate_in_force(&self, run: &Run<'_>) -> bool {
        let same = |given: &Given| given.policy == *run.policy && given.scope == run.office.scope();
        self.mandate.as_ref().is_some_and(same) && self.last_scope.is_some()
    }

    fn mandate_covers(&self, run: &Run<'_>, write: &Write) -> bool {
        let is_ordinary = match &write.what {
            What::Create | What::Deactivate => true,
            What::Update(change) => change.external_id.is_none(),
            What::Activate => false,
        };
        is_ordinary && self.mandate_in_force(run)
    }

    /// The word that covers a write, if there is one that holds.
    fn word_for(&self, run: &Run<'_>, write: &Write) -> Option<&Word> {
        let holds = |word: &&Word| {
            let young = |at: DateTime<Utc>| run.now - at <= TimeDelta::hours(24);
            young(word.given_at)
                && young(word.plan.as_of())
                && word.policy == *run.policy
                && !self.spent.contains(word.plan.id())
        };
        self.words.iter().filter(holds).find(|word| {
            let Some((person, entry)) = entry_of(word, write) else { return false };
            let named = word.people.contains(&person);
            let kind = entry.pointer("/decision/kind").and_then(Value::as_str).unwrap_or_default();
            match (&write.what, kind, proposal_in(&entry).as_deref()) {
                (What::Create, "onboard", _) | (What::Deactivate, "offboard", _) => true,
                (What::Update(change), "update", _) => change.external_id.is_none(),
                (What::Update(change), "hold", Some("adopt")) => {
                    let mut marked = change.clone();
                    marked.external_id = None;
                    named && marked.is_empty()
                }
                (What::Update(change), "hold", Some("activate")) => named && change.external_id.is_none(),
                (What::Update(_), "hold", Some("relink"))
                | (What::Activate, "hold", Some("activate"))
                | (What::Deactivate, "hold", Some("deactivate")) => named,
                _ => false,
            }
        })
    }

    /// R7: what no word covers needs the mandate, under the policy and in the scope in which it was given.
    fn r7_authority(&self, run: &Run<'_>, without_a_word: &[&Write]) -> Result<(), Broken> {
        for write in without_a_word {
            law!(self.mandate_covers(run, write), "R7: nobody's word covers {write:?}");
        }
        Ok(())
    }

    /// R4, for runs that do anything on the mandate alone: never more than the limits, counted from the writes. What was
    /// approved one by one is not counted.
    fn r4_limits(&self, run: &Run<'_>, writes: &[&Write]) -> Result<(), Broken> {
        let managed =
            run.before.accounts.values().filter(|it| it.account.active && it.ours.is_some()).count() as u64;
        let recent = self.deactivated.iter().filter(|at| run.now - **at < TimeDelta::days(7)).count() as u64;
        let count =
            |wanted: fn(&What) -> bool| writes.iter().filter(|write| wanted(&write.what)).count() as u64;
        let share =
            |percent: u64, least: u64, most: u64, of: u64| (of * percent).div_ceil(100).clamp(least, most);
        let everybody = managed + recent;
        let deactivations = count(|what| *what == What::Deactivate);
        let allowed = if everybody < 10 { everybody / 2 } else { share(5, 3, 50, everybody) };
        law!(
            deactivations == 0 || deactivations + recent <= allowed,
            "R4: {deactivations} deactivations after {recent} within the week, of {managed}"
        );
        let creations = count(|what| *what == What::Create);
        law!(creations <= share(10, 10, 200, managed), "R4: {creations} creations, of {managed}");
        let changes = count(|what| matches!(what, What::Update(change) if change.email.is_some()));
        law!(changes <= share(10, 10, 100, managed), "R4: {changes} addresses changed, of {managed}");
        Ok(())
    }

    /// R3: nothing at all while a company whose people have accounts of ours gives nobody.
    fn r3_empty_company(&self, run: &Run<'_>, writes: &[Write]) -> Result<(), Broken> {
        for (id, company) in &run.office.companies {
            let is_empty = !run.office.visible().any(|record| record.row.company == *id);
            let missed = self.known.iter().find(|(account, at)| {
                let standing = run.before.accounts.get(account);
                let record = standing.and_then(|it| id_of_ours(&it.account)).and_then(|id| run.record(&id));
                *at == id
                    && standing.is_some_and(|standing| standing.account.active)
                    && record.is_some_and(|record| !run.sees(record))
            });
            law!(
                company.shown == Shown::Gone || !is_empty || missed.is_none() || writes.is_empty(),
                "R3: {id} gives nobody, account {missed:?} is of its people, and there are writes: {writes:?}"
            );
        }
        Ok(())
    }

    /// R26: nothing while something is gone that the last run saw, unless a person said that it is meant to be.
    fn r26_scope(&self, run: &Run<'_>, writes: &[Write]) -> Result<(), Broken> {
        let now = run.office.scope();
        let gone = self
            .last_scope
            .iter()
            .flatten()
            .any(|(company, fields)| now.get(company).is_none_or(|present| !fields.is_subset(present)));
        let accepted = self.words.iter().any(|word| {
            word.smaller_scope
                && word.policy == *run.policy
                && run.now - word.given_at <= TimeDelta::hours(24)
        });
        law!(
            !gone || accepted || writes.is_empty(),
            "R26: the scope shrank, and there are writes: {writes:?}"
        );
        Ok(())
    }

    fn classify(&mut self, run: &Run<'_>, after: &Platform, ended: &Ended) {
        for write in &after.writes {
            let was_ours = write.before.as_ref().is_some_and(|before| before.ours.is_some());
            self.saw(match &write.what {
                What::Create => "created",
                What::Update(change) if change.external_id.is_some() && was_ours => "relinked",
                What::Update(change) if change.external_id.is_some() => "adopted",
                What::Update(change) if change.email.is_some() => "address changed",
                What::Update(_) => "updated",
                What::Activate => "activated",
                What::Deactivate => "deactivated",
            });
            if run.policy.target_companies().len() > 1 && write.what == What::Create {
                self.saw("routed");
            }
        }
        let Some(Ok(report)) = ended else { return };
        let document = serde_json::to_value(report.plan.document()).unwrap();
        let list = |key: &str| document[key].as_array().cloned().unwrap_or_default();
        for entry in list("entries") {
            if let Some(reason) = entry.pointer("/decision/reason").and_then(Value::as_str) {
                self.saw(&format!("held {reason}"));
            }
            if entry.pointer("/decision/proposal/same_as").is_some_and(Value::is_string) {
                self.saw("proposed alias");
            }
        }
        for brake in list("brakes") {
            self.saw(&format!("brake {}", brake["brake"].as_str().unwrap_or_default()));
        }
        if matches!(&report.verdict, Verdict::Applied(applied) if applied.stopped.is_some()) {
            self.saw("stopped");
        }
        if report.settling.pages > 0 {
            self.saw("settled by a listing");
        }
        if !run.before.grudges.is_empty() {
            self.saw("grudge");
        }
    }
}

/// What an approval says about records: the later, and the earlier whose person it is.
fn relinked(word: &Word) -> Vec<(String, String)> {
    let old = |person: &ExternalId| {
        let entry = word.plan.entry(person)?.json();
        entry.pointer("/decision/proposal/same_as").and_then(Value::as_str).map(str::to_owned)
    };
    word.people.iter().filter_map(|person| Some((person.as_str().to_owned(), old(person)?))).collect()
}

/// The entry of a plan that is about this write, with its person.
fn entry_of(word: &Word, write: &Write) -> Option<(ExternalId, Value)> {
    let created = (write.what == What::Create).then(|| write.after.external_id.clone()).flatten();
    word.plan.entries().find_map(|(person, entry)| {
        let account = entry.json().pointer("/account/id").and_then(Value::as_i64);
        let is_meant = match &created {
            Some(id) => person.as_str() == id,
            None => account == Some(write.account.get()),
        };
        is_meant.then(|| (person.clone(), entry.json().clone()))
    })
}

fn proposal_in(entry: &Value) -> Option<String> {
    entry.pointer("/decision/proposal/kind").and_then(Value::as_str).map(str::to_owned)
}

impl Run<'_> {
    fn record(&self, id: &str) -> Option<&Record> {
        self.office.records.iter().find(|record| record.row.id.as_str() == id)
    }

    fn sees(&self, record: &Record) -> bool {
        self.office.visible().any(|other| other.row.id == record.row.id)
    }

    fn in_service(&self, record: &Record) -> bool {
        record.row.listed.employee_type.as_ref().is_some_and(|it| self.policy.is_in_service(it))
    }

    fn owner(write: &Write) -> Result<(&Standing, Human), Broken> {
        let before = write.before.as_ref().ok_or("a write without an account")?;
        let owner = before.owner.ok_or(format!("R18: written to an account that is nobody's: {write:?}"))?;
        Ok((before, owner))
    }

    /// R18: what is not ours is not changed, but for our id; what carries another's id is not changed at all.
    fn r18_ownership(&self, write: &Write) -> Result<(), Broken> {
        let Some(before) = &write.before else { return Ok(()) };
        let carried = before.account.external_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
        let foreign = carried.is_some_and(|id| !id.starts_with("nmbrs:"));
        law!(!foreign, "U-17: an account with another's id is written to: {write:?}");
        let whose = carried.and_then(|id| self.office.human_of(id));
        law!(
            whose.is_none() || whose == before.owner,
            "R14: an account that carries the id of another human being is written to: {write:?}"
        );
        if before.ours.is_none() {
            let What::Update(change) = &write.what else {
                return Err(format!("R18: an account that is not ours is switched: {write:?}"));
            };
            let mut rest = change.clone();
            rest.external_id = None;
            law!(change.external_id.is_some() && rest.is_empty(), "R18: more than our id is set: {write:?}");
        }
        Ok(())
    }

    /// R2: a readable record of this human being says that it left, and none that could be known to be of the same
    /// human being says anything else.
    fn r2_positive_evidence(&self, write: &Write) -> Result<(), Broken> {
        let (before, human) = Self::owner(write)?;
        law!(before.account.active, "U-22: deactivated twice: {write:?}");
        let left = |record: &&Record| {
            record.is_readable()
                && record.is_type(&EmployeeType::FormerPayroll)
                && record.last_day().is_none_or(|day| day < self.today)
        };
        let leavers: Vec<&Record> = self.office.of_human(human).filter(left).collect();
        law!(!leavers.is_empty(), "R2: no record of human {human} says that it left: {write:?}");
        let has_another_account = self
            .before
            .accounts
            .values()
            .any(|it| it.owner == Some(human) && it.ours.is_some() && it.account.id != write.account);
        for other in self.office.of_human(human) {
            law!(other.is_readable(), "R2: {} of human {human} cannot be read: {write:?}", other.row.id);
            let closed =
                [EmployeeType::FormerPayroll, EmployeeType::FormerExternal, EmployeeType::RejectedApplicant];
            let is_open = !closed.iter().any(|it| other.is_type(it));
            let own = before.ours.as_deref().and_then(|id| self.record(id));
            let merges = own.is_some_and(|own| same_text(own.email(), other.email()) && own.resembles(other));
            law!(!(is_open && merges), "U-2: {} of human {human} is open: {write:?}", other.row.id);
            let resembles =
                own.is_some_and(|own| own.resembles(other)) || other.has_traits_of(&before.account);
            law!(
                !(self.in_service(other) && resembles) || has_another_account,
                "R2: human {human} works, says {}: {write:?}",
                other.row.id
            );
        }
        let refused = leavers.iter().any(|leaver| leaver.field("access") == Some("nee"));
        law!(!refused, "U-31: a leaver without access is deactivated without a question: {write:?}");
        Ok(())
    }

    /// R17, and all that has to be so before an account is made.
    fn r17_no_second_account(&self, write: &Write) -> Result<(), Broken> {
        let id = write.after.external_id.clone().unwrap_or_default();
        let record = self.record(&id).ok_or(format!("created for nobody: {write:?}"))?;
        law!(self.sees(record), "created for a record that is not there: {write:?}");
        let merged = |other: &&Record| {
            other.row.id == record.row.id
                || (same_text(other.email(), record.email()) && other.resembles(record))
        };
        let of_person: Vec<&Record> = self.office.of_human(record.human).filter(merged).collect();
        let working: Vec<&&Record> = of_person.iter().filter(|other| self.in_service(other)).collect();
        law!(
            of_person.iter().all(|other| other.is_readable()),
            "R1: a row of {id} cannot be read: {write:?}"
        );
        law!(
            working.iter().any(|other| other.works_on(self.today)),
            "U-14: {id} does not work today: {write:?}"
        );
        for other in &working {
            let defined = self.office.companies[&other.row.company].fields.contains("alleo_access");
            let says = other.field("access").map(str::trim);
            law!(
                says == Some("ja") || (says.is_none() && !defined),
                "U-4: access of {id} is {says:?}: {write:?}"
            );
            if let Placement::ByFilterField(table) = &self.policy.placement {
                let route = other.field("filter").and_then(sync_core::policy::Route::of);
                let company = route.and_then(|route| table.get(&route).copied());
                law!(company == Some(write.after.company), "U-6: {id} belongs in {company:?}: {write:?}");
            }
        }
        for other in self.before.accounts.values().chain(&self.before.removed) {
            let same_human = other.owner == Some(record.human);
            let Some(old) = other.ours.as_deref().filter(|_| same_human).and_then(|id| self.record(id))
            else {
                continue;
            };
            // Two jobs at once under two addresses are two people to everybody but us.
            let said = |it: &Record| {
                let pair = (it.row.id.as_str().to_owned(), old.row.id.as_str().to_owned());
                self.said_to_be_one.contains(&pair)
            };
            let one_person = |it: &Record| {
                it.row.id == old.row.id
                    || (same_text(it.email(), old.email()) && it.resembles(old))
                    || said(it)
            };
            let mut of_account = self.office.of_human(record.human).filter(|it| one_person(it));
            let two_jobs = of_account.any(|it| self.in_service(it)) && old.row.id != record.row.id;
            // Of a record that is gone only the account tells whose it was.
            let stands = self.before.accounts.contains_key(&other.account.id);
            let is_known = if self.sees(old) {
                old.resembles(record)
            } else {
                stands && record.has_traits_of(&other.account)
            };
            law!(
                two_jobs || !(old.row.id == record.row.id || is_known),
                "R17: human {} has account {} already: {write:?}",
                record.human,
                other.account.id
            );
        }
        Ok(())
    }

    /// What is sent to an account was read in a record of the human being whose account it is.
    fn values_are_of_the_owner(&self, write: &Write) -> Result<(), Broken> {
        let (before, human) = Self::owner(write)?;
        let What::Update(change) = &write.what else { return Ok(()) };
        let records: Vec<&Record> = self.office.of_human(human).collect();
        law!(
            before.account.active || change.external_id.is_some(),
            "U-28: an inactive account is edited: {write:?}"
        );
        if let Some(id) = &change.external_id {
            let whose = self.office.human_of(id.as_str());
            law!(whose == Some(human), "the account of human {human} gets the id of {whose:?}: {write:?}");
        }
        let text = |value: Option<&str>, of: fn(&Record) -> &str| {
            value.is_none_or(|value| records.iter().any(|record| same_text(of(record), value)))
        };
        let name =
            |value: &Option<sync_core::Pii<String>>| value.as_ref().map(|value| value.expose().clone());
        law!(
            text(change.email.as_ref().map(EmailAddress::expose), Record::email),
            "another's address: {write:?}"
        );
        law!(text(name(&change.first_name).as_deref(), Record::first), "another's first name: {write:?}");
        law!(text(name(&change.last_name).as_deref(), Record::last), "another's last name: {write:?}");
        let born = change.birthday.as_ref().map(|birthday| *birthday.expose());
        law!(
            born.is_none() || records.iter().any(|record| record.birthday() == born),
            "another's birthday: {write:?}"
        );
        law!(
            change.external_id.is_some() || records.iter().any(|record| self.in_service(record)),
            "an account of human {human}, who does not work, is edited: {write:?}"
        );
        Ok(())
    }

    fn only_who_works_is_activated(&self, write: &Write) -> Result<(), Broken> {
        let (_, human) = Self::owner(write)?;
        let works =
            self.office.of_human(human).any(|record| self.in_service(record) && record.works_on(self.today));
        law!(works, "R17: the account of human {human}, who does not work, is activated: {write:?}");
        Ok(())
    }

    /// R8: what was approved is done with the values that the person could see, or not at all.
    fn r8_as_it_was_seen(&self, write: &Write, word: &Word) -> Result<(), Broken> {
        let then = Run { office: &word.office, said_to_be_one: BTreeSet::new(), ..*self };
        match &write.what {
            What::Update(_) => {
                then.values_are_of_the_owner(write).map_err(|broken| format!("R8: not as approved: {broken}"))
            }
            What::Create => {
                let seen = then.record(write.after.external_id.as_deref().unwrap_or_default());
                let email = write.after.email.as_ref().map_or("", |email| email.expose().as_str());
                law!(
                    seen.is_some_and(|record| same_text(record.email(), email)),
                    "R8: created with another address than was approved: {write:?}"
                );
                Ok(())
            }
            What::Activate | What::Deactivate => Ok(()),
        }
    }
}

fn r18_protected(write: &Write) -> Result<(), Broken> {
    let is_protected = |account| address_of(account).as_deref() == Some(PROTECTED);
    let touched =
        is_protected(&write.after) || write.before.as_ref().is_some_and(|it| is_protected(&it.account));
    law!(!touched, "R18: a protected address is touched: {write:?}");
    Ok(())
}
