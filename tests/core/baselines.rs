//! A person's word about what was given before the ledger knew of it (R11), and what stays of the forgotten.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sync_core::budget::{Baseline, BaselineError, BaselineWord, Imported, Mark, tombstones};
use sync_core::ledger::{DeskStanding, LedgerView, Vouched};
use sync_core::plan::SavedPlan;
use sync_core::ports::Forgetting;
use sync_core::{AccountId, CustomerId, Pii, Run};

use crate::money::{anna, budget, check_budget, epoch, euro, giving, row};
use crate::world::{World, account, customer, id, key, person};

const MONTHLY: &str = "monthly all";
const ONEOFF: &str = "oneoff all";

/// What nina vouches for, who looks at the plan of this world and says this of these people.
fn says(
    world: &World,
    said: &BaselineWord,
    only: &[&str],
    mark: Option<&Mark>,
) -> Result<Baseline, BaselineError> {
    let (customer, key) = (customer(), key());
    let plan = SavedPlan::open(&world.plan().to_file()).unwrap();
    let only: BTreeSet<_> = only.iter().map(|name| id(name)).collect();
    let run = Run::new(&customer, world.now, &key);
    Baseline::confirming(&plan, said, &only, (&world.ledger, mark), &run, Pii::new("Nina".to_owned()))
}

fn imported(baseline: &Baseline) -> Vec<String> {
    let name = |id: &sync_core::ExternalId| id.as_str().trim_start_matches("nmbrs:rest:").to_owned();
    baseline.given.iter().map(|it| format!("{} {} {}", name(&it.person), it.budget, it.amount)).collect()
}

fn covered(baseline: &Baseline) -> Vec<String> {
    baseline.people.keys().map(|id| id.as_str().trim_start_matches("nmbrs:rest:").to_owned()).collect()
}

fn import(name: &str, of: &str, amount: &str) -> Imported {
    Imported::new(id(name), budget(of), euro(amount))
}

/// Nothing is remembered of money, and nobody was covered.
fn without_memory_of_money(mut world: World) -> World {
    let desk = world.ledger.money.desk;
    world.ledger.money = sync_core::ledger::Money::default();
    world.ledger.money.desk = desk;
    world
}

#[test]
fn r11_a_baseline_covers_everybody_with_one_certain_account() {
    let world = anna(&[(ONEOFF, "100")])
        .with(person("new"))
        .with(person("by-address"))
        .having(account(9).of("by-address").carrying(None))
        .with(person("left").former())
        .having(account(10).of("left").inactive())
        .with(person("bob").email("shared@acme.example"))
        .with(person("bobby").email("shared@acme.example"))
        .having(account(11).of("bob"));
    let baseline = says(&without_memory_of_money(world), &BaselineWord::NothingElse, &[], None).unwrap();
    assert_eq!(covered(&baseline), ["anna", "bob", "left"]);
    assert_eq!(imported(&baseline), [""; 0]);
    let anna = &baseline.people[&id("anna")];
    assert_eq!((anna.account, anna.records.clone()), (Some(AccountId::new(7)), [id("anna")].into()));
}

#[test]
fn r11_as_filled_imports_what_listed_fields_say_that_is_not_known_to_be_given() {
    let world = anna(&[(MONTHLY, "50"), (ONEOFF, "100"), ("oneoff sport", "7"), ("oneoff health", "0")])
        .employing("bob", 8, &[(MONTHLY, "60"), (ONEOFF, "100")])
        .granted([row("bob", 8, MONTHLY, "60"), row("bob", 8, ONEOFF, "80")]);
    let baseline = says(&world, &BaselineWord::AsFilled, &[], None).unwrap();
    assert_eq!(
        imported(&baseline),
        ["anna monthly all 50.00", "anna oneoff all 100.00", "bob oneoff all 100.00"]
    );
    let only = says(&world, &BaselineWord::AsFilled, &["bob"], None).unwrap();
    assert_eq!(
        (imported(&only), covered(&only)),
        (vec!["bob oneoff all 100.00".to_owned()], vec!["bob".to_owned()])
    );
}

#[test]
fn r11_as_filled_counts_whatever_holds_the_money_back() {
    // Without a baseline every note is held for that; the amounts are known no less.
    let world = without_memory_of_money(anna(&[(MONTHLY, "50"), ("oneoff sport", "7")]));
    check_budget(&world, "anna", MONTHLY, "R11", "hold/no_baseline");
    let baseline = says(&world, &BaselineWord::AsFilled, &[], None).unwrap();
    assert_eq!(imported(&baseline), ["anna monthly all 50.00"]);
}

