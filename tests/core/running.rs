//! The engine over ports in memory: reads whole, plans, writes each authorised action once.

use sync_core::account::Account;
use sync_core::authority::Refusal;
use sync_core::engine::{ActionResult, Applied, EngineError, RunReport, Verdict};
use sync_core::ports::{Outcome, PortErrorKind};
use sync_core::{AccountId, CompanyId, Placement, TargetCompanyId};

use crate::memory_target::{Fault, Stage, accounts};
use crate::world::{World, account, id, person, world};

const STOPPING: [PortErrorKind; 4] = [
    PortErrorKind::Retryable { at: None },
    PortErrorKind::ConsentLost,
    PortErrorKind::Ceiling,
    PortErrorKind::Fatal,
];

/// Bob is updated, anna created, cleo deactivated, in this order.
fn three_actions() -> World {
    world()
        .crowd(12)
        .with(person("anna"))
        .with(person("bob").first(Some("Robert")))
        .having(account(8).of("bob"))
        .with(person("cleo").former())
        .having(account(9).of("cleo"))
}

fn applied(report: &RunReport) -> &Applied {
    report.applied().expect("it was authorised")
}

fn results(report: &RunReport) -> Vec<String> {
    let word = |result: &ActionResult| match result {
        ActionResult::Done(_) => "done",
        ActionResult::NotDone(_) => "not done",
        ActionResult::Doubtful(_) => "doubtful",
        ActionResult::NotTried => "not tried",
        other => panic!("{other:?}"),
    };
    let actions = &applied(report).actions;
    actions.iter().map(|action| format!("{} {}", action.action, word(&action.result))).collect()
}

fn of_anna(stage: &Stage) -> Vec<Account> {
    let carries = |account: &Account| account.external_id.as_deref() == Some(id("anna").as_str());
    accounts(stage).into_values().filter(carries).collect()
}

#[test]
fn r6_a_dry_run_writes_nothing_and_leaves_nothing_in_the_ledger() {
    let stage = Stage::of(three_actions());
    let planned = stage.dry_run().unwrap();
    assert_eq!(planned.plan.document().totals.actions.total(), 3);
    assert!(stage.calls("write").is_empty());
    assert_eq!(stage.calls("ledger"), ["ledger view"]);
    assert_eq!(planned.plan.id(), three_actions().plan().id(), "the engine adds no rule to the plan");
}

#[test]
fn an_approved_plan_is_applied_once_and_the_next_plan_is_empty() {
    let stage = Stage::of(three_actions());
    let report = stage.apply().unwrap();
    assert_eq!(results(&report), ["update done", "onboard done", "offboard done"]);
    assert!(report.is_complete());
    assert_eq!(report.writes, 3);
    assert_eq!(stage.calls("write").len(), 3);
    assert_eq!(stage.dry_run().unwrap().plan.document().totals.actions.total(), 0);
    assert_eq!(stage.apply().unwrap().writes, 0);
}

#[test]
fn r7_a_refused_approval_writes_nothing() {
    let stage = Stage::of(three_actions());
    let seen = stage.dry_run().unwrap().plan;
    stage.change(|world| world.policy(|policy| policy.with_language("nl")));
    stage.forget_calls();
    let refused = stage.apply_seen(&seen).unwrap().unwrap();
    assert!(matches!(refused.verdict, Verdict::Waits(Refusal::OtherPolicy)));
    assert!(stage.calls("write").is_empty());
    assert_eq!(stage.calls("ledger"), ["ledger view", "ledger open"]);
}

#[test]
fn each_intent_is_in_the_ledger_before_its_write() {
    let stage = Stage::of(three_actions());
    stage.apply().unwrap();
    let interesting = |call: &String| call.starts_with("write") || call.starts_with("ledger");
    let calls: Vec<_> = stage.calls("").into_iter().filter(interesting).collect();
    let anna = format!("write create {}", id("anna"));
    let expected = [
        "ledger view",
        "ledger open",
        "ledger intend update",
        "write update 8",
        "ledger settle",
        "ledger intend onboard",
        &anna,
        "ledger settle",
        "ledger intend offboard",
        "write deactivate 9",
        "ledger settle",
        "ledger complete",
    ];
    assert_eq!(calls, expected);
}

#[test]
fn nothing_is_written_that_the_ledger_did_not_take() {
    let stage = Stage::of(three_actions()).fault("ledger intend", Fault::Fails(PortErrorKind::Fatal));
    let report = stage.apply().unwrap();
    assert_eq!(results(&report), ["update not tried", "onboard not tried", "offboard not tried"]);
    assert!(applied(&report).stopped.is_some());
    assert!(stage.calls("write").is_empty() && stage.calls("ledger complete").is_empty());
}

