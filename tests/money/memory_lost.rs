//! R11: every way to lose memory, by name. What was given once is not given again.

use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll};

use futures_util::task::noop_waker_ref;
use sync_core::account::Account;
use sync_core::engine::EngineError;
use sync_core::ports::{Forgetting, MoneyLedger};
use sync_core::{AccountId, ExternalId};

use crate::play::Play;
use crate::stage::{At, Fault, HOME, customer, done_at_once, key};
use crate::story::{Beginning, Event, Old, Says, Support, plain};
use crate::witness::Habit;

const HABITS: [Habit; 3] = [Habit::Files, Habit::LooksUp, Habit::Blind];

/// Somebody was given a one-off of 100 and a monthly budget of 50, and the ledger was copied before that.
fn given(habit: Habit) -> Play {
    given_among(1, habit)
}

fn given_among(people: usize, habit: Habit) -> Play {
    let mut play = Play::of(&Beginning { people, ..plain(habit) }).unwrap();
    play.happens(&Event::LedgerIsCopied);
    play.run().unwrap();
    play.evening(Support::WorksOff { tells: true }).unwrap();
    assert_eq!(gifts(&play), ["monthly all grant 5000", "oneoff all grant 10000"]);
    play.next_day(1);
    play
}

fn gifts(play: &Play) -> Vec<String> {
    let witness = play.desk.witness();
    let told = witness.gifts.iter().map(|gift| {
        let row = &gift.row;
        format!("{} {} {} {}", row.kind, row.category, row.act, row.cents)
    });
    told.collect()
}

/// A day on which somebody confirms and agrees to whatever is shown, but tells nothing of what was given.
fn an_agreeable_day(play: &mut Play) {
    play.run_after_crash().unwrap();
    for says in [Says::Confirms, Says::Approves, Says::Approves] {
        play.says(says);
        play.run().unwrap();
    }
    play.evening(Support::WorksOff { tells: true }).unwrap();
    play.next_day(1);
}

/// The reasons about the budgets of everybody, in order.
fn reasons(play: &Play) -> BTreeSet<String> {
    let latest = play.latest.as_ref().unwrap();
    let notes = latest.entries().flat_map(|(_, entry)| entry.notes());
    notes.filter_map(|note| Some(note.get("reason")?.as_str()?.to_owned())).collect()
}

#[track_caller]
fn gives_nothing_more(play: &mut Play, before: &[String], because: &[&str]) {
    for _ in 0..3 {
        an_agreeable_day(play);
    }
    assert_eq!(gifts(play), before);
    assert_eq!(reasons(play), because.iter().map(|it| (*it).to_owned()).collect());
}

#[test]
fn r11_a_lost_ledger_grants_nothing_until_a_person_tells_what_was_given() {
    for habit in HABITS {
        let mut play = given(habit);
        let before = gifts(&play);
        play.happens(&Event::LedgerIsLost);
        gives_nothing_more(&mut play, &before, &["ledger_foreign"]);
        // Nor anything that was never given.
        play.happens(&Event::Says { who: 0, brand: 0, budget: 3, value: Some("20") });
        gives_nothing_more(&mut play, &before, &["ledger_foreign"]);

        play.says(Says::Vouches);
        an_agreeable_day(&mut play);
        assert_eq!(gifts(&play)[2..], ["oneoff health grant 2000"], "{habit:?}");
        let before = gifts(&play);
        gives_nothing_more(&mut play, &before, &["monthly_same", "oneoff_same"]);
    }
}

#[test]
fn r11_a_ledger_that_was_lost_before_the_desk_took_anything_grants_nothing_either() {
    let mut play = Play::of(&plain(Habit::Files)).unwrap();
    play.happens(&Event::LedgerIsLost);
    gives_nothing_more(&mut play, &[], &["no_baseline"]);
}

#[test]
fn r11_a_restored_backup_grants_nothing_that_was_given_since() {
    for habit in HABITS {
        let mut play = given(habit);
        let before = gifts(&play);
        play.happens(&Event::CopyIsRestored);
        gives_nothing_more(&mut play, &before, &["ledger_older"]);
        play.says(Says::Vouches);
        gives_nothing_more(&mut play, &before, &["monthly_same", "oneoff_same"]);
    }
}

