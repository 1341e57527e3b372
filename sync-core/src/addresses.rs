//! Who may take which address, and in which order.
//!
//! In: the addresses that actions of one plan would give to accounts, and the addresses that accounts have.
//! Out: for each action the step in which it can be done, or that its address stays taken. Never: an
//! action that would need an address before it is free; two accounts that would have to swap are both
//! left to a person.

use std::collections::{BTreeMap, BTreeSet};

use crate::email::EmailKey;
use crate::id::AccountId;

/// An action that gives an account an address.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// Which action, as the caller counts them.
    pub(crate) action: usize,
    /// The address it wants.
    pub(crate) wants: EmailKey,
    /// The account that gets it and so leaves its own address; none for a creation.
    pub(crate) account: Option<AccountId>,
}

/// The step of each action that can be done, from 0; an action that is not in it cannot.
///
/// `holders` gives the accounts that have an address now.
pub(crate) fn steps(claims: &[Claim], holders: impl Fn(&EmailKey) -> Vec<AccountId>) -> BTreeMap<usize, u32> {
    let frees: BTreeMap<AccountId, usize> =
        claims.iter().filter_map(|claim| claim.account.map(|account| (account, claim.action))).collect();
    let mut wanted = BTreeMap::new();
    for claim in claims {
        *wanted.entry(&claim.wants).or_insert(0_u32) += 1;
    }
    let mut waits: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for claim in claims {
        let others = holders(&claim.wants).into_iter().filter(|holder| Some(*holder) != claim.account);
        let first: Option<BTreeSet<usize>> = others.map(|holder| frees.get(&holder).copied()).collect();
        // Held for good where some holder stays, or where two actions want the same address.
        if let Some(first) = first
            && wanted.get(&claim.wants) == Some(&1)
        {
            waits.insert(claim.action, first);
        }
    }
    let mut waiting_for: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (action, first) in &waits {
        for first in first {
            waiting_for.entry(*first).or_default().push(*action);
        }
    }
    let mut open: BTreeMap<usize, usize> =
        waits.iter().map(|(action, first)| (*action, first.len())).collect();
    let mut ready: Vec<usize> =
        open.iter().filter(|(_, open)| **open == 0).map(|(action, _)| *action).collect();
    let mut done: BTreeMap<usize, u32> = BTreeMap::new();
    for step in 0.. {
        if ready.is_empty() {
            break;
        }
        let now = std::mem::take(&mut ready);
        for action in now.iter().filter_map(|action| waiting_for.get(action)).flatten() {
            if let Some(open) = open.get_mut(action) {
                *open -= 1;
                if *open == 0 {
                    ready.push(*action);
                }
            }
        }
        done.extend(now.into_iter().map(|action| (action, step)));
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(action: usize, wants: &str, account: Option<i64>) -> Claim {
        Claim { action, wants: EmailKey::of(wants), account: account.map(AccountId::new) }
    }

    #[track_caller]
    fn check(claims: &[Claim], held: &[(&str, i64)], expected: &[(usize, u32)]) {
        let holders = |key: &EmailKey| {
            held.iter()
                .filter(|(text, _)| EmailKey::of(text) == *key)
                .map(|(_, id)| AccountId::new(*id))
                .collect()
        };
        assert_eq!(steps(claims, holders), expected.iter().copied().collect());
    }

    #[test]
    fn a_free_address_is_taken_at_once() {
        check(&[claim(0, "a@x", None), claim(1, "b@x", Some(1))], &[("old@x", 1)], &[(0, 0), (1, 0)]);
    }

    #[test]
    fn an_address_that_is_being_left_is_taken_one_step_later() {
        let claims = [claim(0, "a@x", None), claim(1, "b@x", Some(1)), claim(2, "c@x", Some(2))];
        check(&claims, &[("a@x", 1), ("b@x", 2)], &[(2, 0), (1, 1), (0, 2)]);
    }

    #[test]
    fn an_address_that_stays_taken_blocks_all_who_wait_for_it() {
        let claims = [claim(0, "a@x", None), claim(1, "b@x", Some(1))];
        check(&claims, &[("a@x", 1), ("b@x", 9)], &[]);
    }

    #[test]
    fn a_swap_is_left_to_a_person() {
        let claims = [claim(0, "b@x", Some(1)), claim(1, "a@x", Some(2)), claim(2, "c@x", None)];
        check(&claims, &[("a@x", 1), ("b@x", 2)], &[(2, 0)]);
    }

    #[test]
    fn an_address_that_two_want_goes_to_neither() {
        check(&[claim(0, "a@x", None), claim(1, "a@x", None)], &[], &[]);
    }
}
