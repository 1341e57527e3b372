//! Grants, batches and baselines in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::ledger::Meant;
use super::{Memory, MemoryStore, leased};
use crate::budget::{
    Baseline, BatchId, Budget, CoveredPerson, Epoch, Founding, GrantId, GrantRecord, GrantState, Imported,
    Mark, Occasion,
};
use crate::external_id::ExternalId;
use crate::id::{AccountId, CustomerId};
use crate::ledger::{Money, Vouched};
use crate::plan::PlanId;
use crate::ports::{
    Batch, Certain, Forgetting, LeaseId, MoneyLedger, NewBatch, PortError, PortErrorKind, Telling, ToldBy,
};

/// What is remembered of money besides what the view says.
#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    /// Where each grant stands in the view.
    row_of: BTreeMap<GrantId, usize>,
    /// Occasions that were used.
    used: BTreeSet<(ExternalId, Budget, Occasion)>,
    batches: BTreeMap<BatchId, Header>,
    /// In which batch each grant was prepared last.
    batch_of: BTreeMap<GrantId, BatchId>,
    /// How many batches were prepared, in all memories.
    prepared: u64,
    told: Vec<Telling>,
    /// The memories before the present one.
    former: BTreeSet<Epoch>,
    /// Records whose account we made.
    made: BTreeSet<ExternalId>,
}

/// A batch without its grants' states.
#[derive(Debug, Clone)]
struct Header {
    /// Which of all it is.
    number: u64,
    mark: Mark,
    plan: PlanId,
    at: DateTime<Utc>,
    grants: Vec<GrantId>,
    list: Option<Vec<u8>>,
}

impl Books {
    /// Books of grants that were there before them.
    pub(super) fn of(money: &Money) -> Self {
        let made = money.vouched.iter().filter(|(_, how)| **how == Vouched::Onboarded);
        let mut books = Self { made: made.map(|(record, _)| record.clone()).collect(), ..Self::default() };
        books.index(&money.grants);
        books
    }

    fn index(&mut self, grants: &[GrantRecord]) {
        self.row_of = grants.iter().enumerate().map(|(row, grant)| (grant.id.clone(), row)).collect();
        self.used = grants.iter().map(occasion_of).collect();
    }

    fn add(&mut self, money: &mut Money, grant: GrantRecord) {
        self.used.insert(occasion_of(&grant));
        self.row_of.insert(grant.id.clone(), money.grants.len());
        money.grants.push(grant);
    }

    fn grant<'m>(&self, money: &'m Money, id: &GrantId) -> Option<&'m GrantRecord> {
        money.grants.get(*self.row_of.get(id)?)
    }

    fn grant_mut<'m>(&self, money: &'m mut Money, id: &GrantId) -> Option<&'m mut GrantRecord> {
        money.grants.get_mut(*self.row_of.get(id)?)
    }

    /// We made the account of these records. In the memory in which that was begun their history is known.
    pub(super) fn onboarded(&mut self, money: &mut Money, begun_in: Option<&Epoch>, certain: &Certain) {
        for record in certain.links.keys() {
            self.made.insert(record.clone());
            if begun_in.is_some() && begun_in == money.epoch.as_ref() {
                money.vouched.insert(record.clone(), Vouched::Onboarded);
            }
        }
    }

    fn batch(&self, money: &Money, id: &BatchId, header: &Header) -> Batch {
        let is_here = |grant: &&GrantId| self.batch_of.get(*grant) == Some(id);
        let grants = header.grants.iter().filter(is_here).filter_map(|grant| self.grant(money, grant));
        let grants = grants.cloned().collect();
        let Header { mark, plan, at, list, .. } = header;
        Batch::new(id.clone(), mark.clone(), plan.clone(), *at, grants, list.clone())
    }

    /// The list that this grant stands in, if its bytes are still kept, and the states of all grants of it.
    fn kept_list(&self, money: &Money, id: &GrantId) -> Option<(BatchId, Vec<GrantState>)> {
        let batch = self.batch_of.get(id)?;
        let header = self.batches.get(batch).filter(|header| header.list.is_some())?;
        let states = self.batch(money, batch, header).grants.iter().map(|grant| grant.state).collect();
        Some((batch.clone(), states))
    }

    fn erase_list(&mut self, batch: &BatchId) {
        if let Some(header) = self.batches.get_mut(batch) {
            header.list = None;
        }
    }
}

