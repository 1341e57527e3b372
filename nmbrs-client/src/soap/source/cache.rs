//! What one run has read and several of the core's lists are made of.
//!
//! The core asks for each list by itself and for several at once. Whoever comes first reads; the others wait and take
//! what was read, so that each call is sent once. What failed is not kept: asking again sends again.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use sync_core::ExternalId;
use sync_core::record::{EmployeeType, Listed};
use tokio::sync::Mutex;

use super::fields::CompanyFields;
use crate::id::CompanyId;
use crate::source::CoreRow;

/// The types that are asked for, with their numbers.
pub(super) type Types = Arc<[(EmployeeType, i32)]>;

/// Somebody in the list of a type.
pub(super) type EmployeeRow = CoreRow<ExternalId, Listed>;

/// What one run has read so far.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) types: Mutex<Option<Types>>,
    companies: std::sync::Mutex<BTreeMap<CompanyId, Arc<Mutex<OfCompany>>>>,
}

/// What is known of one company.
#[derive(Debug, Default)]
pub(super) struct OfCompany {
    pub(super) employees: Option<Vec<EmployeeRow>>,
    pub(super) fields: Option<CompanyFields>,
}

impl Run {
    /// Begins anew.
    pub(super) async fn forget(&self) {
        *self.types.lock().await = None;
        self.companies.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What is known of this company; whoever holds the lock may add to it.
    pub(super) fn company(&self, id: &CompanyId) -> Arc<Mutex<OfCompany>> {
        let mut companies = self.companies.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(companies.entry(id.clone()).or_default())
    }
}
