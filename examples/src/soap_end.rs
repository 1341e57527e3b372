//! How long SOAP will still be there.
//!
//! In: the time. Out: what a person should know about it. It is the vendor's announcement and nobody's promise, so that
//! a day after it is a remark and no refusal.

use chrono::{DateTime, NaiveDate, Utc};
use sync_core::calendar::amsterdam_date;

/// The first day on which, as the vendor announced, SOAP is not supported any more.
const END: Option<NaiveDate> = NaiveDate::from_ymd_opt(2027, 3, 1);

/// What is to be said about the end of SOAP at this instant.
pub fn remark(now: DateTime<Utc>) -> String {
    let left = END.map_or(0, |end| (end - amsterdam_date(now)).num_days());
    match left {
        ..=0 => {
            "Nmbrs announced the end of SOAP for 2027-03-01; as long as it answers, runs go on".to_owned()
        }
        1 => "Nmbrs switches SOAP off on 2027-03-01: 1 day left".to_owned(),
        more => format!("Nmbrs switches SOAP off on 2027-03-01: {more} days left"),
    }
}

/// What helps.
pub const GO_OVER: &str = "sync migrate goes over to REST";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_in_amsterdam_until_the_day_itself() {
        for (now, told) in [
            ("2026-11-23T12:00:00Z", "98 days left"),
            ("2027-02-26T23:30:00Z", "2 days left"),
            ("2027-02-28T22:59:59Z", "1 day left"),
            ("2027-02-28T23:00:00Z", "as long as it answers"),
            ("2031-01-01T00:00:00Z", "as long as it answers"),
        ] {
            let said = remark(now.parse().unwrap());
            assert!(
                said.contains("2027-03-01") && said.ends_with(told) || said.contains(told),
                "{now}: {said}"
            );
        }
    }
}
