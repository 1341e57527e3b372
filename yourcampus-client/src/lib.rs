#![doc = include_str!("../README.md")]

#[cfg(feature = "sync")]
mod accounts;
mod api;
mod auth;
mod base_url;
mod client;
mod clock;
mod config;
mod employee;
mod employee_edit;
mod error;
mod fake;
mod fields;
#[cfg(feature = "files")]
pub mod files;
mod http_api;
mod id;
mod json;
mod listing;
mod meter;
mod new_employee;
mod observer;
mod operation;
mod pace;
mod problem;
mod retry;
mod row;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod stats;
mod transport;
mod writable;

#[cfg(feature = "sync")]
pub use accounts::{YourCampusReader, YourCampusWriter};
pub use api::{CustomerApiRead, CustomerApiWrite, EmployeeFilter, EmployeePage, MAX_PAGE, PageRequest};
pub use client::HttpCustomerApi;
pub use clock::{Clock, SystemClock};
pub use config::{
    ACCESS_KEY, BASE_URL, ConfigError, CustomerApiConfig, CustomerApiConfigBuilder, SECRET_KEY,
};
pub use employee::{Company, CompanyGroup, Employee, Timestamp};
pub use employee_edit::{EmployeeEdit, EmployeeEditDraft, Patch};
pub use error::{Error, ErrorKind, FieldProblem};
pub use fake::{FakeCustomerApi, FakeReader, FakeWriter};
pub use http_api::{HttpReader, HttpWriter};
pub use id::{CompanyGroupId, CompanyId, EmployeeId};
pub use listing::{Listing, all_employees};
pub use meter::{CeilingReached, RequestMeter};
pub use new_employee::{NewEmployee, NewEmployeeDraft};
pub use observer::{Exchange, Observer};
pub use operation::Operation;
pub use pace::{Pace, PacePolicy, RateLimit};
pub use retry::RetryPolicy;
pub use row::{Misread, Row, UnreadableRow};
pub use stats::Stats;
pub use writable::{FieldError, FieldErrorKind, MAX_EMAIL, MAX_TEXT};
