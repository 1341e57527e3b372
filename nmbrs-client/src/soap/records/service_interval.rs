//! `Service_GetList`: the periods in service of one employee. Why somebody left is not read.

use super::SoapRecord;
use crate::model::SourceDate;
use crate::row::Fault;
use crate::soap::node::{Node, once};

/// A period in service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceInterval {
    /// First day.
    pub start: SourceDate,
    /// Last day; a sentinel while it is open, because the vendor has no other way to say so here.
    pub end: SourceDate,
    /// What the work anniversary counts from.
    pub seniority: SourceDate,
}

impl SoapRecord for ServiceInterval {
    const ID: Option<&'static str> = None;

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut start, mut end, mut seniority) = (None, None, None);
        node.children(|name, child| match name {
            "Start" => once(&mut start, name, child.date()?),
            "End" => once(&mut end, name, child.date()?),
            "SeniorityDate" => once(&mut seniority, name, child.date()?),
            _ => Ok(()),
        })?;
        Ok(Self {
            start: start.unwrap_or_default(),
            end: end.unwrap_or_default(),
            seniority: seniority.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::records::read;

    #[test]
    fn an_open_end_is_a_sentinel_and_no_day() {
        for end in ["0001-01-01T00:00:00", "9999-12-31T00:00:00", "1900-01-01T00:00:00"] {
            let frame = format!(
                "<ServiceInterval><Start>2025-02-01T00:00:00</Start><End>{end}</End>\
                 <SeniorityDate>2018-05-01T00:00:00</SeniorityDate></ServiceInterval>"
            );
            let row = read::<ServiceInterval>(&frame).unwrap();
            let interval = row.readable().unwrap();
            assert!(interval.end.is_sentinel() && interval.end.day().is_none(), "{end}");
            assert_eq!(interval.seniority.day(), "2018-05-01".parse().ok());
        }
    }
}
