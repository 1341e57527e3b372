//! The list for support as the budget desk of `sync-core`: one folder for one customer.
//!
//! In: a batch whose id and bytes the ledger made durable. Out: its list in the folder, to be sent to support by a
//! person, and the mark by which an older ledger is noticed. Never: a list that is changed, replaced or written a second
//! time after it was there; whether support carried it out, a person tells.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use sync_core::CustomerId;
use sync_core::budget::{Act, BatchId, BudgetKind as Kind, GrantId, Mark};
use sync_core::ports::{
    BudgetDesk, DeskGrant, DeskMemory, HandOver, Manner, PortError, PortErrorKind, Standing,
};

use super::atomic::{self, FileError, FileErrorKind};
use super::desk_mark::{DeskMark, MarkError, Turn, turn};
use super::grant_list::{BudgetKind, GrantAct, GrantRow, grant_list, grant_list_name};

const READ_MARK: &str = "read the mark of a folder of lists";
const WRITE_AGAIN: &str = "write a list of grants again";
const HAND_OVER: &str = "hand over a list of grants";

/// Hands grants over as lists in a folder, which must be there and belong to one customer.
///
/// Its files can be read by their owner only: a list holds addresses. Beside the lists lies `mark.json`, by which a ledger
/// from a backup finds out that it is older than the lists. So the folder and the ledger do not belong into one backup
/// that brings back both at once.
///
/// ```
/// use sync_core::CustomerId;
/// use sync_core::ports::{BudgetDesk, DeskMemory, Manner};
/// use yourcampus_client::files::GrantListDesk;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("yourcampus-desk-doc-{}", std::process::id()));
/// # std::fs::create_dir(&folder)?;
/// let desk = GrantListDesk::new(&folder);
/// assert_eq!(desk.manner(), Manner::List);
/// assert_eq!(desk.mark(&CustomerId::new("acme")).await?, None);
/// # std::fs::remove_dir(folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct GrantListDesk {
    folder: PathBuf,
}

impl GrantListDesk {
    /// Puts lists into this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where the list of this batch lies, lay, or will lie.
    pub fn path(&self, batch: &BatchId, mark: &Mark) -> PathBuf {
        list_path(&self.folder, batch, mark)
    }

    /// Writes the list of a batch that was taken once more, byte for byte, because a person asked for it: the file was
    /// lost on its way. A run never does so; support does not notice that it has a list already.
    ///
    /// # Errors
    /// [`PortErrorKind::Refused`] for a batch that this folder did not take, [`PortErrorKind::Conflict`] when other
    /// content stands under the name of the list, and what the file system says.
    pub async fn write_again(
        &self,
        customer: &CustomerId,
        batch: &BatchId,
        mark: &Mark,
        list: &[u8],
    ) -> Result<PathBuf, PortError> {
        let latest = self.mark(customer).await?;
        if !latest.is_some_and(|latest| latest.epoch == mark.epoch && latest.sequence >= mark.sequence) {
            return Err(PortError::new(PortErrorKind::Refused, WRITE_AGAIN)
                .with_source("the folder did not take this batch; a run hands it over"));
        }
        let (path, list) = (self.path(batch, mark), list.to_vec());
        aside(WRITE_AGAIN, move || {
            let put = atomic::create(&path, &list);
            put.map(|_| path).map_err(|error| PortError::new(kind_of(&error), WRITE_AGAIN).with_source(error))
        })
        .await
    }
}

#[async_trait]
impl DeskMemory for GrantListDesk {
    async fn mark(&self, customer: &CustomerId) -> Result<Option<Mark>, PortError> {
        let (folder, customer) = (self.folder.clone(), customer.clone());
        let mark = aside(READ_MARK, move || DeskMark::read(&folder, &customer).map_err(untold)).await?;
        Ok(mark.and_then(DeskMark::into_mark))
    }

    /// A folder knows which lists it took, and not what support made of them.
    async fn look_up(&self, _: &CustomerId, _: &GrantId) -> Result<Standing, PortError> {
        Ok(Standing::Unknown)
    }
}

#[async_trait]
impl BudgetDesk for GrantListDesk {
    fn manner(&self) -> Manner {
        Manner::List
    }

    fn list(&self, batch: &BatchId, grants: &[DeskGrant]) -> Result<Vec<u8>, PortError> {
        let rows: Vec<GrantRow> = grants.iter().map(row).collect();
        grant_list(batch.as_str(), &rows).map_err(|error| {
            PortError::new(PortErrorKind::Refused, "make a list of grants").with_source(error)
        })
    }

