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
//! # Faults
//!
//! A fault decides, whatever the status of its answer; [`Error::code`](crate::Error::code) is its number. A refusal that
//! is no fault counts by its status, as over REST. So often at most, if it goes on happening:
//!
//! | what comes back | sent | [`ErrorKind`](crate::ErrorKind) |
//! |---|---|---|
//! | 1001: user name, token or domain are wrong | once | `Unauthorized` |
//! | 1002: the operation is switched off in the user template | once | `Forbidden` |
//! | 1003, 2003, 2004, 2009: no right to this data, employee, company, debtor, or there is none | once | `Forbidden` |
//! | 1004, 2013: no valid subscription | once | `Forbidden` |
//! | 2005, 2006, 2017, 2018, 2022, 2030: a parameter does not fit | once | `Invalid` |
//! | 2046 | once | `NotFound` |
//! | 1006: the login failed for no reason of ours | up to 3 times | `Server` |
//! | 9999: unknown | up to 3 times, whatever the policy | `Server` |
//! | any other number, or none | once | `Server` |
//! | no fault, and a status that is none of success | as over REST | as over REST |
//! | a 2xx that broke off, before or inside its envelope | up to 3 times; a stream that has given a row, once | `Interrupted` |
//! | a 2xx that is no envelope, or the answer to another question | once | `Decode` |
//! | a record or an answer over its limit | once | `TooLarge` |
//! | a record without a readable id | once | `Incomplete` |
//! | an id that is no whole number above 0 | never | `Invalid` |
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
pub use self::source::{ExtraFieldsCall, ExtraFieldsOf, SoapSource, TypesUnclear};
pub use self::splitter::{Frame, LONGEST_RECORD, Malformed, Splitter};