#[test]
fn r11_what_was_interrupted_is_given_anew_when_a_person_says_so() {
    let world = anna(&[(MONTHLY, "50"), (ONEOFF, "100")])
        .granted([row("anna", 7, MONTHLY, "50").interrupted(), row("anna", 7, ONEOFF, "100").interrupted()]);
    let baseline = says(&world, &BaselineWord::AsFilled, &[], None).unwrap();
    assert_eq!(imported(&baseline), ["anna monthly all 50.00", "anna oneoff all 100.00"]);
}

#[test]
fn r11_these_cover_only_whom_they_name_by_any_record() {
    let world = giving()
        .with(person("anna"))
        .with(person("anna-2").at("beta").email("anna@acme.example").last(Some("Last anna")))
        .having(account(7).of("anna"))
        .employing("bob", 8, &[])
        .employing("cleo", 9, &[]);
    let these = BaselineWord::These(vec![
        import("anna-2", MONTHLY, "50"),
        import("anna", ONEOFF, "20"),
        import("anna", ONEOFF, "30"),
        import("bob", ONEOFF, "0"),
    ]);
    let baseline = says(&world, &these, &[], None).unwrap();
    assert_eq!(covered(&baseline), ["anna", "bob"]);
    assert_eq!(
        imported(&baseline),
        ["anna monthly all 50.00", "anna oneoff all 20.00", "anna oneoff all 30.00"]
    );
    assert_eq!(baseline.people[&id("anna")].records, [id("anna"), id("anna-2")].into());
    assert_eq!(covered(&says(&world, &these, &["cleo"], None).unwrap()), ["anna", "bob", "cleo"]);
    let nobody = says(&world, &BaselineWord::These(Vec::new()), &[], None).unwrap();
    assert!(nobody.people.is_empty() && nobody.given.is_empty());
}

#[test]
fn r11_nobody_vouches_for_whom_the_plan_does_not_know_for_certain() {
    let world = anna(&[]).with(person("new"));
    let these = |name| BaselineWord::These(vec![import(name, ONEOFF, "5")]);
    for word in [these("who"), BaselineWord::NothingElse] {
        let only: &[&str] = if word == BaselineWord::NothingElse { &["who"] } else { &[] };
        assert_eq!(says(&world, &word, only, None), Err(BaselineError::NotInPlan(id("who"))));
    }
    for word in [BaselineWord::AsFilled, BaselineWord::NothingElse] {
        assert_eq!(says(&world, &word, &["new"], None), Err(BaselineError::NoAccount(id("new"))));
    }
}

#[test]
fn r11_what_somebody_was_given_on_an_account_that_was_removed_can_be_told_before_there_is_another() {
    let world = anna(&[]).with(person("new"));
    let these = BaselineWord::These(vec![import("new", ONEOFF, "5")]);
    let baseline = says(&world, &these, &[], None).unwrap();
    assert_eq!(covered(&baseline), ["new"]);
    assert_eq!(imported(&baseline), ["new oneoff all 5.00"]);
    assert_eq!(baseline.people[&id("new")].account, None);
}

#[test]
fn r11_one_monthly_budget_under_two_records_of_a_person_is_a_slip() {
    let world = giving()
        .with(person("anna"))
        .with(person("anna-2").at("beta").email("anna@acme.example").last(Some("Last anna")))
        .having(account(7).of("anna"));
    let twice = BaselineWord::These(vec![import("anna", MONTHLY, "50"), import("anna-2", MONTHLY, "50")]);
    assert_eq!(says(&world, &twice, &[], None), Err(BaselineError::Twice(id("anna-2"), budget(MONTHLY))));
}

#[test]
fn r11_a_memory_is_founded_where_there_is_none_or_the_desk_contradicts_it() {
    let filled = BaselineWord::AsFilled;
    let mut world = anna(&[]);
    world.ledger.money.sequence = 3;
    let present = Mark::new(epoch('1'), 3);
    for mark in [None, Some(&present)] {
        assert_eq!(says(&world, &filled, &[], mark).unwrap().founds, None);
    }
    let (ahead, other) = (Mark::new(epoch('1'), 4), Mark::new(epoch('2'), 1));
    for mark in [&ahead, &other] {
        let founded = says(&world, &filled, &[], Some(mark)).unwrap().founds.unwrap();
        assert_eq!(founded.accepted.as_ref(), Some(mark));
        assert_ne!(founded.epoch, epoch('1'));
        // With that the desk agrees.
        let mut after = world.ledger.money.clone();
        (after.epoch, after.accepted, after.sequence) = (Some(founded.epoch), founded.accepted, 0);
        assert_eq!(after.compare(Some(mark)), DeskStanding::Agrees);
    }
    let first =
        says(&without_memory_of_money(world), &BaselineWord::NothingElse, &[], None).unwrap().founds.unwrap();
    assert_eq!(first.accepted, None);
}