    async fn hand_over(&self, hand_over: &HandOver<'_>) -> Result<(), PortError> {
        let Some(list) = hand_over.list.map(<[u8]>::to_vec) else {
            return Err(PortError::new(PortErrorKind::Fatal, HAND_OVER).with_source("there is no list"));
        };
        let (customer, batch, mark) =
            (hand_over.customer.clone(), hand_over.batch.clone(), hand_over.mark.clone());
        let folder = self.folder.clone();
        aside(HAND_OVER, move || take(&folder, &customer, &batch, &mark, &list)).await
    }
}

/// Takes a batch, unless it was taken before. Nothing was done only where that is certain: this call was the first for
/// its batch, and the list did not come into place.
fn take(
    folder: &Path,
    customer: &CustomerId,
    batch: &BatchId,
    mark: &Mark,
    bytes: &[u8],
) -> Result<(), PortError> {
    let path = list_path(folder, batch, mark);
    let last = DeskMark::read(folder, customer).map_err(not_placed)?;
    match turn(last, customer, batch, mark).map_err(not_placed)? {
        Turn::Next(begun) => write(folder, begun, &path, bytes).map_err(|error| {
            let kind = if error.may_have_been_written() { PortErrorKind::Doubtful } else { kind_of(&error) };
            PortError::new(kind, HAND_OVER).with_source(error)
        }),
        Turn::Begun(begun) => write(folder, begun, &path, bytes).map_err(doubtful),
        // A list that is gone was sent or put away by somebody. A second one could be carried out a second time.
        Turn::Taken(taken) => match atomic::read(&path).map_err(doubtful)? {
            Some(there) if there != bytes => Err(doubtful(FileError::other_content(&path))),
            _ => taken.take(folder).map_err(doubtful),
        },
    }
}

/// The mark as begun, the list, the mark as taken.
fn write(folder: &Path, begun: DeskMark, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    begun.begin(folder)?;
    atomic::create(path, bytes)?;
    begun.take(folder).map_err(FileError::in_doubt)
}

fn list_path(folder: &Path, batch: &BatchId, mark: &Mark) -> PathBuf {
    folder.join(grant_list_name(mark.sequence, batch.as_str()))
}

fn row(grant: &DeskGrant) -> GrantRow {
    let kind = match grant.budget.kind {
        Kind::Monthly => BudgetKind::Monthly,
        Kind::OneOff => BudgetKind::OneOff,
    };
    let cents = grant.amount.cents();
    let act = match grant.act {
        Act::Grant => GrantAct::Grant { cents },
        Act::Replace => GrantAct::Replace { cents },
        Act::Stop => GrantAct::Stop,
    };
    let category = grant.budget.category.as_str();
    let row = GrantRow::new(grant.id.as_str(), grant.email.expose(), kind, category, act);
    GrantRow { from: grant.from, ..row }
}

/// Works on files where waiting for a disk keeps nobody else waiting.
async fn aside<T: Send + 'static>(
    context: &'static str,
    work: impl FnOnce() -> Result<T, PortError> + Send + 'static,
) -> Result<T, PortError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(PortError::new(PortErrorKind::Doubtful, context).with_source(error)),
    }
}

/// What follows when nothing was done.
fn kind_of(error: &FileError) -> PortErrorKind {
    match error.kind() {
        FileErrorKind::OtherContent => PortErrorKind::Conflict,
        FileErrorKind::NoFolder | FileErrorKind::NotAFile => PortErrorKind::Fatal,
        FileErrorKind::Io | FileErrorKind::InDoubt => PortErrorKind::Retryable { at: None },
    }
}

/// The mark cannot be told.
fn untold(error: MarkError) -> PortError {
    let kind = match &error {
        MarkError::File(error) => kind_of(error),
        _ => PortErrorKind::Fatal,
    };
    PortError::new(kind, READ_MARK).with_source(error)
}

/// The batch has no place after the mark, and this call did nothing. Whether an earlier one did, only the mark could say.
fn not_placed(error: MarkError) -> PortError {
    let kind = match &error {
        // Nor will it ever be taken: a number is used once.
        MarkError::OtherBatch => PortErrorKind::Refused,
        MarkError::OtherCustomer => PortErrorKind::Fatal,
        MarkError::Passed
        | MarkError::Ended
        | MarkError::Unreadable(_)
        | MarkError::Gone(_)
        | MarkError::File(_) => PortErrorKind::Doubtful,
    };
    PortError::new(kind, HAND_OVER).with_source(error)
}

fn doubtful(error: FileError) -> PortError {
    PortError::new(PortErrorKind::Doubtful, HAND_OVER).with_source(error)
}
