//! `Service_GetList`: the periods in service of one employee. Why somebody left is not read.

use crate::model::SourceDate;

/// A period in service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceInterval {
    /// First day.
    pub start: SourceDate,
    /// Last day; a sentinel while it is open, because the vendor has no other way to say so here.
    pub end: SourceDate,
    /// What the work anniversary counts from.
    pub seniority: SourceDate,
}
