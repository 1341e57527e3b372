//! Periods in service.

use serde::Deserialize;

use super::date::{Moment, SourceDate};
use super::per_employee::Entry;
use super::scalar::Scalar;
use crate::row::Fault;

/// One period in service. Someone who came back has several.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Employment {
    /// First day in service.
    pub start: SourceDate,
    /// Last day in service.
    pub end: SourceDate,
    /// What the work anniversary counts from, if it is not the start.
    pub seniority: SourceDate,
    /// When it was recorded; for ordering only.
    pub created_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct EmploymentWire<'a> {
    #[serde(borrow, rename = "startDate")]
    start: Scalar<'a>,
    #[serde(borrow, rename = "endDate")]
    end: Scalar<'a>,
    #[serde(borrow, rename = "seniorityDate")]
    seniority: Scalar<'a>,
    // Only here it is not called `createdAt`.
    #[serde(borrow, rename = "creationDate")]
    created: Scalar<'a>,
}

impl Entry for Employment {
    const LIST: &'static str = "employments";
    type Wire<'a> = EmploymentWire<'a>;

    fn from_wire(wire: EmploymentWire<'_>) -> Result<Self, Fault> {
        Ok(Self {
            start: wire.start.date("startDate")?,
            end: wire.end.date("endDate")?,
            seniority: wire.seniority.date("seniorityDate")?,
            created_at: wire.created.moment("creationDate")?,
        })
    }
}
