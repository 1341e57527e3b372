//! R1: nothing is planned from a snapshot that was not proved complete.
use sync_core::ledger::LedgerView;
use sync_core::snapshot::{Complete, SourceSnapshot, TargetSnapshot};
use sync_core::{Plan, Policy, Run};

fn plan(
    source: &SourceSnapshot,
    target: &Complete<TargetSnapshot>,
    ledger: &LedgerView,
    policy: &Policy,
    run: &Run<'_>,
) -> Plan {
    sync_core::plan(source, target, ledger, policy, run)
}

fn main() {
    let _ = plan;
}
