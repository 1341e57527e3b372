//! Contracts, of everybody or of one employee.
//!
//! The list of a company can hold several entries with the same `ContractID`: the contract was changed, and all its
//! versions are there. Only the version that was recorded last counts. Of two that were recorded at the same moment and
//! differ nobody can say which is true, and then the employee's row is unreadable.

use super::{SoapRecord, employee_and_entries, required};
use crate::id::RowId;
use crate::model::{Contract, Moment, PerEmployee};
use crate::row::{Fault, Why};
use crate::soap::node::{Node, once};
use crate::soap::operation::Operation;
use crate::soap::reading::Reading;

const LIST: &str = "EmployeeContracts";
const ID: &str = "ContractID";

impl Reading<PerEmployee<Contract>> {
    /// Reads the answer to [`Operation::Contracts`].
    pub fn contracts() -> Self {
        Self::of(Operation::Contracts)
    }
}

/// A contract under its number.
struct Version {
    id: RowId,
    contract: Contract,
}

fn read(node: &mut Node<'_, '_>) -> Result<Version, Fault> {
    let (mut id, mut start, mut end, mut trial_end) = (None, None, None, None);
    let (mut indefinite, mut hours_per_week, mut created_at) = (None, None, None);
    node.children(|name, child| match name {
        ID => once(&mut id, name, child.id(RowId::new)?),
        "StartDate" => once(&mut start, name, child.date()?),
        "EndDate" => once(&mut end, name, child.date()?),
        // A day, whatever its name says.
        "TrialPeriod" => once(&mut trial_end, name, child.date()?),
        "Indefinite" => once(&mut indefinite, name, child.flag()?),
        "HoursPerWeek" => once(&mut hours_per_week, name, child.decimal()?),
        "CreationDate" => once(&mut created_at, name, child.moment()?),
        _ => Ok(()),
    })?;
    let contract = Contract {
        start: start.unwrap_or_default(),
        end: end.unwrap_or_default(),
        trial_end: trial_end.unwrap_or_default(),
        indefinite,
        hours_per_week,
        created_at,
    };
    Ok(Version { id: required(id, ID)?, contract })
}

/// Of each contract the version recorded last, in the order in which the contracts came. One without a moment comes
/// before all that have one.
fn latest(versions: Vec<Version>) -> Result<Vec<Contract>, Fault> {
    let mut kept: Vec<Version> = Vec::with_capacity(versions.len());
    for (index, version) in versions.into_iter().enumerate() {
        let Some(known) = kept.iter_mut().find(|known| known.id == version.id) else {
            kept.push(version);
            continue;
        };
        let recorded = |version: &Version| -> Option<Moment> { version.contract.created_at };
        if recorded(&version) > recorded(known) {
            *known = version;
        } else if recorded(&version) == recorded(known) && version.contract != known.contract {
            return Err(Fault::new(ID, Why::Contradiction).within(LIST, index));
        }
    }
    Ok(kept.into_iter().map(|version| version.contract).collect())
}

impl SoapRecord for PerEmployee<Contract> {
    const ID: Option<&'static str> = Some("EmployeeId");

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        let (employee, versions) = employee_and_entries(node, LIST, read)?;
        Ok(Self { employee, entries: latest(versions)? })
    }
}

impl SoapRecord for Contract {
    const ID: Option<&'static str> = Some(ID);

    fn read(node: &mut Node<'_, '_>) -> Result<Self, Fault> {
        read(node).map(|version| version.contract)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Row;
    use crate::soap::records;

    fn row(contracts: &[(&str, &str, &str)]) -> Row<PerEmployee<Contract>> {
        let contracts = contracts.iter().map(|(id, created, end)| {
            format!(
                "<EmployeeContract><ContractID>{id}</ContractID><CreationDate>{created}</CreationDate>\
                 <EndDate>{end}</EndDate></EmployeeContract>"
            )
        });
        let inside = contracts.collect::<Vec<_>>().concat();
        let frame = format!(
            "<EmployeeContractItemGlobal><EmployeeId>500102</EmployeeId>\
             <EmployeeContracts>{inside}</EmployeeContracts></EmployeeContractItemGlobal>"
        );
        records::read(&frame).unwrap()
    }

    fn ends(row: &Row<PerEmployee<Contract>>) -> Vec<String> {
        let entries = &row.readable().unwrap().entries;
        entries.iter().map(|contract| contract.end.day().unwrap().to_string()).collect()
    }

    #[test]
    fn of_several_entries_with_one_contract_id_the_one_recorded_last_counts() {
        let first = ("720410", "2025-01-15T13:10:12.51", "2026-01-31T00:00:00");
        let second = ("720410", "2026-01-10T08:00:00", "2027-01-31T00:00:00");
        let unrecorded = ("720410", "", "2025-12-31T00:00:00");
        let other = ("720001", "2019-02-20T09:20:02.3", "2020-02-29T00:00:00");
        assert_eq!(ends(&row(&[first, other, second])), ["2027-01-31", "2020-02-29"]);
        assert_eq!(ends(&row(&[second, first, other])), ["2027-01-31", "2020-02-29"]);
        assert_eq!(ends(&row(&[unrecorded, first])), ["2026-01-31"]);
        assert_eq!(ends(&row(&[first, first])), ["2026-01-31"]);
    }

    #[test]
    fn two_versions_of_one_moment_that_differ_make_the_row_unreadable() {
        let row = row(&[("7", "2026-01-10", "2027-01-31"), ("7", "2026-01-10", "2028-01-31")]);
        let unreadable = row.unreadable().unwrap();
        assert_eq!(unreadable.id.as_str(), "500102");
        assert_eq!(
            (unreadable.at.as_str(), unreadable.why),
            ("EmployeeContracts[1].ContractID", Why::Contradiction)
        );
    }

    #[test]
    fn everything_but_the_ids_may_be_nil() {
        let frame = "<EmployeeContractItem><EmployeeId>500102</EmployeeId><EmployeeContracts><EmployeeContract>\
                     <ContractID>7</ContractID><EndDate xsi:nil=\"true\"/><TrialPeriod>2025-03-01T00:00:00</TrialPeriod>\
                     <EmployementType xsi:nil=\"true\"/><Indefinite xsi:nil=\"true\"/><HoursPerWeek>24.5</HoursPerWeek>\
                     </EmployeeContract></EmployeeContracts></EmployeeContractItem>";
        let row = records::read::<PerEmployee<Contract>>(frame).unwrap();
        let contract = &row.readable().unwrap().entries[0];
        assert_eq!((contract.indefinite, contract.hours_per_week), (None, Some(24.5)));
        assert_eq!(contract.trial_end.day(), "2025-03-01".parse().ok());
    }
}
