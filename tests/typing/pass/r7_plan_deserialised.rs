//! R7: what is read from a file is a saved plan, which has no values.
use sync_core::SavedPlan;

fn open(file: &[u8]) -> Option<SavedPlan> {
    SavedPlan::open(file).ok()
}

fn main() {
    let _ = open;
}
