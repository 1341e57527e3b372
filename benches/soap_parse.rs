//! Whole-company SOAP answers read from bytes to rows: megabytes a second, and how much memory it takes.
//!
//! Figures, no assertion: `cargo bench -p benches --bench soap_parse`, or for another number of people
//! `cargo bench -p benches --bench soap_parse -- 1000`. The answer lies in a file and comes in pieces of 64 KiB; each
//! row is made, counted into a check sum and dropped. `benches/soap/against` reads the same file with other programs,
//! `.ci/instructions` counts instructions. They use `-- write KIND PEOPLE FILE` and `-- read KIND FILE`.
//!
//! Once, on two cores that others were busy on as well: personal info 264 MB/s, contracts 252; 9.4 times lxml and 12
//! times Go in the same run, 2.2 MiB at the peak for 162 MB; 29 instructions a byte, for contracts 36.

#![expect(clippy::unwrap_used, reason = "a bench over made-up data ends where that data is wrong")]
#![expect(clippy::print_stdout, reason = "its figures are its result")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]
#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench over made-up data ends where that data is wrong"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "its figures are rounded"
)]

#[path = "soap/document.rs"]
mod document;

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::Datelike;
use document::Kind;
use nmbrs_client::Row;
use nmbrs_client::model::{Contract, PerEmployee, PersonalInfo, SourceDate};
use nmbrs_client::soap::Reading;

const ROUNDS: usize = 5;
const PIECE: usize = 64 * 1024;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", kind, people, file] => {
            write(Kind::named(kind).unwrap(), people.parse().unwrap(), file.as_ref());
        }
        ["read", kind, file] => println!("{}", read(Kind::named(kind).unwrap(), file.as_ref())),
        [] => figures(100_000),
        [people] => figures(people.parse().unwrap()),
        _ => println!("see the top of benches/soap_parse.rs"),
    }
}

fn figures(people: u32) {
    println!("{people} people, in pieces of {} KiB, best of {ROUNDS}", PIECE / 1024);
    for (name, kind) in [("personal info", Kind::PersonalInfo), ("contracts", Kind::Contracts)] {
        let file = std::env::temp_dir().join(format!("soap-parse-{}.xml", std::process::id()));
        write(kind, people, &file);
        let bytes = fs::metadata(&file).unwrap().len();
        let (best, sum) = (0..ROUNDS).map(|_| timed(kind, &file)).min().unwrap();
        let rate = bytes as f64 / 1e6 / best.as_secs_f64();
        println!("  {name}: {:.1} MB in {best:.3?}, {rate:.0} MB/s; {sum}", bytes as f64 / 1e6);
        fs::remove_file(file).unwrap();
    }
    println!("  the process at its peak: {}", peak());
}

fn timed(kind: Kind, file: &Path) -> (Duration, String) {
    let started = Instant::now();
    let sum = read(kind, file);
    (started.elapsed(), sum)
}

fn write(kind: Kind, people: u32, file: &Path) {
    let mut out = BufWriter::new(File::create(file).unwrap());
    document::write(&mut out, kind, people).unwrap();
    out.flush().unwrap();
}

/// Counts and a check sum: what every other program that reads the same must come to as well.
fn read(kind: Kind, file: &Path) -> String {
    let (mut rows, mut sum) = (0_u64, 0_u64);
    match kind {
        Kind::PersonalInfo => each_row(file, Reading::personal_info(), |row| {
            rows += 1;
            sum += of_personal_info(&row);
        }),
        Kind::Contracts => each_row(file, Reading::contracts(), |row| {
            rows += 1;
            sum += of_contracts(&row);
        }),
    }
    format!("{rows} rows, check sum {sum}")
}

fn each_row<T>(file: &Path, mut reading: Reading<T>, mut each: impl FnMut(T)) {
    let mut file = File::open(file).unwrap();
    let mut piece = vec![0; PIECE];
    loop {
        let length = file.read(&mut piece).unwrap();
        if length == 0 {
            break;
        }
        reading.push(&piece[..length]);
        while let Some(row) = reading.next_row().unwrap() {
            match row {
                Row::Readable(row) => each(row),
                Row::Unreadable(row) => panic!("{row:?}"),
            }
        }
    }
    reading.finish().unwrap();
}

/// The numbers, the day of birth, and how many characters the texts have.
fn of_personal_info(row: &PerEmployee<PersonalInfo>) -> u64 {
    let mut sum = row.employee.as_str().parse::<u64>().unwrap();
    for entry in &row.entries {
        let name = &entry.name;
        let texts = [&name.first, &name.first_in_full, &name.prefix, &name.initials, &name.last];
        let texts = texts.into_iter().chain([&entry.business_email, &entry.private_email]).flatten();
        sum += texts.map(|text| text.expose().chars().count() as u64).sum::<u64>();
        sum += entry.number.unwrap_or_default().unsigned_abs();
        sum += entry.birthday.expose().day().map_or(0, |day| u64::from(day.day()));
        sum += entry.period.map_or(0, |period| (period.year * 100 + period.period).unsigned_abs());
    }
    sum
}

/// The numbers, the days, the hours.
fn of_contracts(row: &PerEmployee<Contract>) -> u64 {
    let mut sum = row.employee.as_str().parse::<u64>().unwrap();
    let day = |date: SourceDate| date.day().map_or(0, |day| u64::from(day.day()));
    for entry in &row.entries {
        sum += day(entry.start) + day(entry.end) + day(entry.trial_end);
        sum += u64::from(entry.indefinite == Some(true));
        sum += (entry.hours_per_week.unwrap_or_default() * 10.0) as u64;
    }
    sum
}

/// The kernel's word about the most memory this process has held.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let figure = status.lines().find_map(|it| it.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    match figure.and_then(|kib| kib.trim().parse::<u64>().ok()) {
        Some(kib) => format!("{:.1} MiB", kib as f64 / 1024.0),
        None => "not known here".to_owned(),
    }
}
