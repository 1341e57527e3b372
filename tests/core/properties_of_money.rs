//! What holds of money in every world (R11). `PROPTEST_CASES` sets how many are tried.
//!
//! Each law is said once more in words of its own and asked of the plan; none of them knows the table.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use sync_core::ExternalId;
use sync_core::budget::{Act, BudgetKind, BudgetNote, BudgetOutcome, Grant, GrantRecord, GrantState};
use sync_core::ledger::DeskStanding;
use sync_core::plan::Entry;

use crate::any_money::any_money;
use crate::any_world::MARK;
use crate::world::{World, code};

fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}

/// The ids by which the person of an entry is known: records, whoever has the account, and aliases of all these.
fn ids(world: &World, entry: &Entry) -> BTreeSet<ExternalId> {
    let mut ids: BTreeSet<_> = entry.records.iter().map(|record| record.id.clone()).collect();
    let account = entry.account.filter(|account| account.found_by.is_certain()).map(|account| account.id);
    ids.extend(
        world.ledger.links.iter().filter(|(_, link)| Some(link.account) == account).map(|(id, _)| id.clone()),
    );
    loop {
        let before = ids.len();
        for (one, other) in &world.ledger.aliases {
            if ids.contains(one) || ids.contains(other) {
                ids.extend([one.clone(), other.clone()]);
            }
        }
        if ids.len() == before {
            return ids;
        }
    }
}

/// The rows of the person of an entry.
fn rows<'w>(world: &'w World, entry: &Entry) -> Vec<&'w GrantRecord> {
    let ids = ids(world, entry);
    let account = entry.account.filter(|account| account.found_by.is_certain()).map(|account| account.id);
    let is_hers =
        |row: &&GrantRecord| ids.contains(&row.person) || (row.account.is_some() && row.account == account);
    world.ledger.money.grants.iter().filter(is_hers).collect()
}

fn given(note: &BudgetNote) -> Option<&Grant> {
    match &note.outcome {
        BudgetOutcome::Give { grant } => Some(grant),
        _ => None,
    }
}

