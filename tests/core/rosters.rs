//! The roster: who has a row, with which values, and when it waits for a person (reference §3.2 to 3.4).

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::Config;
use sync_core::account::Ownership;
use sync_core::decision::Decision;
use sync_core::email::EmailKey;
use sync_core::export::{NoRoster, Note, Roster, RosterBrake, RosterId, RosterRow, Subject, roster};
use sync_core::guard::{Brake, Limited};
use sync_core::record::EmployeeType;
use sync_core::{AccountId, Run, TargetCompanyId};

use crate::any_world::{MARK, MARKED_YEAR, any_world};
use crate::world::{World, account, customer, day, id, key, person, world};

fn made(world: &World) -> Result<Roster, NoRoster> {
    let (customer, key) = (customer(), key());
    let run = Run::new(&customer, world.now, &key);
    roster(&world.source(), &world.target(), &world.ledger, &world.policy, &run)
}

fn roster_of(world: &World) -> Roster {
    made(world).unwrap()
}

/// A row as a file would show it.
fn shown(row: &RosterRow) -> String {
    let date = |date: Option<chrono::NaiveDate>| date.map_or(String::new(), |date| date.to_string());
    let exposed = |date: &Option<sync_core::Pii<chrono::NaiveDate>>| date.as_ref().map(|date| *date.expose());
    [
        row.email.expose().clone(),
        row.first_name.expose().clone(),
        row.last_name.expose().clone(),
        row.prefix.as_ref().map_or(String::new(), |prefix| prefix.expose().clone()),
        date(row.onboarding),
        date(row.offboarding),
        date(exposed(&row.birthday)),
        date(exposed(&row.work_anniversary)),
    ]
    .join(",")
}

fn rows(world: &World) -> Vec<String> {
    roster_of(world).rows().iter().map(shown).collect()
}

/// Notes in words: whom, `row` or `out`, and why.
fn notes(world: &World) -> Vec<String> {
    let told = |note: &Note| {
        let has_row = if note.has_row { "row" } else { "out" };
        format!("{} {has_row} {}", note.about.to_string().replace("nmbrs:rest:", ""), note.why.code())
    };
    roster_of(world).notes().iter().map(told).collect()
}

#[track_caller]
fn check(world: &World, expected_rows: &[&str], expected_notes: &[&str]) {
    assert_eq!(rows(world), expected_rows, "rows");
    assert_eq!(notes(world), expected_notes, "notes");
}

const JAN: &str = "jan@acme.example,First jan,Last jan,,2020-01-01,,1990-05-17,2020-01-01";

#[test]
fn who_is_up_to_date_has_a_row_with_all_that_is_known() {
    check(&world().synced("jan", 1), &[JAN], &[]);
}

#[test]
fn who_gets_an_account_has_a_row_with_the_first_day() {
    check(&world().with(person("jan")), &[JAN], &[]);
}

#[test]
fn what_payroll_does_not_know_is_written_as_the_account_has_it() {
    let jan = person("jan").born(None).prefix(None);
    let stored = account(1).like(&person("jan")).prefix(Some("van")).last(Some("Old"));
    let expected = "jan@acme.example,First jan,Last jan,van,2020-01-01,,1990-05-17,2020-01-01";
    check(&world().with(jan).having(stored), &[expected], &[]);
}

#[test]
fn a_new_address_stays_out_of_the_file_and_the_account_keeps_its_own() {
    let stored = account(1).of("jan").email("old@acme.example").first(Some("Old"));
    let expected = JAN.replace("jan@", "old@");
    check(&world().with(person("jan")).having(stored), &[&expected], &["jan row address_stays"]);
}

#[test]
fn a_leaver_carries_the_last_day_and_one_without_carries_today() {
    let dated = world().with(person("jan").former()).having(account(1).of("jan"));
    let row = "jan@acme.example,First jan,Last jan,,,2026-03-31,1990-05-17,2020-01-01";
    check(&dated, &[row], &[]);
    let undated = person("jan").of_type(Some(EmployeeType::FormerPayroll));
    let undated = world().with(undated).having(account(1).of("jan"));
    check(&undated, &[&row.replace("2026-03-31", "2026-06-15")], &["jan row undated_leaver"]);
}

#[test]
fn who_is_held_keeps_what_the_account_holds() {
    let held = world()
        .with(person("jan").unreadable())
        .with(person("kim").without_email())
        .having(account(1).of("jan"))
        .having(account(2).of("kim"));
    check(
        &held,
        &[
            "jan@acme.example,First jan,Last jan,,,,1990-05-17,2020-01-01",
            "kim@acme.example,First kim,Last kim,,,,1990-05-17,2020-01-01",
        ],
        &["jan row unreadable_row", "kim row missing_email"],
    );
    let nobody_yet = world().with(person("jan").without_email());
    check(&nobody_yet, &[], &["jan out missing_email"]);
}

