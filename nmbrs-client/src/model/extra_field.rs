//! The customer's own fields: what they are called, and what each employee has in them.
//!
//! How the vendor writes a value is documented nowhere, so none is interpreted here: the text goes out as it came, and
//! "no key", `null` and `""` stay three different things.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use super::date::SourceDate;
use super::per_employee::Entry;
use super::scalar::Scalar;
use crate::id::{ExtraFieldId, RowId};
use crate::pii::Pii;
use crate::row::{Fault, Record, Why};

/// An extra field of one company. The same label in two companies is two fields.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtraFieldDefinition {
    /// Its key.
    pub id: ExtraFieldId,
    /// The label; the customer may change it.
    pub name: Option<String>,
    /// What the customer says it holds.
    pub field_type: Option<ExtraFieldType>,
}

/// The declared type of an extra field. Unknown ones keep their text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtraFieldType {
    /// Free text.
    Text,
    /// A number with decimals.
    Decimal,
    /// A whole number.
    Number,
    /// A date.
    Date,
    /// Yes or no.
    YesNo,
    /// A text with a date beside it.
    TextDate,
    /// A type this crate does not know.
    Other(String),
}

impl ExtraFieldType {
    /// The type as the vendor spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text => "text",
            Self::Decimal => "decimal",
            Self::Number => "number",
            Self::Date => "date",
            Self::YesNo => "yesNo",
            Self::TextDate => "textDate",
            Self::Other(text) => text,
        }
    }

    fn named(text: String) -> Self {
        match text.as_str() {
            "text" => Self::Text,
            "decimal" => Self::Decimal,
            "number" => Self::Number,
            "date" => Self::Date,
            "yesNo" => Self::YesNo,
            "textDate" => Self::TextDate,
            _ => Self::Other(text),
        }
    }
}

/// What one employee has in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtraFieldValue {
    /// The field.
    pub definition: ExtraFieldDefinition,
    /// What it holds, as it came.
    pub value: RawText,
    /// The date beside it.
    pub start: SourceDate,
}

/// A text exactly as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no fourth way to say nothing")]
pub enum RawText {
    /// No such key.
    Missing,
    /// `null`.
    Null,
    /// A text, possibly empty. A number or boolean counts as its own digits or word.
    Text(Pii<String>),
}

impl RawText {
    /// The text, if there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.expose()),
            Self::Missing | Self::Null => None,
        }
    }

    fn read(json: Option<&RawValue>, at: &str) -> Result<Self, Fault> {
        let Some(json) = json.map(RawValue::get) else { return Ok(Self::Missing) };
        match json.bytes().next() {
            Some(b'n') => Ok(Self::Null),
            Some(b'"') => serde_json::from_str(json)
                .map(|text| Self::Text(Pii::new(text)))
                .map_err(|_| Fault::new(at, Why::WrongShape)),
            Some(b'{' | b'[') | None => Err(Fault::new(at, Why::WrongShape)),
            Some(_) => Ok(Self::Text(Pii::new(json.to_owned()))),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct DefinitionWire<'a> {
    #[serde(borrow)]
    extra_field_id: Scalar<'a>,
    #[serde(borrow)]
    name: Scalar<'a>,
    #[serde(borrow)]
    extra_field_type: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ValueWire<'a> {
    #[serde(borrow)]
    extra_field: Option<DefinitionWire<'a>>,
    #[serde(borrow, deserialize_with = "even_if_null")]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    start_date: Scalar<'a>,
}

/// Keeps `null` apart from a missing key.
fn even_if_null<'a, D: Deserializer<'a>>(decoder: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(decoder).map(Some)
}

impl Record for ExtraFieldDefinition {
    const KEYS: &'static [&'static str] = &["extraFieldId"];
    type Wire<'a> = DefinitionWire<'a>;

    fn from_wire(wire: DefinitionWire<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: wire.extra_field_id.id("extraFieldId", ExtraFieldId::new)?,
            name: wire.name.text("name")?,
            field_type: wire.extra_field_type.text("extraFieldType")?.map(ExtraFieldType::named),
        })
    }

    fn row_id(&self) -> RowId {
        RowId::of(&[self.id.as_str()])
    }
}

impl Entry for ExtraFieldValue {
    const LIST: &'static str = "extraFields";
    type Wire<'a> = ValueWire<'a>;

    fn from_wire(wire: ValueWire<'_>) -> Result<Self, Fault> {
        let definition = ExtraFieldDefinition::from_wire(wire.extra_field.unwrap_or_default());
        Ok(Self {
            definition: definition.map_err(|fault| fault.below("extraField"))?,
            value: RawText::read(wire.value, "value")?,
            start: wire.start_date.date("startDate")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PerEmployee;
    use crate::row::{Row, Unreadable, read};

    fn row(value: &str) -> Row<PerEmployee<ExtraFieldValue>> {
        let json = format!(
            r#"{{"employeeId":"e-1","extraFields":[{{"extraField":{{"extraFieldId":"f-1"}}{value}}}]}}"#
        );
        read(&json).unwrap().1
    }

    #[test]
    fn missing_null_and_empty_values_stay_apart_and_digits_are_kept() {
        let text = |text: &str| RawText::Text(Pii::new(text.to_owned()));
        for (json, value) in [
            ("", RawText::Missing),
            (r#","value":null"#, RawText::Null),
            (r#","value":"""#, text("")),
            (r#","value":" 12,50 ""#, text(" 12,50 ")),
            (r#","value":12.50"#, text("12.50")),
            (r#","value":true"#, text("true")),
            (r#","value":"caf\u00e9""#, text("café")),
        ] {
            assert_eq!(row(json).readable().unwrap().entries[0].value, value, "{json}");
        }
    }

    #[test]
    fn a_value_that_is_no_text_makes_only_its_row_unreadable() {
        let id = RowId::new("e-1").unwrap();
        let at = "extraFields[0].value".to_owned();
        assert_eq!(row(r#","value":{"a":1}"#), Row::Unreadable(Unreadable { id, at, why: Why::WrongShape }));
    }
}
