//! The source's half: lists per company, joined by employee id into records.
//!
//! In: announced companies, then every [`Resource`] of each. Out: one [`EmployeeRecord`] for each id that
//! stands in any of the lists (an outer join: who is missing from the list of employees has no type, and
//! nothing is done about somebody without a type).

use std::collections::{BTreeMap, BTreeSet};
use std::{fmt, mem};

use super::{Complete, Disagreement, Incomplete, Listing, Row};
use crate::external_id::ExternalId;
use crate::id::CompanyId;
use crate::record::{
    Contract, EmployeeRecord, Employment, ExtraField, FieldDefinition, Listed, Personal, SourceCompany,
};

/// The lists that are read of each company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// All employees with their type.
    Employees,
    /// Names, addresses, birthdays.
    Personal,
    /// Periods in service.
    Employments,
    /// Contracts.
    Contracts,
    /// Which extra fields the company has.
    FieldDefinitions,
    /// Values of extra fields.
    ExtraFields,
}

impl Resource {
    /// All of them, in the order in which they are asked for.
    pub const ALL: [Self; 6] = [
        Self::Employees,
        Self::Personal,
        Self::Employments,
        Self::Contracts,
        Self::FieldDefinitions,
        Self::ExtraFields,
    ];
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Employees => "employees",
            Self::Personal => "personal information",
            Self::Employments => "employments",
            Self::Contracts => "contracts",
            Self::FieldDefinitions => "extra-field definitions",
            Self::ExtraFields => "extra fields",
        })
    }
}

/// One list of one company, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceRows {
    /// All employees with their type.
    Employees(Listing<Row<ExternalId, Listed>>),
    /// Names, addresses, birthdays, as they stand now.
    Personal(Listing<Row<ExternalId, Personal>>),
    /// Periods in service, whole history.
    Employments(Listing<Row<ExternalId, Vec<Employment>>>),
    /// Contracts, whole history.
    Contracts(Listing<Row<ExternalId, Vec<Contract>>>),
    /// Which extra fields the company has, by the source's id of the definition.
    FieldDefinitions(Listing<Row<String, FieldDefinition>>),
    /// Values of extra fields; only of names that concern us.
    ExtraFields(Listing<Row<ExternalId, Vec<ExtraField>>>),
}

impl SourceRows {
    /// Which list this is.
    pub const fn resource(&self) -> Resource {
        match self {
            Self::Employees(_) => Resource::Employees,
            Self::Personal(_) => Resource::Personal,
            Self::Employments(_) => Resource::Employments,
            Self::Contracts(_) => Resource::Contracts,
            Self::FieldDefinitions(_) => Resource::FieldDefinitions,
            Self::ExtraFields(_) => Resource::ExtraFields,
        }
    }
}

/// All that the source said in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSnapshot {
    companies: Vec<SourceCompany>,
    left_out: Vec<SourceCompany>,
    records: Vec<EmployeeRecord>,
    definitions: BTreeMap<CompanyId, BTreeSet<FieldDefinition>>,
}

impl SourceSnapshot {
    /// The companies, by id.
    pub fn companies(&self) -> &[SourceCompany] {
        &self.companies
    }

    /// The companies that are visible and take no part because of their debtor, by id. Nothing else was read of them.
    pub fn left_out(&self) -> &[SourceCompany] {
        &self.left_out
    }

    /// The records, by id.
    pub fn records(&self) -> &[EmployeeRecord] {
        &self.records
    }

    /// The extra-field definitions of each company; every company has an entry.
    pub const fn definitions(&self) -> &BTreeMap<CompanyId, BTreeSet<FieldDefinition>> {
        &self.definitions
    }
}

