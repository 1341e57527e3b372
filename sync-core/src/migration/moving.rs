//! What is done about each pair: what the ledger learns, and which account is marked.
//!
//! In: the pairing, the target and the ledger. Out: for every record that the ledger or an account knows, whether it is
//! moved, and how. Never: a mark on an account that is not ours, is inactive, is protected, or carries another name than
//! the old one; or an alias that takes a tie between two records away.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{MigrationDecision, MigrationEntry, PairedBy};
use super::pairing::Pairing;
use super::reason::NotMoved;
use super::words::Words;
use crate::account::{Account, Ownership};
use crate::budget::tombstones;
use crate::email::EmailKey;
use crate::external_id::{ExternalId, Interface};
use crate::id::{AccountId, CompanyId, TargetCompanyId};
use crate::ledger::{LedgerView, Link};
use crate::plan::Run;
use crate::policy::Policy;
use crate::snapshot::{SourceSnapshot, TargetSnapshot};

/// What happens to every record that matters, by its old name.
#[derive(Debug, Clone, Default)]
pub(super) struct Moves(BTreeMap<ExternalId, Fate>);

/// What happens to one record.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    Moves(Box<Move>),
    Held(Held),
}

/// One record that is not moved.
#[derive(Debug, Clone)]
pub(super) struct Held {
    reason: NotMoved,
    candidates: Vec<ExternalId>,
    account: Option<AccountId>,
    /// Is one of its accounts active, or nobody knows?
    in_use: bool,
}

/// One record that is moved, or was.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) new: ExternalId,
    pub(super) by: PairedBy,
    pub(super) account: Option<AccountId>,
    /// The company of the record over REST.
    pub(super) company: CompanyId,
    /// What the ledger does not know yet. One transaction holds all that is to be learned of one person.
    pub(super) links: BTreeMap<ExternalId, Link>,
    pub(super) aliases: BTreeMap<ExternalId, ExternalId>,
    /// The old name of the record with which this one is learned.
    pub(super) together_with: ExternalId,
    /// Where the account lives that is marked.
    pub(super) mark: Option<TargetCompanyId>,
}

impl Move {
    pub(super) fn learns(&self) -> bool {
        !self.links.is_empty() || !self.aliases.is_empty()
    }
}

impl Moves {
    pub(super) fn of(
        pairing: &Pairing<'_>,
        (old, new): (&SourceSnapshot, &SourceSnapshot),
        (target, ledger): (&TargetSnapshot, &LedgerView),
        (policy, words): (&Policy, &Words),
        run: &Run<'_>,
    ) -> Self {
        let carriers = Carriers::of(target);
        let judge = Judge { pairing, new, target, ledger, policy, carriers: &carriers };
        let shown: BTreeSet<&ExternalId> = old.records().iter().map(|record| &record.id).collect();
        let known = judge.known();
        let matters = |id: &&&ExternalId| known.contains(**id) || judge.is_forgotten(id, run);
        let left_behind = judge.left_behind(&shown);
        let ids = shown.iter().filter(matters).copied().chain(words.same().keys()).chain(left_behind);
        let fates = ids.filter(|id| id.interface() == Interface::Soap);
        let mut moves = Self(fates.map(|id| (id.clone(), judge.fate(id))).collect());
        moves.tie(ledger);
        moves
    }

    /// What somebody said of two records stays true of their new names.
    fn tie(&mut self, ledger: &LedgerView) {
        let olds: Vec<ExternalId> = self.moved().map(|(old, _)| old.clone()).collect();
        for old in olds {
            let tied = self.tied(&old, ledger);
            let root = self.root(&old, ledger);
            match (tied, self.0.get_mut(&old)) {
                (Ok(aliases), Some(Fate::Moves(it))) => {
                    it.aliases = aliases;
                    it.aliases.retain(|later, carried| ledger.aliases.get(later) != Some(carried));
                    it.together_with = root;
                }
                (Err(reason), Some(fate)) => {
                    // Whether its account is in use or not: there is somebody to look at.
                    let (account, candidates) = (fate.account(), Vec::new());
                    *fate = Fate::Held(Held { reason, candidates, account, in_use: true });
                }
                (_, None) | (Ok(_), Some(Fate::Held(_))) => {}
            }
        }
    }

