//! Many processes on one grant, some of them killed: no token is shown twice, nobody goes without, nothing loops.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{join_all, select_all};
use nmbrs_client::auth::{Grant, GrantState};
use nmbrs_client::sandbox::{Effect, Fault, Sandbox};
use secrecy::ExposeSecret;

use crate::child::{Child, Pacing, Pause};
use crate::stage::{Folder, consent, issued, sandbox, shared, short_lived, token_request, token_requests};

const PROCESSES: usize = 8;
const ROUNDS: usize = 5;

/// Claims last 90 seconds of a clock that runs this fast: waiting for that of a killed process takes a moment.
const FAST: u32 = 12;

/// A store with the sandbox's grant.
async fn filled(sandbox: &Sandbox, is_sealed: bool) -> Folder {
    let folder = Folder::new();
    shared(folder.root(), is_sealed).replace(None, &Grant::ready(issued(sandbox))).await.unwrap();
    folder
}

async fn start_all(sandbox: &Sandbox, folder: &Folder, is_sealed: bool) -> Vec<Child> {
    join_all((0..PROCESSES).map(|_| Child::start(sandbox, folder.root(), is_sealed))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_all_must_refresh_do_so_one_after_the_other() {
    for is_sealed in [false, true] {
        let sandbox = short_lived().await;
        let folder = filled(&sandbox, is_sealed).await;
        let children = start_all(&sandbox, &folder, is_sealed).await;
        let all = children.into_iter().map(|mut child| async move {
            for _ in 0..ROUNDS {
                assert_eq!(child.ask("token").await, "ok");
            }
        });
        join_all(all).await;
        let needed = (PROCESSES * ROUNDS) as u64;
        assert_eq!(consent(&sandbox, 0), ("live".to_owned(), needed));
        assert_eq!(token_requests(&sandbox).0, PROCESSES * ROUNDS);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_whose_token_is_refused_share_one_refresh() {
    for is_sealed in [false, true] {
        let sandbox = sandbox().await;
        let folder = filled(&sandbox, is_sealed).await;
        let mut children = start_all(&sandbox, &folder, is_sealed).await;
        for round in 1..=ROUNDS {
            sandbox.advance_clock(Duration::from_secs(3600));
            let answers = join_all(children.iter_mut().map(|child| child.ask("call"))).await;
            assert!(answers.iter().all(|answer| answer == "ok"), "{answers:?}");
            assert_eq!(consent(&sandbox, 0), ("live".to_owned(), round as u64));
        }
        assert_eq!(token_requests(&sandbox), (ROUNDS, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_before_it_sent_costs_nothing() {
    let sandbox = short_lived().await;
    let folder = filled(&sandbox, false).await;
    let pacing = Pacing::fast(FAST);
    let mut first = Child::start_with(&sandbox, folder.root(), false, pacing, Some(Pause::Claimed)).await;
    assert_eq!(first.ask("token").await, "paused");
    first.kill().await;
    assert_eq!(token_requests(&sandbox), (0, 0));

    let mut second = Child::start_with(&sandbox, folder.root(), false, pacing, None).await;
    assert_eq!(second.ask("token").await, "ok");
    assert_eq!(consent(&sandbox, 0), ("live".to_owned(), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_with_new_tokens_in_its_hand_costs_the_consent_once() {
    let sandbox = short_lived().await;
    let folder = filled(&sandbox, true).await;
    let pacing = Pacing::fast(FAST);
    let mut first = Child::start_with(&sandbox, folder.root(), true, pacing, Some(Pause::Bought)).await;
    assert_eq!(first.ask("token").await, "paused");
    first.kill().await;

    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(Child::start_with(&sandbox, folder.root(), true, pacing, None).await);
    }
    for _ in 0..2 {
        let answers = join_all(others.iter_mut().map(|child| child.ask("token"))).await;
        assert_eq!(answers, ["ConsentLost"; 3]);
    }
    assert_eq!(token_requests(&sandbox), (2, 1), "the killed one's, and one more that is refused");
}

/// The power fails: all are killed at once, somewhere among their refreshes. If that is inside an exchange it may cost
/// the consent; nothing else may.
#[tokio::test(flavor = "multi_thread")]
async fn processes_killed_at_random_never_make_another_show_a_token_whose_successor_is_stored() {
    for (seed, is_sealed, is_inside) in
        [(0, false, false), (3, true, false), (1, false, true), (5, true, true), (6, false, false)]
    {
        let sandbox = short_lived().await;
        sandbox.inject(Fault::new(Effect::Latency { millis: 20 }).on_path("/connect/token").always());
        let folder = filled(&sandbox, is_sealed).await;
        let pacing = Pacing::fast(FAST);
        let start = || {
            join_all(
                (0..PROCESSES).map(|_| Child::start_with(&sandbox, folder.root(), is_sealed, pacing, None)),
            )
        };
        let mut children = start().await;
        for child in &mut children {
            child.tell("token").await;
        }
        for _ in 0..=seed {
            let answers = children.iter_mut().map(|child| child.answer().boxed());
            assert_eq!(select_all(answers).await.0, "ok");
        }
        let (seen, _) = token_requests(&sandbox);
        while is_inside && token_requests(&sandbox).0 == seen {
            tokio::task::yield_now().await;
        }
        join_all(children.into_iter().map(Child::kill)).await;
        assert_ended_well(&sandbox, &folder, is_sealed, start().await).await;
    }
}

async fn assert_ended_well(sandbox: &Sandbox, folder: &Folder, is_sealed: bool, mut children: Vec<Child>) {
    let answers = join_all(children.iter_mut().map(|child| child.ask("token"))).await;
    let stored = shared(folder.root(), is_sealed).load().await.unwrap().unwrap().grant;
    let (state, _) = consent(sandbox, 0);
    let (_, refused) = token_requests(sandbox);
    println!("{state}");
    if state == "live" {
        assert!(answers.iter().all(|answer| answer == "ok"), "{answers:?}");
        assert_eq!(refused, 0);
        return;
    }
    assert!(answers.iter().all(|answer| answer == "ConsentLost"), "{state}: {answers:?}");
    assert!(matches!(stored.state, GrantState::ConsentLost { .. }));
    assert_eq!(refused, 1, "nobody asks again");
    // The one that was shown twice is the one in the store: its successor died with the killed process.
    let refresh = stored.tokens.refresh.unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
    let answer = token_request(sandbox, &form).await;
    assert_eq!(answer["error_description"], "the refresh token was used before");
}
