//! A sealed grant opens with its key in its own place, and nowhere else.

use std::error::Error;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use nmbrs_client::Scope;
use nmbrs_client::auth::{
    Generation, Grant, GrantState, InvalidKey, KeyId, KeyRing, Replaced, Resealed, SealingKey, TokenSet,
    TokenStore, Unopened, VaultTokenStore,
};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use sync_core::CustomerId;
use sync_core::ports::{CredentialRef, SealedCredential};

use crate::memory_vault::MemoryVault;
use crate::scripted::{expired, server};
use crate::stage::{FakeClock, authorizer_at, credential, ring, sandbox, start};

fn grant() -> Grant {
    Grant::ready(TokenSet::new("seeded-access", start()).with_refresh("seeded-refresh"))
}

fn key(name: &str, byte: u8) -> (KeyId, SealingKey) {
    (KeyId::new(name).unwrap(), SealingKey::from_bytes([byte; 32]))
}

fn store(vault: &Arc<MemoryVault>, keys: KeyRing) -> VaultTokenStore {
    VaultTokenStore::new(Arc::<MemoryVault>::clone(vault), credential(), keys)
}

/// A vault with one sealed grant, of generation 1.
async fn filled() -> Arc<MemoryVault> {
    let vault = Arc::new(MemoryVault::default());
    store(&vault, ring()).replace(None, &grant()).await.unwrap();
    vault
}

/// Why the grant at `credential` cannot be opened.
async fn why(vault: &Arc<MemoryVault>, credential: CredentialRef, keys: KeyRing) -> Unopened {
    let store = VaultTokenStore::new(Arc::<MemoryVault>::clone(vault), credential, keys);
    let error = store.load().await.unwrap_err();
    let source = error.source().unwrap();
    assert!(error.is_lasting());
    assert!(!format!("{error:?} {source} {source:?}").contains("seeded"));
    source.downcast_ref::<Unopened>().unwrap().clone()
}

#[tokio::test]
async fn no_byte_of_an_envelope_can_be_changed() {
    let vault = filled().await;
    let row = vault.row(&credential());
    for index in 0..row.sealed.len() {
        let mut sealed = row.sealed.clone();
        sealed[index] ^= 1;
        vault.put(&credential(), SealedCredential::new(sealed, 1));
        let why = why(&vault, credential(), ring()).await;
        let expected = match index {
            0 => matches!(why, Unopened::UnknownVersion(0)),
            // The length of the key's name, and the name.
            1..8 => matches!(why, Unopened::NotAnEnvelope | Unopened::UnknownKey(_)),
            _ => why == Unopened::NotAuthentic,
        };
        assert!(expected, "byte {index}: {why:?}");
    }
}

#[tokio::test]
async fn an_envelope_that_was_cut_off_or_lengthened_is_refused() {
    let vault = filled().await;
    let whole = vault.row(&credential()).sealed;
    for length in 0..whole.len() {
        vault.put(&credential(), SealedCredential::new(whole[..length].to_vec(), 1));
        let why = why(&vault, credential(), ring()).await;
        assert!(matches!(why, Unopened::NotAnEnvelope | Unopened::NotAuthentic), "{length}: {why:?}");
    }
    vault.put(&credential(), SealedCredential::new([&whole[..], &[0]].concat(), 1));
    assert_eq!(why(&vault, credential(), ring()).await, Unopened::NotAuthentic);
}

#[tokio::test]
async fn an_envelope_opens_in_no_other_place() {
    let vault = filled().await;
    let row = vault.row(&credential());
    let own = credential();
    for (customer, name, generation) in [
        ("Ander B.V.", own.name.as_str(), 1),
        (own.customer.as_str(), "other", 1),
        // The same text, cut elsewhere.
        ("Voorbeeld B.V.n", "mbrs", 1),
        (own.customer.as_str(), own.name.as_str(), 2),
    ] {
        let place = CredentialRef::new(CustomerId::new(customer), name);
        vault.put(&place, SealedCredential::new(row.sealed.clone(), generation));
        assert_eq!(
            why(&vault, place, ring()).await,
            Unopened::NotAuthentic,
            "{customer} {name} {generation}"
        );
    }
}

#[tokio::test]
async fn an_unknown_key_an_unknown_version_and_a_wrong_key_are_told_apart() {
    let vault = filled().await;
    let (id, other) = key("2027-a", 7);
    let sealed_with = KeyId::new("2026-a").unwrap();
    assert_eq!(why(&vault, credential(), KeyRing::new(id, other)).await, Unopened::UnknownKey(sealed_with));
    let (id, wrong) = key("2026-a", 8);
    assert_eq!(why(&vault, credential(), KeyRing::new(id, wrong)).await, Unopened::NotAuthentic);
    let mut sealed = vault.row(&credential()).sealed;
    sealed[0] = 2;
    vault.put(&credential(), SealedCredential::new(sealed, 1));
    assert_eq!(why(&vault, credential(), ring()).await, Unopened::UnknownVersion(2));
}

#[tokio::test]
async fn two_seals_of_one_grant_differ_and_show_nothing_of_it() {
    let (one, other) = (filled().await.row(&credential()), filled().await.row(&credential()));
    assert_ne!(one.sealed, other.sealed);
    let shown = String::from_utf8_lossy(&one.sealed).into_owned();
    assert!(shown.contains("2026-a") && !shown.contains("seeded") && !shown.contains("nmbrs-grant"));
}

