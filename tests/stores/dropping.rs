//! A caller who goes away is like a crash: what was begun happens whole or not at all, and nothing is stuck.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use sync_core::ports::{Ledger, Outcome, RunStore};

use crate::stage::{Folder, customer, done, intent, lease, start};

/// Begins a call and goes away.
fn begin_and_drop(call: impl Future) {
    let mut call = pin!(call);
    let _: Poll<_> = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}

#[tokio::test]
async fn a_call_whose_caller_goes_away_is_done_whole() {
    let folder = Folder::new();
    let store = folder.open().await;
    let lease = lease(&store).await;
    let id = store.intend(&customer(), lease, &intent(1)).await.unwrap();
    begin_and_drop(store.settle(&customer(), id, &done(1)));
    begin_and_drop(store.begin(&customer(), lease, start()));
    // Calls are done in order, so that this one sees those.
    assert_eq!(store.view(&customer()).await.unwrap().links.len(), 2);
    assert_eq!(store.runs(&customer(), 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_call_that_was_never_polled_is_not_done() {
    let folder = Folder::new();
    let store = folder.open().await;
    let lease = lease(&store).await;
    drop(store.intend(&customer(), lease, &intent(1)));
    assert!(store.open_intents(&customer()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_store_that_is_dropped_first_does_what_it_was_given() {
    let folder = Folder::new();
    let store = folder.open().await;
    let lease = lease(&store).await;
    let id = store.intend(&customer(), lease, &intent(1)).await.unwrap();
    for number in 2..100 {
        begin_and_drop(store.intend(&customer(), lease, &intent(number)));
    }
    begin_and_drop(store.settle(&customer(), id, &Outcome::NotDone));
    drop(store);
    assert!(!folder.beside("-wal").exists(), "the file is closed, and its log is gone with it");
    assert_eq!(folder.open().await.open_intents(&customer()).await.unwrap().len(), 98);
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_can_be_given_up() {
    let folder = Folder::new();
    begin_and_drop(folder.open());
    folder.open().await.runs(&customer(), 1).await.unwrap();
}
