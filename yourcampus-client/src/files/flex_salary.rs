//! The list of salaries for the platform's import of Flex Salary, which a person uploads.
//!
//! In: addresses with amounts, and the column that the amounts are for. Out: a file of two columns, the address and that
//! one, readable by its owner only. Never: a cell that is empty or 0 (a 0 stops a budget's source at the platform), one
//! address twice, an amount in `Debug` or an error, a name that the platform's other channel would pick up, or a file that
//! is not such a list overwritten.
//!
//! The columns for leave balances are left out: what payroll's interface gives does not fill them.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use super::atomic::{self, FileError, Put};
use super::list_of_ours::is_headed;
use super::roster::{RowProblem, is_picked_up};
use super::sheet::Sheet;

const EMAIL: &str = "Email";

/// A column that payroll can fill, by the platform's own header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlexSalaryColumn {
    /// `Primary Salary Source`
    Primary,
    /// `Secondary Salary Source`
    Secondary,
    /// `Gross Hourly Wage`
    GrossHourlyWage,
}

impl FlexSalaryColumn {
    const ALL: [Self; 3] = [Self::Primary, Self::Secondary, Self::GrossHourlyWage];

    /// The header of the column.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Primary => "Primary Salary Source",
            Self::Secondary => "Secondary Salary Source",
            Self::GrossHourlyWage => "Gross Hourly Wage",
        }
    }
}

#[cfg(feature = "sync")]
impl From<sync_core::policy::SalaryColumn> for FlexSalaryColumn {
    fn from(column: sync_core::policy::SalaryColumn) -> Self {
        match column {
            sync_core::policy::SalaryColumn::Primary => Self::Primary,
            sync_core::policy::SalaryColumn::Secondary => Self::Secondary,
            sync_core::policy::SalaryColumn::HourlyWage => Self::GrossHourlyWage,
        }
    }
}

/// One person. `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlexSalaryRow {
    /// The address of an account that exists; the platform skips others without a word.
    pub email: String,
    /// Euro, as digits with a point: `2500.00`, `14.4375`.
    pub amount: String,
}

impl FlexSalaryRow {
    /// So much for this address.
    pub fn new(email: impl Into<String>, amount: impl Into<String>) -> Self {
        Self { email: email.into(), amount: amount.into() }
    }
}

impl fmt::Debug for FlexSalaryRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlexSalaryRow").finish_non_exhaustive()
    }
}

#[cfg(feature = "sync")]
impl From<&sync_core::export::FlexSalaryRow> for FlexSalaryRow {
    fn from(row: &sync_core::export::FlexSalaryRow) -> Self {
        Self::new(row.email.expose(), row.amount.to_decimal())
    }
}

/// A whole list, ready to be put in place. `Debug` prints nothing of it.
#[derive(Clone)]
pub struct FlexSalaryFile {
    bytes: Vec<u8>,
    refused: Vec<(usize, RowProblem)>,
}

/// Why a list of salaries could not be put in place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlexSalaryError {
    /// A file of this name would be picked up as a roster.
    #[error("{} is a name that the platform picks up as a roster", .0.display())]
    PickedUp(PathBuf),
    /// What stands under the name is no list of salaries.
    #[error("{} is there and is no list of salaries", .0.display())]
    NotOurs(PathBuf),
    /// The file system.
    #[error(transparent)]
    File(#[from] FileError),
}

impl FlexSalaryFile {
    /// Makes the file of these rows, but of those that cannot stand in it. Nothing is changed to fit.
    ///
    /// ```
    /// use yourcampus_client::files::{FlexSalaryColumn, FlexSalaryFile, FlexSalaryRow};
    ///
    /// let rows = [FlexSalaryRow::new("jan@acme.nl", "14.4375"), FlexSalaryRow::new("kim@acme.nl", "0.00")];
    /// let file = FlexSalaryFile::of(FlexSalaryColumn::GrossHourlyWage, &rows);
    /// assert_eq!(file.refused().len(), 1);
    /// assert_eq!(file.bytes(), b"Email,Gross Hourly Wage\r\njan@acme.nl,14.4375\r\n");
    /// ```
    pub fn of(column: FlexSalaryColumn, rows: &[FlexSalaryRow]) -> Self {
        let mut sheet = Sheet::new([EMAIL, column.header()]);
        let (mut refused, mut addresses) = (Vec::new(), BTreeSet::new());
        for (at, row) in rows.iter().enumerate() {
            if let Err(problem) = push(&mut sheet, column, row, &mut addresses) {
                refused.push((at, problem));
            }
        }
        Self { bytes: sheet.into_bytes(), refused }
    }