    /// All aliases that must stand when this record has its new name. A record has one alias, so that one to another
    /// record of the same interface moves on to the new names, or is told from its other end.
    fn tied(
        &self,
        old: &ExternalId,
        ledger: &LedgerView,
    ) -> Result<BTreeMap<ExternalId, ExternalId>, NotMoved> {
        let new = self.new_name(old).ok_or(NotMoved::TiedToHeld)?;
        let mut aliases = BTreeMap::from([(old.clone(), new.clone())]);
        let Some(first) = ledger.aliases.get(old).filter(|first| *first != new) else { return Ok(aliases) };
        if first.interface() != old.interface() {
            return Err(NotMoved::MovedOtherwise);
        }
        let (later, carried) = match self.new_name(first) {
            Some(new_of_first) => (new, new_of_first),
            None if ledger.aliases.contains_key(first) => return Err(NotMoved::TiedToHeld),
            None => (first, old),
        };
        if ledger.aliases.get(later).is_some_and(|other| other != carried) {
            return Err(NotMoved::MovedOtherwise);
        }
        aliases.insert(later.clone(), carried.clone());
        Ok(aliases)
    }

    /// The first record of the person, as far as all between are moved.
    fn root(&self, old: &ExternalId, ledger: &LedgerView) -> ExternalId {
        let (mut root, mut seen) = (old, BTreeSet::from([old]));
        while let Some(first) = ledger.aliases.get(root).filter(|first| self.new_name(first).is_some()) {
            if !seen.insert(first) {
                break;
            }
            root = first;
        }
        root.clone()
    }

    fn new_name(&self, old: &ExternalId) -> Option<&ExternalId> {
        match self.0.get(old)? {
            Fate::Moves(it) => Some(&it.new),
            Fate::Held(_) => None,
        }
    }

    pub(super) fn moved(&self) -> impl Iterator<Item = (&ExternalId, &Move)> {
        self.0.iter().filter_map(|(old, fate)| match fate {
            Fate::Moves(it) => Some((old, &**it)),
            Fate::Held(_) => None,
        })
    }

    pub(super) fn entries(&self) -> Vec<MigrationEntry> {
        self.0.iter().map(|(old, fate)| fate.entry(old)).collect()
    }
}

impl Fate {
    const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Moves(it) => it.account,
            Self::Held(held) => held.account,
        }
    }

    fn entry(&self, old: &ExternalId) -> MigrationEntry {
        let old = old.clone();
        match self {
            Self::Held(Held { reason, candidates, account, in_use }) => {
                let (candidates, in_use, reason) = (candidates.clone(), *in_use, *reason);
                let decision = MigrationDecision::Hold { candidates, in_use, reason };
                MigrationEntry { account: *account, decision, old }
            }
            Self::Moves(it) => {
                let (new, remember, mark) = (it.new.clone(), it.learns(), it.mark.is_some());
                let decision = if remember || mark {
                    MigrationDecision::Move { by: it.by, mark, new, remember }
                } else {
                    MigrationDecision::Done { new }
                };
                MigrationEntry { account: it.account, decision, old }
            }
        }
    }
}

/// The accounts of ours by the id that they carry.
struct Carriers<'a>(BTreeMap<ExternalId, Vec<&'a Account>>);

impl<'a> Carriers<'a> {
    fn of(target: &'a TargetSnapshot) -> Self {
        let mut carriers: BTreeMap<ExternalId, Vec<&Account>> = BTreeMap::new();
        for account in target.accounts() {
            if let Ownership::Ours(id) = account.ownership() {
                carriers.entry(id).or_default().push(account);
            }
        }
        Self(carriers)
    }

    fn of_id(&self, id: &ExternalId) -> &[&'a Account] {
        self.0.get(id).map(Vec::as_slice).unwrap_or_default()
    }
}

struct Judge<'j, 'a> {
    pairing: &'j Pairing<'a>,
    new: &'j SourceSnapshot,
    target: &'j TargetSnapshot,
    ledger: &'j LedgerView,
    policy: &'j Policy,
    carriers: &'j Carriers<'j>,
}

