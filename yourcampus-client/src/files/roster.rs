//! The roster: everybody, for the platform's integration by file (its channel over FTP or SFTP).
//!
//! In: rows. Out: exact bytes, and one file of a fixed name in a folder from which the platform picks up. Never: two files
//! that match the platform's pattern side by side (it processes every one of them at every pick-up, so that an old one
//! undoes a new one), a half-written file under a name that matches, one address twice, or a file that is not a roster of
//! ours overwritten.
//!
//! Documented are the columns up to `Work anniversary`, commas, and dates as `YYYY-MM-DD`. Character set, quoting and line
//! ends are ours, and have to be agreed with support; so has a column for our ids, whose name nobody documents.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::atomic::{self, FileError, Put};
use super::list_of_ours::{first_cells, is_headed};
use super::sheet::{CellError, Sheet};

/// The columns that are documented, in that order.
const HEADER: [&str; 8] = [
    "Email",
    "First name",
    "Last name",
    "Prefix",
    "Onboarding date",
    "Offboarding date",
    "Birthday",
    "Work anniversary",
];

/// The platform takes every file whose name begins and ends so.
const PATTERN: (&str, &str) = ("alleo_employees_", ".csv");

/// The one name that we write.
const NAME: &str = "alleo_employees_all.csv";

/// One person. `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RosterRow {
    /// The address by which the platform knows the person.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name without infix.
    pub last_name: String,
    /// Name infix.
    pub prefix: Option<String>,
    /// The first day.
    pub onboarding: Option<NaiveDate>,
    /// The last day with access; the platform deactivates at 23:00 UTC of that day.
    pub offboarding: Option<NaiveDate>,
    /// Date of birth.
    pub birthday: Option<NaiveDate>,
    /// Day from which anniversaries count.
    pub work_anniversary: Option<NaiveDate>,
}

impl RosterRow {
    /// What a row must have.
    pub fn new(
        email: impl Into<String>,
        first_name: impl Into<String>,
        last_name: impl Into<String>,
    ) -> Self {
        Self {
            email: email.into(),
            first_name: first_name.into(),
            last_name: last_name.into(),
            prefix: None,
            onboarding: None,
            offboarding: None,
            birthday: None,
            work_anniversary: None,
        }
    }

    fn cells(&self) -> [String; 8] {
        let date = |date: Option<NaiveDate>| date.map_or(String::new(), |date| date.to_string());
        [
            self.email.clone(),
            self.first_name.clone(),
            self.last_name.clone(),
            self.prefix.clone().unwrap_or_default(),
            date(self.onboarding),
            date(self.offboarding),
            date(self.birthday),
            date(self.work_anniversary),
        ]
    }
}

impl fmt::Debug for RosterRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RosterRow").finish_non_exhaustive()
    }
}

#[cfg(feature = "sync")]
impl From<&sync_core::export::RosterRow> for RosterRow {
    fn from(row: &sync_core::export::RosterRow) -> Self {
        Self {
            email: row.email.expose().clone(),
            first_name: row.first_name.expose().clone(),
            last_name: row.last_name.expose().clone(),
            prefix: row.prefix.as_ref().map(|prefix| prefix.expose().clone()),
            onboarding: row.onboarding,
            offboarding: row.offboarding,
            birthday: row.birthday.as_ref().map(|date| *date.expose()),
            work_anniversary: row.work_anniversary.as_ref().map(|date| *date.expose()),
        }
    }
}

/// Why a row cannot stand in a file. Names the column and never a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowProblem {
    /// A cell that must be filled is not.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// What should be an amount of more than nothing is none.
    #[error("{0} is no amount above 0")]
    NoAmount(&'static str),
    /// A row before it has the same address.
    #[error("the address stands in the file already")]
    Twice,
    /// A text cannot stand in a file as it is.
    #[error(transparent)]
    Cell(CellError),
}

/// A whole roster, ready to be put in place. `Debug` prints nothing of it.
#[derive(Clone)]
pub struct RosterFile {
    bytes: Vec<u8>,
    refused: Vec<(usize, RowProblem)>,
}

