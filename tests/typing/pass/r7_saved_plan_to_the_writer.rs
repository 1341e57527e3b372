//! R7: it takes requests.
use sync_core::account::Account;
use sync_core::ports::{AccountWriter, CreateRequest, PortError};

async fn create(writer: &dyn AccountWriter, request: &CreateRequest) -> Result<Account, PortError> {
    writer.create(request).await
}

fn main() {
    let _ = create;
}
