//! Daily life (R7): a mandate for the ordinary, an approval for the rest, and what ends either.

use chrono::TimeDelta;
use futures_util::FutureExt;
use sync_core::authority::{Approval, Authority, Ended, Mandate, Refusal, SkippedBecause, authorise};
use sync_core::engine::{EngineError, RunReport, Verdict};
use sync_core::guard::Brake;
use sync_core::plan::{ActionKind, Plan, SavedPlan};
use sync_core::ports::{Authorities, KeptPlan, Lease, Leased, PortErrorKind, Remembered, RunEnd, RunStore};
use sync_core::{CustomerId, Pii};

use crate::memory_target::{Fault, Stage, accounts};
use crate::world::{World, account, customer, id, person, world};

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory does not wait")
}

fn nina() -> Pii<String> {
    Pii::new("Nina".to_owned())
}

fn keep(stage: &Stage, plan: &Plan) {
    let kept = KeptPlan::new(plan.id().clone(), plan.as_of(), plan.to_file());
    now(stage.store().keep_plan(&customer(), &kept)).unwrap();
}

/// Nina looks at a dry run and approves it so.
fn approve(stage: &Stage, word: impl FnOnce(&SavedPlan, Approval) -> Approval) -> Remembered {
    let plan = stage.dry_run().unwrap().plan;
    keep(stage, &plan);
    let saved = SavedPlan::open(&plan.to_file()).unwrap();
    let approval = word(&saved, Approval::of(plan.id().clone(), stage.world().now).by(nina()));
    now(stage.store().approve(&customer(), &approval)).unwrap()
}

/// Nina looks at a dry run and confirms it: a mandate, and the approval of that plan.
fn confirm(stage: &Stage) {
    let plan = stage.dry_run().unwrap().plan;
    let saved = SavedPlan::open(&plan.to_file()).unwrap();
    let world = stage.world();
    let mandate = Mandate::confirming(&saved, &world.policy, nina(), world.now).unwrap();
    now(stage.store().give_mandate(&mandate)).unwrap();
    assert_eq!(approve(stage, |_, approval| approval), Remembered::Waits);
    stage.forget_calls();
}

fn daily(stage: &Stage) -> RunReport {
    stage.daily().expect("no crash was ordered").unwrap()
}

fn tomorrow(stage: &Stage, change: impl FnOnce(World) -> World) {
    stage.change(|mut world| {
        world.now += TimeDelta::days(1);
        change(world)
    });
    stage.forget_calls();
}

/// Twelve people who agree, anna to be created; confirmed, and run once.
fn settled() -> Stage {
    let stage = Stage::of(world().crowd(12).with(person("anna")).without_memory());
    confirm(&stage);
    assert!(daily(&stage).is_complete());
    stage
}

