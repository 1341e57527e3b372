//! The customer's payroll office: human beings, and the records that payroll keeps of them.
//!
//! In: what happens to people. Out: the lists that an adapter would read. A human being has as many records as payroll
//! made; which of them belong together is known here, and only here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use sync_core::account::Account;
use sync_core::record::{
    EmployeeRecord, EmployeeType, Employment, ExtraField, FieldDefinition, Listed, SourceCompany, Unreadable,
};
use sync_core::snapshot::{Listing, Resource, Row, SourceRows};
use sync_core::{CompanyId, ExternalId, Interface, Pii};
use unicode_normalization::UnicodeNormalization;

/// A human being, whatever records and accounts there are of it.
pub(crate) type Human = usize;

/// How much of a company the source shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Whole,
    /// It is there, and nobody is in it.
    Empty,
    /// It is not there.
    Gone,
}

#[derive(Debug, Clone)]
pub(crate) struct Company {
    pub(crate) fields: BTreeSet<String>,
    pub(crate) shown: Shown,
}

#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) human: Human,
    pub(crate) row: EmployeeRecord,
    pub(crate) hidden: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Office {
    pub(crate) companies: BTreeMap<CompanyId, Company>,
    pub(crate) records: Vec<Record>,
    pub(crate) humans: usize,
    /// Is payroll read over SOAP, where every record and company has another name?
    pub(crate) over_soap: bool,
    addresses: usize,
}

/// The domain of the names over SOAP.
const DOMAIN: &str = "acme";
/// The number that the first record has over SOAP; the others follow.
const FIRST_NUMBER: usize = 1000;

/// What SOAP calls the record at this place.
pub(crate) fn soap_name(at: usize) -> ExternalId {
    ExternalId::soap(DOMAIN, (FIRST_NUMBER + at) as u64).unwrap()
}

pub(crate) fn same_text(a: &str, b: &str) -> bool {
    let form = |text: &str| text.trim().to_lowercase().nfc().collect::<String>();
    form(a) == form(b)
}

fn text(field: Option<&Pii<String>>) -> &str {
    field.map_or("", |text| text.expose().as_str())
}

impl Record {
    pub(crate) fn is_type(&self, wanted: &EmployeeType) -> bool {
        self.row.listed.employee_type.as_ref() == Some(wanted)
    }

    pub(crate) fn email(&self) -> &str {
        text(self.row.personal.business_email.as_ref())
    }

    pub(crate) fn last(&self) -> &str {
        text(self.row.personal.last_name.as_ref())
    }

    pub(crate) fn first(&self) -> &str {
        text(self.row.personal.first_name.as_ref())
    }

    pub(crate) fn birthday(&self) -> Option<NaiveDate> {
        self.row.personal.birthday.as_ref().map(|birthday| *birthday.expose())
    }

    pub(crate) fn is_readable(&self) -> bool {
        self.row.unreadable.is_empty()
    }

    /// The last day of all employments, if none is open.
    pub(crate) fn last_day(&self) -> Option<NaiveDate> {
        let ends: Option<Vec<_>> = self.row.employments.iter().map(|employment| employment.end).collect();
        ends.and_then(|ends| ends.into_iter().max())
    }

    /// Does some employment hold this day?
    pub(crate) fn works_on(&self, day: NaiveDate) -> bool {
        self.row.employments.iter().any(|employment| {
            employment.start.is_some_and(|start| start <= day) && employment.end.is_none_or(|end| day <= end)
        })
    }

    /// Could anybody who sees both records tell that they are of one human being? Either the address or name and
    /// birthday must have stayed.
    pub(crate) fn resembles(&self, other: &Self) -> bool {
        let traits = same_text(self.last(), other.last()) && self.birthday() == other.birthday();
        let initial = |record: &Self| record.first().trim().chars().next().map(|c| c.to_ascii_lowercase());
        traits && (initial(self) == initial(other) || same_text(self.email(), other.email()))
    }