impl RosterFile {
    /// Makes the file of these rows, but of those that cannot stand in it. Nothing is changed to fit.
    ///
    /// ```
    /// use yourcampus_client::files::{RosterFile, RosterRow};
    ///
    /// let file = RosterFile::of(&[
    ///     RosterRow::new("jan@acme.nl", "Jan", "Jansen"),
    ///     RosterRow::new("eve@acme.nl", "Eve", "=HYPERLINK(\"https://x\")"),
    /// ]);
    /// assert_eq!(file.refused().len(), 1);
    /// assert_eq!(
    ///     std::str::from_utf8(file.bytes())?,
    ///     "Email,First name,Last name,Prefix,Onboarding date,Offboarding date,Birthday,Work anniversary\r\n\
    ///      jan@acme.nl,Jan,Jansen,,,,,\r\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(rows: &[RosterRow]) -> Self {
        let mut sheet = Sheet::new(HEADER);
        let (mut refused, mut addresses) = (Vec::new(), BTreeSet::new());
        for (at, row) in rows.iter().enumerate() {
            if let Err(problem) = push(&mut sheet, row, &mut addresses) {
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
}

impl fmt::Debug for RosterFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RosterFile").field("refused", &self.refused).finish_non_exhaustive()
    }
}

fn push(sheet: &mut Sheet<8>, row: &RosterRow, addresses: &mut BTreeSet<String>) -> Result<(), RowProblem> {
    for (column, text) in HEADER.into_iter().zip([&row.email, &row.first_name, &row.last_name]) {
        if text.trim().is_empty() {
            return Err(RowProblem::Empty(column));
        }
    }
    let address = row.email.trim().to_lowercase();
    if addresses.contains(&address) {
        return Err(RowProblem::Twice);
    }
    sheet.push(row.cells().each_ref().map(String::as_str)).map_err(RowProblem::Cell)?;
    addresses.insert(address);
    Ok(())
}

/// Why a roster could not be put in place, or the last one not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RosterError {
    /// Another file in the folder matches the platform's pattern, and would be processed too.
    #[error("{} would be picked up too", .0.display())]
    OtherRoster(PathBuf),
    /// What stands under our name does not begin like a roster of ours.
    #[error("{} is no roster of this tool", .0.display())]
    NotOurs(PathBuf),
    /// The file system.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A folder from which the platform picks up one roster.
#[derive(Debug, Clone)]
pub struct RosterExport {
    folder: PathBuf,
}

impl RosterExport {
    /// Writes into this folder, which must be there.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The one file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// The addresses of the last roster, as they stand there; `None` if there is none.
    ///
    /// # Errors
    /// [`RosterError`] when the folder holds another file that would be picked up, or none of ours under our name.
    pub fn last(&self) -> Result<Option<Vec<String>>, RosterError> {
        let path = self.path();
        let Some(bytes) = atomic::read(&path)? else { return self.alone().map(|()| None) };
        self.alone()?;
        first_cells(&bytes, &HEADER).map(Some).ok_or(RosterError::NotOurs(path))
    }

    /// Puts the roster in the place of the last one, whole or not at all.
    ///
    /// # Errors
    /// [`RosterError`]; the last one stays, unless the [file system says otherwise](FileError::may_have_been_written).
    pub fn put(&self, file: &RosterFile) -> Result<Put, RosterError> {
        let path = self.path();
        if atomic::read(&path)?.is_some_and(|bytes| !is_headed(&bytes, &HEADER)) {
            return Err(RosterError::NotOurs(path));
        }
        self.alone()?;
        Ok(atomic::replace(&path, file.bytes())?)
    }

    /// Is there no other file that would be picked up?
    fn alone(&self) -> Result<(), RosterError> {
        let unreadable = |error| FileError::of(error, &self.folder, "read");
        for entry in fs::read_dir(&self.folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            if name != NAME && is_picked_up(Path::new(&name)) {
                return Err(RosterError::OtherRoster(entry.path()));
            }
        }
        Ok(())
    }
}

