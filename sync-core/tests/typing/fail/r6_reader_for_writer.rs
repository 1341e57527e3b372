//! R6: who may only read cannot be taken for one who writes.
use sync_core::engine::{Apply, DryRun};
use sync_core::ports::AccountReader;

fn apply<'a>(dry_run: DryRun<'a>, accounts: &'a dyn AccountReader) -> Apply<'a> {
    Apply::new(dry_run, accounts)
}

fn main() {
    let _ = apply;
}
