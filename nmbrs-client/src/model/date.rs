//! Dates as the vendor writes them.
//!
//! Text comes in, a [`SourceDate`] or a [`Moment`] goes out. A date is the first ten characters; what follows (a clock
//! time, a `Z` that may mean Amsterdam) is never used to move it to another day. A year up to 1900 is the system's
//! way to say "no date".

use std::ops::Range;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

use crate::row::Why;

/// The last year in which nothing a payroll system records can have happened.
const LAST_SENTINEL_YEAR: i32 = 1900;

/// A date field: set, not set, or set to a value that stands for "not set".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth way to say a date")]
pub enum SourceDate {
    /// Missing, `null` or empty.
    #[default]
    Absent,
    /// A date up to the year 1900, such as `0001-01-01`, as written: not set, by the habit of such systems.
    Sentinel(NaiveDate),
    /// A day.
    On(NaiveDate),
}

impl SourceDate {
    /// The day, if one is set.
    pub fn day(self) -> Option<NaiveDate> {
        match self {
            Self::On(day) => Some(day),
            Self::Absent | Self::Sentinel(_) => None,
        }
    }

    /// The date as written, also if it only stands for "not set".
    pub fn as_written(self) -> Option<NaiveDate> {
        match self {
            Self::On(day) | Self::Sentinel(day) => Some(day),
            Self::Absent => None,
        }
    }

    /// Whether the field held a date that only stands for "not set".
    pub fn is_sentinel(self) -> bool {
        matches!(self, Self::Sentinel(_))
    }
}

/// When the vendor recorded something, as written: its zone is not reliable (documented as Amsterdam, written as
/// UTC), so moments may be compared with each other and with nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(NaiveDateTime);

pub(crate) fn read(text: &str) -> Result<SourceDate, Why> {
    let day = day(text.trim())?;
    Ok(if day.year() <= LAST_SENTINEL_YEAR { SourceDate::Sentinel(day) } else { SourceDate::On(day) })
}

/// `None` for a sentinel. A clock time that cannot be read counts as midnight: it only breaks ties.
pub(crate) fn read_moment(text: &str) -> Result<Option<Moment>, Why> {
    let text = text.trim();
    let day = day(text)?;
    if day.year() <= LAST_SENTINEL_YEAR {
        return Ok(None);
    }
    Ok(Some(Moment(day.and_time(clock(text).unwrap_or_default()))))
}

fn day(text: &str) -> Result<NaiveDate, Why> {
    let parts = || Some((number(text, 0..4)?, number(text, 5..7)?, number(text, 8..10)?));
    let separated = byte_at(text, 4) == Some(b'-') && byte_at(text, 7) == Some(b'-');
    let ends = !byte_at(text, 10).is_some_and(|next| next.is_ascii_digit());
    let (year, month, day) = parts().filter(|_| separated && ends).ok_or(Why::NotADate)?;
    NaiveDate::from_ymd_opt(i32::from(year), month.into(), day.into()).ok_or(Why::ImpossibleDate)
}

/// The clock time after the date: hours, minutes, seconds, and as many decimals as there are, nine of them counted.
fn clock(text: &str) -> Option<NaiveTime> {
    let separated = byte_at(text, 13) == Some(b':') && byte_at(text, 16) == Some(b':');
    let (hour, minute, second) = (number(text, 11..13)?, number(text, 14..16)?, number(text, 17..19)?);
    let decimals = text.get(19..)?.strip_prefix('.').unwrap_or_default();
    let decimals = decimals.bytes().map_while(|byte| char::from(byte).to_digit(10));
    let nano = decimals.chain(std::iter::repeat(0)).take(9).fold(0, |nano, digit| nano * 10 + digit);
    NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nano).filter(|_| separated)
}

/// The number that these bytes write, if all of them are digits.
fn number(text: &str, range: Range<usize>) -> Option<u16> {
    text.as_bytes()
        .get(range)?
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u16::from(byte - b'0')))
}

fn byte_at(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(year: i32, month: u32, day: u32) -> SourceDate {
        SourceDate::On(NaiveDate::from_ymd_opt(year, month, day).unwrap())
    }

    #[test]
    fn a_date_is_its_first_ten_characters() {
        for (text, date) in [
            ("1991-01-01", Ok(on(1991, 1, 1))),
            ("1991-01-01T09:29:18Z", Ok(on(1991, 1, 1))),
            ("1991-01-01T23:59:59.1234567+02:00", Ok(on(1991, 1, 1))),
            ("1991-01-01T00:00:00", Ok(on(1991, 1, 1))),
            ("2024-02-29T00:00:00Z", Ok(on(2024, 2, 29))),
            ("1901-01-01", Ok(on(1901, 1, 1))),
            ("9999-12-31", Ok(on(9999, 12, 31))),
            ("0001-01-01T00:00:00Z", Ok(SourceDate::Sentinel("0001-01-01".parse().unwrap()))),
            ("1900-01-01", Ok(SourceDate::Sentinel("1900-01-01".parse().unwrap()))),
            ("1753-01-01", Ok(SourceDate::Sentinel("1753-01-01".parse().unwrap()))),
            ("2023-02-29", Err(Why::ImpossibleDate)),
            ("2021-13-01T00:00:00Z", Err(Why::ImpossibleDate)),
            ("0000-00-00", Err(Why::ImpossibleDate)),
            ("01-02-2021", Err(Why::NotADate)),
            ("2021-1-1", Err(Why::NotADate)),
            ("2021-01-011", Err(Why::NotADate)),
            ("+2021-01-1", Err(Why::NotADate)),
            ("yesterday…", Err(Why::NotADate)),
        ] {
            assert_eq!(read(text), date, "{text}");
        }
    }

    #[test]
    fn a_moment_orders_by_its_clock_and_ignores_its_zone() {
        let moment = |text| read_moment(text).unwrap();
        assert!(moment("2021-07-01T10:15:08Z") < moment("2021-07-01T10:15:08.25Z"));
        assert!(moment("2021-07-01") < moment("2021-07-01T00:00:01+02:00"));
        assert_eq!(moment("2021-07-01T10:15:08Z"), moment("2021-07-01T10:15:08+05:00"));
        assert_eq!(moment("2021-07-01T10:15:08.25"), moment("2021-07-01T10:15:08.2500000000Z"));
        assert_eq!(moment("2021-07-01T25:15:08"), moment("2021-07-01"));
        assert_eq!(moment("0001-01-01T00:00:00Z"), None);
        assert_eq!(read_moment("2021-02-30T00:00:00Z"), Err(Why::ImpossibleDate));
    }
}