/// Collects lists until the snapshot is whole.
///
/// ```
/// use sync_core::{CompanyId, ExternalId, record::{EmployeeType, Listed, SourceCompany}};
/// use sync_core::snapshot::{Listing, Resource, Row, SourceRows, SourceSnapshotBuilder};
///
/// let company = CompanyId::new("acme");
/// let mut builder = SourceSnapshotBuilder::announce(vec![SourceCompany::new(company.clone())]);
/// let jan = ExternalId::rest("492f6362-79a3-4452-8e1d-a83fbe5437c2")?;
/// let listed = Listed::new(Some(1), Some(EmployeeType::Payroll));
/// builder.put(&company, SourceRows::Employees(Listing::new(vec![Row::readable(jan, listed)], Some(1))))?;
/// // One list is not all lists: nothing complete comes out of this.
/// assert!(builder.finish().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SourceSnapshotBuilder {
    companies: BTreeMap<CompanyId, SourceCompany>,
    left_out: BTreeMap<CompanyId, SourceCompany>,
    missing: BTreeSet<(CompanyId, Resource)>,
    /// By id. In long lists and not in a tree, because a million of them would leave it in shreds of memory.
    records: BTreeMap<CompanyId, Vec<EmployeeRecord>>,
    /// In which company each id was seen.
    seen: BTreeMap<ExternalId, CompanyId>,
    definitions: BTreeMap<CompanyId, BTreeSet<FieldDefinition>>,
}

impl SourceSnapshotBuilder {
    /// Starts with the companies that the run is about. Each of their lists must follow.
    pub fn announce(companies: Vec<SourceCompany>) -> Self {
        let companies: BTreeMap<_, _> =
            companies.into_iter().map(|company| (company.id.clone(), company)).collect();
        let missing =
            companies.keys().flat_map(|id| Resource::ALL.map(|resource| (id.clone(), resource))).collect();
        let definitions = companies.keys().map(|id| (id.clone(), BTreeSet::new())).collect();
        Self {
            companies,
            left_out: BTreeMap::new(),
            missing,
            records: BTreeMap::new(),
            seen: BTreeMap::new(),
            definitions,
        }
    }

    /// Tells of companies that are visible and take no part because of their debtor. None of their lists follows.
    pub fn leaving_out(mut self, companies: Vec<SourceCompany>) -> Self {
        self.left_out = companies.into_iter().map(|company| (company.id.clone(), company)).collect();
        self
    }

    /// Takes one list.
    ///
    /// # Errors
    /// [`Incomplete`] when the list disagrees with itself (reading it once more may help) or does not
    /// belong to an announced company.
    pub fn put(&mut self, company: &CompanyId, rows: SourceRows) -> Result<(), Incomplete> {
        if !self.companies.contains_key(company) {
            return Err(Incomplete::NotAnnounced);
        }
        let resource = rows.resource();
        match rows {
            SourceRows::Employees(list) => {
                self.join(company, resource, list, |record, listed| record.listed = listed)
            }
            SourceRows::Personal(list) => {
                self.join(company, resource, list, |record, part| record.personal = part)
            }
            SourceRows::Employments(list) => {
                self.join(company, resource, list, |record, part| record.employments = part)
            }
            SourceRows::Contracts(list) => {
                self.join(company, resource, list, |record, part| record.contracts = part)
            }
            SourceRows::ExtraFields(list) => {
                self.join(company, resource, list, |record, part| record.extra_fields = part)
            }
            SourceRows::FieldDefinitions(list) => self.define(company, list),
        }?;
        self.missing.remove(&(company.clone(), resource));
        Ok(())
    }