fn occasion_of(grant: &GrantRecord) -> (ExternalId, Budget, Occasion) {
    (grant.person.clone(), grant.budget.clone(), grant.occasion)
}

/// The fields of these were seen empty.
pub(super) fn empty(money: &mut Money, emptied: &BTreeSet<GrantId>) {
    for grant in money.grants.iter_mut().filter(|grant| emptied.contains(&grant.id)) {
        grant.emptied = true;
    }
}

const fn fatal(context: &'static str) -> impl Fn() -> PortError {
    move || PortError::new(PortErrorKind::Fatal, context)
}

fn conflict(context: &'static str) -> PortError {
    PortError::new(PortErrorKind::Conflict, context)
}

impl Memory {
    fn prepare(&mut self, batch: &NewBatch) -> Result<(), PortError> {
        let (books, money) = (&mut self.books, &mut self.view.money);
        let epoch = money.epoch.as_ref().ok_or_else(fatal("prepare a batch without a baseline"))?;
        if batch.grants.is_empty() || batch.grants.iter().any(|grant| grant.state != GrantState::Intended) {
            return Err(fatal("prepare a batch of nothing, or of what is no intention")());
        }
        let is_next = batch.mark.epoch == *epoch && batch.mark.sequence == money.sequence + 1;
        if !is_next || books.batches.contains_key(&batch.id) {
            return Err(conflict("prepare a batch that is not the next of the present memory"));
        }
        let (mut names, mut occasions) = (BTreeSet::new(), BTreeSet::new());
        let mut superseded = BTreeSet::new();
        for grant in &batch.grants {
            if !names.insert(&grant.id) || !occasions.insert(occasion_of(grant)) {
                return Err(conflict("prepare one grant twice"));
            }
            match books.grant(money, &grant.id) {
                Some(before) if !may_be_prepared_again(before, grant) => {
                    return Err(conflict("prepare a grant that was prepared before"));
                }
                None if books.used.contains(&occasion_of(grant)) => {
                    return Err(conflict("prepare a grant on an occasion that was used"));
                }
                _ => {}
            }
            if let Some((list, states)) = books.kept_list(money, &grant.id) {
                if states.contains(&GrantState::Intended) {
                    return Err(conflict("prepare a grant whose earlier list may still be written"));
                }
                superseded.insert(list);
            }
        }

        money.sequence += 1;
        books.prepared += 1;
        for list in &superseded {
            books.erase_list(list);
        }
        for grant in &batch.grants {
            match books.grant_mut(money, &grant.id) {
                Some(before) => *before = grant.clone(),
                None => books.add(money, grant.clone()),
            }
            books.batch_of.insert(grant.id.clone(), batch.id.clone());
            books.told.push(Telling::new(grant.id.clone(), grant.state, ToldBy::Run, batch.at));
        }
        let header = Header {
            number: books.prepared,
            mark: batch.mark.clone(),
            plan: batch.plan.clone(),
            at: batch.at,
            grants: batch.grants.iter().map(|grant| grant.id.clone()).collect(),
            list: batch.list.clone(),
        };
        books.batches.insert(batch.id.clone(), header);
        Ok(())
    }

    fn settle_grants(
        &mut self,
        told: &[(GrantId, GrantState)],
        by: &ToldBy,
        at: DateTime<Utc>,
    ) -> Result<(), PortError> {
        let (books, money) = (&mut self.books, &mut self.view.money);
        let mut ends: BTreeMap<&GrantId, GrantState> = BTreeMap::new();
        let mut news = Vec::new();
        for (id, next) in told {
            let known = || books.grant(money, id).map(|grant| grant.state);
            let present =
                ends.get(id).copied().or_else(known).ok_or_else(fatal("settle a grant that never was"))?;
            if !present.may_become(*next) {
                return Err(conflict("settle a grant that stands otherwise"));
            }
            if present != *next {
                news.push(Telling::new(id.clone(), *next, by.clone(), at));
            }
            ends.insert(id, *next);
        }

        books.told.extend(news);
        for (id, state) in ends {
            if let Some(grant) = books.grant_mut(money, id) {
                grant.state = state;
            }
            if let Some((list, states)) = books.kept_list(money, id)
                && !states.into_iter().any(GrantState::is_open)
            {
                books.erase_list(&list);
            }
        }
        Ok(())
    }

    fn open_batches(&self) -> Vec<Batch> {
        let mut headers: Vec<_> = self.books.batches.iter().collect();
        headers.sort_by_key(|(_, header)| header.number);
        let batches = headers.into_iter().map(|(id, header)| self.books.batch(&self.view.money, id, header));
        batches.filter(|batch| batch.grants.iter().any(|grant| grant.state.is_open())).collect()
    }

