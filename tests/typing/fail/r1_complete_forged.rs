//! R1: that a snapshot is complete cannot be claimed.
use sync_core::snapshot::{Complete, SourceSnapshot};

fn complete(snapshot: SourceSnapshot) -> Complete<SourceSnapshot> {
    Complete(snapshot)
}

fn main() {
    let _ = complete;
}
