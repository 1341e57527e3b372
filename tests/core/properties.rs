//! What holds of every world. `PROPTEST_CASES` sets how many are tried.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use sync_core::account::{Account, Ownership};
use sync_core::decision::Decision;
use sync_core::plan::{ActionKind, Plan, SavedPlan};
use sync_core::record::{EmployeeType, SourceCompany};
use sync_core::snapshot::{Listing, Resource, Row, SourceRows, SourceSnapshotBuilder};
use sync_core::{AccountId, CompanyId, ExternalId};

use crate::any_world::{MARK, MARKED_YEAR, any_world};
use crate::memory_target::{Habits, Stage, accounts};
use crate::world::{World, code, entry_of};

fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}

/// The accounts that a plan deactivates, each with the person.
fn deactivated(plan: &Plan) -> BTreeMap<AccountId, ExternalId> {
    let offboards =
        plan.document().entries.iter().filter(|entry| matches!(entry.decision, Decision::Offboard(_)));
    offboards.map(|entry| (entry.account.unwrap().id, entry.person.clone())).collect()
}

/// Does this account carry our id, or does the ledger know it? Said once more, in other words.
fn is_managed(world: &World, account: &Account) -> bool {
    let linked = world.ledger.links.values().any(|link| link.account == account.id);
    linked || matches!(account.ownership(), Ownership::Ours(_))
}

#[test]
fn the_worlds_hold_enough_of_what_is_interesting() {
    const CASES: usize = 400;
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..CASES {
        let world = any_world().new_tree(&mut runner).unwrap().current();
        let codes: BTreeSet<_> =
            world.plan().document().entries.iter().map(|entry| code(&entry.decision)).collect();
        let has = |wanted: &[&str]| wanted.iter().any(|wanted| codes.contains(*wanted));
        for (class, holds) in [
            ("re-hire", has(&["hold/rehire"])),
            ("shared address", has(&["hold/shared_address"])),
            ("conflict", has(&["hold/several_candidates", "hold/foreign_external_id", "hold/address_taken"])),
            ("onboard", has(&["onboard"])),
            ("update", has(&["update"])),
            ("offboard", has(&["offboard"])),
            ("unreadable row", has(&["hold/unreadable_row"])),
            ("adoption", has(&["hold/adoption"])),
            ("several companies", world.companies.len() > 1),
        ] {
            *seen.entry(class).or_default() += usize::from(holds);
        }
    }
    for (class, count) in &seen {
        assert!(count * 20 >= CASES, "only {count} of {CASES} worlds hold a case of: {class}");
    }
}

/// One list of `world`, broken in one of three ways; `None` if it has no row to break so.
fn broken(list: SourceRows, how: usize) -> Option<SourceRows> {
    fn total<I, T>(mut list: Listing<Row<I, T>>, how: usize) -> Listing<Row<I, T>> {
        list.total = list.total.map(|total| if how == 0 { total + 1 } else { total.wrapping_sub(1) });
        list
    }
    Some(match (list, how) {
        (SourceRows::Employees(mut list), 2) => {
            let mut twin = list.rows.first()?.clone();
            twin.content.as_mut().ok()?.number = Some(-1);
            list.rows.push(twin);
            SourceRows::Employees(list)
        }
        (_, 2) => return None,
        (SourceRows::Employees(list), how) => SourceRows::Employees(total(list, how)),
        (SourceRows::Personal(list), how) => SourceRows::Personal(total(list, how)),
        (SourceRows::Employments(list), how) => SourceRows::Employments(total(list, how)),
        (SourceRows::Contracts(list), how) => SourceRows::Contracts(total(list, how)),
        (SourceRows::FieldDefinitions(list), how) => SourceRows::FieldDefinitions(total(list, how)),
        (SourceRows::ExtraFields(list), how) => SourceRows::ExtraFields(total(list, how)),
        (other, _) => panic!("no test world has {other:?}"),
    })
}

