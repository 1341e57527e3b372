//! R6: a dry run takes readers.
use sync_core::engine::DryRun;
use sync_core::ports::{AccountReader, Clock, EmployeeSource, Ledger};

fn dry_run<'a>(
    source: &'a dyn EmployeeSource,
    accounts: &'a dyn AccountReader,
    ledger: &'a dyn Ledger,
    clock: &'a dyn Clock,
) -> DryRun<'a> {
    DryRun::new(source, accounts, ledger, clock)
}

fn main() {
    let _ = dry_run;
}
