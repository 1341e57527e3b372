//! The whole numbers by which SOAP knows what REST knows by GUIDs.
//!
//! In: everything a world holds. Out: a number for each debtor, company, employee and extra field, kept as long as the
//! world lives: whoever is new gets the next one, and a number is never given to another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::world::World;

/// Every number given so far.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Numbers {
    debtors: Family,
    companies: Family,
    employees: Family,
    extra_fields: Family,
}

/// Numbers of one kind of thing, by GUID.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Family {
    first: i32,
    given: BTreeMap<String, i32>,
}

impl Default for Numbers {
    fn default() -> Self {
        let from = |first| Family { first, given: BTreeMap::new() };
        Self {
            debtors: from(70_001),
            companies: from(90_011),
            employees: from(500_101),
            extra_fields: from(51),
        }
    }
}

impl Family {
    fn include(&mut self, guid: &str) {
        if !self.given.contains_key(guid) {
            let next =
                i32::try_from(self.given.len()).map_or(i32::MAX, |many| self.first.saturating_add(many));
            self.given.insert(guid.to_owned(), next);
        }
    }

    fn guid(&self, number: i32) -> Option<&str> {
        self.given.iter().find(|(_, given)| **given == number).map(|(guid, _)| guid.as_str())
    }
}

impl Numbers {
    pub(super) fn debtor(&self, guid: &str) -> Option<i32> {
        self.debtors.given.get(guid).copied()
    }

    pub(super) fn company(&self, guid: &str) -> Option<i32> {
        self.companies.given.get(guid).copied()
    }

    pub(super) fn employee(&self, guid: &str) -> Option<i32> {
        self.employees.given.get(guid).copied()
    }

    pub(super) fn extra_field(&self, guid: &str) -> Option<i32> {
        self.extra_fields.given.get(guid).copied()
    }

    pub(super) fn debtor_guid(&self, number: i32) -> Option<&str> {
        self.debtors.guid(number)
    }

    pub(super) fn company_guid(&self, number: i32) -> Option<&str> {
        self.companies.guid(number)
    }

    pub(super) fn employee_guid(&self, number: i32) -> Option<&str> {
        self.employees.guid(number)
    }
}

impl World {
    /// Gives a number to everything that has none, in the order of the world.
    pub(super) fn number_everything(&mut self) {
        let Self { soap_numbers: numbers, debtors, companies, .. } = self;
        for debtor in debtors {
            numbers.debtors.include(&debtor.debtor_id);
        }
        for company in companies {
            numbers.companies.include(&company.company_id);
            for definition in &company.extra_fields {
                numbers.extra_fields.include(&definition.extra_field_id);
            }
            for employee in &company.employees {
                numbers.employees.include(&employee.employee_id);
            }
        }
    }
}

/// The number of a row that only exists inside another record; the same one for the same GUID.
pub(super) fn row_number(guid: &str) -> i32 {
    let hash = guid.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    i32::try_from(600_001 + hash % 899_000_000).unwrap_or(i32::MAX)
}
