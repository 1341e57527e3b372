//! Employment contracts. One period in service can hold several.

use serde::Deserialize;

use super::date::{Moment, SourceDate};
use super::per_employee::Entry;
use super::scalar::Scalar;
use crate::row::Fault;

/// One contract.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Contract {
    /// First day.
    pub start: SourceDate,
    /// Last day. May be set although the contract is called indefinite; then it ends all the same.
    pub end: SourceDate,
    /// Last day of the trial period.
    pub trial_end: SourceDate,
    /// Permanent or for a fixed term.
    pub indefinite: Option<bool>,
    /// Hours per week; the vendor's binary noise is kept.
    pub hours_per_week: Option<f64>,
    /// When it was recorded; for ordering only.
    pub created_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ContractWire<'a> {
    #[serde(borrow)]
    start_date: Scalar<'a>,
    #[serde(borrow)]
    end_date: Scalar<'a>,
    #[serde(borrow)]
    trial_period: Scalar<'a>,
    #[serde(borrow)]
    indefinite: Scalar<'a>,
    #[serde(borrow)]
    hours_per_week: Scalar<'a>,
    #[serde(borrow)]
    created_at: Scalar<'a>,
}

impl Entry for Contract {
    const LIST: &'static str = "contracts";
    type Wire<'a> = ContractWire<'a>;

    fn from_wire(wire: ContractWire<'_>) -> Result<Self, Fault> {
        Ok(Self {
            start: wire.start_date.date("startDate")?,
            end: wire.end_date.date("endDate")?,
            trial_end: wire.trial_period.date("trialPeriod")?,
            indefinite: wire.indefinite.flag("indefinite")?,
            hours_per_week: wire.hours_per_week.decimal("hoursPerWeek")?,
            created_at: wire.created_at.moment("createdAt")?,
        })
    }
}
