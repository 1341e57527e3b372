//! All that outlives a run, in one SQLite file (Unix).
//!
//! In: what the ports are told. Out: what they are asked. Never: half a change, an answer before the disk has it, one
//! customer's memory shown to another, or a file that others can read.
//!
//! The tables stand in `schema/v1.sql` and, those of money, in `schema/v2.sql`; `file` opens them, `worker` owns the connection, and each port has its
//! statements in a file of its name.

mod authorities;
mod error;
mod file;
mod lease;
mod ledger;
mod money;
mod runs;
mod value;
mod worker;

use std::fmt;
use std::path::PathBuf;

pub use error::{SqliteError, SqliteErrorKind};

use crate::ports::PortError;
use error::Failure;
use rusqlite::Transaction;
use worker::{Durable, Worker};

/// Keeps the memory of any number of customers in one file, behind all ports of a [`Store`](crate::ports::Store).
///
/// - **Durable**: each call is on the disk when it answers, but for what a run
///   [settles](crate::ports::Ledger::settle), of intents as of [grants](crate::ports::MoneyLedger::settle_grants), which
///   is there with the next one at the latest. A crash of the process leaves every call that answered. A failure of the
///   power leaves them too, but for settlements since the last other call: what they settled is open again, and the next
///   run finds out how it ended before it does anything else about it. Of a call that did not answer, all or nothing is
///   left.
/// - **Shared**: any number of processes of one machine may have the file open. Not over a network file system.
/// - **Private**: the file is made 0600, and those that SQLite lays beside it (`…-wal`, `…-shm`) too. One that others
///   can read is refused and not mended, because a person has to know that it was open. It holds ids, dates, amounts
///   and the names of those who gave a mandate, an approval or a baseline, or told what became of a grant. Of the people
///   it is about it holds no personal data but the addresses in lists of grants, which are erased, log included, as soon
///   as all grants of the list came to their end.
/// - **Versioned**: a file of an older version is taken to the present one when it is opened, in one transaction. One
///   of a later version, or one that is not ours, is refused and left as it is.
///
/// Calls wait for their turn on a thread of the store's own; no async runtime is needed. A future that is dropped does
/// not stop what was begun. To drop the store is to wait until all calls are done and the file is closed.
pub struct SqliteStore {
    worker: Worker,
}

impl SqliteStore {
    /// Opens the store in this file, which is made if it is not there; its folder must be.
    ///
    /// # Errors
    /// [`SqliteError`], whose kind says what a person has to do.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, SqliteError> {
        Ok(Self { worker: Worker::start(path.into(), None).await? })
    }

    /// Opens the store in this file, and lets the file grow to so many bytes and no further; what is larger already
    /// stays. Calls that find no room fail with [`Full`](SqliteErrorKind::Full). The log beside the file comes on top.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_at_most(path: impl Into<PathBuf>, bytes: u64) -> Result<Self, SqliteError> {
        Ok(Self { worker: Worker::start(path.into(), Some(bytes)).await? })
    }

    /// Reads under a name that errors give.
    async fn read<T: Send + 'static>(
        &self,
        what: &'static str,
        look: impl FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        self.worker.read(look).await.map_err(|failure| failure.told(what))
    }

    /// Changes under a name that errors give.
    async fn write<T: Send + 'static>(
        &self,
        what: &'static str,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        self.worker.write(Durable::Now, change).await.map_err(|failure| failure.told(what))
    }

    /// Changes what is on the disk with the next change at the latest.
    async fn write_lazily<T: Send + 'static>(
        &self,
        what: &'static str,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        self.worker.write(Durable::WithTheNext, change).await.map_err(|failure| failure.told(what))
    }

    /// What was erased leaves the write-ahead log too, as far as no other process reads in it just now.
    async fn empty_log(&self, what: &'static str) -> Result<(), PortError> {
        let emptied = self
            .worker
            .run(|connection| Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?));
        emptied.await.map_err(|failure| failure.told(what))
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}
