//! R6: a writer does.
use sync_core::account::Account;
use sync_core::ports::{AccountWriter, PortError, StateRequest};

async fn deactivate(accounts: &dyn AccountWriter, request: &StateRequest) -> Result<Account, PortError> {
    accounts.deactivate(request).await
}

fn main() {
    let _ = deactivate;
}