#[test]
fn r11_of_two_ledgers_of_one_customer_the_one_that_was_left_grants_nothing() {
    for habit in HABITS {
        let mut play = given(habit);
        let before = gifts(&play);
        play.happens(&Event::LedgerIsCopied);
        // Another machine begins anew and hands over; then somebody goes back to the first.
        play.happens(&Event::LedgerIsLost);
        an_agreeable_day(&mut play);
        play.says(Says::Vouches);
        play.happens(&Event::Says { who: 0, brand: 0, budget: 3, value: Some("20") });
        an_agreeable_day(&mut play);
        assert_eq!(gifts(&play).len(), before.len() + 1);
        let before = gifts(&play);
        play.happens(&Event::CopyIsRestored);
        gives_nothing_more(&mut play, &before, &["ledger_foreign"]);
    }
}

#[test]
fn r11_renaming_the_brand_of_the_fields_grants_nothing() {
    for habit in HABITS {
        let mut play = given(habit);
        let before = gifts(&play);
        play.happens(&Event::Rebrands { company: 0 });
        gives_nothing_more(&mut play, &before, &["monthly_same", "oneoff_same"]);
        // For a while both are there.
        play.happens(&Event::Says { who: 0, brand: 1, budget: 0, value: Some("100,00") });
        gives_nothing_more(&mut play, &before, &["monthly_same", "oneoff_same"]);
    }
}

#[test]
fn r11_a_rehire_gets_no_second_one_off_and_a_monthly_budget_only_by_approval() {
    for habit in HABITS {
        let mut play = given(habit);
        let before = gifts(&play);
        play.happens(&Event::Leaves { who: 0 });
        an_agreeable_day(&mut play);
        play.happens(&Event::Returns { who: 0 });
        play.run().unwrap();
        play.says(Says::Approves);
        play.run().unwrap();
        play.run().unwrap();
        assert_eq!(gifts(&play), before, "access comes back, and no money with it");
        assert_eq!(reasons(&play), BTreeSet::from(["returned".to_owned()]));
        an_agreeable_day(&mut play);
        assert_eq!(gifts(&play)[2..], ["monthly all replace 5000"], "{habit:?}");
        let before = gifts(&play);
        gives_nothing_more(&mut play, &before, &["monthly_same", "returned"]);
    }
}

#[test]
fn r11_a_rehire_under_a_new_id_is_the_same_person() {
    for habit in HABITS {
        for new_address in [false, true] {
            let mut play = given(habit);
            let before = gifts(&play);
            play.happens(&Event::Leaves { who: 0 });
            an_agreeable_day(&mut play);
            play.happens(&Event::ReturnsAnew { who: 0, company: 0, old: Old::Closes, new_address });
            for _ in 0..3 {
                an_agreeable_day(&mut play);
            }
            let after = gifts(&play);
            assert!(after[2..].iter().all(|gift| gift == "monthly all replace 5000"), "{after:?}");
            assert!(after.len() <= before.len() + 1, "{after:?}");
        }
    }
}

#[test]
fn r11_moving_to_another_company_grants_nothing() {
    for habit in HABITS {
        for old in [Old::Closes, Old::Vanishes, Old::Stays] {
            // A company that is empty from one day to the next would be a reason not to run at all.
            let mut play = given_among(4, habit);
            let before = gifts(&play);
            play.happens(&Event::ReturnsAnew { who: 0, company: 1, old, new_address: false });
            gives_nothing_more(&mut play, &before, &["monthly_same", "oneoff_same"]);
        }
    }
}

#[test]
fn r11_from_soap_to_rest_grants_nothing() {
    for habit in HABITS {
        let mut play =
            Play::of(&Beginning { wishes: Vec::new(), vouched: false, people: 0, ..plain(habit) }).unwrap();
        play.happens(&Event::Joins { company: 0 });
        play.stage.in_office(|office| office.records[0].row.id = ExternalId::soap("acme", 4711).unwrap());
        an_agreeable_day(&mut play);
        play.says(Says::Vouches);
        an_agreeable_day(&mut play);
        assert_eq!(gifts(&play), ["oneoff all grant 5000"]);
        // The same person, read by the other interface from now on.
        play.happens(&Event::ReturnsAnew { who: 0, company: 0, old: Old::Vanishes, new_address: false });
        gives_nothing_more(&mut play, &["oneoff all grant 5000".to_owned()], &["oneoff_same"]);
    }
}