#[test]
fn a_ledger_that_cannot_remember_an_outcome_ends_the_run() {
    let stage = Stage::of(three_actions()).fault("ledger settle", Fault::Fails(PortErrorKind::Fatal));
    let report = stage.apply().unwrap();
    assert_eq!(results(&report), ["update done", "onboard not tried", "offboard not tried"]);
    assert!(applied(&report).stopped.is_some() && !report.is_complete());
}

#[test]
fn a_ledger_that_cannot_remember_the_end_of_a_run_does_not_hide_what_was_written() {
    let stage = Stage::of(three_actions()).fault("ledger complete", Fault::Fails(PortErrorKind::Fatal));
    let report = stage.apply().expect("three writes were made: the report must tell");
    assert_eq!(results(&report), ["update done", "onboard done", "offboard done"]);
    assert!(applied(&report).stopped.is_some() && !report.is_complete());
}

#[test]
fn a_ledger_that_cannot_be_read_ends_the_run_before_any_request() {
    let stage = Stage::of(three_actions()).fault("ledger view", Fault::Fails(PortErrorKind::Fatal));
    assert!(matches!(stage.dry_run().unwrap_err(), EngineError::Read { side: "ledger", .. }));
    assert_eq!(stage.requests(), (0, 0));
}

#[test]
fn a_write_that_ends_the_run_leaves_the_rest_untried() {
    for kind in STOPPING {
        let stage = Stage::of(three_actions()).fault("write create", Fault::Fails(kind));
        let report = stage.apply().unwrap();
        assert_eq!(results(&report), ["update done", "onboard not done", "offboard not tried"], "{kind:?}");
        assert_eq!(applied(&report).stopped.as_ref().map(sync_core::ports::PortError::kind), Some(kind));
        assert!(stage.calls("ledger complete").is_empty(), "a run that was cut off saw nothing to its end");
        assert!(of_anna(&stage).is_empty());
    }
}

#[test]
fn a_write_that_is_refused_lets_the_others_go_on() {
    let stage = Stage::of(three_actions()).fault("write update", Fault::Fails(PortErrorKind::Refused));
    let report = stage.apply().unwrap();
    assert_eq!(results(&report), ["update not done", "onboard done", "offboard done"]);
    assert!(applied(&report).stopped.is_none() && !report.is_complete());
    assert_eq!(stage.calls("ledger complete").len(), 1);
}

#[test]
fn r13_a_doubtful_write_that_was_done_is_found_by_one_listing_and_not_repeated() {
    for write in ["write create", "write update", "write deactivate"] {
        let stage = Stage::of(three_actions()).fault(write, Fault::FailsAfter(PortErrorKind::Doubtful));
        let report = stage.apply().unwrap();
        assert_eq!(results(&report), ["update done", "onboard done", "offboard done"], "{write}");
        assert_eq!((report.writes, stage.calls(write).len()), (3, 1));
        assert_eq!(report.settling.pages, 3, "one listing: companies, active, inactive");
        assert!(stage.intents().iter().all(|(_, outcome)| matches!(outcome, Some(Outcome::Done(_)))));
    }
}

#[test]
fn r13_a_doubtful_write_that_was_not_done_is_left_to_the_next_run() {
    for write in ["write create", "write update", "write deactivate"] {
        let stage = Stage::of(three_actions()).fault(write, Fault::Fails(PortErrorKind::Doubtful));
        let report = stage.apply().unwrap();
        assert_eq!((report.done(), stage.calls(write).len()), (2, 1), "{write}");
        assert!(
            applied(&report).actions.iter().any(|action| matches!(action.result, ActionResult::NotDone(_)))
        );
        assert_eq!(stage.apply().unwrap().done(), 1);
        assert_eq!(of_anna(&stage).len(), 1);
    }
}

#[test]
fn r13_several_doubts_are_settled_by_one_listing() {
    let stage = Stage::of(three_actions())
        .fault("write update", Fault::FailsAfter(PortErrorKind::Doubtful))
        .fault("write create", Fault::Fails(PortErrorKind::Doubtful))
        .fault("write deactivate", Fault::FailsAfter(PortErrorKind::Doubtful));
    let report = stage.apply().unwrap();
    assert_eq!(results(&report), ["update done", "onboard not done", "offboard done"]);
    assert_eq!(report.settling.pages, 3);
    assert_eq!(stage.calls("target active accounts").len(), 2, "one to plan, one to settle");
}

