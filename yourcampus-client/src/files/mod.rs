//! Files for YourCampus' people and machines: what the API cannot take is handed over as CSV.
//!
//! Rows come in, exact bytes go out, and bytes are put in place whole. No cell is ever changed to fit: what a
//! spreadsheet could take for a formula, or what cannot be shown, refuses its row and names its column.
//!
//! | file | rule |
//! |---|---|
//! | `grant_list` | the list of budgets that support assigns in bulk |
//! | `grant_list_desk`, `desk_mark` | a folder of such lists as a budget desk; what the folder remembers (feature `sync`) |
//! | `roster` | everybody, for the platform's pick-up by FTP or SFTP |
//! | `flex_salary` | salaries, for the platform's import of Flex Salary |
//! | `list_of_ours` | reading back the addresses of a file of ours |
//! | `sheet` | a table as CSV; which texts are refused |
//! | `atomic` | a private file that is never half written |

mod atomic;
#[cfg(feature = "sync")]
mod desk_mark;
mod flex_salary;
mod grant_list;
#[cfg(feature = "sync")]
mod grant_list_desk;
mod list_of_ours;
mod roster;
mod sheet;

pub use self::atomic::{FileError, FileErrorKind, Put, create};
pub use self::flex_salary::{FlexSalaryColumn, FlexSalaryError, FlexSalaryFile, FlexSalaryRow};
pub use self::grant_list::{
    BudgetKind, GrantAct, GrantListError, GrantListProblem, GrantRow, grant_list, grant_list_name,
};
#[cfg(feature = "sync")]
pub use self::grant_list_desk::GrantListDesk;
pub use self::roster::{RosterError, RosterExport, RosterFile, RosterRow, RowProblem};
pub use self::sheet::{CellError, CellProblem};
