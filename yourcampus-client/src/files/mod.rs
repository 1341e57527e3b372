//! Files for YourCampus' people and machines: what the API cannot take is handed over as CSV.
//!
//! Rows come in, exact bytes go out, and bytes are put in place whole. No cell is ever changed to fit: what a
//! spreadsheet could take for a formula, or what cannot be shown, refuses its row and names its column.
//!
//! | file | rule |
//! |---|---|
//! | `grant_list` | the list of budgets that support assigns in bulk |
//! | `sheet` | a table as CSV; which texts are refused |
//! | `atomic` | a private file that is never half written |

mod atomic;
mod grant_list;
mod sheet;

pub use self::atomic::{FileError, FileErrorKind, Put};
pub use self::grant_list::{
    BudgetKind, GrantAct, GrantListError, GrantListProblem, GrantRow, grant_list, grant_list_name,
};
pub use self::sheet::{CellError, CellProblem};