#[test]
fn r13_without_the_listing_a_doubt_stays_a_doubt() {
    let stage = Stage::of(three_actions())
        .fault("write create", Fault::FailsAfter(PortErrorKind::Doubtful))
        .fault("target active", Fault::Passes) // the plan that the person sees
        .fault("target active", Fault::Passes) // the fresh one
        .fault("target active", Fault::Fails(PortErrorKind::Fatal));
    let report = stage.apply().unwrap();
    assert_eq!(results(&report), ["update done", "onboard doubtful", "offboard done"]);
    assert!(applied(&report).unsettled.is_some() && !report.is_complete());
    assert!(stage.intents().iter().any(|(_, outcome)| *outcome == Some(Outcome::Doubtful)));
    assert_eq!(stage.apply().unwrap().writes, 0, "the next run sees that it was done");
    assert_eq!(of_anna(&stage).len(), 1);
}

#[test]
fn r13_a_conflict_whose_account_carries_our_id_is_a_success() {
    let stage = Stage::of(three_actions()).fault("write create", Fault::FailsAfter(PortErrorKind::Conflict));
    let report = stage.apply().unwrap();
    assert_eq!(results(&report), ["update done", "onboard done", "offboard done"]);
    assert_eq!(of_anna(&stage).len(), 1);
    assert_eq!(stage.view().links[&id("anna")].account, of_anna(&stage)[0].id);
}

#[test]
fn r13_a_conflict_with_somebody_else_is_not_done() {
    let stage = Stage::of(three_actions()).fault("write create", Fault::Fails(PortErrorKind::Conflict));
    let report = stage.apply().unwrap();
    assert_eq!(results(&report), ["update done", "onboard not done", "offboard done"]);
    assert!(!stage.view().links.contains_key(&id("anna")));
}

#[test]
fn r13_an_answer_about_another_account_is_a_doubt_and_links_nobody_to_it() {
    for write in ["write update", "write deactivate"] {
        let stage = Stage::of(three_actions()).fault(write, Fault::AnswersAnother);
        let report = stage.apply().unwrap();
        assert_eq!(results(&report), ["update done", "onboard done", "offboard done"], "{write}");
        let links = stage.view().links;
        assert_eq!(
            (links[&id("bob")].account, links[&id("cleo")].account),
            (AccountId::new(8), AccountId::new(9))
        );
        assert_eq!(report.settling.pages, 3);
    }
}

#[test]
fn r1_a_list_that_disagrees_is_read_once_more() {
    for list in [
        "source employees",
        "source extra-field definitions",
        "source companies",
        "target active",
        "target inactive",
    ] {
        let stage = Stage::of(three_actions()).fault(list, Fault::Disagrees);
        let planned = stage.dry_run().unwrap();
        assert_eq!(planned.plan.id(), three_actions().plan().id(), "{list}");
        let again = planned.source.again + planned.target.again;
        assert_eq!(again, if list.starts_with("target") { 2 } else { 1 }, "{list}");
        assert_eq!(
            planned.source.pages + planned.target.pages,
            1 + 6 + 3 - u64::from(list == "target active")
        );
    }
}

#[test]
fn r1_a_list_that_disagrees_twice_ends_the_run_without_a_plan() {
    for list in
        ["source employees", "source contracts", "source companies", "target active", "target inactive"]
    {
        for fault in [Fault::Disagrees, Fault::Fails(PortErrorKind::Incomplete)] {
            let stage = Stage::of(three_actions()).fault(list, fault).fault(list, fault);
            let error = stage.dry_run().unwrap_err();
            let incomplete = match &error {
                EngineError::Incomplete(_) => true,
                EngineError::Read { error, .. } => error.kind() == PortErrorKind::Incomplete,
                _ => false,
            };
            assert!(incomplete, "{list}: {error:?}");
            assert!(stage.calls("write").is_empty());
        }
    }
}

#[test]
fn r1_a_read_that_fails_ends_the_run_without_a_plan() {
    for list in
        ["source companies", "source personal", "target companies", "target active", "target inactive"]
    {
        for kind in STOPPING.into_iter().chain([PortErrorKind::Refused, PortErrorKind::Doubtful]) {
            let stage = Stage::of(three_actions()).fault(list, Fault::Fails(kind));
            let error = stage.dry_run().unwrap_err();
            assert!(
                matches!(&error, EngineError::Read { error, .. } if error.kind() == kind),
                "{list} {error:?}"
            );
            assert!(stage.calls(list).len() == 1 && stage.calls("write").is_empty());
        }
    }
}

