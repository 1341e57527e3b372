//! The one thread that owns the connection.
//!
//! In: closures over a channel. Out: their answers. Never: a transaction that is left half way because the caller went
//! away; what the thread has begun, it ends.

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use futures_channel::oneshot;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::{Failure, SqliteError, SqliteErrorKind};
use super::file;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// When a change is on the disk.
#[derive(Debug, Clone, Copy)]
pub(super) enum Durable {
    /// When it answers.
    Now,
    /// With the next change at the latest, as all are in one log. It outlives the process at once.
    WithTheNext,
}

/// A running thread. To drop it is to wait until it has done what it was given, and has closed the file.
pub(super) struct Worker {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread and waits until it has opened the file.
    pub(super) async fn start(path: PathBuf, at_most: Option<u64>) -> Result<Self, SqliteError> {
        let (jobs, given) = mpsc::channel::<Job>();
        let (opened, answer) = oneshot::channel();
        let thread = thread::Builder::new().name("sync-core store".to_owned()).spawn(move || {
            let mut connection = match file::open(&path, at_most) {
                Ok(connection) => connection,
                Err(error) => {
                    // Nobody waits any more if this fails.
                    let _ = opened.send(Err(error));
                    return;
                }
            };
            let _ = opened.send(Ok(()));
            for job in given {
                job(&mut connection);
            }
        })?;
        let worker = Self { jobs: Some(jobs), thread: Some(thread) };
        answer.await.unwrap_or(Err(SqliteError::of(SqliteErrorKind::Closed)))?;
        Ok(worker)
    }

    /// Reads, all as of one instant.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.run(move |connection| transact(connection, TransactionBehavior::Deferred, look)).await
    }

    /// Changes, all or nothing, while no other process can.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        durable: Durable,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.run(move |connection| {
            // Said before each, so that nothing that fails can leave the wrong one. SQLite obeys while it compiles the
            // statement, which for that reason is not a cached one.
            connection.execute_batch(match durable {
                Durable::Now => "PRAGMA synchronous = FULL",
                Durable::WithTheNext => "PRAGMA synchronous = NORMAL",
            })?;
            transact(connection, TransactionBehavior::Immediate, change)
        })
        .await
    }

    /// Does something with the connection, outside of a transaction.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let closed = || Failure::from(SqliteError::of(SqliteErrorKind::Closed));
        let (done, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // A caller who went away is no reason not to have done it.
            let _ = done.send(work(connection));
        });
        self.jobs.as_ref().ok_or_else(closed)?.send(job).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

fn transact<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let transaction = connection.transaction_with_behavior(behavior)?;
    file::check_version(&transaction)?;
    // An error rolls back, because that is what dropping a transaction does.
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has rolled back what it was about; there is nothing to add.
            let _ = thread.join();
        }
    }
}
