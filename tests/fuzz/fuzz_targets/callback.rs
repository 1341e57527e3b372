//! What a browser brings back: never a panic, and never tokens, whatever it is; only the right state sends anything.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use nmbrs_client::auth::{AppCredentials, Attempt, Authorizer, MemoryTokenStore, SignIn};
use nmbrs_client::{ErrorKind, RetryPolicy, Scope};
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"));

/// Nobody listens there.
static SIGN_IN: LazyLock<SignIn> = LazyLock::new(|| {
    let app = AppCredentials::new("id", "secret");
    let authorizer = Authorizer::builder(app, Arc::new(MemoryTokenStore::empty()))
        .identity_url("http://127.0.0.1:1")
        .retry(RetryPolicy::never())
        .build()
        .expect("an authorizer");
    authorizer.sign_in("http://127.0.0.1:1/callback", [Scope::COMPANY_INFO_READ]).expect("a sign-in")
});

fuzz_target!(|callback: &str| {
    let attempt = Attempt::resume("http://127.0.0.1:1/", "state-of-ours", None);
    let error = RUNTIME.block_on(SIGN_IN.finish(attempt, callback)).expect_err("nobody gives tokens");
    if error.kind() == ErrorKind::Connect {
        assert!(callback.contains("state") && callback.contains("code"), "sent without a state and a code");
    }
});
