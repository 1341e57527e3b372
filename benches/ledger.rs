//! How long the ledger's own writes of a first run take.
fn main() {}
