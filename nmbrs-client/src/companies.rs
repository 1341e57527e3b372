//! Which companies a login may see, whatever kind of login it is.
//!
//! One list answers for most; a consent for several debtors is refused there (40306) and goes debtor by debtor. A
//! company login, which may not ask for debtors, never needs to.

use crate::client::NmbrsClient;
use crate::error::{Error, ErrorKind, Incomplete, Result};
use crate::gather::{Differs, Gathered};
use crate::list::Listing;
use crate::meter::{RequestMeter, Unmetered};
use crate::model::Company;
use crate::operation::Operation;
use crate::row::id_of;

impl NmbrsClient {
    /// All companies the login may see, each once.
    ///
    /// # Errors
    /// As [`List::all`](crate::List::all). A debtor that cannot be read makes the listing incomplete: its companies
    /// would be missing.
    pub async fn companies_visible(&self) -> Result<Listing<Company>> {
        self.companies_visible_metered(&Unmetered).await
    }

    /// As [`NmbrsClient::companies_visible`], asking `meter` before anything is sent.
    ///
    /// # Errors
    /// As [`NmbrsClient::companies_visible`], and [`ErrorKind::CeilingReached`] when the meter refuses.
    pub async fn companies_visible_metered(&self, meter: &dyn RequestMeter) -> Result<Listing<Company>> {
        match self.companies().all_metered(meter).await {
            Err(error) if error.is_multi_debtor_consent() => self.companies_by_debtor(meter).await,
            settled => settled,
        }
    }

    async fn companies_by_debtor(&self, meter: &dyn RequestMeter) -> Result<Listing<Company>> {
        let debtors = self.debtors().all_metered(meter).await?;
        let mut pages = debtors.pages;
        let mut gathered = Gathered::new();
        for debtor in &debtors.rows {
            let debtor = debtor
                .readable()
                .ok_or_else(|| incomplete(Operation::Debtors, Incomplete::UnreadableDebtor))?;
            let listing = self.companies_of(&debtor.id).all_metered(meter).await?;
            pages += listing.pages;
            let rows = listing.rows.into_iter().map(|row| (id_of(&row), row));
            gathered.add(rows).map_err(|Differs| {
                let how = Incomplete::RepeatedRowDiffers { page: listing.pages };
                incomplete(Operation::CompaniesByDebtor, how)
            })?;
        }
        // Each list was verified against its own total; together they announce none.
        Ok(Listing { rows: gathered.into_rows(), total: None, pages })
    }
}

fn incomplete(operation: Operation, how: Incomplete) -> Error {
    Error::new(ErrorKind::Incomplete, operation.name()).disagrees(how)
}