    /// Takes whole records of one company at once, from a source that has no separate lists.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn put_records(
        &mut self,
        company: &CompanyId,
        definitions: Vec<FieldDefinition>,
        mut records: Vec<EmployeeRecord>,
    ) -> Result<(), Incomplete> {
        if !self.companies.contains_key(company) {
            return Err(Incomplete::NotAnnounced);
        }
        for record in &mut records {
            self.claim(company, &record.id)?;
            record.company = company.clone();
        }
        let known = self.records.entry(company.clone()).or_default();
        known.append(&mut records);
        known.sort_by(|a, b| a.id.cmp(&b.id));
        known.dedup_by(|later, earlier| {
            let same = later.id == earlier.id;
            if same {
                mem::swap(later, earlier);
            }
            same
        });
        self.definitions.insert(company.clone(), definitions.into_iter().collect());
        self.missing.retain(|(id, _)| id != company);
        Ok(())
    }

    /// The snapshot, if every announced list has come.
    ///
    /// # Errors
    /// [`Incomplete::SourceListMissing`] names the first list that has not.
    pub fn finish(self) -> Result<Complete<SourceSnapshot>, Incomplete> {
        if let Some((company, resource)) = self.missing.into_iter().next() {
            return Err(Incomplete::SourceListMissing { company, resource });
        }
        let mut of_company: BTreeMap<_, _> = self
            .records
            .into_iter()
            .map(|(company, records)| (company, records.into_iter().peekable()))
            .collect();
        let mut records = Vec::with_capacity(self.seen.len());
        for (id, company) in &self.seen {
            records
                .extend(of_company.get_mut(company).and_then(|rest| rest.next_if(|record| record.id == *id)));
        }
        for record in &mut records {
            record.employments.sort_unstable();
            record.contracts.sort_unstable();
            record.extra_fields.sort_unstable();
            record.unreadable.sort_unstable();
        }
        Ok(Complete(SourceSnapshot {
            companies: self.companies.into_values().collect(),
            left_out: self.left_out.into_values().collect(),
            records,
            definitions: self.definitions,
        }))
    }

    fn join<T: PartialEq>(
        &mut self,
        company: &CompanyId,
        resource: Resource,
        list: Listing<Row<ExternalId, T>>,
        take: impl Fn(&mut EmployeeRecord, T),
    ) -> Result<(), Incomplete> {
        let rows = agreed(company, resource, list)?;
        for row in &rows {
            self.claim(company, &row.id)?;
        }
        let records = self.records.entry(company.clone()).or_default();
        let mut new = Vec::new();
        let mut known = records.iter_mut().peekable();
        for row in rows {
            while known.next_if(|record| record.id < row.id).is_some() {}
            let mut first = None;
            let record = match known.next_if(|record| record.id == row.id) {
                Some(record) => record,
                None => first.insert(EmployeeRecord::new(row.id, company.clone())),
            };
            match row.content {
                Ok(part) => take(record, part),
                Err(problem) => record.unreadable.push(problem),
            }
            new.extend(first);
        }
        if !new.is_empty() {
            records.append(&mut new);
            records.sort_by(|a, b| a.id.cmp(&b.id));
        }
        Ok(())
    }

    fn define(
        &mut self,
        company: &CompanyId,
        list: Listing<Row<String, FieldDefinition>>,
    ) -> Result<(), Incomplete> {
        let resource = Resource::FieldDefinitions;
        let rows = agreed(company, resource, list)?;
        // It may be the access field's, and without that nobody's missing answer is a question any more.
        let definitions: Result<_, _> = rows.into_iter().map(|row| row.content).collect();
        let definitions = definitions.map_err(|_| Incomplete::Source {
            company: company.clone(),
            resource,
            disagreement: Disagreement::Unreadable,
        })?;
        self.definitions.insert(company.clone(), definitions);
        Ok(())
    }

    fn claim(&mut self, company: &CompanyId, id: &ExternalId) -> Result<(), Incomplete> {
        let seen = self.seen.entry(id.clone()).or_insert_with(|| company.clone());
        if seen == company {
            Ok(())
        } else {
            Err(Incomplete::EmployeeInTwoCompanies(seen.clone(), company.clone()))
        }
    }
}

fn agreed<I: Ord, T: PartialEq>(
    company: &CompanyId,
    resource: Resource,
    list: Listing<Row<I, T>>,
) -> Result<Vec<Row<I, T>>, Incomplete> {
    list.agreed().map_err(|disagreement| Incomplete::Source {
        company: company.clone(),
        resource,
        disagreement,
    })
}
