//! The records of one answer: one after another in constant memory, or all of them or none.

use std::fmt;
use std::marker::PhantomData;

use futures_core::stream::BoxStream;
use futures_util::stream::{self, StreamExt as _};

use super::client::SoapClient;
use super::envelope::Arguments;
use super::operation::Operation;
use super::records::employee_type::EmployeeTypeId;
use crate::error::{Error, ErrorKind, Result};
use crate::meter::{RequestMeter, Unmetered};
use crate::row::Row;

/// Records that can be read. Nothing is sent before one of its reading functions is polled.
pub struct Records<T> {
    client: SoapClient,
    operation: Operation,
    /// `None` if a number is none that can be sent.
    arguments: Option<Arguments>,
    of: PhantomData<fn() -> T>,
}

impl<T> Records<T> {
    pub(super) fn new(client: &SoapClient, operation: Operation) -> Self {
        Self { client: client.clone(), operation, arguments: Some(Arguments::NONE), of: PhantomData }
    }

    pub(super) fn of(client: &SoapClient, operation: Operation, id: &str) -> Self {
        let arguments = number(id).map(|id| Arguments { id, ..Arguments::NONE });
        Self { arguments, ..Self::new(client, operation) }
    }

    pub(super) fn of_type(
        client: &SoapClient,
        operation: Operation,
        id: &str,
        employee_type: EmployeeTypeId,
    ) -> Self {
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
    /// the last row or the first error. It is complete only if it ends without an error, and it repeats nothing once a row
    /// has been given; [`Records::all`] does.
    pub fn stream(self) -> BoxStream<'static, Result<Row<T>>> {
        stream::once(
            async move { Err(Error::new(ErrorKind::Configuration, self.operation.qualified_name())) },
        )
        .boxed()
    }

    /// All rows, or an error. The answer is asked for again as the client's [`RetryPolicy`](crate::RetryPolicy) says, also
    /// when it breaks off in the middle.
    ///
    /// # Errors
    /// See the crate's table of SOAP errors.
    pub async fn all(self) -> Result<Vec<Row<T>>> {
        self.all_metered(&Unmetered).await
    }

    /// As [`Records::all`], asking `meter` for 1 request before anything is sent, and for another 1 if the domain must be
    /// asked for first.
    ///
    /// # Errors
    /// As [`Records::all`], and [`ErrorKind::CeilingReached`] when the meter refuses.
    pub async fn all_metered(self, meter: &dyn RequestMeter) -> Result<Vec<Row<T>>> {
        let (_, _, _) = (meter, self.arguments, &self.client);
        Err(Error::new(ErrorKind::Configuration, self.operation.qualified_name()))
    }
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
