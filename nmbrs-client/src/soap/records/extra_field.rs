//! What one employee has in the customer's own fields.
//!
//! With and without a date beside the value; what the element of that date is called is not known, only that it ends in
//! `Date`. No value is interpreted.

use super::{SoapRecord, required};
use crate::id::ExtraFieldId;
use crate::model::{ExtraFieldDefinition, ExtraFieldType, ExtraFieldValue, RawText};
use crate::pii::Pii;
use crate::row::Fault;
use crate::soap::node::{Node, once};

impl SoapRecord for ExtraFieldValue {
    const ID: Option<&'static str> = Some("Id");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut id, mut label, mut field_type) = (None, None, None);
        let (mut value, mut start) = (None, None);
        node.children(|name, child| match name {
            "Id" => once(&mut id, name, child.id(ExtraFieldId::new)?),
            "Name" => once(&mut label, name, child.string()?),
            "Type" => once(&mut field_type, name, child.string()?),
            "Value" => once(&mut value, name, Some(raw(child)?)),
            name if name.ends_with("Date") => once(&mut start, name, child.date()?),
            _ => Ok(()),
        })?;
        Ok(Self {
            definition: ExtraFieldDefinition {
                id: required(id, "Id")?,
                name: label,
                field_type: field_type.map(named),
            },
            value: value.unwrap_or(RawText::Missing),
            start: start.unwrap_or_default(),
        })
    }
}

fn raw(node: &mut Node<'_, '_>) -> Result<RawText, Fault> {
    let is_nil = node.is_nil();
    let text = node.string()?;
    Ok(if is_nil { RawText::Null } else { RawText::Text(Pii::new(text.unwrap_or_default())) })
}

/// The list of types is not published; the words that REST has are taken for the same types in any case.
fn named(text: String) -> ExtraFieldType {
    use ExtraFieldType::{Date, Decimal, Number, Text, TextDate, YesNo};
    [Text, Decimal, Number, Date, YesNo, TextDate]
        .into_iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(&text))
        .unwrap_or(ExtraFieldType::Other(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::records::read;

    fn field(elements: &str) -> ExtraFieldValue {
        let row = read(&format!("<FreeField><Id>55</Id>{elements}</FreeField>")).unwrap();
        row.readable().cloned().unwrap()
    }

    #[test]
    fn a_value_that_is_missing_nil_or_empty_stays_three_things() {
        let text = |text: &str| RawText::Text(Pii::new(text.to_owned()));
        for (elements, value) in [
            ("", RawText::Missing),
            ("<Value xsi:nil=\"true\" />", RawText::Null),
            ("<Value />", text("")),
            ("<Value>01-05-2018</Value>", text("01-05-2018")),
        ] {
            assert_eq!(field(elements).value, value, "{elements}");
        }
    }

    #[test]
    fn the_date_beside_a_value_and_the_type_are_read_as_far_as_they_are_known() {
        let parking =
            field("<Type>TextDate</Type><Value>P-112</Value><StartDate>2024-09-01T00:00:00</StartDate>");
        assert_eq!(parking.start.day(), "2024-09-01".parse().ok());
        assert_eq!(parking.definition.field_type, Some(ExtraFieldType::TextDate));
        let unknown = field("<Type>Tekst</Type>").definition.field_type;
        assert_eq!(unknown, Some(ExtraFieldType::Other("Tekst".to_owned())));
    }
}