/// Every record's links, as runs before would have left them.
fn with_memory_of_now(world: World) -> World {
    let stage = Stage::of(world);
    // Under a final brake nothing is done and nothing remembered; that is a world too.
    let _either_way = stage.apply();
    stage.world()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn r1_a_list_that_disagrees_or_is_missing_gives_no_snapshot(
        world in any_world(), resource in 0..6_usize, company in 0..3_usize, how in 0..4_usize,
    ) {
        let resource = Resource::ALL[resource];
        let company = world.companies.keys().nth(company % world.companies.len()).unwrap().clone();
        let companies = world.companies.keys().cloned().map(SourceCompany::new).collect();
        let mut builder = SourceSnapshotBuilder::announce(companies);
        let mut refused = false;
        for id in world.companies.keys() {
            for each in Resource::ALL {
                if (id, each) != (&company, resource) {
                    builder.put(id, world.rows(id, each)).unwrap();
                } else if let Some(list) = (how < 3).then(|| broken(world.rows(id, each), how)).flatten() {
                    refused = builder.put(id, list).is_err();
                }
            }
        }
        prop_assert!(refused || how == 3 || how == 2);
        prop_assert!(builder.finish().is_err());
    }

    #[test]
    fn r2_no_deactivation_without_a_record_that_says_former(world in any_world()) {
        let plan = world.plan();
        for entry in &plan.document().entries {
            let Decision::Offboard(offboard) = &entry.decision else { continue };
            let records = || world.records.iter().filter(|record| entry.records.iter().any(|note| note.id == record.id));
            prop_assert!(!offboard.evidence().records().is_empty());
            for id in offboard.evidence().records() {
                let record = records().find(|record| record.id == *id).unwrap();
                prop_assert_eq!(&record.listed.employee_type, &Some(EmployeeType::FormerPayroll));
                prop_assert!(record.unreadable.is_empty());
            }
            prop_assert!(!records().any(|record| record.listed.employee_type == Some(EmployeeType::Payroll)));
        }
    }

    #[test]
    fn r2_a_record_that_vanishes_never_deactivates_the_account_it_stood_for(world in any_world()) {
        let before = with_memory_of_now(world);
        let plan = before.plan();
        let already = deactivated(&plan);
        for gone in &before.records {
            let stood_for = entry_of(&plan, gone.id.as_str().trim_start_matches("nmbrs:rest:")).account.filter(|note| note.found_by.is_certain()).map(|note| note.id);
            let mut without = before.clone();
            without.records.retain(|record| record.id != gone.id);
            let plan = without.plan();
            if plan.document().is_blocked() {
                // Nothing of it can be done; and where a brake refused the run before, nothing is remembered either.
                continue;
            }
            for (account, person) in deactivated(&plan) {
                prop_assert!(
                    already.contains_key(&account) || (Some(account) != stood_for && person != gone.id),
                    "without {} account {} is deactivated", gone.id, account
                );
            }
        }
    }

    #[test]
    fn r2_an_account_of_whom_the_source_says_nothing_is_never_touched(world in any_world()) {
        let mut empty = with_memory_of_now(world);
        empty.records.clear();
        prop_assert_eq!(empty.plan().document().totals.actions.total(), 0);
    }

    #[test]
    fn r3_a_company_that_comes_back_empty_brakes(world in any_world(), which in 0..3_usize) {
        let mut world = with_memory_of_now(world);
        let company = world.companies.keys().nth(which % world.companies.len()).unwrap().clone();
        let active: BTreeSet<_> = world.accounts.iter().filter(|account| account.active).map(|account| account.id).collect();
        let has_accounts = world.ledger.links.values().any(|link| link.company == company && active.contains(&link.account));
        let gone: BTreeSet<_> = world.ledger.links.iter().filter(|(_, link)| link.company == company).map(|(id, _)| id.clone()).collect();
        world.records.retain(|record| record.company != company && !gone.contains(&record.id));
        let brakes = serde_json::to_value(&world.plan().document().brakes).unwrap();
        let brakes_here = brakes.as_array().unwrap().iter().any(|brake| {
            brake["brake"] == "empty_company" && brake["company"] == company.as_str()
        });
        prop_assert!(brakes_here || !has_accounts);
        prop_assert!(!brakes_here || world.plan().document().is_blocked());
    }

    #[test]
    fn r5_the_order_of_inputs_never_matters(world in any_world(), turns in 0..20_usize) {
        let golden = world.plan();
        let mut turned = world.clone();
        let (records, accounts) = (turned.records.len(), turned.accounts.len());
        turned.records.rotate_left(turns % records.max(1));
        turned.accounts.rotate_left(turns % accounts.max(1));
        if turns % 2 == 0 {
            turned.records.reverse();
            turned.accounts.reverse();
        }
        for record in &mut turned.records {
            record.employments.reverse();
            record.extra_fields.reverse();
        }
        prop_assert_eq!(turned.plan().canonical_bytes(), golden.canonical_bytes());
    }

    #[test]
    fn r9_after_applying_there_is_nothing_to_do_and_applying_again_changes_nothing(
        world in any_world(), trims in any::<bool>(), lowers_domains in any::<bool>(), composes in any::<bool>(),
        empty_is_null in any::<bool>(), null_is_empty in any::<bool>(),
    ) {
        let habits = Habits { trims, lowers_domains, composes, empty_is_null, null_is_empty };
        let stage = Stage::of(world).with_habits(habits);
        let before = accounts(&stage);
        let report = stage.apply().unwrap();
        if report.applied().is_none() {
            prop_assert_eq!(accounts(&stage), before, "a run that waits wrote nothing");
            return Ok(());
        }
        prop_assert!(report.is_complete(), "{:?}", report);
        prop_assert_eq!(report.writes, report.applied().unwrap().actions.len() as u64);
        let after = accounts(&stage);
        let plan = stage.dry_run().unwrap().plan;
        prop_assert_eq!(plan.document().totals.actions.total(), 0, "{:?}", plan.document());
        if let Ok(again) = stage.apply() {
            prop_assert_eq!(again.writes, 0);
        }
        prop_assert_eq!(accounts(&stage), after);
    }

    #[test]
    fn r18_only_managed_accounts_are_acted_on_and_each_at_most_once(world in any_world()) {
        let plan = world.plan();
        let mut acted = BTreeSet::new();
        for entry in plan.document().actions() {
            if ActionKind::of(&entry.decision) == Some(ActionKind::Onboard) {
                prop_assert!(entry.account.is_none());
                continue;
            }
            let number = entry.account.unwrap().id;
            prop_assert!(acted.insert(number), "account {} is acted on twice", number);
            let account = world.accounts.iter().find(|account| account.id == number).unwrap();
            prop_assert!(account.active && is_managed(&world, account));
        }
        let people: BTreeSet<_> = plan.document().entries.iter().map(|entry| &entry.person).collect();
        prop_assert_eq!(people.len(), plan.document().entries.len());
    }

    #[test]
    fn r18_accounts_that_nobody_manages_come_through_an_apply_as_they_were(world in any_world()) {
        let stage = Stage::of(world.clone());
        let _either_way = stage.apply();
        let after = accounts(&stage);
        for account in world.accounts.iter().filter(|account| !is_managed(&world, account)) {
            prop_assert_eq!(&after[&account.id], account);
        }
    }

    #[test]
    fn r17_nobody_gets_a_second_account(world in any_world()) {
        let stage = Stage::of(world.clone());
        if let Ok(report) = stage.apply() {
            for action in report.applied().into_iter().flat_map(|applied| &applied.actions).filter(|action| action.action == ActionKind::Onboard) {
                let plan = world.plan();
                let name = action.person.as_str().trim_start_matches("nmbrs:rest:");
                let ids: BTreeSet<_> = entry_of(&plan, name).records.iter().map(|record| record.id.as_str().to_owned()).collect();
                let carrying = |accounts: &[Account]| accounts.iter().filter(|account| account.external_id.as_ref().is_some_and(|id| ids.contains(id))).count();
                prop_assert_eq!((carrying(&world.accounts), carrying(&stage.world().accounts)), (0, 1));
            }
        }
    }

    #[test]
    fn r26_a_company_that_was_seen_and_is_gone_blocks(world in any_world(), which in 0..3_usize) {
        let seen = with_memory_of_now(world);
        let company = seen.companies.keys().nth(which % seen.companies.len()).unwrap().clone();
        let known = seen.ledger.last_run.as_ref().is_some_and(|run| run.scope.contains_key(&company));
        let plan = seen.without_company(company.as_str()).plan();
        prop_assert_eq!(plan.document().is_blocked() || !known, true);
        let named = sync_core::guard::Brake::CompanyGone { company: CompanyId::new(company.as_str()) };
        prop_assert_eq!(plan.document().brakes.contains(&named), known);
    }

    #[test]
    fn r22_everybody_who_was_read_has_exactly_one_decision(world in any_world()) {
        let plan = world.plan();
        let mut told = BTreeSet::new();
        for record in plan.document().entries.iter().flat_map(|entry| &entry.records) {
            prop_assert!(told.insert(record.id.clone()), "{} is told twice", record.id);
        }
        let read: BTreeSet<_> = world.records.iter().map(|record| record.id.clone()).collect();
        prop_assert_eq!(told, read);
    }

    #[test]
    fn r23_no_personal_value_is_in_the_plan_or_in_any_debug_output(world in any_world()) {
        let stage = Stage::of(world.clone());
        let plan = world.plan();
        let saved = SavedPlan::open(&plan.to_file()).unwrap();
        let shown = [
            String::from_utf8(plan.canonical_bytes()).unwrap(),
            String::from_utf8(plan.to_file()).unwrap(),
            format!("{plan:?} {saved:?}"),
            format!("{:?} {:?}", world.source(), world.target()),
            format!("{:?} {:?}", stage.dry_run(), stage.apply()),
            format!("{:?} {:?}", world.policy, stage.view()),
            format!("{world:?}"),
        ];
        for text in shown {
            prop_assert!(!text.to_lowercase().contains(&MARK.to_lowercase()), "a text: {}", text);
            prop_assert!(!text.contains(MARKED_YEAR), "a birthday: {}", text);
        }
    }
}
