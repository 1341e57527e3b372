//! The fault matrix: what servers, proxies and cables do, and what both clients must make of it.
//!
//! `rows/` says what happens, `class.rs` what must follow, `server.rs` does it, and this file compares. The table for
//! readers is `MATRIX.md`; a short one stands in each client's README. `UPDATE_FAULT_TABLE=1` writes them anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

mod act;
mod class;
mod clock;
mod document;
mod rows;
mod server;
mod subject;
mod trust;
mod watcher;

use class::Class;
use rows::Row;
use server::Route;
use subject::{Seen, Subject};
use trust::in_a_process_that_trusts_us;

/// The waits before the second, third, … sending, in milliseconds, where the server names none: YourCampus takes
/// exactly these, Nmbrs a random share of as much or of a bound that goes on doubling.
const BACK_OFF: [i64; 4] = [500, 1000, 2000, 2000];

/// How far apart two requests to Nmbrs are at least after the first, second, third, … 429, in milliseconds.
const SPACING: [i64; 4] = [250, 500, 1000, 1000];

/// More often than any call is tried.
const ALWAYS: usize = 8;

#[test]
fn a_fault_that_stays_ends_in_the_error_of_the_table() {
    in_a_process_that_trusts_us("a_fault_that_stays_ends_in_the_error_of_the_table", async {
        let mut wrong = Wrong::default();
        for row in rows::all() {
            for &subject in row.subjects {
                let seen = subject.run(row.route, vec![row.act; ALWAYS]).await;
                wrong.add(&row, subject, &judge(&row, subject, &seen));
            }
        }
        wrong.assert_none();
    });
}

#[test]
fn every_status_there_is_has_its_meaning() {
    in_a_process_that_trusts_us("every_status_there_is_has_its_meaning", async {
        let mut wrong = Wrong::default();
        for row in rows::every_status() {
            for &subject in row.subjects {
                let seen = subject.run(row.route, vec![row.act; ALWAYS]).await;
                wrong.add(&row, subject, &judge(&row, subject, &seen));
            }
        }
        wrong.assert_none();
    });
}

#[test]
fn r13_a_fault_that_passes_is_overcome_by_reads_and_never_by_a_second_write() {
    in_a_process_that_trusts_us(
        "r13_a_fault_that_passes_is_overcome_by_reads_and_never_by_a_second_write",
        async {
            let mut wrong = Wrong::default();
            for row in rows::all().chain(rows::every_status()) {
                for &subject in row.subjects {
                    let seen = subject.run(row.route, vec![row.act]).await;
                    wrong.add(&row, subject, &judge_passing(&row, subject, &seen));
                }
            }
            wrong.assert_none();
        },
    );
}

#[test]
fn without_a_fault_every_route_leads_to_the_answer() {
    in_a_process_that_trusts_us("without_a_fault_every_route_leads_to_the_answer", async {
        for route in [Route::Plain, Route::Kept, Route::PastProxy, Route::Tls, Route::Secure, Route::Tunnel] {
            // A token is asked for before anything that a connection could be kept from.
            let subjects = if route == Route::Kept { Subject::API } else { &Subject::ALL };
            for subject in subjects {
                let seen = subject.run(route, vec![]).await;
                let case = format!("{subject:?} over {route:?}");
                assert_eq!((&seen.error, seen.arrived, seen.elsewhere), (&None, 1, 0), "{case}");
            }
        }
    });
}

#[test]
fn both_clients_say_the_same_of_the_same_fault_or_the_table_says_why_not() {
    for row in rows::all().filter(|row| row.subjects.contains(&Subject::NmbrsRead)) {
        if !row.subjects.contains(&Subject::YourCampusRead) {
            continue;
        }
        let meaning =
            |subject| (row.kind(subject), row.class.is_retryable(subject), row.class.is_open(subject));
        let differs = meaning(Subject::NmbrsRead) != meaning(Subject::YourCampusRead);
        assert_eq!(
            differs,
            row.class.why_they_differ().is_some(),
            "{}: a difference needs its reason",
            row.name
        );
    }
}

#[test]
fn the_tables_for_readers_say_what_the_tests_prove() {
    document::check();
}

