//! Reading single fields of a JSON object: tolerant of what is absent, null or unknown, strict about types.
//!
//! Takes an object and a field name, gives the value or the field's name with the reason. A value never gets into an
//! error.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::employee::Timestamp;
use crate::row::Misread;

/// A field that could not be read, and why.
pub(crate) type FieldMisread = (&'static str, Misread);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'j>(&'j Map<String, Value>);

impl<'j> Fields<'j> {
    pub(crate) fn of(value: &'j Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    pub(crate) fn integer(self, name: &'static str) -> Result<Option<i64>, FieldMisread> {
        self.optional(name, Misread::WrongType, Value::as_i64)
    }

    pub(crate) fn flag(self, name: &'static str) -> Result<Option<bool>, FieldMisread> {
        self.optional(name, Misread::WrongType, Value::as_bool)
    }

    pub(crate) fn text(self, name: &'static str) -> Result<Option<String>, FieldMisread> {
        self.optional(name, Misread::WrongType, |value| value.as_str().map(str::to_owned))
    }

    pub(crate) fn date(self, name: &'static str) -> Result<Option<NaiveDate>, FieldMisread> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => parse_date(&text).map(Some).ok_or((name, Misread::NotADate)),
        }
    }

    pub(crate) fn timestamp(self, name: &'static str) -> Result<Option<Timestamp>, FieldMisread> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => Timestamp::parse(&text).map(Some).ok_or((name, Misread::NotADateTime)),
        }
    }

    fn optional<T>(
        self,
        name: &'static str,
        reason: Misread,
        read: impl FnOnce(&'j Value) -> Option<T>,
    ) -> Result<Option<T>, FieldMisread> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or((name, reason)),
        }
    }
}

/// The required form of an optional field.
pub(crate) fn required<T>(name: &'static str, value: Option<T>) -> Result<T, FieldMisread> {
    value.ok_or((name, Misread::Missing))
}

/// Exactly `YYYY-MM-DD`.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let has_shape = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    has_shape.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}
