//! What really happens at the desk: money that begins and ends, files that an employee of support works off, a service
//! that answers or does not.
//!
//! In: hand-overs. Out: everything that was asked for and every gift that came of it, in order. It knows no rule: whoever
//! hands a thing over twice has it done twice, unless the desk is of those that look at the name first.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use sync_core::budget::{BatchId, GrantId, GrantState, Mark};
use sync_core::ports::{BudgetDesk, DeskGrant, DeskMemory, HandOver, Manner, PortError, Standing};
use sync_core::{AccountId, CustomerId, ExternalId};
use tests::watched_store::Watch;

use crate::platform::Platform;
use crate::stage::{Fault, Shared};

/// How this desk works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Files for support, which somebody works off later.
    Files,
    /// A service that gives one name once and tells what it gave.
    LooksUp,
    /// A service that gives whatever it is asked for, and can tell nothing afterwards.
    Blind,
}

/// One grant, as the desk reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) person: ExternalId,
    pub(crate) account: AccountId,
    pub(crate) kind: String,
    pub(crate) category: String,
    pub(crate) act: String,
    pub(crate) cents: u64,
    pub(crate) from: Option<NaiveDate>,
}

/// Something was really given, changed or ended.
#[derive(Debug, Clone)]
pub(crate) struct Gift {
    pub(crate) row: Row,
    pub(crate) on: NaiveDate,
}

/// A list as it lies with support.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) batch: BatchId,
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_done: bool,
}

#[derive(Debug)]
pub(crate) struct Witness {
    pub(crate) habit: Habit,
    mark: Option<Mark>,
    pub(crate) files: Vec<File>,
    late: Vec<Row>,
    /// What was asked for, whether or not it arrived.
    pub(crate) asked: Vec<Row>,
    /// The names that arrived, in order.
    pub(crate) arrived: Vec<String>,
    pub(crate) gifts: Vec<Gift>,
}

impl Row {
    fn of(grant: &DeskGrant) -> Self {
        Self {
            id: grant.id.to_string(),
            person: grant.person.clone(),
            account: grant.account,
            kind: grant.budget.kind.to_string(),
            category: grant.budget.category.to_string(),
            act: grant.act.name().to_owned(),
            cents: grant.amount.cents(),
            from: grant.from,
        }
    }

    fn line(&self) -> String {
        let Self { id, person, account, kind, category, act, cents, from } = self;
        let from = from.map_or_else(String::new, |day| day.to_string());
        format!("{id};{person};{account};{kind};{category};{act};{cents};{from}\n")
    }

    fn parse(line: &str) -> Self {
        let [id, person, account, kind, category, act, cents, from] =
            line.split(';').collect::<Vec<_>>().try_into().unwrap();
        Self {
            id: id.to_owned(),
            person: ExternalId::parse(person).unwrap(),
            account: AccountId::new(account.parse().unwrap()),
            kind: kind.to_owned(),
            category: category.to_owned(),
            act: act.to_owned(),
            cents: cents.parse().unwrap(),
            from: from.parse().ok(),
        }
    }
}

pub(crate) fn rows_of(bytes: &[u8]) -> Vec<Row> {
    std::str::from_utf8(bytes).unwrap().lines().skip(1).map(Row::parse).collect()
}

impl Witness {
    pub(crate) const fn new(habit: Habit) -> Self {
        Self {
            habit,
            mark: None,
            files: Vec::new(),
            late: Vec::new(),
            asked: Vec::new(),
            arrived: Vec::new(),
            gifts: Vec::new(),
        }
    }

    pub(crate) fn mark(&self) -> Option<Mark> {
        self.mark.clone()
    }

    pub(crate) fn gave(&self, id: &str) -> bool {
        self.gifts.iter().any(|gift| gift.row.id == id)
    }

    fn give(&mut self, row: Row, on: NaiveDate) {
        self.arrived.push(row.id.clone());
        if self.habit != Habit::LooksUp || !self.gave(&row.id) {
            self.gifts.push(Gift { row, on });
        }
    }

    fn take(&mut self, hand_over: &HandOver<'_>, on: NaiveDate) {
        self.mark = Some(hand_over.mark.clone());
        let Some(list) = hand_over.list else {
            hand_over.grants.iter().for_each(|grant| self.give(Row::of(grant), on));
            return;
        };
        self.arrived.extend(rows_of(list).into_iter().map(|row| row.id));
        let is_same = |file: &File| file.batch == *hand_over.batch && file.bytes == list;
        if !self.files.iter().any(is_same) {
            // A file with other bytes is another file, and will be worked off too.
            let batch = hand_over.batch.clone();
            self.files.push(File { batch, bytes: list.to_vec(), is_done: false });
        }
    }

