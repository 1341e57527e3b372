//! Keeping a grant alive, and ending it.

use std::sync::Arc;

use chrono::TimeDelta;
use nmbrs_client::ErrorKind;
use nmbrs_client::auth::{Grant, GrantState, KeptAlive, MemoryTokenStore, TokenSet, TokenStore};
use nmbrs_client::sandbox::Fault;
use secrecy::ExposeSecret;

use crate::stage::{
    FakeClock, authorizer, authorizer_at, consent, issued, new_consent, sandbox, start, token_requests,
};

#[tokio::test]
async fn rule_7_a_refresh_token_is_renewed_on_day_20_and_not_before() {
    let sandbox = sandbox().await;
    let clock = FakeClock::new();
    let store = Arc::new(MemoryTokenStore::new(issued(&sandbox).with_issued_at(start())));
    let authorizer = authorizer(&sandbox, store.clone(), clock.clone());
    let due = start() + TimeDelta::days(20);

    clock.advance(TimeDelta::days(19));
    assert_eq!(authorizer.keep_alive().await.unwrap(), KeptAlive::NotDue { due });
    clock.advance(TimeDelta::days(1) - TimeDelta::seconds(1));
    assert_eq!(authorizer.keep_alive().await.unwrap(), KeptAlive::NotDue { due });
    assert_eq!(token_requests(&sandbox), (0, 0));

    clock.advance(TimeDelta::seconds(1));
    assert_eq!(authorizer.keep_alive().await.unwrap(), KeptAlive::Refreshed);
    let again = authorizer.keep_alive().await.unwrap();
    assert_eq!(again, KeptAlive::NotDue { due: due + TimeDelta::days(20) });
    assert_eq!(store.load().await.unwrap().unwrap().grant.tokens.issued_at, Some(due));
    assert_eq!(consent(&sandbox, 0), ("live".to_owned(), 1));
}

#[tokio::test]
async fn a_refresh_token_of_unknown_age_is_renewed_at_once() {
    let sandbox = sandbox().await;
    let mut tokens = issued(&sandbox);
    tokens.expires_at = start() + TimeDelta::days(1);
    let authorizer = authorizer(&sandbox, Arc::new(MemoryTokenStore::new(tokens)), FakeClock::new());
    assert_eq!(authorizer.keep_alive().await.unwrap(), KeptAlive::Refreshed);
}

#[tokio::test]
async fn a_refresh_token_older_than_30_days_is_still_tried_once() {
    let sandbox = sandbox().await;
    let tokens = issued(&sandbox).with_issued_at(start() - TimeDelta::days(31));
    let authorizer = authorizer(&sandbox, Arc::new(MemoryTokenStore::new(tokens)), FakeClock::new());
    sandbox.advance_clock(std::time::Duration::from_secs(31 * 24 * 3600));
    for _ in 0..2 {
        assert!(authorizer.access_token().await.unwrap_err().is_consent_lost());
    }
    assert_eq!(token_requests(&sandbox), (1, 1));
}

#[tokio::test]
async fn revoking_ends_the_grant_at_the_server_and_in_the_store() {
    let sandbox = sandbox().await;
    let store = Arc::new(MemoryTokenStore::new(issued(&sandbox)));
    let authorizer = authorizer(&sandbox, store.clone(), FakeClock::new());
    authorizer.access_token().await.unwrap();
    authorizer.revoke().await.unwrap();
    assert_eq!(consent(&sandbox, 0).0, "ended by revoked");
    assert!(store.load().await.unwrap().is_none());
    assert_eq!(authorizer.access_token().await.unwrap_err().kind(), ErrorKind::ConsentLost);
    authorizer.revoke().await.unwrap();
    assert_eq!(
        authorizer.token_calls(),
        3,
        "one refresh, two revocations, and nothing for a grant that is gone"
    );
}

#[tokio::test]
async fn a_grant_that_could_not_be_revoked_stays_and_stays_usable() {
    let sandbox = sandbox().await;
    let store = Arc::new(MemoryTokenStore::new(issued(&sandbox)));
    let elsewhere = authorizer_at("http://127.0.0.1:9", &sandbox, store.clone(), FakeClock::new());
    assert_eq!(elsewhere.revoke().await.unwrap_err().kind(), ErrorKind::Connect);
    let here = authorizer(&sandbox, store.clone(), FakeClock::new());
    sandbox.inject(Fault::html(502).on_path("/connect/revocation"));
    assert_eq!(here.revoke().await.unwrap_err().kind(), ErrorKind::Server);

    let kept = store.load().await.unwrap().unwrap().grant;
    assert_eq!(kept.state, GrantState::Ready);
    assert_eq!(kept.to_bytes().expose_secret(), Grant::ready(issued(&sandbox)).to_bytes().expose_secret());
    here.access_token().await.unwrap();
    here.revoke().await.unwrap();
    assert!(store.load().await.unwrap().is_none());
}

#[tokio::test]
async fn a_new_consent_takes_the_place_of_whatever_the_store_holds() {
    let sandbox = sandbox().await;
    let old = issued(&sandbox);
    let ready = Grant::ready(old.clone());
    let hour = start() + TimeDelta::hours(1);
    for held in [
        None,
        Some(ready.clone()),
        Some(ready.clone().with_state(GrantState::Refreshing { until: hour })),
        Some(ready.with_state(GrantState::ConsentLost { since: start() })),
    ] {
        let store = Arc::new(MemoryTokenStore::empty());
        if let Some(held) = held {
            store.replace(None, &held).await.unwrap();
        }
        let authorizer = authorizer(&sandbox, store.clone(), FakeClock::new());
        let tokens: TokenSet = new_consent(&sandbox).await;
        authorizer.install(tokens.clone()).await.unwrap();
        let stored = store.load().await.unwrap().unwrap().grant;
        assert_eq!(stored.state, GrantState::Ready);
        assert_eq!(stored.tokens.access.expose_secret(), tokens.access.expose_secret());
        authorizer.access_token().await.unwrap();
    }
    assert_eq!(consent(&sandbox, 0).0, "live");
}
