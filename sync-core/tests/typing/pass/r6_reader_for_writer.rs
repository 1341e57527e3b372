//! R6: a writer must be given as such.
use sync_core::engine::{Apply, DryRun};
use sync_core::ports::AccountWriter;

fn apply<'a>(dry_run: DryRun<'a>, accounts: &'a dyn AccountWriter) -> Apply<'a> {
    Apply::new(dry_run, accounts)
}

fn main() {
    let _ = apply;
}