#[test]
fn nobody_leaves_by_being_absent() {
    let absent = world().having(account(1).of("jan")).synced("kim", 2);
    check(
        &absent,
        &[
            "kim@acme.example,First kim,Last kim,,2020-01-01,,1990-05-17,2020-01-01",
            "jan@acme.example,First jan,Last jan,,,,1990-05-17,2020-01-01",
        ],
        &["account 1 row absent"],
    );
}

#[test]
fn who_waits_for_a_day_has_a_row_only_with_an_active_account() {
    let starter = person("jan").employed("2026-08-01", None);
    check(&world().with(starter.clone()), &[], &["jan out starts_later"]);
    let kept = "jan@acme.example,First jan,Last jan,,,,1990-05-17,2026-08-01";
    check(
        &world().with(starter.clone()).having(account(1).like(&starter)),
        &[kept],
        &["jan row begins_later"],
    );
    let leaver =
        person("jan").of_type(Some(EmployeeType::FormerPayroll)).employed("2020-01-01", Some("2026-07-31"));
    let kept = "jan@acme.example,First jan,Last jan,,,,1990-05-17,2020-01-01";
    check(&world().with(leaver).having(account(1).of("jan")), &[kept], &["jan row leaves_later"]);
}

#[test]
fn an_inactive_account_has_no_row_for_that_could_bring_it_back() {
    let rehired = world().with(person("jan")).having(account(1).of("jan").inactive());
    check(&rehired, &[], &["jan out rehire"]);
    let left = world().with(person("jan").former()).having(account(1).of("jan").inactive());
    check(&left, &[], &[]);
}

#[test]
fn a_protected_account_and_one_that_is_nobodys_have_no_row() {
    let world = world()
        .having(account(1))
        .with(person("jan"))
        .having(account(2).of("jan"))
        .policy(|policy| policy.with_protected(["jan@acme.example"]));
    check(&world, &[], &["jan out protected"]);
}

#[test]
fn an_account_without_a_name_cannot_have_a_row_and_is_told() {
    let nameless = world().with(person("jan").unreadable()).having(account(1).of("jan").last(Some(" ")));
    check(&nameless, &[], &["jan out incomplete_account"]);
}

#[test]
fn an_address_stands_in_the_file_once_and_the_account_that_has_it_keeps_its_row() {
    // The account's own address is about to change, and somebody new takes it: in a file both would be one person.
    let kim = person("kim").email("jan@acme.example");
    let moving = person("jan").email("jan.new@acme.example");
    let world = world().with(moving).having(account(1).of("jan")).with(kim);
    check(&world, &[JAN], &["jan row address_stays", "kim out address_twice"]);
}

#[test]
fn two_accounts_with_one_address_are_both_left_out() {
    let world = world()
        .having(account(1).of("jan").email("same@acme.example"))
        .having(account(2).of("kim").email("SAME@acme.example"))
        .synced("lea", 3);
    let lea = JAN.replace("jan", "lea");
    check(&world, &[&lea], &["account 1 out address_twice", "account 2 out address_twice"]);
}

#[test]
fn a_look_alikes_account_is_nobody_elses_row() {
    // Jan left, and somebody with the same name and birthday begins: the account stays Jan's, once.
    let newcomer = person("new").first(Some("First jan")).last(Some("Last jan"));
    let world = world().with(person("jan").former()).having(account(1).of("jan")).with(newcomer);
    check(
        &world,
        &["jan@acme.example,First jan,Last jan,,,,1990-05-17,2020-01-01"],
        &["jan row maybe_returned", "new out maybe_returned"],
    );
}

#[test]
fn a_guard_that_blocks_the_plan_leaves_no_roster() {
    let gone = world().crowd(12).remembers("beta", &[]);
    assert!(matches!(made(&gone).unwrap_err(), NoRoster::Blocked(brakes) if brakes.len() == 1));
    let routed = world().routes(&[("north", TargetCompanyId::new(1)), ("south", TargetCompanyId::new(2))]);
    assert_eq!(made(&routed).unwrap_err(), NoRoster::SeveralCompanies);
}

fn addresses(world: &World) -> BTreeSet<EmailKey> {
    roster_of(world).rows().iter().map(RosterRow::key).collect()
}

#[test]
fn the_first_roster_waits_for_a_person() {
    let world = world().crowd(3).without_memory();
    assert_eq!(roster_of(&world).brakes(None), [RosterBrake::First]);
    assert_eq!(roster_of(&world).brakes(Some(&addresses(&world))), []);
}

#[test]
fn a_roster_that_lost_more_people_than_a_run_may_deactivate_waits_for_a_person() {
    let before = addresses(&world().crowd(40));
    // Three of forty may go. The rest did not leave: their accounts are inactive, by whose hand ever.
    let gone = |count: usize| {
        let mut world = world().crowd(40);
        world.accounts.iter_mut().take(count).for_each(|account| account.active = false);
        roster_of(&world).brakes(Some(&before))
    };
    assert_eq!(gone(3), []);
    assert_eq!(gone(4), [RosterBrake::Shrinks { missing: 4, allowed: 3 }]);
    // As many new ones make up for nobody.
    let replaced = (0..4).fold(world().crowd(40), |world, n| world.synced(&format!("new-{n}"), 5000 + n));
    let mut replaced = replaced;
    replaced.accounts.iter_mut().take(4).for_each(|account| account.active = false);
    assert_eq!(roster_of(&replaced).brakes(Some(&before)), [RosterBrake::Shrinks { missing: 4, allowed: 3 }]);
}