#[test]
fn r11_nothing_else_is_no_answer_where_the_desk_took_more() {
    let mut world = anna(&[]);
    world.ledger.money.sequence = 3;
    let nothing = |world: &World, mark: &Mark| says(world, &BaselineWord::NothingElse, &[], Some(mark));
    for mark in [Mark::new(epoch('1'), 4), Mark::new(epoch('2'), 1)] {
        assert_eq!(nothing(&world, &mark), Err(BaselineError::DeskKnowsMore));
        let lost = without_memory_of_money(world.clone());
        assert_eq!(nothing(&lost, &mark), Err(BaselineError::DeskKnowsMore));
    }
    assert!(nothing(&world, &Mark::new(epoch('1'), 3)).is_ok());
}

#[test]
fn r11_as_filled_is_no_word_about_whose_fields_cannot_be_read() {
    for field in [[(MONTHLY, "50"), ("monthly health", "x")], [(ONEOFF, "x"), (MONTHLY, "")]] {
        let world = anna(&field).employing("bob", 8, &[(ONEOFF, "5"), ("oneoff sport", "x")]);
        let baseline = says(&world, &BaselineWord::AsFilled, &[], None).unwrap();
        assert_eq!((covered(&baseline), imported(&baseline).len()), (vec!["bob".to_owned()], 1));
        let named = says(&world, &BaselineWord::AsFilled, &["anna"], None);
        assert_eq!(named, Err(BaselineError::Unclear(id("anna"))));
        assert_eq!(covered(&says(&world, &BaselineWord::NothingElse, &["anna"], None).unwrap()), ["anna"]);
    }
}

#[test]
fn r11_the_forgotten_are_covered_only_when_named() {
    let mut world = anna(&[(ONEOFF, "100")]).employing("bob", 8, &[]);
    let whom = Forgetting::of(&key(), [id("anna")].into(), [AccountId::new(7)].into());
    world.ledger.money.forgotten.clone_from(&whom.tombstones);
    world.ledger.money.forgotten.insert("of somebody else".to_owned());
    for word in [BaselineWord::NothingElse, BaselineWord::AsFilled] {
        let baseline = says(&world, &word, &[], None).unwrap();
        assert_eq!(
            (covered(&baseline), baseline.remembered_again),
            (vec!["bob".to_owned()], BTreeSet::new())
        );
    }
    let named = says(&world, &BaselineWord::NothingElse, &["anna"], None).unwrap();
    assert_eq!(named.remembered_again, tombstones(&key(), [&id("anna")], [AccountId::new(7)]));
    assert_eq!(covered(&named), ["anna"]);
    let these = BaselineWord::These(vec![import("anna", ONEOFF, "100")]);
    assert_eq!(says(&world, &these, &[], None).unwrap().remembered_again.len(), 2);
}

#[test]
fn r11_a_baseline_is_about_a_plan_of_today_for_this_customer_that_speaks_of_money() {
    let world = anna(&[]);
    let plan = SavedPlan::open(&world.plan().to_file()).unwrap();
    let confirm = |customer: &CustomerId, at, plan: &SavedPlan| {
        let (key, only) = (key(), BTreeSet::new());
        let run = Run::new(customer, at, &key);
        let nothing = BaselineWord::NothingElse;
        Baseline::confirming(
            plan,
            &nothing,
            &only,
            (&LedgerView::default(), None),
            &run,
            Pii::new("Nina".to_owned()),
        )
    };
    let hours = TimeDelta::hours;
    assert!(confirm(&customer(), world.now + hours(24), &plan).is_ok());
    assert_eq!(confirm(&customer(), world.now + hours(25), &plan), Err(BaselineError::TooOld));
    assert_eq!(confirm(&customer(), world.now - hours(1), &plan), Err(BaselineError::FromTheFuture));
    assert_eq!(confirm(&CustomerId::new("other"), world.now, &plan), Err(BaselineError::OtherCustomer));
    let mut without = world;
    without.policy.budgets = None;
    let plan = SavedPlan::open(&without.plan().to_file()).unwrap();
    assert_eq!(confirm(&customer(), without.now, &plan), Err(BaselineError::NoBudgets));
}

#[test]
fn r11_after_a_baseline_only_what_is_new_is_given() {
    let mut world = without_memory_of_money(anna(&[(MONTHLY, "50"), (ONEOFF, "100")]));
    let baseline = says(&world, &BaselineWord::AsFilled, &[], None).unwrap();
    world.ledger.money.epoch = baseline.founds.map(|founding| founding.epoch);
    let records = baseline.people.values().flat_map(|person| person.records.clone());
    world.ledger.money.vouched = records.map(|record| (record, Vouched::Baseline)).collect();
    let world = world.granted([row("anna", 7, MONTHLY, "50"), row("anna", 7, ONEOFF, "100")]);
    check_budget(&world, "anna", MONTHLY, "M2", "nothing/monthly_same");
    check_budget(&world, "anna", ONEOFF, "O2", "nothing/oneoff_same");
}
