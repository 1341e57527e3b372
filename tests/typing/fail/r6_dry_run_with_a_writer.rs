//! R6: a dry run has no place for a writer.
use sync_core::engine::DryRun;
use sync_core::ports::{AccountWriter, Clock, EmployeeSource, Ledger};

fn dry_run<'a>(
    source: &'a dyn EmployeeSource,
    accounts: &'a dyn AccountWriter,
    ledger: &'a dyn Ledger,
    clock: &'a dyn Clock,
) -> DryRun<'a> {
    DryRun::new(source, accounts, ledger, clock)
}

fn main() {
    let _ = dry_run;
}
