//! What the text of one element means.
//!
//! Text comes in, a number, a day, a moment or a flag goes out; nothing for an element that is missing, empty or
//! `nil`. The fault of one that cannot be read names the element and never its value.

use crate::model::date::{self, Moment, SourceDate};
use crate::pii::Pii;
use crate::row::{Fault, Why};

use super::node::Node;

/// The last day there is, by which some systems say "no end".
const NO_END: &str = "9999-12-31";

impl Node<'_, '_> {
    /// Text that is about nobody.
    pub(crate) fn string(&mut self) -> Result<Option<String>, Fault> {
        Ok(self.text()?.map(Into::into))
    }

    /// Text about a person.
    pub(crate) fn personal(&mut self) -> Result<Option<Pii<String>>, Fault> {
        Ok(self.string()?.map(Pii::new))
    }

    /// A whole number; `12.00` counts as 12.
    pub(crate) fn integer(&mut self) -> Result<Option<i64>, Fault> {
        self.value(integer)
    }

    /// A number with a point.
    pub(crate) fn decimal(&mut self) -> Result<Option<f64>, Fault> {
        self.value(decimal)
    }

    /// The digits of a number with a point, as they came.
    pub(crate) fn digits(&mut self) -> Result<Option<String>, Fault> {
        self.value(|text| decimal(text).map(|_| text.to_owned()))
    }

    /// `true` or `1`, `false` or `0`.
    pub(crate) fn flag(&mut self) -> Result<Option<bool>, Fault> {
        self.value(flag)
    }

    /// A calendar date, whatever clock time and zone follow.
    pub(crate) fn date(&mut self) -> Result<Option<SourceDate>, Fault> {
        self.value(date)
    }

    /// A moment, for ordering only; `None` also for a date that stands for "not set".
    pub(crate) fn moment(&mut self) -> Result<Option<Moment>, Fault> {
        Ok(self.value(date::read_moment)?.flatten())
    }

    /// The number of a record, in the form that `new` makes of its plain digits.
    pub(crate) fn id<T, E>(&mut self, new: impl FnOnce(String) -> Result<T, E>) -> Result<Option<T>, Fault> {
        self.value(|text| new(record_number(text)?.to_string()).map_err(|_| Why::NotAnId))
    }

    fn value<T>(&mut self, read: impl FnOnce(&str) -> Result<T, Why>) -> Result<Option<T>, Fault> {
        let Some(text) = self.text()? else { return Ok(None) };
        read(&text).map(Some).map_err(|why| Fault::new(self.name(), why))
    }
}

fn integer(text: &str) -> Result<i64, Why> {
    let whole = match text.split_once('.') {
        Some((whole, rest)) if rest.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    whole.parse().map_err(|_| Why::NotANumber)
}

/// Digits with at most one point and a sign before them, as the schema has it: no exponent, no `NaN`, no comma.
fn decimal(text: &str) -> Result<f64, Why> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b".+-".contains(&byte));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite()).ok_or(Why::NotANumber)
}

fn flag(text: &str) -> Result<bool, Why> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Why::NotAFlag),
    }
}

fn date(text: &str) -> Result<SourceDate, Why> {
    match date::read(text)? {
        SourceDate::On(day) if text.starts_with(NO_END) => Ok(SourceDate::Sentinel(day)),
        date => Ok(date),
    }
}

/// Numbers of records are positive and have 32 bits.
fn record_number(text: &str) -> Result<i32, Why> {
    text.parse().ok().filter(|number| *number > 0).ok_or(Why::NotAnId)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn numbers_are_read_as_the_schema_writes_them() {
        for (text, number) in [
            ("7", Some(7)),
            ("-7", Some(-7)),
            ("+7", Some(7)),
            ("007", Some(7)),
            ("7.00", Some(7)),
            ("7.5", None),
            ("7,0", None),
            ("1e3", None),
            ("seven", None),
            ("9223372036854775808", None),
        ] {
            assert_eq!(integer(text).ok(), number, "{text}");
        }
        for (text, number) in [
            ("2750", Some(2750.0)),
            ("2750.0000", Some(2750.0)),
            ("-0.5", Some(-0.5)),
            (".5", Some(0.5)),
            ("24,5", None),
            ("1e3", None),
            ("NaN", None),
            ("inf", None),
            ("1-1", None),
        ] {
            assert_eq!(decimal(text).ok(), number, "{text}");
        }
    }

    #[test]
    fn a_flag_is_a_word_or_a_digit() {
        for (text, says) in
            [("true", Some(true)), ("1", Some(true)), ("false", Some(false)), ("0", Some(false)), ("2", None)]
        {
            assert_eq!(flag(text).ok(), says, "{text}");
        }
    }

    #[test]
    fn the_first_centuries_and_the_last_day_are_no_days() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(date("2018-07-16T00:00:00"), Ok(SourceDate::On(day("2018-07-16"))));
        assert_eq!(date("2018-07-16T23:30:00-05:00"), Ok(SourceDate::On(day("2018-07-16"))));
        for sentinel in ["0001-01-01", "1900-01-01", "9999-12-31"] {
            assert_eq!(date(&format!("{sentinel}T00:00:00")), Ok(SourceDate::Sentinel(day(sentinel))));
        }
        assert_eq!(date("16-07-2018"), Err(Why::NotADate));
    }

    #[test]
    fn the_number_of_a_record_is_positive_and_has_one_spelling() {
        for (text, number) in [
            ("500101", Some(500_101)),
            ("0500101", Some(500_101)),
            ("2147483647", Some(i32::MAX)),
            ("2147483648", None),
            ("0", None),
            ("-1", None),
            ("5b6a77c7", None),
        ] {
            assert_eq!(record_number(text).ok(), number, "{text}");
        }
    }
}
