//! Functions (jobs): a debtor's list of them, and which one each employee had since when.

use super::coded::Coded;
use super::{SoapEntry, SoapRecord, period};
use crate::model::{Moment, Period};
use crate::row::Fault;
use crate::soap::node::{Node, once};

/// A function; in an employee's history, one entry of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Function {
    /// Its key. `None` in an entry that says that there was none.
    pub id: Option<i64>,
    /// The code people use for it; text, for it is not always digits.
    pub code: Option<String>,
    /// What it is called.
    pub description: Option<String>,
    /// In a history: the payroll period from which the entry counts.
    pub period: Option<Period>,
    /// In a history: when it was recorded; for ordering only.
    pub created_at: Option<Moment>,
}

impl SoapRecord for Function {
    const ID: Option<&'static str> = Some("Id");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let mut it = Coded::default();
        node.children(|name, child| it.take(name, child))?;
        let id = it.required_id()?;
        Ok(Self { id, code: it.code, description: it.description, period: None, created_at: None })
    }
}

/// One level deeper than a department: the entry has a record number of its own and holds the function.
impl SoapEntry for Function {
    const LIST: &'static str = "EmployeeFunctions";

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (mut function, mut created_at, mut start_year, mut start_period) = (None, None, None, None);
        node.children(|name, child| match name {
            "Function" => once(&mut function, name, Some(coded(child)?)),
            "CreationDate" => once(&mut created_at, name, child.moment()?),
            "StartYear" => once(&mut start_year, name, child.integer()?),
            "StartPeriod" => once(&mut start_period, name, child.integer()?),
            _ => Ok(()),
        })?;
        let (it, period) = (function.unwrap_or_default(), period(start_year, start_period));
        Ok(Self { id: it.id(), code: it.code, description: it.description, period, created_at })
    }
}

fn coded(node: &mut Node<'_, '_>) -> Result<Coded, Fault> {
    let mut it = Coded::default();
    node.children(|name, child| it.take(name, child)).map_err(|fault| fault.below("Function"))?;
    Ok(it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PerEmployee;
    use crate::soap::records::{Department, read};

    #[test]
    fn functions_stand_one_level_deeper_than_departments() {
        let functions = "<EmployeeFunctionItem_V2><EmployeeId>500101</EmployeeId><EmployeeFunctions><EmployeeFunction>\
                         <RecordId>450001</RecordId><Function><Id>41001</Id><Code>100</Code></Function>\
                         <StartPeriod>3</StartPeriod><StartYear>2019</StartYear></EmployeeFunction><EmployeeFunction>\
                         <RecordId>450002</RecordId><Function xsi:nil=\"true\"/></EmployeeFunction></EmployeeFunctions>\
                         </EmployeeFunctionItem_V2>";
        let row = read::<PerEmployee<Function>>(functions).unwrap();
        let [with, without] = row.readable().unwrap().entries.as_slice() else { panic!() };
        assert_eq!((with.id, with.period), (Some(41001), Some(Period { year: 2019, period: 3 })));
        assert_eq!((without.id, without.period), (None, None));

        let departments = "<EmployeeDepartmentItem><EmployeeId>500101</EmployeeId><EmployeeDepartments><Department_V2>\
                           <Id>31002</Id><Code>20</Code><Description>A &amp; B</Description></Department_V2>\
                           <Department_V2><Id>0</Id><Code>0</Code></Department_V2></EmployeeDepartments>\
                           </EmployeeDepartmentItem>";
        let row = read::<PerEmployee<Department>>(departments).unwrap();
        let [with, without] = row.readable().unwrap().entries.as_slice() else { panic!() };
        assert_eq!((with.id, with.description.as_deref()), (Some(31002), Some("A & B")));
        assert_eq!(without.id, None);
    }
}