    fn keep_baseline(&mut self, customer: &CustomerId, baseline: &Baseline) -> Result<(), PortError> {
        // What is looked at and changed at once is made beside it, and takes its place when it is whole.
        let mut money = self.view.money.clone();
        if let Some(Founding { epoch, accepted }) = &baseline.founds {
            if self.books.former.contains(epoch) || money.epoch.as_ref() == Some(epoch) {
                return Err(conflict("found a memory that was there before"));
            }
            money.epoch = Some(epoch.clone());
            money.accepted.clone_from(accepted);
            money.sequence = 0;
            money.vouched.clear();
        } else if money.epoch.is_none() {
            return Err(fatal("vouch in a memory that nobody founded")());
        }
        for record in baseline.people.values().flat_map(|person| &person.records) {
            let made = self.books.made.contains(record);
            money.vouched.insert(record.clone(), if made { Vouched::Onboarded } else { Vouched::Baseline });
        }
        money.forgotten.retain(|tombstone| !baseline.remembered_again.contains(tombstone));
        let before = money.grants.len();
        for import in baseline.given.iter().filter(|import| import.amount.cents() > 0) {
            let grant = imported(customer, baseline, import, &money.grants);
            if money.grants.iter().any(|known| occasion_of(known) == occasion_of(&grant)) {
                return Err(conflict("import a grant on an occasion that was used"));
            }
            money.grants.push(grant);
        }

        let by = ToldBy::Person(baseline.by.clone());
        let told = |grant: &GrantRecord| Telling::new(grant.id.clone(), grant.state, by.clone(), baseline.at);
        self.books.told.extend(money.grants.iter().skip(before).map(told));
        self.books.index(&money.grants);
        if baseline.founds.is_some() {
            self.books.former.extend(self.view.money.epoch.take());
        }
        self.view.money = money;
        Ok(())
    }

    fn forget(&mut self, whom: &Forgetting) -> Result<u64, PortError> {
        if whom.tombstones.is_empty() {
            return Err(fatal("forget a person without a tombstone")());
        }
        let is_person = |record: &ExternalId| whom.records.contains(record);
        let is_account = |account: Option<AccountId>| account.is_some_and(|it| whom.accounts.contains(&it));
        let is_grant = |grant: &GrantRecord| is_person(&grant.person) || is_account(grant.account);
        let is_meant = |meant: &Meant| is_person(&meant.intent.person) || is_account(meant.intent.account);
        if self.intents.values().any(|meant| is_meant(meant) && !meant.has_ended()) {
            return Err(conflict("forget a person of whom an intent is open"));
        }
        for grant in self.view.money.grants.iter().filter(|grant| is_grant(grant)) {
            if grant.state.is_open() || self.books.kept_list(&self.view.money, &grant.id).is_some() {
                return Err(conflict(
                    "forget a person of whom a grant is open, or a list that names others too",
                ));
            }
        }

        let before = self.rows_of_people();
        self.view.links.retain(|record, link| !is_person(record) && !is_account(Some(link.account)));
        self.view.aliases.retain(|record, same_as| !is_person(record) && !is_person(same_as));
        self.view.failures.retain(|record, _| !is_person(record));
        self.counted.retain(|record, _| !is_person(record));
        self.books.made.retain(|record| !is_person(record));
        let money = &mut self.view.money;
        money.vouched.retain(|record, _| !is_person(record));
        let (gone, left) = std::mem::take(&mut money.grants).into_iter().partition(|grant| is_grant(grant));
        money.grants = left;
        money.forgotten.extend(whom.tombstones.clone());
        self.forget_grants(gone);
        self.forget_intents(is_meant);
        self.forget_plans(whom);
        Ok(before - self.rows_of_people())
    }

    fn forget_grants(&mut self, gone: Vec<GrantRecord>) {
        let gone: BTreeSet<_> = gone.into_iter().map(|grant| grant.id).collect();
        let books = &mut self.books;
        books.batch_of.retain(|grant, _| !gone.contains(grant));
        books.told.retain(|telling| !gone.contains(&telling.grant));
        for header in books.batches.values_mut() {
            header.grants.retain(|grant| !gone.contains(grant));
        }
        books.index(&self.view.money.grants);
    }

