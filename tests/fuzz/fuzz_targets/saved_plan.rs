//! A file that says it is a plan: refused, or the same again when it is opened again. Never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_core::SavedPlan;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(plan) = SavedPlan::open(bytes) {
        assert_eq!(SavedPlan::open(bytes).as_ref(), Ok(&plan));
    }
});
