//! The SOAP API (version 3), which the vendor switches off on **1 March 2027**; this module goes with it.
//!
//! The same records come out as over REST, in the types of [`crate::model`]. What differs is the way: one answer holds a
//! whole company without pages, so it is read as a stream, record by record, in memory that does not grow with it.
//!
//! | file | holds |
//! |---|---|
//! | `client`, `builder` | one function for each operation; the set-up |
//! | `credentials`, `domain`, `envelope` | who asks, in which environment; the bytes of a request |
//! | `call`, `list` | one call, repeated as far as that helps; its records as a stream, or whole |
//! | `operation` | the closed list of what can be asked, with the exact spelling of every name on the wire |
//! | `splitter` | bytes in, whole records out; without I/O |
//! | `answer`, `skeleton`, `token` | for it: the shape of an answer, the elements around the records, where a tag ends |
//! | `node` | one record's elements, in order: nil, empty and missing are all "nothing" |
//! | `scalar` | what one value means: numbers, days, moments, flags |
//! | `records` | which element means what, one file for each kind of record |
//! | `reading` | bytes in, typed rows out; without I/O |
//! | `fault`, `problem` | the numbers that hide in the text of a fault; what they mean |
//!
//! What can never happen: an operation that is not on the list, an answer that broke off and passes for a whole one, a
//! fault that passes for an empty list, a credential in an address, a log or an error.

mod answer;
mod builder;
mod call;
mod client;
mod credentials;
mod domain;
mod envelope;
mod fault;
mod list;
mod node;
pub(crate) mod operation;
mod problem;
mod reading;
mod records;
mod scalar;
mod skeleton;
#[cfg(feature = "sync")]
mod source;
mod splitter;
mod token;

pub use self::builder::SoapClientBuilder;
pub use self::client::SoapClient;
pub use self::credentials::Credentials;
pub use self::domain::{Domain, InvalidDomain};
pub use self::fault::SoapFault;
pub use self::list::Records;
pub use self::operation::{Operation, Service};
pub use self::reading::{Reading, Unusable};
pub use self::records::{
    Department, EmployeeTypeId, EmployeeTypeName, Function, Manager, PayrollPeriod, PeriodKind, Schedule,
    ServiceInterval,
};
#[cfg(feature = "sync")]
pub use self::source::{ExtraFieldsCall, SoapSource, TypesUnclear};
pub use self::splitter::{Frame, LONGEST_RECORD, Malformed, Splitter};