#[test]
fn r1_a_target_company_that_the_keys_do_not_see_ends_the_run() {
    let elsewhere = TargetCompanyId::new(99);
    let stage = Stage::of(three_actions().policy(|mut policy| {
        policy.placement = Placement::One(elsewhere);
        policy
    }));
    assert!(matches!(stage.dry_run().unwrap_err(), EngineError::NoTargetCompany(id) if id == elsewhere));
}

#[test]
fn r20_the_number_of_requests_is_the_meters_and_follows_the_formula() {
    let big = || world().crowd(230).company("beta", &["alleo_access"]).with(person("anna").at("beta"));
    let stage = Stage::of(big());
    let planned = stage.dry_run().unwrap();
    // Of acme four lists of three pages, extra fields too, and one empty list of definitions; of beta six pages.
    assert_eq!((planned.source.pages, planned.target.pages), (1 + 5 * 3 + 1 + 6, 1 + 3 + 1));
    assert_eq!(stage.requests(), (planned.source.pages, planned.target.pages));
    assert_eq!((planned.source.again, planned.target.again), (0, 0));
}

#[test]
fn r20_nothing_is_sent_beyond_the_ceiling() {
    let needs = 1 + 6;
    let within = |source, target| {
        Stage::of(three_actions().policy(|policy| policy.with_request_ceilings(source, target)))
    };
    within(needs, 3).dry_run().unwrap();
    for (source, target) in [(needs - 1, 3), (needs, 2), (1, 1)] {
        let stage = within(source, target);
        let error = stage.dry_run().unwrap_err();
        assert!(matches!(&error, EngineError::Read { error, .. } if error.kind() == PortErrorKind::Ceiling));
        assert!(stage.requests().0 <= source && stage.requests().1 <= target);
    }
}

#[test]
fn what_the_run_knows_of_accounts_is_remembered() {
    let stage = Stage::of(three_actions().without_memory());
    stage.apply().unwrap();
    let view = stage.view();
    for name in ["anna", "bob", "cleo", "crowd-00000"] {
        assert!(view.links.contains_key(&id(name)), "{name}");
    }
    assert_eq!(view.deactivations, [stage.world().now]);
    assert!(view.last_run.is_some());
}

#[test]
fn r3_the_company_of_a_link_follows_the_record() {
    // Anna moves to beta with her record; when beta then comes back empty, it is missed.
    let stage = Stage::of(world().company("beta", &[]).synced("anna", 7).synced("bob", 8).link("anna", 7));
    stage.apply().unwrap();
    stage.change(|mut world| {
        world.records[0].company = CompanyId::new("beta");
        world
    });
    stage.apply().unwrap();
    assert_eq!(stage.view().links[&id("anna")].company, CompanyId::new("beta"));
    stage.change(|mut world| {
        world.records.remove(0);
        world
    });
    crate::world::check_brakes(&stage.world(), &["empty_company beta"]);
}

#[test]
fn r2_a_held_persons_records_are_remembered_too() {
    // On the day before, the answer was empty and the person held; on the next the second record is gone.
    let second = person("anna-2").at("beta").email("anna@acme.example").last(Some("Last anna"));
    let stage = Stage::of(
        world()
            .crowd(12)
            .company("beta", &["alleo_access"])
            .with(person("anna").former())
            .with(second)
            .having(account(7).of("anna")),
    );
    crate::world::check(&stage.world(), "anna", "hold/access_unanswered");
    stage.apply().unwrap();
    stage.change(|mut world| {
        world.records.pop();
        world
    });
    crate::world::check(&stage.world(), "anna", "hold/linked_record_gone");
}

#[test]
fn r12_after_a_crash_at_any_call_a_new_run_reaches_the_same_accounts() {
    let undisturbed = Stage::of(three_actions());
    let seen = undisturbed.dry_run().unwrap().plan;
    undisturbed.forget_calls();
    undisturbed.apply_seen(&seen).unwrap().unwrap();
    let calls = undisturbed.calls("").len();
    assert!(calls > 15);
    for number in 0..calls {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            let stage = Stage::of(three_actions());
            stage.fault_at(number, fault);
            assert!(stage.apply_seen(&seen).is_none(), "call {number} was the last");
            let again = stage.apply().unwrap();
            assert!(again.is_complete());
            assert_eq!(accounts(&stage), accounts(&undisturbed), "after {fault:?} at call {number}");
            assert_eq!(stage.dry_run().unwrap().plan.document().totals.actions.total(), 0);
            assert_eq!(stage.calls("write activate").len(), 0);
        }
    }
}