/// Would the platform take a file of this name for a roster? Case is not documented, so it is not looked at.
pub(super) fn is_picked_up(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    name.starts_with(PATTERN.0) && name.ends_with(PATTERN.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("yourcampus-roster-{}-{name}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn export(&self) -> RosterExport {
            RosterExport::new(&self.0)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn jan() -> RosterRow {
        RosterRow::new("Jan@acme.nl", "Jan", "Jansen")
    }

    fn text(rows: &[RosterRow]) -> String {
        String::from_utf8(RosterFile::of(rows).bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_row_says_all_that_is_known_in_the_documented_order() {
        let day = |text: &str| text.parse().ok();
        let full = RosterRow {
            prefix: Some("van, der".to_owned()),
            onboarding: day("2020-01-01"),
            offboarding: day("2026-03-31"),
            birthday: day("1990-05-17"),
            work_anniversary: day("2019-12-01"),
            ..jan()
        };
        let expected = "Jan@acme.nl,Jan,Jansen,\"van, der\",2020-01-01,2026-03-31,1990-05-17,2019-12-01\r\n";
        assert_eq!(text(&[full]).lines().nth(1).unwrap(), expected.trim_end());
        assert!(text(&[]).starts_with("Email,First name,Last name,Prefix,Onboarding date,"));
    }

    #[test]
    fn r23_what_cannot_stand_in_the_file_is_left_out_and_named_by_its_place() {
        let rows = [
            RosterRow { last_name: "=1+1".to_owned(), ..jan() },
            RosterRow { first_name: " ".to_owned(), ..jan() },
            jan(),
            RosterRow { email: "jan@ACME.nl".to_owned(), ..jan() },
        ];
        let file = RosterFile::of(&rows);
        let problems: Vec<_> = file.refused().iter().map(|(at, why)| (*at, why.to_string())).collect();
        let expected = [
            (0, "Last name: a spreadsheet could take it for a formula"),
            (1, "First name is empty"),
            (3, "the address stands in the file already"),
        ];
        assert_eq!(problems, expected.map(|(at, why)| (at, why.to_owned())));
        assert_eq!(text(&rows).lines().count(), 2);
        assert!(!format!("{file:?} {:?}", jan()).contains("acme"), "nothing personal is printed");
    }

    #[test]
    fn the_last_roster_is_read_back_and_replaced() {
        let folder = Folder::new("last");
        assert_eq!(folder.export().last().unwrap(), None);
        let quoted = RosterRow { email: "\"a,b\"@acme.nl".to_owned(), ..jan() };
        let file = RosterFile::of(&[jan(), quoted]);
        assert_eq!(folder.export().put(&file).unwrap(), Put::New);
        assert_eq!(folder.export().last().unwrap().unwrap(), ["Jan@acme.nl", "\"a,b\"@acme.nl"]);
        assert_eq!(folder.export().put(&file).unwrap(), Put::Untouched);
        assert_eq!(folder.export().put(&RosterFile::of(&[])).unwrap(), Put::Replaced);
        assert_eq!(folder.export().last().unwrap().unwrap(), [] as [&str; 0]);
    }

    #[test]
    fn another_file_that_would_be_picked_up_stops_everything() {
        let folder = Folder::new("other");
        for other in ["alleo_employees_20240101.csv", "ALLEO_employees_.CSV"] {
            let other = folder.0.join(other);
            fs::write(&other, "x").unwrap();
            assert!(matches!(folder.export().last(), Err(RosterError::OtherRoster(path)) if path == other));
            assert!(matches!(folder.export().put(&RosterFile::of(&[])), Err(RosterError::OtherRoster(_))));
            fs::remove_file(&other).unwrap();
        }
        fs::write(folder.0.join("employees.csv"), "x").unwrap();
        fs::write(folder.0.join(".alleo_employees_all.csv.part"), "x").unwrap();
        assert_eq!(folder.export().put(&RosterFile::of(&[])).unwrap(), Put::New);
    }

    #[test]
    fn a_file_that_is_no_roster_of_ours_is_neither_read_nor_replaced() {
        let folder = Folder::new("foreign");
        fs::write(folder.export().path(), "Email;First name\r\n").unwrap();
        assert!(matches!(folder.export().last(), Err(RosterError::NotOurs(_))));
        assert!(matches!(folder.export().put(&RosterFile::of(&[])), Err(RosterError::NotOurs(_))));
        assert_eq!(fs::read(folder.export().path()).unwrap(), b"Email;First name\r\n");
    }

    #[test]
    fn a_folder_that_is_not_there_is_not_made() {
        let export = RosterExport::new("/no/such/folder");
        assert!(matches!(export.last(), Err(RosterError::File(_))));
        assert!(matches!(export.put(&RosterFile::of(&[])), Err(RosterError::File(_))));
    }
}
