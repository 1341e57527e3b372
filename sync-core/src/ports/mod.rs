//! What the outside world implements: object-safe traits, one error type, request values.
//!
//! In: nothing but the core's own types. Out: the same. Never: a vendor's name, a protocol, or a port
//! through which a reader could write: [`AccountReader`] and [`AccountWriter`] are two traits, and a dry
//! run is only ever given the first (R6).

mod authorities;
mod clock;
mod desk;
mod error;
mod lease;
mod ledger;
mod meter;
mod money;
mod retention;
mod runs;
mod salaries;
mod source;
mod target;
mod vault;

pub use authorities::{Authorities, Remembered};
pub use clock::Clock;
pub use desk::{BudgetDesk, DeskGrant, DeskMemory, HandOver, Manner, Standing};
pub use error::{PortError, PortErrorKind};
pub use lease::{Lease, LeaseId, Leased};
pub use ledger::{Certain, CompletedRun, Intent, IntentId, Ledger, MoneySeen, OpenIntent, Outcome};
pub use meter::{CeilingReached, Progress, RequestMeter};
pub use money::{Batch, Forgetting, MoneyLedger, NewBatch, Telling, ToldBy};
pub use retention::Retention;
pub use runs::{KeptPlan, RunEnd, RunEnding, RunId, RunRecord, RunStore};
pub use salaries::SalarySource;
pub use source::{EmployeeSource, RowsRequest};
pub use target::{
    AccountReader, AccountWriter, CreateRequest, ListAccounts, StateRequest, TargetCompany, UpdateRequest,
};
pub use vault::{CredentialRef, CredentialVault, SealedCredential, Swapped};

/// All that outlives a run, in one place: whoever keeps one part in another place than the others loses the
/// transactions that tie them together.
pub trait Store: Ledger + MoneyLedger + Lease + Authorities + RunStore {}

impl<T: Ledger + MoneyLedger + Lease + Authorities + RunStore + ?Sized> Store for T {}
