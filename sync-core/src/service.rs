//! Is somebody in service, and until when?
//!
//! In: the employments and contracts of one record, and an instant. Out: where the record stands in
//! time. Never: a guess where dates are missing; "no employment" is an answer of its own.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{amsterdam_date, is_over, is_sentinel};
use crate::record::EmployeeRecord;

/// Where a record stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every rule about dates must decide about every case")]
pub enum Service {
    /// An employment has begun and is not over; its last day, if one is known.
    Running(Option<NaiveDate>),
    /// None is running; the next begins on this day.
    Ahead(NaiveDate),
    /// All are over; the last ended on this day.
    Over(NaiveDate),
    /// The source knows no employment with a first day.
    Unknown,
}

/// Where the record stands at this instant.
pub fn service(record: &EmployeeRecord, at: DateTime<Utc>) -> Service {
    let today = amsterdam_date(at);
    if let Some((_, end)) = running(record, at) {
        let contract = || latest_contract_end(record).filter(|end| !is_over(*end, at));
        return Service::Running(end.or_else(contract));
    }
    let spans = || spans(record);
    if let Some(start) = spans().map(|(start, _)| start).filter(|start| *start > today).min() {
        return Service::Ahead(start);
    }
    spans().filter_map(|(_, end)| end).max().map_or(Service::Unknown, Service::Over)
}

/// The first day of the employment that goes on, of several the latest.
pub(crate) fn running_since(record: &EmployeeRecord, at: DateTime<Utc>) -> Option<NaiveDate> {
    running(record, at).map(|(start, _)| start)
}

/// First and last days, of employments that have a first.
fn spans(record: &EmployeeRecord) -> impl Iterator<Item = (NaiveDate, Option<NaiveDate>)> + '_ {
    record.employments.iter().filter_map(|employment| Some((real(employment.start)?, real(employment.end))))
}

fn running(record: &EmployeeRecord, at: DateTime<Utc>) -> Option<(NaiveDate, Option<NaiveDate>)> {
    let today = amsterdam_date(at);
    let running =
        spans(record).filter(|(start, end)| *start <= today && end.is_none_or(|end| !is_over(end, at)));
    running.max_by_key(|(start, _)| *start)
}

/// The last day of a leaver, if the source gives one: the latest of all employments, which may overlap,
/// else that of the latest contract.
pub fn last_day(record: &EmployeeRecord) -> Option<NaiveDate> {
    let of_employments = record.employments.iter().filter_map(|employment| real(employment.end)).max();
    of_employments.or_else(|| latest_contract_end(record))
}

/// Is the latest contract over although the employment goes on? Nobody leaves by that, but somebody should know.
pub fn outlives_contract(record: &EmployeeRecord, at: DateTime<Utc>) -> bool {
    latest_contract_end(record).is_some_and(|end| is_over(end, at))
        && service(record, at) == Service::Running(None)
}

/// Does the source show an employment that goes on, or is still to come, after one that ended? Then the
/// type "former" lags behind, or somebody comes back.
pub fn begins_again(record: &EmployeeRecord, at: DateTime<Utc>) -> bool {
    let today = amsterdam_date(at);
    let starts_later =
        record.employments.iter().any(|employment| real(employment.start).is_some_and(|start| start > today));
    let some_ended = record.employments.iter().any(|employment| real(employment.end).is_some());
    // Several may have begun last, on one day; one that is open is enough.
    let latest_start = record.employments.iter().map(|employment| real(employment.start)).max();
    let latest_is_open = record
        .employments
        .iter()
        .any(|employment| Some(real(employment.start)) == latest_start && real(employment.end).is_none());
    starts_later || (some_ended && latest_is_open)
}

fn latest_contract_end(record: &EmployeeRecord) -> Option<NaiveDate> {
    let latest = record.contracts.iter().max_by_key(|contract| real(contract.start))?;
    real(latest.end)
}

fn real(date: Option<NaiveDate>) -> Option<NaiveDate> {
    date.filter(|date| !is_sentinel(*date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Contract, Employment};
    use crate::{CompanyId, ExternalId};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn noon() -> DateTime<Utc> {
        "2026-06-15T10:00:00Z".parse().unwrap()
    }

    fn record(spans: &[(&str, Option<&str>)]) -> EmployeeRecord {
        let mut record = EmployeeRecord::new(ExternalId::rest("a").unwrap(), CompanyId::new("c"));
        record.employments = spans
            .iter()
            .map(|(start, end)| {
                let employment = Employment::starting(day(start));
                end.map_or(employment, |end| employment.ending(day(end)))
            })
            .collect();
        record
    }

    #[track_caller]
    fn check(spans: &[(&str, Option<&str>)], expected: Service) {
        assert_eq!(service(&record(spans), noon()), expected);
    }

    #[test]
    fn a_record_stands_in_time_by_its_employments() {
        check(&[("2020-01-01", None)], Service::Running(None));
        check(&[("2026-06-15", None)], Service::Running(None));
        check(&[("2020-01-01", Some("2026-06-15"))], Service::Running(Some(day("2026-06-15"))));
        check(&[("2020-01-01", Some("2026-06-14"))], Service::Over(day("2026-06-14")));
        check(&[("2026-06-16", None)], Service::Ahead(day("2026-06-16")));
        check(&[("2020-01-01", Some("2021-01-01")), ("2026-07-01", None)], Service::Ahead(day("2026-07-01")));
        check(&[("2020-01-01", Some("2021-01-01")), ("2026-01-01", None)], Service::Running(None));
        check(&[("0001-01-01", None)], Service::Unknown);
        check(&[], Service::Unknown);
    }

    #[test]
    fn the_last_day_is_that_of_the_latest_employment_and_else_of_the_latest_contract() {
        assert_eq!(
            last_day(&record(&[("2020-01-01", Some("2021-01-01")), ("2022-01-01", Some("2026-01-31"))])),
            Some(day("2026-01-31"))
        );
        let mut by_contract = record(&[("2020-01-01", None)]);
        by_contract.contracts = vec![Contract::new(Some(day("2020-01-01")), Some(day("2026-03-31")))];
        assert_eq!(last_day(&by_contract), Some(day("2026-03-31")));
        assert_eq!(last_day(&record(&[])), None);
    }

    #[test]
    fn an_open_or_coming_employment_after_one_that_ended_is_a_new_beginning() {
        assert!(begins_again(&record(&[("2020-01-01", Some("2021-01-01")), ("2026-07-01", None)]), noon()));
        assert!(begins_again(&record(&[("2020-01-01", Some("2021-01-01")), ("2026-01-01", None)]), noon()));
        assert!(!begins_again(&record(&[("2020-01-01", None)]), noon()));
        assert!(!begins_again(&record(&[("2020-01-01", Some("2021-01-01"))]), noon()));
    }
}
