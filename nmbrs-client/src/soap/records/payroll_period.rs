//! `Company_GetCurrentPeriod`: the payroll period in which a company is, as `2026-5-M`.

use crate::model::Period;

/// A payroll period, and how long the periods of its company are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PayrollPeriod {
    /// The year, and the number of the period in it.
    pub period: Period,
    /// How long the company's periods are.
    pub kind: PeriodKind,
}

/// How long the payroll periods of a company are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PeriodKind {
    /// A month (`M`).
    Month,
    /// Four weeks (`W4` or `4W`).
    FourWeeks,
    /// A week (`W1` or `1W`).
    Week,
    /// A kind this crate does not know, as it was spelt.
    Other(String),
}
