#![doc = include_str!("../README.md")]

mod attempts;
pub mod auth;
mod call;
mod client;
mod clock;
mod companies;
mod error;
mod gather;
mod id;
mod keys;
mod list;
mod meter;
pub mod model;
mod object;
mod observer;
mod operation;
mod pace;
mod page;
mod pii;
mod problem;
mod retry;
mod retry_after;
mod row;
#[cfg(feature = "sync")]
mod salary_source;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod scope;
#[cfg(feature = "soap")]
pub mod soap;
#[cfg(feature = "sync")]
mod source;
mod throttle;
mod transport;

pub use self::client::{NmbrsClient, NmbrsClientBuilder};
pub use self::clock::{Clock, SystemClock};
pub use self::error::{Error, ErrorKind, Incomplete, Result};
pub use self::id::{CompanyId, DebtorId, EmployeeId, ExtraFieldId, InvalidId, RowId};
pub use self::list::{List, Listing};
pub use self::meter::{CeilingReached, RequestMeter, Stats};
pub use self::observer::{Exchange, Observer};
pub use self::operation::Operation;
pub use self::pace::{Pace, PacePolicy};
pub use self::page::Page;
pub use self::pii::Pii;
pub use self::retry::RetryPolicy;
pub use self::row::{Row, Unreadable, Why};
#[cfg(feature = "sync")]
pub use self::salary_source::NmbrsSalaries;
pub use self::scope::Scope;
#[cfg(feature = "sync")]
pub use self::source::NmbrsSource;
pub use self::transport::Timeouts;
