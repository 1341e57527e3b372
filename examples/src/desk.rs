//! Where this customer's grants go: the folder that the configuration names.
//!
//! In: `budgets.folder`. Out: the desk that writes lists there, if there is one. Never: a folder that is made on the way:
//! it remembers what it took, and an empty one in its place would say that it took nothing.

use sync_core::budget::Mark;
use sync_core::ports::{DeskMemory, PortError};
use yourcampus_client::files::GrantListDesk;

use crate::config::Config;

/// The desk of this customer; none where the policy gives no money, or nothing says where it goes.
pub fn of(config: &Config) -> Option<GrantListDesk> {
    config.policy.budgets.as_ref()?;
    config.grants.as_ref().map(GrantListDesk::new)
}

/// What the desk took last, if there is a desk.
///
/// # Errors
/// When it cannot say.
pub async fn mark(config: &Config) -> Result<Option<Mark>, PortError> {
    match of(config) {
        Some(desk) => desk.mark(&config.customer).await,
        None => Ok(None),
    }
}
