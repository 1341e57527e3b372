//! Working hours of each employee, as history.

use crate::model::{Moment, SourceDate};

/// Working hours from a day on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Schedule {
    /// The first day on which they count.
    pub start: SourceDate,
    /// Hours from Monday to Sunday of the first week.
    pub first_week: [Option<f64>; 7],
    /// The same of the second week; all 0 when the roster repeats each week.
    pub second_week: [Option<f64>; 7],
    /// How much of a full job it is, in percent.
    pub parttime_percentage: Option<f64>,
    /// When it was recorded; for ordering only.
    pub created_at: Option<Moment>,
}
