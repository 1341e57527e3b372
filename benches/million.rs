//! A million people planned in one process: time and memory.
//!
//! Figures, no assertion: `cargo bench -p benches --bench million`, or for another number of people
//! `cargo bench -p benches --bench million -- 100000`. Of a hundred people five changed. Only `plan()` is timed;
//! the peak of memory counts the inputs as well, because they are there while it plans.
//!
//! Of the peak of 1496 MiB the inputs are 979 and the plan, which stays, 379; the rest is people and indexes, which go.
//! Ids come in no order here, as a source may give them, so that every text of every record lies somewhere else in
//! memory: planning waits for memory more than for anything else, and takes half as long with ids in order. Hashing is a
//! thirtieth of it.

#![expect(clippy::unwrap_used, reason = "a bench over made-up data ends where that data is wrong")]
#![expect(clippy::print_stdout, reason = "its figures are its result")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

#[expect(dead_code, reason = "the first run is timed for ten thousand")]
mod customer;

use std::fs;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use customer::{Customer, HOME};
use sync_core::{CustomerId, FingerprintKey, Participation, Policy, Run, plan};

const ROUNDS: u32 = 3;

fn main() {
    let people = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let started = Instant::now();
    let of = Customer::settled(people, 5);
    println!("{people} people, 5 % changed; building the snapshots took {:.2?}", started.elapsed());
    println!("  the inputs: {}, and while they were built: {}", mib("VmRSS"), mib("VmHWM"));

    let name = CustomerId::new("large");
    let key = FingerprintKey::new(*b"a key of one customer").unwrap();
    let as_of: DateTime<Utc> = "2026-06-15T10:00:00Z".parse().unwrap();
    let policy = Policy::new(HOME, Participation::Everyone);
    let run = Run::new(&name, as_of, &key);
    for _ in 0..ROUNDS {
        forget_peak();
        let (before, started) = (processor_time(), Instant::now());
        let plan = plan(&of.source, &of.target, &of.ledger, &policy, &run);
        let (took, busy) = (started.elapsed(), processor_time().saturating_sub(before));
        println!(
            "  plan(): {took:.2?}, {busy:.2?} of it on the processor; with the plan: {}, at the peak: {}; {} of {} people, {}",
            mib("VmRSS"),
            mib("VmHWM"),
            plan.document().totals.actions.total(),
            plan.document().totals.people,
            plan.id(),
        );
    }
}

/// A line of the kernel's word about this process.
fn mib(line: &str) -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let figure = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':')?.strip_suffix("kB"));
    match figure.and_then(|kib| kib.trim().parse::<u64>().ok()) {
        Some(kib) => format!("{} MiB", kib / 1024),
        None => "unknown here".to_owned(),
    }
}

/// Lets the peak begin anew, so that what the builders needed does not hide what the plan needs.
fn forget_peak() {
    _ = fs::write("/proc/self/clear_refs", "5");
}

/// How long this process has been on a processor, waiting for none; nothing where the kernel does not tell.
fn processor_time() -> Duration {
    let nanos = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(nanos.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}
