//! R11 over customers and cut points by chance: however far a migration came, and whatever happened to people and money
//! before it, runs over either interface make no account for anybody who has one, and give nothing twice; and when it
//! came to its end, nothing at all happens but what was waiting. `PROPTEST_CASES` sets how many.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sync_core::migration::{MigrationDecision, MigrationPlan, Words};
use sync_core::{ExternalId, Interface};

use crate::moving::seen;
use crate::office::{Human, soap_name};
use crate::platform::What;
use crate::play::Play;
use crate::stage::{At, Fault};
use crate::story::{Says, Story, story};

type Broken = TestCaseError;

/// A customer over SOAP to whom all this happened, and who has come to rest.
fn at_rest(mut story: Story) -> Option<Play> {
    story.beginning.over_soap = true;
    let mut play = Play::told(&story).ok()?;
    play.settles_down().ok()?;
    play.next_day(1);
    let (writes, asked) = sums(&play);
    play.run_after_crash().ok()?;
    play.run().ok()?;
    // Whoever is still waiting for something tells nothing about the migration.
    (sums(&play) == (writes, asked)).then_some(play)
}

fn sums(play: &Play) -> (usize, usize) {
    (play.stage.platform().writes.len(), play.desk.witness().asked.len())
}

/// What a person who knows the people says about those whom the values do not tell apart.
fn words_about(play: &Play, moving: &MigrationPlan) -> Words {
    let office = play.stage.office();
    let is_held = |id: &ExternalId| {
        moving
            .document()
            .entries
            .iter()
            .any(|entry| entry.old == *id && matches!(entry.decision, MigrationDecision::Hold { .. }))
    };
    let pairs = office.records.iter().enumerate().filter(|(_, record)| !record.hidden);
    let pairs = pairs.map(|(at, record)| (soap_name(at), record.row.id.clone()));
    Words::none().naming(pairs.filter(|(old, _)| is_held(old))).unwrap()
}

/// How many accounts each human being has.
fn accounts(play: &Play) -> BTreeMap<Human, usize> {
    let platform = play.stage.platform();
    let owners = platform.accounts.values().filter_map(|standing| standing.owner);
    owners.fold(BTreeMap::new(), |mut all, human| {
        *all.entry(human).or_default() += 1;
        all
    })
}

/// Runs, and a person who agrees to all that makes sense: no creation, no deactivation, no money.
fn nothing_new(play: &mut Play, interface: Interface, what: &str) -> Result<(), Broken> {
    let (writes, asked) = sums(play);
    let before = accounts(play);
    play.reads_over(interface);
    play.run_after_crash().map_err(Broken::fail)?;
    for says in [Says::Confirms, Says::Approves] {
        play.says(says);
        play.run().map_err(Broken::fail)?;
    }
    let platform = play.stage.platform();
    let new: Vec<_> = platform.writes[writes..]
        .iter()
        .filter(|write| matches!(write.what, What::Create | What::Deactivate))
        .collect();
    prop_assert!(new.is_empty(), "{what}, over {interface}: {new:?}");
    prop_assert_eq!(accounts(play), before);
    prop_assert_eq!(sums(play).1, asked, "{}, over {}: money was asked for", what, interface);
    Ok(())
}

fn holds(story: Story, cut: Option<(usize, Fault)>, rest_first: bool) -> Result<bool, Broken> {
    let Some(mut play) = at_rest(story) else { return Ok(false) };
    let words = words_about(&play, &play.plans_migration(&Words::none()));
    let moving = play.plans_migration(&words);
    if !moving.document().brakes.is_empty() {
        return Ok(false);
    }
    let saved = seen(&moving);
    if let Some((number, fault)) = cut {
        play.stage.order(At::Call(number), fault);
        if play.migrates(&saved).is_none() {
            let mut order = [Interface::Soap, Interface::Rest];
            if rest_first {
                order.reverse();
            }
            // Without a word that the companies of SOAP are gone for good, runs over REST wait.
            play.accepts_smaller_scope = false;
            for interface in order {
                nothing_new(&mut play, interface, "half done")?;
            }
            play.accepts_smaller_scope = true;
        }
    }
    // The rest, as somebody sees it by then.
    let moving = play.plans_migration(&words);
    if moving.document().brakes.is_empty() && moving.document().does_something() {
        let report = play.migrates_after_crash(&seen(&moving));
        prop_assert!(report.is_complete(), "{report:?}");
    }
    // As long as somebody is left behind, runs over REST wait for the word that SOAP is over.
    play.accepts_smaller_scope = play.plans_migration(&words).document().ended;
    nothing_new(&mut play, Interface::Rest, "moved")?;
    prop_assert!(play.plans_migration(&words).document().totals.moved() == 0);
    Ok(true)
}

#[test]
fn r11_no_migration_that_stops_anywhere_makes_an_account_or_gives_money() {
    let fault = prop_oneof![Just(Fault::CrashBefore), Just(Fault::CrashAfter)];
    let cut = prop::option::weighted(0.8, (15..90_usize, fault));
    let asked =
        ProptestConfig { failure_persistence: None, max_shrink_iters: 5_000, ..ProptestConfig::default() };
    let cases = asked.cases.div_ceil(4);
    let mut runner = TestRunner::new(ProptestConfig { cases, ..asked });
    let judged = std::cell::Cell::new(0_u32);
    let all = (story(1..4), cut, any::<bool>());
    let held = runner.run(&all, |(story, cut, rest_first)| {
        judged.set(judged.get() + u32::from(holds(story, cut, rest_first)?));
        Ok(())
    });
    held.unwrap_or_else(|broken| panic!("{broken}"));
    assert!(judged.get() > cases / 3, "only {} of {cases} customers came to rest", judged.get());
}
