//! R6: a reader has no operation that writes.
use sync_core::account::Account;
use sync_core::ports::{AccountReader, PortError, StateRequest};

async fn deactivate(accounts: &dyn AccountReader, request: &StateRequest) -> Result<Account, PortError> {
    accounts.deactivate(request).await
}

fn main() {
    let _ = deactivate;
}
