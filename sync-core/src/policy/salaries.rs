//! Whether salaries are read at all, and what becomes of them (reference §2.19, §3.7).
//!
//! In: a choice of the customer. Out: [`Salaries`]. Never: a salary that is read without it, or a net amount in a column
//! that is called gross.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::salary::SalaryType;

/// A column of the Flex-Salary list that payroll can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the platform's list has these")]
pub enum SalaryColumn {
    /// What the budget is paid from. At the platform 0 stops it.
    Primary,
    /// A second source, such as a bonus.
    Secondary,
    /// What an hour of leave is worth.
    HourlyWage,
}

impl SalaryColumn {
    /// All of them, in the platform's order.
    pub const ALL: [Self; 3] = [Self::Primary, Self::Secondary, Self::HourlyWage];

    /// How policies spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::HourlyWage => "hourly_wage",
        }
    }

    /// Can a salary of this type stand in it? An hourly wage in the column of hourly wages, and gross amounts of a
    /// period in the others.
    pub const fn takes(self, of: &SalaryType) -> bool {
        match of {
            SalaryType::GrossHourly => matches!(self, Self::HourlyWage),
            SalaryType::GrossFulltime | SalaryType::GrossParttime => !matches!(self, Self::HourlyWage),
            SalaryType::Other(_) => false,
        }
    }
}

/// Which salaries fill which columns. Who chooses none has no salaries read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Salaries(BTreeMap<SalaryColumn, BTreeSet<SalaryType>>);

impl Salaries {
    /// This column, filled by salaries of these types.
    pub fn filling(column: SalaryColumn, types: impl IntoIterator<Item = SalaryType>) -> Self {
        Self(BTreeMap::from([(column, types.into_iter().collect())]))
    }

    /// And this column by salaries of these types.
    pub fn and(mut self, column: SalaryColumn, types: impl IntoIterator<Item = SalaryType>) -> Self {
        self.0.insert(column, types.into_iter().collect());
        self
    }

    /// The types that fill this column; `None` if the policy does not choose it.
    pub fn types_of(&self, column: SalaryColumn) -> Option<&BTreeSet<SalaryType>> {
        self.0.get(&column)
    }

    /// The columns that are chosen.
    pub fn columns(&self) -> impl Iterator<Item = SalaryColumn> + '_ {
        self.0.keys().copied()
    }

    /// Is each type of a kind that its column takes, and does each column have one?
    pub(super) fn is_sound(&self) -> bool {
        let is_filled = |(column, types): (&SalaryColumn, &BTreeSet<SalaryType>)| {
            !types.is_empty() && types.iter().all(|of| column.takes(of))
        };
        !self.0.is_empty() && self.0.iter().all(is_filled)
    }
}
