//! R7: a writer takes values, and a saved plan has none.
use sync_core::SavedPlan;
use sync_core::account::Account;
use sync_core::ports::{AccountWriter, PortError};

async fn create(writer: &dyn AccountWriter, saved: &SavedPlan) -> Result<Account, PortError> {
    writer.create(saved).await
}

fn main() {
    let _ = create;
}