#[test]
fn a_roster_that_would_make_more_accounts_than_a_run_may_waits_for_a_person_also_without_any_run() {
    let grown = |new: usize| {
        let world = world().crowd(40).without_memory();
        let before = addresses(&world);
        let world = (0..new).fold(world, |world, n| world.with(person(&format!("new-{n}"))));
        (roster_of(&world).brakes(Some(&before)), roster_of(&world).brakes(Some(&addresses(&world))))
    };
    // Ten percent of forty are four, but ten may always be.
    assert_eq!(grown(10), (vec![], vec![]));
    assert_eq!(
        grown(11),
        (vec![RosterBrake::Grows { new: 11, allowed: 10 }], vec![]),
        "the second time they are no news"
    );
}

#[test]
fn a_roster_stops_where_a_run_would() {
    let leavers = (0..4).fold(world().crowd(40), |world, n| {
        let name = format!("leaver-{n}");
        world.with(person(&name).former()).having(account(5000 + n).of(&name))
    });
    let brake = Brake::OverLimit { what: Limited::Deactivations, planned: 4, recent: 0, allowed: 3 };
    assert_eq!(roster_of(&leavers).brakes(Some(&addresses(&leavers))), [RosterBrake::Plan(brake)]);
}

#[test]
fn the_id_names_the_rows_and_nothing_else() {
    let world = world().synced("jan", 1).synced("kim", 2);
    let of = |world: &World| roster_of(world).id(&key());
    let mut shuffled = world.clone();
    shuffled.records.reverse();
    shuffled.accounts.reverse();
    assert_eq!(of(&world), of(&shuffled.now("2026-06-15T20:00:00Z")));
    let mut changed = world.clone();
    changed.records[0].personal.birthday = Some(sync_core::Pii::new(day("1990-05-18")));
    assert_ne!(of(&world), of(&changed));
    assert_ne!(of(&world), roster_of(&world).without([0]).id(&key()));
    assert_eq!(RosterId::parse(&format!(" {} ", of(&world))), Some(of(&world)));
    assert_eq!(RosterId::parse("1990-05-17"), None);
}

#[test]
fn a_row_that_the_file_cannot_take_is_left_out_and_told() {
    let world = world().synced("jan", 1).synced("kim", 2);
    let roster = roster_of(&world).without([1]);
    assert_eq!(roster.rows().iter().map(shown).collect::<Vec<_>>(), [JAN]);
    let [note] = roster.notes() else { panic!("{:?}", roster.notes()) };
    assert_eq!(
        (&note.about, note.has_row, note.why.code()),
        (&Subject::Person(id("kim")), false, "unwritable")
    );
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn nobody_who_has_an_account_of_ours_vanishes_untold_and_nobody_without_evidence_is_offboarded(
        world in any_world()
    ) {
        let Ok(roster) = made(&world) else { return Ok(()) };
        let plan = world.plan();
        let with_row: BTreeSet<AccountId> = roster.rows().iter().filter_map(|row| row.account).collect();
        let told: BTreeSet<String> = roster.notes().iter().map(|note| note.about.to_string()).collect();
        for account in world.accounts.iter().filter(|account| account.active) {
            let linked = world.ledger.links.values().any(|link| link.account == account.id);
            if (linked || matches!(account.ownership(), Ownership::Ours(_))) && !with_row.contains(&account.id) {
                let of_entry = plan.document().entries.iter().find(|entry| {
                    entry.account.is_some_and(|note| note.id == account.id)
                });
                let about = [Some(format!("account {}", account.id)), of_entry.map(|it| it.person.to_string())];
                prop_assert!(about.into_iter().flatten().any(|about| told.contains(&about)), "{}", account.id);
            }
        }
        let leavers: BTreeSet<AccountId> = plan.document().entries.iter()
            .filter(|entry| matches!(entry.decision, Decision::Offboard(_)))
            .filter_map(|entry| entry.account.map(|note| note.id))
            .collect();
        let mut keys = BTreeSet::new();
        for row in roster.rows() {
            prop_assert!(keys.insert(row.key()), "an address twice");
            if row.offboarding.is_some() {
                prop_assert!(row.account.is_some_and(|account| leavers.contains(&account)));
            }
            if let Some(account) = row.account {
                prop_assert!(world.accounts.iter().any(|it| it.id == account && it.active));
            }
        }
        let printed = format!("{roster:?} {:?}", roster.id(&key()));
        prop_assert!(!printed.contains(MARK) && !printed.contains(MARKED_YEAR));
    }
}
