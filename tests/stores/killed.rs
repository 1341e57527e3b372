//! SIGKILL at any point of a busy process: every call that was answered is there, and nothing is torn.

use std::collections::BTreeSet;

use sync_core::budget::GrantState;
use sync_core::conformance::durability;
use sync_core::ports::{Ledger, MoneyLedger, PortErrorKind, RunStore};

use crate::child::{Busy, Child, LISTED};
use crate::stage::{Folder, LIST, batch, customer, grant, lease, person, plan};

const KILLS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_leaves_what_was_answered_and_nothing_torn() {
    let folder = Folder::new();
    let (mut settled, mut begun, mut ended) = (0, 0, 0);
    let mut in_flight = 0;
    for round in 0..KILLS {
        let mut child = Child::start_busy(folder.root()).await;
        // The child goes on while this reads, so that it is killed anywhere between or inside its calls.
        let first = child.answers(round * 7 % 41).await;
        child.kill();
        let said = first.and(child.until_it_ends().await);
        settled += said.settled;
        begun += said.begun;
        ended += said.ended;

        let store = folder.open().await;
        let view = store.view(&customer()).await.unwrap();
        assert_eq!(view.links.len() % 2, 0, "round {round}: one of two links that are written together");
        let links = view.links.len() as u64 / 2;
        // A call that was not answered may have been kept.
        assert!(links == settled || links == settled + 1, "round {round}: {links} of {settled}");
        settled = links;
        if let Some(last) = said.last_settled {
            assert!(view.links.contains_key(&person(last)), "round {round}");
        }
        let open = store.open_intents(&customer()).await.unwrap();
        for intended in &said.intended {
            let is_open = open.iter().any(|open| open.intent.person == person(*intended));
            assert!(is_open || view.links.contains_key(&person(*intended)), "round {round}: {intended}");
        }
        in_flight += said.intended.len();

        let runs = store.runs(&customer(), u32::MAX).await.unwrap();
        let is_off_by_one = |found: usize, told: u64| found as u64 == told || found as u64 == told + 1;
        assert!(is_off_by_one(runs.len(), begun), "round {round}");
        let with_end = runs.iter().filter(|run| run.ended.is_some()).count();
        assert!(is_off_by_one(with_end, ended), "round {round}");
        (begun, ended) = (runs.len() as u64, with_end as u64);
        if let Some(number) = said.last_plan {
            let kept = store.plan(&customer(), &plan(number)).await.unwrap().unwrap();
            assert_eq!(kept.file, number.to_be_bytes().repeat(3000), "round {round}");
        }
    }
    println!("{settled} settled, {in_flight} of {KILLS} killed between an intent and its end");
    assert!(in_flight > 0, "no process was killed where it matters");
}

/// No grant is lost, none is there twice, and of a list that was prepared or settled there is all or nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_leaves_whole_lists_of_grants() {
    let folder = Folder::new();
    let (mut prepared, mut given) = (0, BTreeSet::new());
    let mut in_flight = 0;
    for round in 0..KILLS {
        let mut child = Child::start_busy_with(Busy::Granting, folder.root()).await;
        for _ in 0..round * 7 % 23 {
            note(&child.answer().await, &mut prepared, &mut given);
        }
        child.kill();
        for word in child.words_until_it_ends().await {
            note(&word, &mut prepared, &mut given);
        }

        let store = folder.open().await;
        let money = store.view(&customer()).await.unwrap().money;
        // A call that was not answered may have been kept.
        assert!(
            (prepared..=prepared + 1).contains(&money.sequence),
            "round {round}: {} of {prepared}",
            money.sequence
        );
        assert_eq!(money.grants.len() as u64, LISTED * money.sequence, "round {round}");
        let names: BTreeSet<_> = money.grants.iter().map(|grant| &grant.id).collect();
        assert_eq!(names.len(), money.grants.len(), "round {round}: a grant is there twice");
        for (grants, number) in money.grants.chunks(usize::try_from(LISTED).unwrap()).zip(1..) {
            let state = grants[0].state;
            assert!(grants.iter().all(|grant| grant.state == state), "round {round}: half a list is settled");
            let is_given = state == GrantState::Given;
            assert!(is_given || !given.contains(&number), "round {round}: what was settled is lost");
        }
        let open = store.open_batches(&customer()).await.unwrap();
        in_flight += open.len();
        for batch in &open {
            assert_eq!(batch.list.as_deref(), Some(LIST.repeat(500).as_slice()), "round {round}");
        }
        prepared = money.sequence;
    }
    println!("{prepared} lists, {in_flight} found open after {KILLS} kills");
    assert!(in_flight > 0, "no process was killed where it matters");

    let store = folder.open().await;
    let lease = lease(&store).await;
    for number in [LISTED, LISTED * prepared] {
        let again = batch(prepared + 1, vec![grant(number)], None);
        let refused = store.prepare(&customer(), lease, &again).await.unwrap_err();
        assert_eq!(refused.kind(), PortErrorKind::Conflict);
    }
}

fn note(word: &str, prepared: &mut u64, given: &mut BTreeSet<u64>) {
    let (what, number) = word.split_once(' ').unwrap();
    let number: u64 = number.parse().unwrap();
    match what {
        "prepared" => *prepared = number,
        "given" => {
            given.insert(number);
        }
        "handed" => {}
        other => panic!("{other}"),
    }
}

/// `v1.db` is taken to the present version, or stays as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_on_the_way_to_a_later_version_leaves_one_of_the_two() {
    for round in 0..30 {
        let folder = Folder::new();
        crate::versions::place(&folder, include_bytes!("v1.db"));
        let mut child = Child::begin(folder.root());
        let log = folder.beside("-wal");
        let has_begun = || match round % 3 {
            0 => log.exists(),
            1 => std::fs::metadata(&log).is_ok_and(|log| log.len() > 0),
            _ => std::fs::metadata(&log).is_ok_and(|log| log.len() > 40_000),
        };
        while !has_begun() {
            tokio::task::yield_now().await;
        }
        child.kill();
        child.words_until_it_ends().await;
        let store = folder.open().await;
        durability::still_remembers(&store).await.unwrap_or_else(|broken| panic!("round {round}: {broken}"));
        drop(store);
        assert_eq!(crate::versions::version_of(&folder), 2_u32.to_be_bytes(), "round {round}");
    }
}
