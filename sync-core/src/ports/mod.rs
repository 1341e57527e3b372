//! What the outside world implements: object-safe traits, one error type, request values.
//!
//! In: nothing but the core's own types. Out: the same. Never: a vendor's name, a protocol, or a port
//! through which a reader could write: [`AccountReader`] and [`AccountWriter`] are two traits, and a dry
//! run is only ever given the first (R6).

mod clock;
mod error;
mod ledger;
mod meter;
mod source;
mod target;
mod vault;

pub use clock::Clock;
pub use error::{PortError, PortErrorKind};
pub use ledger::{CompletedRun, Intent, IntentId, Ledger, Outcome};
pub use meter::{CeilingReached, Progress, RequestMeter};
pub use source::{EmployeeSource, RowsRequest};
pub use target::{
    AccountReader, AccountWriter, CreateRequest, ListAccounts, StateRequest, TargetCompany, UpdateRequest,
};
pub use vault::{CredentialRef, CredentialVault, SealedCredential, Swapped};
