//! Where money is handed over (R11).
//!
//! What a desk remembers can be asked through a trait of its own, so that a dry run can ask without being able to hand
//! anything over (R6).

use std::fmt;

use async_trait::async_trait;
use chrono::NaiveDate;

use super::PortError;
use crate::budget::{Act, BatchId, Budget, Grant, GrantId, Mark};
use crate::email::EmailAddress;
use crate::euro::Euro;
use crate::external_id::ExternalId;
use crate::id::{AccountId, CustomerId, TargetCompanyId};

/// How a desk takes grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the engine must know how to hand over")]
pub enum Manner {
    /// All grants of a run in one list, of which a person tells later whether it was carried out.
    List,
    /// Each grant by itself, and the answer says that it was given.
    OneByOne,
}

/// One grant, as a desk is given it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeskGrant {
    /// Its name. A desk that can look grants up gives nothing for one that it has seen.
    pub id: GrantId,
    /// Whose, by external id.
    pub person: ExternalId,
    /// The company of the target.
    pub company: TargetCompanyId,
    /// The account.
    pub account: AccountId,
    /// The address that identifies the account.
    pub email: EmailAddress,
    /// Which budget.
    pub budget: Budget,
    /// What to do.
    pub act: Act,
    /// How much; a month's amount of a monthly budget, zero for a stop.
    pub amount: Euro,
    /// From which day on; none for at once.
    pub from: Option<NaiveDate>,
}

impl DeskGrant {
    /// What a desk has to know of a grant of this person's budget.
    pub fn new(
        person: ExternalId,
        company: TargetCompanyId,
        account: AccountId,
        email: EmailAddress,
        budget: Budget,
        grant: &Grant,
    ) -> Self {
        let Grant { act, amount, from, id, occasion: _ } = grant.clone();
        Self { id, person, company, account, email, budget, act, amount, from }
    }
}

/// What is handed over in one piece. Its id and its bytes were made durable before. `Debug` shows how long its list is
/// and nothing of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandOver<'a> {
    /// Whose money it is.
    pub customer: &'a CustomerId,
    /// Its name.
    pub batch: &'a BatchId,
    /// The mark that the desk keeps once it has taken it.
    pub mark: &'a Mark,
    /// The grants; none when an earlier run prepared a list, whose bytes say it all.
    pub grants: &'a [DeskGrant],
    /// The exact bytes of a list; none for a desk that takes grants one by one.
    pub list: Option<&'a [u8]>,
}

impl<'a> HandOver<'a> {
    /// Hands over this batch.
    pub const fn new(
        customer: &'a CustomerId,
        batch: &'a BatchId,
        mark: &'a Mark,
        grants: &'a [DeskGrant],
        list: Option<&'a [u8]>,
    ) -> Self {
        Self { customer, batch, mark, grants, list }
    }
}

impl fmt::Debug for HandOver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { customer, batch, mark, grants, list } = self;
        let mut shown = f.debug_struct("HandOver");
        shown.field("customer", customer).field("batch", batch).field("mark", mark).field("grants", grants);
        shown.field("list_bytes", &list.map(<[u8]>::len)).finish()
    }
}

/// What a desk knows of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the engine must decide about every case")]
pub enum Standing {
    /// It was given.
    Given,
    /// It was not, and should it still come in late, it and its repetition are given once.
    NotGiven,
    /// The desk cannot say.
    Unknown,
}

/// The half of a desk that can only be asked.
#[async_trait]
pub trait DeskMemory: Send + Sync {
    /// The mark of the last batch that was taken for this customer, from whichever ledger it came; none if there was
    /// none.
    ///
    /// # Errors
    /// [`PortError`]; then no money may move. A mark that cannot be read is an error, not none.
    async fn mark(&self, customer: &CustomerId) -> Result<Option<Mark>, PortError>;

    /// What became of a grant.
    ///
    /// # Errors
    /// [`PortError`]; then it stays as it is.
    async fn look_up(&self, customer: &CustomerId, grant: &GrantId) -> Result<Standing, PortError>;
}

/// Hands money over.
///
/// An implementation never sends a grant a second time by itself, and says
/// [`Doubtful`](super::PortErrorKind::Doubtful) whenever it cannot know (R13).
#[async_trait]
pub trait BudgetDesk: DeskMemory {
    /// How this desk takes grants.
    fn manner(&self) -> Manner;

    /// The exact bytes of the list of these grants: the same for the same grants, whenever and wherever. A desk that
    /// takes grants one by one is never asked.
    ///
    /// # Errors
    /// [`PortError`] for a grant that cannot stand in a list; then none of them is handed over.
    fn list(&self, batch: &BatchId, grants: &[DeskGrant]) -> Result<Vec<u8>, PortError>;

    /// Takes a batch and keeps its mark. For [`Manner::List`] to take it twice is to take it once, byte for byte; for
    /// [`Manner::OneByOne`] success says that its grant was given.
    ///
    /// # Errors
    /// [`PortError`]; [`Doubtful`](super::PortErrorKind::Doubtful) when it may have been taken, and
    /// [`Refused`](super::PortErrorKind::Refused) when it was not and never will be.
    async fn hand_over(&self, hand_over: &HandOver<'_>) -> Result<(), PortError>;
}
