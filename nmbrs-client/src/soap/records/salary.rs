//! Salaries of everybody, as history.
//!
//! The type of an amount comes as a number here, and which number means what is published nowhere: it stays a number.

use super::SoapEntry;
use crate::model::{Amount, Salary, SalaryType};
use crate::pii::Pii;
use crate::row::{Fault, Why};
use crate::soap::node::{Node, once};

impl SoapEntry for Salary {
    const LIST: &'static str = "EmployeeSalaries";

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut start, mut salary_type, mut digits, mut created_at) = (None, None, None, None);
        node.children(|name, child| match name {
            "StartDate" => once(&mut start, name, child.date()?),
            "Type" => once(&mut salary_type, name, child.string()?),
            "Value" => once(&mut digits, name, child.digits()?),
            "CreationDate" => once(&mut created_at, name, child.moment()?),
            _ => Ok(()),
        })?;
        let amount = digits.map(|digits| {
            Amount::read(&digits).map(Pii::new).ok_or_else(|| Fault::new("Value", Why::NotANumber))
        });
        Ok(Self {
            start: start.unwrap_or_default(),
            salary_type: salary_type.map(SalaryType::Other),
            amount: amount.transpose()?,
            created_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PerEmployee;
    use crate::soap::records;

    #[test]
    fn the_number_of_a_type_is_kept_and_not_interpreted() {
        let frame = "<EmployeeSalaryItem><EmployeeId>500101</EmployeeId><EmployeeSalaries><Salary_V2><ID>830001</ID>\
                     <Value>2750.0000</Value><Type>2</Type><SalaryTable><Code>3</Code><Trede><StepValue>1</StepValue>\
                     </Trede></SalaryTable><StartDate>2024-01-01T00:00:00</StartDate></Salary_V2></EmployeeSalaries>\
                     </EmployeeSalaryItem>";
        let row = records::read::<PerEmployee<Salary>>(frame).unwrap();
        let salary = &row.readable().unwrap().entries[0];
        assert_eq!(salary.salary_type, Some(SalaryType::Other("2".to_owned())));
        assert_eq!(salary.amount.as_ref().unwrap().expose().to_decimal(), "2750");
    }
}
