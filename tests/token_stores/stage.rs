//! What every test stands on: folders, stores, a sandbox that ends a consent whose token is shown twice, and a clock.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use nmbrs_client::Clock;
use nmbrs_client::auth::{
    AppCredentials, Authorizer, FileTokenStore, FileVault, KeyId, KeyRing, MemoryTokenStore, SealingKey,
    TokenSet, TokenStore, VaultTokenStore,
};
use nmbrs_client::sandbox::{Sandbox, World};
use serde_json::Value;
use sync_core::CustomerId;
use sync_core::ports::{CredentialRef, CredentialVault};

use crate::memory_vault::MemoryVault;

/// A folder of a test's own, gone with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("token_stores-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies in the target directory and harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Every kind of store there is, each empty.
pub(crate) fn every_store(folder: &Folder) -> Vec<(&'static str, Arc<dyn TokenStore>)> {
    vec![
        ("memory", Arc::new(MemoryTokenStore::empty())),
        ("file", plain(folder.root())),
        ("vault in memory", sealed(Arc::new(MemoryVault::default()))),
        ("vault of files", sealed(Arc::new(FileVault::new(folder.root())))),
    ]
}

/// A store that processes can share.
pub(crate) fn shared(folder: &Path, is_sealed: bool) -> Arc<dyn TokenStore> {
    if is_sealed { sealed(Arc::new(FileVault::new(folder))) } else { plain(folder) }
}

fn plain(folder: &Path) -> Arc<dyn TokenStore> {
    Arc::new(FileTokenStore::new(folder.join("grant.json")))
}

fn sealed(vault: Arc<dyn CredentialVault>) -> Arc<dyn TokenStore> {
    Arc::new(VaultTokenStore::new(vault, credential(), ring()))
}

pub(crate) fn credential() -> CredentialRef {
    CredentialRef::new(CustomerId::new("Voorbeeld B.V."), "nmbrs")
}

pub(crate) fn ring() -> KeyRing {
    KeyRing::new(KeyId::new("2026-a").unwrap(), SealingKey::from_bytes([7; 32]))
}

/// Sleeping moves it on at once.
#[derive(Debug)]
pub(crate) struct FakeClock(Mutex<DateTime<Utc>>);

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, wait: Duration) {
        *self.0.lock().unwrap() += wait;
    }
}

impl FakeClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(start())))
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

/// An Nmbrs whose access tokens live for a minute, so that each is as good as over and each call refreshes.
pub(crate) async fn short_lived() -> Sandbox {
    let sandbox = sandbox().await;
    let (status, _) = sandbox.control("POST", "tokens", br#"{"access_lifetime_seconds": 60}"#);
    assert_eq!(status, 204);
    sandbox
}

pub(crate) async fn sandbox() -> Sandbox {
    Sandbox::start(World::dutch(3, 1, NaiveDate::from_ymd_opt(2026, 1, 5).unwrap())).await.unwrap()
}

/// The tokens the sandbox issued last; the access token counts as over.
pub(crate) fn issued(sandbox: &Sandbox) -> TokenSet {
    let keys = sandbox.credentials();
    TokenSet::new(keys.access_token, DateTime::UNIX_EPOCH).with_refresh(keys.refresh_token)
}

/// The tokens of a new consent.
pub(crate) async fn new_consent(sandbox: &Sandbox) -> TokenSet {
    let (_, code) = sandbox.control("POST", "codes", br#"{"redirect_uri": "http://127.0.0.1/back"}"#);
    let code = code["code"].as_str().unwrap();
    let answer = token_request(
        sandbox,
        &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", "http://127.0.0.1/back")],
    )
    .await;
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    TokenSet::new(text("access_token"), DateTime::UNIX_EPOCH).with_refresh(text("refresh_token"))
}

/// What the token endpoint says to a plain request.
pub(crate) async fn token_request(sandbox: &Sandbox, form: &[(&str, &str)]) -> Value {
    let keys = sandbox.credentials();
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs([("client_id", &keys.client_id), ("client_secret", &keys.client_secret)])
        .extend_pairs(form);
    let request = reqwest::Client::new().post(format!("{}/connect/token", sandbox.identity_url()));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.finish());
    serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
}

pub(crate) fn authorizer(sandbox: &Sandbox, store: Arc<dyn TokenStore>, clock: Arc<dyn Clock>) -> Authorizer {
    authorizer_at(&sandbox.identity_url(), sandbox, store, clock)
}

pub(crate) fn authorizer_at(
    identity_url: &str,
    sandbox: &Sandbox,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
) -> Authorizer {
    let keys = sandbox.credentials();
    let app = AppCredentials::new(keys.client_id, keys.client_secret);
    Authorizer::builder(app, store).identity_url(identity_url).clock(clock).build().unwrap()
}

/// State and number of refreshes of the sandbox's `number`th consent, from 0.
pub(crate) fn consent(sandbox: &Sandbox, number: usize) -> (String, u64) {
    let (_, grants) = sandbox.control("GET", "grants", b"");
    let grant = &grants[number];
    let state = match grant["ended_by"].as_str() {
        Some(why) => format!("ended by {why}"),
        None => grant["state"].as_str().unwrap().to_owned(),
    };
    (state, grant["refreshes"].as_u64().unwrap())
}

/// How many token requests the sandbox got, and how many of them it refused.
pub(crate) fn token_requests(sandbox: &Sandbox) -> (usize, usize) {
    let all = sandbox.requests();
    let tokens = all.iter().filter(|request| request.path == "/connect/token");
    (tokens.clone().count(), tokens.filter(|request| request.status >= 400).count())
}