/// Does this row begin, or may it have begun, a monthly budget that no later row of its record has ended?
fn may_run(row: &GrantRecord, rows: &[&GrantRecord], world: &World) -> bool {
    let begins = row.budget.kind == BudgetKind::Monthly
        && row.act != Act::Stop
        && row.amount.cents() > 0
        && !matches!(row.state, GrantState::Refused | GrantState::NotDone);
    let today = world.now.date_naive();
    let is_ended = rows.iter().any(|later| {
        later.budget == row.budget
            && later.occasion > row.occasion
            && later.act == Act::Stop
            && later.state == GrantState::Given
            && later.from.is_none_or(|from| from <= today)
    });
    begins && !is_ended
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn r11_nobody_has_two_monthly_budgets(world in any_money()) {
        let plan = world.plan();
        for entry in &plan.document().entries {
            let rows = rows(&world, entry);
            let begins = |note: &&BudgetNote| {
                note.kind == BudgetKind::Monthly && note.grant().is_some_and(|grant| grant.act != Act::Stop)
            };
            let begun: Vec<_> = entry.budgets.iter().filter(begins).collect();
            prop_assert!(begun.len() <= 1, "{:?}", entry.budgets);
            for note in begun {
                let other = rows.iter().find(|row| row.budget != note.budget() && may_run(row, &rows, &world));
                prop_assert!(other.is_none(), "{:?} beside {:?}", note, other);
                let same = rows.iter().any(|row| row.budget == note.budget() && may_run(row, &rows, &world));
                prop_assert!(!same || given(note).is_none(), "{:?} by itself over {:?}", note, rows);
            }
        }
    }

    #[test]
    fn r11_an_occasion_is_used_once(world in any_money()) {
        let plan = world.plan();
        let mut names = BTreeSet::new();
        for entry in &plan.document().entries {
            let rows = rows(&world, entry);
            for (note, grant) in entry.budgets.iter().filter_map(|note| Some((note, note.grant()?))) {
                prop_assert!(names.insert(grant.id.clone()), "{:?} is named twice", grant);
                let of_it = || rows.iter().filter(|row| row.budget == note.budget());
                prop_assert!(!of_it().any(|row| row.state.is_open()), "{:?} beside what is open", note);
                if let Some(row) = world.ledger.money.grants.iter().find(|row| row.id == grant.id) {
                    prop_assert_eq!((row.state, row.act, row.amount), (GrantState::NotDone, grant.act, grant.amount));
                } else {
                    prop_assert!(of_it().all(|row| row.occasion < grant.occasion), "{:?} after {:?}", note, rows);
                }
                let was_given = of_it().any(|row| row.state == GrantState::Given && row.amount.cents() > 0);
                let was_refused = of_it().any(|row| row.state == GrantState::Refused);
                prop_assert!(given(note).is_none() || !(was_given || was_refused), "{:?} by itself", note);
            }
        }
    }

    #[test]
    fn r11_nothing_moves_without_a_memory_that_the_desk_agrees_with_and_somebody_who_vouches(world in any_money()) {
        let plan = world.plan();
        let money = &world.ledger.money;
        let is_sure = money.desk == DeskStanding::Agrees && money.epoch.is_some();
        for entry in &plan.document().entries {
            let is_vouched = ids(&world, entry).iter().any(|id| money.vouched.contains_key(id));
            let moves = entry.budgets.iter().any(|note| note.grant().is_some());
            prop_assert!(!moves || (is_sure && is_vouched), "{:?}", entry.budgets);
        }
    }

    #[test]
    fn r11_nothing_moves_but_to_an_active_account_that_is_certain(world in any_money()) {
        let plan = world.plan();
        for entry in &plan.document().entries {
            if entry.budgets.iter().all(|note| note.grant().is_none()) {
                continue;
            }
            let account = entry.account.unwrap();
            prop_assert!(account.active && account.found_by.is_certain());
            prop_assert!(matches!(code(&entry.decision).as_str(), "update" | "nothing/up_to_date"));
            let only = plan.document().entries.iter().filter(|other| other.account.is_some_and(|it| it.id == account.id));
            prop_assert_eq!(only.count(), 1);
        }
    }

    #[test]
    fn r11_renaming_the_brand_of_every_field_changes_nothing_about_money(world in any_money()) {
        let mut renamed = world.clone();
        for field in renamed.records.iter_mut().flat_map(|record| &mut record.extra_fields) {
            let swapped = match field.name.strip_prefix("alleo_") {
                Some(rest) => format!("yourcampus_{rest}"),
                None => field.name.replacen("yourcampus_", "alleo_", 1),
            };
            if field.name.ends_with("_budget") {
                field.name = swapped;
            }
        }
        let (before, after) = (world.plan(), renamed.plan());
        prop_assert_eq!(&before.document().entries, &after.document().entries);
        prop_assert_eq!(&before.document().totals, &after.document().totals);
    }

    #[test]
    fn r5_the_order_of_records_accounts_and_fields_never_matters_to_money(world in any_money(), turns in 0..20_usize) {
        let golden = world.plan();
        let mut turned = world;
        let (records, accounts) = (turned.records.len(), turned.accounts.len());
        turned.records.rotate_left(turns % records.max(1));
        turned.accounts.rotate_left(turns % accounts.max(1));
        for record in &mut turned.records {
            record.extra_fields.reverse();
        }
        prop_assert_eq!(turned.plan().canonical_bytes(), golden.canonical_bytes());
    }

    #[test]
    fn r4_the_totals_of_money_are_those_of_the_entries(world in any_money()) {
        let plan = world.plan();
        let totals = plan.document().totals.money.clone().unwrap();
        let notes = || plan.document().entries.iter().flat_map(|entry| &entry.budgets);
        let cents = |grants: Vec<&Grant>| grants.iter().map(|grant| grant.amount.cents()).sum::<u64>();
        let first: Vec<_> = notes().filter_map(given).collect();
        let proposed: Vec<_> = notes().filter(|note| given(note).is_none()).filter_map(BudgetNote::grant).collect();
        prop_assert_eq!((totals.grants, totals.proposals), (first.len() as u64, proposed.len() as u64));
        prop_assert_eq!((totals.granted.cents(), totals.proposed.cents()), (cents(first), cents(proposed)));
        let held = notes().filter(|note| matches!(note.outcome, BudgetOutcome::Hold { .. })).count() as u64;
        prop_assert_eq!(totals.held.values().sum::<u64>(), held);
    }

    #[test]
    fn r23_no_text_of_a_field_is_in_a_plan_about_money(world in any_money()) {
        let text = String::from_utf8(world.plan().to_file()).unwrap();
        prop_assert!(!text.to_lowercase().contains(&MARK.to_lowercase()));
    }
}

/// The laws above would be empty words if money hardly ever moved.
#[test]
fn worlds_with_money_hold_enough_of_everything() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let (mut given_in, mut proposed_in) = (0, 0);
    for _ in 0..1_500 {
        let plan = any_money().new_tree(&mut runner).unwrap().current().plan();
        let notes = || plan.document().entries.iter().flat_map(|entry| &entry.budgets);
        seen.extend(notes().map(|note| note.reason.code().to_owned()));
        given_in += u32::from(notes().any(|note| given(note).is_some()));
        proposed_in += u32::from(notes().any(|note| given(note).is_none() && note.grant().is_some()));
    }
    assert!(given_in > 150 && proposed_in > 100, "{given_in} {proposed_in}");
    let missing: Vec<_> = sync_core::budget::BudgetReason::ALL
        .iter()
        .map(|reason| reason.code())
        .filter(|code| !seen.contains(*code))
        .collect();
    assert_eq!(missing, ["unfit_address", "forgotten"], "reasons that no world had");
}
