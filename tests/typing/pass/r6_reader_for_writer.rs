//! R6: a writer must be given as such.
use sync_core::engine::SyncRun;
use sync_core::ports::{AccountReader, AccountWriter, Clock, EmployeeSource, Store};

fn run<'a>(
    source: &'a dyn EmployeeSource,
    accounts: &'a dyn AccountReader,
    writer: &'a dyn AccountWriter,
    store: &'a dyn Store,
    clock: &'a dyn Clock,
) -> SyncRun<'a> {
    SyncRun::new(source, accounts, writer, store, clock)
}

fn main() {
    let _ = run;
}
