//! Lists for those ways into the platform that take files: who is in them, with which values, and why.
//!
//! In: the same as for [`plan()`](crate::plan()), and for one list the salaries that payroll has in force. Out: rows with
//! values, and beside them who has no row or not the one that payroll would want, by id and reason. Never: a rule of their
//! own about who is on- or offboarded (they carry out what the plan decided, R25), somebody offboarded by being left out,
//! or a row that writes less than what is known.
//!
//! | file | list |
//! |---|---|
//! | `roster` | everybody, for the platform's integration by file (channel A) |
//! | `brakes` | when a roster must not take the place of the last one |
//! | `flex_salary` | salaries, for the platform's import of Flex Salary (channel D) |
//! | `reason` | what is told about people, in words |

mod brakes;
mod flex_salary;
mod reason;
mod roster;

pub use brakes::RosterBrake;
pub use flex_salary::{FlexSalaryList, FlexSalaryRow, SalariesInForce, flex_salaries};
pub use reason::{ExportReason, Note, Subject, Why};
pub use roster::{NoRoster, Roster, RosterId, RosterRow, roster};
