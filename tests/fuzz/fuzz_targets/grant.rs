//! A stored grant: refused, or the same again when it is written and read. Never a panic, never a token in a refusal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nmbrs_client::auth::Grant;
use secrecy::ExposeSecret;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(grant) = Grant::from_bytes(bytes) {
        let written = grant.to_bytes();
        let again = Grant::from_bytes(written.expose_secret()).expect("what was written is read");
        assert_eq!(again.to_bytes().expose_secret(), written.expose_secret());
    }
});