    /// All of them have ended. On which days access was taken away still counts.
    fn forget_intents(&mut self, is_gone: impl Fn(&Meant) -> bool) {
        let days = &mut self.view.deactivations;
        self.intents.retain(|_, meant| {
            let is_gone = is_gone(meant);
            days.extend((is_gone && meant.may_have_deactivated()).then_some(meant.intent.at));
            !is_gone
        });
    }

    fn forget_plans(&mut self, whom: &Forgetting) {
        let (gone, kept): (BTreeMap<_, _>, _) = std::mem::take(&mut self.plans)
            .into_iter()
            .partition(|(_, plan)| whom.may_be_named_in(&plan.file));
        self.plans = kept;
        self.approvals.retain(|plan, given| given.is_used_up || !gone.contains_key(plan));
        for given in self.approvals.values_mut() {
            given.approval.proposals.retain(|person| !whom.records.contains(person));
        }
    }

    fn rows_of_people(&self) -> u64 {
        let view = &self.view;
        let rows = [
            view.links.len(),
            view.aliases.len(),
            view.failures.len(),
            view.money.vouched.len(),
            view.money.grants.len(),
            self.intents.len(),
            self.plans.len(),
            self.approvals.len(),
        ];
        rows.into_iter().sum::<usize>() as u64
    }
}

/// The same money that was surely not given before?
fn may_be_prepared_again(before: &GrantRecord, again: &GrantRecord) -> bool {
    before.state == GrantState::NotDone
        && occasion_of(before) == occasion_of(again)
        && before.act == again.act
        && before.amount == again.amount
}

/// A grant that a person says was given, on the occasion after those that are known of the person.
fn imported(
    customer: &CustomerId,
    baseline: &Baseline,
    import: &Imported,
    known: &[GrantRecord],
) -> GrantRecord {
    let Imported { person, budget, amount } = import;
    let nobody = CoveredPerson::default();
    let covered = baseline.people.get(person).unwrap_or(&nobody);
    let is_of_person = |grant: &&GrantRecord| {
        grant.person == *person
            || covered.records.contains(&grant.person)
            || (covered.account.is_some() && grant.account == covered.account)
    };
    let used = known.iter().filter(|grant| grant.budget == *budget).filter(is_of_person);
    let occasion = used.map(|grant| grant.occasion.next()).max().unwrap_or(Occasion::FIRST);
    let id = GrantId::of(customer, person, budget, occasion);
    GrantRecord::given_before(id, person.clone(), covered.account, budget.clone(), occasion, *amount)
}

#[async_trait]
impl MoneyLedger for MemoryStore {
    async fn prepare(
        &self,
        customer: &CustomerId,
        lease: LeaseId,
        batch: &NewBatch,
    ) -> Result<(), PortError> {
        leased(&mut self.lock().customers, customer, lease, "prepare a batch")?.prepare(batch)
    }

    async fn settle_grants(
        &self,
        customer: &CustomerId,
        grants: &[(GrantId, GrantState)],
        by: &ToldBy,
        at: DateTime<Utc>,
    ) -> Result<(), PortError> {
        self.change(customer, |memory| memory.settle_grants(grants, by, at))
    }

    async fn tellings(
        &self,
        customer: &CustomerId,
        grants: &BTreeSet<GrantId>,
    ) -> Result<Vec<Telling>, PortError> {
        let is_asked = |telling: &&Telling| grants.contains(&telling.grant);
        Ok(self.read(customer, |memory| {
            let mut told: Vec<_> = memory.books.told.iter().filter(is_asked).cloned().collect();
            told.sort_by(|one, other| one.grant.cmp(&other.grant));
            told
        }))
    }

    async fn open_batches(&self, customer: &CustomerId) -> Result<Vec<Batch>, PortError> {
        Ok(self.read(customer, Memory::open_batches))
    }

    async fn batch(&self, customer: &CustomerId, id: &BatchId) -> Result<Option<Batch>, PortError> {
        Ok(self.read(customer, |memory| {
            let header = memory.books.batches.get(id)?;
            Some(memory.books.batch(&memory.view.money, id, header))
        }))
    }

    async fn keep_baseline(&self, customer: &CustomerId, baseline: &Baseline) -> Result<(), PortError> {
        self.change(customer, |memory| memory.keep_baseline(customer, baseline))
    }

    async fn forget(&self, customer: &CustomerId, whom: &Forgetting) -> Result<u64, PortError> {
        self.change(customer, |memory| memory.forget(whom))
    }
}
