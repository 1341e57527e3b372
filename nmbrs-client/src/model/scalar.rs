//! One JSON value, before anybody says what it should be.
//!
//! Decoding a [`Scalar`] never fails: what it was is judged afterwards, with the name of the field at hand. So an odd
//! value makes one row unreadable and never a page. `null`, a missing key and `""` are the same: absent.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::date::{self, Moment, SourceDate};
use crate::pii::Pii;
use crate::row::{Fault, Why};

/// A single value as it came.
#[derive(Clone, PartialEq, Default)]
pub(crate) enum Scalar<'de> {
    /// `null`, missing or `""`.
    #[default]
    Absent,
    /// A string.
    Text(Cow<'de, str>),
    /// A number, in its own digits.
    Number(String),
    /// `true` or `false`.
    Flag(bool),
    /// An object or an array.
    Compound,
}

impl Scalar<'_> {
    /// Text; a number or a boolean counts as its own text.
    pub(crate) fn text(&self, at: &str) -> Result<Option<String>, Fault> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text.clone().into_owned())),
            Self::Number(digits) => Ok(Some(digits.clone())),
            Self::Flag(flag) => Ok(Some(flag.to_string())),
            Self::Compound => Err(Fault::new(at, Why::WrongShape)),
        }
    }

    /// Text about a person.
    pub(crate) fn personal(&self, at: &str) -> Result<Option<Pii<String>>, Fault> {
        Ok(self.text(at)?.map(Pii::new))
    }

    /// An id that must be there.
    pub(crate) fn id<T, E>(&self, at: &str, new: impl FnOnce(String) -> Result<T, E>) -> Result<T, Fault> {
        let text = self.text(at)?.ok_or_else(|| Fault::new(at, Why::NotAnId))?;
        new(text).map_err(|_| Fault::new(at, Why::NotAnId))
    }

    /// An id that may be absent, but not broken.
    pub(crate) fn optional_id<T, E>(
        &self,
        at: &str,
        new: impl FnOnce(String) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        if *self == Self::Absent { Ok(None) } else { self.id(at, new).map(Some) }
    }

    /// A whole number, also as text; `12.0` counts as 12.
    pub(crate) fn integer(&self, at: &str) -> Result<Option<i64>, Fault> {
        let Some(text) = self.digits(at)? else { return Ok(None) };
        let whole = text
            .split_once('.')
            .map_or(text, |(whole, rest)| if rest.bytes().all(|b| b == b'0') { whole } else { text });
        whole.parse().map(Some).map_err(|_| Fault::new(at, Why::NotANumber))
    }

    /// The digits of a number, also as text: as they came, of an exact number up to its 15th digit.
    pub(crate) fn number(&self, at: &str) -> Result<Option<&str>, Fault> {
        self.digits(at)
    }

    /// A number, also as text, with a point.
    pub(crate) fn decimal(&self, at: &str) -> Result<Option<f64>, Fault> {
        let Some(text) = self.digits(at)? else { return Ok(None) };
        let number = text.parse::<f64>().ok().filter(|n| n.is_finite());
        number.map(Some).ok_or_else(|| Fault::new(at, Why::NotANumber))
    }

    /// True or false, also as text in any case.
    pub(crate) fn flag(&self, at: &str) -> Result<Option<bool>, Fault> {
        match self {
            Self::Absent => Ok(None),
            Self::Flag(flag) => Ok(Some(*flag)),
            Self::Text(text) if text.trim().eq_ignore_ascii_case("true") => Ok(Some(true)),
            Self::Text(text) if text.trim().eq_ignore_ascii_case("false") => Ok(Some(false)),
            Self::Compound => Err(Fault::new(at, Why::WrongShape)),
            _ => Err(Fault::new(at, Why::NotAFlag)),
        }
    }

    /// A calendar date: the first ten characters, whatever clock time follows.
    pub(crate) fn date(&self, at: &str) -> Result<SourceDate, Fault> {
        match self {
            Self::Absent => Ok(SourceDate::Absent),
            Self::Text(text) => date::read(text).map_err(|why| Fault::new(at, why)),
            Self::Compound => Err(Fault::new(at, Why::WrongShape)),
            _ => Err(Fault::new(at, Why::NotADate)),
        }
    }

    /// A moment, for ordering only.
    pub(crate) fn moment(&self, at: &str) -> Result<Option<Moment>, Fault> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => date::read_moment(text).map_err(|why| Fault::new(at, why)),
            Self::Compound => Err(Fault::new(at, Why::WrongShape)),
            _ => Err(Fault::new(at, Why::NotADate)),
        }
    }

    fn digits(&self, at: &str) -> Result<Option<&str>, Fault> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text.trim())),
            Self::Number(digits) => Ok(Some(digits)),
            Self::Flag(_) => Err(Fault::new(at, Why::NotANumber)),
            Self::Compound => Err(Fault::new(at, Why::WrongShape)),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        decoder.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(if text.is_empty() { Scalar::Absent } else { Scalar::Text(Cow::Borrowed(text)) })
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(if text.is_empty() { Scalar::Absent } else { Scalar::Text(Cow::Owned(text.to_owned())) })
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Compound)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Compound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> Scalar<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn null_and_empty_text_are_absent_whatever_is_asked() {
        for json in ["null", "\"\""] {
            let value = scalar(json);
            assert_eq!(value.text("f"), Ok(None));
            assert_eq!(value.integer("f"), Ok(None));
            assert_eq!(value.decimal("f"), Ok(None));
            assert_eq!(value.flag("f"), Ok(None));
            assert_eq!(value.date("f"), Ok(SourceDate::Absent));
            assert_eq!(value.moment("f"), Ok(None));
        }
    }

    #[test]
    fn numbers_and_booleans_are_read_as_values_or_as_text() {
        for (json, number) in [
            ("7", Some(7)),
            ("\"7\"", Some(7)),
            ("\" 7 \"", Some(7)),
            ("7.0", Some(7)),
            ("\"7.00\"", Some(7)),
            ("-7", Some(-7)),
            ("7.5", None),
            ("\"seven\"", None),
            ("true", None),
            ("1e3", Some(1000)),
        ] {
            assert_eq!(scalar(json).integer("f").ok().flatten(), number, "{json}");
        }
        for (json, number) in [("15.42", Some(15.42)), ("\"15.42\"", Some(15.42)), ("\"NaN\"", None)] {
            assert_eq!(scalar(json).decimal("f").ok().flatten(), number, "{json}");
        }
        for (json, flag) in
            [("true", Some(true)), ("\"true\"", Some(true)), ("\"False\"", Some(false)), ("1", None)]
        {
            assert_eq!(scalar(json).flag("f").ok().flatten(), flag, "{json}");
        }
        assert_eq!(scalar("2210").text("f"), Ok(Some("2210".to_owned())));
    }

    #[test]
    fn an_object_where_a_value_belongs_is_a_fault_with_its_place() {
        for json in ["{\"a\":[1]}", "[1,2]"] {
            assert_eq!(scalar(json).text("name"), Err(Fault::new("name", Why::WrongShape)));
            assert_eq!(scalar(json).date("name"), Err(Fault::new("name", Why::WrongShape)));
        }
    }
}
