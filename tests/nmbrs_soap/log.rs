//! R23 while the SOAP client works: at TRACE, HTTP libraries included, the log gives nothing away.
//!
//! A process of its own: what others do in the same one decides which places are listened to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

#[path = "client/every_operation.rs"]
mod every_operation;
#[expect(dead_code, reason = "the other tests on this server need more of it")]
#[path = "client/server.rs"]
mod server;
#[expect(dead_code, reason = "the other tests on this stage need more of it")]
#[path = "client/stage.rs"]
mod stage;

use std::io;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt as _;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use every_operation::send_all;
use server::Answer;
use stage::{Stage, debtors, fault};

/// What was logged, as text.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn r23_trace_logs_of_every_operation_hold_no_credential_and_no_body() {
    let log = Log::default();
    let logging = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    let logging = logging.with_writer(log.clone()).set_default();
    for answer in [Answer::fault(fault("Seeded-title")), Answer::xml(debtors(&[1]))] {
        let stage = Stage::new([answer]).await;
        let client = stage.client();
        send_all(&client).await;
        let _ = client.debtors().stream().collect::<Vec<_>>().await;
    }
    drop(logging);
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for part in ["TRACE", "nmbrs_client", "hyper", "DebtorService.List_GetAll"] {
        assert!(logged.contains(part), "the log says nothing of {part}");
    }
    for secret in ["Seeded", "api.user", "AuthHeader", "Voorbeeld"] {
        let line = logged.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