#[tokio::test]
async fn resealing_turns_to_the_new_key_and_the_old_one_can_be_thrown_away() {
    let vault = Arc::new(MemoryVault::default());
    let both = || {
        let (id, key_b) = key("b", 2);
        let (old_id, key_a) = key("a", 1);
        KeyRing::new(id, key_b).with_older(old_id, key_a)
    };
    let only = |name, byte| {
        let (id, key) = key(name, byte);
        KeyRing::new(id, key)
    };
    assert_eq!(store(&vault, both()).reseal().await.unwrap(), Resealed::NoGrant);
    store(&vault, only("a", 1)).replace(None, &grant()).await.unwrap();

    assert_eq!(store(&vault, both()).load().await.unwrap().unwrap().generation, Generation(1));
    assert_eq!(why(&vault, credential(), only("b", 2)).await, Unopened::UnknownKey(KeyId::new("a").unwrap()));
    assert_eq!(store(&vault, both()).reseal().await.unwrap(), Resealed::Turned);
    assert_eq!(store(&vault, both()).reseal().await.unwrap(), Resealed::AlreadyCurrent);

    let stored = store(&vault, only("b", 2)).load().await.unwrap().unwrap();
    assert_eq!(stored.grant.to_bytes().expose_secret(), grant().to_bytes().expose_secret());
    let late = store(&vault, both()).replace(Some(Generation(1)), &grant()).await.unwrap();
    assert_eq!(late, Replaced::Moved, "who loaded before builds on what is gone");
}

#[tokio::test]
async fn a_refresh_goes_on_while_the_key_is_turned() {
    let vault = Arc::new(MemoryVault::default());
    let (old, new) = (key("a", 1), key("b", 2));
    let both = KeyRing::new(new.0.clone(), new.1.clone()).with_older(old.0.clone(), old.1.clone());
    let before = store(&vault, KeyRing::new(old.0, old.1));
    before.replace(None, &Grant::ready(expired())).await.unwrap();
    let turning = store(&vault, both.clone());
    let server = server(move || {
        turning.reseal().now_or_never().unwrap().unwrap();
    })
    .await;
    let authorizer =
        authorizer_at(&server.uri(), &sandbox().await, Arc::new(store(&vault, both)), FakeClock::new());
    assert_eq!(authorizer.access_token().await.unwrap().secret().expose_secret(), "access-1");
    let stored = store(&vault, KeyRing::new(new.0, new.1)).load().await.unwrap().unwrap();
    assert_eq!(stored.grant.tokens.access.expose_secret(), "access-1");
    assert_eq!(stored.grant.state, GrantState::Ready);
}

#[test]
fn a_key_is_32_bytes_and_its_name_is_plain() {
    let text = |text: &str| SealingKey::from_base64(&SecretString::from(text)).map(|_| ());
    assert_eq!(text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"), Ok(()));
    for wrong in ["", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "AAEC", "not base64 at all!"] {
        assert_eq!(text(wrong), Err(InvalidKey::Key), "{wrong}");
    }
    for (name, is_valid) in [
        ("a", true),
        ("2026-a.b_c", true),
        ("", false),
        (&*"x".repeat(32), true),
        (&*"x".repeat(33), false),
        ("a b", false),
        ("é", false),
    ] {
        assert_eq!(KeyId::new(name).is_ok(), is_valid, "{name}");
    }
    assert!(!format!("{:?}", ring()).contains('7'), "the key's bytes are all 7");
}

fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    (-62_000_000_000_i64..250_000_000_000, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).unwrap())
}

fn grants() -> impl Strategy<Value = Grant> {
    let state = prop_oneof![
        Just(GrantState::Ready),
        instants().prop_map(|until| GrantState::Refreshing { until }),
        instants().prop_map(|since| GrantState::ConsentLost { since }),
    ];
    let scopes = proptest::option::of(proptest::collection::vec(any::<String>(), 0..4));
    let parts = (
        any::<String>(),
        proptest::option::of(any::<String>()),
        instants(),
        proptest::option::of(instants()),
        scopes,
    );
    (parts, state).prop_map(|((access, refresh, expires_at, issued_at, scopes), state)| {
        let mut tokens = TokenSet::new(access, expires_at);
        tokens.refresh = refresh.map(SecretString::from);
        tokens.issued_at = issued_at;
        tokens.scopes = scopes.map(|scopes| scopes.into_iter().map(Scope::new).collect());
        Grant::ready(tokens).with_state(state)
    })
}

proptest! {
    #[test]
    fn any_grant_survives_being_sealed_and_opened(grant in grants(), customer: String, name: String) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let credential = CredentialRef::new(CustomerId::new(customer), name);
        let store = VaultTokenStore::new(Arc::new(MemoryVault::default()), credential, ring());
        let read = runtime.block_on(async {
            store.replace(None, &grant).await.unwrap();
            store.load().await.unwrap().unwrap().grant
        });
        prop_assert_eq!(read.state, grant.state);
        prop_assert_eq!(&read.tokens.scopes, &grant.tokens.scopes);
        prop_assert!(read.to_bytes().expose_secret() == grant.to_bytes().expose_secret());
        prop_assert_eq!(read.tokens.access.expose_secret(), grant.tokens.access.expose_secret());
    }
}
