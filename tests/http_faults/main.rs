//! One table of HTTP faults for both clients: what the server does, and what must follow.
//!
//! `cargo test -p tests --test http_faults -- --nocapture` prints it as Markdown.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

mod server;
mod subject;
mod table;

use std::fmt::Write as _;

use server::{Act, Server};
use subject::{Seen, Subject};
use table::{Again, Row, rows};
use tokio::sync::OnceCell;

/// Waits before the second, third, … sending, where the server names none. One client takes exactly these, the other
/// up to as much by chance.
const BACK_OFF: [u128; 4] = [500, 1000, 2000, 2000];

/// The fault once, then a good answer.
async fn once(subject: Subject, act: &Act) -> Seen {
    let server = Server::start(subject.good()).await;
    subject.run(&server, vec![act.clone()]).await
}

/// A fault, and what was seen of each kind of call.
type Asked = (Row, [(Subject, Seen); 3]);

/// What each client did about each fault that stayed.
async fn all_that_stay() -> &'static [Asked] {
    static SEEN: OnceCell<Vec<Asked>> = OnceCell::const_new();
    SEEN.get_or_init(|| async {
        let mut all = Vec::new();
        for row in rows() {
            let [nmbrs, reading, writing] = Subject::ALL;
            let seen = [
                (nmbrs, always(nmbrs, &row.act).await),
                (reading, always(reading, &row.act).await),
                (writing, always(writing, &row.act).await),
            ];
            all.push((row, seen));
        }
        all
    })
    .await
}

/// The fault again and again.
async fn always(subject: Subject, act: &Act) -> Seen {
    let server = Server::start(subject.good()).await;
    subject.run(&server, vec![act.clone(); 8]).await
}

#[tokio::test]
async fn a_fault_that_stays_ends_in_the_error_of_the_table() {
    for (row, seen) in all_that_stay().await {
        for (subject, seen) in seen {
            let subject = *subject;
            let case = format!("{}, {subject:?}", row.name);
            let Some(error) = &seen.error else { panic!("{case}: no error") };
            assert_eq!(error.kind, row.kind(subject), "{case}");
            assert_eq!(error.may_have_been_sent, row.open, "{case}: may_have_been_sent");
            assert_eq!(error.is_retryable, row.is_retryable(subject), "{case}: is_retryable");
            assert_eq!(error.is_not_found, row.kind == "NotFound", "{case}: is_not_found");
            assert_eq!(error.has_retry_at, row.names_a_moment(), "{case}: retry_at");
            assert_eq!(error.status, row.status, "{case}: status");
            assert_eq!(seen.sends, row.sends(subject), "{case}: sends");
            assert_eq!(seen.refreshes, usize::from(row.again == Again::NewToken), "{case}: new tokens");
        }
    }
}

#[tokio::test]
async fn a_fault_that_passes_is_overcome_by_reads_and_never_by_a_second_write() {
    for row in rows() {
        for subject in Subject::ALL {
            let case = format!("{}, {subject:?}", row.name);
            let seen = once(subject, &row.act).await;
            let is_overcome = row.sends(subject) > 1;
            assert_eq!(seen.error.is_none(), is_overcome, "{case}: {:?}", seen.error);
            assert_eq!(seen.sends, 1 + usize::from(is_overcome), "{case}: sends");
            assert_eq!(seen.refreshes, usize::from(row.again == Again::NewToken), "{case}: new tokens");
        }
    }
}

#[tokio::test]
async fn r21_every_wait_is_the_servers_or_the_back_off_of_the_table() {
    for (row, seen) in all_that_stay().await {
        for (subject, seen) in seen {
            let subject = *subject;
            let case = format!("{}, {subject:?}", row.name);
            let waits = if row.again == Again::NewToken { 0 } else { row.sends(subject) - 1 };
            assert_eq!(seen.waits.len(), waits, "{case}: {:?}", seen.waits);
            for (number, (wait, bound)) in seen.waits.iter().zip(BACK_OFF).enumerate() {
                match (row.first_wait, subject) {
                    (Some(first), _) if number == 0 => assert_eq!(*wait, first, "{case}"),
                    (Some(first), _) => assert!(*wait <= first, "{case}: {:?}", seen.waits),
                    // Full jitter, and a bound that goes on doubling.
                    (None, Subject::NmbrsRead) => {
                        assert!(*wait <= bound.max(500 << number), "{case}: {:?}", seen.waits);
                    }
                    (None, _) => assert_eq!(*wait, bound, "{case}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn both_clients_say_the_same_of_the_same_fault_or_the_table_says_why_not() {
    for (row, [(_, nmbrs), (_, yourcampus), _]) in all_that_stay().await {
        let (nmbrs, yourcampus) = (&nmbrs.error, &yourcampus.error);
        let differs = nmbrs != yourcampus;
        assert_eq!(
            differs,
            row.is_retryable(Subject::NmbrsRead) != row.is_retryable(Subject::YourCampusRead)
        );
        assert_eq!(differs, row.reason.is_some(), "{}: a difference needs its reason", row.name);
    }
}

#[tokio::test]
async fn the_matrix_as_markdown() {
    let mut table = String::from(
        "| the server | kind | may have been sent | Nmbrs read: sends, retryable | YourCampus read | YourCampus write | why they differ |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for (row, seen) in all_that_stay().await {
        let _ = write!(table, "| {} | {} | {} |", row.name, row.kind, row.open);
        for (_, seen) in seen {
            let again = seen.error.as_ref().is_some_and(|error| error.is_retryable);
            let _ = write!(table, " {}, {again} |", seen.sends);
        }
        let _ = writeln!(table, " {} |", row.reason.unwrap_or_default());
    }
    show(&table);
    assert_eq!(table.lines().count(), rows().len() + 2);
}

#[expect(clippy::print_stdout, reason = "shown with --nocapture")]
fn show(table: &str) {
    println!("{table}");
}

impl Row {
    fn kind(&self, subject: Subject) -> &'static str {
        if subject.is_write() { self.write_kind.unwrap_or(self.kind) } else { self.kind }
    }

    fn again(&self, subject: Subject) -> Again {
        if subject == Subject::NmbrsRead { self.nmbrs_again.unwrap_or(self.again) } else { self.again }
    }

    fn is_retryable(&self, subject: Subject) -> bool {
        let may_pass = !matches!(self.again(subject), Again::Never | Again::NewToken);
        may_pass && !(subject.is_write() && self.open)
    }

    /// How often a request is sent whose fault stays.
    fn sends(&self, subject: Subject) -> usize {
        match (self.again(subject), subject) {
            // A 401 says that nothing was done, so that a write may come again as well.
            (Again::NewToken, _) => 2,
            (Again::Never | Again::Later, _) | (_, Subject::YourCampusWrite) => 1,
            // nmbrs-rest.md 3.3 and yourcampus.md 1.9 count differently.
            (Again::Soon, Subject::NmbrsRead) => 3,
            (Again::Throttled, Subject::NmbrsRead) => 5,
            (Again::Soon | Again::Throttled, Subject::YourCampusRead) => 4,
        }
    }

    fn names_a_moment(&self) -> bool {
        self.first_wait.is_some() || self.again == Again::Later
    }
}
