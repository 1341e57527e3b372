//! R6: who may only read cannot be taken for one who writes.
use sync_core::engine::SyncRun;
use sync_core::ports::{AccountReader, Clock, EmployeeSource, Store};

fn run<'a>(
    source: &'a dyn EmployeeSource,
    accounts: &'a dyn AccountReader,
    writer: &'a dyn AccountReader,
    store: &'a dyn Store,
    clock: &'a dyn Clock,
) -> SyncRun<'a> {
    SyncRun::new(source, accounts, writer, store, clock)
}

fn main() {
    let _ = run;
}
