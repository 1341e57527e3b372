//! R1: the builder finds it out.
use sync_core::snapshot::{Complete, Incomplete, SourceSnapshot, SourceSnapshotBuilder};

fn complete(builder: SourceSnapshotBuilder) -> Result<Complete<SourceSnapshot>, Incomplete> {
    builder.finish()
}

fn main() {
    let _ = complete;
}