/// What is wrong with what was seen of a fault that stays; nothing if nothing is.
fn judge(row: &Row, subject: Subject, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let class = row.class;
    match &seen.error {
        None => wrong.push("no error".to_owned()),
        Some(error) => {
            let not_found = row.kind(subject) == "NotFound";
            differ(&mut wrong, "kind", error.kind.as_str(), row.kind(subject));
            differ(&mut wrong, "operation", error.operation.as_str(), subject.operation());
            differ(&mut wrong, "status", error.status, row.status());
            differ(&mut wrong, "is_retryable", error.is_retryable, class.is_retryable(subject));
            differ(&mut wrong, "may_have_been_sent", error.may_have_been_sent, class.is_open(subject));
            differ(&mut wrong, "is_not_found", error.is_not_found, not_found);
            differ(&mut wrong, "has retry_at", error.retry_at.is_some(), row.tells_when);
            if error.retry_at.zip(seen.tries.last().copied()).is_some_and(|(retry_at, last)| retry_at < last)
            {
                wrong.push(format!("retry_at {:?} lies in the past", error.retry_at));
            }
        }
    }
    differ(&mut wrong, "sends", seen.tries.len(), class.sends(subject));
    differ(&mut wrong, "exchanges the observer saw", seen.watched, class.sends(subject));
    differ(&mut wrong, "connections elsewhere", seen.elsewhere, 0);
    if class.is_before_sending() {
        differ(&mut wrong, "requests that arrived", seen.arrived, 0);
    }
    if !subject.is_token() {
        differ(&mut wrong, "new tokens", seen.tokens, usize::from(class == Class::Unauthorized));
    }
    if row.route == Route::Kept {
        differ(&mut wrong, "new connections", seen.connections, seen.tries.len() - 1);
    }
    wrong.extend(judge_waits(row, subject, &seen.tries));
    wrong
}

/// R21: every wait is the server's, or the back-off.
fn judge_waits(row: &Row, subject: Subject, tries: &[i64]) -> Vec<String> {
    let gaps: Vec<_> = tries.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let is_right = |(number, gap): (usize, &i64)| {
        if row.class.is_repeated_at_once(subject) {
            return *gap == 0;
        }
        let apart =
            if subject == Subject::NmbrsRead && row.class == Class::Throttled { SPACING[number] } else { 0 };
        match row.gap {
            Some(asked) if number == 0 => *gap == asked.max(apart),
            // The moment that a date names has come.
            Some(asked) => (apart..=asked.max(apart)).contains(gap),
            None if subject.is_nmbrs() => (apart..=500 << number).contains(gap),
            None => *gap == BACK_OFF[number],
        }
    };
    let right = gaps.iter().enumerate().all(is_right);
    if right { vec![] } else { vec![format!("waits {gaps:?}, the server asks for {:?}", row.gap)] }
}

/// The same for a fault that comes once and is followed by a good answer.
fn judge_passing(row: &Row, subject: Subject, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_overcome = row.class.sends(subject) > 1;
    differ(&mut wrong, "is overcome", seen.error.is_none(), is_overcome);
    differ(&mut wrong, "sends", seen.tries.len(), 1 + usize::from(is_overcome));
    differ(&mut wrong, "connections elsewhere", seen.elsewhere, 0);
    if row.class.is_before_sending() {
        differ(&mut wrong, "requests that arrived", seen.arrived, usize::from(is_overcome));
    }
    wrong
}

fn differ<T: PartialEq + std::fmt::Debug + Copy>(wrong: &mut Vec<String>, what: &str, seen: T, expected: T) {
    if seen != expected {
        wrong.push(format!("{what} {seen:?}, not {expected:?}"));
    }
}

/// All that is wrong, so that one run shows the whole of it.
#[derive(Debug, Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn add(&mut self, row: &Row, subject: Subject, wrong: &[String]) {
        if !wrong.is_empty() {
            self.0.push(format!("{} ({:?}), {subject:?}: {}", row.name, row.route, wrong.join("; ")));
        }
    }

    fn assert_none(&self) {
        assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
    }
}
