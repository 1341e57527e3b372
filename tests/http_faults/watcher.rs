//! What the clients say of themselves while they work: the observer of both.

use std::sync::{Arc, Mutex};

use crate::clock::Clock;

/// Writes down when each exchange of one operation was made.
#[derive(Debug)]
pub(crate) struct Watcher {
    operation: &'static str,
    clock: Arc<Clock>,
    seen: Mutex<Vec<i64>>,
}

impl Watcher {
    pub(crate) fn of(operation: &'static str, clock: &Arc<Clock>) -> Arc<Self> {
        Arc::new(Self { operation, clock: Arc::clone(clock), seen: Mutex::default() })
    }

    pub(crate) fn forget(&self) {
        self.seen.lock().unwrap().clear();
    }

    /// In milliseconds of the test's clock.
    pub(crate) fn seen(&self) -> Vec<i64> {
        self.seen.lock().unwrap().clone()
    }

    fn exchange(&self, operation: &str) {
        if operation == self.operation {
            self.seen.lock().unwrap().push(self.clock.millis());
        }
    }
}

impl nmbrs_client::Observer for Watcher {
    fn exchange(&self, exchange: &nmbrs_client::Exchange<'_>) {
        self.exchange(exchange.operation);
    }
}

impl yourcampus_client::Observer for Watcher {
    fn exchange(&self, exchange: &yourcampus_client::Exchange<'_>) {
        self.exchange(exchange.operation.name());
    }
}
