//! The records of one answer: one after another in constant memory, or all of them or none.
//!
//! [`Records::all`] is the one to decide on: it gives what a whole answer holds, or an error, never a part. A stream says
//! at its end whether it was whole, and gives no row twice.

use std::fmt;

use futures_core::stream::BoxStream;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::call::{Begin, Call, Exchange, Until};
use super::client::SoapClient;
use super::envelope::Arguments;
use super::operation::Operation;
use super::reading::Reading;
use super::records::{EmployeeTypeId, SoapRecord};
use crate::error::{Error, ErrorKind, Result};
use crate::meter::{RequestMeter, Unmetered};
use crate::row::Row;

/// Records that can be read. Nothing is sent before one of its reading functions is polled.
#[derive(Clone)]
pub struct Records<T> {
    client: SoapClient,
    operation: Operation,
    /// `None` if a number is none that can be sent.
    arguments: Option<Arguments>,
    reading: fn(Operation) -> Reading<T>,
}

impl<T> Records<T> {
    pub(super) fn new(client: &SoapClient, operation: Operation) -> Self
    where
        T: SoapRecord,
    {
        let arguments = Some(Arguments::NONE);
        Self { client: client.clone(), operation, arguments, reading: Reading::of }
    }

    pub(super) fn of(client: &SoapClient, operation: Operation, id: &str) -> Self
    where
        T: SoapRecord,
    {
        let arguments = number(id).map(|id| Arguments { id, ..Arguments::NONE });
        Self { arguments, ..Self::new(client, operation) }
    }

    pub(super) fn of_type(
        client: &SoapClient,
        operation: Operation,
        id: &str,
        employee_type: EmployeeTypeId,
    ) -> Self
    where
        T: SoapRecord,
    {
        let employee_type = Some(employee_type.get()).filter(|number| *number > 0);
        let arguments =
            number(id).zip(employee_type).map(|(id, employee_type)| Arguments { id, employee_type });
        Self { arguments, ..Self::new(client, operation) }
    }

    /// The operation that gives these records.
    pub fn operation(&self) -> Operation {
        self.operation
    }
}

impl<T: Send + 'static> Records<T> {
    /// The rows one after another, as they arrive, in memory that does not grow with the answer. The stream ends after
    /// the last row or the first error, and was complete only if no error came. Nothing is repeated once a row has been
    /// given. While it is read it holds one of the requests in flight, and the time-out of the exchange runs.
    pub fn stream(self) -> BoxStream<'static, Result<Row<T>>> {
        stream::once(async move { self.begin(&Unmetered, Until::FirstRow).await })
            .map_ok(|Begin { rows, rest }| stream::iter(rows.into_iter().map(Ok)).chain(rest_of(rest)))
            .try_flatten()
            .boxed()
    }

    /// All rows, or an error. The answer is asked for again as the client's [`RetryPolicy`](crate::RetryPolicy) says, also
    /// when it breaks off in the middle.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for an id that cannot be sent; otherwise see the table of faults in the
    /// [module's documentation](super).
    pub async fn all(self) -> Result<Vec<Row<T>>> {
        self.all_metered(&Unmetered).await
    }

    /// As [`Records::all`], asking `meter` for 1 request before anything is sent, and for another 1 if the domain must be
    /// asked for first.
    ///
    /// # Errors
    /// As [`Records::all`], and [`ErrorKind::CeilingReached`] when the meter refuses.
    pub async fn all_metered(self, meter: &dyn RequestMeter) -> Result<Vec<Row<T>>> {
        Ok(self.begin(meter, Until::End).await?.rows)
    }

    /// The only record, where there can be only one.
    pub(super) async fn one_metered(self, meter: &dyn RequestMeter) -> Result<Option<T>> {
        let operation = self.operation;
        let undecodable =
            |detail: String| Error::new(ErrorKind::Decode, operation.qualified_name()).detail(detail);
        let mut rows = self.all_metered(meter).await?.into_iter();
        match (rows.next(), rows.next()) {
            (None, _) => Ok(None),
            (Some(Row::Readable(record)), None) => Ok(Some(record)),
            (Some(Row::Unreadable(row)), None) => Err(undecodable(format!("at {}: {}", row.at, row.why))),
            (Some(_), Some(_)) => Err(undecodable("there are several results".to_owned())),
        }
    }

    async fn begin(self, meter: &dyn RequestMeter, until: Until) -> Result<Begin<T>> {
        let Self { client, operation, arguments, reading } = self;
        let arguments = arguments.ok_or_else(|| {
            Error::new(ErrorKind::Invalid, operation.qualified_name())
                .detail("SOAP takes whole numbers above 0 only; nothing was sent")
        })?;
        let domain = Some(client.domain_metered(meter).await?);
        client.0.read_metered(&Call { operation, arguments, domain, reading }, until, meter).await
    }
}

/// The rows after the first. The end of the exchange is the end of the stream.
fn rest_of<T: Send + 'static>(
    rest: Option<Exchange<T>>,
) -> impl stream::Stream<Item = Result<Row<T>>> + Send {
    stream::try_unfold(rest, |rest| async move {
        let Some(mut exchange) = rest else { return Ok(None) };
        let row = exchange.next().await.map_err(|miss| miss.error)?;
        Ok(row.map(|row| (row, Some(exchange))))
    })
}

/// The vendor takes whole numbers above 0, and reads anything else as 0 without a word.
fn number(id: &str) -> Option<i32> {
    id.parse().ok().filter(|number| *number > 0)
}

impl<T> fmt::Debug for Records<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("operation", &self.operation).finish_non_exhaustive()
    }
}