impl<'j> Judge<'j, '_> {
    /// Every id that the ledger or an account knows.
    fn known(&self) -> BTreeSet<&'j ExternalId> {
        let LedgerView { links, aliases, failures, money, .. } = self.ledger;
        let of_ledger = links.keys().chain(aliases.keys()).chain(aliases.values()).chain(failures.keys());
        let of_money = money.vouched.keys().chain(money.grants.iter().map(|grant| &grant.person));
        of_ledger.chain(of_money).chain(self.carriers.0.keys()).collect()
    }

    /// Money is held back by a name only as long as the name is known (R11).
    fn is_forgotten(&self, id: &ExternalId, run: &Run<'_>) -> bool {
        let forgotten = &self.ledger.money.forgotten;
        !forgotten.is_empty() && !tombstones(run.key, [id], []).is_disjoint(forgotten)
    }

    /// Names under which an account stands, whose record the old interface does not show and that were not moved.
    fn left_behind(&self, shown: &BTreeSet<&ExternalId>) -> BTreeSet<&'j ExternalId> {
        let links = self.ledger.links.iter();
        let linked = links.filter(|(_, link)| self.target.account(link.account).is_some()).map(|(id, _)| id);
        let was_moved = |id: &ExternalId| {
            self.ledger.aliases.get(id).is_some_and(|new| new.interface() != id.interface())
        };
        let with_account = linked.chain(self.carriers.0.keys());
        with_account.filter(|id| !shown.contains(*id) && !was_moved(id)).collect()
    }

    fn fate(&self, old: &ExternalId) -> Fate {
        let Some((new, by)) = self.pairing.of_old(old) else {
            let (reason, candidates) = self.pairing.why_not(old).cloned().unwrap_or_default();
            return self.held(reason, candidates, &self.accounts([old]));
        };
        let accounts = self.accounts([old, new]);
        let account = accounts.first().copied();
        let marked = match account {
            _ if accounts.len() > 1 => Err(NotMoved::SeveralAccounts),
            None => Ok(None),
            Some(account) => self.mark(account, old, new),
        };
        let company = self.new.records().binary_search_by(|record| record.id.cmp(new)).ok();
        let company = company.and_then(|at| self.new.records().get(at)).map(|record| &record.company);
        match (marked, company) {
            (Err(reason), _) => self.held(reason, vec![new.clone()], &accounts),
            (_, None) => self.held(NotMoved::NotShown, Vec::new(), &accounts),
            (Ok(mark), Some(company)) => {
                let link = account.map(|account| (new.clone(), Link::new(account, company.clone())));
                let is_known = |(id, link): &(ExternalId, Link)| self.ledger.links.get(id) == Some(link);
                let links = link.into_iter().filter(|link| !is_known(link)).collect();
                Fate::Moves(Box::new(Move {
                    new: new.clone(),
                    by,
                    account,
                    company: company.clone(),
                    links,
                    aliases: BTreeMap::new(),
                    together_with: old.clone(),
                    mark,
                }))
            }
        }
    }

    fn held(&self, reason: NotMoved, candidates: Vec<ExternalId>, accounts: &BTreeSet<AccountId>) -> Fate {
        // Of one that is not listed, or cannot be read, nobody knows.
        let is_in_use = |id: &AccountId| self.target.account(*id).is_none_or(|account| account.active);
        let (account, in_use) = (accounts.first().copied(), accounts.iter().any(is_in_use));
        Fate::Held(Held { reason, candidates, account: account.filter(|_| accounts.len() == 1), in_use })
    }

    /// The accounts to which these names lead, by the ledger or by what they carry.
    fn accounts<const N: usize>(&self, names: [&ExternalId; N]) -> BTreeSet<AccountId> {
        let carrying = |id: &ExternalId| self.carriers.of_id(id).iter().map(|account| account.id);
        let linked = |id: &ExternalId| self.ledger.links.get(id).map(|link| link.account);
        names.into_iter().flat_map(|id| carrying(id).chain(linked(id))).collect()
    }

    /// Where this account lives, if it is to be marked with the new name.
    fn mark(
        &self,
        account: AccountId,
        old: &ExternalId,
        new: &ExternalId,
    ) -> Result<Option<TargetCompanyId>, NotMoved> {
        if self.target.unreadable().iter().any(|row| row.id == account) {
            return Err(NotMoved::AccountUnreadable);
        }
        // The ledger names an account that is no longer listed: whoever it was of is held after the migration as before.
        let Some(account) = self.target.account(account) else { return Ok(None) };
        let is_linked =
            |id: &ExternalId| self.ledger.links.get(id).is_some_and(|link| link.account == account.id);
        match account.ownership() {
            Ownership::Foreign => Err(NotMoved::ForeignAccount),
            Ownership::Unclaimed => Ok(None),
            Ownership::Ours(id) if id == *new => Ok(None),
            // An inactive account is not edited (U-28). It is found by the old name, too.
            Ownership::Ours(id) if id == *old => {
                Ok((account.active && !self.is_protected(account)).then_some(account.company))
            }
            // Another record of the same person.
            Ownership::Ours(id) if is_linked(&id) => Ok(None),
            Ownership::Ours(_) => Err(NotMoved::AccountOfAnother),
        }
    }

    fn is_protected(&self, account: &Account) -> bool {
        let stored = account.email.as_ref();
        stored.is_some_and(|stored| self.policy.protected.contains(&EmailKey::of(stored.expose())))
    }
}