    /// The rows that are not in it, by their places, and why.
    pub fn refused(&self) -> &[(usize, RowProblem)] {
        &self.refused
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Puts the list at `path`, whole or not at all, in the place of an earlier list.
    ///
    /// # Errors
    /// [`FlexSalaryError`]; what was there stays, unless the
    /// [file system says otherwise](FileError::may_have_been_written).
    pub fn put(&self, path: &Path) -> Result<Put, FlexSalaryError> {
        if is_picked_up(path) {
            return Err(FlexSalaryError::PickedUp(path.to_owned()));
        }
        let is_ours = |bytes: &[u8]| {
            FlexSalaryColumn::ALL.iter().any(|column| is_headed(bytes, &[EMAIL, column.header()]))
        };
        if atomic::read(path)?.is_some_and(|there| !is_ours(&there)) {
            return Err(FlexSalaryError::NotOurs(path.to_owned()));
        }
        Ok(atomic::replace(path, &self.bytes)?)
    }
}

impl fmt::Debug for FlexSalaryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlexSalaryFile").field("refused", &self.refused).finish_non_exhaustive()
    }
}

fn push(
    sheet: &mut Sheet<2>,
    column: FlexSalaryColumn,
    row: &FlexSalaryRow,
    addresses: &mut BTreeSet<String>,
) -> Result<(), RowProblem> {
    if row.email.trim().is_empty() {
        return Err(RowProblem::Empty(EMAIL));
    }
    if !is_more_than_nothing(&row.amount) {
        return Err(RowProblem::NoAmount(column.header()));
    }
    let address = row.email.trim().to_lowercase();
    if addresses.contains(&address) {
        return Err(RowProblem::Twice);
    }
    sheet.push([&row.email, &row.amount]).map_err(RowProblem::Cell)?;
    addresses.insert(address);
    Ok(())
}

/// Digits, perhaps a point and more digits, and one of them is not 0.
fn is_more_than_nothing(amount: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
    is_digits(whole) && is_digits(fraction) && amount.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(rows: &[FlexSalaryRow]) -> Vec<(usize, String)> {
        let file = FlexSalaryFile::of(FlexSalaryColumn::Primary, rows);
        file.refused().iter().map(|(at, why)| (*at, why.to_string())).collect()
    }

    #[test]
    fn no_cell_is_empty_or_nothing_and_no_address_stands_twice() {
        for amount in ["", "0", "0.00", "-5", "1.", ".5", "1,5", "1e3", " 1", "+1", "much"] {
            let expected = "Primary Salary Source is no amount above 0".to_owned();
            assert_eq!(refused(&[FlexSalaryRow::new("a@x.nl", amount)]), [(0, expected)], "{amount}");
        }
        let twice = [FlexSalaryRow::new("a@x.nl", "1"), FlexSalaryRow::new("A@x.nl", "2")];
        assert_eq!(refused(&twice), [(1, "the address stands in the file already".to_owned())]);
        assert_eq!(refused(&[FlexSalaryRow::new(" ", "1")]), [(0, "Email is empty".to_owned())]);
        let formula = FlexSalaryRow::new("+a@x.nl", "1");
        assert_eq!(refused(&[formula]).len(), 1, "r23");
    }

    #[test]
    fn nothing_of_a_salary_is_printed() {
        let row = FlexSalaryRow::new("a@x.nl", "2480.50");
        let file = FlexSalaryFile::of(FlexSalaryColumn::Primary, std::slice::from_ref(&row));
        assert!(!format!("{row:?}{file:?}").contains("2480") && !format!("{row:?}{file:?}").contains("x.nl"));
    }

    #[test]
    fn a_list_replaces_a_list_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("yourcampus-flex-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("salaries.csv");
        let file = |amount: &str| {
            FlexSalaryFile::of(FlexSalaryColumn::Primary, &[FlexSalaryRow::new("a@x.nl", amount)])
        };
        assert_eq!(file("1").put(&path).unwrap(), Put::New);
        let hourly = FlexSalaryFile::of(FlexSalaryColumn::GrossHourlyWage, &[]);
        assert_eq!(hourly.put(&path).unwrap(), Put::Replaced);
        std::fs::write(&path, "customer = \"acme\"").unwrap();
        assert!(matches!(file("1").put(&path), Err(FlexSalaryError::NotOurs(_))));
        let picked_up = folder.join("alleo_employees_salaries.csv");
        assert!(matches!(file("1").put(&picked_up), Err(FlexSalaryError::PickedUp(_))));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
