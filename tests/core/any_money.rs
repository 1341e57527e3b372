//! Worlds at random in which money is at stake: fields, a ledger that remembers anything, and a desk.
//!
//! In: numbers of proptest. Out: [any world](crate::any_world) with budgets, and with four people in it who are synced
//! and wish for something, because those at random seldom get so far. The rows are what any sequence of runs, crashes,
//! relinks and merges could leave, and more; what holds of these holds of real ones.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use sync_core::budget::GrantState;
use sync_core::ledger::{DeskStanding, Vouched};
use sync_core::policy::{ChangedOneoff, OnboardingGift, RefilledOneoff};

use crate::any_world::any_world;
use crate::money::{Row, budgets, epoch, euro, row};
use crate::world::{World, account, id, person};

const BUDGETS: [&str; 5] = ["monthly all", "monthly health", "monthly sport", "oneoff all", "oneoff health"];
const AMOUNTS: [&str; 4] = ["50", "75", "0", "100"];
const VALUES: [&str; 9] = ["50", "50,00", "75", "75", "100", "0", "", "Zqx", "1000,01"];
const DAYS: [&str; 3] = ["2026-05-01", "2026-07-01", "2026-08-01"];

/// A field of some record: whose, which brand, which budget, what it says, and since when.
type Field = (usize, bool, usize, usize, u8);

/// A row: whose, of whose account, which budget, how much, the occasion, the state, the act, and what was seen since.
type Given = (u8, u8, usize, usize, u32, usize, u8, u8);

fn field() -> impl Strategy<Value = Field> {
    (0..24_usize, any::<bool>(), 0..BUDGETS.len(), 0..VALUES.len(), 0..8_u8)
}

fn given() -> impl Strategy<Value = Given> {
    (0..24_u8, 0..16_u8, 0..BUDGETS.len(), 0..AMOUNTS.len(), 1..4_u32, 0..12_usize, 0..6_u8, 0..12_u8)
}

/// Four synced people. One has an alias that is gone, one stands on an account of a record that is gone, one has two
/// records, and one may look like another.
fn synced(world: World, is_like_another: bool) -> World {
    let twin = if is_like_another { "Last q0" } else { "Last q3" };
    let fourth = person("q3").first(Some("First q0")).last(Some(twin));
    let second = person("q2-too").at("acme").email("q2@acme.example").last(Some("Last q2"));
    world
        .synced("q0", 300)
        .link("q0", 300)
        .alias("q0", "q0-gone")
        .synced("q1", 301)
        .link("q1", 301)
        .link("q1-gone", 301)
        .synced("q2", 302)
        .with(second)
        .having(account(303).like(&fourth))
        .with(fourth)
}

/// Any world that gives budgets.
pub(crate) fn any_money() -> impl Strategy<Value = World> {
    let ledger = (vec(given(), 0..8), vec(prop::bool::weighted(0.9), 16), 0..20_u8, 0..3_usize, 0..3_usize);
    (any_world(), vec(field(), 0..24), ledger).prop_map(|(mut world, fields, ledger)| {
        let (rows, vouched, desk, changed, gift) = ledger;
        world = synced(world, gift == 1);
        world = world.budgets(|_| {
            let mut budgets = budgets();
            budgets.changed_oneoff =
                [ChangedOneoff::Ask, ChangedOneoff::Further, ChangedOneoff::Difference][changed];
            budgets.refilled_oneoff = if gift == 0 { RefilledOneoff::Ask } else { RefilledOneoff::Further };
            budgets.onboarding = if desk == 9 { OnboardingGift::Monthly } else { OnboardingGift::Nothing };
            budgets
        });
        world.policy.limits.euro = Some(euro("1000000"));
        world.ledger.money.epoch = (desk != 8).then(|| epoch('1'));
        world.ledger.money.desk = match desk {
            0 => DeskStanding::NotAsked,
            1 => DeskStanding::Silent,
            2 => DeskStanding::Ahead,
            3 => DeskStanding::OfAnother,
            _ => DeskStanding::Agrees,
        };
        for (at, is_vouched) in vouched.into_iter().enumerate() {
            if is_vouched {
                let kind = if at % 3 == 0 { Vouched::Onboarded } else { Vouched::Baseline };
                let name = if at < 12 { format!("p{at}") } else { format!("q{}", at - 12) };
                world.ledger.money.vouched.insert(id(&name), kind);
            }
        }
        for field in fields {
            fill(&mut world, field);
        }
        // A store uses no occasion of a record's budget twice.
        let mut used = BTreeSet::new();
        let rows: Vec<Row> =
            rows.into_iter().map(remembered).filter(|Row(row)| used.insert(row.id.clone())).collect();
        world.granted(rows)
    })
}

fn fill(world: &mut World, (whose, is_old, which, says, since): Field) {
    // The last five are those who are synced.
    let count = world.records.len();
    let at = if whose < 12 { whose % count } else { count - 1 - whose % 5 };
    let Some(record) = world.records.get_mut(at) else { return };
    let brand = if is_old { "yourcampus" } else { "alleo" };
    let name = format!("{brand}_{}_budget", BUDGETS[which].replace(' ', "_"));
    let employee = crate::world::Person(record.clone());
    *record = match since {
        0 => employee.field_from(&name, VALUES[says], "2026-06-01"),
        1 => employee.field_from(&name, VALUES[says], "2026-07-01"),
        _ => employee.field(&name, Some(VALUES[says])),
    }
    .0;
}

fn remembered((whose, account, which, amount, occasion, state, act, seen): Given) -> Row {
    let (name, own) = match whose {
        0..=7 => (format!("p{whose}"), 100 + i64::from(whose)),
        8 | 9 => (format!("p{}-again", whose - 8), 100 + i64::from(whose - 8)),
        10 => ("somebody-gone".to_owned(), 100),
        11 => ("q0-gone".to_owned(), 300),
        12 => ("q1-gone".to_owned(), 301),
        13 => ("q2-too".to_owned(), 302),
        _ => (format!("q{}", whose % 4), 300 + i64::from(whose % 4)),
    };
    let number = if account < 13 { own } else { 300 + i64::from(account - 13) };
    let state = GrantState::ALL.get(state).copied().unwrap_or(GrantState::Given);
    let row = row(&name, number, BUDGETS[which], AMOUNTS[amount]).occasion(occasion).is(state);
    let is_monthly = which < 3;
    let row = match act {
        0 if is_monthly => row.stopping(DAYS[usize::from(seen) % 3]),
        1 if is_monthly => row.replacing(DAYS[usize::from(seen) % 3]),
        _ => row,
    };
    match seen {
        0 => row.interrupted(),
        1 => row.emptied(),
        2 => row.without_account(),
        _ => row,
    }
}
