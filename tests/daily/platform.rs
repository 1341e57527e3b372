//! The target: accounts that are created, changed and switched, by us and behind our back.
//!
//! In: writes. Out: what is stored after it was normalised, and a log of every write with what stood there before.
//! It refuses an address that another account has, whatever company that lives in. For whom an account was made is
//! known here, and only here.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::account::Account;
use sync_core::change::AccountChange;
use sync_core::ports::{CreateRequest, PortErrorKind};
use sync_core::snapshot::AccountState;
use sync_core::{AccountId, Pii, TargetCompanyId};
use unicode_normalization::UnicodeNormalization;

use crate::office::Human;

/// How a target changes what it stores.
#[expect(clippy::struct_excessive_bools, reason = "four habits that have nothing to do with each other")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Habits {
    pub(crate) trims: bool,
    pub(crate) lowers_domains: bool,
    pub(crate) composes: bool,
    pub(crate) null_is_empty: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) account: Account,
    pub(crate) made_for: Option<Human>,
    /// For whom it was made, or to whom somebody with the right to say so gave it.
    pub(crate) owner: Option<Human>,
    /// The record for which it became ours: by our creation, or because it came to carry our id while it was nobody's.
    pub(crate) ours: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Create,
    Update(AccountChange),
    Activate,
    Deactivate,
}

/// One write that had its effect.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) account: AccountId,
    pub(crate) what: What,
    /// As it was just before; none for a creation.
    pub(crate) before: Option<Standing>,
    pub(crate) after: Account,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Platform {
    pub(crate) accounts: BTreeMap<AccountId, Standing>,
    pub(crate) habits: Habits,
    /// People of whom it refuses every write.
    pub(crate) grudges: BTreeSet<Human>,
    pub(crate) writes: Vec<Write>,
    /// Accounts of ours that a run saw and came to its end.
    pub(crate) remembered: BTreeSet<AccountId>,
    pub(crate) removed: Vec<Standing>,
    last_number: i64,
}

pub(crate) fn address_of(account: &Account) -> Option<String> {
    let address =
        account.email.as_ref().map(|email| email.expose().trim().to_lowercase().nfc().collect::<String>());
    address.filter(|address| !address.is_empty())
}

impl Platform {
    pub(crate) fn number(&mut self) -> AccountId {
        self.last_number += 1;
        AccountId::new(self.last_number)
    }

    pub(crate) fn is_taken(&self, wanted: &Account) -> bool {
        let key = address_of(wanted);
        let other = |(id, standing): (&AccountId, &Standing)| {
            *id != wanted.id && address_of(&standing.account) == key
        };
        key.is_some() && self.accounts.iter().any(other)
    }

    /// An account that somebody else made, unless its address is taken.
    pub(crate) fn made_elsewhere(&mut self, mut account: Account, owner: Option<Human>) {
        account.id = self.number();
        let account = self.normalised(&account);
        if !self.is_taken(&account) {
            let ours = id_of_ours(&account);
            self.accounts.insert(account.id, Standing { account, made_for: owner, owner, ours });
        }
    }

    /// A change behind our back, unless its address is taken.
    pub(crate) fn edited(&mut self, id: AccountId, edit: impl FnOnce(&mut Standing)) {
        let Some(mut standing) = self.accounts.get(&id).cloned() else { return };
        edit(&mut standing);
        standing.account = self.normalised(&standing.account);
        if id_of_ours(&standing.account).is_none() && !self.remembered.contains(&id) {
            // Nobody saw it while it carried our id.
            (standing.owner, standing.ours) = (standing.made_for, None);
        }
        standing.ours = standing.ours.or_else(|| id_of_ours(&standing.account));
        if !self.is_taken(&standing.account) {
            self.accounts.insert(id, standing);
        }
    }

    /// It is gone, and nobody says why. For whom it was made is not forgotten.
    pub(crate) fn remove(&mut self, id: AccountId) {
        if let Some(standing) = self.accounts.remove(&id) {
            self.removed.push(standing);
        }
    }