    /// What support has not worked off yet.
    pub(crate) fn waiting_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| !file.is_done)
    }

    /// What was on its way arrives.
    pub(crate) fn mail_arrives(&mut self, on: NaiveDate) {
        for row in std::mem::take(&mut self.late) {
            self.give(row, on);
        }
    }

    /// An employee of support works off every file that lies there, and tells of each grant whether it could be done: an
    /// account without access is given nothing.
    pub(crate) fn works_off_files(
        &mut self,
        platform: &Platform,
        on: NaiveDate,
    ) -> Vec<(GrantId, GrantState)> {
        let mut told = Vec::new();
        let files = std::mem::take(&mut self.files);
        for file in files.iter().filter(|file| !file.is_done) {
            for row in rows_of(&file.bytes) {
                let is_active = platform.accounts.get(&row.account).is_some_and(|it| it.account.active);
                let state = if is_active { GrantState::Given } else { GrantState::Refused };
                told.push((GrantId::parse(&row.id).unwrap(), state));
                if is_active {
                    self.gifts.push(Gift { row, on });
                }
            }
        }
        self.files = files.into_iter().map(|file| File { is_done: true, ..file }).collect();
        told
    }

    /// Every file that was not worked off yet is thrown away: nothing in it was given, and never will be.
    pub(crate) fn throws_files_away(&mut self) -> Vec<(GrantId, GrantState)> {
        let waiting = self.files.iter_mut().filter(|file| !file.is_done);
        let rows = waiting.flat_map(|file| {
            file.is_done = true;
            rows_of(&file.bytes)
        });
        rows.map(|row| (GrantId::parse(&row.id).unwrap(), GrantState::Refused)).collect()
    }
}

/// The port: what the engine sees of it.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    witness: Arc<Mutex<Witness>>,
    habit: Habit,
    shared: Shared,
}

impl Desk {
    pub(crate) fn new(habit: Habit, shared: Shared) -> Self {
        Self { witness: Arc::new(Mutex::new(Witness::new(habit))), habit, shared }
    }

    pub(crate) fn witness(&self) -> MutexGuard<'_, Witness> {
        self.witness.lock().unwrap()
    }

    fn now(&self) -> DateTime<Utc> {
        self.shared.now()
    }

    async fn call<T>(
        &self,
        name: &str,
        answer: impl FnOnce(&mut Witness, Option<Fault>) -> T + Send,
    ) -> Result<T, PortError> {
        let fault = self.shared.begins(name).await?;
        let answer = answer(&mut self.witness(), fault);
        self.shared.ends(name, fault).await?;
        Ok(answer)
    }
}

#[async_trait]
impl DeskMemory for Desk {
    async fn mark(&self, _: &CustomerId) -> Result<Option<Mark>, PortError> {
        self.call("desk mark", |witness, _| witness.mark.clone()).await
    }

    async fn look_up(&self, _: &CustomerId, grant: &GrantId) -> Result<Standing, PortError> {
        self.call("desk look up", |witness, _| match witness.habit {
            Habit::Files | Habit::Blind => Standing::Unknown,
            Habit::LooksUp if witness.gave(grant.as_str()) => Standing::Given,
            Habit::LooksUp => Standing::NotGiven,
        })
        .await
    }
}

#[async_trait]
impl BudgetDesk for Desk {
    fn manner(&self) -> Manner {
        if self.habit == Habit::Files { Manner::List } else { Manner::OneByOne }
    }

    fn list(&self, batch: &BatchId, grants: &[DeskGrant]) -> Result<Vec<u8>, PortError> {
        let rows: Vec<_> = grants.iter().map(Row::of).collect();
        let lines: String = rows.iter().map(Row::line).collect();
        self.witness().asked.extend(rows);
        Ok(format!("{batch}\n{lines}").into_bytes())
    }

    async fn hand_over(&self, hand_over: &HandOver<'_>) -> Result<(), PortError> {
        self.witness()
            .asked
            .extend(hand_over.grants.iter().filter(|_| hand_over.list.is_none()).map(Row::of));
        let on = self.now().date_naive();
        self.call("desk hand over", |witness, fault| {
            if fault == Some(Fault::ComesLate) && hand_over.list.is_none() {
                witness.late.extend(hand_over.grants.iter().map(Row::of));
            } else {
                witness.take(hand_over, on);
            }
        })
        .await
    }
}
