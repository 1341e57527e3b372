//! What every store promises, asked of every kind of store.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;
use nmbrs_client::Scope;
use nmbrs_client::auth::{Generation, Grant, GrantState, Replaced, TokenSet, TokenStore};
use secrecy::ExposeSecret;

use crate::stage::{Folder, every_store, start};

fn grant(number: u32) -> Grant {
    let tokens = TokenSet::new(format!("access-{number}"), start() + TimeDelta::nanoseconds(1))
        .with_refresh(format!("refresh-{number}"))
        .with_scopes([Scope::EMPLOYEE_INFO_READ, Scope::OFFLINE_ACCESS])
        .with_issued_at(start());
    Grant::ready(tokens)
}

async fn put(store: &dyn TokenStore, expected: Option<Generation>, grant: &Grant) -> Generation {
    match store.replace(expected, grant).await.unwrap() {
        Replaced::Done(generation) => generation,
        other => panic!("{other:?}"),
    }
}

/// The store holds this grant, under this generation.
async fn assert_holds(store: &dyn TokenStore, expected: &Grant, generation: Generation) {
    let stored = store.load().await.unwrap().unwrap();
    assert_eq!(stored.grant.to_bytes().expose_secret(), expected.to_bytes().expose_secret());
    assert_eq!(stored.generation, generation);
}

/// The whole promise. `store` must be empty.
async fn conforms(store: &Arc<dyn TokenStore>) {
    assert!(store.load().await.unwrap().is_none());
    assert_eq!(store.replace(Some(Generation(1)), &grant(0)).await.unwrap(), Replaced::Moved);
    assert_eq!(store.remove(Generation(1)).await.unwrap(), Replaced::Moved);
    assert!(store.load().await.unwrap().is_none(), "what builds on nothing leaves nothing");

    let first = put(&**store, None, &grant(1)).await;
    assert_holds(&**store, &grant(1), first).await;
    assert_eq!(store.replace(None, &grant(0)).await.unwrap(), Replaced::Moved);
    let second = put(&**store, Some(first), &grant(2)).await;
    assert_ne!(first, second);
    for late in [None, Some(first)] {
        assert_eq!(store.replace(late, &grant(0)).await.unwrap(), Replaced::Moved);
    }
    assert_eq!(store.remove(first).await.unwrap(), Replaced::Moved);
    assert_holds(&**store, &grant(2), second).await;

    let mut last = second;
    for state in [
        GrantState::Refreshing { until: DateTime::UNIX_EPOCH },
        GrantState::ConsentLost { since: start() },
        GrantState::Ready,
    ] {
        last = put(&**store, Some(last), &grant(3).with_state(state)).await;
        assert_holds(&**store, &grant(3).with_state(state), last).await;
    }
    let bare = Grant::ready(TokenSet::new("only", start()));
    last = put(&**store, Some(last), &bare).await;
    assert_holds(&**store, &bare, last).await;

    let writers = (0..16).map(|number| {
        let store = Arc::clone(store);
        tokio::spawn(async move { store.replace(Some(last), &grant(number)).await.unwrap() })
    });
    let written: Vec<_> = join_all(writers).await.into_iter().map(Result::unwrap).collect();
    let winners: Vec<_> = written.iter().filter(|replaced| **replaced != Replaced::Moved).collect();
    assert_eq!(winners.len(), 1, "{written:?}");

    let stands_at = store.load().await.unwrap().unwrap().generation;
    assert_eq!(*winners[0], Replaced::Done(stands_at));
    assert_eq!(store.remove(stands_at).await.unwrap(), Replaced::Done(stands_at));
    assert!(store.load().await.unwrap().is_none());
    assert_eq!(store.remove(stands_at).await.unwrap(), Replaced::Moved);
    assert_eq!(store.replace(Some(stands_at), &grant(0)).await.unwrap(), Replaced::Moved);
    put(&**store, None, &grant(4)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_store_keeps_the_whole_promise() {
    let folder = Folder::new();
    for (name, store) in every_store(&folder) {
        println!("{name}");
        conforms(&store).await;
    }
}

#[tokio::test]
async fn no_store_prints_what_it_holds() {
    let folder = Folder::new();
    for (name, store) in every_store(&folder) {
        put(&*store, None, &grant(1)).await;
        let stored = store.load().await.unwrap().unwrap();
        let printed = format!("{store:?} {stored:?}");
        assert!(!printed.contains("access-1") && !printed.contains("refresh-1"), "{name}: {printed}");
    }
}
