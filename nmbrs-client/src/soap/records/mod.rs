//! What the records of each operation hold, and how one is read from its elements.

pub(super) mod department;
pub(super) mod employee_type;
pub(super) mod function;
pub(super) mod manager;
pub(super) mod payroll_period;
pub(super) mod schedule;
pub(super) mod service_interval;