#[test]
fn r11_somebody_whose_account_was_deleted_at_the_platform_is_given_nothing() {
    for habit in HABITS {
        let mut play = given(habit);
        let before = gifts(&play);
        play.happens(&Event::AccountRemoved { account: 0 });
        gives_nothing_more(&mut play, &before, &["person_held"]);
        // With the memory of that account lost too, a new one is made, and nobody vouches for what was given.
        play.happens(&Event::LedgerIsLost);
        gives_nothing_more(&mut play, &before, &["ledger_foreign"]);
        assert_eq!(play.stage.platform().accounts.len(), 1, "there is a new account");
    }
}

#[test]
fn r11_an_adopted_account_is_given_nothing_until_a_person_tells_what_it_was_given() {
    for habit in HABITS {
        let mut play = given(habit);
        let before = gifts(&play);
        play.happens(&Event::Joins { company: 0 });
        let office = play.stage.office();
        let new = &office.records[1];
        play.stage.in_platform(|platform| {
            let mut account = Account::new(AccountId::new(0), HOME, true);
            let personal = &new.row.personal;
            account.email.clone_from(&personal.business_email);
            account.first_name.clone_from(&personal.first_name);
            account.last_name.clone_from(&personal.last_name);
            account.birthday.clone_from(&personal.birthday);
            platform.made_elsewhere(account, Some(new.human));
        });
        gives_nothing_more(&mut play, &before, &["monthly_same", "no_baseline", "oneoff_same"]);
        play.says(Says::Vouches);
        an_agreeable_day(&mut play);
        assert_eq!(gifts(&play)[2..], ["oneoff all grant 5000"], "{habit:?}");
    }
}

#[test]
fn r11_a_forgotten_person_is_given_nothing_until_somebody_speaks_of_them_again() {
    for habit in HABITS {
        let mut play = given(habit);
        let before = gifts(&play);
        let records = BTreeSet::from([play.stage.office().records[0].row.id.clone()]);
        let accounts: BTreeSet<_> = play.stage.platform().accounts.keys().copied().collect();
        let forgetting = Forgetting::of(&key(), records, accounts);
        done_at_once(play.stage.store().forget(&customer(), &forgetting)).unwrap();
        play.forgot();
        assert!(play.stage.view().money.grants.is_empty());
        gives_nothing_more(&mut play, &before, &["forgotten"]);
        // A new record of the same person on the same account makes no difference.
        play.happens(&Event::ReturnsAnew { who: 0, company: 0, old: Old::Stays, new_address: false });
        gives_nothing_more(&mut play, &before, &["forgotten"]);
        play.says(Says::Vouches);
        gives_nothing_more(&mut play, &before, &["monthly_same", "oneoff_same"]);
    }
}

#[test]
fn r11_two_runs_at_once_hand_over_once() {
    for habit in HABITS {
        let morning = || {
            let play = Play::of(&plain(habit)).unwrap();
            play.stage.forget_calls();
            play
        };
        let calls = {
            let twin = morning();
            twin.stage.daily_of(&twin.stage.sync_run().with_desk(&twin.desk)).unwrap().unwrap();
            twin.stage.calls("")
        };
        let place = |name: &str| calls.iter().position(|call| call == name).unwrap();
        let (acquired, released) = (place("lease acquire"), place("lease release"));
        for (number, call) in calls.iter().enumerate().take(released + 1).skip(acquired + 1) {
            let mut play = morning();
            play.stage.order(At::Call(number), Fault::StandsStill);
            {
                let (policy, customer, key) = (play.stage.policy(), customer(), key());
                let run = play.stage.sync_run().with_desk(&play.desk);
                let mut first = pin!(run.daily(&customer, &policy, &key));
                let mut context = Context::from_waker(noop_waker_ref());
                assert!(first.as_mut().poll(&mut context).is_pending(), "it stands still");
                let second = play.stage.sync_run().with_desk(&play.desk);
                let Some(Err(EngineError::Busy { until })) = play.stage.daily_of(&second) else {
                    panic!("not busy")
                };
                play.stage.set_time(until);
                play.stage.daily_of(&second).unwrap().unwrap();
                play.stage.open_gate();
                let Poll::Ready(_) = first.as_mut().poll(&mut context) else { panic!("the gate is open") };
            }
            an_agreeable_day(&mut play);
            let given = gifts(&play);
            let context = format!("{habit:?}, asleep at {call}");
            assert!(given.len() <= 2, "{context}: {given:?}");
            // Where the desk cannot be asked, what was under way may have to be found out by a person.
            assert!(given.len() == 2 || habit == Habit::Blind, "{context}: {given:?}");
        }
    }
}