    /// Does this account show last name, birthday and first initial of the record?
    pub(crate) fn has_traits_of(&self, account: &Account) -> bool {
        let initial = |name: &str| name.trim().chars().next().map(|c| c.to_ascii_lowercase());
        let born = account.birthday.as_ref().map(|birthday| *birthday.expose());
        same_text(self.last(), text(account.last_name.as_ref()))
            && born.is_some()
            && self.birthday() == born
            && initial(self.first()) == initial(text(account.first_name.as_ref()))
    }

    pub(crate) fn field(&self, part: &str) -> Option<&str> {
        let named = |field: &&ExtraField| field.name.ends_with(part);
        self.row.extra_fields.iter().find(named).map(|field| text(field.value.as_ref()))
    }

    pub(crate) fn set_field(&mut self, name: &str, value: Option<&str>) {
        self.row.extra_fields.retain(|field| field.name != name);
        if let Some(value) = value {
            self.row.extra_fields.push(ExtraField::new(name, Some(value.to_owned())));
        }
    }

    pub(crate) fn turns(&mut self, employee_type: EmployeeType) {
        self.row.listed = Listed::new(Some(1), Some(employee_type));
    }

    /// Every open employment ends on this day; one that would begin later never happens.
    pub(crate) fn ends(&mut self, day: NaiveDate) {
        self.row.employments.retain(|employment| employment.start.is_some_and(|start| start <= day));
        for employment in &mut self.row.employments {
            employment.end = Some(employment.end.map_or(day, |end| end.min(day)));
        }
    }
}

impl Office {
    pub(crate) fn opens(&mut self, company: &str, fields: &[&str]) {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        self.companies.insert(CompanyId::new(company), Company { fields, shown: Shown::Whole });
    }

    /// Somebody who was never here before.
    pub(crate) fn joins(&mut self, company: &CompanyId, start: NaiveDate) -> usize {
        let human = self.humans;
        self.humans += 1;
        let mut row = EmployeeRecord::new(self.next_id(), company.clone());
        row.personal.first_name =
            Some(Pii::new(format!("{}{human}", if human % 7 == 3 { "Zoe\u{308}" } else { "Noor" })));
        row.personal.last_name = Some(Pii::new(format!("Naam{human}")));
        row.personal.prefix = (human % 5 == 1).then(|| Pii::new(" van der ".to_owned()));
        let born = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + Days::new(human as u64 * 37);
        row.personal.birthday = Some(Pii::new(born));
        row.personal.business_email = Some(Pii::new(self.new_address(human)));
        row.employments = vec![Employment::starting(start)];
        self.records.push(Record { human, row, hidden: false });
        let at = self.records.len() - 1;
        self.records[at].turns(EmployeeType::Payroll);
        at
    }

    /// A further record of the same human being, with everything as in the one there is.
    pub(crate) fn joins_again(&mut self, of: usize, company: &CompanyId, start: NaiveDate) -> usize {
        let mut again = self.records[of].clone();
        again.row.id = self.next_id();
        again.row.company = company.clone();
        again.row.employments = vec![Employment::starting(start)];
        again.row.unreadable.clear();
        again.hidden = false;
        again.turns(EmployeeType::Payroll);
        self.records.push(again);
        self.records.len() - 1
    }

    /// An address that nobody had before, now and then spelled as people do.
    pub(crate) fn new_address(&mut self, human: Human) -> String {
        self.addresses += 1;
        let n = self.addresses;
        if n.is_multiple_of(6) {
            format!(" Noor{human}.{n}@Acme.EXAMPLE ")
        } else {
            format!("noor{human}.{n}@acme.example")
        }
    }

    pub(crate) fn garble(&mut self, at: usize, garbled: bool) {
        let row = &mut self.records[at].row;
        row.unreadable.clear();
        if garbled {
            row.unreadable.push(Unreadable::new("info[0].birthDate", "not a date"));
        }
    }

    fn next_id(&self) -> ExternalId {
        ExternalId::rest(&format!("r{:04}", self.records.len())).unwrap()
    }

