//! Working hours of each employee, as history.

use super::SoapEntry;
use crate::model::{Moment, SourceDate};
use crate::row::Fault;
use crate::soap::node::{Node, once};

/// Working hours from a day on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Schedule {
    /// The first day on which they count.
    pub start: SourceDate,
    /// Hours from Monday to Sunday of the first week.
    pub first_week: [Option<f64>; 7],
    /// The same of the second week; all 0 when the roster repeats each week.
    pub second_week: [Option<f64>; 7],
    /// How much of a full job it is, in percent.
    pub parttime_percentage: Option<f64>,
    /// When it was recorded; for ordering only.
    pub created_at: Option<Moment>,
}

const DAYS: [&str; 7] = [
    "HoursMonday",
    "HoursTuesday",
    "HoursWednesday",
    "HoursThursday",
    "HoursFriday",
    "HoursSaturday",
    "HoursSunday",
];

impl SoapEntry for Schedule {
    const LIST: &'static str = "EmployeeSchedules";

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut first_week, mut second_week) = ([None; 7], [None; 7]);
        let (mut start, mut parttime_percentage, mut created_at) = (None, None, None);
        node.children(|name, child| match name {
            "StartDate" => once(&mut start, name, child.date()?),
            "ParttimePercentage" => once(&mut parttime_percentage, name, child.decimal()?),
            "CreationDate" => once(&mut created_at, name, child.moment()?),
            _ => {
                let (day, week) = match name.strip_suffix('2') {
                    Some(day) => (day, &mut second_week),
                    None => (name, &mut first_week),
                };
                match DAYS.iter().zip(week).find(|(known, _)| **known == day) {
                    Some((_, hours)) => once(hours, name, child.decimal()?),
                    None => Ok(()),
                }
            }
        })?;
        let start = start.unwrap_or_default();
        Ok(Self { start, first_week, second_week, parttime_percentage, created_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PerEmployee;
    use crate::soap::records;

    #[test]
    fn each_day_of_both_weeks_has_its_place() {
        let frame = "<EmployeeScheduleItem><EmployeeId>500101</EmployeeId><EmployeeSchedules><Schedule_V2>\
                     <Id>940001.00</Id><HoursMonday>8</HoursMonday><HoursSunday>0</HoursSunday>\
                     <HoursTuesday2>7.5</HoursTuesday2><ParttimePercentage>80.00</ParttimePercentage>\
                     <StartDate>2019-03-01T00:00:00</StartDate></Schedule_V2></EmployeeSchedules></EmployeeScheduleItem>";
        let row = records::read::<PerEmployee<Schedule>>(frame).unwrap();
        let schedule = &row.readable().unwrap().entries[0];
        assert_eq!(schedule.first_week, [Some(8.0), None, None, None, None, None, Some(0.0)]);
        assert_eq!(schedule.second_week, [None, Some(7.5), None, None, None, None, None]);
        assert_eq!(schedule.parttime_percentage, Some(80.0));
    }
}