fn waits_for(report: &RunReport) -> &Refusal {
    match &report.verdict {
        Verdict::Waits(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn done(report: &RunReport) -> Vec<String> {
    let applied = report.applied().unwrap_or_else(|| panic!("{:?}", report.verdict));
    assert!(applied.is_complete(), "{applied:?}");
    let name = |id: &sync_core::ExternalId| id.as_str().trim_start_matches("nmbrs:rest:").to_owned();
    applied.actions.iter().map(|it| format!("{} {}", it.action, name(&it.person))).collect()
}

#[test]
fn r7_the_first_daily_run_waits_for_a_person_and_writes_nothing() {
    let stage = Stage::of(world().crowd(3).with(person("anna")).without_memory());
    let report = daily(&stage);
    assert_eq!(waits_for(&report), &Refusal::NoAuthority);
    assert!(report.plan.document().brakes.contains(&Brake::FirstRun));
    assert!(stage.calls("write").is_empty() && stage.calls("ledger complete").is_empty());
    let runs = now(stage.store().runs(&customer(), 9)).unwrap();
    assert_eq!(
        runs.iter().map(|run| run.ended.map(|(_, end)| end)).collect::<Vec<_>>(),
        [Some(RunEnd::Waits)]
    );
    let kept = now(stage.store().plan(&customer(), report.plan.id())).unwrap().expect("it can be confirmed");
    assert_eq!(SavedPlan::open(&kept.file).unwrap().id(), report.plan.id());
}

#[test]
fn r7_after_the_confirmation_days_need_nobody() {
    let stage = Stage::of(world().crowd(12).with(person("anna")).without_memory());
    confirm(&stage);
    assert_eq!(done(&daily(&stage)), ["onboard anna"]);
    tomorrow(&stage, |world| {
        let mut world = world.with(person("dora"));
        world.records[0].personal.first_name = Some(Pii::new("New".to_owned()));
        let left = person("x").former();
        world.records[1].listed = left.0.listed;
        world.records[1].employments = left.0.employments;
        world
    });
    assert_eq!(done(&daily(&stage)), ["update crowd-00000", "onboard dora", "offboard crowd-00001"]);
    tomorrow(&stage, |world| world);
    assert!(done(&daily(&stage)).is_empty());
    assert!(stage.calls("write").is_empty());
}

#[test]
fn r7_the_first_run_needs_the_approval_and_not_only_the_mandate() {
    let stage = Stage::of(world().crowd(3).with(person("anna")).without_memory());
    let saved = SavedPlan::open(&stage.dry_run().unwrap().plan.to_file()).unwrap();
    let world = stage.world();
    let mandate = Mandate::confirming(&saved, &world.policy, nina(), world.now).unwrap();
    now(stage.store().give_mandate(&mandate)).unwrap();
    assert_eq!(waits_for(&daily(&stage)), &Refusal::Braked(vec![Brake::FirstRun]));
}

#[test]
fn r7_a_changed_policy_ends_the_mandate() {
    let stage = settled();
    tomorrow(&stage, |world| world.with(person("dora")).policy(|policy| policy.with_language("nl")));
    assert_eq!(waits_for(&daily(&stage)), &Refusal::MandateEnded(Ended::Policy));
    assert!(stage.calls("write").is_empty());
    confirm(&stage);
    assert_eq!(done(&daily(&stage)), ["onboard dora"]);
}

#[test]
fn r7_a_changed_scope_ends_the_mandate() {
    let changes: [fn(World) -> World; 3] = [
        |world| world.company("beta", &[]),
        |world| world.company("acme", &["alleo_access"]),
        |world| world.company("acme", &["alleo_monthly_all_budget"]),
    ];
    for change in changes {
        let stage = settled();
        tomorrow(&stage, |world| change(world).with(person("dora")));
        assert_eq!(waits_for(&daily(&stage)), &Refusal::MandateEnded(Ended::Scope));
        assert!(stage.calls("write").is_empty());
    }
    // A field that steers nothing is no change.
    let stage = settled();
    tomorrow(&stage, |world| world.company("acme", &["Maat bedrijfskleding"]).with(person("dora")));
    assert_eq!(done(&daily(&stage)), ["onboard dora"]);
}

#[test]
fn r7_a_mandate_can_be_revoked() {
    let stage = settled();
    assert!(now(stage.store().revoke_mandate(&customer(), &nina(), stage.world().now)).unwrap());
    tomorrow(&stage, |world| world.with(person("dora")));
    assert_eq!(waits_for(&daily(&stage)), &Refusal::NoAuthority);
}

#[test]
fn r7_a_mandate_is_one_customers_and_not_of_tomorrow() {
    let stage = settled();
    let plan = stage.dry_run().unwrap().plan;
    let mandate = now(stage.store().mandate(&customer())).unwrap().unwrap();
    let judged = |mandate: &Mandate| authorise(&plan, Authority::none().with_mandate(mandate)).map(|_| ());
    assert_eq!(judged(&mandate), Ok(()));
    let mut other = mandate.clone();
    other.customer = CustomerId::new("somebody-else");
    assert_eq!(judged(&other), Err(Refusal::MandateEnded(Ended::OtherCustomer)));
    let mut later = mandate;
    later.given_at = plan.as_of() + TimeDelta::seconds(2);
    assert_eq!(judged(&later), Err(Refusal::MandateEnded(Ended::FromTheFuture)));
}

/// A day on which all kinds of proposals wait: bob can be adopted, cleo comes back, access is withdrawn from dirk.
fn proposals() -> Stage {
    let stage = Stage::of(
        world()
            .crowd(12)
            .company("acme", &["alleo_access"])
            .remembers("acme", &["alleo_access"])
            .with(person("bob").first(Some("Robert")))
            .having(account(8).email("bob@acme.example"))
            .with(person("cleo").first(Some("Cleopatra")))
            .having(account(9).of("cleo").inactive())
            .with(person("dirk"))
            .having(account(10).of("dirk")),
    );
    stage.change(|mut world| {
        for record in &mut world.records {
            let answer = if record.id == id("dirk") { "nee" } else { "ja" };
            *record = crate::world::Person(record.clone()).field("alleo_access", Some(answer)).0;
        }
        world
    });
    stage
}

#[test]
fn r7_a_mandate_covers_no_proposal() {
    let stage = proposals();
    confirm(&stage);
    let report = daily(&stage);
    assert!(done(&report).is_empty());
    let kinds: Vec<_> = report.plan.document().totals.proposals.keys().copied().collect();
    assert_eq!(kinds, [ActionKind::Adopt, ActionKind::Activate, ActionKind::Withdraw]);
    assert!(stage.calls("write").is_empty());
}

#[test]
fn r7_an_approval_covers_the_proposals_that_the_person_named() {
    let stage = proposals();
    approve(&stage, |plan, word| word.with_proposals(plan.proposals(&[ActionKind::Withdraw])));
    assert_eq!(done(&daily(&stage)), ["withdraw dirk"]);
    assert!(!accounts(&stage)[&sync_core::AccountId::new(10)].active);
}

#[test]
fn r18_an_approved_adoption_sets_the_external_id_and_nothing_else() {
    let stage = proposals();
    let mut before = accounts(&stage)[&sync_core::AccountId::new(8)].clone();
    approve(&stage, |plan, word| word.with_proposals(plan.proposals(&[ActionKind::Adopt])));
    assert_eq!(done(&daily(&stage)), ["adopt bob"]);
    before.external_id = Some(id("bob").as_str().to_owned());
    assert_eq!(accounts(&stage)[&sync_core::AccountId::new(8)], before);
    confirm(&stage);
    assert_eq!(done(&daily(&stage)), ["update bob"], "from then on the account is managed");
}

#[test]
fn r17_an_approved_activation_gives_access_first_and_then_brings_up_to_date() {
    let stage = proposals();
    approve(&stage, |plan, word| word.with_proposals(plan.proposals(&[ActionKind::Activate])));
    assert_eq!(done(&daily(&stage)), ["activate cleo", "update cleo"]);
    assert_eq!(stage.calls("write"), ["write activate 9", "write update 9"]);
    assert_eq!(stage.dry_run().unwrap().plan.document().totals.actions.total(), 0);
}

#[test]
fn a_later_action_of_somebody_is_not_tried_when_the_earlier_one_failed() {
    let stage = proposals();
    approve(&stage, |plan, word| word.with_proposals(plan.proposals(&[ActionKind::Activate])));
    stage.order("write activate", Fault::Fails(PortErrorKind::Refused));
    let report = daily(&stage);
    assert_eq!((report.done(), report.writes), (0, 1));
    assert_eq!(stage.calls("write"), ["write activate 9"]);
}

/// After the first run five of thirteen leave at once; three may.
fn too_many_leave(world: World) -> World {
    let left = person("x").former();
    let mut world = world;
    for record in world.records.iter_mut().take(5) {
        record.listed = left.0.listed.clone();
        record.employments.clone_from(&left.0.employments);
    }
    world
}

#[test]
fn r4_over_a_limit_everything_waits_and_one_approval_lifts_it_once() {
    let stage = settled();
    tomorrow(&stage, |world| too_many_leave(world).with(person("dora")));
    assert!(matches!(waits_for(&daily(&stage)), Refusal::Braked(brakes) if brakes.len() == 1));
    assert!(stage.calls("write").is_empty());
    let plan = stage.dry_run().unwrap().plan;
    approve(&stage, |_, approval| approval);
    // Who joins after the person looked is not done by the mandate either while a brake is pulled.
    stage.change(|world| world.with(person("eva")));
    assert_eq!(done(&daily(&stage)).len(), 6);
    assert!(now(stage.store().approvals(&customer())).unwrap().is_empty());
    let again = Approval::of(plan.id().clone(), stage.world().now);
    assert_eq!(now(stage.store().approve(&customer(), &again)).unwrap(), Remembered::UsedUp);
}

#[test]
fn r7_one_approval_is_for_one_run() {
    let stage = settled();
    tomorrow(&stage, too_many_leave);
    let seen = stage.dry_run().unwrap().plan;
    assert!(stage.apply_seen(&seen).unwrap().unwrap().is_complete());
    let again = stage.apply_seen(&seen).unwrap().unwrap();
    assert_eq!(waits_for(&again), &Refusal::UsedUp);
}

#[test]
fn r12_a_run_that_was_stopped_leaves_its_approval_waiting() {
    let stage = settled();
    tomorrow(&stage, too_many_leave);
    approve(&stage, |_, approval| approval);
    stage.order("write deactivate 1002", Fault::Fails(PortErrorKind::Retryable { at: None }));
    let stopped = daily(&stage);
    assert!(!stopped.is_complete() && stopped.done() == 2);
    assert_eq!(done(&daily(&stage)).len(), 3, "the same approval, what is left of its plan");
    assert!(now(stage.store().approvals(&customer())).unwrap().is_empty());
}

#[test]
fn r7_an_old_approval_does_not_stand_in_the_mandates_way() {
    let stage = settled();
    approve(&stage, |_, approval| approval);
    tomorrow(&stage, |world| world);
    tomorrow(&stage, |world| world.with(person("dora")));
    assert_eq!(done(&daily(&stage)), ["onboard dora"]);
}

#[test]
fn r7_a_mandate_and_an_approval_add_up() {
    let stage = proposals();
    confirm(&stage);
    daily(&stage);
    approve(&stage, |plan, word| word.with_proposals(plan.proposals(&[ActionKind::Adopt])));
    stage.change(|world| world.with(person("eva").field("alleo_access", Some("ja"))));
    assert_eq!(done(&daily(&stage)), ["onboard eva", "adopt bob"]);
}

#[test]
fn r8_a_proposal_that_changed_since_it_was_approved_is_skipped() {
    let stage = proposals();
    approve(&stage, |plan, word| word.with_proposals(plan.proposals(&[ActionKind::Activate])));
    stage.change(|mut world| {
        let cleo = world.records.iter_mut().find(|record| record.id == id("cleo")).unwrap();
        cleo.personal.first_name = Some(Pii::new("Cleo".to_owned()));
        world
    });
    let report = daily(&stage);
    assert!(done(&report).is_empty());
    assert_eq!(report.applied().unwrap().skipped.len(), 1);
}

#[test]
fn r26_what_is_gone_is_accepted_only_by_word() {
    let stage = settled();
    let two = |world: World| world.company("beta", &[]).with(person("eva").at("beta"));
    tomorrow(&stage, two);
    confirm(&stage);
    daily(&stage);
    tomorrow(&stage, |world| world.without_company("beta").with(person("dora")));
    assert!(matches!(waits_for(&daily(&stage)), Refusal::MandateEnded(Ended::Scope)));
    confirm(&stage);
    assert!(matches!(waits_for(&daily(&stage)), Refusal::Braked(brakes) if brakes[0].is_about_scope()));
    approve(&stage, |_, approval| approval.accepting_smaller_scope());
    assert_eq!(done(&daily(&stage)), ["onboard dora"]);
    tomorrow(&stage, |world| world.with(person("fay")));
    assert_eq!(done(&daily(&stage)), ["onboard fay"], "the smaller scope is the scope now");
}

#[test]
fn r3_an_empty_company_is_accepted_by_no_word() {
    let stage = settled();
    tomorrow(&stage, |mut world| {
        world.records.clear();
        world
    });
    approve(&stage, |_, approval| approval.accepting_smaller_scope());
    assert!(matches!(waits_for(&daily(&stage)), Refusal::Braked(brakes) if brakes[0].rule() == "R3"));
}

#[test]
fn r24_of_two_runs_one_goes_on() {
    let stage = settled();
    tomorrow(&stage, |world| world.with(person("dora")));
    let at = stage.world().now;
    let other = now(stage.store().acquire(&customer(), at, TimeDelta::minutes(5))).unwrap();
    let Leased::Ours(other) = other else { panic!() };
    let busy = stage.daily().unwrap().unwrap_err();
    assert!(matches!(busy, EngineError::Busy { until } if until == at + TimeDelta::minutes(5)));
    assert_eq!(stage.calls(""), ["lease acquire"], "not one request");
    now(stage.store().release(&customer(), other)).unwrap();
    assert_eq!(done(&daily(&stage)), ["onboard dora"]);
    let next = now(stage.store().acquire(&customer(), at, TimeDelta::minutes(5))).unwrap();
    assert!(matches!(next, Leased::Ours(_)), "the run gave it back");
}

#[test]
fn r24_a_lease_that_a_crash_left_ends_by_itself_or_is_taken_over() {
    let stage = settled();
    tomorrow(&stage, |world| world.with(person("dora")));
    stage.order("write create", Fault::CrashBefore);
    assert!(stage.daily().is_none());
    assert!(matches!(stage.daily().unwrap().unwrap_err(), EngineError::Busy { .. }));
    stage.change(|mut world| {
        world.now += TimeDelta::minutes(10);
        world
    });
    assert_eq!(done(&daily(&stage)), ["onboard dora"]);
}

#[test]
fn r24_a_run_that_was_overtaken_writes_nothing_more() {
    let stage = settled();
    tomorrow(&stage, |world| world.with(person("dora")).with(person("eva")));
    // Somebody takes the lease over between the reading and the first intent.
    stage.order("runs keep", Fault::LosesTheLease);
    let report = daily(&stage);
    let applied = report.applied().unwrap();
    assert_eq!(
        applied.stopped.as_ref().map(sync_core::ports::PortError::kind),
        Some(PortErrorKind::Overtaken)
    );
    assert!(stage.calls("write").is_empty());
}

#[test]
fn r25_one_persons_run_is_that_persons_part_of_the_whole() {
    let stage = settled();
    tomorrow(&stage, |world| {
        let again =
            person("eva-2").email("eva@acme.example").last(Some("Last eva")).employed("2024-01-01", None);
        world.with(person("dora")).with(person("eva")).with(again)
    });
    // By any of the person's records.
    let run = stage.sync_run().only(id("eva-2"));
    let (world, key) = (stage.world(), crate::world::key());
    let report = now(run.daily(&customer(), &world.policy, &key)).unwrap();
    assert_eq!(done(&report), ["onboard eva"]);
    assert!(stage.calls("ledger complete").is_empty(), "a part is no complete run");
    assert_eq!(done(&daily(&stage)), ["onboard dora"]);
}

#[test]
fn r25_one_persons_action_that_needs_anothers_waits() {
    let stage = settled();
    // Dora gets the address that the first of the crowd leaves in the same plan.
    tomorrow(&stage, |mut world| {
        world.records[0].personal.business_email = Some(Pii::new("moved@acme.example".to_owned()));
        world.with(person("dora").email("crowd-00000@acme.example").last(Some("Other")))
    });
    let run = stage.sync_run().only(id("dora"));
    let (world, key) = (stage.world(), crate::world::key());
    let report = now(run.daily(&customer(), &world.policy, &key)).unwrap();
    assert!(done(&report).is_empty());
    let skipped = &report.applied().unwrap().skipped;
    assert_eq!(skipped.iter().map(|it| it.because).collect::<Vec<_>>(), [SkippedBecause::WaitsForAnother]);
    assert_eq!(done(&daily(&stage)), ["update crowd-00000", "onboard dora"]);
}

#[test]
fn r12_intents_of_a_crashed_run_end_by_what_the_next_one_reads() {
    for (write, fault) in [
        ("write create", Fault::CrashAfter),
        ("write create", Fault::CrashBefore),
        ("write deactivate", Fault::CrashAfter),
        ("write deactivate", Fault::CrashBefore),
        ("write update", Fault::CrashAfter),
    ] {
        let stage = settled();
        tomorrow(&stage, |world| {
            let mut world = world.with(person("dora"));
            world.records[0].personal.first_name = Some(Pii::new("New".to_owned()));
            let left = person("x").former();
            world.records[1].listed = left.0.listed;
            world.records[1].employments = left.0.employments;
            world
        });
        stage.order(write, fault);
        assert!(stage.daily().is_none(), "{write} {fault:?}");
        tomorrow(&stage, |world| world);
        done(&daily(&stage));
        assert!(stage.intents().iter().all(|(_, outcome)| outcome.is_some()), "{write} {fault:?}");
        let view = stage.view();
        assert_eq!(view.deactivations.len(), 1, "{write} {fault:?}");
        assert!(view.links.contains_key(&id("dora")));
        assert_eq!(stage.dry_run().unwrap().plan.document().totals.actions.total(), 0);
    }
}

#[test]
fn r17_somebody_who_only_looks_like_a_leaver_is_tied_to_no_account_until_a_person_says_so() {
    let stage = Stage::of(
        world().crowd(12).with(person("anna").former()).having(account(7).of("anna").inactive()).with(
            person("back").first(Some("First anna")).last(Some("Last anna")).employed("2026-06-01", None),
        ),
    );
    confirm(&stage);
    let report = daily(&stage);
    assert!(done(&report).is_empty());
    assert!(!stage.view().links.contains_key(&id("back")));
    approve(&stage, |plan, word| word.with_proposals(plan.proposals(&[ActionKind::Relink])));
    assert_eq!(done(&daily(&stage)), ["relink back"]);
    assert!(stage.calls("write").is_empty(), "the account keeps its id; only the ledger learns something");
    approve(&stage, |plan, word| word.with_proposals(plan.proposals(&[ActionKind::Activate])));
    assert_eq!(done(&daily(&stage)), ["activate anna", "update anna"]);
    assert_eq!(accounts(&stage).len(), 13, "and nobody has two accounts");
    assert_eq!(stage.dry_run().unwrap().plan.document().totals.actions.total(), 0);
}

#[test]
fn r7_an_approval_holds_although_the_mandate_has_ended() {
    let stage = settled();
    tomorrow(&stage, |world| world.with(person("dora")).policy(|policy| policy.with_language("nl")));
    approve(&stage, |_, approval| approval);
    assert_eq!(done(&daily(&stage)), ["onboard dora"]);
    tomorrow(&stage, |world| world.with(person("eva")));
    assert_eq!(
        waits_for(&daily(&stage)),
        &Refusal::MandateEnded(Ended::Policy),
        "the mandate is still ended"
    );
}