    pub(crate) fn create(
        &mut self,
        request: &CreateRequest,
        owner: Option<Human>,
    ) -> Result<Account, PortErrorKind> {
        if owner.is_some_and(|owner| self.grudges.contains(&owner)) {
            return Err(PortErrorKind::Refused);
        }
        let new = &request.account;
        let mut account = Account::new(AccountId::new(self.last_number + 1), request.company, true);
        account.email = Some(Pii::new(new.email.expose().to_owned()));
        account.first_name = Some(new.first_name.clone());
        account.prefix.clone_from(&new.prefix);
        account.last_name = Some(new.last_name.clone());
        account.birthday.clone_from(&new.birthday);
        account.work_anniversary.clone_from(&new.work_anniversary);
        account.external_id = Some(new.external_id.as_str().to_owned());
        let account = self.normalised(&account);
        if self.is_taken(&account) {
            return Err(PortErrorKind::Conflict);
        }
        self.last_number += 1;
        self.remembered.insert(account.id);
        self.accounts.insert(
            account.id,
            Standing { account: account.clone(), made_for: owner, owner, ours: id_of_ours(&account) },
        );
        let write = Write { account: account.id, what: What::Create, before: None, after: account.clone() };
        self.writes.push(write);
        Ok(account)
    }

    pub(crate) fn change(
        &mut self,
        company: TargetCompanyId,
        id: AccountId,
        what: &What,
    ) -> Result<Account, PortErrorKind> {
        let Some(before) = self.accounts.get(&id).cloned() else { return Err(PortErrorKind::Refused) };
        let grudge = before.owner.is_some_and(|owner| self.grudges.contains(&owner));
        if grudge || before.account.company != company {
            return Err(PortErrorKind::Refused);
        }
        let mut account = before.account.clone();
        match what {
            What::Create => panic!("a creation names no account"),
            What::Activate => account.active = true,
            What::Deactivate => account.active = false,
            What::Update(change) => set(&mut account, change),
        }
        let account = self.normalised(&account);
        let moved = address_of(&account) != address_of(&before.account);
        if moved && self.is_taken(&account) {
            return Err(PortErrorKind::Conflict);
        }
        let marked = matches!(what, What::Update(change) if change.external_id.is_some());
        let ours = before.ours.clone().filter(|_| !marked).or_else(|| id_of_ours(&account));
        self.accounts.insert(id, Standing { account: account.clone(), ours, ..before.clone() });
        let write = Write { account: id, what: what.clone(), before: Some(before), after: account.clone() };
        self.writes.push(write);
        Ok(account)
    }

    pub(crate) fn listed(&self, company: TargetCompanyId, state: AccountState) -> Vec<Account> {
        let accounts = self.accounts.values().map(|standing| &standing.account);
        let wanted = accounts.filter(|account| {
            account.company == company && account.active == (state == AccountState::Active)
        });
        wanted.cloned().collect()
    }

    fn normalised(&self, account: &Account) -> Account {
        let mut stored = account.clone();
        stored.email = account.email.as_ref().map(|email| {
            let email = email.expose();
            match email.rsplit_once('@') {
                Some((local, domain)) if self.habits.lowers_domains => {
                    Pii::new(format!("{local}@{}", domain.to_lowercase()))
                }
                _ => Pii::new(email.clone()),
            }
        });
        for text in [&mut stored.email, &mut stored.first_name, &mut stored.prefix, &mut stored.last_name] {
            *text = self.stored(text.take());
        }
        stored
    }

    fn stored(&self, text: Option<Pii<String>>) -> Option<Pii<String>> {
        let mut text = text.map(Pii::into_exposed);
        if self.habits.trims {
            text = text.map(|text| text.trim().to_owned());
        }
        if self.habits.composes {
            text = text.map(|text| text.nfc().collect());
        }
        let text = if self.habits.null_is_empty {
            Some(text.unwrap_or_default())
        } else {
            text.filter(|text| !text.is_empty())
        };
        text.map(Pii::new)
    }
}

/// The id of ours that it carries.
pub(crate) fn id_of_ours(account: &Account) -> Option<String> {
    account.external_id.clone().map(|id| id.trim().to_owned()).filter(|id| id.starts_with("nmbrs:"))
}

fn set(account: &mut Account, change: &AccountChange) {
    if let Some(email) = &change.email {
        account.email = Some(Pii::new(email.expose().to_owned()));
    }
    let texts = [
        (&change.first_name, &mut account.first_name),
        (&change.prefix, &mut account.prefix),
        (&change.last_name, &mut account.last_name),
    ];
    for (new, old) in texts {
        if new.is_some() {
            old.clone_from(new);
        }
    }
    let dates = [
        (&change.birthday, &mut account.birthday),
        (&change.work_anniversary, &mut account.work_anniversary),
    ];
    for (new, old) in dates {
        if new.is_some() {
            old.clone_from(new);
        }
    }
    if let Some(id) = &change.external_id {
        account.external_id = Some(id.as_str().to_owned());
    }
}
