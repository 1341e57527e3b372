//! The store's file: where it lies, whose it is, which version it has.
//!
//! In: a path. Out: a connection to a file that is private, ours, of the present version, and durable when it answers.
//! Never: a change to a file that is not ours or is of a later version, a file that others can read, or a version
//! that was reached half way.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, TransactionBehavior};

use super::error::{SqliteError, SqliteErrorKind};

/// What takes a file from each version to the next.
const MIGRATIONS: [&str; 2] = [include_str!("schema/v1.sql"), include_str!("schema/v2.sql")];

/// The version that they end at.
#[expect(clippy::cast_possible_wrap, reason = "there are a handful")]
const LATEST: i64 = MIGRATIONS.len() as i64;

/// "NYCL" in the header of each file of ours.
const APPLICATION_ID: i64 = 0x4E59_434C;

/// How long another process may hold the file. Its transactions take milliseconds; a complete run of a million links
/// takes seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often, and how far apart, the step is tried at which SQLite itself does not wait for another process.
const TRIES: u32 = 1000;
const WAIT: Duration = Duration::from_millis(10);

/// More than all statements there are.
const CACHED_STATEMENTS: usize = 128;

/// One file is made at a time: to close any other handle of a file would drop this process's locks on it.
static OPENING: Mutex<()> = Mutex::new(());

/// Opens the file, or makes it. It may grow to so many bytes.
pub(super) fn open(path: &Path, at_most: Option<u64>) -> Result<Connection, SqliteError> {
    let _alone = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    // Absolute, because SQLite takes a path that begins with `file:` for something else.
    let path = std::path::absolute(path)?;
    make_private(&path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    if connection.is_readonly(MAIN_DB)? {
        return Err(SqliteError::of(SqliteErrorKind::ReadOnly));
    }
    let found = recognise(&mut connection, &path)?;
    set_up(&connection)?;
    if found < LATEST {
        migrate(&mut connection)?;
    }
    if let Some(bytes) = at_most {
        limit(&connection, bytes)?;
    }
    Ok(connection)
}

/// Refuses to work on a file that another process has taken to a later version meanwhile.
pub(super) fn check_version(connection: &Connection) -> Result<(), SqliteError> {
    let found = connection.prepare_cached("PRAGMA user_version")?.query_row([], |row| row.get(0))?;
    if found == LATEST { Ok(()) } else { Err(newer(found)) }
}

/// SQLite gives the files beside the first its permissions, so that the first is made here if it is not there.
fn make_private(path: &Path) -> Result<(), SqliteError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => drop(made?),
    }
    for path in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
            Ok(found) if !found.is_file() => return Err(SqliteError::of(SqliteErrorKind::NotAFile)),
            Ok(found) if found.mode() & 0o077 != 0 => {
                return Err(SqliteError::of(SqliteErrorKind::OpenToOthers));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The version of the file as of one instant: another process may be making it.
fn recognise(connection: &mut Connection, path: &Path) -> Result<i64, SqliteError> {
    let instant = connection.transaction()?;
    let found = version(&instant)?;
    let pages: i64 = instant.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    // To SQLite a few bytes are as good as none, but somebody wrote them.
    if pages == 0 && fs::symlink_metadata(path)?.len() > 0 {
        return Err(SqliteError::of(SqliteErrorKind::NotOurs));
    }
    Ok(found)
}

/// The version of a file of ours; zero for an empty one.
fn version(connection: &Connection) -> Result<i64, SqliteError> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let found = number("PRAGMA user_version")?;
    match number("PRAGMA application_id")? {
        APPLICATION_ID => {}
        0 if found == 0 && number("SELECT count(*) FROM sqlite_schema")? == 0 => {}
        _ => return Err(SqliteError::of(SqliteErrorKind::NotOurs)),
    }
    if found <= LATEST { Ok(found) } else { Err(newer(found)) }
}

const fn newer(found: i64) -> SqliteError {
    SqliteError::of(SqliteErrorKind::NewerVersion { found, known: LATEST })
}

/// Every commit goes through a log, which goes into the file at 16 MiB; what is forgotten is overwritten, and what refers to something has it.
fn set_up(connection: &Connection) -> Result<(), SqliteError> {
    if write_ahead(connection)? != "wal" {
        return Err(SqliteError::of(SqliteErrorKind::Io));
    }
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA trusted_schema = OFF;",
    )?;
    Ok(())
}

/// Processes that make one file at once are in each other's way here.
fn write_ahead(connection: &Connection) -> rusqlite::Result<String> {
    let switch = || connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0));
    for _ in 0..TRIES {
        match switch() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => thread::sleep(WAIT),
            answer => return answer,
        }
    }
    switch()
}

fn limit(connection: &Connection, bytes: u64) -> Result<(), SqliteError> {
    let page: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / page.max(1);
    // At least one, because SQLite takes none for no limit.
    connection.query_row(&format!("PRAGMA max_page_count = {}", pages.max(1)), [], |_| Ok(()))?;
    Ok(())
}

/// From the file's version to the latest in one transaction, unless another process was faster.
fn migrate(connection: &mut Connection) -> Result<(), SqliteError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", LATEST)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store's file of a test's own, gone with it.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("sync-core-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn file(&self) -> PathBuf {
            self.0.join("store.db")
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn asked(connection: &Connection, pragma: &str) -> i64 {
        connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn every_connection_is_durable_strict_and_forgets_for_good() {
        let place = Place::new("set-up");
        for _ in 0..2 {
            let connection = open(&place.file(), None).unwrap();
            for (pragma, value) in [
                ("synchronous", 2),
                ("foreign_keys", 1),
                ("secure_delete", 1),
                ("trusted_schema", 0),
                ("user_version", LATEST),
                ("application_id", APPLICATION_ID),
            ] {
                assert_eq!(asked(&connection, pragma), value, "{pragma}");
            }
        }
    }

    #[test]
    fn every_table_is_strict_and_refers_to_its_customer() {
        let place = Place::new("strict");
        let connection = open(&place.file(), None).unwrap();
        let lax = "SELECT count(*) FROM pragma_table_list
                   WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND NOT strict";
        assert_eq!(connection.query_row(lax, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
        let of_nobody =
            "INSERT INTO links (customer, record, account, company) VALUES (7, 'nmbrs:rest:a', 1, 'C')";
        let error = SqliteError::from(connection.execute(of_nobody, []).unwrap_err());
        assert_eq!(error.kind(), SqliteErrorKind::OutOfRange);
    }

    #[test]
    fn a_file_that_another_process_took_to_a_later_version_is_not_worked_on() {
        let place = Place::new("later");
        let (here, there) = (open(&place.file(), None).unwrap(), open(&place.file(), None).unwrap());
        check_version(&here).unwrap();
        there.pragma_update(None, "user_version", LATEST + 1).unwrap();
        let newer = SqliteErrorKind::NewerVersion { found: LATEST + 1, known: LATEST };
        assert_eq!(check_version(&here).unwrap_err().kind(), newer);
        assert_eq!(open(&place.file(), None).unwrap_err().kind(), newer);
    }

    #[test]
    fn a_file_that_was_made_half_way_is_made_whole() {
        let place = Place::new("half");
        fs::write(place.file(), "").unwrap();
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(place.file(), permissions).unwrap();
        let crashed = Connection::open(place.file()).unwrap();
        assert_eq!(write_ahead(&crashed).unwrap(), "wal");
        drop(crashed);
        assert!(fs::metadata(place.file()).unwrap().len() > 0);
        assert_eq!(asked(&open(&place.file(), None).unwrap(), "user_version"), LATEST);
    }
}
