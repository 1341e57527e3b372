//! R23 while two real clients work: at TRACE, HTTP libraries included, the log names nobody and gives nothing away.
//!
//! A process of its own: what others do in the same one decides which places are listened to.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

#[expect(dead_code, reason = "the other tests on this stage need more of it")]
mod stage;

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use nmbrs_client::sandbox::World;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use stage::{Customer, day};

/// Everything that was logged.
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

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Whatever must not be in a log: who the people are, and what opens the doors.
fn secrets(customer: &Customer) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    let source = customer.source.credentials();
    secrets.extend([
        source.client_id,
        source.client_secret,
        source.subscription_key,
        source.access_token,
        source.refresh_token,
    ]);
    let target = customer.target.credentials();
    secrets.extend([target.access_key, target.secret_key]);
    for (_, person) in customer.source.world().employees() {
        for info in &person.personal_infos {
            let texts =
                [&info.first_name, &info.first_name_in_full, &info.business_email, &info.private_email];
            secrets.extend(texts.into_iter().flatten().cloned());
            secrets.insert(info.last_name.clone());
            secrets.extend(info.birth_date.map(|birthday| birthday.to_string()));
        }
    }
    for account in customer.target.state().accounts {
        secrets.extend([account.email, account.first_name, account.last_name].into_iter().flatten());
        secrets.extend(account.birthday.map(|birthday| birthday.to_string()));
    }
    // What is shorter stands in ordinary words by chance.
    secrets.retain(|secret| secret.chars().count() >= 5);
    secrets
}

/// The same text as it may stand in a log.
fn guises(secret: &str) -> [String; 5] {
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::to_string(secret).unwrap();
    let ascii = json.chars().fold(String::new(), |mut text, c| {
        if c.is_ascii() {
            text.push(c);
        } else {
            text.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
        text
    });
    let inner = |quoted: &str| quoted.trim_matches('"').to_owned();
    [secret.to_owned(), percent, inner(&json), inner(&ascii), base64(secret)]
}

/// Base64 without the last group, which depends on what follows.
fn base64(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = text.as_bytes().chunks_exact(3);
    let letters = groups.flat_map(|group| {
        let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift) as usize % 64]))
    });
    letters.collect()
}

#[tokio::test]
async fn r23_at_trace_the_log_of_a_whole_run_names_nobody_and_holds_no_key() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = subscriber.set_default();

    let customer = Customer::new(World::dutch(60, 17, day()), |state| state).await;
    let before = secrets(&customer);
    assert!(customer.sync().await.unwrap().is_complete());
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();

    for expected in ["getEmployeePersonalInfoByCompany", "customer_api", "hyper", "reqwest"] {
        assert!(logged.contains(expected), "the log is not the log: {expected} is missing");
    }
    for secret in before.union(&secrets(&customer)) {
        for guise in guises(secret).iter().filter(|guise| guise.len() >= 5) {
            let at = logged.find(guise.as_str());
            let line = at.and_then(|at| logged[..at].lines().last());
            assert!(at.is_none(), "{secret:?} stands in the log as {guise:?}, after {line:?}");
        }
    }
}
