#![doc = include_str!("../README.md")]

pub mod account;
mod addresses;
pub mod authority;
pub mod budget;
pub mod calendar;
mod canonical;
pub mod change;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod decision;
mod digest;
pub mod email;
#[cfg(feature = "engine")]
pub mod engine;
mod euro;
pub mod evidence;
pub mod export;
mod external_id;
pub mod extra_fields;
pub mod finding;
pub mod fingerprint;
pub mod guard;
mod id;
mod in_turn;
pub mod ledger;
mod likeness;
pub mod matching;
pub mod migration;
pub mod person;
mod pii;
mod places;
pub mod plan;
pub mod policy;
pub mod quarantine;
pub mod record;
pub mod salary;
pub mod service;
pub mod snapshot;
#[cfg(all(feature = "sqlite", unix))]
pub mod sqlite;
pub mod text;

#[cfg(feature = "ports")]
pub mod ports;

pub use euro::{Euro, NoAmount};
pub use external_id::{ExternalId, Interface, NotOurs};
pub use fingerprint::FingerprintKey;
pub use id::{AccountId, CompanyId, CustomerId, DebtorId, TargetCompanyId};
pub use pii::Pii;
pub use plan::{Plan, PlanId, Run, SavedPlan, plan};
pub use policy::{Participation, Placement, Policy};