    /// The records that the source shows now.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| !record.hidden && self.shown(&record.row.company) == Shown::Whole)
    }

    pub(crate) fn shown(&self, company: &CompanyId) -> Shown {
        self.companies.get(company).map_or(Shown::Gone, |company| company.shown)
    }

    pub(crate) fn of_human(&self, human: Human) -> impl Iterator<Item = &Record> {
        self.visible().filter(move |record| record.human == human)
    }

    /// Whose record this is, visible or not, by either of its names.
    pub(crate) fn human_of(&self, id: &str) -> Option<Human> {
        let is_it =
            |(at, record): &(usize, &Record)| record.row.id.as_str() == id || soap_name(*at).as_str() == id;
        self.records.iter().enumerate().find(is_it).map(|(_, record)| record.human)
    }

    /// What SOAP calls this company: the companies are numbered from 1.
    pub(crate) fn soap_company(&self, company: &CompanyId) -> CompanyId {
        let at = self.companies.keys().position(|other| other == company);
        at.map_or_else(|| company.clone(), |at| CompanyId::new((at + 1).to_string()))
    }

    /// The company that one of the two interfaces calls so.
    pub(crate) fn company_called(&self, name: &CompanyId) -> CompanyId {
        let own = self.companies.keys().find(|company| self.soap_company(company) == *name);
        own.unwrap_or(name).clone()
    }

    /// What the source shows of companies and of the fields that steer the sync.
    pub(crate) fn scope(&self) -> BTreeMap<CompanyId, BTreeSet<String>> {
        let there = self.companies.iter().filter(|(_, company)| company.shown != Shown::Gone);
        there.map(|(id, company)| (id.clone(), company.fields.clone())).collect()
    }

    pub(crate) fn announced(&self) -> Vec<Row<CompanyId, SourceCompany>> {
        let called = |id: CompanyId| if self.over_soap { self.soap_company(&id) } else { id };
        let ids = self.scope().into_keys().map(called);
        ids.map(|id| Row::readable(id.clone(), SourceCompany::new(id))).collect()
    }

    /// A list as the interface that is read gives it.
    pub(crate) fn rows(&self, company: &CompanyId, resource: Resource) -> SourceRows {
        if !self.over_soap {
            return self.own_rows(company, resource);
        }
        let mut renamed = Self { over_soap: false, ..self.clone() };
        for (at, record) in renamed.records.iter_mut().enumerate() {
            if record.row.id.interface() == Interface::Rest {
                record.row.id = soap_name(at);
            }
        }
        renamed.own_rows(&self.company_called(company), resource)
    }

    fn own_rows(&self, company: &CompanyId, resource: Resource) -> SourceRows {
        let rows =
            || self.visible().filter(|record| record.row.company == *company).map(|record| &record.row);
        match resource {
            Resource::Employees => SourceRows::Employees(whole(
                rows().map(|row| Row::readable(row.id.clone(), row.listed.clone())),
            )),
            Resource::Personal => {
                SourceRows::Personal(whole(rows().map(|row| match row.unreadable.first() {
                    Some(problem) => Row::unreadable(row.id.clone(), problem.clone()),
                    None => Row::readable(row.id.clone(), row.personal.clone()),
                })))
            }
            Resource::Employments => SourceRows::Employments(whole(
                rows().map(|row| Row::readable(row.id.clone(), row.employments.clone())),
            )),
            Resource::Contracts => SourceRows::Contracts(whole(
                rows().map(|row| Row::readable(row.id.clone(), row.contracts.clone())),
            )),
            Resource::FieldDefinitions => {
                let fields = self.companies.get(company).into_iter().flat_map(|company| &company.fields);
                SourceRows::FieldDefinitions(whole(
                    fields
                        .map(|name| Row::readable(name.clone(), FieldDefinition::new(name.clone(), "text"))),
                ))
            }
            Resource::ExtraFields => SourceRows::ExtraFields(whole(
                rows().map(|row| Row::readable(row.id.clone(), row.extra_fields.clone())),
            )),
            other => panic!("this office keeps no {other}"),
        }
    }
}

pub(crate) fn whole<R>(rows: impl Iterator<Item = R>) -> Listing<R> {
    let rows: Vec<R> = rows.collect();
    let total = Some(rows.len() as u64);
    Listing::new(rows, total)
}
