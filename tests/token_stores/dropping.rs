//! A caller who gives up, at whatever moment, costs nothing: the next one gets a token and no token was shown twice.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use nmbrs_client::SystemClock;
use nmbrs_client::auth::{Authorizer, MemoryTokenStore};

use crate::gate::{Gate, GatedStore, gated_way};
use crate::stage::{authorizer_at, consent, issued, new_consent, short_lived};

/// More steps than any call takes.
const MANY: u32 = 100;

/// Starts `call`, lets it and all it needs take `steps` steps, and drops it. Says whether it had ended before.
async fn is_over_after(steps: u32, call: impl FnOnce(Authorizer) -> BoxFuture<'static, ()>) -> bool {
    let sandbox = short_lived().await;
    let gate = Gate::new();
    let store = Arc::new(MemoryTokenStore::new(issued(&sandbox)));
    let way = gated_way(&sandbox.identity_url(), &gate).await;
    let gated = Arc::new(GatedStore(store, Arc::clone(&gate)));
    let authorizer = authorizer_at(&way, &sandbox, gated, Arc::new(SystemClock));

    let mut caller = call(authorizer.clone());
    let mut is_over = false;
    for _ in 0..steps {
        tokio::select! {
            biased;
            () = &mut caller => is_over = true,
            () = gate.arrival() => gate.admit(),
        }
        if is_over {
            break;
        }
    }
    drop(caller);

    gate.open();
    authorizer.access_token().await.unwrap();
    assert_eq!(consent(&sandbox, 0).0, "live", "dropped after {steps} steps");
    is_over
}

async fn drop_after_every_step(call: impl Fn(Authorizer) -> BoxFuture<'static, ()>) {
    for steps in 0..MANY {
        if is_over_after(steps, &call).await {
            assert!(steps > 8, "it has hardly waited anywhere");
            return;
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn a_caller_for_a_token_may_be_dropped_at_any_moment() {
    drop_after_every_step(|authorizer| {
        async move {
            authorizer.access_token().await.unwrap();
        }
        .boxed()
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_keeps_alive_may_be_dropped_at_any_moment() {
    drop_after_every_step(|authorizer| {
        async move {
            authorizer.keep_alive().await.unwrap();
        }
        .boxed()
    })
    .await;
}

#[tokio::test]
async fn a_new_consent_is_stored_though_its_caller_was_dropped_at_any_moment() {
    for steps in 0..4 {
        let sandbox = short_lived().await;
        let gate = Gate::new();
        let store = Arc::new(MemoryTokenStore::new(issued(&sandbox)));
        let gated = Arc::new(GatedStore(store, Arc::clone(&gate)));
        let authorizer = authorizer_at(&sandbox.identity_url(), &sandbox, gated, Arc::new(SystemClock));
        let tokens = new_consent(&sandbox).await;

        let mut caller = authorizer.install(tokens).boxed();
        for _ in 0..steps {
            tokio::select! {
                biased;
                done = &mut caller => panic!("{done:?}"),
                () = gate.arrival() => gate.admit(),
            }
        }
        // One poll at least: nothing begins before.
        assert!((&mut caller).now_or_never().is_none());
        drop(caller);

        gate.open();
        // The installation is as far as the store by now or will be first there: ask until it shows.
        while consent(&sandbox, 1).1 == 0 {
            authorizer.access_token().await.unwrap();
        }
        assert_eq!((consent(&sandbox, 0).0, consent(&sandbox, 1).0), ("live".to_owned(), "live".to_owned()));
    }
}
