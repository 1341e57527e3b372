//! R1: it is planned from complete snapshots of both sides.
use sync_core::ledger::LedgerView;
use sync_core::snapshot::{Complete, SourceSnapshot, TargetSnapshot};
use sync_core::{Plan, Policy, Run};

fn plan(
    source: &Complete<SourceSnapshot>,
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
